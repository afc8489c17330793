"""Paper: a size of page, by its name or its measures, as ISO 216, ANSI and printers' trim sizes have them."""

from __future__ import annotations

import re
from typing import NamedTuple

from convert.errors import UsageError


class Paper(NamedTuple):
    """A page, in millimetres."""

    width: float
    height: float

    def __str__(self) -> str:
        return f"{self.width:g}mm {self.height:g}mm"  # as CSS has it


NAMED = {
    "A6": Paper(105, 148),
    "A5": Paper(148, 210),
    "A4": Paper(210, 297),
    "B6": Paper(125, 176),
    "B5": Paper(176, 250),
    "letter": Paper(215.9, 279.4),
    "legal": Paper(215.9, 355.6),
}
_BY_NAME = {name.casefold(): size for name, size in NAMED.items()}
_SIZE = re.compile(r"(\d{1,4}(?:\.\d{1,3})?) ?(mm|cm|in)? ?[x× ] ?(\d{1,4}(?:\.\d{1,3})?) ?(mm|cm|in)")
_MM = {"mm": 1.0, "cm": 10.0, "in": 25.4}
LEAST, MOST = 80.0, 600.0  # millimetres: a smaller page takes no measure of text, a larger one is a poster


def paper(said: str) -> Paper:
    """The Paper that is called `said`: A5, letter, 129x198mm, 6x9in. UsageError where none is."""
    if named := _BY_NAME.get(said.strip().casefold()):
        return named
    match = _SIZE.fullmatch(said.strip().casefold())
    if not match:
        raise UsageError(
            f"page {said!r} is no size of paper.",
            f"Say one of {', '.join(NAMED)}, or width and height: 129x198mm, 6x9in.",
            code="bad-page",
        )
    width, unit, height, last = match.groups()
    sides = (float(width) * _MM[unit or last], float(height) * _MM[last])
    if not all(LEAST <= side <= MOST for side in sides):
        raise UsageError(
            f"page {said!r} is too small or too large.",
            f"Each side may have {LEAST:g} to {MOST:g} mm.",
            code="bad-page",
        )
    return Paper(*(round(side, 2) for side in sides))
