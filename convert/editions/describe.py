"""Metadata as editions show and embed it: meta elements, JSON-LD, and what people read in the title block.

Homes of each field: DESIGN §4. Obeys Dublin Core Terms, Open Graph, Highwire's citation_* (as Google Scholar reads
them), schema.org's Article, CLDR for dates and lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from markupsafe import Markup

from convert.article import Metadata, Part
from convert.editions.taming import length, running
from convert.editions.words import words
from convert.marks.link import address
from convert.text import leftward
from convert.tree import Block, plain_text


def frame(m: Metadata) -> dict[str, Any]:
    """What every page of an edition is told: its language, its title block, and the words we add of our own.

    `spoken` is the attribute that says in which language those are, where it is not the article's; `link` the source's
    address as a link may have it, "" where none may.
    """
    said = words(m.language)
    same = said["language"].split("-")[0] == m.language.split("-")[0]
    return {
        "language": m.language,
        "direction": direction(m.language),
        "head": title_block(m),
        "metadata": m,
        "link": address(m.source),
        "words": said,
        "spoken": "" if same else Markup(' lang="{}"').format(said["language"]),
    }


A_MINUTE = 230  # words that people read; Brysbaert (2019) found 238 in English prose
_LETTERS_OF_ITS_OWN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def minutes(blocks: Iterable[Block]) -> int:
    """How long the text takes to be read; Chinese and Japanese letters count as half a word each."""
    text = " ".join(plain_text(b) for b in blocks)
    count = len(text.split()) + len(_LETTERS_OF_ITS_OWN.findall(text)) / 2
    return round(count / A_MINUTE)


class Meta(NamedTuple):
    """One meta element: `name` or `property`, its name, its content."""

    kind: str
    name: str
    content: str


def direction(language: str) -> str:
    """`rtl` or `ltr`, by the script that the language says or is usually written in."""
    return "rtl" if leftward(language) else "ltr"


def meta_elements(m: Metadata) -> list[Meta]:
    """The meta elements of an HTML head, those with a value only."""
    said = [
        *(("name", "author", a) for a in m.authors),
        ("name", "description", m.description or m.standfirst),
        ("name", "keywords", ", ".join(m.subjects)),
        ("name", "dcterms.date", m.date),
        ("name", "dcterms.modified", m.modified),
        ("name", "dcterms.publisher", m.publisher),
        ("name", "dcterms.source", m.source),
        ("name", "dcterms.rights", m.rights),
        ("name", "dcterms.identifier", m.identifier),
        ("property", "og:type", "article"),
        ("property", "og:title", m.title),
        ("property", "og:description", m.description or m.standfirst),
        ("property", "og:site_name", m.site or m.publisher),
        ("property", "og:url", m.source),
        ("property", "article:published_time", m.date),
        *(("property", "article:tag", s) for s in m.subjects),
        # Last, since programs that know no Highwire take the first date they meet, and this one is no ISO date.
        ("name", "citation_title", m.title),
        *(("name", "citation_author", a) for a in m.authors),
        ("name", "citation_publication_date", m.date[:10].replace("-", "/")),
        ("name", "citation_language", "" if m.language == "und" else m.language),
        ("name", "citation_publisher", m.publisher),
    ]
    return [Meta(*entry) for entry in said if entry[2]]


def json_ld(m: Metadata, parts: Sequence[Part] = ()) -> Markup:
    """schema.org's Article, of an issue a Collection of them, safe inside a script element."""
    data = {"@context": "https://schema.org", **_thing(m)}
    if parts:
        data |= {"@type": "Collection", "name": m.title, "hasPart": [_thing(p.metadata) for p in parts]}
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return Markup(text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026"))


def _thing(m: Metadata) -> dict[str, Any]:
    """What is known, as schema.org has it of an Article, a NewsArticle where it has a dateline."""
    publisher = m.publisher or m.site
    data: dict[str, Any] = {
        "@type": "NewsArticle" if m.dateline else "Article",
        "headline": m.title,
        "alternativeHeadline": m.subtitle,
        "dateline": m.dateline,
        "author": [{"@type": "Person", "name": a} for a in m.authors],
        "translator": [{"@type": "Person", "name": who} for who, part in m.contributors if part == "trl"],
        "editor": [{"@type": "Person", "name": who} for who, part in m.contributors if part == "edt"],
        "datePublished": m.date,
        "dateModified": m.modified,
        "inLanguage": "" if m.language == "und" else m.language,
        "keywords": list(m.subjects),
        "description": m.description or m.standfirst,
        "publisher": {"@type": "Organization", "name": publisher} if publisher else "",
        "license": m.rights,
        "url": m.source,
        "identifier": m.identifier,
    }
    return {k: v for k, v in data.items() if v}


def shown_date(m: Metadata) -> str:
    """The date as the article's language writes it: 18 September 2017; as it stands where that is not known."""
    if not m.date or len(m.date) < 7:
        return m.date
    from babel.dates import format_date

    day = date(int(m.date[:4]), int(m.date[5:7]), int(m.date[8:10] or 1))
    locale = _locale(m.language)
    return format_date(day, "long" if len(m.date) >= 10 else "MMMM y", locale) if locale else m.date[:10]


def shown_authors(m: Metadata) -> str:
    """The authors as one text, joined as the article's language joins a list."""
    if len(m.authors) < 2:
        return "".join(m.authors)
    from babel.lists import format_list

    return format_list(list(m.authors), "standard", _locale(m.language) or "en")


def _locale(language: str) -> Any:
    from babel import Locale, UnknownLocaleError

    for tag in (language, language.split("-")[0]) if language != "und" else ():
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def title_block(m: Metadata) -> dict[str, Any]:
    """What the templates show above the text. Every word of the head that has no other home is in `fields`."""
    origin = m.origin("title")
    site = m.site if m.site and m.site != m.kicker else ""
    return {
        "kicker": m.kicker,
        "title": m.title,
        "length": length(m.title),
        "running": running(m.title),
        "made": bool(origin and origin.kind == "default" and "words" in origin.why),
        "subtitle": m.subtitle,
        "standfirst": m.standfirst or _stated_description(m),
        "authors": shown_authors(m) if _is_said(m, "authors") else "",
        "site": site,
        "date": m.date[:10] if _is_said(m, "date") else "",
        "shown_date": shown_date(m),
        "fields": [(k, v) for k, v in m.extra if v],
    }


def _is_said(m: Metadata, name: str) -> bool:
    """Whether somebody said it: what an issue has of its articles stands with each of them."""
    origin = m.origin(name)
    return not (origin and origin.kind == "default")


def _stated_description(m: Metadata) -> str:
    """The description where the text itself prints one: its words must stand in every edition."""
    origin = m.origin("description")
    return m.description if origin and origin.kind == "text" else ""


_PARTICLES = frozenset("de da do dos di du la le van von der den ter ten zu al el bin ibn af av".split())


def sort_name(name: str) -> str:
    """`name` as lists of authors sort it: the family name first, its particles with it."""
    words = name.split()
    if len(words) < 2 or "," in name or any(c > "\u2e80" for c in name):
        return name
    at = len(words) - 1
    while at > 1 and words[at - 1].casefold() in _PARTICLES:
        at -= 1
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}"
