"""An HTML edition, and each page of an EPUB, as it can be read. Obeys the vocabulary of DESIGN §4."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml import html as parser

from convert.check.seen import Grid, Heading, Piece, Seen, Unreadable

OUTSIDE = ("http", "https", "mailto", "ftp", "tel", "news", "gopher", "doi", "urn")
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 li dt dd td th pre div br tr figcaption caption blockquote".split())


@dataclass(slots=True)
class Page:
    """What one page holds, gathered on one walk through it."""

    head: list[Piece] = field(default_factory=list)
    body: list[Piece] = field(default_factory=list)
    notes: list[list[Piece]] = field(default_factory=list)
    headings: list[tuple[int, str, list[Piece]]] = field(default_factory=list)
    tables: list[list[list[list[Piece]]]] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


def read(name: str, data: bytes) -> Seen:
    """The HTML edition in `data`."""
    root = _parsed(data)
    page = page_of(root, note_ids(root))
    ids = frozenset(page.ids)
    dangling = [f"{href} leads nowhere" for href in page.hrefs if href.startswith("#") and href[1:] not in ids]
    dangling += [f"{href} is no file beside this one" for href in page.hrefs if _is_file(href)]
    dangling += [f"the identifier {x} stands there {n} times" for x, n in Counter(page.ids).items() if n > 1]
    dangling += [f"{what} names {x}, which is not there" for what, x in _references(root) if x not in ids]
    return Seen(
        "html", name, _metadata(root), headings_of(page), tuple(uid for _, uid, _ in page.headings),
        tuple(page.head), tuple(page.body), tuple(tuple(n) for n in page.notes), tables_of(page),
        tuple(page.links), tuple(page.titles), tuple(dangling), " ".join(page.added),
    )  # fmt: skip


def _parsed(data: bytes) -> Any:
    try:
        return parser.document_fromstring(data.decode("utf-8"))
    except (etree.ParserError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(f"It cannot be read as HTML: {error}.") from None


def headings_of(page: Page) -> tuple[Heading, ...]:
    """The headings of `page` in order."""
    return tuple(Heading(level, tuple(pieces)) for level, _, pieces in page.headings)


def tables_of(page: Page) -> tuple[Grid, ...]:
    """The tables of `page` in order."""
    return tuple(
        tuple(tuple("".join(piece.text for piece in cell) for cell in row) for row in table) for table in page.tables
    )


def _is_file(href: str) -> bool:
    return not href.startswith("#") and scheme(href) not in OUTSIDE


def scheme(href: str) -> str:
    """The scheme of an address, "" where it has none."""
    try:
        return urlsplit(href).scheme.lower()
    except ValueError:
        return ""


def _references(root: Any) -> Iterator[tuple[str, str]]:
    """What names an identifier in another way than by a link, and the identifier."""
    for what in ("aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "headers", "for"):
        for value in root.xpath(f"//@{what}"):
            yield from ((what, x) for x in str(value).split())


# ---------------------------------------------------------------- the walk


def page_of(root: Any, notes: frozenset[str]) -> Page:
    """What the page under `root` holds; `notes` are the identifiers of all notes. No recursion: texts nest deep."""
    page = Page()
    page.ids = [str(x) for x in root.xpath("//@id")]
    found = root.find(".//{*}body")
    body = root if found is None else found
    waiting: list[tuple[Any, list[list[Piece]], bool]] = [(body, [page.body], False)]
    while waiting:
        node, into, quiet = waiting.pop()
        if isinstance(node, str):
            _add(page, node, into, quiet)
            continue
        if not isinstance(node.tag, str):
            continue
        into, quiet = _entered(page, node, into, quiet, notes)
        inner: list[tuple[Any, list[list[Piece]], bool]] = [(node.text, into, quiet)] if node.text else []
        for child in node:
            inner.append((child, into, quiet))
            if child.tail:
                inner.append((child.tail, into, quiet))
        if local(node) in _BLOCKS:
            inner.append(("\n", into, quiet))
        waiting.extend(reversed(inner))
    return page


def local(node: Any) -> str:
    """The name of an element, without its name space."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def note_ids(root: Any) -> frozenset[str]:
    """The identifiers of the notes that the edition gathered on a page."""
    found = root.xpath("//*[@role='doc-endnotes']//*[local-name()='li']/@id | //*[@role='doc-footnote']/@id")
    return frozenset(str(x) for x in found)


