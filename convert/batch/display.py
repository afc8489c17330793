"""The moving display of a batch, for people at a terminal: done, failed, rate, time left. The gate to rich."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

_LONGEST = 40  # characters of a text's name


class Display:
    """A line that moves, on standard error."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self._progress = Progress(
            BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]}", style="red"), _Rate(),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            TextColumn("{task.description}", style="dim"),
            console=console or Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=total, failed="")
        self._progress.start()

    def move(self, done: int, failed: int, name: str) -> None:
        """So many are done; `name` was the last."""
        said = f"{failed} failed" if failed else ""
        short = name if len(name) <= _LONGEST else f"…{name[-_LONGEST:]}"
        self._progress.update(self._task, completed=done, failed=said, description=short)

    @contextmanager
    def above(self) -> Iterator[None]:
        """What is printed meanwhile stands above the line."""
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def stop(self) -> None:
        """Take the line away."""
        self._progress.stop()


class _Rate(ProgressColumn):
    """Texts a second."""

    def render(self, task: Task) -> Text:
        """The rate of the last half minute."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="dim")
