"""Case files: titled cases in one text file, `=== title`, the text, a line `-->`, what is expected.

A case reads like a page of examples; `pytest --accept` writes what came out, to be read as a diff.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
_CASE = re.compile(r"^=== (?P<title>[^\n]+)\n(?P<text>.*?)^-->\n(?P<expected>.*?)(?=^=== |\Z)", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Case:
    """One example: what goes in and what is to come out."""

    path: Path
    title: str
    text: str
    expected: str

    def __str__(self) -> str:
        return f"{self.path.stem}: {self.title}"


def cases(folder: str) -> list[Case]:
    """All cases in the files of tests/`folder`, by file and in their order."""
    return [case for path in sorted((FOLDER / folder).glob("*.txt")) for case in cases_in(path)]


def cases_in(path: Path) -> list[Case]:
    """The cases of one file."""
    return [
        Case(path, m["title"], m["text"].removesuffix("\n"), m["expected"].rstrip("\n"))
        for m in _CASE.finditer(path.read_text("utf-8"))
    ]


def check(case: Case, got: str, accept: bool) -> None:
    """Compare what came out with what is expected, or write it into the file."""
    if accept and got != case.expected:
        text = case.path.read_text("utf-8")
        old, new = f"=== {case.title}\n{case.text}\n-->\n", f"=== {case.title}\n{case.text}\n-->\n{got}\n\n"
        start = text.index(old)
        end = text.find("\n=== ", start + len(old) - 1)
        rest = text[end + 1 :] if end >= 0 else ""
        case.path.write_text(text[:start] + (new if rest else new.rstrip("\n") + "\n") + rest, "utf-8")
        return
    assert got == case.expected
