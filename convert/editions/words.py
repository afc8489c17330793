"""Words that editions add of their own, in the article's language: Contents, Notes, Skip to the text.

They stand in words.toml, a table for each language. A language that has none gets the English ones, and `language`
says so, for whoever reads them aloud.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_SAME = {"no": "nb", "nn": "nb", "bs": "hr", "sh": "hr", "mo": "ro", "iw": "he", "in": "id"}
_TRADITIONAL = frozenset(("hant", "tw", "hk", "mo"))  # the scripts and places that write Chinese in full


@cache
def words(language: str) -> Mapping[str, str]:
    """The words for a BCP 47 tag, by name; `reading_time` holds `{n}`, and `language` is what they are written in."""
    found = _language(language)
    return MappingProxyType({**_table()[found], "language": found})


def _language(tag: str) -> str:
    """The table that serves `tag`."""
    main, *subtags = tag.lower().split("-")
    if main == "zh" and _TRADITIONAL & set(subtags):
        return "zh-Hant"
    main = _SAME.get(main, main)
    return main if main in _table() else "en"


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
