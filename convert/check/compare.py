"""Comparing texts as the ledger counts them: letters, whatever lies between them; labels of a PDF given their due."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from convert.check.seen import Grid, Piece, Seen
from convert.editions.taming import settable
from convert.ledger import letters

# Scripts whose glyphs stand for several letters at once, so that a PDF gives letters back more or less often, or in
# another order (DESIGN §7): Devanagari to Sinhala, Thai to Myanmar, Khmer, and what joins letters in them.
COMPLEX = re.compile("[\u0900-\u0dff\u0e00-\u109f\u1780-\u17ff\u1cd0-\u1cff\ua8e0-\ua8ff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SHOWN = re.compile(r"\[U\+([0-9A-F]{4,6})\]")  # how a character without a glyph is set


def plain(text: str) -> str:
    """The letters of `text`, composed; a character that was set by its number stands for itself."""
    return unicodedata.normalize("NFC", letters(_SHOWN.sub(_character, text)))


def shown(text: str, form: str) -> str:
    """The letters of `text` that an edition of a format can show: a page leaves out what `taming.py` says."""
    return _unselected(plain(settable(text))) if form == "pdf" else plain(text)


_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")  # which form of a sign is meant; a face may not care


def _unselected(text: str) -> str:
    return text if text.isascii() else _SELECTORS.sub("", text)


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()


def settled(pieces: Sequence[Piece], meant: str) -> str:
    """The letters of `pieces`, where a label counts as text only if `meant` goes on with it.

    A superscript 2 and the number of a note look alike in a PDF; what stands next tells them apart.
    """
    parts = [(_unselected(plain(piece.text)), piece.label) for piece in pieces]
    parts = [part for part in parts if part[0]]
    found: list[str] = []
    doubtful: list[str] = []
    at = 0
    for i, (text, label) in enumerate(parts):
        if not label:
            found.append(text)
            at = _after(text, meant, at)
        elif _goes_on(text, parts[i + 1 : i + 2], meant, at):
            found.append(text)
            at += len(text)
        else:
            doubtful.append(text)
    if doubtful and _RIGHT_TO_LEFT.search(meant):
        found += _words(doubtful, differences(meant, "".join(found))[0])
    return "".join(found)


def _words(labels: Sequence[str], lost: Counter[str]) -> Iterator[str]:
    """Of what may be labels the words that are lacking otherwise: in a line from right to left no order tells them."""
    for text in labels:
        if any(c.isalpha() for c in text) and not Counter(text) - lost:
            lost = lost - Counter(text)
            yield text


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
    if not after:
        return True
    other, label = after[0]
    if label and not (len(other) > len(text) and other.isalpha()):  # a. and the word of its item: alpha
        return True
    return not meant.startswith(other[: _NEAR[0]], at)


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


# ---------------------------------------------------------------- tables too wide for a page

_PART = 40  # columns that a part of one may have
_TRIES = 20  # times its letters that may be compared: cells that are all alike may be parted in many ways


def arranged(meant: str, tables: Sequence[Grid], seen: Seen) -> str:
    """`meant`, its tables as the edition has them: a PDF turns one too wide for its page, or sets it in parts.

    A part begins each row with its first cell again. Every cell is still there, and compared, in its new order.
    """
    if seen.format != "pdf":
        return meant
    for labels in (False, True):
        got = "".join(_unselected(plain(piece.text)) for piece in seen.body if labels or not piece.label)
        found = "".join(_arranged(meant, tables, got))
        if found != meant:
            return found
    return meant


def _arranged(meant: str, tables: Sequence[Grid], got: str) -> Iterator[str]:
    at = there = 0
    surplus = differences(meant, got)[1]
    for table in tables:
        grid = tuple(tuple(shown(cell, "pdf") for cell in row) for row in table)
        rows = "".join(cell for row in grid for cell in row)
        start = meant.find(rows, at)
        if not rows or start < 0:
            continue
        yield meant[at:start]
        there = _after(meant[at:start], got, there)
        at = start + len(rows)
        after = meant[at : at + _NEAR[0]]
        if surplus and _RIGHT_TO_LEFT.search(rows):  # such a line is compared as letters in any order
            first = "".join(row[0] for row in grid if row)
            again = _times(Counter(first), surplus)
            surplus -= Counter(first * again)
            yield rows + first * again
            there += len(rows) + len(first) * again
            continue
        made = rows if _stands(rows, got, there, after) else _as_set(grid, got, there, after) or rows
        yield made
        there += len(made)
    yield meant[at:]


def _as_set(grid: Grid, got: str, there: int, after: str) -> str:
    """The letters of a table as they stand in `got`: turned, or in parts; "" where they do not."""
    columns = max(map(len, grid))
    turned = "".join(row[i] for i in range(columns) for row in grid if i < len(row))
    if _stands(turned, got, there, after):
        return turned
    tried: set[tuple[int, int]] = set()
    waiting = [(1, there)]
    left = 10_000 + _TRIES * len(turned)
    while waiting and left > 0:
        first, at = waiting.pop()
        if first >= columns and _stands("", got, at, after):
            return got[there:at]
        for end in range(first + 1, min(columns, first + _PART) + 1):
            to = at + _part(grid, first, end, got, at)
            left -= to - at
            if to > at and (end, to) not in tried:
                tried.add((end, to))
                waiting.append((end, to))
    return ""


def _times(part: Counter[str], whole: Counter[str]) -> int:
    """How often all of `part` is in `whole`."""
    return min((whole[letter] // count for letter, count in part.items()), default=0)


def _stands(text: str, got: str, at: int, after: str) -> bool:
    """Whether `got` has at a place this text and what comes after it; nothing where nothing does."""
    return got.startswith(text + after, at) and (bool(after) or at + len(text) == len(got))


def _part(grid: Grid, first: int, end: int, got: str, at: int) -> int:
    """How many letters of `got` are these columns behind the first one; 0 where they are not there."""
    start = at
    for row in grid:
        text = "".join((*row[:1], *row[first:end]))
        if not got.startswith(text, at):
            return 0
        at += len(text)
    return at - start
