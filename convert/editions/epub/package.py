"""The gate to EbookLib: the package document and the NCX of a book, with every field of its metadata at its home.

EbookLib would hold all files of a book in memory and stamp them with the clock, so that it is given their names alone;
the archive is ours. EPUB 3.3, 5; EPUB Accessibility 1.1, 2 (discovery metadata only: conformance is not claimed, since
nobody certified it).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Literal, NamedTuple

from lxml import etree

from convert.article import Metadata
from convert.editions.describe import direction, sort_name
from convert.editions.epub.chapters import Way

FOLDER = "EPUB/"
_IBOOKS = "http://vocabulary.itunes.apple.com/rdf/ibooks/vocabulary-extensions-1.0/"


class File(NamedTuple):
    """A file of the book as its manifest has it, in the order of reading."""

    id: str
    name: str
    media_type: str
    properties: tuple[str, ...] = ()
    guide: str = ""  # its part in EPUB 2's guide
    read: Literal["yes", "no", ""] = "yes"  # in the spine: in its course, beside it, not at all


class Facts(NamedTuple):
    """What is true of this very book, for its accessibility metadata."""

    headings: bool
    notes: bool
    cover: bool
    faces: bool


def package(
    m: Metadata, files: Sequence[File], ways: Sequence[Way], facts: Facts, parts: Mapping[str, Metadata]
) -> dict[str, bytes]:
    """The container, the package document and the NCX, by their names; `parts` are an issue's, by their files' ids."""
    from ebooklib import epub

    book = epub.EpubBook()
    _describe(book, m)
    for name, value in access(facts):
        book.add_metadata("OPF", name, value, {"property": f"schema:{name}"})
    for uid, part in parts.items():
        _describe_part(book, uid, part)
    if facts.faces:  # Apple Books sets its own face over a book's unless told
        book.add_prefix("ibooks", _IBOOKS)
        book.add_metadata("OPF", "meta", "true", {"property": "ibooks:specified-fonts"})
    for file in files:
        item = epub.EpubItem(file.id, file.name, file.media_type, b"")
        item.properties = list(file.properties)
        book.add_item(item)
        if "cover-image" in file.properties:  # as EPUB 2 has it, for Kindle and older readers
            book.add_metadata(None, "meta", "", {"name": "cover", "content": file.id})
    book.add_item(epub.EpubNcx())
    book.spine = [(file.id, file.read) for file in files if file.read]
    book.toc = _points(epub, ways, "ncx")
    book.guide = [{"type": f.guide, "title": m.title, "href": f.name} for f in files if f.guide]
    return _written(epub, book, m)


def _written(epub: Any, book: Any, m: Metadata) -> dict[str, bytes]:
    """What EbookLib writes of the book that is not ours."""
    buffer = BytesIO()
    writer = epub.EpubWriter(buffer, book, {"mtime": datetime.fromisoformat(m.modified), "compresslevel": 1})
    writer.process()
    writer.write()
    with zipfile.ZipFile(buffer) as archive:
        names = ("META-INF/container.xml", f"{FOLDER}content.opf", f"{FOLDER}toc.ncx")
        written = {name: archive.read(name) for name in names}
    opf = f"{FOLDER}content.opf"
    return {**written, opf: _in_language(written[opf], m.language)}


def _in_language(opf: bytes, language: str) -> bytes:
    """The package with its own language said, which EbookLib leaves out: titles are read aloud from it."""
    root = etree.fromstring(opf)
    root.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _points(epub: Any, ways: Sequence[Way], uid: str) -> list[Any]:
    """The contents as EbookLib takes them for the NCX."""
    made: list[Any] = []
    for i, way in enumerate(ways):
        below = _points(epub, way.below, f"{uid}-{i}")
        leaf = epub.Link(way.href, way.text, f"{uid}-{i}")
        made.append((epub.Section(way.text, way.href), below) if below else leaf)
    return made


# ---------------------------------------------------------------- metadata


def _describe(book: Any, m: Metadata) -> None:
    """Every field at its home in the OPF (DESIGN §4)."""
    book.set_identifier(m.identifier)
    book.set_title(m.title)
    book.set_language(m.language)
    book.set_direction(direction(m.language))
    for i, author in enumerate(m.authors, 1):
        uid = f"creator-{i}"  # not by add_author: it gives the scheme of roles to the sort name as well
        book.add_metadata("DC", "creator", author, {"id": uid})
        role = {"refines": f"#{uid}", "property": "role", "scheme": "marc:relators"}
        book.add_metadata("OPF", "role", "aut", role)
        book.add_metadata("OPF", "file-as", sort_name(author), {"refines": f"#{uid}", "property": "file-as"})
    for i, (who, relator) in enumerate(m.contributors, 1):
        book.add_metadata("DC", "contributor", who, {"id": f"contributor-{i}"})
        role = {"refines": f"#contributor-{i}", "property": "role", "scheme": "marc:relators"}
        book.add_metadata("OPF", "role", relator, role)
    for name, values in (
        ("date", [m.date]),
        ("subject", m.subjects),
        ("description", [m.description or m.standfirst]),
        ("publisher", [m.publisher or m.site]),
        ("source", [m.source]),
        ("rights", [m.rights]),
    ):
        for value in values:
            if value:
                book.add_metadata("DC", name, value)


def _describe_part(book: Any, uid: str, m: Metadata) -> None:
    """An article of an issue, said of its file (EPUB 3.3, 5.5.5: `refines` may name a resource)."""
    authors = [("creator", author) for author in m.authors]
    for name, value in [("title", m.title), *authors, ("date", m.date), ("identifier", m.identifier)]:
        if value:
            book.add_metadata("OPF", "meta", value, {"refines": f"#{uid}", "property": f"dcterms:{name}"})


def access(facts: Facts) -> list[tuple[str, str]]:
    """The accessibility metadata: what our tests hold each book to, and of the rest what this one has.

    A cover adds no visual mode: all of the content is text.
    """
    features = [
        "tableOfContents",
        "readingOrder",
        *(["structuralNavigation"] if facts.headings else []),
        *(["alternativeText"] if facts.cover else []),
        "displayTransformability",
        "unlocked",
    ]
    parts = ["headings"] * facts.headings + ["notes linked both ways"] * facts.notes
    marked = f", with {' and '.join(parts)}" if parts else ""
    cover = " The one picture is the cover, which is described." if facts.cover else ""
    return [
        ("accessMode", "textual"),
        ("accessModeSufficient", "textual"),
        *(("accessibilityFeature", feature) for feature in features),
        ("accessibilityHazard", "none"),
        ("accessibilitySummary", f"Text in reading order{marked}; size, face and colours can be changed.{cover}"),
    ]
