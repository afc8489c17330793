"""The command line: words become options, files become sources, editions become files. Thin over the child.

Exit codes are DESIGN §4's; an error is one sentence with its cure on standard error.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from convert import __version__, covers, files, profiles
from convert.article import Edition, Source
from convert.child import Child, Reply
from convert.editions import EDITIONS, media_name
from convert.errors import ConvertError, OutputError, UsageError
from convert.options import FIELDS, Field, Options, options_from
from convert.report import schema, shown
from convert.report.text import lines_of as report_lines
from convert.settings import Settings, described, settings_from

if TYPE_CHECKING:
    from convert.batch import Outcome
    from convert.check import Proof, Verdict

DEFAULT_FORMATS = "html,pdf,epub"
PARTLY = 5  # exit code: some of a batch failed
INVALID = 6  # exit code: an edition did not pass a check
WARNED = 4  # exit code: remarks under --fail-on warning


def _flags(command: Callable[..., Any]) -> Callable[..., Any]:
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


_formats = click.option(
    "-t", "--to", "formats", multiple=True, metavar="FORMATS",
    help=f"Formats, comma-separated or repeated: {', '.join(EDITIONS)}. Default: {DEFAULT_FORMATS}.",
)  # fmt: skip
_timeout = click.option("--timeout", type=float, metavar="SECONDS", help="Longest time for one text. Default: 60.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
_verbose = click.option("-v", "--verbose", is_flag=True, help="Say what was found as well.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Say it as JSON, a line an input.")
_fail_on = click.option("--fail-on", type=click.Choice(["warning"]), help="Exit 4 where a text got remarks.")


_collect = click.option("--collect", "collected", is_flag=True, help="Make one issue of all texts; it wants a --title.")
_check = click.option("--check", "checked", is_flag=True, help="Check the editions too; exit 6 where one fails.")
_overrides = click.option(
    "--overrides", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
    help="YAML that corrects what was read. Default: NAME.editions.yaml beside INPUT.",
)  # fmt: skip


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
@_formats
@_fail_on
@_check
@_collect
@_timeout
@_as_json
@_quiet
@_verbose
@_overrides
@_flags
def convert(inputs: tuple[str, ...], output: str, force: bool, formats: tuple[str, ...], **said: Any) -> None:
    """Set texts as editions. INPUT is a file, or - for standard input."""
    with _errors():
        options, settings = _options(said), _settings(said)
        wanted = _wanted(formats)
        _refuse_shared(inputs, said)
        if said["collected"]:
            sys.exit(_issue(inputs, output, force, wanted, options, said))
    failures: list[ConvertError] = []
    written: set[Path] = set()
    remarked = False
    proofs: list[Proof] = []
    with Child(settings.limits, fork=True) as child:
        for name in inputs:
            try:
                paths = _paths(name, output, wanted, len(inputs))
                late = _named_late(paths, output, options)
                if not late:
                    _refuse_taken(name, paths, written, force)
                source, own = files.read_source(name), _corrected(options, name, said)
                reply = child.convert(source, wanted, own)
                if late:
                    paths = [path.with_name(e.name) for path, e in zip(paths, reply.editions, strict=True)]
                    _refuse_taken(name, paths, written, force)
                _deliver(reply, paths, force)
            except ConvertError as error:
                _complain(name, error)
                failures.append(error)
                continue
            remarked = remarked or bool(reply.report["remarks"])
            _tell(name, reply, paths, said)
            if said["checked"]:
                proofs.append(_proof(name, reply.editions, source, own))
    good = _all_good(proofs, said, to_stdout=output == "-")
    if failures:
        sys.exit(failures[0].exit_code if len(inputs) == 1 else PARTLY)
    if not good:
        sys.exit(INVALID)
    if remarked and said["fail_on"]:
        sys.exit(WARNED)


def _issue(
    inputs: Sequence[str], output: str, force: bool, wanted: Sequence[str], options: Options, said: dict[str, Any]
) -> int:
    """Set one issue of the texts in `inputs`, in their order; the exit status."""
    names = ["-"] if list(inputs) == ["-"] else [str(path) for path, _ in files.texts_in(inputs)]
    if not names:
        raise UsageError("There is no text among the inputs.", "Name files, or folders that hold some.", code="empty")
    texts = [(files.read_source(name), _corrected(options, name, said).overrides) for name in names]
    with Child(_settings(said).limits, fork=True) as child:
        reply = child.collect(texts, wanted, options)
    paths = [path.with_name(e.name) if path != Path(output) else path
             for path, e in zip(_paths("issue", output, wanted, 1), reply.editions, strict=False)]  # fmt: skip
    for name in names:
        files.refuse_source(name, paths)
    files.refuse_existing(paths, force)
    _deliver(reply, paths, force)
    _tell(options.title, reply, paths, said)
    proofs = [_proof(options.title, reply.editions, None, options)] if said["checked"] else []
    if not _all_good(proofs, said, to_stdout=output == "-"):
        return INVALID
    return WARNED if reply.report["remarks"] and said["fail_on"] else 0


def _proof(name: str, editions: tuple[Edition, ...], source: Source | None, options: Options) -> Proof:
    from convert.check import Proof

    return Proof(name, editions, source, options)


def _all_good(proofs: Sequence[Proof], said: dict[str, Any], to_stdout: bool) -> bool:
    """Check what was set, and say each verdict; whether all are good."""
    if not proofs:
        return True
    from convert import check

    judged = [_judge(v, said, err=to_stdout or not said["as_json"]) for v in check.check(proofs, check.QUICK)]
    return all(judged)


def _refuse_shared(inputs: Sequence[str], said: dict[str, Any]) -> None:
    if said["overrides"] and len(inputs) > 1:
        raise UsageError(
            "--overrides corrects one text, and there are several.", "Put NAME.editions.yaml beside each of them."
        )


def _paths(name: str, output: str, wanted: Sequence[str], inputs: int) -> list[Path]:
    """Where the editions of input `name` go; [] for standard output."""
    if output == "-":
        if inputs * len(wanted) > 1:
            raise UsageError("Standard output takes one edition.", "Ask for one input and one format.")
        return []
    several = inputs > 1 or len(wanted) > 1
    if output and not (several or output.endswith("/") or files.is_folder(Path(output))):
        return [Path(output)]
    stem = media_name("" if name == "-" else Path(name).name)
    return [Path(output) / (stem + EDITIONS[f].extension) for f in wanted]


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


def _deliver(reply: Reply, paths: Sequence[Path], force: bool) -> None:
    if paths:
        files.write_editions(reply.editions, paths, force)
        return
    sys.stdout.buffer.write(reply.editions[0].data)
    sys.stdout.buffer.flush()


def _tell(name: str, reply: Reply, paths: Sequence[Path], said: dict[str, Any]) -> None:
    """Say what was written, and the remarks on standard error."""
    if said["as_json"]:
        written = [{"format": e.format, "path": str(p)} for e, p in zip(reply.editions, paths, strict=False)]
        line = {"input": name, "editions": written, "remarks": reply.report["remarks"]}
        click.echo(json.dumps(line, ensure_ascii=False), err=not paths)
        return
    if said["quiet"]:
        return
    for path in paths:
        click.echo(path)
    if said["verbose"]:
        for field, entry in reply.report["metadata"].items():
            click.echo(f"{name}: {field}: {shown(entry['value'])}", err=True)
    for remark in reply.report["remarks"]:
        where = f"{name}:{remark['line']}" if remark["line"] else name
        click.echo(f"{where}: {remark['code']}: {remark['message']}", err=True)


# ---------------------------------------------------------------- batch


@main.command("batch")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.option("-o", "--output", required=True, metavar="DIR", help="Folder for the editions; replaced where there.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Texts at a time. Default: the processors there are.")
@click.option("--report", "report_file", metavar="FILE", help="Write a JSON line for each text to FILE.")
@_formats
@_fail_on
@_check
@_collect
@_timeout
@_as_json
@_quiet
@_flags
def batch_command(inputs: tuple[str, ...], output: str, jobs: int | None, report_file: str | None, **said: Any) -> None:
    """Set many texts: files, and folders searched for all that can be read. One bad text never stops the others."""
    from convert import batch

    with _errors():
        options, settings = _options(said), _settings(said)
        wanted = _wanted(said.pop("formats"))
        if said["collected"]:
            sys.exit(
                _issue(
                    inputs,
                    output.rstrip("/") + "/",
                    True,
                    wanted,
                    options,
                    said | {"overrides": None, "verbose": False},
                )
            )
        report = _opened(report_file)
    tasks = list(batch.plan(files.texts_in(inputs), Path(output), wanted))
    failed = remarked = invalid = 0
    outcomes = batch.run(tasks, wanted, options, settings.limits, jobs or settings.jobs)
    try:
        for done, outcome in enumerate(batch.checked(outcomes, options) if said["checked"] else outcomes, 1):
            failed += outcome.error is not None
            invalid += outcome.verdict is not None and not outcome.verdict.publishable
            remarked += bool(outcome.report.get("remarks"))
            _outcome(outcome, said, report)
            _progress(done, len(tasks), failed, said["quiet"] or said["as_json"])
    except KeyboardInterrupt:
        _complain("batch", ConvertError("Stopped.", f"{len(tasks)} texts were asked for; what was written is whole."))
        sys.exit(130)
    finally:
        if report:
            report.close()
    if not tasks:
        _fail(UsageError("There is no text among the inputs.", "Name files, or folders that hold some.", code="empty"))
    sys.exit(PARTLY if failed else INVALID if invalid else WARNED if remarked and said["fail_on"] else 0)


def _opened(name: str | None) -> Any:
    """The report's file, or None where none was asked for."""
    try:
        return open(name, "w", encoding="utf-8") if name else None
    except OSError as error:
        raise OutputError(f"The report {name} cannot be written: {error.strerror}.", "Check its folder.") from None