def _add(page: Page, text: str, into: list[list[Piece]], quiet: bool) -> None:
    if quiet:
        page.added.append(text)
        return
    for pieces in into:
        pieces.append(Piece(text))


def _entered(
    page: Page, node: Any, into: list[list[Piece]], quiet: bool, notes: frozenset[str]
) -> tuple[list[list[Piece]], bool]:
    """Where the text of `node` goes, and whether the edition added it; its addresses are noted."""
    tag = local(node)
    if tag in ("script", "style", "template"):
        return [], False
    quiet = quiet or node.get("data-generated") is not None
    href = node.get("href")
    if tag == "a" and href is not None:
        _note_link(page, node, href, quiet)
        quiet = quiet or (node.get("role") == "doc-noteref" and unquote(href.partition("#")[2]) in notes)
    if tag == "header":
        return [page.head], quiet
    if node.get("role") == "doc-footnote" or (tag == "li" and node.get("id") in notes):
        page.notes.append([])
        return [page.notes[-1]], quiet
    if tag in ("table", "tr", "td", "th"):
        return [*into, *_cell(page, tag)], quiet
    if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456" and not quiet and page.head not in into:
        page.headings.append((int(tag[1]), str(node.get("id") or ""), []))
        return [*into, page.headings[-1][2]], quiet
    return into, quiet


def _cell(page: Page, tag: str) -> list[list[Piece]]:
    """Where the text of a cell goes besides; tables do not nest."""
    if tag == "table":
        page.tables.append([])
    elif tag == "tr" and page.tables:
        page.tables[-1].append([])
    elif page.tables and page.tables[-1]:
        page.tables[-1][-1].append([])
        return [page.tables[-1][-1][-1]]
    return []


def _note_link(page: Page, node: Any, href: str, quiet: bool) -> None:
    page.hrefs.append(href)
    if scheme(href) in OUTSIDE and not href.startswith("#"):
        page.links.append(href)
    if node.get("title") and not quiet:
        page.titles.append(str(node.get("title")))


# ---------------------------------------------------------------- metadata

_NAMES = {
    "authors": ("author",),
    "date": ("dcterms.date",),
    "modified": ("dcterms.modified",),
    "description": ("description",),
    "publisher": ("dcterms.publisher", "og:site_name"),
    "source": ("dcterms.source",),
    "rights": ("dcterms.rights",),
    "identifier": ("dcterms.identifier",),
    "subjects": ("article:tag",),
}
_IN_JSON = {
    "title": "headline", "date": "datePublished", "modified": "dateModified", "identifier": "identifier",
    "rights": "license", "source": "url", "description": "description",
}  # fmt: skip


def _metadata(root: Any) -> dict[str, tuple[str, ...]]:
    """Each field by its meta element. What JSON-LD says otherwise stands under `json-ld`."""
    said: dict[str, list[str]] = {}
    for meta in root.iterfind(".//meta"):
        said.setdefault(meta.get("name") or meta.get("property") or "", []).append(meta.get("content") or "")
    found = {f: next((tuple(said[n]) for n in names if n in said), ()) for f, names in _NAMES.items()}
    found |= {"title": (root.xpath("string(//head/title)"),), "language": (root.get("lang") or "",)}
    found["json-ld"] = tuple(_otherwise(root, found))
    return found


def _otherwise(root: Any, found: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """What the JSON-LD of the page says otherwise than its meta elements."""
    for script in root.xpath("//script[@type='application/ld+json']"):
        try:
            said = json.loads(script.text_content())
        except ValueError as error:
            yield f"it is no JSON: {error}"
            continue
        for name, key in _IN_JSON.items():
            other = said.get(key, "")
            if " ".join(str(other).split()) != " ".join("".join(found.get(name, ())[:1]).split()):
                yield f"{key} is {other!r}, {name} {found.get(name, ())!r}"
        people = tuple(x.get("name") for x in said.get("author", ()))
        if people != found["authors"]:
            yield f"author is {people!r}, authors {found['authors']!r}"
