"""The generated cover, and the gate to Pillow's drawing: title, authors and publisher set as a label on coloured board.

A JPEG of 1600 by 2400 pixels, as shops want it. HarfBuzz shapes every script (Pillow's raqm); a character that the text
face lacks comes from the face that fontconfig names, one without any is set as [U+12000]. Equal words, equal bytes.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

from convert.article import Metadata
from convert.editions import faces
from convert.editions.describe import direction, shown_authors
from convert.profiles import Profile

WIDTH, HEIGHT = 1600, 2400
PAPER, INK = "#f5f0e6", "#1f1c18"
BOARDS = ("#7a2e26", "#2d4a5a", "#3b5744", "#553a58", "#5e4f28", "#28374d")  # a book's own by its title
MARGIN, PADDING = 150, 110  # around the label, and inside it
_PART = 10  # letters of an endless word that stay together
_CLOSING = frozenset("、。，．）」』】〉》！？：；ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")  # begin no line


class Run(NamedTuple):
    """Letters of one face."""

    place: faces.Place
    text: str


class Lines(NamedTuple):
    """A text broken to a width: its lines at a size in pixels, and the height they take."""

    runs: Sequence[Sequence[Run]]
    size: int
    height: int


def draw(m: Metadata, profile: Profile) -> bytes:
    """The cover of a book with this metadata."""
    from PIL import Image, ImageDraw

    board, ink = _colour(profile.accent, _board(m)), _colour(profile.ink, INK)
    image = Image.new("RGB", (WIDTH, HEIGHT), board)
    pen = ImageDraw.Draw(image)
    inner = WIDTH - 2 * (MARGIN + PADDING)
    title = _fitted(m.title, m.language, inner, 1000, (172, 150, 132, 116, 100, 88, 76, 66, 56, 48, 40))
    authors = _fitted(shown_authors(m), m.language, inner, 260, (72, 64, 56, 48, 40, 32), ("smcp",))
    gap = 96 if authors.runs else 0
    height = 2 * PADDING + 40 + title.height + 2 * gap + authors.height
    top = max(220, int(HEIGHT * 0.4 - height / 2))
    _label(pen, top, height, board)
    y = top + PADDING + 20
    _set(pen, title, y, ink, m)
    if authors.runs:
        y += title.height + gap
        pen.line((WIDTH / 2 - 70, y, WIDTH / 2 + 70, y), board, 5)
        _set(pen, authors, y + gap, ink, m, ("smcp",))
    foot = _fitted(m.publisher or profile.publisher or m.site, m.language, inner, 130, (52, 44, 36, 30), ("smcp",))
    _set(pen, foot, HEIGHT - 190 - foot.height, _legible(board), m, ("smcp",))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88, subsampling=0)
    return buffer.getvalue()


def _label(pen: Any, top: int, height: int, board: str) -> None:
    """The paper, with a rule inside its edge."""
    pen.rectangle((MARGIN, top, WIDTH - MARGIN, top + height), PAPER)
    edge = 34
    pen.rectangle((MARGIN + edge, top + edge, WIDTH - MARGIN - edge, top + height - edge), None, board, 4)


def _board(m: Metadata) -> str:
    return BOARDS[hashlib.sha256(f"{m.title}\n{m.authors}".encode()).digest()[0] % len(BOARDS)]


def _colour(said: str, default: str) -> str:
    """A colour of the profile where Pillow knows it, else the design's."""
    from PIL import ImageColor

    try:
        return "#{:02x}{:02x}{:02x}".format(*ImageColor.getrgb(said)[:3])
    except ValueError:
        return default


def _legible(board: str) -> str:
    """Paper or ink, whichever stands out on this board."""
    red, green, blue = (int(board[i : i + 2], 16) for i in (1, 3, 5))
    return PAPER if red * 0.299 + green * 0.587 + blue * 0.114 < 140 else INK


