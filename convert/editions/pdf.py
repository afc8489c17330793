"""The PDF edition, and the gate to WeasyPrint: tagged pages, valid as PDF/A-3a and as PDF/UA-1 at once.

WeasyPrint writes one conformance into the XMP; ours is replaced whole, because the two claims and the Dublin Core
fields of DESIGN §4 must stand in one RDF block (ISO 19005-3, 6.6.2; ISO 14289-1, 5). Nothing is ever fetched.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from lxml import etree
from markupsafe import Markup

from convert import profiles
from convert.article import Article, Metadata, Remark
from convert.editions import glyphs, taming
from convert.editions.contents import listed, wanted
from convert.editions.describe import frame, meta_elements
from convert.editions.markup import Setter
from convert.editions.numerals import numerals
from convert.editions.sheet import legal, sheet
from convert.editions.words import words
from convert.errors import ConvertError, MissingDependency
from convert.options import Options
from convert.templating import css, render
from convert.tree import Header, Link, nodes

SHEETS = ("base.css", "print.css")
SCRIPTS = "scripts.css"  # a quarter of the time that a page's style takes, for pages in which it finds anything
KEPT = 32  # articles for which a map of faces is kept
_LOADING = threading.Lock()  # two who load at once would each take the other's PATH for their own
LONG = 8  # headings; a PDF this long shows its contents


def write(article: Article, options: Options, attached: bytes = b"") -> tuple[bytes, tuple[Remark, ...]]:
    """The PDF file, the Markdown it was made from `attached`, and what of the text it could not show as it stands."""
    tame, said = taming.tamed(article)
    page, faces = _page(tame, options, article.metadata), glyphs.installed()
    lacking = glyphs.missing(page, faces)
    house = sheet(profiles.of(options), "pages")
    data, boxes = _set(glyphs.marked(page, lacking), article, house, attached)
    if boxes:  # fontconfig promised what a face then had not
        lacking |= boxes
        data, _ = _set(glyphs.marked(page, lacking), article, house, attached)
    return data, (*said, *glyphs.remarks(article, lacking, faces))


def _set(page: str, article: Article, house: str, attached: bytes) -> tuple[bytes, set[str]]:
    """The page as a PDF file, `house` the style after the design's, and the characters that became boxes in it."""
    _load()
    try:
        with glyphs.heard() as boxes:
            document = _parsed(page).render(
                font_config=_fonts(), stylesheets=_styles(page, house), pdf_variant="pdf/a-3a", pdf_tags=True
            )
            for sheet in document.pages:
                sheet.links[:] = [link for link in sheet.links if _is_link(link[3])]
            metadata = _xmp(article.metadata)
            document.metadata.generate_rdf_metadata = lambda *_: metadata
            identifier = hashlib.sha256((page + house).encode()).digest()[:16]
            buffer = BytesIO()
            finish = _entitle(article)
            document.write_pdf(
                buffer,
                finisher=finish,
                pdf_variant="pdf/a-3a",
                pdf_tags=True,
                pdf_identifier=identifier,
                attachments=_attachments(attached, article.metadata),
            )
    except (RecursionError, ValueError, IndexError, AssertionError) as error:
        raise ConvertError(
            f"The PDF engine gave up on this text ({type(error).__name__}).",
            "Ask for -t html,epub, and report the text.",
            code="pdf-engine",
        ) from error
    return buffer.getvalue(), boxes


def _load() -> None:
    """Load the engine. MissingDependency where a library of its own is not installed.

    It looks for each library by several names, and Python asks a compiler about every name that the loader does not
    know (ctypes.util): a third of the time that loading takes. Meanwhile there is no compiler to be found.
    """
    glyphs.prepare()
    with _LOADING:
        if "weasyprint" in sys.modules:
            return
        path = os.environ.get("PATH", os.defpath)
        try:
            os.environ["PATH"] = os.devnull
            import weasyprint  # noqa: F401
        except OSError as error:
            raise MissingDependency(
                f"The PDF engine cannot start: {error}.",
                "Install Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0.",
            ) from None
        finally:
            os.environ["PATH"] = path


