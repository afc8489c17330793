"""Footnote: a chunk that begins with a number or sign in brackets, and says what its mark in the text stands for."""

from __future__ import annotations

import re

from convert.marks import inlines
from convert.rules.paragraph import join
from convert.rules.rule import Found, Read
from convert.text import Lines
from convert.tree import Attr, Div, Para

LABEL = re.compile(
    r"\[\^[\w-]{1,20}\](?::[ \t]*|[ \t]+)(?=\S)|\[(?:\d{1,3}|[*†‡§]{1,3}|[A-Za-z])\][ \t]+(?=\S)"
    r"|\[(?:Footnote|Note|Anmerkung|Fußnote|Nota) ?\w{1,4}: "
)


def footnote(lines: Lines, _read: Read) -> Found | None:
    """`[1] …` at the start of a chunk, with the lines that hang below it. A `Div` of class footnote, its label kept."""
    if lines.depth or lines[0].text[:1] != "[" or not LABEL.match(lines[0].text) or not _begins(lines):
        return None
    count = _length(lines)
    text = join([line.text for line in lines.take(count)], lines.habits)
    if lines.habits.paragraphs == "line" and count == 1 and not lines.blanks_before():
        return None
    note = Div(Attr("", ("footnote",)), (Para(inlines(text, lines.habits)),))
    return Found((note,), count, (), "likely", "begins with a note's label")


def _begins(lines: Lines) -> bool:
    """Whether the line stands at a chunk's start, or below another note with nothing but its lines between."""
    for i in range(lines.start - 1, max(-1, lines.start - 12), -1):
        if lines.all[i].blank or LABEL.match(lines.all[i].text):
            return True
        if lines.all[i].indent <= lines[0].indent and i + 1 == lines.start and lines.habits.paragraphs != "blank":
            return False
    return not lines.start


def _length(lines: Lines) -> int:
    """The lines of one note: to the blank line, or to the next label."""
    chunk = lines.chunk()
    return next((i for i in range(1, chunk) if LABEL.match(lines[i].text)), chunk)
