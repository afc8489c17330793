"""Dates as people write them at the head of an article: a line of text becomes an ISO 8601 day.

Month names are CLDR's (months.json, made by tools/months.py). Two numbers that could each be the month are settled
by the separator and the language, and remarked.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Dated(NamedTuple):
    """A date found in a line."""

    iso: str  # YYYY-MM-DD or YYYY-MM
    start: int
    end: int
    doubt: str = ""  # why it may be read wrongly


_ISO = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_EAST = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?!\d)")
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|ère|º|ª|\.)?"
_MONTH = r"([^\W\d_]{2,14})"
_OF = r"(?:\s+de|\s+del|\s+of)?"
_DAY_MONTH = re.compile(rf"(?<!\d){_DAY}{_OF}[\s.-]+{_MONTH}\.?,?{_OF}[\s.,'-]+(\d{{4}})(?!\d)")
_MONTH_DAY = re.compile(rf"{_MONTH}\.?\s+{_DAY},?\s+(\d{{4}})(?!\d)")
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}})[.,]?\s+{_MONTH}\s+(\d{{1,2}})(?!\d)")
_MONTH_YEAR = re.compile(rf"{_MONTH}{_OF},?\s+(\d{{4}})(?!\d)")

_TIME = re.compile(
    r"\d{1,2}\s?[:h.]\s?\d{2}(?::\d{2})?(?:[.,]\d+)?\s*(?:[ap]\.?m\.?|uhr|hrs?)?\s*(?:Z|[A-Z]{2,5}|[+-]\d\d:?\d\d)?(?:\s*\([A-Z]{2,5}\))?"
    r"|\d{1,2}\s?[ap]\.?m\.?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:date|dated|published|posted|created|issued|written|publication|first|last|updated?|on|at|the|am|um|le|el|il|"
    r"veröffentlicht|erschienen|datum|vom|publié|publiée|mis en ligne|publicado|publicada|fecha|data|pubblicato|gepubliceerd|"
    r"opublikowano|опубликовано|дата|publicerad|julkaistu|\d{1,2} min read|"
    r"mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|"
    r"segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|"
    r"понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)\b",
    re.IGNORECASE,
)


def find(text: str, language: str = "en") -> Dated | None:
    """The first date in `text`, or None."""
    for attempt in (_from_digits, _from_names):
        found = attempt(text, language)
        if found:
            return found
    return None


def whole(text: str, language: str = "en") -> Dated | None:
    """The date in a line that says nothing else: a weekday, a time and words like 'Published' aside."""
    if len(text) > 120:
        return None
    found = find(text, language)
    if found is None:
        return None
    rest = _LABEL.sub("", _TIME.sub("", text[: found.start] + " " + text[found.end :]))
    return None if any(c.isalnum() for c in rest.lstrip("T")) else found


def _from_digits(text: str, language: str) -> Dated | None:
    if match := _ISO.search(text) or _EAST.search(text):
        year, month, day = (int(g) for g in match.groups() if g.isdigit())
        return _dated(match, year, month, day)
    if match := _NUMERIC.search(text):
        return _numeric(match, language)
    return None


def _numeric(match: re.Match[str], language: str) -> Dated | None:
    first, separator, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
    if first > 12 or second > 12:
        day, month = (first, second) if first > 12 else (second, first)
        return _dated(match, year, month, day)
    american = separator != "." and language.split("-")[0] in ("en", "und")
    month, day = (first, second) if american else (second, first)
    doubt = (
        "" if first == second else f"{match[0]} is read as {year}-{month:02}-{day:02}; day and month could be swapped."
    )
    return _dated(match, year, month, day, doubt)


def _from_names(text: str, language: str) -> Dated | None:
    for pattern, order in ((_DAY_MONTH, "dmy"), (_MONTH_DAY, "mdy"), (_YEAR_FIRST, "ymd")):
        for match in pattern.finditer(text):
            part = dict(zip(order, match.groups(), strict=True))
            month = month_number(part["m"], language)
            if month:
                return _dated(match, int(part["y"]), month, int(part["d"]))
    for match in _MONTH_YEAR.finditer(text):
        month = month_number(match[1], language)
        if month and 1000 < int(match[2]) < 2200:
            return Dated(f"{int(match[2]):04}-{month:02}", match.start(), match.end())
    return None


def _dated(match: re.Match[str], year: int, month: int, day: int, doubt: str = "") -> Dated | None:
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1000 < year < 2200):
        return None
    return Dated(f"{year:04}-{month:02}-{day:02}", match.start(), match.end(), doubt)


def month_number(name: str, language: str = "en") -> int:
    """1 to 12 where `name` is a month's in some language we read, the text's own first; else 0."""
    bare = name.casefold().rstrip(".")
    table = _months()
    own = table.get(language.split("-")[0], {}).get(bare) or table["en"].get(bare)
    if own:
        return own
    return next((names[bare] for names in table.values() if bare in names), 0)


@cache
def _months() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = json.loads((Path(__file__).parent / "months.json").read_text("utf-8"))
    return found
