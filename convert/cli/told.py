"""What is said while many texts are set: for people a line each or a moving display, for programs JSON, and reports."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from convert.cli.said import INVALID, PARTLY, WARNED, complain, judge
from convert.errors import ConvertError

if TYPE_CHECKING:
    from convert.batch import Outcome

STOPPED = 130  # exit code: somebody stopped it
_OURS = ("key", "at", "stem", "base")  # what the journal needs and nobody else


@contextmanager
def stopped_gently() -> Iterator[list[str]]:
    """Ctrl-C and SIGTERM let what is under way end; the second Ctrl-C does not. What is said there names the reason."""
    said: list[str] = []

    def stop(_number: int, _frame: Any) -> None:
        if said:
            raise KeyboardInterrupt
        said.append("Stopped.")
        click.echo("editions: Finishing what is under way; once more ends it at once.", err=True)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield said
    except KeyboardInterrupt:
        complain("batch", ConvertError("Stopped.", "What was written is whole; go on with --resume."))
        sys.exit(STOPPED)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Told:
    """What is said while a batch runs: for people a line a file or a moving display, for programs JSON, and reports."""

    def __init__(self, said: dict[str, Any], output: str) -> None:
        self.said, self.output = said, output.rstrip("/")
        self.total = self.set = self.failed = self.unchanged = self.remarked = self.invalid = 0
        self.tried = 0  # of those that failed, the ones that this run tried
        self.full = False
        self._reports = ExitStack()
        self._lines: list[Callable[[dict[str, Any]], None]] = []
        self._display: Any = None

    def __enter__(self) -> Told:
        from convert.batch.reports import report_to

        for name in self.said["reports"]:
            self._lines.append(self._reports.enter_context(report_to(name, self.output)))
        return self

    def __exit__(self, *_: object) -> None:
        if self._display:
            self._display.stop()
        self._reports.close()

    def begin(self, total: int) -> None:
        """So many texts there are."""
        self.total = total
        if sys.stderr.isatty() and not (self.said["quiet"] or self.said["as_json"]):
            from convert.batch.display import Display

            self._display = Display(total)

    def tell(self, outcome: Outcome, line: dict[str, Any]) -> None:
        """What became of one text."""
        self.failed += not line["ok"]
        self.tried += not line["ok"] and not outcome.before
        self.set += line["ok"] and not outcome.before
        self.unchanged += line["ok"] and bool(outcome.before)
        self.full = self.full or bool(outcome.error and outcome.error.code == "no-space")
        self.invalid += bool(line["verdict"]) and not line["verdict"]["publishable"]
        self.remarked += bool(line["remarks"])
        editions = [e | {"path": f"{self.output}/{e['path']}"} for e in line["editions"]]
        line = {k: v for k, v in line.items() if k not in _OURS} | {
            "editions": editions,
            "unchanged": bool(outcome.before),
        }
        for report in self._lines:
            report(line)
        if self._display:
            self._display.move(self._done(), self.failed, line["input"])
        self._say(outcome, line)

    def _say(self, outcome: Outcome, line: dict[str, Any]) -> None:
        from convert.batch.journal import json_line

        if self._display and not (line["error"] or outcome.verdict):
            return  # the line moves, and that says it
        with self._display.above() if self._display else ExitStack():
            if self.said["as_json"]:
                click.echo(json_line(line), nl=False)
            elif line["error"]:
                error = ConvertError(line["error"]["message"], line["error"]["hint"])
                complain(line["input"], error)
            elif not (self.said["quiet"] or outcome.before):
                for edition in line["editions"]:
                    click.echo(edition["path"])
            if outcome.verdict and not self.said["as_json"]:
                judge(outcome.verdict, self.said, err=True)

    def status(self, stopped: bool) -> int:
        """The exit status; and for people who see the display, the sum."""
        if self._display:
            self._display.stop()
        if stopped or self._display or self.unchanged:
            self._sum_up(stopped)
        if self.full:
            return 9
        if stopped and not self.too_many():
            return STOPPED
        return PARTLY if self.failed else INVALID if self.invalid else WARNED if self._warned() else 0

    def too_many(self) -> bool:
        """Whether as many texts have failed as may fail; those that failed before do not count."""
        return bool(self.said["max_failures"] and self.tried >= self.said["max_failures"])

    def _sum_up(self, stopped: bool) -> None:
        if self.said["as_json"] or (self.said["quiet"] and not stopped):
            return
        parts = [f"{self.set} set"]
        parts += [f"{self.unchanged} unchanged"] if self.unchanged else []
        parts += [f"{self.failed} failed"] if self.failed else []
        left = self.total - self._done()
        parts += [f"{left} left: go on with --resume"] if left else []
        click.echo(f"editions: {', '.join(parts)}.", err=True)

    def _done(self) -> int:
        return self.set + self.failed + self.unchanged

    def _warned(self) -> bool:
        return bool(self.remarked and self.said["fail_on"])
