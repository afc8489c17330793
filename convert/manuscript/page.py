"""A web page before pandoc reads it: its encoding, what its head says, what is left out of it.

Obeys the HTML standard's names of metadata, Dublin Core's, Open Graph's and Highwire's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree, html

from convert.article import Remark, Taken
from convert.manuscript.properties import LONGEST, Properties

_HEAD = 200_000  # characters of a page in which its head ends
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s?=\s?[\"']?([\w-]{2,40})", re.I)
_LEFT_OUT = re.compile(r"(?i)<(script(?![^>]{0,200}ld\+json)|iframe|object|embed|form|canvas|video|audio)[\s>]")


def charset(data: bytes) -> str:
    """The encoding that a page which is no UTF-8 says it has, as far as Python knows it."""
    found = _CHARSET.search(data[:4096])
    name = found[1].decode("ascii") if found else ""
    try:
        "".encode(name or "ascii")
    except LookupError:
        return ""
    return "" if name.lower().replace("-", "") == "utf8" else name  # which it is not, or nobody would ask


def of_page(page: str) -> tuple[Properties, tuple[Remark, ...]]:
    """What the head of a page says, and a remark that names what is left out of the page."""
    counts = Counter(name.lower() for name in _LEFT_OUT.findall(page))
    named = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    remarks = (Remark("left-out", 0, f"Parts of the page that are no text were left out: {named}."),) if named else ()
    end = re.search(r"(?i)</head\s?>|<body[\s>]", page[:_HEAD])
    try:
        root = html.document_fromstring(
            page[: end.start() if end else _HEAD].encode(), html.HTMLParser(encoding="utf-8")
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return (), remarks
    return tuple(_of_head(root)), remarks


def _of_head(root: html.HtmlElement) -> Iterator[tuple[str, str]]:
    yield "language", root.get("lang") or root.get("xml:lang") or ""
    for title in root.iter("title"):
        yield "title", _words(title)[:LONGEST]
    for meta in root.iter("meta"):
        yield meta.get("name") or meta.get("property") or "", " ".join(meta.get("content", "").split())[:LONGEST]
    for link in root.iter("link"):
        if "canonical" in link.get("rel", "").lower().split():
            yield "source", link.get("href", "").strip()


_TITLE = re.compile(r"<title\b[^<>]{0,200}>[^<]{0,2000}</title\s?>", re.IGNORECASE)


def without_stray_title(page: str) -> str:
    """`page` without its title where no tag begins its head, as HTML allows: pandoc takes the title for text there."""
    return page if re.search(r"(?i)<head[\s>]", page[:_HEAD]) else _TITLE.sub("", page, count=1)


_OURS = re.compile(r"<meta name=\"generator\" content=\"Editions\"", re.IGNORECASE)


class Ours(NamedTuple):
    """An HTML edition of ours without what it adds to its text, its contents for one; what its title block says."""

    page: str
    found: Properties
    taken: tuple[Taken, ...]


def ours(page: str) -> Ours:
    """What is the text's own in an edition of ours; any other page as it is."""
    if not _OURS.search(page[:_HEAD]):
        return Ours(page, (), ())
    root = html.document_fromstring(page.encode(), html.HTMLParser(encoding="utf-8"))
    taken = []
    for node in list(root.iter()):
        if isinstance(node.tag, str) and "data-generated" in node.attrib and node.getparent() is not None:
            taken.append(Taken(0, _words(node), "what the edition added"))
            node.drop_tree()
    for cell in root.iter("td", "th"):
        if (side := cell.get("class", "")) in ("right", "center"):
            cell.set("align", side)  # as pandoc reads it
    shown = tuple((n.get("class", ""), _words(n)) for n in root.iter("p", "div") if n.get("class") in _SHOWN)
    return Ours(str(html.tostring(root, encoding="unicode")), shown, tuple(taken))


_SHOWN = ("kicker", "subtitle", "standfirst")


def _words(node: html.HtmlElement) -> str:
    return " ".join(str(node.text_content()).split())