def _parsed(page: str) -> Any:
    """The page as WeasyPrint holds it. Ours is XML too, which expat reads in a tenth of the time of a parser of HTML.

    Where it is none, for a control character in it, say, WeasyPrint reads it itself. Its HTML takes no tree, so a page
    of nothing is given ours: the two attributes are all that it keeps of what it read.
    """
    from weasyprint import HTML

    try:
        root = ElementTree.fromstring(page)
    except ElementTree.ParseError:
        return HTML(string=page, url_fetcher=_refusing())
    parsed = HTML(string="", url_fetcher=_refusing())
    parsed.wrapper_element = type(parsed.wrapper_element).from_html_root(root)
    parsed.etree_element = root
    return parsed


_own = threading.local()


def _fonts() -> Any:
    """The engine's map of faces, kept for some articles: to look for each anew takes a third of a short one's time.

    One a thread: Pango promises nothing of a map that two threads use at once. It holds every face it was asked for,
    so it is let go in time. What is set does not depend on what was set before (tests/test_editions.py).
    """
    from weasyprint.text.fonts import FontConfiguration

    if not getattr(_own, "left", 0):
        _own.fonts, _own.left = FontConfiguration(), KEPT
    _own.left -= 1
    return _own.fonts


_LANGUAGE = re.compile(r' lang="([a-z]+)')
_SPOKEN_OF = re.compile(r":lang\(([a-z]+)")


def _sheets(page: str) -> tuple[str, ...]:
    """The names of the sheets that say something of a page: of most scripts SCRIPTS says nothing."""
    particular = 'dir="rtl"' in page or not _particular().isdisjoint(_LANGUAGE.findall(page))
    return (*SHEETS, SCRIPTS) if particular else SHEETS


@cache
def _particular() -> frozenset[str]:
    return frozenset(_SPOKEN_OF.findall(css(SCRIPTS)))


def _styles(page: str, house: str) -> list[Any]:
    """The sheets of a page: the design's, then the house's."""
    return [_sheet(_sheets(page)), *([_written(house)] if house else ())]


def _is_link(box: Any) -> bool:
    """Whether a box is a link itself: the engine makes one of each emphasis in it, too (PDF/UA, 7.18.5)."""
    return str(box.element_tag).partition(":")[0] == "a"


@cache
def _sheet(names: tuple[str, ...]) -> Any:
    """Style sheets as WeasyPrint holds them: to read ours anew for each article takes as long as to set a short one."""
    return _written("".join(css(name) for name in names))


@lru_cache(maxsize=16)
def _written(style: str) -> Any:
    from weasyprint import CSS

    return CSS(string=style, url_fetcher=_refusing())


def _page(article: Article, options: Options, stated: Metadata | None = None) -> str:
    """The page to be set; what the file says of itself is as `stated`, which need not be set."""
    m = article.metadata
    stated = stated or m
    setter = Setter(notes="page", hanging=True, numerals=numerals(article), words=words(m.language))
    asked = options.toc if options.toc is not None else None if _long(article) else False
    return render(
        "pages.html",
        **frame(m),
        stated=stated.title,
        meta=meta_elements(stated),
        contents=listed(article) if wanted(article, asked) else [],
        body=Markup(setter.blocks(article.blocks)),
        created=m.date or m.modified,
        legal=legal(profiles.of(options), m),
    )


def _long(article: Article) -> bool:
    return bool(article.parts) or sum(isinstance(b, Header) for b in article.blocks) >= LONG


def _attachments(attached: bytes, m: Metadata) -> list[Any]:
    """The Markdown as the file that the pages are made from (ISO 19005-3, 6.8); its times are the article's."""
    from weasyprint import Attachment

    when = datetime.fromisoformat(m.modified)
    source = {"name": "article.md", "description": m.title, "relationship": "Source", "created": when, "modified": when}
    return [Attachment(file_obj=BytesIO(attached), **source)] if attached else []


def _entitle(article: Article) -> Callable[[Any, Any], None]:
    """What gives each link its title as its description, where WeasyPrint repeats the address: no letter is lost."""
    titles: dict[str, str] = {}
    for link in nodes(article.blocks):
        if isinstance(link, Link) and link.target.title:
            other = titles.get(link.target.url)
            titles[link.target.url] = f"{other}; {link.target.title}" if other else link.target.title

    def finish(_document: Any, pdf: Any) -> None:
        for thing in pdf.objects if titles else ():
            if isinstance(thing, dict) and thing.get("Subtype") == "/Link" and "Contents" in thing:
                thing["Contents"].string = titles.get(thing["Contents"].string, thing["Contents"].string)

    return finish


