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
from convert.files import SIDECAR
from convert.places import Place

REASON = ".error.txt"  # what stands beside a text that failed
State = dict[str, tuple[int, int]]  # of each file: its size in bytes, its time in nanoseconds


class Watch:
    """One folder, looked at again and again."""

    def __init__(
        self, folder: Path, output: Place, order: batch.Order, hands: batch.Hands, journal: Journal, done: Path,
        failed: Path,
    ) -> None:  # fmt: skip
        self.folder, self.output, self.order, self.journal = folder, output, replace(order, resume=True), journal
        self.hands, self.done, self.failed = hands, done, failed
        self._seen: State = {}

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
                self._move(Path(outcome.task.text.name), outcome)
            yield outcome

    def _whole(self) -> Iterator[Text]:
        """The texts that nobody has touched since the last look."""
        now: State = {}
        for text in texts_in([str(self.folder)]):
            if isinstance(text, Unfound) or self._is_ours(Path(text.name)):
                continue
            try:
                about = os.stat(text.name)
            except OSError:
                continue  # it is on its way
            now[text.name] = (about.st_size, about.st_mtime_ns)
            if self._seen.get(text.name) == now[text.name]:
                yield text
        self._seen = now

    def _is_ours(self, path: Path) -> bool:
        below = any(folder in path.parents for folder in (self.done, self.failed, Path(self.output.root)))
        return below or any(part.startswith(".") for part in path.relative_to(self.folder).parts)

    def _move(self, path: Path, outcome: batch.Outcome) -> None:
        """Put a text, with what stands beside it, where it belongs now."""
        to = _free((self.failed if batch.line_of(outcome)["error"] else self.done) / path.relative_to(self.folder))
        to.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.stem + SIDECAR)
        if beside.is_file():
            shutil.move(beside, to.with_name(to.stem + SIDECAR))
        if error := batch.line_of(outcome)["error"]:
            to.with_name(to.name + REASON).write_text(f"{error['message']} {error['hint']}\n", "utf-8")
        shutil.move(path, to)


def _free(path: Path) -> Path:
    """The path, with a number where one of that name lies there already."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
