"""The batch: many texts become editions, several at a time; one bad text never stops the others."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from convert import profiles
from convert.article import Edition
from convert.check import QUICK, Proof, Verdict, check
from convert.child import Child
from convert.editions import EDITIONS, media_name
from convert.errors import ConvertError, OutputError
from convert.files import read_source, refuse_source, sidecar, write_editions
from convert.options import Limits, Options

_CLAIMING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Task:
    """One text and where each of its editions goes."""

    source: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: `error` is None where its editions are written."""

    task: Task
    error: ConvertError | None = None
    report: dict[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None  # where the editions were checked


def plan(texts: Iterable[tuple[Path, Path]], output: Path, formats: Sequence[str]) -> Iterator[Task]:
    """A task for each text; two texts that would share a name get `-2` and so on, so that none is overwritten."""
    taken: set[Path] = set()
    for path, folder in texts:
        stem, number = media_name(path.name), 1
        while (base := output / folder / (stem if number == 1 else f"{stem}-{number}")) in taken:
            number += 1
        taken.add(base)
        yield Task(str(path), tuple(base.with_name(base.name + EDITIONS[f].extension) for f in formats))


def run(
    tasks: Iterable[Task], formats: Sequence[str], options: Options, limits: Limits, jobs: int
) -> Iterator[Outcome]:
    """The outcome of each task, as they end. At most `jobs` run at once, each thread with a child of its own."""
    own = threading.local()
    children: list[Child] = []
    taken: set[Path] = set()  # names that a house style has given

    def work(task: Task) -> Outcome:
        if not hasattr(own, "child"):
            own.child = Child(limits)
            children.append(own.child)
        return _set(task, formats, options, own.child, taken)

    with ThreadPoolExecutor(jobs) as threads:
        try:
            yield from _as_they_end(threads.submit, work, iter(tasks), jobs)
        finally:
            threads.shutdown(cancel_futures=True)
            for child in children:
                child.close()


def _as_they_end(
    submit: Callable[..., Future[Outcome]], work: Callable[[Task], Outcome], tasks: Iterator[Task], jobs: int
) -> Iterator[Outcome]:
    """Keep a few tasks waiting, never all of them: a batch of a million has no million futures."""
    running: set[Future[Outcome]] = set()
    for task in tasks:
        running.add(submit(work, task))
        if len(running) >= jobs * 4:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (f.result() for f in done)
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        yield from (f.result() for f in done)


def _set(task: Task, formats: Sequence[str], options: Options, child: Child, taken: set[Path]) -> Outcome:
    try:
        own = replace(options, overrides=sidecar(task.source))
        refuse_source(task.source, task.paths)
        reply = child.convert(read_source(task.source), formats, own)
        if profiles.of(own).file_name:
            task = _named(task, reply.editions, taken)
        write_editions(reply.editions, task.paths, force=True)
    except ConvertError as error:
        return Outcome(task, error)
    return Outcome(task, None, reply.report)


def _named(task: Task, editions: Sequence[Edition], taken: set[Path]) -> Task:
    """The task with the names that its house style gives. OutputError where another text of this batch has them."""
    paths = tuple(path.with_name(edition.name) for path, edition in zip(task.paths, editions, strict=True))
    refuse_source(task.source, paths)
    claimed = paths[0].with_suffix("")
    with _CLAIMING:
        if claimed in taken:
            raise OutputError(
                f"{paths[0]} is the name of another text's edition too.", "Add {stem} to the profile's [names] file."
            )
        taken.add(claimed)
    return replace(task, paths=paths)


# ---------------------------------------------------------------- checked

_AT_ONCE = 20  # publications that the validators see together: their start costs a second, their files memory


def checked(outcomes: Iterable[Outcome], options: Options) -> Iterator[Outcome]:
    """The same outcomes, a verdict with each whose editions were written."""
    waiting = iter(outcomes)
    while some := list(itertools.islice(waiting, _AT_ONCE)):
        proofs = [_proof(outcome, options) for outcome in some]
        verdicts = iter(check([proof for proof in proofs if isinstance(proof, Proof)], QUICK))
        for outcome, proof in zip(some, proofs, strict=True):
            if isinstance(proof, Proof):
                yield replace(outcome, verdict=next(verdicts))
            else:
                yield replace(outcome, error=proof)


def _proof(outcome: Outcome, options: Options) -> Proof | ConvertError:
    """What a task wrote, read again, with its text; the error where there is nothing to read."""
    task = outcome.task
    if outcome.error:
        return outcome.error
    try:
        editions = tuple(Edition(_format(p), p.name, "", read_source(str(p)).data) for p in task.paths)
        own = replace(options, overrides=sidecar(task.source))
        return Proof(task.source, editions, read_source(task.source), own)
    except ConvertError as error:
        return error


def _format(path: Path) -> str:
    return next(name for name, kind in EDITIONS.items() if kind.extension == path.suffix)