def _set(pen: Any, lines: Lines, y: float, colour: str, m: Metadata, features: tuple[str, ...] = ()) -> None:
    """Draw the lines, each centred, from `y` down; runs stand in the direction of writing."""
    for number, runs in enumerate(lines.runs):
        fonts = [_font(run.place, lines.size) for run in runs]
        rtl = _right_to_left("".join(run.text for run in runs), m.language)
        more = _shaping(rtl, features)
        widths = [font.getlength(run.text, **more) for font, run in zip(fonts, runs, strict=True)]
        x = (WIDTH - sum(widths)) / 2
        placed = list(zip(fonts, runs, widths, strict=True))
        for font, run, width in reversed(placed) if rtl else placed:
            baseline = y + lines.size * (0.95 + 1.24 * number)
            pen.text((x, baseline), run.text, colour, font, anchor="ls", **more)
            x += width


def _right_to_left(text: str, language: str) -> bool:
    """By the first letter that has a direction, as bidirectional text is (UAX 9, P2)."""
    for letter in text:
        if (kind := unicodedata.bidirectional(letter)) in ("L", "R", "AL"):
            return kind != "L"
    return direction(language) == "rtl"


def _shaping(rtl: bool, features: tuple[str, ...]) -> dict[str, Any]:
    """What raqm takes; without it Pillow sets letter by letter and takes none."""
    from PIL import features as has

    return {"direction": "rtl" if rtl else "ltr", "features": ["kern", "liga", *features]} if has.check("raqm") else {}


# ---------------------------------------------------------------- lines


def _fitted(
    text: str, language: str, width: int, height: int, sizes: Sequence[int], features: tuple[str, ...] = ()
) -> Lines:
    """`text` at the largest of `sizes` at which it fits; at the smallest what does not fit gives way to an ellipsis."""
    runs = _runs(_shown(text, language), language)
    if not runs:
        return Lines((), 0, 0)
    words = _words(runs)
    rough = [_measure(word, features) for word in words]
    for size in sizes:
        lines = _broken(words, [w * size / 100 for w in rough], width, size)
        most = int(height / (size * 1.24))
        if len(lines) <= most and (size == sizes[-1] or max(rough) * size / 100 <= width):
            break
    if len(lines) > most:
        lines = [*lines[: most - 1], [*lines[most - 1], Run(lines[most - 1][-1].place, "…")]]
    return Lines(lines, size, int(len(lines) * size * 1.24))


def _words(runs: Sequence[Run]) -> list[list[Run]]:
    """The pieces a line may be broken between: words with the space behind them, ideographs, parts of endless words."""
    words: list[list[Run]] = [[]]
    for run in runs:
        for piece in _ideographs(run.text) if _is_cjk(run.text[0]) else _pieces(run.text):
            words[-1].append(Run(run.place, piece))
            if piece[-1].isspace() or _is_cjk(piece[0]) or len(piece) >= _PART:
                words.append([])
    return [word for word in words if word]


def _pieces(text: str) -> list[str]:
    """Words, each with its space; one of three times _PART letters or more, as Thai may have, in parts."""
    pieces: list[str] = []
    for word in re.findall(r"\S+\s*|\s+", text):
        start = 0
        while len(word) - start >= 3 * _PART:
            end = start + _PART
            while end < len(word) and unicodedata.category(word[end])[0] == "M":
                end += 1
            pieces.append(word[start:end])
            start = end
        pieces.append(word[start:])
    return [piece for piece in pieces if piece]


def _ideographs(text: str) -> list[str]:
    pieces: list[str] = []
    for letter in text:
        if pieces and (letter in _CLOSING or letter.isspace() or unicodedata.combining(letter)):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _is_cjk(letter: str) -> bool:
    return "\u2e80" <= letter <= "\ua4cf" or "\uac00" <= letter <= "\ud7a3" or "\uf900" <= letter <= "\ufaff" or (
        "\uff00" <= letter <= "\uffef" or letter >= "\U00020000"
    )  # fmt: skip


def _measure(word: Sequence[Run], features: tuple[str, ...]) -> float:
    """The width at 100 pixels, less the space at the end."""
    more = _shaping(_right_to_left(word[0].text, ""), features)
    return sum(float(_font(r.place, 100).getlength(r.text, **more)) for r in word)


