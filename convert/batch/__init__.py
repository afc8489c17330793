"""The batch: many texts become editions, several at a time; one bad text never stops the others."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from convert import profiles
from convert.article import Edition, Source
from convert.batch import texts
from convert.batch.journal import Journal
from convert.batch.texts import Text, Unfound
from convert.child import Child
from convert.editions import EDITIONS, media_name
from convert.errors import ConvertError, InputError, NoSpace, OutputError, Unavailable
from convert.files import refuse_source
from convert.installation import digest_of, installation
from convert.options import BY_NAME, Limits, Options, options_from
from convert.places import Place, address

if TYPE_CHECKING:
    from convert.batch.taken import Taken
    from convert.batch.workers import Workers
    from convert.check import Proof, Verdict

Stems = Mapping[tuple[str, str], str]  # by a text's name and `at`
_NONE: Mapping[str, str] = {}
T = TypeVar("T")
R = TypeVar("R")
# Errors that may be the machine's and not the text's: with --resume these texts are tried again.
PASSING = ("internal", "killed", "unavailable", "no-space", "output-unwritable", "missing-dependency")


@dataclass(frozen=True, slots=True)
class Task:
    """One text, and what its editions are called."""

    text: Text
    base: str = ""  # its folder and name, without an ending
    formats: tuple[str, ...] = ()
    stem: str = ""  # of its name by metadata, where it was read for that

    @property
    def paths(self) -> tuple[str, ...]:
        """Where each of its editions goes, below the output."""
        return tuple(self.base + EDITIONS[f].extension for f in self.formats)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: `error` is None where its editions are there."""

    task: Task
    error: ConvertError | None = None
    report: dict[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None  # where the editions were checked
    key: str = ""  # of all that they depend on
    sizes: tuple[int, ...] = ()
    before: dict[str, Any] | None = None  # the journal's line, where it was done already


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of every text of a batch."""

    formats: tuple[str, ...]
    options: Options
    limits: Limits
    resume: bool = False
    check: bool = False


# ---------------------------------------------------------------- the plan


def plan(
    found: Iterable[Text | Unfound], formats: Sequence[str], stems: Stems, owners: Mapping[str, str] = _NONE,
    places: Taken | None = None,
) -> Iterator[Task | Outcome]:  # fmt: skip
    """A task for each text; two texts that would share a name get `-2` and so on, so that none is overwritten.

    `stems` are the names that were made of metadata, by the texts' names and `at`; `owners` the texts whose editions
    have names already, where those are to be kept; `places` those in the output that are no edition's.
    """
    taken: set[str] = set()
    named: set[tuple[str, str]] = set()
    for text in found:
        if isinstance(text, Unfound):
            yield Outcome(Task(Text(text.name)), text.error)
            continue
        if (text.name, text.at) in named and not text.said:
            continue  # named twice, as by a folder and a pattern
        named.add((text.name, text.at))
        made = stems.get((text.name, text.at), "")
        stem = media_name(text.stem + ".") if text.stem else made or media_name(text.last)
        start, number = f"{text.folder}/" if text.folder else "", 1
        # "A.txt" and "a.txt" are one file where case does not count.
        while (base := f"{start}{stem}" if number == 1 else f"{start}{stem}-{number}").casefold() in taken or (
            owners.get(base.casefold(), text.name) != text.name
            or (places and any(places.by_another(base + EDITIONS[form].extension, text) for form in formats))
        ):
            number += 1
        taken.add(base.casefold())
        yield Task(text, base, tuple(formats), made)


def options_of(text: Text, options: Options) -> Options:
    """The options of one text: those of all, its row's before them, and what stands beside it."""
    if text.said:
        own = options_from(text.said, "cli")
        named = {BY_NAME[name.replace("-", "_")].name for name in text.said}
        pattern = profiles.of(options).file_name
        options = replace(options, **{name: getattr(own, name) for name in named})
        if "profile" in named and pattern and not (style := profiles.of(options)).file_name:
            options = replace(options, profile=profiles.packed(replace(style, file_name=pattern)))
    return replace(options, overrides=texts.overrides(text))


# ---------------------------------------------------------------- the work


class Hands:
    """Threads with a child each, for as long as a batch or a watch lasts. Use `with`.

    Made before there is any other thread, so that its first children may be copies of this process: what is loaded is
    loaded once.
    """

    def __init__(self, limits: Limits, jobs: int, formats: Sequence[str] = (), afar: bool = False) -> None:
        """`formats` are what they will be asked for; `afar`: others set the texts, ours are hardly wanted."""
        self._limits, self.jobs, self._own = limits, jobs, threading.local()
        self._all = [] if afar else [Child(limits, fork=True) for _ in range(jobs)]
        self._spare: SimpleQueue[Child] = SimpleQueue()
        for child in self._all:
            child.start(formats)
            self._spare.put(child)
        self._threads = ThreadPoolExecutor(jobs)

    def __enter__(self) -> Hands:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind:  # somebody is in a hurry: nobody waits for what is under way
            for child in self._all:
                child.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in self._all:
            child.close()

    def each(
        self, tasks: Iterable[T], work: Callable[[T, Child], R], stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[R]:
        """What `work` makes of each task, as they end; once `stopped`, only what runs is finished.

        A few tasks wait, never all of them: a batch of a million has no million futures.
        """
        left, running = iter(tasks), set[Future[R]]()
        while not stopped():
            some = itertools.islice(left, self.jobs * 2 - len(running))
            running |= {self._threads.submit(lambda task: work(task, self._mine()), task) for task in some}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (f.result() for f in done)
        for future in as_completed([f for f in running if not f.cancel()]):
            yield future.result()

    def _mine(self) -> Child:
        """The child of the thread that asks."""
        if not hasattr(self._own, "child"):
            try:
                self._own.child = self._spare.get_nowait()
            except Empty:
                self._own.child = Child(self._limits)
                self._all.append(self._own.child)
        child: Child = self._own.child
        return child


def run(
    tasks: Iterable[Task], order: Order, output: Place, hands: Hands, journal: Journal | None = None,
    stopped: Callable[[], bool] = lambda: False, workers: Workers | None = None,
) -> Iterator[Outcome]:  # fmt: skip
    """The outcome of each task, as they end: set by the hands' children, or by the `workers` afar.

    Once `stopped`, only what runs is finished.
    """
    installation()  # kept from now on; or all threads would go and ask for it at once
    return hands.each(tasks, lambda task, child: _done(task, order, output, journal, workers or child), stopped)


def stems(
    found: Iterable[Text | Unfound], order: Order, hands: Hands, journal: Journal,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[tuple[str, str], str]]:  # fmt: skip
    """The name that the house style gives to each text's editions, which it must be read for once."""

    def work(text: Text, child: Child) -> tuple[tuple[str, str], str]:
        try:
            own = options_of(text, order.options)
            source = texts.read(text, order.limits.max_bytes)
            line = journal.last(text.name, text.at) if order.resume else None
            known = line.get("stem") if line and line.get("key") == key_of(source, own, order) else None
            return (text.name, text.at), known or child.stem(source, own)
        except (ConvertError, OSError, ValueError):
            return (text.name, text.at), ""  # it will be told when it is to be set

    return hands.each((text for text in found if isinstance(text, Text)), work, stopped)


def _done(task: Task, order: Order, output: Place, journal: Journal | None, setter: Child | Workers) -> Outcome:
    key = ""
    try:
        own = options_of(task.text, order.options)
        source = texts.read(task.text, order.limits.max_bytes)
        key = key_of(source, own, order)
        if order.resume and journal and (before := _before(task, key, output, journal)):
            return Outcome(task, key=key, before=before)
        reply = setter.convert(source, order.formats, own)
        _write(output, task, reply.editions)
    except ConvertError as error:
        return Outcome(task, error, key=key)
    except (OSError, ValueError) as error:  # a name that no system takes; a file that goes while it is looked at
        why = getattr(error, "strerror", None) or error
        return Outcome(task, InputError(f"It cannot be read: {why}.", "Check the file and its name."), key=key)
    return Outcome(task, None, reply.report, key=key, sizes=tuple(len(e.data) for e in reply.editions))


def _write(output: Place, task: Task, editions: Sequence[Edition]) -> None:
    """Write them to where the task says. OutputError says what a folder does not take."""
    try:
        _refuse_source(output, task)
        output.write({path: e.data for path, e in zip(task.paths, editions, strict=True)})
    except (Unavailable, OSError) as error:
        if isinstance(error, NoSpace) or not output.local:
            raise
        why = getattr(error.__cause__ or error, "strerror", None) or error
        raise OutputError(
            f"{output.at(task.paths[0])} cannot be written: {why}.",
            "Check the folder, its permissions and the length of the name.",
            code="output-unwritable",
        ) from None


def _refuse_source(output: Place, task: Task) -> None:
    """OutputError where an edition would take the place of the very file it is made from."""
    at = "" if task.text.archive else address(task.text.name)
    if output.local:
        refuse_source(at, [Path(output.at(path)) for path in task.paths])
    elif at in map(output.address, task.paths):
        raise OutputError(f"{at} is the input itself.", "Choose another place or name with -o.")


def key_of(source: Source, options: Options, order: Order) -> str:
    """The digest of all that a text's editions depend on, and of whether they were to be checked."""
    return digest_of(source, _asked(order.formats, options, order.check))


@lru_cache(64)
def _asked(formats: tuple[str, ...], options: Options, checked: bool) -> str:
    return json.dumps([formats, asdict(options), checked], sort_keys=True)


def _before(task: Task, key: str, output: Place, journal: Journal) -> dict[str, Any] | None:
    """The line of the journal by which this is done: the same text, and what it gave is there."""
    line = journal.last(task.text.name, task.text.at)
    if not line or line.get("key") != key:
        return None
    if line["error"]:
        return None if line["error"]["code"] in PASSING else line
    there = [(e["path"], e["size"]) for e in line["editions"]]
    if [path for path, _ in there] != list(task.paths):
        return None
    found = (output.about(path) for path in task.paths)
    return line if all(a is not None and a.size == size for a, (_, size) in zip(found, there, strict=True)) else None


def line_of(outcome: Outcome) -> dict[str, Any]:
    """What became of a text, as journal, report and `--json` say it."""
    if outcome.before:
        return outcome.before
    error, report = outcome.error, outcome.report
    editions = [] if error else [{"path": p, "size": n} for p, n in zip(outcome.task.paths, outcome.sizes, strict=True)]
    return {
        "input": outcome.task.text.name,
        "ok": error is None,
        "editions": editions,
        "metadata": {name: report["metadata"][name]["value"] for name in _TOLD if name in report.get("metadata", {})},
        "sure": report.get("summary", {}),
        "remarks": report.get("remarks", []),
        "error": {"code": error.code, "message": str(error), "hint": error.hint} if error else None,
        "verdict": outcome.verdict.to_json() if outcome.verdict else None,
        "key": outcome.key,
        "at": outcome.task.text.at,
        "stem": outcome.task.stem,
        "base": outcome.task.base,
    }


_TOLD = ("title", "authors", "date", "language")


# ---------------------------------------------------------------- checked

_AT_ONCE = 20  # publications that the validators see together: their start costs a second, their files memory


def checked(outcomes: Iterable[Outcome], order: Order, output: Place) -> Iterator[Outcome]:
    """The same outcomes, a verdict with each whose editions were written."""
    from convert import check  # with what reads PDFs: of no use to who does not ask for it

    waiting = iter(outcomes)
    while some := list(itertools.islice(waiting, _AT_ONCE)):
        proofs = [_proof(outcome, order, output) for outcome in some]
        verdicts = iter(check.check([proof for proof in proofs if isinstance(proof, check.Proof)], check.QUICK))
        for outcome, proof in zip(some, proofs, strict=True):
            if isinstance(proof, check.Proof):
                yield replace(outcome, verdict=next(verdicts))
            else:
                yield replace(outcome, error=proof) if proof else outcome


def _proof(outcome: Outcome, order: Order, output: Place) -> Proof | ConvertError | None:
    """What a task wrote, read again, with its text; the error where there is nothing to read."""
    from convert.check import Proof

    task = outcome.task
    if outcome.error or outcome.before:
        return outcome.error
    try:
        editions = []
        for form, path in zip(order.formats, task.paths, strict=True):
            data = output.read(path)
            if data is None:
                raise OutputError(f"{path} is gone.", "Run it again.", code="output-unwritable")
            editions.append(Edition(form, path.rpartition("/")[2], "", data))
        own = options_of(task.text, order.options)
        return Proof(task.text.name, tuple(editions), texts.read(task.text, order.limits.max_bytes), own)
    except ConvertError as error:
        return error
