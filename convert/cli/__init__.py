"""The command line: words become options, files become sources, editions become files. Thin over the child.

Exit codes are DESIGN §4's; an error is one sentence with its cure on standard error.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convert import __version__, files, profiles
from convert.article import Edition, Source
from convert.child import Child
from convert.cli.batch import batch_command
from convert.cli.said import (
    INVALID,
    PARTLY,
    WARNED,
    check_option,
    collect_option,
    complain,
    corrected,
    errors_told,
    fail_on_option,
    flags_of_options,
    formats_option,
    json_option,
    judge,
    options_said,
    overrides_option,
    quiet_option,
    settings_said,
    timeout_option,
    verbose_option,
    wanted_formats,
)
from convert.cli.service import keys_command, serve, worker
from convert.cli.watch import watch_command
from convert.cli.written import all_good, deliver, paths_of, proof_of, set_issue, tell
from convert.editions import EDITIONS
from convert.errors import ConvertError, OutputError, UsageError
from convert.options import Options
from convert.report import schema
from convert.report.text import lines_of as report_lines
from convert.settings import settings_from

if TYPE_CHECKING:
    from convert.check import Proof


def _version(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    source = settings_from(os.environ).source_url or f"with this installation, in {Path(__file__).parent}"
    click.echo(f"editions {__version__}\nAGPL-3.0-or-later; the source of this version: {source}")
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Say the version.")
def main() -> None:
    """A plain-text article goes in; clean HTML, PDF and EPUB editions with full metadata come out."""


# ---------------------------------------------------------------- convert


@main.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.option("-o", "--output", metavar="FILE|DIR", default="", help="Where to; - is standard output.")
@click.option("--force", is_flag=True, help="Replace what is there.")
@formats_option
@fail_on_option
@check_option
@collect_option
@timeout_option
@json_option
@quiet_option
@verbose_option
@overrides_option
@flags_of_options
def convert(inputs: tuple[str, ...], output: str, force: bool, formats: tuple[str, ...], **said: Any) -> None:
    """Set texts as editions. INPUT is a file, or - for standard input."""
    with errors_told():
        options, settings = options_said(said), settings_said(said)
        wanted = wanted_formats(formats)
        _refuse_shared(inputs, said)
        if said["collected"]:
            sys.exit(set_issue(inputs, output, force, wanted, options, said))
    failures: list[ConvertError] = []
    written: set[Path] = set()
    remarked = False
    proofs: list[Proof] = []
    with Child(settings.limits, fork=True) as child:
        for name in inputs:
            try:
                paths = paths_of(name, output, wanted, len(inputs))
                late = _named_late(paths, output, options)
                if not late:
                    _refuse_taken(name, paths, written, force)
                source, own = files.read_source(name), corrected(options, name, said)
                reply = child.convert(source, wanted, own)
                if late:
                    paths = [path.with_name(e.name) for path, e in zip(paths, reply.editions, strict=True)]
                    _refuse_taken(name, paths, written, force)
                deliver(reply, paths, force)
            except ConvertError as error:
                complain(name, error)
                failures.append(error)
                continue
            remarked = remarked or bool(reply.report["remarks"])
            tell(name, reply, paths, said)
            if said["checked"]:
                proofs.append(proof_of(name, reply.editions, source, own))
    good = all_good(proofs, said, to_stdout=output == "-")
    if failures:
        sys.exit(failures[0].exit_code if len(inputs) == 1 else PARTLY)
    if not good:
        sys.exit(INVALID)
    if remarked and said["fail_on"]:
        sys.exit(WARNED)


def _refuse_shared(inputs: Sequence[str], said: dict[str, Any]) -> None:
    if said["overrides"] and len(inputs) > 1:
        raise UsageError(
            "--overrides corrects one text, and there are several.", "Put NAME.editions.yaml beside each of them."
        )


def _named_late(paths: Sequence[Path], output: str, options: Options) -> bool:
    """Whether the house style names the files, which the text must be read for."""
    return bool(paths) and list(paths) != [Path(output)] and bool(profiles.of(options).file_name)


def _refuse_taken(name: str, paths: Sequence[Path], written: set[Path], force: bool) -> None:
    """OutputError where one of `paths` is not free: the text itself, a file of before, or one of this command."""
    files.refuse_source(name, paths)
    files.refuse_existing(paths, force)
    _refuse_twice(paths, written)


def _refuse_twice(paths: Sequence[Path], written: set[Path]) -> None:
    """OutputError where this very command has written one of `paths`, which --force was not said for."""
    for path in paths:
        if path in written:
            raise OutputError(
                f"{path} was just written from another input.", "Use: editions batch, which tells them apart."
            )
    written.update(paths)


# ---------------------------------------------------------------- inspect


def _schema(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    click.echo(json.dumps(schema(), ensure_ascii=False, indent=2))
    context.exit()


@main.command()
@click.argument("name", metavar="INPUT")
@click.option("--json", "as_json", is_flag=True, help="The whole report as JSON.")
@click.option("--overrides-template", "as_template", is_flag=True, help="What was doubtful, as YAML to be corrected.")
@click.option("--html", "as_html", is_flag=True, help="The report as a page: the source beside what is made of it.")
@click.option("--schema", is_flag=True, is_eager=True, expose_value=False, callback=_schema, help="The JSON's schema.")
@click.option("-o", "--output", metavar="FILE", default="-", help="Where to; a name in .html asks for the page.")
@click.option("--force", is_flag=True, help="Replace what is there.")
@timeout_option
@overrides_option
@flags_of_options
def inspect(name: str, as_json: bool, as_html: bool, as_template: bool, output: str, force: bool, **said: Any) -> None:
    """Say what would be set: metadata with where it comes from, each block with its lines and its rule."""
    paths = [] if output == "-" else [Path(output)]
    page = as_html or (output.lower().endswith((".html", ".htm")) and not as_json)
    with errors_told(name), Child(settings_said(said).limits, fork=True) as child:
        if as_json and as_html:
            raise UsageError("The report is either JSON or a page.", "Say --json or --html.")
        files.refuse_existing(paths, force)
        source, options = files.read_source(name), options_said(said)
        page = page and not as_template
        reply = child.convert(source, (), corrected(options, name, said), page=page)
        shown = _template(source, options, reply.report) if as_template else ""
        shown = shown or ("" if page else _report(reply.report, name, as_json))
        data = reply.editions[0].data if page else shown.encode("utf-8", "replace")
        if paths:
            files.write_editions([Edition("report", output, "", data)], paths, force)
    click.echo(output if paths else data, nl=bool(paths))


def _report(report: dict[str, Any], name: str, as_json: bool) -> str:
    """The report for programs, or for people, as wide as their terminal."""
    if as_json:
        return json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    width = shutil.get_terminal_size((100, 24)).columns
    return "".join(line + "\n" for line in report_lines(report, "standard input" if name == "-" else name, width))


def _template(source: Source, options: Options, report: dict[str, Any]) -> str:
    from convert import overrides, pipeline

    return overrides.template(report, pipeline.lines_of(source, options))


# ---------------------------------------------------------------- check


@main.command("check")
@click.argument("names", nargs=-1, required=True, metavar="FILE…")
@click.option("--source", "text", metavar="TEXT", help="The text they were set from: its letters are counted too.")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON, a line a publication.")
@overrides_option
@flags_of_options
def check_command(names: tuple[str, ...], text: str | None, **said: Any) -> None:
    """Say whether HTML, PDF and EPUB editions can be published, and why not.

    Files of one name are checked as one publication. With --source, say the options that they were set with.
    """
    from convert import check

    with errors_told():
        options, proofs = options_said(said), _proofs(names)
        if text is None and (options != options_said({}) or said["overrides"]):
            raise UsageError("Options of a text were given without the text.", "Give it too: --source TEXT.")
        if text is not None and len(proofs) > 1:
            raise UsageError("--source is one text, and there are several publications.", "Check one at a time.")
        if text is not None:
            own = corrected(options, text, said)
            proofs = [replace(proof, source=files.read_source(text), options=own) for proof in proofs]
        judged = [judge(verdict, said) for verdict in check.check(proofs)]
    if not all(judged):
        sys.exit(INVALID)


def _proofs(names: Sequence[str]) -> list[Proof]:
    """The publications among files: those of one folder that share a stem."""
    from convert import check

    found: dict[Path, list[Edition]] = {}
    for name in names:
        path = Path(name)
        form = {".htm": "html"}.get(path.suffix.lower(), path.suffix.lower()[1:])
        if form not in check.FORMATS:
            raise UsageError(f"{name} is no edition that can be checked.", f"Give {', '.join(check.FORMATS)} files.")
        found.setdefault(path.with_suffix(""), []).append(Edition(form, path.name, "", files.read_source(name).data))
    return [check.Proof(str(stem), tuple(editions)) for stem, editions in found.items()]


# ---------------------------------------------------------------- profiles


@main.group("profiles", invoke_without_command=True)
@click.pass_context
def profiles_command(context: click.Context) -> None:
    """List the house styles that may be named; `check FILE` says whether one is sound."""
    if context.invoked_subcommand is None:
        with errors_told():
            for name, path in files.house_styles(settings_from(os.environ).profiles).items():
                click.echo(f"{name:<12}  {path or 'built in'}")


@profiles_command.command("check")
@click.argument("names", nargs=-1, required=True, metavar="FILE…")
def profiles_check(names: tuple[str, ...]) -> None:
    """Say of each house style whether it is sound, its style sheet, cover and faces with it."""
    from convert.editions.glyphs import refuse_missing

    failures = []
    for name in names:
        try:
            profile = files.house_style(name, settings_from(os.environ).profiles)
            refuse_missing(profile)
            click.echo(f"{name}: sound")
        except ConvertError as error:
            complain(name, error)
            failures.append(error)
    if failures:
        sys.exit(failures[0].exit_code)


# ---------------------------------------------------------------- doctor, and the commands with a room of their own


@main.command()
def doctor() -> None:
    """Set a small text in each format, and say what is missing."""
    source = Source(
        "doctor.txt", b"A check\n\nby Somebody\n\nThis text is set in each format to see that all engines work.\n"
    )
    missing = False
    with errors_told(), Child(settings_from(os.environ).limits, fork=True) as child:
        for name in EDITIONS:
            try:
                size = len(child.convert(source, (name,), Options()).editions[0].data)
                click.echo(f"{name:>10}  works ({size} bytes)")
            except ConvertError as error:
                missing = True
                click.echo(f"{name:>10}  {error} {error.hint}")
    sys.exit(8 if missing else 0)


for command in (batch_command, watch_command, serve, worker, keys_command):
    main.add_command(command)
