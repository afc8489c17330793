"""A PDF edition as it can be read, and the gate to pypdf: text by its structure tree, places, links, XMP.

Obeys ISO 32000-1: 14.7 and 14.8 (structure, tagged PDF), 9.10 (text by ToUnicode). What no structure element holds
(running heads, page numbers) is an artifact and read by nobody. WeasyPrint's tags tell what stands where: in an `Art`
the text is in `Div`s; outside it are the notes of each page.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ContentStream, DecodedStreamObject, IndirectObject

from convert.check.compare import same, settled, shown
from convert.check.html import OUTSIDE, scheme
from convert.check.seen import Heading, Piece, Seen, Unreadable

# What pypdf, and what reads its objects, raises at files that are not what they say.
_BROKEN = (
    PyPdfError, LookupError, ValueError, TypeError, AttributeError, RecursionError, NotImplementedError, OSError,
    AssertionError, zlib.error,
)  # fmt: skip
_DEEP = 300  # levels of the structure tree; we nest sixteen
# What a counter or a bullet sets; in a line from right to left its point comes first.
_LABEL = re.compile(r"\s*(?:[•◦▪–—*‣]|[.)\]:]{0,2}[(\[]?\w{1,8}[.)\]:]{0,2})\s*")


class Node(NamedTuple):
    """One structure element: its tag, and in order its text and the elements in it."""

    tag: str
    page: int
    kids: tuple[Any, ...]  # str or Node
    links: tuple[Any, ...] = ()  # the annotations that it stands for


def read(name: str, data: bytes) -> Seen:
    """The PDF edition in `data`."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is broken, the verdict says
    try:
        reader = PdfReader(BytesIO(data))
        document = _structure(reader)
        dests = tuple(str(x) for x in reader.named_destinations)
        links = [annotation for page in reader.pages for annotation in _annotations(page)]
        outline = list(_titles(reader.outline))
        parts = _parts(document, len(outline))
        metadata = _metadata(reader)
    except _BROKEN as error:
        raise Unreadable(f"It cannot be read as a tagged PDF: {type(error).__name__} {error}.") from None
    return Seen(
        "pdf", name, metadata, parts.headings, dests, parts.head, parts.body, parts.notes, (),
        tuple(uri for link in links if (uri := _uri(link)) and scheme(uri) in OUTSIDE),
        tuple(parts.titles), (*_dangling(links, dests), *_bookmarks(outline, parts)), parts.added,
    )  # fmt: skip


# ---------------------------------------------------------------- structure


def _structure(reader: PdfReader) -> Node:
    """The structure tree with its text."""
    root = _value(reader.root_object.get("/StructTreeRoot"))
    if root is None:
        raise Unreadable("It is not tagged, so nobody can say what is text in it and what is decoration.")
    numbers = {page.indirect_reference.idnum: i for i, page in enumerate(reader.pages) if page.indirect_reference}
    texts = [_marked(reader, page) for page in reader.pages]
    return _node(root, -1, numbers, texts, 0)


def _node(element: Any, page: int, numbers: Mapping[int, int], texts: Sequence[Mapping[int, str]], depth: int) -> Node:
    if depth > _DEEP:
        raise Unreadable("Its structure is nested too deep.")
    page = _page(element, page, numbers)
    kids: list[Any] = []
    links: list[Any] = []
    for kid in _kids(element):
        if isinstance(kid, int):
            kids.append(texts[page].get(kid, "") if page >= 0 else "")
        elif kid.get("/Type") == "/OBJR":
            links.append(_value(kid.get("/Obj")))
        elif kid.get("/Type") == "/MCR":
            kids.append(texts[_page(kid, page, numbers)].get(int(kid["/MCID"]), ""))
        else:
            kids.append(_node(kid, page, numbers, texts, depth + 1))
    return Node(str(element.get("/S", "/")).lstrip("/"), page, tuple(kids), tuple(links))


def _kids(element: Any) -> list[Any]:
    kids = _value(element.get("/K"))
    return [] if kids is None else [_value(k) for k in kids] if isinstance(kids, list) else [kids]


def _value(thing: Any) -> Any:
    return thing.get_object() if isinstance(thing, IndirectObject) else thing


