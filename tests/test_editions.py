"""Editions as other programs see them: each field at its home, valid files, every sentence, the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from lxml import etree, html
from pypdf import PdfReader
from weasyprint import HTML

from benchmarks import same
from convert import Source, ledger, pandoc, pipeline
from convert import tree as t
from convert.check import epubcheck
from convert.editions import EDITIONS, pdf
from convert.editions.markup import Setter
from convert.errors import UsageError
from convert.options import Options, options_from
from tests.cases import FOLDER, cases

SAMPLES = sorted((FOLDER.parent / "samples").glob("*.txt"))
Files = dict[str, bytes]

poppler = pytest.mark.skipif(not shutil.which("pdfinfo"), reason="pdfinfo is not installed (poppler-utils)")
java = pytest.mark.skipif(not shutil.which("java"), reason="EPUBCheck wants java")
each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)

EVERY = Options(
    title="Tides & <Tables>",
    authors=("Ada van Loon", "Émile Brun"),
    date="2017-09-18",
    language="en-GB",
    publisher="Harbour Press",
    rights="CC BY 4.0",
    identifier="urn:isbn:9780000000002",
    subjects=("tides", "harbours"),
    description="How the sea keeps time.",
    source="https://example.org/tides",
    modified="2018-01-02T03:04:05Z",
    extra=(("Series", "Coast & Sea"),),
)
EVERY_TEXT = f"The sea keeps time.\n\n# Ebb\n\n{'Water goes out. ' * 300}\n\n# Flow\n\nIn.\n\n## Spring tide\n\nHigh.\n"
LONG_TEXT = "A Long Walk\n\n" + "\n\n".join(
    f"# Part {n}\n\n{'We walked on and saw nothing new. ' * 120}\n\n## Rest {n}\n\nWe sat down." for n in range(1, 6)
)


def editions(written: str, formats: Sequence[str], options: Options | None = None) -> Files:
    """The editions of a text, by format."""
    made = pipeline.convert(Source("a.txt", written.encode()), formats, options)
    return {e.format: e.data for e in made.editions}


@pytest.fixture(scope="module")
def every() -> Files:
    """One article with every field that a caller can give, in each format."""
    return editions(EVERY_TEXT, tuple(EDITIONS), EVERY)


# ---------------------------------------------------------------- fields at home


def test_html_says_every_field(every: Files) -> None:
    root = html.fromstring(every["html"])
    said: dict[str, list[str]] = {}
    for meta in root.iterfind(".//meta"):
        said.setdefault(meta.get("name") or meta.get("property") or "", []).append(meta.get("content", ""))
    homes = {
        "author": list(EVERY.authors),
        "description": [EVERY.description],
        "keywords": ["tides, harbours"],
        "dcterms.date": [EVERY.date],
        "dcterms.modified": [EVERY.modified],
        "dcterms.publisher": [EVERY.publisher],
        "dcterms.source": [EVERY.source],
        "dcterms.rights": [EVERY.rights],
        "dcterms.identifier": [EVERY.identifier],
        "og:title": [EVERY.title],
        "og:description": [EVERY.description],
        "og:site_name": [EVERY.publisher],
        "article:published_time": [EVERY.date],
        "article:tag": list(EVERY.subjects),
    }
    assert {name: said.get(name) for name in homes} == homes
    assert root.xpath("string(//head/title)") == root.xpath("string(//h1)") == EVERY.title
    assert root.xpath("//link[@rel='canonical']/@href") == [EVERY.source]
    assert (root.get("lang"), root.get("dir")) == ("en-GB", "ltr")
    assert root.xpath("//time/@datetime") == [EVERY.date]


def test_json_ld_says_every_field(every: Files) -> None:
    said = json_ld(every["html"])
    assert said["headline"] == EVERY.title
    assert [a["name"] for a in said["author"]] == list(EVERY.authors)
    assert (said["datePublished"], said["dateModified"]) == (EVERY.date, EVERY.modified)
    assert (said["inLanguage"], said["keywords"]) == (EVERY.language, list(EVERY.subjects))
    assert (said["description"], said["publisher"]["name"]) == (EVERY.description, EVERY.publisher)
    assert (said["license"], said["url"], said["identifier"]) == (EVERY.rights, EVERY.source, EVERY.identifier)


def test_contributors_and_dateline_have_homes() -> None:
    head = "Tides\n\nBy Ada Brun\nTranslated by Jens Aaby\nPhotos by Ann Lee\n\n"
    made = editions(f"{head}SUND (Reuters) - The sea keeps time, as ever.", ("html", "epub"))
    said = json_ld(made["html"])
    assert (said["@type"], said["dateline"]) == ("NewsArticle", "SUND (Reuters)")
    assert [person["name"] for person in said["translator"]] == ["Jens Aaby"]
    assert html.fromstring(made["html"]).xpath("//*[@class='fields']//*[@dir]/text()") == ["Jens Aaby", "Ann Lee"]
    opf = etree.fromstring(members(made["epub"])["EPUB/content.opf"])
    assert strings(opf, "//dc:contributor/text()") == ["Jens Aaby", "Ann Lee"]
    assert strings(opf, "//opf:meta[@property='role']/text()") == ["aut", "trl", "pht"]


@poppler
def test_pdf_says_every_field(every: Files) -> None:
    info = pdfinfo(every["pdf"], "-isodates")
    assert info["Title"] == EVERY.title
    assert info["Author"] == "Ada van Loon, Émile Brun"
    assert info["Subject"] == EVERY.description
    assert info["Keywords"] == "tides, harbours"
    assert info["CreationDate"].startswith("2017-09-18T00:00:00")
    assert info["ModDate"].startswith("2018-01-02T03:04:05")
    assert xmp(every["pdf"]) == {
        "dc:title": [EVERY.title],
        "dc:creator": list(EVERY.authors),
        "dc:description": [EVERY.description],
        "dc:rights": [EVERY.rights],
        "dc:subject": list(EVERY.subjects),
        "dc:publisher": [EVERY.publisher],
        "dc:language": [EVERY.language],
        "dc:date": [EVERY.date],
        "dc:identifier": [EVERY.identifier],
        "dc:source": [EVERY.source],
        "pdfaid:part": ["3"],
        "pdfaid:conformance": ["A"],
        "pdfuaid:part": ["1"],
    }


def test_opf_says_every_field(every: Files) -> None:
    opf = etree.fromstring(members(every["epub"])["EPUB/content.opf"])
    homes = {
        "title": [EVERY.title],
        "creator": list(EVERY.authors),
        "date": [EVERY.date],
        "language": [EVERY.language],
        "subject": list(EVERY.subjects),
        "description": [EVERY.description],
        "publisher": [EVERY.publisher],
        "source": [EVERY.source],
        "rights": [EVERY.rights],
        "identifier": [EVERY.identifier],
    }
    assert {name: strings(opf, f"//dc:{name}/text()") for name in homes} == homes
    assert strings(opf, "//opf:meta[@property='dcterms:modified']/text()") == [EVERY.modified]
    assert strings(opf, "//dc:identifier[@id=/opf:package/@unique-identifier]/text()") == [EVERY.identifier]
    assert strings(opf, "//opf:spine/@page-progression-direction") == ["ltr"]
    assert strings(opf, "//opf:meta[@property='file-as']/text()") == ["van Loon, Ada", "Brun, Émile"]
    assert strings(opf, "//opf:meta[@property='role'][@scheme='marc:relators']/text()") == ["aut", "aut"]
    assert strings(opf, "//opf:meta[@property='file-as']/@scheme") == []
    assert {"schema:accessMode", "schema:accessibilitySummary"} <= set(strings(opf, "//opf:meta/@property"))


def test_markdown_and_json_say_every_field(every: Files) -> None:
    names = "title author date lang publisher rights identifier subject description source modified extra"
    assert set(json.loads(every["json"])["meta"]) == set(names.split())
    head = every["markdown"].decode().split("\n---\n")[0]
    assert all(re.search(rf"^{name}:", head, re.M) for name in names.split())


# ---------------------------------------------------------------- PDF


@poppler
def test_pdf_is_tagged_a5_with_folios_and_a_running_head(every: Files) -> None:
    info = pdfinfo(every["pdf"])
    assert info["Tagged"] == "yes"
    width, height = map(float, re.findall(r"[\d.]+", info["Page size"])[:2])
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (148, 210)
    page = run(["pdftotext", "-f", "2", "-l", "2", "-", "-"], every["pdf"]).decode().strip("\n\f ").split("\n")
    assert (page[0], page[-1]) == (EVERY.title, "2")


@poppler
@pytest.mark.parametrize("gap", ["", "\n"], ids=["tight", "loose"])
def test_pdf_keeps_the_numbers_of_a_list(gap: str) -> None:
    written = f"Before it:\n\n4. four\n{gap}5. five\n{gap}6. six\n\nThen:\n\n(c) see\n{gap}(d) dee\n{gap}(e) eff\n"
    shown = run(["pdftotext", "-", "-"], editions(written, ("pdf",))["pdf"]).decode().split()
    assert {"4.", "5.", "6.", "c.", "d."} <= set(shown)


@poppler
def test_pdf_sets_a_note_at_the_foot_of_its_page() -> None:
    written = "The lamps burned until dawn.[1] They do not now.\n\n[1] So the book has it.\n\nAnd so on."
    shown = run(["pdftotext", "-", "-"], editions(written, ("pdf",), Options(title="Lamps"))["pdf"]).decode()
    text, note = "The lamps burned until dawn.1 They do not now. And so on.", "1. So the book has it."
    assert " ".join(shown.split()[1:-1]) == f"{text} {note}"


@pytest.mark.skipif(not shutil.which("qpdf"), reason="qpdf is not installed")
def test_pdf_bookmarks_are_the_headings(every: Files, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(every["pdf"])
    outlines = json.loads(run(["qpdf", "--json", "--json-key=outlines", str(path)]))["outlines"]
    assert bookmarks(outlines) == [(EVERY.title, [("Ebb", []), ("Flow", [("Spring tide", [])])])]


@poppler
@pytest.mark.parametrize("columns", [7, 8])
def test_a_table_of_many_columns_is_set_smaller(columns: int) -> None:
    rows = ["| " + " | ".join(row) + " |" for row in ("abcdefgh"[:columns], "-" * columns, "12345678"[:columns])]
    root = html.document_fromstring(editions("\n".join(rows), ("html",))["html"].decode())
    assert root.xpath("//table/../@class") == ["table wide" if columns == 8 else "table"]


def test_boxes_that_were_typed_stand_without_bullets() -> None:
    page = html.document_fromstring(editions("To do:\n\n- [x] oil\n- [ ] wicks\n", ("html",))["html"].decode())
    assert page.xpath("//ul/@class") == ["tasks"]
    assert page.xpath("//li/text()") == ["[x] oil", "[ ] wicks"]
    other = html.document_fromstring(editions("To do:\n\n- [x] oil\n- wicks\n", ("html",))["html"].decode())
    assert other.xpath("//ul/@class") == []


@poppler
@pytest.mark.parametrize("lines", range(31, 37))
@pytest.mark.parametrize(
    "short",
    [
        "| Day | Out |\n|---|---|\n| Monday | 4 |\n| Tuesday | 2 |\n| Wednesday | 0 |\n",
        "```\nMonday = 4\nTuesday = 2\nWednesday = 0\n```\n",
    ],
    ids=["table", "code"],
)
def test_what_is_short_is_not_parted_between_pages_nor_from_what_announces_it(short: str, lines: int) -> None:
    filling = "\n\n".join(["The boats went out again."] * lines)
    made = editions(f"{filling}\n\nHe wrote it down:\n\n{short}", ("pdf",))["pdf"]
    pages = run(["pdftotext", "-layout", "-", "-"], made).decode().split("\f")
    last = next(page for page in pages if "Wednesday" in page)
    assert "Monday" in last
    assert "wrote it down" in last


@each_sample
def test_pdf_has_every_sentence(path: Path) -> None:
    """Folios and running heads stand between the lines, so each page's first and last line are left out but one."""
    text = run(["pdftotext", "-", "-"], sample(path)["pdf"]).decode()
    pages = [p.strip("\n").split("\n") for p in text.rstrip("\f").split("\f")]
    kept = "\n".join("\n".join(p[1 if i else 0 : -1]) for i, p in enumerate(pages))
    has_every_sentence(path, ledger.letters(re.sub(r"[-\u2010]\n\s*", "", kept)))


