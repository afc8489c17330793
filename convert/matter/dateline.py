"""The dateline: where, for which agency and when a report was sent, before its first words; it stays in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convert.matter import dates
from convert.matter.draft import Draft
from convert.text import Line

ZONE = 12  # lines below the head in which the first paragraph begins
_CAPITALS = r"(?:(?!\d)[^\W_a-zß-öø-ÿ][.’']?){2,20}"
_NAME = r"[^\W\d_a-z][^\W\d_]{2,20}"
_REST = r"(?P<rest>[,/] ?[^()—–―]{2,45}?)?"
_DASH = r",?:?\s?(?:[—–―]|--|-)\s"
_CAPITAL_PLACE = re.compile(
    rf"(?P<place>{_CAPITALS}(?:[ -]{_CAPITALS}){{0,3}}){_REST}(?P<agency> \([^()]{{2,40}}\))?{_DASH}"
)
_NAMED_PLACE = re.compile(  # in small letters only before an agency
    rf"(?P<place>{_NAME}(?:[ -]{_NAME}){{0,3}}){_REST}"
    rf"(?P<agency> \((?:[A-Z]{{2,6}}|[a-z]{{3,4}}|Reuters|Bloomberg|[A-Z]\w+ News)(?:/[A-Za-z]{{2,10}})?\)){_DASH}"
)
_DAY_ALONE = re.compile(r"(?P<day>[^()—–―]{8,24})\s?(?:[—–―]|--)\s")
_YEARLESS = re.compile(r"(?:(?P<before>[^\W\d_]{3,12})\.? )?\d{1,2}\.?(?: (?:de )?(?P<after>[^\W\d_]{3,12}))?$")


def dateline(lines: Sequence[Line], draft: Draft) -> None:
    """Note the dateline that the first paragraph of `lines` opens with: its words, and its date where it has a year."""
    for above, line in zip((None, *lines[:ZONE]), lines[:ZONE], strict=False):
        if above is None or above.blank:
            match = _CAPITAL_PLACE.match(line.text) or _NAMED_PLACE.match(line.text)
            if match and any(len(word) > 2 for word in match["place"].split()):
                _note(match, line, draft)
                return
            if alone := _DAY_ALONE.match(line.text):
                _date(dates.whole(alone["day"], draft.language), line, draft)


def _note(match: re.Match[str], line: Line, draft: Draft) -> None:
    region = match["rest"] or ""
    found = dates.find(region, draft.language)
    if found:
        region = region[: found.start]
    elif (day := _YEARLESS.search(region)) and any(dates.month_number(g) for g in day.groups() if g):
        region = region[: day.start()]
    region = region.rstrip(" ,/")
    words = region.strip(" ,/").split()
    if len(words) > 3 or not all(w[:1].isupper() and not any(c.isdigit() for c in w) for w in words):
        return
    draft.say("dateline", f"{match['place']}{region}{match['agency'] or ''}", line.number, "before the first words")
    _date(found, line, draft)


def _date(found: dates.Dated | None, line: Line, draft: Draft) -> None:
    if found and len(found.iso) == 10 and not found.doubt:
        draft.say_date("date", found, line.number, "before the first words")
