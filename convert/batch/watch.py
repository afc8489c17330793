"""The watched folder: what is dropped into it becomes editions, then lies in `done`, or in `failed` beside the reason.

A file is taken when two looks find it of one size and time: somebody may still be writing it. Whoever kills the watch
loses nothing: what was not moved is found again, and set again only where its editions are not there in full.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from convert import batch
from convert.batch.journal import Journal
from convert.batch.texts import Text, Unfound, texts_in
from convert.errors import OutputError
from convert.files import SIDECAR
from convert.places import Place

REASON = ".error.txt"  # what stands beside a text that failed
_LONGEST, _SHORT = 255, 60  # bytes of a name at most; letters that are left of one whose reason's would be longer
State = dict[str, tuple[int, int]]  # of each file: its size in bytes, its time in nanoseconds


class Watch:
    """One folder, looked at again and again."""

    def __init__(
        self, folder: Path, output: Place, order: batch.Order, hands: batch.Hands, journal: Journal, done: Path,
        failed: Path,
    ) -> None:  # fmt: skip
        self.folder, self.output, self.order, self.journal = folder, output, replace(order, resume=True), journal
        self.hands, self.done, self.failed = hands, done, failed
        self._others = [folder.resolve() for folder in (done, failed, Path(output.root))]
        self._seen: State = {}
        self._stuck: State = {}  # texts that could not be moved

    def look(self, stopped: Callable[[], bool] = lambda: False) -> Iterator[batch.Outcome]:
        """Set what has come since and is whole, and move it; what becomes of each. Once `stopped`, no more is begun."""
        texts = list(self._whole())
        if not texts:
            return
        stems = dict(batch.stems(texts, self.order, self.hands, self.journal))
        planned = batch.plan(texts, self.order.formats, stems, self.journal.owners())
        tasks = [task for task in planned if isinstance(task, batch.Task)]
        for outcome in batch.run(tasks, self.order, self.output, self.hands, self.journal, stopped):
            if not outcome.before:
                self.journal.note(batch.line_of(outcome))
            if not (outcome.error and outcome.error.code in batch.PASSING):
                outcome = self._moved(outcome)
            yield outcome

    def _whole(self) -> Iterator[Text]:
        """The texts that nobody has touched since the last look."""
        now: State = {}
        for text in texts_in([str(self.folder)]):
            if isinstance(text, Unfound) or self._is_ours(Path(text.name)):
                continue
            if state := _state(text.name):
                now[text.name] = state
            if state and self._seen.get(text.name) == state != self._stuck.get(text.name):
                yield text
        self._seen = now

    def _is_ours(self, path: Path) -> bool:
        hidden = any(part.startswith(".") for part in path.relative_to(self.folder).parts)
        folder = path.parent.resolve()
        return hidden or any(other == folder or other in folder.parents for other in self._others)

    def _moved(self, outcome: batch.Outcome) -> batch.Outcome:
        """The outcome of a text that lies now where it belongs; one that is another by now stays, and is set next."""
        name = outcome.task.text.name
        if (state := self._seen.get(name)) != _state(name):
            return outcome
        try:
            self._move(Path(name), outcome)
        except OSError as error:
            self._stuck[name] = state or (0, 0)
            why = f"{name} cannot be moved: {error.strerror or error}."
            return replace(
                outcome, error=OutputError(why, "Make room for it, then touch it.", code="output-unwritable")
            )
        return outcome

    def _move(self, path: Path, outcome: batch.Outcome) -> None:
        """Put a text, with what stands beside it, where it belongs now."""
        error = batch.line_of(outcome)["error"]
        to = _free((self.failed if error else self.done) / path.relative_to(self.folder))
        to.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.stem + SIDECAR)
        if os.path.isfile(beside):
            shutil.move(beside, to.with_name(to.stem + SIDECAR))
        if error:
            room = len(os.fsencode(to.name + REASON)) <= _LONGEST
            reason = to.with_name((to.name if room else to.name[:_SHORT]) + REASON)
            reason.write_text(f"{error['message']} {error['hint']}\n", "utf-8", errors="replace")
        shutil.move(path, to)


def _state(name: str) -> tuple[int, int] | None:
    """What shows that a file is another; None where it is on its way."""
    try:
        about = os.stat(name)
    except (OSError, ValueError):
        return None
    return about.st_size, about.st_mtime_ns


def _free(path: Path) -> Path:
    """The path, with a number where one of that name lies there already."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
