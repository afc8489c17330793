"""Project Gutenberg's frame around a book: its fields and its terms above the START mark are the book's metadata."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convert.matter import fields
from convert.matter.draft import Draft, joined
from convert.text import Line

ZONE = 120  # lines before the START mark; the longest header known has half of it
START = re.compile(r"\*{3} ?START OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)\b", re.IGNORECASE)
_MADE = re.compile(r"(?:Produced|E-?text prepared|Transcribed) (?:by|from)\b", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:The )?Project Gutenberg(?:'s|’s)?(?: E-?(?:book|text)(?: of)?)? (?P<title>.+?)(?:, by (?P<who>.+))?$", re.I
)


def gutenberg(lines: Sequence[Line], draft: Draft) -> int:
    """Read the frame above the text into the draft; how many lines it took, 0 where there is none."""
    mark = next((i for i, line in enumerate(lines[:ZONE]) if START.match(line.text)), -1)
    if mark < 0 or (not any("Project Gutenberg" in line.text for line in lines[:3]) and mark > 0):
        return 0
    end = mark + 1
    while end < len(lines) and not lines[mark].text.endswith("***") and not lines[end].blank and end < mark + 4:
        end += 1  # the mark names the book, and may wrap
    for chunk in _chunks(lines[:mark]):
        _read(chunk, draft)
    end += _made(lines, end, draft)
    for line in lines[:end]:
        draft.take(line, "frame")
    return end


def _made(lines: Sequence[Line], start: int, draft: Draft) -> int:
    """How many lines below the mark say who made the electronic text; older texts have them there."""
    at = start
    while at < len(lines) and lines[at].blank:
        at += 1
    if at == len(lines) or not _MADE.match(lines[at].text):
        return 0
    end = at
    while end < min(len(lines), at + 8) and not lines[end].blank:
        end += 1
    draft.say("extra", (("Credits", joined(lines[at:end])),), lines[at].number, "the frame of the text")
    return end - start


def _chunks(lines: Sequence[Line]) -> list[list[Line]]:
    chunks: list[list[Line]] = [[]]
    for line in lines:
        if not line.blank:
            chunks[-1].append(line)
        elif chunks[-1]:
            chunks.append([])
    return [chunk for chunk in chunks if chunk]


def _read(chunk: list[Line], draft: Draft) -> None:
    """One paragraph of the frame: fields, the name of the book, or terms."""
    entries = _entries(chunk)
    for entry in entries:
        fields.note(_tidied(entry), draft)
    if entries:
        return
    text, number = joined(chunk), chunk[0].number
    if "is for the use of" in text or "terms of" in text:
        draft.say("rights", text, number, "the terms above the text")
        draft.say("publisher", "Project Gutenberg", number, "the frame of the text")
    elif not _NAMED.match(text):
        draft.say("extra", (("Note", text),), number, "the frame of the text")


def _entries(chunk: list[Line]) -> list[fields.Entry]:
    """The fields of a paragraph whose first line is one; indented lines go on with the field above."""
    found: list[fields.Entry] = []
    for line in chunk:
        entry = fields.entry(line)
        if entry and not (found and line.indent):
            found.append(entry)
        elif not found:
            return []
        else:
            last = found[-1]
            found[-1] = fields.Entry(last.key, f"{last.value} {line.text}".strip(), (*last.lines, line))
    return found


def _tidied(entry: fields.Entry) -> fields.Entry:
    """A field without the number of the book behind its date."""
    return entry._replace(value=_NUMBER.sub("", entry.value)) if fields.home(entry) == "date" else entry


_NUMBER = re.compile(r"\[e-?(?:book|text) #?\d+\]$", re.IGNORECASE)