def _outcome(outcome: Outcome, said: dict[str, Any], report: Any) -> None:
    """Say what became of one text: a line for people, a JSON line for programs and the report."""
    task, error = outcome.task, outcome.error
    line = {
        "input": task.source,
        "ok": error is None,
        "editions": [] if error else [str(p) for p in task.paths],
        "remarks": outcome.report.get("remarks", []),
        "error": {"code": error.code, "message": str(error), "hint": error.hint} if error else None,
    } | ({"verdict": outcome.verdict.to_json()} if outcome.verdict else {})
    text = json.dumps(line, ensure_ascii=False)
    if report:
        report.write(text + "\n")
        report.flush()
    if said["as_json"]:
        click.echo(text)
    elif error:
        _complain(task.source, error)
    elif not said["quiet"]:
        for path in task.paths:
            click.echo(path)
    if outcome.verdict and not said["as_json"]:
        _judge(outcome.verdict, said, err=True)


def _progress(done: int, total: int, failed: int, silent: bool) -> None:
    """A counter that rewrites itself, for people at a terminal only."""
    if not silent and sys.stderr.isatty():
        click.echo(f"\r{done} of {total} set" + (f", {failed} failed" if failed else ""), nl=done == total, err=True)


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
@_timeout
@_overrides
@_flags
def inspect(name: str, as_json: bool, as_html: bool, as_template: bool, output: str, force: bool, **said: Any) -> None:
    """Say what would be set: metadata with where it comes from, each block with its lines and its rule."""
    paths = [] if output == "-" else [Path(output)]
    page = as_html or (output.lower().endswith((".html", ".htm")) and not as_json)
    with _errors(name), Child(_settings(said).limits, fork=True) as child:
        if as_json and as_html:
            raise UsageError("The report is either JSON or a page.", "Say --json or --html.")
        files.refuse_existing(paths, force)
        source, options = files.read_source(name), _options(said)
        page = page and not as_template
        reply = child.convert(source, (), _corrected(options, name, said), page=page)
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
@_overrides
@_flags
def check_command(names: tuple[str, ...], text: str | None, **said: Any) -> None:
    """Say whether HTML, PDF and EPUB editions can be published, and why not.

    Files of one name are checked as one publication. With --source, say the options that they were set with.
    """
    from convert import check

    with _errors():
        options, proofs = _options(said), _proofs(names)
        if text is None and (options != _options({}) or said["overrides"]):
            raise UsageError("Options of a text were given without the text.", "Give it too: --source TEXT.")
        if text is not None and len(proofs) > 1:
            raise UsageError("--source is one text, and there are several publications.", "Check one at a time.")
        if text is not None:
            own = _corrected(options, text, said)
            proofs = [replace(proof, source=files.read_source(text), options=own) for proof in proofs]
        judged = [_judge(verdict, said) for verdict in check.check(proofs)]
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


