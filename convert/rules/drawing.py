"""Drawing: a picture made of typed signs, kept to the letter and the column as it stands."""

from __future__ import annotations

from convert.rules.code import kept
from convert.rules.rule import Found, Read
from convert.text import Lines
from convert.tree import Attr, CodeBlock

LONGEST = 80  # lines
_PLAIN = frozenset(".,;:!?'\"“”‘’()-–—…")  # signs that prose is full of too


def drawing(lines: Lines, _read: Read) -> Found | None:
    """Three lines or more, most of whose ink is signs, of two kinds at least. A `CodeBlock` of class drawing."""
    count = lines.chunk()
    if not 3 <= count <= LONGEST or (lines[0].text[:1].isalnum() and lines[1].text[:1].isalnum()):
        return None
    ink = "".join("".join([line.text for line in lines.take(count)]).split())
    if len(ink) < 15 or _signs(ink) * 2 < len(ink):
        return None
    inked = ["".join(line.text.split()) for line in lines.take(count)]
    if sum(_signs(text) * 3 > len(text) for text in inked) * 3 < count * 2:
        return None
    kinds = {c for c in ink if not c.isalnum()}
    if len(kinds) < 2 or kinds <= _PLAIN or len({line.text for line in lines.take(count)}) < 2:
        return None
    block = CodeBlock(Attr("", ("drawing",)), kept(lines.take(count)))
    return Found((block,), count, (), "likely", "drawn with signs")


def _signs(ink: str) -> int:
    return len(ink) - sum(map(str.isalnum, ink))