# ---------------------------------------------------------------- EPUB


@java
def test_epubcheck_has_nothing_to_say(every: Files, tmp_path: Path) -> None:
    books = {path.stem: sample(path)["epub"] for path in SAMPLES}
    books |= {"every": every["epub"], "long": editions(LONG_TEXT, ("epub",))["epub"]}
    books |= {"hostile": editions(HOSTILE_TEXT, ("epub",), HOSTILE)["epub"]}
    for name, data in books.items():
        (tmp_path / f"{name}.epub").write_bytes(data)
    said = epubcheck.run([tmp_path / f"{name}.epub" for name in books])
    assert {path.stem: found for path, found in said.items() if found} == {}


def test_epub_has_its_type_and_its_ways_in(every: Files) -> None:
    first = zipfile.ZipFile(BytesIO(every["epub"])).infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    files = members(every["epub"])
    nav = etree.fromstring(files["EPUB/nav.xhtml"])
    assert strings(nav, "//h:nav/@epub:type") == ["toc", "landmarks"]
    assert strings(nav, "//h:nav[@epub:type='toc']//h:a/text()") == [EVERY.title, "Ebb", "Flow", "Spring tide"]
    assert "bodymatter" in strings(nav, "//h:nav[@epub:type='landmarks']//h:a/@epub:type")
    assert files["EPUB/toc.ncx"].count(b"<navPoint") == 4
    assert EVERY.title in "".join(etree.fromstring(files["EPUB/title.xhtml"]).itertext())


