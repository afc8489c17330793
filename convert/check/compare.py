"""Comparing texts as the ledger counts them: letters, whatever lies between them; labels of a PDF given their due."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from convert.check.seen import Piece, Seen
from convert.ledger import letters

# Scripts whose glyphs stand for several letters at once, so that a PDF gives letters back more or less often, or in
# another order (DESIGN §7): Devanagari to Sinhala, Thai to Myanmar, Khmer, and what joins letters in them.
COMPLEX = re.compile("[\u0900-\u0dff\u0e00-\u109f\u1780-\u17ff\u1cd0-\u1cff\ua8e0-\ua8ff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SHOWN = re.compile(r"\[U\+([0-9A-F]{4,6})\]")  # how a character without a glyph is set


def plain(text: str) -> str:
    """The letters of `text`, composed; a character that was set by its number stands for itself."""
    return unicodedata.normalize("NFC", letters(_SHOWN.sub(_character, text)))


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()


def settled(pieces: Sequence[Piece], meant: str) -> str:
    """The letters of `pieces`, where a label counts as text only if `meant` goes on with it.

    A superscript 2 and the number of a note look alike in a PDF; what stands next tells them apart.
    """
    parts = [(plain(piece.text), piece.label) for piece in pieces]
    parts = [part for part in parts if part[0]]
    found: list[str] = []
    at = 0
    for i, (text, label) in enumerate(parts):
        if not label:
            found.append(text)
            at = _after(text, meant, at)
        elif _goes_on(text, parts[i + 1 : i + 2], meant, at):
            found.append(text)
            at += len(text)
    return "".join(found)


_NEAR = (24, 6)  # letters that tell a place: fewer where some are lost
_FAR = 200  # how many letters an edition may have lost or added at once and be followed


def _after(text: str, meant: str, at: int) -> int:
    """Where `meant` goes on after `text`, which should stand at a place."""
    if meant.startswith(text, at):
        return at + len(text)
    for size in _NEAR:
        there = meant.find(text[-size:], max(0, at - _FAR), at + len(text) + _FAR)
        if there >= 0:
            return there + len(text[-size:])
    return at + len(text)  # another order, of a line from right to left


def _goes_on(text: str, after: Sequence[tuple[str, bool]], meant: str, at: int) -> bool:
    """Whether `meant` has the label `text` at a place, rather than what follows the label."""
    if not meant.startswith(text, at):
        return False
    return not after or after[0][1] or not meant.startswith(after[0][0][: _NEAR[0]], at)


def same(meant: str, got: str, form: str) -> bool:
    """Whether two texts have the same letters in the same order; a PDF turns a line from right to left."""
    if meant == got:
        return True
    if form != "pdf" or not (_RIGHT_TO_LEFT.search(meant) or COMPLEX.search(meant)):
        return False
    lost, added = differences(meant, got)
    return not (plainer(lost) or plainer(added))


def differences(meant: str, got: str) -> tuple[Counter[str], Counter[str]]:
    """The letters lost and added."""
    there, here = Counter(meant), Counter(got)
    return there - here, here - there


def plainer(counted: Counter[str]) -> Counter[str]:
    """The same without letters of scripts that a PDF cannot give back, and without the signs that join them."""
    return Counter({c: n for c, n in counted.items() if not COMPLEX.match(c) and c not in "\u200c\u200d"})


def first_difference(meant: str, got: str) -> int:
    """Where two texts part."""
    short = min(len(meant), len(got))
    low, high = 0, short
    while low < high:
        middle = (low + high + 1) // 2
        if meant[:middle] == got[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def around(text: str, at: int) -> str:
    """Some letters of `text` near a place, for people to find it by."""
    return f"…{text[max(0, at - 12) : at + 20]}…"


def cases(lost: Counter[str], added: Counter[str]) -> int:
    """How many letters are lost in one case and added in the other, where that is all: 0 where it is not."""
    there, here = ("".join(sorted("".join(x.elements()).casefold())) for x in (lost, added))
    return lost.total() if there == here else 0


def body_of(seen: Seen, meant: str = "") -> str:
    """The letters of an edition's text."""
    return settled(seen.body, meant) if seen.format == "pdf" else plain("".join(p.text for p in seen.body))