def _refusing() -> Any:
    """A fetcher that refuses everything: our pages need nothing from outside."""
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
        def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ARG002 (its signature is WeasyPrint's)
            raise ValueError(f"Editions fetches nothing: {url[:80]}")

    return Refusing(allowed_protocols=())


# ---------------------------------------------------------------- XMP

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_PDFA = "http://www.aiim.org/pdfa/ns/id/"
_PDFUA = "http://www.aiim.org/pdfua/ns/id/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_PDF = "http://ns.adobe.com/pdf/1.3/"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_NAMES = {
    "rdf": _RDF,
    "dc": _DC,
    "pdfaid": _PDFA,
    "pdfuaid": _PDFUA,
    "xmp": _XMP,
    "pdf": _PDF,
    "pdfaExtension": _EXTENSION,
    "pdfaSchema": _SCHEMA,
    "pdfaProperty": _PROPERTY,
}


def _xmp(m: Metadata) -> bytes:
    """The RDF block of the XMP packet: both conformances, then every field that is not empty."""
    rdf = etree.Element(f"{{{_RDF}}}RDF", nsmap=_NAMES)
    top = etree.SubElement(rdf, f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": ""})
    for name, value in (
        (f"{{{_PDFA}}}part", "3"),
        (f"{{{_PDFA}}}conformance", "A"),
        (f"{{{_PDFUA}}}part", "1"),
        (f"{{{_PDF}}}Producer", _producer()),
        (f"{{{_PDF}}}Keywords", ", ".join(m.subjects)),
        (f"{{{_XMP}}}CreatorTool", "Editions"),
        (f"{{{_XMP}}}CreateDate", m.date or m.modified),
        (f"{{{_XMP}}}ModifyDate", m.modified),
        (f"{{{_DC}}}identifier", m.identifier),
        (f"{{{_DC}}}source", m.source),
    ):
        if value:
            etree.SubElement(top, name).text = value
    _list(top, "title", "Alt", [m.title])
    _list(top, "creator", "Seq", m.authors)
    _list(top, "description", "Alt", [m.description or m.standfirst])
    _list(top, "rights", "Alt", [m.rights])
    _list(top, "subject", "Bag", m.subjects)
    _list(top, "publisher", "Bag", [m.publisher or m.site])
    _list(top, "language", "Bag", [m.language])
    _list(top, "date", "Seq", [m.date])
    _declare_pdfua(top)
    return etree.tostring(rdf, encoding="utf-8")


def _producer() -> str:
    import weasyprint

    return f"WeasyPrint {weasyprint.__version__}"


def _list(parent: Any, name: str, kind: str, values: Any) -> None:
    """A Dublin Core property as the RDF container that XMP wants for it."""
    values = [v for v in values if v]
    if not values:
        return
    container = etree.SubElement(etree.SubElement(parent, f"{{{_DC}}}{name}"), f"{{{_RDF}}}{kind}")
    for value in values:
        item = etree.SubElement(container, f"{{{_RDF}}}li")
        if kind == "Alt":
            item.set("{http://www.w3.org/XML/1998/namespace}lang", "x-default")
        item.text = value


def _declare_pdfua(parent: Any) -> None:
    """PDF/A wants a schema for each property it does not know, PDF/UA's `part` among them (ISO 19005-3, 6.6.2.3)."""
    schemas = etree.SubElement(parent, f"{{{_EXTENSION}}}schemas")
    bag = etree.SubElement(schemas, f"{{{_RDF}}}Bag")
    schema = etree.SubElement(bag, f"{{{_RDF}}}li", {f"{{{_RDF}}}parseType": "Resource"})
    etree.SubElement(schema, f"{{{_SCHEMA}}}schema").text = "PDF/UA Universal Accessibility Schema"
    etree.SubElement(schema, f"{{{_SCHEMA}}}namespaceURI").text = _PDFUA
    etree.SubElement(schema, f"{{{_SCHEMA}}}prefix").text = "pdfuaid"
    properties = etree.SubElement(schema, f"{{{_SCHEMA}}}property")
    sequence = etree.SubElement(properties, f"{{{_RDF}}}Seq")
    part = etree.SubElement(sequence, f"{{{_RDF}}}li", {f"{{{_RDF}}}parseType": "Resource"})
    for name, text in (
        ("name", "part"),
        ("valueType", "Integer"),
        ("category", "internal"),
        ("description", "Part of ISO 14289 the file conforms to"),
    ):
        etree.SubElement(part, f"{{{_PROPERTY}}}{name}").text = text