def test_a_long_epub_is_cut_at_its_headings() -> None:
    files = members(editions(LONG_TEXT, ("epub",))["epub"])
    assert len(strings(etree.fromstring(files["EPUB/content.opf"]), "//opf:itemref/@idref")) == 8
    nav = etree.fromstring(files["EPUB/nav.xhtml"])
    labels = [x for n in range(1, 6) for x in (f"Part {n}", f"Rest {n}")]
    assert strings(nav, "//h:nav[@epub:type='toc']//h:a/text()")[-10:] == labels
    for href in strings(nav, "//h:a/@href"):
        page, _, anchor = href.partition("#")
        assert not anchor or anchor in strings(etree.fromstring(files[f"EPUB/{page}"]), "//@id")


@each_sample
def test_epub_and_html_have_every_sentence(path: Path) -> None:
    files = members(sample(path)["epub"])
    pages = "".join("".join(etree.fromstring(files[f"EPUB/{p}.xhtml"]).itertext()) for p in ("title", "text"))
    has_every_sentence(path, ledger.letters(pages))
    root = html.fromstring(sample(path)["html"])
    has_every_sentence(path, ledger.letters(root.xpath("string(//body)")))
    assert root.xpath("//@src | //object | //iframe | //img | //link[@rel!='canonical']") == []
    assert "url(" not in root.xpath("string(//style)")
    assert len(root.xpath("//h1")) == 1


