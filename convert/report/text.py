"""The report in lines for a terminal: the doubtful first, one line a field and a block, so that grep finds them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convert.report import doubts, reason, shown, summed_up, telling

NARROWEST, WIDEST = 60, 160
_FULL = 400  # characters of a metadata field
_LEAST = 24  # columns of a block's text that stay, however long the reason


def lines_of(said: Mapping[str, Any], name: str, width: int) -> Iterator[str]:
    """The lines of report `said` on text `name`, for a terminal of `width` columns."""
    width = min(WIDEST, max(NARROWEST, width))
    yield f"{name}: {summed_up(said['summary'])}"
    for title, rows in (
        ("Look at these first", list(_doubts(said))),
        ("Metadata", list(_metadata(said))),
        ("Blocks", [row for entry in said["blocks"] for row in _block(entry)]),
    ):
        if rows:
            yield from ("", title)
            yield from _aligned(rows, 0 if title == "Metadata" else width)


# ---------------------------------------------------------------- rows: cells, a text that may be cut, and why

Row = tuple[Sequence[str], str, str]


def _doubts(said: Mapping[str, Any]) -> Iterator[Row]:
    for doubt in doubts(said):
        yield (_where(doubt.line, doubt.last), doubt.sure, doubt.by), doubt.text, doubt.why


def _metadata(said: Mapping[str, Any]) -> Iterator[Row]:
    for field, entry in said["metadata"].items():
        line = entry.get("line", 0)
        origin = f"{entry.get('from', '')}: {entry.get('why', '')}".strip(": ")
        yield (_where(line, line), entry.get("sure", ""), field), shown(entry["value"]), origin


def _block(entry: Mapping[str, Any], depth: int = 0) -> Iterator[Row]:
    """The row of a block, and below it those of the blocks inside that are worth one."""
    if "lines" in entry:
        name = entry["name"] + (f" {entry['level']}" if "level" in entry else "")
        by = name if name == entry["rule"] else f"{entry['rule']} → {name}"
        why = reason(entry) if telling(entry) else ""
        yield (_where(*entry["lines"]), entry["sure"], ". " * depth + by), entry["text"], why
    for part in entry.get("blocks", ()):
        if telling(part):
            yield from _block(part, depth + 1)


def _where(first: int, last: int) -> str:
    if not first:
        return "–"
    return f"{first}–{last}" if last > first else str(first)


# ---------------------------------------------------------------- setting them


def _aligned(rows: Sequence[Row], width: int) -> Iterator[str]:
    """The rows, cells under one another: line, certainty, name; then the text as far as there is room, and why.

    No width: the text is told in full.
    """
    widths = [max(columns(row[0][i]) for row in rows) for i in range(3)]
    room = width - sum(widths) - 8
    for (where, sure, by), text, why in rows:
        said = f"({why})" if text and why else why
        text = _cut(text, max(_LEAST, room - columns(said) - 1)) if width else text[:_FULL]
        cells = (" " * (widths[0] - columns(where)) + where, sure.ljust(widths[1]), by.ljust(widths[2]))
        yield "  ".join(("", *cells, " ".join(filter(None, (text, said))))).rstrip()


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes: two for a full-width character, none for one that combines."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, room: int) -> str:
    """`text` where it fits `room` columns, else as much of it as does with an ellipsis."""
    if columns(text) <= room:
        return text
    text = text[: 2 * room]
    while columns(text) >= room:
        text = text[:-1]
    return text.rstrip() + "…"