def _page(element: Any, page: int, numbers: Mapping[int, int]) -> int:
    reference = element.raw_get("/Pg") if "/Pg" in element else None
    return numbers.get(reference.idnum, page) if isinstance(reference, IndirectObject) else page


# ---------------------------------------------------------------- text


def _marked(reader: PdfReader, page: Any) -> dict[int, str]:
    """The text of each piece of marked content on a page, by its number."""
    found: dict[int, list[str]] = {}
    contents = page.get_contents()
    if contents is None:
        return {}
    _content(reader, contents, page.get("/Resources"), [], found, 0)
    return {number: "".join(parts) for number, parts in found.items()}


# What stands between two glyphs of one string: WeasyPrint writes each by itself, and strings of two bytes take
# pypdf long (a text of 350 KB: 4.2 s, joined 2.1). Strings in brackets are kept as they are.
_JOINT = re.compile(rb"(\((?:\\.|[^()\\])*\))|>\s*-?[\d.]+\s*<(?=[0-9A-Fa-f])", re.S)


def _content(
    reader: PdfReader, stream: Any, resources: Any, marks: list[Any], found: dict[int, list[str]], depth: int
) -> None:
    fonts = _fonts(_value(resources))
    font = _Font(1, {})
    joined = DecodedStreamObject()
    joined.set_data(_JOINT.sub(rb"\1", stream.get_data()))
    for operands, operator in ContentStream(joined, reader).operations:
        match operator:
            case b"Tf":
                font = fonts.get(str(operands[0]), font)
            case b"BDC" | b"BMC":
                marks.append(_number(operands, _value(resources)))
            case b"EMC" if marks:
                marks.pop()
            case b"Tj" | b"'" | b'"' | b"TJ":
                shown = operands[-1] if operator == b"TJ" else operands[-1:]
                number = next((m for m in reversed(marks) if m is not None), None)
                if number is not None:
                    found.setdefault(number, []).extend(_decoded(x, font) for x in shown if isinstance(x, str | bytes))
            case b"Do" if depth < 4:
                form = _value((_value(_value(resources).get("/XObject")) or {}).get(operands[0]))
                if form is not None and form.get("/Subtype") == "/Form":
                    _content(reader, form, form.get("/Resources", resources), marks, found, depth + 1)


def _number(operands: Any, resources: Any) -> int | None:
    """The number that marked content has, None where it has none."""
    said = operands[1] if len(operands) > 1 else None
    if isinstance(said, str):
        said = _value((_value(resources.get("/Properties")) or {}).get(said))
    return int(said["/MCID"]) if said is not None and "/MCID" in said else None


class _Font(NamedTuple):
    """How the bytes of a font's strings become text: bytes a code, and the text of each."""

    width: int
    texts: Mapping[int, str]


def _fonts(resources: Any) -> dict[str, _Font]:
    fonts = _value(resources.get("/Font")) if resources is not None else None
    return {str(name): _font(_value(font)) for name, font in (fonts or {}).items()}


def _font(font: Any) -> _Font:
    width = 2 if font.get("/Subtype") == "/Type0" else 1
    table = _value(font.get("/ToUnicode"))
    return _Font(width, _cmap(table.get_data().decode("latin-1")) if table is not None else {})


_SECTION = re.compile(r"begin(bfchar|bfrange)(.*?)end", re.S)
_HEX = re.compile(r"<([0-9A-Fa-f\s]*)>|(\[)|(\])")


def _cmap(text: str) -> dict[int, str]:
    """The text of each code, as a ToUnicode CMap has them."""
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(text):
        if kind == "bfchar":
            codes = re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", body)
            found |= {int(code, 16): _utf16(value) for code, value in codes}
            continue
        for first, last, value in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", body):
            start = _utf16(value)
            for i, code in enumerate(range(int(first, 16), min(int(last, 16), int(first, 16) + 65535) + 1)):
                found[code] = start[:-1] + chr(ord(start[-1]) + i) if start else ""
    return found