def test_a_term_stands_once_in_a_list_of_definitions() -> None:
    """Nu holds a second one for a slip; so such a list is set as two."""
    entries = tuple(((t.Str(term),), ((t.Para((t.Str("It is."),)),),)) for term in ("ebb", "flow", "ebb", "neap"))
    lists = html.fromstring(f"<div>{Setter().block(t.DefinitionList(entries))}</div>").xpath("dl")
    assert [[term.text for term in one.iterfind("dt")] for one in lists] == [["ebb", "flow"], ["ebb", "neap"]]


def test_a_link_in_a_pdf_is_one_link() -> None:
    """What is emphasised in one is none of its own."""
    made = editions("See [*this* and **that** and so on](https://example.org/so) today.\n", ("pdf",))["pdf"]
    assert len(PdfReader(BytesIO(made)).pages[0].annotations or ()) == 1


@pytest.mark.parametrize(("columns", "keys"), [(3, []), (12, ["0"])])
def test_what_may_be_scrolled_is_reached_by_keys(columns: int, keys: list[str]) -> None:
    row = f"| {' | '.join(['ebb'] * columns)} |"
    made = editions(f"Es folgt eine Tabelle:\n\n{row}\n{'|---' * columns}|\n{row}\n", ("html", "epub"), EVERY)
    for page in (made["html"], members(made["epub"])["EPUB/text.xhtml"]):
        table = next(etree.fromstring(page, etree.HTMLParser()).iterfind(".//table")).getparent()
        assert table is not None
        assert [x for x in [table.get("tabindex")] if x] == keys
        assert table.get("aria-label") == ("Table" if keys else None)