def _judge(verdict: Verdict, said: dict[str, Any], err: bool = False) -> bool:
    """Say a verdict; whether it is a good one."""
    from convert import check

    if said["as_json"]:
        click.echo(json.dumps(verdict.to_json(), ensure_ascii=False), err=err)
    elif not (said.get("quiet") and verdict.publishable):
        for line in check.lines(verdict):
            click.echo(line, err=err)
    return verdict.publishable


# ---------------------------------------------------------------- profiles


@main.group("profiles", invoke_without_command=True)
@click.pass_context
def profiles_command(context: click.Context) -> None:
    """List the house styles that may be named; `check FILE` says whether one is sound."""
    if context.invoked_subcommand is None:
        with _errors():
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
            _complain(name, error)
            failures.append(error)
    if failures:
        sys.exit(failures[0].exit_code)


# ---------------------------------------------------------------- serve, doctor


def _help_settings(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    click.echo("Environment variables; or lines of a TOML file that EDITIONS_SETTINGS names, in small letters and")
    click.echo("without EDITIONS_: rate = 100. A variable goes before the file.\n")
    for variable, default, help in described():
        click.echo(f"{variable}  {help}\n    default: {default or 'empty'}")
    context.exit()


@main.command()
@click.option("--host", default="127.0.0.1", help="Address to listen at.")
@click.option("--port", default=8000, type=click.IntRange(0, 65535), help="Port to listen at; 0 takes a free one.")
@click.option("--data", default="", metavar="DIR", help="Folder for all state. Default: EDITIONS_DATA.")
@click.option("--help-settings", is_flag=True, is_eager=True, expose_value=False, callback=_help_settings,
              help="Say which settings there are.")  # fmt: skip
def serve(host: str, port: int, data: str) -> None:
    """Start the web desk and the HTTP endpoint."""
    from convert.web.serve import serve as start

    with _errors():
        start(settings_from(os.environ), host, port, Path(data) if data else None)


@main.command()
def doctor() -> None:
    """Set a small text in each format, and say what is missing."""
    source = Source(
        "doctor.txt", b"A check\n\nby Somebody\n\nThis text is set in each format to see that all engines work.\n"
    )
    missing = False
    with _errors(), Child(settings_from(os.environ).limits, fork=True) as child:
        for name in EDITIONS:
            try:
                size = len(child.convert(source, (name,), Options()).editions[0].data)
                click.echo(f"{name:>10}  works ({size} bytes)")
            except ConvertError as error:
                missing = True
                click.echo(f"{name:>10}  {error} {error.hint}")
    sys.exit(8 if missing else 0)


# ---------------------------------------------------------------- keys

_data = click.option("--data", default="", metavar="DIR", help="Folder for all state. Default: EDITIONS_DATA.")


@main.group("keys")
def keys_command() -> None:
    """Make, list and revoke the keys with which the service is used."""


@keys_command.command("create")
@click.argument("name")
@_data
def keys_create(name: str, data: str) -> None:
    """Make a key for NAME, and say it: this once, on standard output."""
    from convert.jobs import keys

    with _table(data) as engine:
        made, key = keys.create(engine, name)
    click.echo(f"editions: This is the key of {name} (id {made}). Keep it: it is not shown again.", err=True)
    click.echo(key)


@keys_command.command("list")
@_data
def keys_list(data: str) -> None:
    """List all keys: id, day it was made, whether it is valid, name."""
    from datetime import UTC, datetime

    from convert.jobs import keys

    with _table(data) as engine:
        for key in keys.listed(engine):
            state = "valid" if key.revoked is None else "revoked"
            click.echo(f"{key.id}  {datetime.fromtimestamp(key.created, UTC):%Y-%m-%d}  {state:<7}  {key.name}")


@keys_command.command("revoke")
@click.argument("which", metavar="ID|NAME")
@_data
def keys_revoke(which: str, data: str) -> None:
    """Revoke a key; services that run refuse it within five seconds."""
    from convert.jobs import keys

    with _table(data) as engine:
        for key in keys.revoke(engine, which):
            click.echo(f"revoked  {key.name}")


@contextmanager
def _table(data: str) -> Any:
    """The database in the folder `data`, else that of the settings."""
    from convert.jobs.table import opened

    with _errors():
        settings = settings_from(os.environ)
        engine = opened((replace(settings, data=data) if data else settings).database_url)
        try:
            yield engine
        finally:
            engine.dispose()


# ---------------------------------------------------------------- what they share


def _wanted(formats: Sequence[str]) -> tuple[str, ...]:
    from convert.pipeline import known_formats

    asked = ",".join(formats) or DEFAULT_FORMATS
    return known_formats([f.strip() for f in asked.split(",") if f.strip()])


def _settings(said: dict[str, Any]) -> Settings:
    settings = settings_from(os.environ)
    seconds = said.get("timeout")
    if seconds is None:
        return settings
    if not 0 < seconds < 1e6:
        raise UsageError(f"--timeout {seconds} is no time.", "Give seconds, more than 0.")
    return replace(settings, wall_seconds=seconds)


def _options(said: dict[str, Any]) -> Options:
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


def _corrected(options: Options, name: str, said: dict[str, Any]) -> Options:
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
def _errors(name: str = "") -> Any:
    """Turn a ConvertError into its sentence and its exit code."""
    try:
        yield
    except ConvertError as error:
        _fail(error, name)


def _fail(error: ConvertError, name: str = "") -> NoReturn:
    _complain(name, error)
    sys.exit(error.exit_code)


def _complain(name: str, error: ConvertError) -> None:
    where = f"{name}: " if name else ""
    click.echo(f"editions: {where}{error} {error.hint}".rstrip(), err=True)


if __name__ == "__main__":
    main()
