"""Writes convert/matter/months.json: the names of the months in the languages we read dates in, from CLDR (Babel)."""

import json
from pathlib import Path

from babel.dates import get_month_names

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


if __name__ == "__main__":
    table = {language: names(language) for language in LANGUAGES.split()}
    table["en"]["sept"] = 9
    path = Path(__file__).parent.parent / "convert" / "matter" / "months.json"
    path.write_text(json.dumps(table, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