# ---------------------------------------------------------------- same bytes

_DIGESTS = """
import hashlib, pathlib, sys
from convert import Source, pipeline
from convert.editions import EDITIONS
p = pipeline.convert(Source("a.txt", pathlib.Path(sys.argv[1]).read_bytes()), tuple(EDITIONS))
print({e.format: hashlib.sha256(e.data).hexdigest() for e in p.editions})
"""


def test_same_bytes_twice(every: Files) -> None:
    again = editions(EVERY_TEXT, tuple(EDITIONS), EVERY)
    assert [name for name in EDITIONS if again[name] != every[name]] == []


def test_same_bytes_in_other_processes(tmp_path: Path) -> None:
    """Neither hash seed, time zone, language, folder, home and umask nor, where it can be set, the clock shows."""
    said = []
    later = ["faketime", "-f", "+40d"] if shutil.which("faketime") else []
    for seed, zone, language, clock in (("1", "Pacific/Kiritimati", "C.UTF-8", []), ("2", "US/Eastern", "C", later)):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "PYTHONPATH": str(FOLDER.parent)}
        env |= {"HOME": str(tmp_path)}
        command = [*clock, sys.executable, "-c", _DIGESTS, str(SAMPLES[0])]
        done = subprocess.run(
            command, env=env, cwd=tmp_path, umask=0o077, capture_output=True, check=True, text=True, timeout=50
        )
        said.append(done.stdout)
    here = editions(SAMPLES[0].read_text("utf-8"), tuple(EDITIONS))
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in here.items()}
    assert said == [f"{digests}\n"] * 2


def test_pdf_is_the_same_whatever_was_set_before() -> None:
    """The engine's map of faces is kept between articles, and remembers nothing that shows."""
    texts = [path.read_text("utf-8") for path in SAMPLES]
    first = [editions(text, ("pdf",))["pdf"] for text in texts]
    again = [editions(text, ("pdf",))["pdf"] for text in reversed(texts)]
    pdf._own.__dict__.clear()
    alone = editions(texts[-1], ("pdf",))["pdf"]
    assert (first, first[-1]) == (again[::-1], alone)


# ---------------------------------------------------------------- the gate to the PDF engine


