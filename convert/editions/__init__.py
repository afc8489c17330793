"""EDITIONS: each format with what sets it. An Article and its Options become one Edition.

Engines are imported when they are first asked for, so that an HTML edition costs no PDF engine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from convert.article import Article, Edition
from convert.options import Options

MARKDOWN = "markdown-smart-simple_tables-multiline_tables"  # with the tables that other tools read as well


class EditionKind(NamedTuple):
    """One format: how it is set, and what the world calls it."""

    set: Callable[[Article, Options, str], Edition]
    media_type: str
    extension: str
    help: str


def _html(article: Article, options: Options, stem: str) -> Edition:
    from convert.editions import html

    return _edition("html", stem, html.write(article, options))


def _pdf(article: Article, options: Options, stem: str) -> Edition:
    from convert import pandoc
    from convert.editions import pdf

    attached = pandoc.write(article, MARKDOWN) if options.attach_source else b""
    data, remarks = pdf.write(article, options, attached)
    return replace(_edition("pdf", stem, data), remarks=remarks)


def _epub(article: Article, options: Options, stem: str) -> Edition:
    from convert.editions import epub

    data, remarks = epub.write(article, options)
    return replace(_edition("epub", stem, data), remarks=remarks)


def _pandoc(name: str, writer: str) -> Callable[[Article, Options, str], Edition]:
    def set_by_pandoc(article: Article, _options: Options, stem: str) -> Edition:
        from convert import pandoc

        return _edition(name, stem, pandoc.write(article, writer))

    return set_by_pandoc


def _exchange(name: str) -> Callable[[Article, Options, str], Edition]:
    def set_for_others(article: Article, _options: Options, stem: str) -> Edition:
        from convert.editions import exchange

        written = exchange.write(article, name)
        return replace(_edition(name, stem, written.data), remarks=written.remarks)

    return set_for_others


def _edition(name: str, stem: str, data: bytes) -> Edition:
    kind = EDITIONS[name]
    return Edition(name, stem + kind.extension, kind.media_type, data)


_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"


EDITIONS: dict[str, EditionKind] = {
    "html": EditionKind(_html, "text/html; charset=utf-8", ".html", "one self-contained web page"),
    "pdf": EditionKind(_pdf, "application/pdf", ".pdf", "tagged pages, A5"),
    "epub": EditionKind(_epub, "application/epub+zip", ".epub", "version 3, for reading systems"),
    "markdown": EditionKind(
        _pandoc("markdown", MARKDOWN), "text/markdown; charset=utf-8", ".md", "pandoc's, with YAML metadata"
    ),
    "json": EditionKind(_pandoc("json", "json"), "application/json", ".json", "the document tree, as pandoc's JSON"),
    "docx": EditionKind(_exchange("docx"), _OFFICE, ".docx", "for word processors, with heading styles"),
    "odt": EditionKind(_exchange("odt"), _OPEN_DOCUMENT, ".odt", "for LibreOffice and other word processors"),
    "latex": EditionKind(_exchange("latex"), "application/x-tex", ".tex", "an article to compile"),
    "jats": EditionKind(_exchange("jats"), "application/jats+xml", ".jats.xml", "version 1.2, for journals"),
    "rst": EditionKind(_exchange("rst"), "text/x-rst; charset=utf-8", ".rst", "as Sphinx and docutils read it"),
    "plain": EditionKind(_exchange("plain"), "text/plain; charset=utf-8", ".plain.txt", "set evenly, for mail"),
}  # fmt: skip


def media_name(name: str) -> str:
    """The stem of every edition's file name: of `name` its last part without extension, "article" where it has none."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    stem = last.rsplit(".", 1)[0] if "." in last.strip(".") else last
    stem = "".join(c for c in stem if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip(" .-")
    return stem[:100] or "article"
