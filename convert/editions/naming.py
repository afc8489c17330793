"""Naming: patterns of a house style, filled with an article's metadata: the names of files, the legal page."""

from __future__ import annotations

import re
import unicodedata

from convert.article import Metadata
from convert.editions.describe import shown_authors, sort_name

LONGEST = 100  # characters of a name
_LONGEST_FIELD = 60
_FIELD = re.compile(r"\{(\w+)\}")


def filled_from(m: Metadata) -> dict[str, str]:
    """What each field of a pattern stands for."""
    return {
        "title": m.title,
        "subtitle": m.subtitle,
        "author": sort_name(m.authors[0]).split(",")[0] if m.authors else "",
        "authors": shown_authors(m),
        "date": m.date[:10],
        "year": m.date[:4],
        "publisher": m.publisher,
        "rights": m.rights,
        "identifier": m.identifier,
        "language": "" if m.language == "und" else m.language,
        "source": m.source,
    }


def file_stem(pattern: str, m: Metadata, stem: str) -> str:
    """The stem of the editions' names by `pattern`: words in small letters, hyphens between; `stem` without one."""
    if not pattern:
        return stem
    fields = {name: _word(value) for name, value in filled_from(m).items()} | {"stem": stem}
    said = _FIELD.sub(lambda match: fields.get(match[1], ""), pattern)
    said = "".join(c for c in said if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*/\\')
    said = re.sub(r"([-_. ])[-_. ]+", r"\1", said).strip("-_. ")  # what stood between fields that are empty
    return said[:LONGEST].rstrip("-_. ") or stem


def _word(value: str) -> str:
    """`value` as part of a file's name."""
    words = re.findall(r"[\w]+", unicodedata.normalize("NFC", value.casefold().replace("’", "").replace("'", "")))
    kept = "-".join(words)[:_LONGEST_FIELD]
    return kept.strip("-_")


def paragraphs(pattern: str, m: Metadata) -> list[list[str]]:
    """The paragraphs of `pattern`, each with its lines; a line whose fields are all empty is left out."""
    fields = filled_from(m)
    made = [
        [
            _FIELD.sub(lambda match: fields.get(match[1], ""), line).strip()
            for line in part.splitlines()
            if _says(line, fields)
        ]
        for part in re.split(r"\n[ \t]*\n", pattern.strip())
    ]
    return [lines for lines in made if lines]


def _says(line: str, fields: dict[str, str]) -> bool:
    names = _FIELD.findall(line)
    return bool(line.strip()) and (not names or any(fields.get(name) for name in names))
