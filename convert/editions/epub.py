"""The EPUB edition, and the gate to EbookLib: EPUB 3.3 with navigation, landmarks, an NCX and a title page.

EbookLib writes the package document and the NCX; the navigation document and the text are ours, since its own have no
landmarks and no accessibility. The archive is packed again with fixed times and order, for equal bytes.
"""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from markupsafe import Markup

from convert.article import Article, Metadata
from convert.editions.contents import Entry, contents
from convert.editions.describe import direction, frame, sort_name, title_block
from convert.editions.markup import Setter
from convert.editions.numerals import numerals
from convert.options import Options
from convert.templating import css, render
from convert.tree import Block, Header, plain_text, walk

CUT_ABOVE = 3000  # words; a shorter article is one file


@dataclass(frozen=True, slots=True)
class Chapter:
    """One file of the book's text."""

    name: str
    title: str
    blocks: tuple[Block, ...]


def write(article: Article, _options: Options) -> bytes:
    """The EPUB file."""
    from ebooklib import epub

    m = article.metadata
    chapters = cut(article)
    places, figures = _places(chapters), numerals(article)
    book = epub.EpubBook()
    _describe(book, m)
    files = [
        ("title", "title.xhtml", _title_page(m), ()),
        *(
            (c.name.removesuffix(".xhtml"), c.name, _text(c, m, i, places, figures), ())
            for i, c in enumerate(chapters, 1)
        ),
    ]
    items = [_item(epub, *f) for f in files]
    nav = _item(epub, "nav", "nav.xhtml", _nav(m, chapters), ("nav",))
    style = epub.EpubItem(
        "style", "style.css", "text/css", "".join(map(css, ("base.css", "epub.css", "scripts.css"))).encode()
    )
    for item in (*items, nav, style, epub.EpubNcx()):
        book.add_item(item)
    book.toc = _ncx_entries(epub, m, chapters)
    book.spine = items
    book.guide = [{"type": "title-page", "title": m.title, "href": "title.xhtml"},
                  {"type": "text", "title": m.title, "href": chapters[0].name}]  # fmt: skip
    buffer = BytesIO()
    writer = epub.EpubWriter(buffer, book, {"mtime": datetime.fromisoformat(m.modified), "epub3_landmark": False})
    writer.process()
    writer.write()
    return _packed(buffer)


# ---------------------------------------------------------------- chapters


def cut(article: Article) -> list[Chapter]:
    """The text in files: cut at its top headings where it is long and has two of them, else one."""
    tops = [i for i, b in enumerate(article.blocks) if isinstance(b, Header) and b.level == 2]
    whole = Chapter("text.xhtml", article.metadata.title, article.blocks)
    if len(tops) < 2 or sum(len(plain_text(b).split()) for b in article.blocks) < CUT_ABOVE:
        return [whole]
    cuts = [*([0] if tops[0] else []), *tops, len(article.blocks)]
    return [_chapter(article.blocks[a:b], article.metadata.title) for a, b in itertools.pairwise(cuts)]


def _chapter(blocks: tuple[Block, ...], title: str) -> Chapter:
    first = blocks[0]
    if isinstance(first, Header) and first.level == 2:
        return Chapter(f"{_ascii(first.attr.id)}.xhtml", plain_text(first.inlines), blocks)
    return Chapter("opening.xhtml", title, blocks)


def _ascii(name: str) -> str:
    """A file name that every reading system and zip tool takes."""
    return "text-" + "".join(c if c.isascii() else f"{ord(c):x}" for c in name)


# ---------------------------------------------------------------- files


def _page(m: Metadata, title: str, kind: str, **values: Any) -> bytes:
    said = {**frame(m), "head": None, "body": "", "title": title, "kind": kind, **values}
    return render("chapter.xhtml", **said).encode("utf-8")


def _title_page(m: Metadata) -> bytes:
    return _page(m, m.title, "titlepage", head=title_block(m))


def _places(chapters: Sequence[Chapter]) -> dict[str, str]:
    """The file of each identifier that a link may name."""
    places: dict[str, str] = {}
    for chapter in chapters if len(chapters) > 1 else ():

        def see(node: Any, name: str = chapter.name) -> Any:
            if attr := getattr(node, "attr", None):
                places.setdefault(attr.id, name)
            return node

        walk(chapter.blocks, see)
    return places


def _text(chapter: Chapter, m: Metadata, number: int, places: Mapping[str, str], figures: str) -> bytes:
    elsewhere = {name: file for name, file in places.items() if file != chapter.name}
    setter = Setter(
        xhtml=True, notes="aside", hanging=True, numerals=figures, prefix=f"c{number}-", elsewhere=elsewhere
    )
    body = setter.blocks(chapter.blocks) + setter.notes_found()
    return _page(m, chapter.title, "bodymatter chapter", body=Markup(body))


def _nav(m: Metadata, chapters: Sequence[Chapter]) -> bytes:
    entries = [(c.name, c.title, contents(_below(c))) for c in chapters]
    return render(
        "nav.xhtml", language=m.language, direction=direction(m.language), title=m.title, entries=entries,
        first=chapters[0].name,
    ).encode("utf-8")  # fmt: skip


def _below(chapter: Chapter) -> tuple[Block, ...]:
    """The chapter's blocks less the heading it is named by, when it has files beside it."""
    first = chapter.blocks[:1]
    named = bool(first) and isinstance(first[0], Header) and chapter.name != "text.xhtml"
    return chapter.blocks[1:] if named else chapter.blocks


def _ncx_entries(epub: Any, m: Metadata, chapters: Sequence[Chapter]) -> list[Any]:
    """The same entries for the NCX, which older reading systems need."""
    made: list[Any] = [epub.Link("title.xhtml", m.title, "ncx-title")] if len(chapters) > 1 else []
    for i, c in enumerate(chapters):
        below = _links(epub, contents(_below(c)), c.name, f"ncx-{i}")
        made.append((epub.Section(c.title, c.name), below) if below else epub.Link(c.name, c.title, f"ncx-{i}"))
    return made


def _links(epub: Any, entries: Sequence[Entry], page: str, uid: str) -> list[Any]:
    made: list[Any] = []
    for i, entry in enumerate(entries):
        href, below = f"{page}#{entry.id}", _links(epub, entry.entries, page, f"{uid}-{i}")
        made.append((epub.Section(entry.text, href), below) if below else epub.Link(href, entry.text, f"{uid}-{i}"))
    return made


def _item(epub: Any, uid: str, name: str, content: bytes, properties: Sequence[str]) -> Any:
    item = epub.EpubItem(uid, name, "application/xhtml+xml", content)
    item.properties = list(properties)
    return item


# ---------------------------------------------------------------- package document


def _describe(book: Any, m: Metadata) -> None:
    """Every field at its home in the OPF (DESIGN §4); of accessibility only what is true of each of our books."""
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
    for name, value in ACCESS:
        book.add_metadata("OPF", name, value, {"property": f"schema:{name}"})


ACCESS = (
    ("accessMode", "textual"),
    ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityFeature", "readingOrder"),
    ("accessibilityHazard", "none"),
    ("accessibilitySummary", "Text only, in reading order, with headings, lists and quotations marked as such."),
)


def _packed(buffer: BytesIO) -> bytes:
    """The archive again: mimetype first and stored, the rest by name, every time 1980-01-01."""
    out = BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(out, "w") as new:
        names = sorted(old.namelist(), key=lambda n: (n != "mimetype", not n.startswith("META-INF"), n))
        for name in names:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            new.writestr(info, old.read(name), compresslevel=9)
    return out.getvalue()