@each_sample
def test_pages_are_xml_that_says_what_the_html_says(path: Path) -> None:
    page = pdf._page(pipeline.read(Source(path.name, path.read_bytes())), Options())
    assert told(ElementTree.fromstring(page)) == told(HTML(string=page).etree_element)


def test_a_page_that_is_no_xml_is_read_as_html() -> None:
    page = '<html lang="en"><body><p>A form\x0cfeed.</p></body></html>'
    assert told(pdf._parsed(page).etree_element) == told(HTML(string=page).etree_element)


def told(root: Any) -> list[tuple[Any, ...]]:
    """A page's elements and text; HTML drops the white space about the head."""
    return [(e.tag, e.attrib, (e.text or "").strip(), (e.tail or "").strip()) for e in root.iter()]


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ('<html lang="en-GB" dir="ltr"><p lang="nl">', False),
        ('<html lang="en" dir="ltr"><em lang="zh-Hant">', True),
        ('<html lang="en" dir="ltr"><p dir="rtl">', True),
        ('<html lang="und" dir="ltr">', True),
    ],
)
def test_rules_of_scripts_are_asked_where_they_say_something(page: str, asked: bool) -> None:
    assert (pdf.SCRIPTS in pdf._sheets(page)) == asked


_WITHOUT = """
import os, sys, cffi
from convert import Source, pipeline
from convert.errors import MissingDependency
load = cffi.FFI.dlopen
cffi.FFI.dlopen = lambda ffi, name, flags: load(ffi, "none" if sys.argv[1] in name else name, flags)
path = os.environ["PATH"]
try:
    print(len(pipeline.convert(Source("a.txt", b"Words."), ("pdf",)).editions), "set")
except MissingDependency as error:
    print(error.hint)
assert os.environ["PATH"] == path
"""


@pytest.mark.parametrize(("lacking", "said"), [("pango", "Install Pango: apt-get install"), ("nothing", "1 set")])
def test_a_library_that_is_missing_is_named(lacking: str, said: str) -> None:
    """And while the engine looks for them, no compiler is found, but afterwards."""
    command = [sys.executable, "-c", _WITHOUT, lacking]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, said in done.stdout) == (0, True), done.stderr


def test_a_difference_is_named_with_its_member() -> None:
    """What `make same` says of files that are not the same."""
    plain = {"a.epub": _archive(b"one"), "a.html": b"<p>one", "b.html": b""}
    made = {"plain": plain, "later": {"a.epub": _archive(b"two"), "a.html": b"<p>one"}}
    assert list(same.differences(made)) == [
        "later: a.epub differs in text.xhtml at byte 0: b'one' and b'two'",
        "later: b.html is missing",
    ]


def _archive(text: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("text.xhtml"), text)
    return buffer.getvalue()


# ---------------------------------------------------------------- against pandoc

_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre hr table dl dt dd".split())
CASES = [case for folder in ("rules", "passes", "matter") for case in cases(folder)]


@pytest.fixture(scope="module")
def by_pandoc() -> dict[str, Any]:
    """Each case's blocks in pandoc's HTML, by the id of the div around them; one process for all."""
    divs = tuple(t.Div(t.Attr(f"case-{i}"), blocks_of(i)) for i in range(len(CASES)))
    data = json.dumps(t.to_json(t.Pandoc(t.MetaMap(()), divs))).encode()
    said = run([pandoc.binary(), "--from=json", "--to=html", "--wrap=none"], data)
    root = html.fromstring(f"<body>{said.decode()}</body>")
    return {str(div.get("id")): div for div in root.iter("div") if str(div.get("id")).startswith("case-")}