def _utf16(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be", "replace") if len(digits) % 4 == 0 else "\ufffd"


def _decoded(string: Any, font: _Font) -> str:
    raw = bytes(string) if isinstance(string, bytes) else string.original_bytes
    if not font.texts:
        return raw.decode("latin-1") if font.width == 1 else "\ufffd" * (len(raw) // 2)
    codes = (int.from_bytes(raw[i : i + font.width], "big") for i in range(0, len(raw), font.width))
    return "".join(font.texts.get(code, "\ufffd") for code in codes)


# ---------------------------------------------------------------- what stands where


class _Parts(NamedTuple):
    """The parts of a document."""

    title: tuple[Piece, ...]
    headings: tuple[Heading, ...]
    head: tuple[Piece, ...]
    body: tuple[Piece, ...]
    notes: tuple[tuple[Piece, ...], ...]
    titles: tuple[str, ...]
    added: str


def _parts(root: Node, bookmarks: int) -> _Parts:
    """The document's title block, text and notes; all else in its articles is what the edition adds."""
    head: list[Node] = []
    body: list[Node] = []
    notes: list[Node] = []
    added: list[Node] = []
    for node in _sections(root):
        if node.tag != "Art":
            (notes if any(n.tag == "Span" for n in _nodes(node)) else added).append(node)
            continue
        for part in _nodes(node):
            if part.tag == "Div":
                body.append(part)
            elif any(n.tag == "H1" for n in _all(part)) or (head and not body and not _is_contents(part)):
                head.append(part)
            else:
                added.append(part)
    return _Parts(
        tuple(p for n in head for h in _all(n) if h.tag == "H1" for p in _pieces(h)),
        tuple(_headings(body, bookmarks)),
        tuple(p for n in head for p in _pieces(n)),
        tuple(p for n in _once(body) for p in _pieces(n)),
        tuple(_notes(notes)),
        tuple(_said(link) for n in (*body, *notes) for x in _all(n) for link in x.links if _said(link)),
        " ".join(p.text for n in added for p in _pieces(n)),
    )


def _sections(node: Node) -> Iterator[Node]:
    """The articles below `node`, and what stands beside them."""
    for kid in _nodes(node):
        if kid.tag != "Art" and any(n.tag == "Art" for n in _all(kid)):
            yield from _sections(kid)
        else:
            yield kid


def _nodes(node: Node) -> list[Node]:
    return [kid for kid in node.kids if isinstance(kid, Node)]


def _all(node: Node) -> Iterator[Node]:
    """`node` and all below it, in order."""
    yield node
    for kid in _nodes(node):
        yield from _all(kid)


def _is_contents(node: Node) -> bool:
    return any(link.get("/Dest") is not None for n in _all(node) for link in n.links)


def _pieces(node: Node, label: bool = False, linked: bool = False) -> Iterator[Piece]:
    """The text of `node`; list labels are left out, what may be set by a counter is called a label.

    A link in a link is what a style sheet sets behind one: the leader and the page number of an entry of contents.
    """
    if node.tag == "Lbl" or (linked and node.tag == "Link"):
        return
    if node.tag == "Repeated":
        yield Piece(_text(node), True)
        return
    label = label or (node.tag == "NonStruct" and bool(_LABEL.fullmatch(_text(node))))
    for kid in node.kids:
        if isinstance(kid, str):
            yield Piece(kid, label)
        else:
            yield from _pieces(kid, label, linked or node.tag == "Link")


def _text(node: Node) -> str:
    return "".join(kid if isinstance(kid, str) else _text(kid) for kid in node.kids)


def _once(nodes: Sequence[Node]) -> list[Node]:
    """The same, the head of a table that goes on over the page called a repetition where it is one."""
    seen: list[str] = []

    def visit(node: Node) -> Node:
        if node.tag == "THead":
            text = _text(node)
            again, seen[:] = seen == [text], [text]
            return node._replace(tag="Repeated") if again else node
        if not any(isinstance(kid, Node) for kid in node.kids):
            return node
        return node._replace(kids=tuple(visit(kid) if isinstance(kid, Node) else kid for kid in node.kids))

    return [visit(node) for node in nodes]


def _headings(body: Sequence[Node], bookmarks: int) -> Iterator[Heading]:
    """The headings; one that a page cuts in two is one, as the bookmarks, the title's among them, tell."""
    found = [n for part in body for n in _all(part) if re.fullmatch("P|LI|TR|H[1-6]", n.tag)]
    cut = sum(n.tag[0] == "H" for n in found) + 1 > bookmarks
    last: Node | None = None
    parts: list[Piece] = []
    for node in found:
        if cut and last and node.tag == last.tag and node.page > last.page:
            parts += _pieces(node)
            last = node
            continue
        if last:
            yield Heading(int(last.tag[1]), tuple(parts))
        last, parts = (node, list(_pieces(node))) if node.tag[0] == "H" else (None, [])
    if last:
        yield Heading(int(last.tag[1]), tuple(parts))


def _notes(nodes: Sequence[Node]) -> Iterator[tuple[Piece, ...]]:
    """The notes, each from its number on, whatever page it ends on."""
    pieces: list[Piece] = []
    for piece in (p for node in nodes for n in _nodes(node) for p in _pieces(n)):
        if piece.label and re.fullmatch(r"\s*\.?\d+\.?\s*", piece.text) and pieces:
            yield tuple(pieces)
            pieces = []
        pieces.append(piece)
    if pieces:
        yield tuple(pieces)


# ---------------------------------------------------------------- links and places


def _annotations(page: Any) -> list[Any]:
    found = [_value(x) for x in _value(page.get("/Annots")) or ()]
    return [x for x in found if x.get("/Subtype") == "/Link"]


def _uri(link: Any) -> str:
    action = _value(link.get("/A"))
    return str(action.get("/URI", "")) if action is not None else ""


def _said(link: Any) -> str:
    return str(link.get("/Contents", ""))


def _dangling(links: Sequence[Any], dests: Sequence[str]) -> Iterator[str]:
    known = frozenset(dests)
    for link in links:
        action = _value(link.get("/A")) or {}
        place = _value(link.get("/Dest")) or (action.get("/D") if action.get("/S") == "/GoTo" else None)
        if isinstance(place, str | bytes) and _name(place) not in known:
            yield f"a link names {_name(place)}, which is no place in it"


def _name(place: str | bytes) -> str:
    return place.decode("utf-8", "replace") if isinstance(place, bytes) else str(place)


def _titles(outline: Any) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _titles(entry)
        else:
            yield str(entry.title)


def _bookmarks(outline: Sequence[str], parts: _Parts) -> Iterator[str]:
    """Where the bookmarks are not the headings."""
    headings = [parts.title, *(h.pieces for h in parts.headings)]
    if len(outline) != len(headings):
        yield f"it has {len(headings)} headings and {len(outline)} bookmarks"
        return
    for said, pieces in zip(outline, headings, strict=True):
        meant = shown(said, "pdf")
        if not same(meant, settled(pieces, meant), "pdf"):
            yield f"the bookmark {said!r} is not its heading {''.join(p.text for p in pieces)!r}"


# ---------------------------------------------------------------- metadata

_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_FIELDS = {
    "title": "title", "authors": "creator", "date": "date", "subjects": "subject", "description": "description",
    "publisher": "publisher", "source": "source", "rights": "rights", "identifier": "identifier",
}  # fmt: skip


def _metadata(reader: PdfReader) -> dict[str, tuple[str, ...]]:
    """The fields as XMP has them, the language as the catalogue has it; under `info` where Info says otherwise."""
    stream = _value(reader.root_object.get("/Metadata"))
    if stream is None:
        raise Unreadable("It has no XMP metadata.")
    try:
        root = etree.fromstring(stream.get_data(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"Its XMP is no XML: {error}.") from None
    found = {field: tuple(_values(root, _DC + name)) for field, name in _FIELDS.items()}
    found["modified"] = tuple(_values(root, _XMP + "ModifyDate"))
    found["language"] = (str(reader.root_object.get("/Lang", "")),)
    found["info"] = tuple(_otherwise(reader, found))
    return found


def _values(root: Any, name: str) -> list[str]:
    return [str(text) for x in root.iter(name) for text in x.itertext() if text.strip()]


def _otherwise(reader: PdfReader, found: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    info: Mapping[str, Any] = reader.metadata or {}
    for key, field in (("/Title", "title"), ("/Author", "authors"), ("/Subject", "description")):
        said, meant = str(info.get(key) or ""), ", ".join(found[field])
        if " ".join(said.split()) != " ".join(meant.split()):
            yield f"{key[1:]} is {said!r}, {field} {meant!r}"