def _broken(words: Sequence[Sequence[Run]], widths: Sequence[float], width: int, size: int) -> list[list[Run]]:
    """Lines of nearly equal length: as many as the width needs, then the narrowest measure that gives no more."""
    count = len(_greedy(words, widths, width))
    low, high = width / 3, float(width)
    while high - low > size / 2:
        middle = (low + high) / 2
        if len(_greedy(words, widths, middle)) > count:
            low = middle
        else:
            high = middle
    return [_joined(line) for line in _greedy(words, widths, high)]


def _greedy(words: Sequence[Sequence[Run]], widths: Sequence[float], width: float) -> list[list[Run]]:
    lines: list[list[Run]] = [[]]
    used = 0.0
    for word, wide in zip(words, widths, strict=True):
        if lines[-1] and used + wide > width:
            lines.append([])
            used = 0.0
        lines[-1].extend(word)
        used += wide
    return lines


def _joined(line: Sequence[Run]) -> list[Run]:
    """The pieces of a line as runs, less the space at its end."""
    runs: list[Run] = []
    for piece in line:
        if runs and runs[-1].place is piece.place:
            runs[-1] = Run(piece.place, runs[-1].text + piece.text)
        else:
            runs.append(piece)
    runs[-1] = Run(runs[-1].place, runs[-1].text.rstrip() or " ")
    return runs


# ---------------------------------------------------------------- faces


def _runs(text: str, language: str) -> list[Run]:
    """`text` parted by the face that has its letters; marks and spaces stay with what stands before them."""
    chain = _chain(text, language)
    runs: list[Run] = []
    for letter in text:
        place = next((p for p in chain if ord(letter) in p.covers), None)
        follows = unicodedata.category(letter)[0] in "MZCP" and runs
        if follows and (place is None or ord(letter) in runs[-1].place.covers or letter == " "):
            place = runs[-1].place
        if place is None:
            continue
        if runs and runs[-1].place is place:
            runs[-1] = Run(place, runs[-1].text + letter)
        else:
            runs.append(Run(place, letter))
    return runs


def _shown(text: str, language: str) -> str:
    """`text` in one line, where a letter that no face has is its code point in brackets."""
    text = " ".join("".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn")).split())[:2000]
    covered = frozenset().union(*(p.covers for p in _chain(text, language)))
    ignored = ("Mn", "Me", "Cf", "Zs")
    return "".join(
        c if ord(c) in covered or unicodedata.category(c) in ignored else f"[U+{ord(c):04X}]" for c in text
    )  # fmt: skip


@lru_cache(256)
def _chain(text: str, language: str) -> tuple[faces.Place, ...]:
    """The faces that set `text`: the text face, then for what it lacks those that fontconfig names, at most eight."""
    chain = [p for p in (faces.find(faces.TEXT),) if p]
    lacking = {ord(c) for c in text if not c.isspace()}.difference(*(p.covers for p in chain))
    lang = "" if language == "und" else f":lang={language}"
    for _ in range(8):
        if not lacking:
            break
        some = sorted(lacking)[:40]
        place = _having(some, lang) or _having(some[:1], lang)
        if place is None or place in chain or not lacking & place.covers:
            lacking -= set(some[:1])
            continue
        chain.append(place)
        lacking -= place.covers
    return tuple(chain)


def _having(letters: Sequence[int], lang: str) -> faces.Place | None:
    """The face nearest to the design that has some of these letters."""
    family = "Noto Serif CJK JP,Noto Naskh Arabic,Noto Serif Hebrew,Noto Serif,Noto Sans,Symbola"
    own = next((s.family for s in faces.SCRIPTS if letters[0] in faces.characters(s.ranges)), "")
    family = f"{own},{family}" if own else family
    found = faces.find(f"{family}:charset={' '.join(f'{c:x}' for c in letters)}{lang}")
    return found if found and found.covers.intersection(letters) else None


@lru_cache(256)
def _font(place: faces.Place, size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(place.file, size, place.number, layout_engine=ImageFont.Layout.RAQM)
