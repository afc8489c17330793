"""Definition list: terms, and set in below or beside each what it means, as in glossaries, manuals and references."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from convert.article import Taken
from convert.marks import inlines
from convert.rules.code import has_signs
from convert.rules.listing import marker_of
from convert.rules.rule import DEEPEST, Found, Read
from convert.text import Line, Lines
from convert.tree import Blocks, DefinitionList, Inlines


class Entry(NamedTuple):
    """One term and the lines that define it."""

    term: Line
    lines: list[Line]  # their indents counted from `column`
    column: int
    size: int  # lines taken, blank ones at its end left out


_COLONS = re.compile(r"(\S.{0,120}?)::(?:\s+(.*))?")
_BESIDE = re.compile(r"(\[[^\[\]]{1,40}\]|\S(?:.{0,24}?\S)?)( {2,}|\t)(?=\S)")
_ENOUGH = 6  # entries; what is no list by then would be asked again at each of the rest
_END = (",", ";", ":", "!", "?", "—", "-", "…")


def definitions(lines: Lines, read: Read) -> Found | None:
    """Terms marked `::`, terms above what is set in below them, or terms beside it. `DefinitionList`."""
    text = lines[0].text
    if lines.chunk() < 2 and not ("::" in text or "  " in text or "\t" in text):
        return None  # a line alone, nothing beside it
    if lines.depth >= DEEPEST or marker_of(text):
        return None
    for look, why in ((_colons, "terms marked ::"), (_beside, "terms beside"), (_above, "terms above")):
        entries, count = _run(lines, look)
        if entries and _believable(entries, look):
            return _found(lines, entries, count, read, why)
    return None


def _run(lines: Lines, look: Look) -> tuple[list[Entry], int]:
    """The entries of one kind in a row, at one indent, and how many lines they take."""
    entries: list[Entry] = []
    count = at = 0
    while at < len(lines):
        rest = lines.rest(at) if at else lines
        entry = look(rest) if rest[0].indent == lines[0].indent else None
        if entry is None:
            break
        entries.append(entry)
        if len(entries) == _ENOUGH and not _believable(entries, look):
            return [], 0
        count = at + entry.size
        at = count + min(lines.blanks_after(count), 9)
        if at - count > 2:
            break
    return entries, count


# ---------------------------------------------------------------- the three kinds

Look = Callable[[Lines], Entry | None]


def _colons(lines: Lines) -> Entry | None:
    match = _COLONS.fullmatch(lines[0].text) if "::" in lines[0].text else None
    if not match or "::" in match.group(1):
        return None
    first = [Line(lines[0].number, match.group(2), 0)] if match.group(2) else []
    size = _below(lines, lines[0].indent)
    if not first and lines.blanks_after(1) and lines.habits.dialect != "asciidoc":
        return None  # reStructuredText's way to announce a listing
    if size == 1 and not first:
        size = _beneath(lines)
    if size == 1 and not first:
        return None
    column = min((line.indent for line in lines.take(size).rest(1) if not line.blank), default=0)
    inner = [line._replace(indent=max(0, line.indent - column)) for line in lines.take(size).rest(1)]
    return Entry(lines[0]._replace(text=match.group(1)), [*first, *inner], column, size)


def _beneath(lines: Lines) -> int:
    """The lines of a term and the chunk below it that keeps its indent, to the next term."""
    gap = lines.blanks_after(1)
    below = lines.rest(1 + gap)
    if gap > 1 or not len(below) or below[0].indent != lines[0].indent or _COLONS.fullmatch(below[0].text):
        return 1
    chunk = below.chunk()
    return 1 + gap + next((i for i in range(chunk) if _COLONS.fullmatch(below[i].text)), chunk)


def _above(lines: Lines) -> Entry | None:
    """A short line that ends on purpose, right above lines that are set in from it."""
    term = lines[0]
    if lines.chunk() < 2 or lines[1].indent < term.indent + 2 or not _is_term(term.text):
        return None
    size = _below(lines, lines[1].indent - 1)
    column = lines[1].indent
    inner = [line._replace(indent=max(0, line.indent - column)) for line in lines.take(size).rest(1)]
    return Entry(term, inner, column, size)


def _beside(lines: Lines) -> Entry | None:
    """A term, space, and text that goes on exactly below where it began."""
    match = _BESIDE.match(lines[0].text)
    if not match:
        return None
    column = lines[0].indent + match.end()
    first = Line(lines[0].number, lines[0].text[match.end() :], 0)
    size = 1
    while size < len(lines) and not lines[size].blank and abs(lines[size].indent - column) <= 1:
        size += 1
    inner = [first, *(line._replace(indent=0) for line in lines.take(size).rest(1))]
    return Entry(lines[0]._replace(text=match.group(1)), inner, column, size)


def _is_term(text: str) -> bool:
    signs = has_signs(text) and not text.startswith("-")
    return len(text) <= 60 and len(text.split()) <= 7 and not text.endswith(_END) and not signs


def _below(lines: Lines, indent: int) -> int:
    """How many lines there are down to the last that stands right of `indent`, single blank ones between included."""
    count = i = 1
    while i < len(lines):
        if lines[i].blank:
            if lines.blanks_after(i) > 1:
                break
        elif lines[i].indent <= indent or (lines[i - 1].blank and not any(c.isalnum() for c in lines[i].text)):
            break  # the margin again, or an ornament
        else:
            count = i + 1
        i += 1
    return count


def _believable(entries: list[Entry], look: Look) -> bool:
    """Whether entries make a list: two at least, and more said of the terms than by them."""
    if look is _colons:
        return len(entries) > 1 or entries[0].size > 1
    longer = sum(_length(entry) >= 2 * len(entry.term.text) for entry in entries)
    if look is _beside:
        labels = sum(entry.term.text.startswith("[") for entry in entries)
        hangs = sum(entry.size > 1 for entry in entries)
        together = len(entries) > 2 and len({entry.column for entry in entries}) == 1
        return (bool(hangs) or together) and (labels == len(entries) or len(entries) > 1) and longer == len(entries)
    if any(entry.lines[-1].text.endswith(",") for entry in entries):
        return False  # verse, its lines stepped
    sentences = any(entry.term.text.endswith(".") for entry in entries)
    return len(entries) > 1 + sentences and longer * 3 >= len(entries) * 2


def _length(entry: Entry) -> int:
    return sum(len(line.text) for line in entry.lines)


# ---------------------------------------------------------------- the list


def _found(lines: Lines, entries: list[Entry], count: int, read: Read, why: str) -> Found:
    items: list[tuple[Inlines, tuple[Blocks, ...]]] = []
    taken: list[Taken] = []
    for entry in entries:
        blocks, more = read(lines.inside(entry.lines, entry.column)) if entry.lines else ((), ())
        items.append((inlines(entry.term.text, lines.habits), (blocks,) if blocks else ()))
        taken += more
    return Found((DefinitionList(tuple(items)),), count, tuple(taken), "likely", f"{len(items)} {why}")
