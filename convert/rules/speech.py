"""Speech: a paragraph of an interview or a play that begins with the name, or the letter, of who speaks."""

from __future__ import annotations

from convert.marks import inlines
from convert.rules.paragraph import join, length
from convert.rules.rule import Found, Read
from convert.rules.starts import LABEL
from convert.text import Lines
from convert.tree import Attr, Div, Para, Span, Str


def speech(lines: Lines, _read: Read) -> Found | None:
    """A label that others take turns with, and what is said. A `Div` of class speech, the label a `Span` of its own."""
    match = LABEL.match(lines[0].text) if lines.habits.speakers else None
    if not match or match.group(1) not in lines.habits.speakers or lines.depth:
        return None
    count = next((i for i in range(1, lines.chunk()) if _another(lines, i)), lines.chunk())
    count = length(lines.take(count))  # of what is said only: the whole chunk would be read again at each label
    text = join([line.text for line in lines.take(count)], lines.habits)
    said = inlines(text[match.end() :], lines.habits)
    label = Span(Attr("", ("speaker",)), (Str(match.group(0).rstrip()),))
    block = Div(Attr("", ("speech",)), (Para((label, Str(" "), *said)),))
    return Found((block,), count, (), "likely", "begins with a speaker's label")


def _another(lines: Lines, i: int) -> bool:
    match = LABEL.match(lines[i].text)
    return match is not None and match.group(1) in lines.habits.speakers
