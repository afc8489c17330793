"""The watch command: a folder where dropped files become editions."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from convert import files
from convert.cli.batch import named, state_of
from convert.cli.said import (
    errors_told,
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
from convert.errors import UsageError
from convert.places import is_afar

_PIECE = 0.2  # seconds after which a signal is seen


@click.command("watch")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, metavar="DIR|URL", help="Where the editions go.")
@click.option("--done", metavar="DIR", help="Where texts go that are set. Default: done, in FOLDER.")
@click.option("--failed", metavar="DIR", help="Where the others go, with the reason. Default: failed, in FOLDER.")
@click.option("--every", type=click.FloatRange(0.05, 3600), default=1.0, metavar="SECONDS", help="Time between looks.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Texts at a time. Default: the processors there are.")
@click.option("--name", metavar="PATTERN", help="Name the editions by metadata: {date}-{author}-{title}.")
@formats_option
@timeout_option
@json_option
@quiet_option
@flags_of_options
def watch_command(folder: Path, output: str, done: str | None, failed: str | None, every: float, **said: Any) -> None:
    """Set what is dropped into FOLDER, until stopped. A file is taken when it has stopped growing.

    What could not be set for the machine's sake (a full disk, a store that is away) stays, and is tried again.
    """
    import time

    from convert import batch
    from convert.batch.journal import Journal
    from convert.batch.watch import Watch
    from convert.places import Place

    with errors_told():
        if not is_afar(output) and os.path.realpath(output) == os.path.realpath(folder):
            raise UsageError("The editions cannot go where the texts come.", "Name another folder with -o.")
        options, settings = named(options_said(said), said["name"]), settings_said(said)
        order = batch.Order(wanted_formats(said.pop("formats")), options, settings.limits, resume=True)
        home = state_of(output, settings) if is_afar(output) else Path(output) / files.STATE
        with ExitStack() as held:
            hands = held.enter_context(batch.Hands(settings.limits, said["jobs"] or settings.jobs, order.formats))
            journal = held.enter_context(Journal(home))
            place = Place(output, waiting="" if is_afar(output) else f"{files.STATE}/waiting")
            told = held.enter_context(Told(said | {"reports": ()}, output))
            stopping = held.enter_context(stopped_gently())
            watch = Watch(
                folder, place, order, hands, journal, Path(done or folder / "done"), Path(failed or folder / "failed")
            )
            while not stopping:
                for outcome in watch.look(lambda: bool(stopping)):
                    told.tell(outcome, batch.line_of(outcome))
                until = time.monotonic() + every
                while not stopping and (left := until - time.monotonic()) > 0:
                    time.sleep(min(left, _PIECE))
