"""Other formats, both ways: what others work on is valid and the same bytes twice; what they made is read and kept.

Every file that is read is made here, by pandoc or by hand; none is stored.
"""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree

from convert import Source, pandoc, passes, pipeline
from convert import manuscript as m
from convert import tree as t
from convert.article import Article
from convert.child import Child
from convert.editions import EDITIONS
from convert.errors import ConvertError, InputError, LimitError, NotText, OverTime, UsageError
from convert.ledger import letters
from convert.options import Limits, Options, options_from
from convert.readers import READERS
from convert.report import report, schema
from tests.serving import Server, serving

WRITTEN = ("docx", "odt", "latex", "jats", "rst", "plain")
ROPEWALK = """---
title: The Ropewalk
subtitle: A walk of three hundred paces
author: [Ada van Loon, Émile Brun]
date: 2017-09-18
---

The first paragraph has *emphasis*, **strong words**, a note[1] and an address, https://example.org/rope?a=1.

# Strands & <Yarns>

Three things are wanted:

1. hemp,
2. tar,
    - of pine, 5 $ a barrel, 100 % pure
    - of coal
3. patience.

## Costs

| What | Price |
|------|------:|
| Hemp | 12    |
| Tar  | 3     |

> A rope is a promise that is kept by friction.

```
walk = 300 \\ 2
```

* * *

# Ends

They met at the end of the walk.

[1] A note about the *rope*.
"""
VERSE = """The Ferryman

by Ruth Abarbanel

The river doesn't ask you who you are.
It takes the weight you bring and not the name,
And though the farther bank is not so far
    It never lets you land from where you came.

I've carried brides and bailiffs, goats and grain,
A bishop once, who wept, and once a clock
That struck eleven all the way through rain
    And stopped the moment that we touched the dock.
"""
STATED = Options(
    title="Ropes & <Yarns>",
    authors=("Ada van Loon", "Émile Brun"),
    date="2017-09-18",
    language="en-GB",
    publisher="Harbour Press",
    rights="CC BY 4.0",
    identifier="urn:isbn:9780000000002",
    subjects=("ropes", "harbours"),
    description="How rope was made.",
    source="https://example.org/rope",
    modified="2018-01-02T03:04:05Z",
)


def editions(text: str, *formats: str, options: Options | None = None) -> dict[str, bytes]:
    """The editions of a plain text, by format."""
    made = pipeline.convert(Source("a.txt", text.encode()), formats, options)
    return {edition.format: edition.data for edition in made.editions}


@pytest.fixture(scope="module")
def ropewalk() -> dict[str, bytes]:
    """One article in all formats but PDF."""
    return editions(ROPEWALK, *(name for name in EDITIONS if name != "pdf"))


@pytest.fixture(scope="module")
def stated() -> dict[str, bytes]:
    """The same with every field that a caller can state."""
    return editions(ROPEWALK, *WRITTEN, options=STATED)


@cache
def by_pandoc(text: str, source: str, target: str) -> bytes:
    """`text` in another format, as pandoc writes it."""
    command = [pandoc.binary(), f"--from={source}", f"--to={target}", "--standalone", "--output=-"]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout


def read(data: bytes | str, name: str, **options: Any) -> Article:
    """The Article in a file of that name."""
    data = data.encode() if isinstance(data, str) else data
    return pipeline.read(Source(name, data), options_from(options, "cli"))


def codes(article: Article) -> dict[str, str]:
    """The remarks of an article by their code."""
    return {remark.code: remark.message for remark in article.remarks}


