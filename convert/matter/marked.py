"""Heads in light markup: TOML between +++ lines, Org's keywords, AsciiDoc's header, pandoc's % lines.

Each reader gives how many lines its head took, 0 where the text opens otherwise. Only the head is read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from convert.article import Remark
from convert.matter import dates, fields, names
from convert.matter.draft import Draft
from convert.matter.front import LONGEST, flat
from convert.text import Line

_ORG = re.compile(r"#\+(?P<key>[A-Za-z_]{2,30}):(?:\s+(?P<value>.*))?$")
_ATTRIBUTE = re.compile(r":!?(?P<key>[A-Za-z0-9][\w-]{0,40}):(?:\s+(?P<value>.*))?$")
_REVISION = re.compile(r"(?:v(?P<version>[\w.-]{1,20}))?(?:,?\s*(?P<date>[^:]{4,40}))?(?::\s*(?P<remark>.{1,200}))?$")
_HOMES = {"lang": "language", "docdate": "date", "revdate": "date", "filetags": "keywords", "author": "author"}


def marked(lines: Sequence[Line], draft: Draft) -> int:
    """Read a head in some light markup into the draft; how many lines it took."""
    return next((size for reader in _READERS if (size := reader(lines, draft))), 0)


def _toml(lines: Sequence[Line], draft: Draft) -> int:
    """TOML front matter, as Hugo and Zola write it."""
    if not lines or lines[0].text != "+++" or lines[0].indent:
        return 0
    end = next((i for i, line in enumerate(lines[1:LONGEST], 1) if line.text == "+++" and not line.indent), 0)
    text = "\n".join(line.text for line in lines[1:end])
    if not end or "=" not in text or len(text) > 20_000:
        return 0
    import tomllib

    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        number = lines[0].number
        draft.remarks.append(
            Remark("front-matter", number, "The block between +++ lines is no TOML; it was kept as text.")
        )
        return 0
    for key, value in values.items():
        for item in flat(value):
            fields.note(fields.Entry(key, item, ()), draft, kind="front matter")
    return _taken(lines, end + 1, draft)


def _org(lines: Sequence[Line], draft: Draft) -> int:
    """Org's `#+TITLE:` and its other keywords; what only tells its programs how to work is left out."""
    end = 0
    found = []
    for i, line in enumerate(lines[:LONGEST]):
        match = _ORG.match(line.text)
        if match:
            found.append((match["key"].casefold(), (match["value"] or "").strip(), line))
            end = i + 1
        elif not line.blank:
            break
    homes = [fields.home(fields.Entry(key, value, ())) for key, value, _ in found]
    if not {"title", "authors", "date"} & set(homes):
        return 0
    titles = [(value, line) for key, value, line in found if key == "title"]
    if titles:
        draft.say("title", " ".join(v for v, _ in titles), titles[0][1].number, "keyword title")
    for (key, value, line), where in zip(found, homes, strict=True):
        if key == "filetags":
            draft.say("subjects", tuple(filter(None, value.split(":"))), line.number, "keyword filetags")
        elif where and where != "title":
            fields.note(fields.Entry(key, value, (line,)), draft)
    return _taken(lines, end, draft)


def _asciidoc(lines: Sequence[Line], draft: Draft) -> int:
    """AsciiDoc's header: `= Title`, a line of authors, a line of revision, attributes; a blank line ends it."""
    if not lines or lines[0].indent or not re.match(r"= \S", lines[0].text) or lines[0].text.endswith((".", ",", ";")):
        return 0
    end = next((i for i, line in enumerate(lines[:60]) if line.blank), 60)
    rest = list(lines[1:end])
    draft.say("title", lines[0].text[2:].strip(), lines[0].number, "the title of an AsciiDoc header")
    at = 0
    if rest and (who := names.people(_without_addresses(rest[0].text))):
        draft.say("authors", who, rest[0].number, "the authors of an AsciiDoc header")
        at = 1
        if len(rest) > 1 and _revision(rest[1], draft):
            at = 2
    while at < len(rest) and (rest[at].text.startswith("//") or _attribute(rest[at], draft)):
        at += 1
    return _taken(lines, at + 1, draft)


def _without_addresses(text: str) -> str:
    return re.sub(r"\s*<[^<>]{1,80}>", "", text).replace("_", " ") if len(text) < 300 else ""


def _revision(line: Line, draft: Draft) -> bool:
    match = _REVISION.match(line.text)
    if not match or line.text.startswith(":"):
        return False
    date = dates.whole(match["date"], draft.language) if match["date"] else None
    if not date and not match["version"]:
        return False
    draft.say_date("date", date, line.number, "the revision line of an AsciiDoc header")
    for key in ("version", "remark"):
        draft.say("extra", ((key.capitalize(), match[key]),) if match[key] else (), line.number, "the revision line")
    return True


def _attribute(line: Line, draft: Draft) -> bool:
    """An attribute entry: one with a home is noted, the others only steer AsciiDoc."""
    match = _ATTRIBUTE.match(line.text)
    if not match:
        return False
    key = _HOMES.get(match["key"], match["key"])
    entry = fields.Entry(key, (match["value"] or "").strip(), (line,))
    if fields.home(entry):
        fields.note(entry, draft)
    return True


def _percent(lines: Sequence[Line], draft: Draft) -> int:
    """pandoc's title block: `% title`, `% authors`, `% date`, then a blank line."""
    end = next((i for i, line in enumerate(lines[:4]) if not line.text.startswith("% ")), 4)
    if end < 2 or end > 3 or (len(lines) > end and not lines[end].blank):
        return 0
    values = [line.text[2:].strip() for line in lines[:end]]
    if not names.people(values[1]):
        return 0
    for key, value, line in zip(("title", "author", "date"), values, lines, strict=False):
        fields.note(fields.Entry(key, value, (line,)), draft)
    return _taken(lines, end, draft)


def _taken(lines: Sequence[Line], end: int, draft: Draft) -> int:
    for line in lines[:end]:
        draft.take(line, "head")
    return end


_READERS: tuple[Callable[[Sequence[Line], Draft], int], ...] = (_toml, _org, _asciidoc, _percent)