@pytest.mark.parametrize("i", range(len(CASES)), ids=[str(case) for case in CASES])
def test_our_markup_says_what_pandocs_says(by_pandoc: dict[str, Any], i: int) -> None:
    """The same text in the same blocks; verse stands as one block in both."""
    ours = html.fromstring(f"<div>{Setter().blocks(blocks_of(i))}</div>")
    theirs = by_pandoc[f"case-{i}"]
    for call in (*ours.cssselect("[role=doc-noteref]"), *theirs.cssselect(".footnote-ref, .noteref")):
        if call.get("href", "").lstrip("#").startswith(("note", "fn")):
            call.clear(keep_tail=True)  # each numbers its notes its own way
    assert blocks_seen(ours) == blocks_seen(theirs)
    assert ledger.letters(ours.text_content()) == ledger.letters(theirs.text_content())


# ---------------------------------------------------------------- hostile texts

_EVIL = "<script>alert(1)</script> \" onload=\"x() ' onclick='y()' ]]> </style></title><!-- &lt;b&gt; <img src=x>"
HOSTILE = Options(
    title="T " + _EVIL,
    authors=("A " + _EVIL, "B </script><b>"),
    publisher="P " + _EVIL,
    rights="R " + _EVIL,
    identifier="I " + _EVIL,
    subjects=("S " + _EVIL, "javascript:alert(2)"),
    description="D " + _EVIL,
    extra=(("K " + _EVIL, "V " + _EVIL),),
)
HOSTILE_TEXT = f"""# Head {_EVIL}

Text {_EVIL} and [a link](javascript:alert(4)) and [b](JaVaScRiPt:alert(5)) and [c](data:text/html,<script>x</script>)
and [d](http://a.example/"onmouseover="z()) and <javascript:alert(6)> and `{_EVIL}` here.

- item {_EVIL}

> quoted {_EVIL}

Key {_EVIL}: value {_EVIL}
"""


def test_html_takes_no_markup_from_a_text() -> None:
    page = editions(HOSTILE_TEXT, ("html",), HOSTILE)["html"]
    root = html.document_fromstring(page.decode())
    assert root.xpath("//script/@type") == ["application/ld+json"]
    assert len(root.xpath("//style")) == len(root.xpath("//title")) == len(root.xpath("//h1")) == 1
    assert root.xpath("string(//h1)") == HOSTILE.title
    no_attack(root)
    said = json_ld(page)
    assert said["headline"] == HOSTILE.title
    assert [a["name"] for a in said["author"]] == list(HOSTILE.authors)
    assert (said["publisher"]["name"], said["license"]) == (HOSTILE.publisher, HOSTILE.rights)


def test_epub_takes_no_markup_from_a_text() -> None:
    files = members(editions(HOSTILE_TEXT, ("epub",), HOSTILE)["epub"])
    for name in files:
        if name.endswith((".xhtml", ".opf", ".ncx", ".xml")):
            root = etree.fromstring(files[name])
            assert root.xpath("//*[local-name()='script']") == []
            no_attack(root)


def test_an_address_that_runs_is_refused() -> None:
    with pytest.raises(UsageError, match="not a web address"):
        options_from({"source": "javascript:alert(3)"}, "http")


def test_nothing_is_fetched() -> None:
    """Addresses in a text and its fields are never visited, in no format."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        at = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        written = f'See [it]({at}) and ![x]({at}) or {at}.\n\n<img src="{at}"> <link rel=stylesheet href={at}>\n'
        made = editions(written, tuple(EDITIONS), Options(title=f"@import url({at})", source=at, rights=at))
        assert at.encode() in made["html"]
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()
        socket.create_connection(server.getsockname()).close()
        server.accept()[0].close()  # the counter does count


# ---------------------------------------------------------------- what the tests share


@cache
def sample(path: Path) -> Files:
    """A sample's three editions."""
    return editions(path.read_text("utf-8"), ("html", "pdf", "epub"))


def run(command: Sequence[str], data: bytes = b"") -> bytes:
    """What a program prints."""
    return subprocess.run(command, input=data, capture_output=True, check=True, timeout=60).stdout


