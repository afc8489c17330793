"""The EPUB edition: covers, faces, navigation, names that stay, what old engines need, and what a long text takes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image

from convert import Source, covers, pipeline
from convert.check import epubcheck
from convert.editions.epub.style import style
from convert.errors import UsageError
from convert.options import Options, options_from
from convert.profiles import Profile
from tests.nasty import NASTY

WALKED = "We walked on and saw nothing new. " * 250
LONG = "A Long Walk\n\nby Ada Brink\n\n" + "\n\n".join(
    f"# Part {n}\n\n{WALKED}\n\nA note.[{n}]\n\n[{n}] So it was." for n in range(1, 5)
)


def book(text: str, **said: object) -> dict[str, bytes]:
    """The files of the EPUB of `text`, less the folder they are in."""
    made = pipeline.convert(Source("a.txt", text.encode()), ("epub",), options_from(said, "cli"))
    with zipfile.ZipFile(io.BytesIO(made.editions[0].data)) as archive:
        return {name.removeprefix("EPUB/"): archive.read(name) for name in archive.namelist()}


def png(width: int = 40, height: int = 60) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(buffer, "PNG")
    return buffer.getvalue()


# ---------------------------------------------------------------- covers


def test_an_article_has_no_cover_unless_asked() -> None:
    assert not [name for name in book("A Title\n\nText.") if "cover" in name]


@pytest.mark.parametrize(
    "title", ["Tides", "قوارب الميناء", "港の灯", "बंदरगाह की बत्तियाँ", "A very long title indeed, " * 20], ids=str
)
def test_a_generated_cover_is_a_picture_and_the_same_twice(title: str) -> None:
    first, again = (book("Text.", title=title, cover="generated") for _ in range(2))
    with Image.open(io.BytesIO(first["cover.jpg"])) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1600, 2400))
        shades = picture.convert("L").getextrema()
    assert isinstance(shades[0], int)
    assert shades[1] - shades[0] > 100  # there are letters on it
    assert first["cover.jpg"] == again["cover.jpg"]
    assert b'properties="cover-image"' in first["content.opf"]


def test_an_image_given_is_the_cover() -> None:
    assert book("A Title\n\nText.", cover=covers.data_url(png()))["cover.png"] == png()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<svg/>", "no JPEG or PNG"),
        (png()[:60], "no sound image"),
        (b"\xff\xd8\xff" + b"x" * 100, "no sound image"),
        (png(1, 1) + b" " * covers.MOST_BYTES, "more than 10 MB"),
    ],
)
def test_what_is_no_image_is_refused_before_any_work(data: bytes, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        options_from({"cover": covers.data_url(data)}, "http")


def test_a_cover_is_no_path_for_the_service() -> None:
    with pytest.raises(UsageError, match="neither an image nor one of"):
        options_from({"cover": "/etc/passwd"}, "http")


# ---------------------------------------------------------------- files


def test_chapters_are_named_by_their_headings() -> None:
    names = [name for name in book(LONG) if name.startswith("text")]
    longer = LONG.replace("# Part 1", "# A new one\n\nWords.\n\n# Part 1")
    more = [name for name in book(longer) if name.startswith("text")]
    assert len(names) == 4
    assert set(names) < set(more)  # a chapter put in renames none of the others


def test_a_long_text_without_headings_is_cut_all_the_same() -> None:
    sizes = [len(data) for name, data in book("Words and more words.\n\n" * 40_000).items() if name.endswith(".xhtml")]
    assert max(sizes) < 400_000


def test_the_package_says_what_is_true_of_the_book() -> None:
    package = etree.fromstring(book(LONG, language="en-GB")["content.opf"])
    said = {x.text for x in package.iterfind(".//{*}meta[@property='schema:accessibilityFeature']")}
    assert "structuralNavigation" in said
    assert "pageNavigation" not in said  # no page of an earlier edition is marked
    assert package.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    plain = etree.fromstring(book("Words.")["content.opf"])
    assert "structuralNavigation" not in {x.text for x in plain.iterfind(".//{*}meta")}


def test_landmarks_lead_to_the_text_and_are_in_its_language() -> None:
    nav = etree.fromstring(book("Der Hafen\n\nDie Lampen brannten die ganze Nacht.", language="de")["nav.xhtml"])
    links = {x.get("{http://www.idpf.org/2007/ops}type"): x for x in nav.iterfind(".//{*}nav[@hidden]//{*}a")}
    assert links["bodymatter"].get("href") == "text.xhtml"
    assert links["titlepage"].text == "Titelseite"


def test_the_contents_are_called_so_in_the_books_language() -> None:
    navs = [etree.fromstring(book("Hafen\n\nLicht.", language=tongue)["nav.xhtml"]) for tongue in ("de", "und")]
    heads = [(head.text, head.get("lang")) for nav in navs for head in nav.iterfind(".//{*}h1")]
    assert heads == [("Inhalt", None), ("Contents", "en")]


def test_an_address_may_break_where_its_parts_do() -> None:
    text = etree.fromstring(book("It is all kept at https://tides.example/a/b?c=1&d=2 for you.")["text.xhtml"])
    (address,) = text.iterfind(".//{*}p/{*}a")
    assert list(address.itertext()) == ["https://", "tides.example/", "a/", "b?", "c=1&", "d=2"]
    assert address.get("href") == "https://tides.example/a/b?c=1&d=2"


def test_the_words_on_the_faces_say_their_language() -> None:
    said = {tongue: book("Words.", language=tongue)["colophon.xhtml"].decode() for tongue in ("de", "en-GB")}
    assert '<p lang="en" xml:lang="en" dir="ltr">Set in' in said["de"]
    assert "<p>Set in" in said["en-GB"]


# ---------------------------------------------------------------- faces and sheets


def test_faces_are_those_that_the_text_needs() -> None:
    plain, strong = (set(book(text)) for text in ("Words only.", "Words, **bold ones**, in plenty."))
    assert {"fonts/latin-regular.otf", "fonts/latin-italic.otf"} <= plain
    assert strong - plain == {"fonts/latin-bold.otf"}
    hebrew = "הנמל שקט בלילה והסירות חוזרות אל הרציף."
    assert any(name.startswith("fonts/hebrew") for name in book(hebrew))
    assert not any("cjk" in name for name in book("港の灯は十時に消える。漁師たちはそれを別の名で呼ぶ。"))


def test_sheets_hold_nothing_that_older_engines_drop_unseen() -> None:
    sheet = style((), "rtl", Profile())
    assert "var(" not in sheet
    assert "margin-right" in sheet  # the start of a line that runs leftward
    assert "page-break-after: avoid" in sheet


# ---------------------------------------------------------------- validity


@pytest.mark.skipif(bool(epubcheck.missing()), reason=epubcheck.missing())
def test_epubcheck_has_nothing_to_say_of_nasty_books(tmp_path: Path) -> None:
    nasty = {"title": 'A "title" & <b>\ttag</b>', "authors": ["O'Neil <o@x>"], "publisher": "P & Q"}
    texts: dict[str, tuple[str, dict[str, Any]]] = {
        "nasty": (NASTY, {**nasty, "cover": "generated"}),
        "long": (LONG, {}),
        "rtl": ("הנמל שקט בלילה והסירות.", {"cover": "generated"}),
        "title": ("Text.", {"title": "word " * 100}),
    }
    files = [tmp_path / f"{name}.epub" for name in texts]
    for file, (text, said) in zip(files, texts.values(), strict=True):
        made = pipeline.convert(Source("a.txt", text.encode()), ("epub",), options_from(said, "cli"))
        file.write_bytes(made.editions[0].data)
    assert epubcheck.run(files) == {file: [] for file in files}


def test_options_without_a_cover_are_the_default() -> None:
    assert Options().cover == ""
