"""Issues: several articles in one edition, each with its title, byline and metadata, and none of their words lost."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO

import pytest
from pypdf import PdfReader

from convert import Source, pipeline
from convert.article import Publication
from convert.check import Proof, check
from convert.errors import ConvertError, UsageError
from convert.options import Options
from convert.report import of, schema
from convert.tree import Header, Link, nodes, plain_text

LAMPS = """The Lamps
by Ada Brink
3 March 2019

Contents

The Keeper ....... 1
The Dawn ......... 2
The Quay ......... 4

It is told in a note.[1]

# The Keeper

He burned them until dawn.

# The Dawn

It came late.

# The Quay

Nobody was there.

[1] It is on the next page.
"""
AGAIN = LAMPS.replace("Ada Brink", "Tom Quill").replace("2019", "2020")
HAFEN = """Der Hafen
von Ruth Abt
4. April 2018

Die Lampen brannten bis zum Morgen, und niemand im Ort weiß noch, warum sie heute nicht mehr brennen.
"""
SPRING = Options(title="Spring", publisher="The Press")


def issue(*texts: str, formats: Sequence[str] = ("html",), options: Options = SPRING) -> Publication:
    sources = [(Source(f"{i}.txt", text.encode()), "") for i, text in enumerate(texts)]
    return pipeline.collect(sources, formats, options)


def test_every_article_is_a_section_with_its_title_and_byline() -> None:
    made = issue(LAMPS, AGAIN, HAFEN)
    page = made.editions[0].data.decode()
    assert [b.level for b in made.article.blocks if isinstance(b, Header)] == [2, 3, 3, 3, 2, 3, 3, 3, 2]
    assert re.findall(r'<h2 id="([^"]+)"', page) == ["the-lamps", "the-lamps-2", "der-hafen"]
    assert '<div class="byline">\n<p>Tom Quill · March 3, 2020</p>' in page
    assert re.findall(r'<span class="by">(.*?)</span>', page) == ["Ada Brink", "Tom Quill", "Ruth Abt"]
    assert made.editions[0].name == "spring.html"


def test_no_word_is_lost_and_every_link_stays_in_its_article() -> None:
    made = issue(LAMPS, AGAIN, HAFEN)
    said = [w for part in made.parts for b in part.blocks for w in plain_text(b).split()]
    shown = [w for b in made.article.blocks for w in plain_text(b).split()]
    assert not [w for w in said if w not in shown]
    assert len(shown) > len(said)
    ids = {n.attr.id for n in nodes(made.article.blocks) if hasattr(n, "attr") and n.attr.id}
    targets = [n.target.url for n in nodes(made.article.blocks) if isinstance(n, Link)]
    assert [t for t in targets if t.startswith("#the-lamps-2--")]
    assert not [t for t in targets if t.startswith("#") and t[1:] not in ids]


def test_the_metadata_of_the_issue_and_of_each_article() -> None:
    made = issue(LAMPS, AGAIN, HAFEN, formats=("html", "epub"))
    m = made.article.metadata
    assert (m.title, m.authors, m.date) == ("Spring", ("Ada Brink", "Tom Quill", "Ruth Abt"), "2020-03-03")
    assert (m.language, m.publisher) == ("en", "The Press")
    said = json.loads(re.findall(r'ld\+json">(.*?)</script>', made.editions[0].data.decode(), re.S)[0])
    assert said["@type"] == "Collection"
    assert [part["headline"] for part in said["hasPart"]] == ["The Lamps", "The Lamps", "Der Hafen"]
    with zipfile.ZipFile(BytesIO(made.editions[1].data)) as book:
        package, hafen = (book.read(f"EPUB/{n}").decode() for n in ("content.opf", "text-der-hafen.xhtml"))
        nav = book.read("EPUB/nav.xhtml").decode()
    assert '<meta refines="#text-der-hafen" property="dcterms:creator">Ruth Abt</meta>' in package
    assert '<meta name="author" content="Ruth Abt"/>' in hafen
    assert 'lang="de"' in hafen
    assert 'Der Hafen<span class="by"> · Ruth Abt</span>' in nav


def test_each_article_begins_a_page_and_the_running_head_is_its_title() -> None:
    made = issue(LAMPS.replace("dawn.", "dawn. " + "It was a long night. " * 400), HAFEN, formats=("pdf",))
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(made.editions[0].data)).pages]
    assert pages[0].startswith("Spring Contents The Lamps")
    assert pages[1].startswith("The Lamps Ada Brink")
    assert pages[2].endswith("The Lamps 3")  # the foot comes last, the running head before it
    assert "The Lamps" not in pages[1].removeprefix("The Lamps")
    assert pages[-1].startswith("Der Hafen Ruth Abt")


def test_an_issue_passes_the_ship_gate() -> None:
    made = issue(
        LAMPS, AGAIN, HAFEN, formats=("html", "pdf", "epub"), options=Options(title="Spring", cover="generated")
    )
    (verdict,) = check([Proof("spring", made.editions, None, Options())])
    assert [(c.name, c.reasons) for c in verdict.checks if c.state == "failed"] == []
    assert {c.name for c in verdict.checks if c.state == "passed"} >= {"links", "agreement", "EPUBCheck"}


def test_the_same_articles_give_the_same_bytes() -> None:
    one, two = (issue(LAMPS, HAFEN, formats=("html", "epub", "markdown")) for _ in range(2))
    assert [e.data for e in one.editions] == [e.data for e in two.editions]


def test_what_says_too_little_or_is_no_text_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="a title of its own"):
        issue(LAMPS, options=Options())
    with pytest.raises(ConvertError, match=r"^1\.txt: "):
        issue(LAMPS, "")


def test_the_report_holds_the_report_of_each_article() -> None:
    from jsonschema import Draft202012Validator

    said = of(issue(LAMPS, HAFEN))
    Draft202012Validator(schema()).validate(said)
    assert [part["metadata"]["authors"]["value"] for part in said["articles"]] == [["Ada Brink"], ["Ruth Abt"]]
