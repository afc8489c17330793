"""An EPUB edition as it can be read: its package document, its navigation, and its pages in the spine's order."""

from __future__ import annotations

import posixpath
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from lxml import etree

from convert.check.html import OUTSIDE, Page, headings_of, note_ids, page_of, scheme, tables_of
from convert.check.seen import Seen, Unreadable
from convert.manuscript.archive import BROKEN

_NAMES = {
    "c": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "ncx": "http://www.daisy.org/z3986/2005/ncx/",
}
_PAGES = ("application/xhtml+xml", "image/svg+xml", "application/x-dtbncx+xml")
_LARGEST = 500_000_000  # bytes of all files in a book: none of ours comes near it


def read(name: str, data: bytes) -> Seen:
    """The EPUB edition in `data`."""
    files = _files(data)
    container = _xml(files, "META-INF/container.xml")
    opf = next(iter(_strings(container, "//c:rootfile/@full-path")), "")
    package = _xml(files, opf)
    items = {x.get("id"): x for x in package.iterfind(".//opf:item", _NAMES)}
    places = {uid: _joined(opf, x.get("href") or "") for uid, x in items.items()}
    pages = [place for uid, place in places.items() if items[uid].get("media-type") in _PAGES and place in files]
    roots = {place: _xml(files, place) for place in pages}
    spine = [places[x] for x in _strings(package, "//opf:itemref/@idref") if x in places]
    notes = frozenset(x for root in roots.values() for x in note_ids(root))
    joined = _joined_pages([page_of(roots[p], notes) for p in spine if p in roots])
    return Seen(
        "epub", name, _metadata(package), headings_of(joined), tuple(uid for _, uid, _ in joined.headings),
        tuple(joined.head), tuple(joined.body), tuple(tuple(n) for n in joined.notes), tables_of(joined),
        tuple(joined.links), tuple(joined.titles),
        (*_missing(package, items, places, files), *_dangling(roots, opf)), " ".join(joined.added),
    )  # fmt: skip


def _files(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _LARGEST:
                raise Unreadable("Its files are larger than 500 MB.")
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except BROKEN as error:
        raise Unreadable(f"It is no zip archive: {error or type(error).__name__}.") from None


def _xml(files: Mapping[str, bytes], path: str) -> Any:
    if path not in files:
        raise Unreadable(f"It has no {path}.")
    try:
        return etree.fromstring(files[path], etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"{path} is no XML: {error}.") from None


def _strings(root: Any, path: str) -> list[str]:
    return [str(x) for x in root.xpath(path, namespaces=_NAMES)]


def _joined(base: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href)))


def _joined_pages(pages: list[Page]) -> Page:
    whole = Page()
    for page in pages:
        for field in Page.__dataclass_fields__:
            getattr(whole, field).extend(getattr(page, field))
    return whole


# ---------------------------------------------------------------- what leads nowhere


def _missing(
    package: Any, items: Mapping[Any, Any], places: Mapping[Any, str], files: Mapping[str, bytes]
) -> Iterator[str]:
    """Places of the package document that name what is not there."""
    for uid, place in places.items():
        if place not in files:
            yield f"the manifest names {place}, which is not in the archive ({uid})"
    for uid in _strings(package, "//opf:itemref/@idref | //opf:spine/@toc"):
        if uid not in items:
            yield f"the spine names {uid}, which is not in the manifest"
    for uid in _strings(package, "//@refines"):
        if not package.xpath("//*[@id=$uid]", uid=uid.lstrip("#")):
            yield f"metadata refines {uid}, which is not there"
    for href in _strings(package, "//opf:reference/@href"):
        if href.partition("#")[0] not in [x.get("href") for x in items.values()]:
            yield f"the guide names {href}, which is not in the manifest"


def _dangling(roots: Mapping[str, Any], opf: str) -> Iterator[str]:
    """Addresses of pages, navigation and NCX that lead to no page or no identifier, and identifiers that are double."""
    ids = {place: Counter(str(x) for x in root.xpath("//@id")) for place, root in roots.items()}
    for place, root in roots.items():
        short = posixpath.relpath(place, posixpath.dirname(opf) or ".")
        yield from (f"{short}: the identifier {x} stands there {n} times" for x, n in ids[place].items() if n > 1)
        for href in _strings(root, "//*[local-name()='a']/@href | //ncx:content/@src"):
            file, _, anchor = href.partition("#")
            if scheme(href) in OUTSIDE:
                continue
            there = _joined(place, file) if file else place
            if there not in ids or (anchor and unquote(anchor) not in ids[there]):
                yield f"{short}: {href} leads nowhere"


# ---------------------------------------------------------------- metadata

_FIELDS = {
    "title": "title", "authors": "creator", "date": "date", "language": "language", "subjects": "subject",
    "description": "description", "publisher": "publisher", "source": "source", "rights": "rights",
}  # fmt: skip


def _metadata(package: Any) -> dict[str, tuple[str, ...]]:
    found = {f: tuple(_strings(package, f"//opf:metadata/dc:{n}/text()")) for f, n in _FIELDS.items()}
    unique = "//dc:identifier[@id=/opf:package/@unique-identifier]/text()"
    found["identifier"] = tuple(_strings(package, unique))
    found["modified"] = tuple(_strings(package, "//opf:meta[@property='dcterms:modified']/text()"))
    return found