def archive(**members: str | bytes) -> bytes:
    """A zip archive; `__` in a name stands for `/` and `_dot_` for a point."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members.items():
            new.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return out.getvalue()


# ---------------------------------------------------------------- out


@pytest.mark.parametrize("name", WRITTEN)
def test_the_same_article_is_the_same_bytes(stated: dict[str, bytes], name: str) -> None:
    assert editions(ROPEWALK, name, options=STATED)[name] == stated[name]


@pytest.mark.parametrize(("name", "first"), [("docx", "[Content_Types].xml"), ("odt", "mimetype")])
def test_archives_are_whole_and_carry_no_clock(stated: dict[str, bytes], name: str, first: str) -> None:
    with zipfile.ZipFile(BytesIO(stated[name])) as opened:
        assert opened.testzip() is None
        assert opened.namelist()[0] == first
        assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for member in opened.namelist():
            if member.endswith((".xml", ".rels", ".rdf")):
                etree.fromstring(opened.read(member))
        core = opened.read("docProps/core.xml" if name == "docx" else "meta.xml").decode()
    assert "2018-01-02T03:04:05Z" in core
    assert "1970" not in core


@pytest.mark.parametrize("name", ["docx", "odt"])
def test_office_documents_have_every_field(stated: dict[str, bytes], name: str) -> None:
    with zipfile.ZipFile(BytesIO(stated[name])) as opened:
        said = b"".join(opened.read(n) for n in opened.namelist() if "docProps" in n or n == "meta.xml").decode()
        styles = opened.read("word/styles.xml" if name == "docx" else "styles.xml").decode()
    for field in ("title", "publisher", "rights", "identifier", "description", "source"):
        assert getattr(STATED, field).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in said
    assert all(word in said for word in (*STATED.authors, *STATED.subjects, "2017-09-18"))
    assert 'w:val="en-GB"' in styles or 'fo:country="GB"' in styles


def test_a_text_without_a_known_language_is_not_called_american() -> None:
    with zipfile.ZipFile(BytesIO(editions("Zzz\n\nQq.\n", "docx")["docx"])) as opened:
        assert b'w:val="und"' in opened.read("word/styles.xml")


def test_jats_has_its_front(stated: dict[str, bytes]) -> None:
    root = etree.fromstring(stated["jats"], etree.XMLParser(load_dtd=False, resolve_entities=False, no_network=True))

    def said(path: str) -> list[str]:
        return ["".join(str(part) for part in node.itertext()).strip() for node in root.iterfind(path)]

    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    assert said(".//article-title") == [STATED.title]
    assert said(".//subtitle") == ["A walk of three hundred paces"]
    assert said(".//contrib/string-name") == list(STATED.authors)
    assert [node.get("iso-8601-date") for node in root.iterfind(".//pub-date")] == ["2017-09-18"]
    assert said(".//publisher-name") == [STATED.publisher]
    assert said(".//article-id") == [STATED.identifier]
    assert said(".//copyright-statement") == [STATED.rights]
    assert said(".//kwd") == list(STATED.subjects)
    assert said(".//abstract") == [STATED.description]
    assert said(".//body/sec/title") == ["Strands & <Yarns>", "Ends"]


def test_latex_is_a_whole_document_with_its_signs_escaped(stated: dict[str, bytes]) -> None:
    text = stated["latex"].decode()
    assert r"\title{Ropes \& \textless Yarns\textgreater{}}" in text
    assert r"\author{Ada van Loon \and Émile Brun}" in text
    assert "pdflang={en-GB}" in text
    assert "pdfkeywords={ropes, harbours}" in text
    assert r"\section{Strands \& \textless Yarns\textgreater{}}" in text
    assert r"5 \$ a barrel, 100 \% pure" in text
    body = text[text.index(r"\begin{document}") :]
    assert Counter(re.findall(r"\\begin\{(\w+)\}", body)) == Counter(re.findall(r"\\end\{(\w+)\}", body))
    assert body.rstrip().endswith(r"\end{document}")


def test_what_a_format_has_no_place_for_is_remarked() -> None:
    made = pipeline.convert(Source("a.txt", ROPEWALK.encode()), WRITTEN, STATED)
    said = {e.format: [r.message for r in e.remarks] for e in made.editions}
    assert said["docx"] == said["odt"] == []
    assert "publisher" in said["latex"][0]
    assert "source" in said["jats"][0]
    assert "rights" in said["plain"][0]
    assert set(made.article.remarks) >= {r for e in made.editions for r in e.remarks}
    unsaid = pipeline.convert(Source("a.txt", ROPEWALK.encode()), WRITTEN)
    assert not any(e.remarks for e in unsaid.editions), "what we made up ourselves is not missed"


@pytest.mark.parametrize("name", WRITTEN)
def test_no_letter_is_lost_on_the_way_out(ropewalk: dict[str, bytes], name: str) -> None:
    if name not in ("docx", "odt"):
        said = ropewalk[name].decode()
    else:
        document = pandoc.read(ropewalk[name], name)
        notes = [t.plain_text(n.blocks) for n in t.nodes(document) if isinstance(n, t.Note)]
        said = " ".join((t.plain_text((document.meta, document.blocks)), *notes))
    wanted = re.findall(r"\w{3,}", re.sub(r"(?m)^\w+:|20.*", "", ROPEWALK))
    assert [word for word in wanted if word not in said] == []


def test_what_our_title_block_shows_stands_in_every_edition() -> None:
    text = "OPINION\n\nThe Ropewalk\n\nby Ada van Loon\n\nThe walk is long.\n"
    for name, data in editions(text, *WRITTEN, options=Options(extra=(("Series", "Coast & Sea"),))).items():
        if name in ("docx", "odt"):
            data = pandoc.written(pandoc.read(data, name), "plain")
        assert re.search("Series: Coast (&|&amp;|\\\\&) Sea", data.decode()), name


# ---------------------------------------------------------------- there and back

# What a format cannot carry, as pandoc writes and reads it.
_LOST = {"odt": ("CodeBlock", "HorizontalRule"), "rst": (), "docx": (), "html": (), "epub": (), "markdown": ()}


def shape(article: Article) -> list[tuple[str, str]]:
    """Each block with its words."""
    return [
        (type(b).__name__ + str(getattr(b, "level", "")), " ".join(t.plain_text(b).split())) for b in article.blocks
    ]


@pytest.mark.parametrize("name", _LOST)
def test_an_article_comes_back_as_it_was(ropewalk: dict[str, bytes], name: str) -> None:
    first, again = read(ROPEWALK, "a.txt"), read(ropewalk[name], "a" + EDITIONS[name].extension)
    before, after = shape(first), shape(again)
    if name == "odt":  # code comes back as paragraphs, a break not at all
        before = [("Para", words) if kind == "CodeBlock" else (kind, words) for kind, words in before if words]
    if name == "epub":  # whose package has no place for it: it opens the text
        assert after.pop(0) == ("Para", first.metadata.subtitle)
    assert after == before
    for field in ("title", "authors", "date", "language", *(("subtitle",) if name not in ("epub", "odt") else ())):
        assert getattr(again.metadata, field) == getattr(first.metadata, field), field
    assert [t.plain_text(n.blocks).strip() for n in t.nodes(again.blocks) if isinstance(n, t.Note)] == [
        "A note about the rope."
    ]
    links = {n.target.url for n in t.nodes(again.blocks) if isinstance(n, t.Link)}
    assert links == {"https://example.org/rope?a=1"}
    assert {type(n) for n in t.nodes(again.blocks)} >= {t.Emph, t.Strong, t.OrderedList, t.BulletList, t.Table}
    assert "ledger" not in codes(again)


def test_markdown_and_docx_of_ours_give_the_very_same_page(ropewalk: dict[str, bytes]) -> None:
    for name in ("markdown", "docx"):
        source = Source("a" + EDITIONS[name].extension, ropewalk[name])
        assert pipeline.convert(source, ("html",)).editions[0].data == ropewalk["html"]


@pytest.mark.parametrize("name", ["html", "markdown"])
def test_verse_comes_back_as_verse(name: str) -> None:
    made = editions(VERSE, name, "html")
    again = pipeline.convert(Source("a" + EDITIONS[name].extension, made[name]), ("html",)).editions[0].data
    assert again == made["html"]


@pytest.mark.parametrize("name", ["docx", "odt", "epub", "rst"])
def test_lines_of_verse_stay_lines(name: str) -> None:
    again = read(editions(VERSE, name)[name], "a" + EDITIONS[name].extension)
    breaks = sum(isinstance(n, t.LineBreak) for n in t.nodes(again.blocks))
    lines = sum(len(b.lines) for b in again.blocks if isinstance(b, t.LineBlock))
    assert breaks >= 6 or lines >= 8
    assert "carried brides and bailiffs, goats and grain," in t.plain_text(again.blocks)


# ---------------------------------------------------------------- what it is


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", b"<!DOCTYPE html><p>x", "text"),
        ("a.txt", b"# not Markdown", "text"),
        ("a.md", b"# Markdown", "markdown"),
        ("a.MARKDOWN", b"x", "markdown"),
        ("a.rst", b"x", "rst"),
        ("a.htm", b"x", "html"),
        ("", b"  <!-- x -->\n<HTML>", "html"),
        ("", b'\xef\xbb\xbf<?xml version="1.0"?>\n<!DOCTYPE html>', "html"),
        ("a", b"<p>a text that begins with a sign", "text"),
        ("notes.doc", b"{\\rtf1 x}", "rtf"),
        ("a.txt", archive(word__document_dot_xml="x"), "docx"),
        ("", archive(mimetype="application/epub+zip"), "epub"),
        ("", archive(mimetype="application/vnd.oasis.opendocument.text"), "odt"),
        ("a.unknown", b"x", "text"),
    ],
)
def test_first_bytes_say_what_it_is_then_its_name(name: str, data: bytes, kind: str) -> None:
    assert m.kind_of(Source(name, data)) == kind
    assert m.kind_of(Source(name, data), "auto") == kind
    assert m.kind_of(Source(name, data), "rst") == "rst"


def test_a_plain_text_is_never_read_as_markdown() -> None:
    text = "A Text\n\nIt says \\alpha and ~this~ and $x$ and <b>that</b>.\n"
    assert "\\alpha and ~this~ and $x$ and <b>that</b>" in t.plain_text(read(text, "a.txt").blocks)
    assert "<b>" not in t.plain_text(read(text, "a.txt", reader="markdown").blocks)


def test_an_unknown_reader_is_refused_at_every_door() -> None:
    for door in ("cli", "http"):
        with pytest.raises(UsageError, match="'wordperfect'") as caught:
            options_from({"from": "wordperfect"}, door)
        assert "auto, text, docx" in caught.value.hint


# ---------------------------------------------------------------- metadata


def test_a_page_says_its_metadata() -> None:
    article = read(
        """<!doctype html><html lang=de-AT><head><title>Der Seiler – Der Bote</title>
        <meta name=author content="Ada van Loon"><meta property="article:published_time" content="2017-09-18T10:00:00Z">
        <meta name=keywords content="Seile, Häfen"><meta name=description content='Ein "Satz" & <mehr>'>
        <meta property=og:site_name content="Der Bote"><link rel=canonical href=https://example.org/seiler>
        <meta name=viewport content=x></head><body><nav><a href=/>Start</a></nav>
        <h1>Der Seiler</h1><p>Ada van Loon | 18. September 2017</p><p>Der Seiler geht rückwärts.</p></body></html>""",
        "a.html",
    )
    said = article.metadata
    assert (said.title, said.authors, said.date) == ("Der Seiler", ("Ada van Loon",), "2017-09-18")
    assert (said.language, said.subjects, said.site) == ("de-AT", ("Seile", "Häfen"), "Der Bote")
    assert said.description == 'Ein "Satz" & <mehr>'
    assert said.source == "https://example.org/seiler"
    assert said.extra == ()
    assert [words for _, words in shape(article)] == ["Start", "Der Seiler geht rückwärts."]
    origin = said.origin("date")
    assert origin is not None
    assert (origin.kind, origin.line) == ("front matter", 0)
    assert "the page's head" in origin.why


CORE = """<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>{title}</dc:title>
 <dc:creator>{creator}</dc:creator><dcterms:created>2016-05-04T10:00:00Z</dcterms:created>
 <dcterms:modified>{modified}</dcterms:modified>
 <cp:keywords>rope; tar</cp:keywords></cp:coreProperties>"""


def with_core(title: str, creator: str, modified: str = "") -> bytes:
    """A docx of one paragraph with these properties."""
    with zipfile.ZipFile(BytesIO(by_pandoc("The walk is long, and it is very quiet.", "commonmark", "docx"))) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members["docProps/core.xml"] = CORE.format(title=title, creator=creator, modified=modified).encode()
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)
    return out.getvalue()


def test_word_says_its_metadata() -> None:
    said = read(with_core("The Ropewalk", "Ada van Loon; Émile Brun"), "a.docx").metadata
    assert (said.title, said.authors) == ("The Ropewalk", ("Ada van Loon", "Émile Brun"))
    assert said.subjects == ("rope", "tar")
    origin = said.origin("date")
    assert origin is not None
    assert (said.date, origin.sure) == ("2016-05-04", "guess"), "the day a file was made may be another"


def test_a_time_that_no_clock_shows_is_no_time() -> None:
    for said, meant in (
        ("2019-03-14T10:00:00+02:00", "2019-03-14T08:00:00Z"),
        ("2019-03-14T25:61:00Z", "2019-03-14T00:00:00Z"),
        ("0009-03-14T10:00:00Z", "0009-03-14T10:00:00Z"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T00:00:00Z"),
    ):
        assert read(with_core("The Ropewalk", "Ada van Loon", said), "a.docx").metadata.modified == meant


def test_what_programs_say_where_nobody_wrote_is_not_believed() -> None:
    article = read(with_core("Document1", "Microsoft Office User"), "a.docx", title="")
    assert article.metadata.authors == ()
    assert article.metadata.title.startswith("The walk is long")
    assert read(with_core("Document1", "x"), "a.docx", title="Given", authors=["Me"]).metadata.authors == ("Me",)


def test_a_heading_at_the_top_goes_before_a_title_that_nobody_sees() -> None:
    page = "<title>{}</title><h1>The Ropewalk</h1><p>The walk is long.</p><h2>Strands</h2><p>Hemp.</p>"
    for title, remarked in (("The Ropewalk – Harbour News", False), ("Home", True), ("", False)):
        article = read(page.format(title), "a.html")
        assert article.metadata.title == "The Ropewalk"
        assert ("title" in codes(article)) == remarked
        assert [words for _, words in shape(article)] == ["The walk is long.", "Strands", "Hemp."]
    seen = read("<title>Ropes</title><p>Ropes</p><h1>Strands</h1><p>Hemp.</p>", "a.html")
    assert seen.metadata.title == "Ropes"
    assert [words for _, words in shape(seen)] == ["Strands", "Hemp."]


def test_front_matter_of_markdown_is_read_as_that_of_a_text() -> None:
    head = "---\ntitle: Ropes\nauthor: [Ada van Loon, Émile Brun]\ndate: 18 September 2017\ntags: [a, b]\n---\n"
    article = read(head + "\nThe walk is *long*.\n", "a.md")
    said = article.metadata
    assert (said.title, said.date, said.subjects) == ("Ropes", "2017-09-18", ("a", "b"))
    assert said.authors == ("Ada van Loon", "Émile Brun")
    assert [words for _, words in shape(article)] == ["The walk is long."]


def test_every_author_of_a_docinfo_is_kept() -> None:
    text = "Ropes\n=====\n\n:Author: Ada van Loon\n:Author: Émile Brun\n:Date: 2017-09-18\n\nThe walk.\n"
    said = read(text, "a.rst").metadata
    assert (said.title, said.authors, said.date) == ("Ropes", ("Ada van Loon", "Émile Brun"), "2017-09-18")


def test_rtf_is_read() -> None:
    rtf = by_pandoc("---\ntitle: Ropes\n---\n\n# Strands\n\nIt is *long*, é.\n", "markdown", "rtf")
    article = read(rtf, "a.rtf")
    assert "It is long, é." in t.plain_text(article.blocks)
    assert any(isinstance(n, t.Emph) for n in t.nodes(article.blocks))


def test_a_page_in_an_old_encoding_is_read_by_what_it_says() -> None:
    page = "<html><head><meta charset=windows-1251><title>Канат</title></head><body><p>Канат длинный.</p></body></html>"
    assert "Канат длинный." in t.plain_text(read(page.encode("cp1251"), "a.html").blocks)


def test_a_language_that_the_words_do_not_look_like_is_remarked() -> None:
    page = "<html lang=en><title>x</title><p>Der Seiler geht rückwärts, und das Seil wird mit jedem Schritt länger."
    assert "de" in codes(read(page, "a.html"))["language"]


# ---------------------------------------------------------------- structure


def test_headings_are_held_together_and_only_the_title_is_level_one() -> None:
    article = read("# Ropes\n\n### Strands\n\na\n\n###### Yarns\n\nb\n\n### Ends\n\n> # Quoted\n> c\n", "a.md")
    assert article.metadata.title == "Ropes"
    assert [b.level for b in article.blocks if isinstance(b, t.Header)] == [2, 3, 2]
    assert sum(isinstance(n, t.Header) for n in t.nodes(article.blocks)) == 3, "one in a quotation is a line of it"
    assert "Quoted" in t.plain_text(article.blocks)


@pytest.mark.parametrize("below", ["The walk.\n", "- hemp\n"])
def test_a_note_in_a_title_is_kept(below: str) -> None:
    article = read(f"# Ropes[^1]\n\n{below}\n[^1]: A note.\n", "a.md")
    assert article.metadata.title == "Ropes"
    assert [t.plain_text(n.blocks).strip() for n in t.nodes(article.blocks) if isinstance(n, t.Note)] == ["A note."]
    assert all(block.pos for block in article.blocks)
    assert "ledger" not in codes(article)


def test_a_list_of_names_in_one_field_is_parted() -> None:
    for said, wanted in (("Ann Lee, Bob Ray", ("Ann Lee", "Bob Ray")), ("Lee, Ann; Ray", ("Lee, Ann", "Ray"))):
        assert read(f"<title>T</title><meta name=author content='{said}'><p>x", "a.html").metadata.authors == wanted


def test_links_keep_only_addresses_from_our_list() -> None:
    article = read(
        "# T\n\nA [a](javascript:alert(1)) [b](data:text/html,x) [c](vbscript:x) <javascript:alert(1)>"
        " [d](JaVaScript:x) [e](#ends) [f](#none) [g](mailto:a@b.org) [h](rel.html) [i](https://example.org/a b) [k](https://e.org/x)\n\n"
        "# Ends\n\nx\n\n# Ends\n\ny\n",
        "a.md",
    )
    assert [n.target.url for n in t.nodes(article.blocks) if isinstance(n, t.Link)] == [
        "#ends", "mailto:a@b.org", "https://e.org/x",
    ]  # fmt: skip
    assert "links" in codes(article)
    assert all(c in t.plain_text(article.blocks) for c in "abcdefghik")


def test_inner_links_follow_their_headings_and_places() -> None:
    page = """<title>T</title><p>See <a href=#x>one</a>, <a href=#y>two</a>, <a href=#z>three</a>.</p>
    <h2 id=x>Über Seile</h2><p>a <span id=y>here</span></p><section id=z><h2>Ends</h2><p>b</p></section>"""
    article = read(page, "a.html")
    urls = [n.target.url[1:] for n in t.nodes(article.blocks) if isinstance(n, t.Link)]
    assert urls == ["uber-seile", "place_2", "ends"]
    ids = [n.attr.id for n in t.nodes(article.blocks) if isinstance(n, t.Header | t.Span) and n.attr.id]
    assert sorted(ids) == sorted(urls)


def test_pictures_and_raw_parts_are_left_out_and_named() -> None:
    text = 'A ![a barrel of tar](tar.png) stands <b onclick="x()">here</b>.\n\n```{=latex}\n\\secret\n```\n\n'
    article = read(text + "<div>\nkept words\n<script>alert(1)</script></div>\n\n![alone](a.png)\n", "a.md")
    said = codes(article)
    assert "2" in said["pictures"]
    assert "3 html, 1 latex" in said["raw"]
    words = t.plain_text(article.blocks)
    assert all(part in words for part in ("a barrel of tar", "here", "kept words", "alone"))
    assert "alert" not in words
    assert any("secret" in taken.text for taken in article.taken)
    assert not any(isinstance(n, t.RawBlock | t.RawInline | t.Image) for n in t.nodes(article.blocks))


def test_scripts_and_handlers_of_a_page_never_reach_an_edition() -> None:
    page = """<!doctype html><title>T &lt;script&gt;evil()&lt;/script&gt;</title><style>p{}</style>
    <script>evil()</script>
    <h1 onclick="evil()">T</h1><p style="x" onload="evil()">words <img src=x onerror="evil()" alt="pic">
    <iframe src="javascript:evil()">inner</iframe><a href="javascript:evil()">link</a><svg onload="evil()"/></p>
    <form action=x><input value=y><button>press</button></form>"""
    made = pipeline.convert(Source("a.html", page.encode()), ("html", "epub"))
    html = made.editions[0].data.decode()
    assert "<script>evil" not in html
    body = html[html.index("<body") :]
    assert not re.search(r"<(?:script|iframe|form|svg|style|img)|javascript:|\son\w+=", body)
    assert all(word in body for word in ("words", "pic", "link", "press"))
    left = codes(made.article)["left-out"]
    assert all(part in left for part in ("1 script", "1 iframe", "1 form"))


def test_quotes_are_set_by_language() -> None:
    article = read('Er sagte: "Nein" -- und ging über die Brücke, die nicht mehr war.\n', "a.md", language="de")
    assert "„Nein“ – und" in t.plain_text(article.blocks)


def test_lines_in_cjk_are_joined_without_a_space() -> None:
    article = read("綱は長い。\n歩みは\n静かだ。 x\ny\n", "a.md", language="ja")
    assert "綱は長い。歩みは静かだ。 x y" in t.plain_text(article.blocks)


def test_characters_no_edition_may_hold_are_left_out() -> None:
    article = read("<title>T</title><p>a&#1;b&#x200b;c&shy;d e&#776;", "a.html")
    assert t.plain_text(article.blocks).strip() == "abcd ë"
    assert "invisible" in codes(article)


def test_boxes_and_lines_of_markdown() -> None:
    article = read("- [ ] hemp\n- [x] tar\n\n| one\n| \u00a0\u00a0two\n", "a.md")
    boxes, verse = article.blocks
    assert [t.plain_text(item).strip() for item in getattr(boxes, "items", ())] == ["☐ hemp", "☒ tar"]
    assert isinstance(verse, t.LineBlock)
    assert [t.plain_text(line) for line in verse.lines] == ["one", "\u00a0\u00a0two"]


# ---------------------------------------------------------------- the report, and nothing lost


def test_the_report_of_a_file_without_lines_keeps_to_its_schema(ropewalk: dict[str, bytes]) -> None:
    reading = pipeline.inspect(Source("a.docx", ropewalk["docx"]))
    said = report(reading.article, reading.rivals, reading.raw)
    jsonschema.validate(json.loads(json.dumps(said)), schema())
    assert {tuple(block["lines"]) for block in said["blocks"]} == {(0, 0)}
    assert {block["rule"] for block in said["blocks"]} == {"pandoc"}
    assert reading.lines == ()


def test_a_lost_letter_is_found(ropewalk: dict[str, bytes]) -> None:
    found = m.read(Source("a.docx", ropewalk["docx"]), "docx", Options())
    whole = Article(found.metadata, found.blocks, taken=found.taken)
    assert m.finished(found, whole) is not None
    assert m.finished(found, Article(found.metadata, found.blocks[1:], taken=found.taken)) is None


def test_a_pass_that_loses_a_letter_is_undone(ropewalk: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(article: Article, _habits: Any) -> Article:
        return Article(article.metadata, article.blocks[1:], article.remarks, article.taken)

    table = tuple((name, lose if name == "frames" else step) for name, step in passes.PASSES)
    monkeypatch.setattr(passes, "PASSES", table)
    article = read(ropewalk["docx"], "a.docx")
    assert "ledger" in codes(article)
    assert letters("The first paragraph") in letters(t.plain_text(article.blocks))


def test_corrections_by_line_are_named_as_lost(ropewalk: dict[str, bytes]) -> None:
    said = "metadata: {title: Corrected}\nstructure: [{lines: 3, is: verse}]\n"
    article = pipeline.read(Source("a.docx", ropewalk["docx"]), Options(overrides=said))
    assert article.metadata.title == "Corrected"
    assert "override-lost" in codes(article)


# ---------------------------------------------------------------- hostile


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
REFUSED: dict[str, tuple[bytes, type[ConvertError], str]] = {
    "none.docx": (b"No zip at all.", InputError, "no docx"),
    "cut.docx": (b"PK\x03\x04" + b"x" * 90, InputError, "broken"),
    "bare.docx": (archive(word__document_dot_xml="<a/>"), InputError, "docx cannot be read"),
    "bomb.docx": (archive(word__document_dot_xml=b" " * 70_000_000), LimitError, "unpacks"),
    "swollen.docx": (archive(word__document_dot_xml=b" " * 3_000_000), LimitError, "unpacks"),
    "many.docx": (archive(**{f"word__{n}_dot_xml": b"" for n in range(5001)}), LimitError, "5001 files"),
    "entity.docx": (archive(word__document_dot_xml="<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"), InputError, "entities"),
    "locked.docx": (OLE + "EncryptedPackage".encode("utf-16-le"), InputError, "password"),
    "old.doc": (OLE, NotText, r"\.doc"),
    "pages.pdf": (b"%PDF-1.7\n", NotText, "PDF"),
    "sheet.xlsx": (archive(xl__workbook_dot_xml="x"), NotText, "Excel"),
    "some.zip": (archive(a_dot_txt="x"), NotText, "zip archive"),
    "blank.md": (b" \n\n", InputError, "no words"),
    "scripts.html": (b"<!doctype html><script>x</script><style>y</style>", InputError, "no words"),
    "deep.html": (b"<!doctype html><title>t</title>" + b"<blockquote>" * 60 + b"x", LimitError, "deep"),
    "marks.html": (b"<!doctype html><title>t</title>" + b"<b><i>" * 3000 + b"x", LimitError, "deep"),
    "bytes.md": (bytes(range(256)) * 20, ConvertError, "."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_cure(name: str) -> None:
    data, kind, said = REFUSED[name]
    with pytest.raises(kind, match=said) as caught:
        pipeline.read(Source(name, data))
    assert caught.value.hint
    assert caught.value.exit_code in (3, 7)


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_breaks_on_what_is_something_else(reader: str) -> None:
    for data in (b"plain words", b"PK\x03\x04", bytes(range(256)), b"{\\rtf1 {{{", OLE):
        try:
            article = pipeline.read(Source("", data), Options(reader=reader))
        except ConvertError as error:
            assert error.code != "internal", error
        else:
            assert article.blocks or article.metadata.title


MANY = ("[" * 20_000, "[a](" * 5000, "*a " * 7000, ">" * 3000, "<" * 20_000, "`" * 9999 + " `")


@pytest.mark.parametrize("text", MANY, ids=lambda text: text[:4])
def test_markdown_is_read_in_linear_time(text: str) -> None:
    with Child(Limits(wall_seconds=10)) as child:
        try:
            assert child.convert(Source("a.md", text.encode()), (), Options()).report["blocks"]
        except LimitError as error:
            assert error.code == "too-large", "refused for its depth, not for its time"


def test_a_file_that_takes_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "READING", 1)
    with pytest.raises(OverTime, match="longer than 1 second") as caught:
        pipeline.read(Source("a.html", b"<title>t</title>" + b"<ul><li>" * 2000))
    assert (caught.value.exit_code, caught.value.status) == (7, 504)


def test_a_container_two_hundred_deep_is_opened() -> None:
    article = read("<title>t</title>" + "<div>" * 120 + "words", "a.html")
    assert shape(article) == [("Para", "words")]


# ---------------------------------------------------------------- over HTTP


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def test_a_docx_is_set_over_http(server: Server, ropewalk: dict[str, bytes]) -> None:
    answer = server.post_file("/v1/convert?to=html", ropewalk["docx"], name="rope.docx")
    assert answer.status == 200
    assert answer.data == ropewalk["html"]
    assert 'filename="rope.html"' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(("name", "kind"), [("docx", ""), ("html", ""), ("markdown", "; charset=utf-8")])
def test_a_raw_body_says_what_it_is(server: Server, ropewalk: dict[str, bytes], name: str, kind: str) -> None:
    media_type = READERS[name].media_types[0] + kind
    answer = server.ask("POST", "/v1/convert?to=html", ropewalk[name], {"Content-Type": media_type})
    assert (answer.status, answer.data) == (200, ropewalk["html"])


def test_what_is_pasted_or_sent_as_text_is_text(server: Server) -> None:
    page = "<!doctype html><p>An article about the first line of a page.</p>"
    plain = server.ask("POST", "/v1/convert?to=plain", page.encode(), {"Content-Type": "text/plain; charset=utf-8"})
    body = json.dumps({"text": page, "to": "plain"}).encode()
    pasted = server.ask("POST", "/v1/convert", body, {"Content-Type": "application/json"})
    assert b"<!doctype html>" in plain.data
    assert plain.data == pasted.data
    body = json.dumps({"text": page, "to": "plain", "from": "html"}).encode()
    read_as_page = server.ask("POST", "/v1/convert", body, {"Content-Type": "application/json"})
    assert b"doctype" not in read_as_page.data


@pytest.mark.parametrize(("data", "kind"), [(OLE, "application/msword"), (b"%PDF-1", "application/pdf")])
def test_other_bodies_are_still_refused(server: Server, data: bytes, kind: str) -> None:
    assert server.ask("POST", "/v1/convert", data, {"Content-Type": kind}).status == 415
    assert server.post_file("/v1/convert", data, name="a.bin").status == 415


def test_formats_are_listed_as_they_are_set(server: Server) -> None:
    listed = {entry["format"]: entry for entry in server.ask("GET", "/v1/formats").json}
    assert list(listed) == list(EDITIONS)
    assert listed["docx"]["media_type"] == READERS["docx"].media_types[0]
    assert listed["odt"]["extension"] == ".odt"


def test_the_desk_takes_the_files_and_folds_the_formats(server: Server) -> None:
    page = server.ask("GET", "/").data.decode()
    accepted = re.search(r'accept="([^"]+)"', page)
    assert accepted is not None
    assert {".txt", ".docx", ".odt", ".epub", ".rtf", ".md"} <= set(accepted[1].split(","))
    first, folded = page.split("<summary>Other formats</summary>")
    assert all(f'id="to-{name}"' in first for name in ("html", "pdf", "epub"))
    assert all(f'id="to-{name}"' in folded for name in ("docx", "jats", "plain"))


def test_the_input_is_never_replaced_by_its_edition(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from convert.cli import main

    path = tmp_path / "a.html"
    path.write_text("<title>T</title><p>words", "utf-8")
    for command in (["convert", str(path), "-t", "html", "-o", f"{tmp_path}/", "--force"],):
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 9
        assert "the input itself" in done.output
    assert path.read_text("utf-8") == "<title>T</title><p>words"
