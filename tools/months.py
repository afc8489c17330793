"""Writes convert/matter/months.json and days.json: the months and weekdays of the languages we read dates in (CLDR)."""

import json
import re
from pathlib import Path

from babel.dates import get_day_names, get_month_names

LANGUAGES = (
    "en de fr es it pt nl sv da nb nn fi is pl cs sk sl hr sr hu ro bg mk ru uk be lt lv et el tr id ms vi ca gl eu "
    "sq ga cy af sw fil az kk ky uz mn hy ka he ar fa ur hi bn ta te mr gu kn ml pa th"
)


def names(language: str) -> dict[str, int]:
    """Each name and abbreviation of a month in `language`, in lower case without its point."""
    found: dict[str, int] = {}
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for number, name in get_month_names(width, context, language).items():
                bare = name.casefold().rstrip(".")
                if any(c.isalpha() for c in bare) and len(bare) > 1:
                    found[bare] = number
    return found


def days(language: str) -> set[str]:
    """The words in the names and abbreviations of the weekdays in `language`, in lower case without points."""
    found = set()
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for name in get_day_names(width, context, language).values():
                found |= set(re.findall(r"\w+", name.casefold()))
    return {day for day in found if not day.isdigit() and (len(day) > 1 or day > "\u0250")}


if __name__ == "__main__":
    table = {language: names(language) for language in LANGUAGES.split()}
    table["en"]["sept"] = 9
    table["ar"] |= names("ar_SY") | names("ar_DZ")  # the months have other names in the Levant, others in the Maghreb
    path = Path(__file__).parent.parent / "convert" / "matter" / "months.json"
    path.write_text(json.dumps(table, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    names_of_days = sorted(set().union(*map(days, (*LANGUAGES.split(), "ja", "zh", "ko"))) | {"tues", "thur", "thurs"})
    path = path.with_name("days.json")
    path.write_text(json.dumps(names_of_days, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
