"""What the commands share: flags that are options, settings, and errors as one sentence with an exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from convert import covers, files, profiles
from convert.editions import EDITIONS
from convert.errors import ConvertError, UsageError
from convert.options import FIELDS, Field, Options, options_from
from convert.settings import Settings, settings_from

if TYPE_CHECKING:
    from convert.check import Verdict

DEFAULT_FORMATS = "html,pdf,epub"
PARTLY = 5  # exit code: some of a batch failed
INVALID = 6  # exit code: an edition did not pass a check
WARNED = 4  # exit code: remarks under --fail-on warning


def flags_of_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with a flag for each option that the command line is a door of."""
    for f in reversed([f for f in FIELDS if "cli" in f.doors]):
        command = _flag(f)(command)
    return click.option(
        "--metadata-file", metavar="FILE", type=click.Path(exists=True, dir_okay=False), help="YAML or JSON with these."
    )(command)


def _flag(f: Field) -> Callable[..., Any]:
    if f.kind == "flag":
        return click.option(f"{f.flag}/--no-{f.flag[2:]}", f.name, default=None, help=f.help)
    names = ("-M", f.flag) if f.kind == "pairs" else (f.flag,)
    return click.option(*names, f.name, multiple=f.kind in ("many", "pairs"), metavar=f.metavar, help=f.help)


formats_option = click.option(
    "-t", "--to", "formats", multiple=True, metavar="FORMATS",
    help=f"Formats, comma-separated or repeated: {', '.join(EDITIONS)}. Default: {DEFAULT_FORMATS}.",
)  # fmt: skip
timeout_option = click.option(
    "--timeout", type=float, metavar="SECONDS", help="Longest time for one text. Default: 60."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Say what was found as well.")
json_option = click.option("--json", "as_json", is_flag=True, help="Say it as JSON, a line an input.")
fail_on_option = click.option("--fail-on", type=click.Choice(["warning"]), help="Exit 4 where a text got remarks.")


collect_option = click.option(
    "--collect", "collected", is_flag=True, help="Make one issue of all texts; it wants a --title."
)
check_option = click.option("--check", "checked", is_flag=True, help="Check the editions too; exit 6 where one fails.")
overrides_option = click.option(
    "--overrides", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
    help="YAML that corrects what was read. Default: NAME.editions.yaml beside INPUT.",
)  # fmt: skip


def wanted_formats(formats: Sequence[str]) -> tuple[str, ...]:
    from convert.pipeline import known_formats

    asked = ",".join(formats) or DEFAULT_FORMATS
    return known_formats([f.strip() for f in asked.split(",") if f.strip()])


def settings_said(said: dict[str, Any]) -> Settings:
    settings = settings_from(os.environ)
    seconds = said.get("timeout")
    if seconds is None:
        return settings
    if not 0 < seconds < 1e6:
        raise UsageError(f"--timeout {seconds} is no time.", "Give seconds, more than 0.")
    return replace(settings, wall_seconds=seconds)


def options_said(said: dict[str, Any]) -> Options:
    """The options that the flags and the metadata file say; SOURCE_DATE_EPOCH is the time of change."""
    from convert.rules import without

    values: dict[str, Any] = _from_file(said.get("metadata_file"))
    values |= {f.name: said[f.name] for f in FIELDS if "cli" in f.doors and said.get(f.name) not in (None, "", ())}
    if values.get("cover") not in (None, "", *covers.WORDS):
        values["cover"] = covers.data_url(files.picture(str(values["cover"])))
    values |= {
        f.name: files.text_of(said[f.name], "style sheet") for f in FIELDS if f.kind == "file" and said.get(f.name)
    }
    options = _styled(options_from(values, "cli"))
    without(options.no_detect, options.detect)  # an unknown rule is refused before any work
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit() and not options.modified:
        from datetime import UTC, datetime

        options = replace(options, modified=datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return options


def _styled(options: Options) -> Options:
    """The options with their profile read and found sound, and their style sheet too."""
    if options.profile:
        profile = files.house_style(options.profile, settings_from(os.environ).profiles)
        options = replace(options, profile=profiles.packed(profile))
    if options.css:
        profiles.of(options)
    return options


def corrected(options: Options, name: str, said: dict[str, Any]) -> Options:
    """The options with the overrides of text `name`: those given, else those beside it."""
    given = said.get("overrides")
    return replace(options, overrides=files.overrides(given) if given else files.sidecar(name))


def _from_file(name: str | None) -> dict[str, Any]:
    if not name:
        return {}
    import yaml

    try:
        found = yaml.load(Path(name).read_text("utf-8"), yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{name} is no YAML or JSON: {str(error).splitlines()[0]}.", "Mend the file.") from None
    if not isinstance(found, dict):
        raise UsageError(f"{name} holds no fields.", "Write `title: …`, a field a line.")
    return {str(key): value for key, value in found.items()}


@contextmanager
def errors_told(name: str = "") -> Any:
    """Turn a ConvertError into its sentence and its exit code."""
    try:
        yield
    except ConvertError as error:
        fail(error, name)


def fail(error: ConvertError, name: str = "") -> NoReturn:
    complain(name, error)
    sys.exit(error.exit_code)


def complain(name: str, error: ConvertError) -> None:
    where = f"{name}: " if name else ""
    click.echo(f"editions: {where}{error} {error.hint}".rstrip(), err=True)


def judge(verdict: Verdict, said: dict[str, Any], err: bool = False) -> bool:
    """Say a verdict; whether it is a good one."""
    from convert import check

    if said["as_json"]:
        click.echo(json.dumps(verdict.to_json(), ensure_ascii=False), err=err)
    elif not (said.get("quiet") and verdict.publishable):
        for line in check.lines(verdict):
            click.echo(line, err=err)
    return verdict.publishable
