"""Text is tidied and becomes Lines: nothing that a reader would read is lost, each repair is remarked.

Unicode 15 and its Annex 15 (NFC).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from convert.article import Remark

# ---------------------------------------------------------------- str → tidy str

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_NOTHING = re.compile("[\u200b\u2060\ufeff\u00ad]")  # zero-width space, word joiner, stray mark, soft hyphen
_BAD = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\ud800-\udfff]")


def tidy(text: str) -> tuple[str, tuple[Remark, ...]]:
    """`text` in NFC, its lines ended by one newline, without characters that no edition may hold."""
    remarks: list[Remark] = []
    text = _BREAKS.sub("\n", text)
    if _BAD.search(text):
        bad = _BAD.search(text)
        assert bad is not None
        line = text.count("\n", 0, bad.start()) + 1
        text, count = _BAD.subn("", text)
        remarks.append(Remark("control", line, f"{count} control characters were left out, the first on line {line}."))
    text, count = _NOTHING.subn("", text)
    if count:
        remarks.append(Remark("invisible", 0, f"{count} soft hyphens and zero-width characters were left out."))
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text, tuple(remarks)


# ---------------------------------------------------------------- str → Lines


class Line(NamedTuple):
    """One line of the source."""

    number: int  # from 1
    text: str  # without its indent and without space at its end
    indent: int  # columns of space before it; a tab goes to the next multiple of 8

    @property
    def blank(self) -> bool:
        """Whether nothing can be seen on the line."""
        return not self.text


@dataclass(frozen=True, slots=True)
class Habits:
    """What this text does throughout, measured once by `survey` before any rule looks."""

    margin: int = 0  # columns of space before its ordinary lines
    width: int = 0  # where its lines are wrapped; 0: they are not
    paragraphs: str = "blank"  # what parts paragraphs: blank, indent, line (each line is one), mark (a short line)
    language: str = "und"
    markup: bool = False  # the text itself shows Markdown's marks
    words: frozenset[str] = frozenset()  # words whose halves also stand on two lines with a hyphen between
    fences: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False)  # fence → line numbers


@dataclass(frozen=True, slots=True)
class Lines:
    """A view of some lines that copies nothing, so that rules stay linear; it carries the text's habits."""

    all: tuple[Line, ...] = field(repr=False)
    start: int = 0
    stop: int = 0
    habits: Habits = field(default=Habits(), repr=False)
    depth: int = 0  # how many quotations and lists stand around these lines
    ends: tuple[int, ...] = field(default=(), repr=False)  # for each line, where the chunk it stands in ends

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, index: int) -> Line:
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self.all[self.start + index]

    def __iter__(self) -> Iterator[Line]:
        return (self.all[i] for i in range(self.start, self.stop))

    def rest(self, count: int) -> Lines:
        """What follows the first `count` lines."""
        return replace(self, start=min(self.start + count, self.stop))

    def take(self, count: int) -> Lines:
        """The first `count` lines."""
        return replace(self, stop=min(self.start + count, self.stop))

    def chunk(self) -> int:
        """How many lines there are before the next blank one."""
        return min(self.ends[self.start], self.stop) - self.start if len(self) else 0

    def blanks_before(self) -> int:
        """How many blank lines stand right above; many at the very top."""
        i = self.start
        while i > 0 and self.all[i - 1].blank and self.start - i < 9:
            i -= 1
        return self.start - i if i > 0 else 9

    def blanks_after(self, count: int) -> int:
        """How many blank lines follow the first `count` lines; many at the very end."""
        i = self.start + count
        while i < self.stop and self.all[i].blank and i - self.start - count < 9:
            i += 1
        return i - self.start - count if i < self.stop else 9

    def above(self) -> Line | None:
        """The nearest line above that has text, past at most three blank ones."""
        i = self.start - 1
        while i >= 0 and self.all[i].blank and self.start - i < 4:
            i -= 1
        return self.all[i] if i >= 0 and not self.all[i].blank else None

    def inside(self, lines: list[Line]) -> Lines:
        """`lines`, which were cut out of these (a quotation without its marks), one level deeper."""
        return replace(lines_of(tuple(lines), self.habits), depth=self.depth + 1)


def split(text: str) -> tuple[Line, ...]:
    """Each line of `text`, numbered; the spaces around it counted and dropped."""
    return tuple(_line(number, raw) for number, raw in enumerate(text.split("\n"), 1))


def _line(number: int, raw: str) -> Line:
    text = raw.strip()
    if raw[:1].isspace() and text:
        lead = raw[: len(raw) - len(raw.lstrip())]
        return Line(number, text, len(lead.expandtabs(8)))
    return Line(number, text, 0)


def lines_of(lines: tuple[Line, ...], habits: Habits = Habits()) -> Lines:
    """A view of all of `lines`."""
    ends = [0] * len(lines)
    end = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        if lines[i].blank:
            end = i
        ends[i] = end
    return Lines(lines, 0, len(lines), habits, 0, tuple(ends))