def pdfinfo(data: bytes, *arguments: str) -> dict[str, str]:
    """What poppler says of a PDF, by field."""
    lines = run(["pdfinfo", *arguments, "-"], data).decode().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def xmp(data: bytes) -> dict[str, list[str]]:
    """The Dublin Core and conformance properties of the XMP packet, each with its values."""
    packet = run(["pdfinfo", "-meta", "-"], data)
    top = etree.fromstring(packet[packet.index(b"<x:xmpmeta") : packet.index(b"<?xpacket end")])[0][0]
    return {
        f"{x.prefix}:{etree.QName(x).localname}": [str(s) for s in x.itertext() if str(s).strip()]
        for x in top
        if x.prefix in ("dc", "pdfaid", "pdfuaid")
    }


def members(data: bytes) -> Files:
    """The files of an archive, by name."""
    archive = zipfile.ZipFile(BytesIO(data))
    return {name: archive.read(name) for name in archive.namelist()}


_NAMES = {
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "h": "http://www.w3.org/1999/xhtml",
    "epub": "http://www.idpf.org/2007/ops",
}


def strings(root: Any, path: str) -> list[str]:
    """What an XPath finds, as text."""
    return [str(x) for x in root.xpath(path, namespaces=_NAMES)]


def json_ld(page: bytes) -> dict[str, Any]:
    """The JSON-LD of a page."""
    found: dict[str, Any] = json.loads(html.document_fromstring(page.decode()).xpath("string(//script)"))
    return found


def bookmarks(entries: list[dict[str, Any]]) -> list[tuple[str, list[Any]]]:
    """A PDF's outline as titles and what is below each."""
    return [(e["title"], bookmarks(e["kids"])) for e in entries]


def has_every_sentence(path: Path, shown: str) -> None:
    """Every sentence of the sample's body, its title and authors stand in `shown`, letters only."""
    article = pipeline.read(Source("", path.read_bytes()))
    leaves = [n for n in t.nodes(article.blocks) if isinstance(n, t.Para | t.Plain | t.Header | t.LineBlock)]
    wanted = [article.metadata.title, *article.metadata.authors]
    wanted += [s for leaf in leaves for s in re.split(r"(?<=[.!?:;])\s", t.plain_text(leaf))]
    assert [s for s in wanted if ledger.letters(s) not in shown] == []


@cache
def blocks_of(i: int) -> t.Blocks:
    """The blocks of one case."""
    return pipeline.read(Source("", CASES[i].text.encode())).blocks


def blocks_seen(root: Any) -> list[str]:
    """The block tags below `root`, in document order; what stands in verse is verse."""
    seen: list[str] = []
    waiting = list(reversed(root))
    while waiting:
        node = waiting.pop()
        if node.tag == "div" and node.get("class") in ("verse", "line-block"):
            seen.append("verse")
            continue
        if node.tag in _BLOCKS:
            seen.append(node.tag)
        waiting.extend(reversed(node))
    return seen


def no_attack(root: Any) -> None:
    """No handlers, no foreign elements, and every address of a scheme that cannot run."""
    assert [x for x in root.xpath("//@*") if x.attrname.lower().startswith("on")] == []
    assert root.xpath("//*[local-name()='img' or local-name()='b']") == []
    runs = re.compile(r"\s*(javascript|data|vbscript):", re.IGNORECASE)
    assert [x for x in root.xpath("//@href | //@src") if runs.match(str(x))] == []


def test_the_first_date_that_a_program_meets_is_an_iso_date() -> None:
    page = (
        pipeline.convert(Source("a.txt", b"A Walk\n\nby Ann Lee\n\n14 March 2021\n\nText.\n"), ("html",))
        .editions[0]
        .data
    )
    dates = re.findall(r'<meta [^>]*(?:date|time)[^>]* content="([^"]+)"', page.decode())
    assert dates[0] == "2021-03-14"
    assert "2021/03/14" in dates  # Highwire's way, for Google Scholar
