"""Reports on a batch: a JSON line for each text, or a page for people, the doubtful articles first."""

from __future__ import annotations

import heapq
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO
from urllib.parse import quote

from convert import __version__
from convert.batch.journal import json_line
from convert.errors import unwritable
from convert.templating import render

Tell = Callable[[dict[str, Any]], None]
MOST = 1000  # texts that the page names, the most doubtful


@contextmanager
def report_to(name: str, output: str) -> Iterator[Tell]:
    """What takes down each line; at the end the report is in file `name`. OutputError where it cannot be."""
    try:
        file = open(name, "w", encoding="utf-8", errors="replace")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise unwritable(f"The report {name}", error) from None
    try:
        if not name.lower().endswith((".html", ".htm")):
            yield lambda line: _write(file, json_line(line))
            return
        page = Page(os.path.dirname(os.path.abspath(name)), output)
        try:
            yield page.tell
        finally:
            _write(file, page.html())
    finally:
        with suppress(OSError):  # what it did not take has been said
            file.close()


def _write(file: TextIO, said: str) -> None:
    try:
        file.write(said)
        file.flush()
    except OSError as error:
        raise unwritable(f"The report {file.name}", error) from None


class Page:
    """The page of a batch; of a million texts it keeps the MOST doubtful ones and the sums."""

    def __init__(self, folder: str, output: str) -> None:
        self.folder, self.output = folder, output
        self.counts: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self._worst: list[tuple[tuple[float, ...], int, dict[str, Any]]] = []
        self._number = itertools.count(1)

    def tell(self, line: dict[str, Any]) -> None:
        """Take down what became of one text."""
        self.counts["texts"] += 1
        self.counts["failed" if not line["ok"] else "unchanged" if line["unchanged"] else "set"] += 1
        self.counts["remarked"] += bool(line["remarks"])
        self.codes.update(remark["code"] for remark in line["remarks"])
        entry = (doubt(line), -next(self._number), line)
        (heapq.heappush if len(self._worst) < MOST else heapq.heappushpop)(self._worst, entry)

    def html(self) -> str:
        """The page."""
        worst = sorted(self._worst, key=lambda entry: entry[:2], reverse=True)
        return render(
            "batch.html", lines=[line for _, _, line in worst], counts=self.counts, codes=self.codes.most_common(),
            output=self.output, href=self._href, most=MOST, version=__version__, judged=judged, credit=credit,
        )  # fmt: skip

    def _href(self, path: str) -> str:
        """The address of a file as the page has it beside it."""
        if "://" in path:
            return path
        return quote(os.fsencode(os.path.relpath(os.path.abspath(path), self.folder)))


def doubt(line: dict[str, Any]) -> tuple[float, ...]:
    """How much a text wants to be looked at: failed before unpublishable, then by remarks and what was guessed."""
    sure = line["sure"]
    blocks = max(1, sure.get("blocks", 1))
    unsound = bool(line["verdict"]) and not line["verdict"]["publishable"]
    return (
        not line["ok"],
        unsound,
        len(line["remarks"]) + 5 * sure.get("guess", 0) / blocks,
        sure.get("likely", 0) / blocks,
    )


def credit(line: dict[str, Any]) -> str:
    """Who wrote it, and when."""
    said = line["metadata"]
    return " · ".join(part for part in (", ".join(said.get("authors") or ()), said.get("date") or "") if part)


def judged(line: dict[str, Any]) -> str:
    """How sure the reading was, in words."""
    sure = line["sure"]
    said = [f"{sure[word]} {word}" for word in ("certain", "likely", "guess") if sure.get(word)]
    return ", ".join(said)
