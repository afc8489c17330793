"""Figure: what is left in a text of a picture or a numbered figure: its caption."""

from __future__ import annotations

import re

from convert.article import Taken
from convert.marks import inlines
from convert.rules.paragraph import join
from convert.rules.rule import Found, Read
from convert.rules.starts import CAPTION
from convert.text import Lines
from convert.tree import NO_ATTR, Caption, Figure, Plain

_OPEN = re.compile(r"\[(Illustration|Abbildung|Illustración|Ilustración|Illustrazione)s?:\s*(?=\S)")
_EMPTY = re.compile(
    r"\[(?:Illustration|Illustrations|Figure|Fig\.|Plate|Image|Picture|Photo|Photograph|Map|Music|Abbildung|Bild|Ilustración)"
    r"(?: ?[\dA-Z]{1,5}\.?| notation)?\]"
)
_CAPTION_LINE = re.compile(r"\D{1,12}\d{1,3}[:.：]\s?[^a-zа-я\s].{0,110}$")  # one that keeps the margin begins large
LONGEST = 30  # lines; a bracket that is open longer was never a caption's


def figure(lines: Lines, _read: Read) -> Found | None:
    """`[Illustration: …]`, or a line like "Figure 3: …" set in from the margin. A `Figure` of its caption."""
    if lines[0].text[:1] == "[":
        return _bracketed(lines) or _left_out(lines) or _numbered(lines) or _credited(lines)
    return (_numbered(lines) or _credited(lines)) if lines.chunk() < 3 else None


def _bracketed(lines: Lines) -> Found | None:
    match = _OPEN.match(lines[0].text)
    if not match:
        return None
    count = next((i + 1 for i in range(min(LONGEST, len(lines))) if lines[i].text.endswith("]")), 0)
    if not count:
        return None
    texts = [line.text for line in lines.take(count) if not line.blank]
    text = join([texts[0][match.end() :], *texts[1:]], lines.habits).removesuffix("]")
    taken = (Taken(lines[0].number, match.group()[1:].rstrip(": \t"), "figure"),)
    return Found((_figure(text, lines),), count, taken, "certain", "marked as an illustration")


def _left_out(lines: Lines) -> Found | None:
    """`[Illustration]` or `[Figure 12]` alone: where a picture stood that has no caption."""
    if lines.chunk() > 1 or not _EMPTY.fullmatch(lines[0].text):
        return None
    return Found((_figure(lines[0].text, lines),), 1, (), "certain", "stands for a picture")


def _numbered(lines: Lines) -> Found | None:
    count = lines.chunk()
    if count > 2 or not CAPTION.match(lines[0].text):
        return None
    if lines[0].indent < lines.habits.margin + 3 and (count > 1 or not _CAPTION_LINE.match(lines[0].text)):
        return None  # a sentence that begins so
    text = join([line.text for line in lines.take(count)], lines.habits)
    return Found((_figure(text, lines),), count, (), "likely", "a numbered caption, set in")


_CREDIT = re.compile(
    r"(?:Photo|Photograph|Picture|Image|Foto|Fotografía|Fotografia|Bild|Crédit photo|Photo credit|Image credit)s?"
    r"(?:\s+(?:by|courtesy of|via|von|par|de|di)\s|\s?[:©])\s?\S.*"
    r"|(?:[^.!?]|\.(?=\S)){0,150}/\s?(?:AP|AFP|EPA|Reuters|Getty(?: Images)?|iStock|Shutterstock|Flickr)"
    r"\b.{0,40}"
    r"|.{3,160}[.!?] \(?(?:Photo|Photograph|Picture|Foto|Bild|Crédit)s?(?: by|: | © )\s?[A-ZÀ-Þ].{2,40}"
)


def _credited(lines: Lines) -> Found | None:
    """A line alone that says who took a picture: 'Photo by Ann Lee', 'Ann Lee/Reuters'."""
    text = lines[0].text
    if lines.chunk() > 1 or len(text) > 200 or not _CREDIT.fullmatch(text):
        return None
    return Found((_figure(text, lines),), 1, (), "likely", "a picture's credit")


def _figure(text: str, lines: Lines) -> Figure:
    return Figure(NO_ATTR, Caption(None, (Plain(inlines(text, lines.habits)),)), ())
