"""Editions for others to work on, written by pandoc: docx, odt, LaTeX, JATS, reStructuredText and plain text.

Obeys ECMA-376 (docx), ODF 1.3 and JATS 1.2 as far as pandoc does. What the title block of our own editions shows and
pandoc's templates do not know (kicker, standfirst, other fields) opens the text, so that no word is lost. What a format
has no place for is remarked. Archives are packed again with fixed times and order, for equal bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from html import escape
from io import BytesIO
from typing import NamedTuple

from convert import pandoc
from convert import tree as t
from convert.article import Article, Metadata, Remark
from convert.editions.describe import direction, title_block

_NEVER = b"1970-01-01T00:00:00Z"  # what pandoc's sandbox has for the time


class Written(NamedTuple):
    """An edition's bytes, and what it could not carry."""

    data: bytes
    remarks: tuple[Remark, ...]


def write(article: Article, writer: str) -> Written:
    """`article` in pandoc's format `writer`, its headings from level 1, its metadata where the format keeps it."""
    m = article.metadata
    document = t.Pandoc(_map(_meta(m, writer)), (*_lead(m, writer), *article.blocks))
    data = pandoc.written(document, writer, "--shift-heading-level-by=-1")
    return Written(_FINISHED.get(writer, _as_is)(data, m), _remarks(m, writer))


# ---------------------------------------------------------------- metadata

_TITLE_PAGE = ("title", "subtitle", "authors", "date")
_ALL = (*_TITLE_PAGE, "language", "subjects", "description", "publisher", "source", "rights", "identifier")
_FIELDS = {
    "docx": _ALL,
    "odt": _ALL,
    "latex": (*_TITLE_PAGE, "language", "subjects", "description"),
    "jats": tuple(name for name in _ALL if name != "source"),
    "rst": (*_TITLE_PAGE, "publisher", "rights"),
    "plain": _TITLE_PAGE,
}


def _meta(m: Metadata, writer: str) -> dict[str, t.MetaValue | None]:
    """The metadata under the names that the writer's template knows."""
    language = "" if m.language == "und" else m.language
    said: dict[str, t.MetaValue | None] = {
        "title": _text(m.title), "subtitle": _text(m.subtitle), "author": _list(m.authors), "date": _text(m.date[:10]),
        "lang": _text(language),
    }  # fmt: skip
    if direction(m.language) == "rtl":
        said["dir"] = _text("rtl")
    if writer in ("docx", "odt"):
        said["lang"] = _text(m.language)  # und as well: without it pandoc's model document says en-US
        said |= {name: _text(getattr(m, name)) for name in ("publisher", "site", "source", "rights", "identifier")}
    if writer in ("docx", "odt", "latex"):
        said |= {"keywords": _list(m.subjects), "description": _text(m.description)}
    if writer == "latex":
        said["subject"] = said.pop("description")
    if writer == "rst":
        said |= {"organization": _text(m.publisher), "copyright": _text(m.rights)}
    return said | (_jats(m) if writer == "jats" else {})


def _jats(m: Metadata) -> dict[str, t.MetaValue | None]:
    kind = "doi" if m.identifier.startswith("10.") else "publisher-id"
    return {
        "article": _map({kind: _text(m.identifier), "heading": _text(m.kicker)}),
        "journal": _map({"title": _text(m.site), "publisher-name": _text(m.publisher)}),
        "copyright": _map({"statement": _text(m.rights)}),
        "tags": _list(m.subjects),
        "abstract": t.MetaBlocks((t.Para((t.Str(_abstract(m)),)),)) if _abstract(m) else None,
    }


def _text(text: str) -> t.MetaValue | None:
    return t.MetaInlines((t.Str(text),)) if text else None


def _list(texts: tuple[str, ...]) -> t.MetaValue | None:
    return t.MetaList(tuple(t.MetaInlines((t.Str(text),)) for text in texts)) if texts else None


def _map(values: dict[str, t.MetaValue | None]) -> t.MetaMap:
    return t.MetaMap(tuple((key, value) for key in sorted(values) if (value := values[key]) is not None))


_SHOWN = ("kicker", "site", "standfirst")


def _lead(m: Metadata, writer: str) -> t.Blocks:
    """What stands in our title block and in none of pandoc's, as paragraphs before the text."""
    shown = title_block(m)
    in_front = (m.kicker, m.site, _abstract(m)) if writer == "jats" else ()
    names = ("subtitle", *_SHOWN) if writer == "plain" else _SHOWN
    texts = [shown[name] for name in names if shown[name] and shown[name] not in in_front]
    fields = tuple((t.Str(f"{key}: {value}"),) for key, value in shown["fields"])
    return (*(t.Para((t.Emph((t.Str(text),)),)) for text in texts), *((t.LineBlock(fields),) if fields else ()))


def _abstract(m: Metadata) -> str:
    return m.description or m.standfirst


def _remarks(m: Metadata, writer: str) -> tuple[Remark, ...]:
    """What was stated and has no place in the format; what we made up ourselves is not missed."""
    stated = [name for name, origin in m.origins if origin.kind != "default" and origin.sure == "certain"]
    missing = [name for name in stated if name in _ALL and name not in _FIELDS[writer]]
    if not missing:
        return ()
    return (Remark("metadata", 0, f"The format {writer} has no place for: {', '.join(missing)}."),)


# ---------------------------------------------------------------- finishing


def _as_is(data: bytes, _m: Metadata) -> bytes:
    return data


def _packed(data: bytes, m: Metadata) -> bytes:
    """The archive again: what readers look for first comes first, the rest by name, every time the article's own."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        first = {"mimetype": 0, "[Content_Types].xml": 1, "_rels/.rels": 2}
        for name in sorted(old.namelist(), key=lambda n: (first.get(n, 3), n)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            content = old.read(name)
            if name in ("docProps/core.xml", "meta.xml"):
                content = content.replace(_NEVER, m.modified.encode())
            new.writestr(info, content, compresslevel=9)
    return out.getvalue()


def _with_language(data: bytes, m: Metadata) -> bytes:
    """JATS with the language that pandoc's template leaves out."""
    return data.replace(b"<article ", f'<article xml:lang="{escape(m.language)}" '.encode(), 1)


def _title_closed(data: bytes, m: Metadata) -> bytes:
    """Plain text without the line that pandoc leaves empty for a date that is not known."""
    return data if m.date else data.replace(b"\n\n\n", b"\n\n", 1)


_FINISHED: dict[str, Callable[[bytes, Metadata], bytes]] = {
    "docx": _packed,
    "odt": _packed,
    "jats": _with_language,
    "plain": _title_closed,
}
