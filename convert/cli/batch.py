"""The batch command: what is named becomes tasks, what becomes of them lines for people, programs and reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convert import files, profiles
from convert.cli.said import (
    check_option,
    collect_option,
    errors_told,
    fail,
    fail_on_option,
    flags_of_options,
    formats_option,
    json_option,
    options_said,
    quiet_option,
    settings_said,
    timeout_option,
    wanted_formats,
)
from convert.cli.told import Told, stopped_gently
from convert.cli.written import set_issue
from convert.errors import UsageError
from convert.options import Options
from convert.places import is_afar
from convert.profiles.lint import name_pattern
from convert.settings import Settings

if TYPE_CHECKING:
    from convert.batch import Hands, Order, Outcome, Task
    from convert.batch.journal import Journal
    from convert.batch.texts import Text, Unfound
    from convert.batch.workers import Workers
    from convert.places import Place

QUEUED = 64  # texts at a time that wait for workers afar


@click.command("batch")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.option("-o", "--output", required=True, metavar="DIR|URL", help="Where the editions go; replaced where there.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Texts at a time. Default: the processors there are.")
@click.option("--memory", metavar="MB", type=click.IntRange(200), help="Most memory of one job. Default: 1500.")
@click.option("--name", metavar="PATTERN", help="Name the editions by metadata: {date}-{author}-{title}.")
@click.option("--queue", metavar="URL", help="Have the workers of the jobs in this database set them.")
@click.option("--resume", is_flag=True, help="Leave out what was done before and has not changed.")
@click.option("--max-failures", metavar="N", type=click.IntRange(1), help="Stop when N texts have failed.")
@click.option("--report", "reports", multiple=True, metavar="FILE", help="Write JSON lines, or a page to NAME.html.")
@formats_option
@fail_on_option
@check_option
@collect_option
@timeout_option
@json_option
@quiet_option
@flags_of_options
def batch_command(inputs: tuple[str, ...], output: str, **said: Any) -> None:
    """Set many texts; one bad text never stops the others.

    INPUT is a file, a folder, a pattern, a zip, a manifest (CSV or JSON lines), an address (s3://…), or - for a list.
    """
    with errors_told():
        options, settings = named(options_said(said), said["name"]), settings_said(said)
        settings = replace(settings, memory_bytes=said["memory"] * 1_000_000) if said["memory"] else settings
        wanted = wanted_formats(said.pop("formats"))
        if said["collected"]:
            if is_afar(output):
                raise UsageError("An issue is one edition in a folder of this machine.", "Name one with -o.")
            more = {"overrides": None, "verbose": False}
            sys.exit(set_issue(inputs, output.rstrip("/") + "/", True, wanted, options, said | more))
        sys.exit(_run(inputs, output, wanted, options, settings, said))


def named(options: Options, pattern: str | None) -> Options:
    """The options with a house style that names files so."""
    if not pattern:
        return options
    named = replace(profiles.of(options), file_name=name_pattern(pattern))
    return replace(options, profile=profiles.packed(named))


def _run(
    inputs: tuple[str, ...], output: str, wanted: tuple[str, ...], options: Options, settings: Settings,
    said: dict[str, Any],
) -> int:  # fmt: skip
    """Set them all; the exit status."""
    from convert import batch
    from convert.batch import texts
    from convert.batch.journal import Journal
    from convert.batch.taken import Taken, texts_alone
    from convert.places import Place

    jobs = said["jobs"] or (QUEUED if said["queue"] else settings.jobs)
    order = batch.Order(wanted, options, settings.limits, said["resume"], said["checked"])
    home = state_of(output, settings) if is_afar(output) else Path(output) / files.STATE
    with ExitStack() as held:
        hands = held.enter_context(batch.Hands(settings.limits, jobs, wanted, afar=bool(said["queue"])))
        journal = held.enter_context(Journal(home))
        place = Place(output, waiting="" if is_afar(output) else f"{files.STATE}/waiting")
        told = held.enter_context(Told(said, output))
        stopping = held.enter_context(stopped_gently())
        workers = held.enter_context(_workers(said["queue"], settings)) if said["queue"] else None
        reports = {os.path.abspath(name) for name in said["reports"]}  # of a run before, in a folder that is searched
        named = (one for one in texts.texts_in(inputs) if os.path.abspath(one.name) not in reports)
        found = list(texts_alone(named, place, journal))
        stems = _stems(found, order, hands, journal, stopping)
        planned = list(batch.plan(found, wanted, stems, places=Taken(place, found, reports)))
        if not planned:
            fail(
                UsageError("There is no text among the inputs.", "Name files, or folders that hold some.", code="empty")
            )
        told.begin(len(planned))
        for outcome in _outcomes(planned, order, place, hands, journal, stopping, workers):
            line = batch.line_of(outcome)
            if not outcome.before:
                journal.note(line)
            told.tell(outcome, line)
            _stop_early(outcome, told, stopping)
        return told.status(bool(stopping))


def state_of(output: str, settings: Settings) -> Path:
    """The folder on this machine for what was done in an output afar."""
    import hashlib

    return settings.folder / "batches" / hashlib.sha256(output.rstrip("/").encode()).hexdigest()[:16]


def _workers(url: str, settings: Settings) -> Workers:
    from convert.batch.workers import Workers

    return Workers(replace(settings, database=url))


def _stems(
    found: list[Text | Unfound], order: Order, hands: Hands, journal: Journal, stopping: list[str]
) -> dict[tuple[str, str], str]:
    """The names that metadata give, where a pattern says so."""
    from convert import batch

    if not profiles.of(order.options).file_name:
        return {}
    return {text: stem for text, stem in batch.stems(found, order, hands, journal, lambda: bool(stopping)) if stem}


def _outcomes(
    planned: Iterable[Task | Outcome], order: Order, place: Place, hands: Hands, journal: Journal,
    stopping: list[str], workers: Workers | None,
) -> Iterator[Outcome]:  # fmt: skip
    """What becomes of each: at once what was not found, then the others as they end."""
    from convert import batch

    yield from (one for one in planned if isinstance(one, batch.Outcome))
    tasks = (one for one in planned if isinstance(one, batch.Task))
    outcomes = batch.run(tasks, order, place, hands, journal, lambda: bool(stopping), workers)
    yield from batch.checked(outcomes, order, place) if order.check else outcomes


def _stop_early(outcome: Outcome, told: Told, stopping: list[str]) -> None:
    if stopping:
        return
    if outcome.error and outcome.error.code == "no-space":
        stopping.append("The disk is full.")
    elif told.too_many():
        stopping.append(f"{told.tried} texts have failed (--max-failures).")
