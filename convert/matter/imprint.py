"""The imprint of a title page: who published a book, where and in what year, below its author."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convert.matter.draft import Draft
from convert.text import Line

MOST = 8  # lines
_YEAR = re.compile(r"(?:(?P<rest>.{2,60}?)[,.:]? )?(?P<year>1[4-9]\d\d|20\d\d|M[DCLXVI]{2,14})\.?")
_PUBLISHER = re.compile(
    r"\b(?:press|publish(?:ers?|ing)|verlag|"
    r"buchhandlung|books|& co|and co|company|& sons?|and sons?|brothers|éditeurs?|éditions|"
    r"librairie|imprimerie|editorial|editora|editore|editori|tipografia|uitgever\w*|boekhandel|forlag|förlag|kustannus\w*|"
    r"издательство|типография|wydawnictwo|nakladatelství|kiadó|yayınevi|yayınları|ltd|limited)\b|出版社|書房|书局|출판사",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"(?:copyright\b|©|entered according to act)", re.IGNORECASE)
_NUMERALS = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}


def imprint(chunks: Sequence[list[Line]], draft: Draft) -> int:
    """Note the imprint that `chunks` open with; how many of them it is, 0 where they open otherwise.

    It is a few short lines that name a publisher and end in a year, and more text follows them.
    """
    for count in range(1, min(len(chunks), 4)):
        lines = [line for chunk in chunks[:count] for line in chunk]
        if len(lines) > MOST or any(len(line.text) > 70 for line in lines):
            return 0
        year = _YEAR.fullmatch(lines[-1].text)
        if year and not re.search(r"\d", year["rest"] or "") and any(_PUBLISHER.search(line.text) for line in lines):
            _note(lines, year, draft)
            return count
    return 0


def _note(lines: Sequence[Line], year: re.Match[str], draft: Draft) -> None:
    draft.say("date", number(year["year"]), lines[-1].number, "the year of the imprint")
    for line in lines:
        text = (year["rest"] or "").strip(" ,") if line is lines[-1] else line.text
        if _RIGHTS.match(text):
            draft.say("rights", line.text, line.number, "the imprint")
        elif _PUBLISHER.search(text) and "publisher" not in draft.values:
            place, _, name = text.rpartition(": ")
            draft.say("publisher", name.strip(" ,"), line.number, "the imprint")
            draft.say("extra", (("Imprint", place),) if place else (), line.number, "the imprint")
        elif text:
            draft.say("extra", (("Imprint", text),), line.number, "the imprint")
        draft.take(line, "imprint")


def number(year: str) -> str:
    """A year in figures, also where it is in Roman numerals; "" where those make none."""
    if year.isdigit():
        return year
    values = [_NUMERALS[c] for c in year.upper()]
    total = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    return str(total) if 1450 < total < 2100 else ""
