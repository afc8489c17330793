"""Languages: the words editions add, the faces and sides of each script, and texts that engines choke on."""

from __future__ import annotations

import logging
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from babel.units import format_unit
from lxml import html

import convert.editions.words
from convert import Source, pipeline
from convert import tree as t
from convert.article import Article, Metadata, Remark
from convert.editions import glyphs, taming
from convert.editions.markup import Setter
from convert.editions.numerals import numerals
from convert.editions.words import words
from convert.options import Options
from convert.survey import detect
from convert.templating import css
from convert.text import leftward

Files = dict[str, bytes]
TABLE = tomllib.loads(Path(convert.editions.words.__file__).with_suffix(".toml").read_text("utf-8"))


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("language", TABLE)
def test_each_language_has_every_word(language: str) -> None:
    said = TABLE[language]
    assert said.keys() == TABLE["en"].keys()
    assert all(word.strip() == word and word for word in said.values())
    assert said["reading_time"].count("{n}") == 1


@pytest.mark.parametrize("language", TABLE)
@pytest.mark.parametrize("n", [2, 5, 21])
def test_minutes_are_written_as_cldr_writes_them(language: str, n: int) -> None:
    minutes = format_unit(n, "duration-minute", "short", locale=language.replace("-", "_"))
    assert minutes.replace("\u00a0", " ").strip() in words(language)["reading_time"].format(n=n)


@pytest.mark.parametrize(
    ("tag", "found"),
    [("de-AT", "de"), ("zh-TW", "zh-Hant"), ("zh-Hant-HK", "zh-Hant"), ("zh-CN", "zh"), ("nn", "nb"), ("PT-br", "pt")],
)
def test_a_tag_finds_its_language(tag: str, found: str) -> None:
    assert words(tag)["language"] == found


@pytest.mark.parametrize("tag", ["", "und", "tlh", "x-mine"])
def test_a_language_without_words_gets_the_english_ones_and_says_so(tag: str) -> None:
    assert words(tag)["language"] == "en"
    assert words(tag)["contents"] == "Contents"


# ---------------------------------------------------------------- glyphs

HEAD = "A Trial of the Press\n\nBy Ada van Loon\n\n"
FACES = glyphs.faces(["20-7e a0-17f", "100-24f 2013-2015"], ["Some Serif"])


def publication(written: str, **options: Any) -> tuple[Files, dict[str, Remark]]:
    """The HTML and PDF of a text, and its remarks by code."""
    made = pipeline.convert(Source("a.txt", written.encode()), ("html", "pdf"), Options(language="en", **options))
    return {e.format: e.data for e in made.editions}, {r.code: r for r in made.article.remarks}


def read_pdf(data: bytes) -> str:
    """The words of a PDF, its lines joined."""
    read = subprocess.run(("pdftotext", "-", "-"), input=data, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


def test_charsets_become_runs() -> None:
    assert FACES.starts == (0x20, 0xA0, 0x2013)
    assert FACES.ends == (0x7E, 0x24F, 0x2015)
    assert [c for c in "aſɏɐ–☃" if FACES.has(c)] == list("aſɏ–")


def test_what_shows_nothing_is_never_missing() -> None:
    assert not glyphs.missing("a\u200d\ufe0f\u00ad\u2060\U000e0067\u3000\u2003\n\t", FACES)


def test_a_character_that_no_face_has_is_missing_and_so_is_private_use() -> None:
    everything = glyphs.faces(["20-10ffff"], [])
    assert glyphs.missing("snow ☃ \ue000 Å", FACES) == {"☃", "\ue000"}
    assert glyphs.missing("snow ☃ \ue000 \U000f0001", everything) == {"\ue000", "\U000f0001"}


def test_only_what_is_read_is_set_by_number() -> None:
    page = '<title>☃</title><body class="☃"><p title="☃">a ☃<a href="/☃">☃</a></p></body>'
    marked = '<title>☃</title><body class="☃"><p title="☃">a [U+2603]<a href="/☃">[U+2603]</a></p></body>'
    assert glyphs.marked(page, {"☃"}) == marked


@pytest.mark.parametrize(
    ("char", "cure"),
    [
        ("☃", "Install fonts-symbola."),
        ("語", "Install fonts-noto-cjk."),
        ("한", "Install fonts-noto-cjk."),
        ("ก", "Install fonts-noto-core."),
        ("\U00012000", "Install fonts-noto-core."),
        ("\ue000", "what one font says"),
        ("\u0378", "no such character"),
    ],
)
def test_the_cure_is_named(char: str, cure: str) -> None:
    article = Article(Metadata(), (t.Para((t.Str("a"),)), t.Para((t.Emph((t.Str(char),)),), pos=t.Pos(7, 9))))
    (remark,) = glyphs.remarks(article, {char}, FACES)
    assert remark.code == "glyph"
    assert remark.line == 7
    assert remark.message.endswith(cure) or cure in remark.message
    assert glyphs.code(char) in remark.message


def test_where_the_package_is_there_another_is_named_or_none() -> None:
    full = FACES._replace(families=frozenset(("Symbola", "Noto Sans Symbols2", "Noto Serif CJK JP")))
    (remark,) = glyphs.remarks(Article(Metadata(), ()), {"☃"}, full)
    assert "Install a face that has it" in remark.message
    (remark,) = glyphs.remarks(Article(Metadata(), ()), {"\U00030000"}, full)
    assert "fonts-hanazono" in remark.message


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed (poppler-utils)")
def test_a_pdf_shows_no_box() -> None:
    made, remarks = publication(f"{HEAD}Private \ue000 and unassigned \U0003ffd0 stand here.\n")
    assert "Private [U+E000] and unassigned [U+3FFD0] stand" in read_pdf(made["pdf"])
    assert "\ue000" in made["html"].decode()
    assert remarks["glyph"].line == 5


def test_what_the_engine_says_it_lacks_is_heard() -> None:
    with glyphs.heard() as boxes:
        logging.getLogger("weasyprint").warning('.notdef glyph rendered for "%s" (U+%04X)', "☃", 0x2603)
        logging.getLogger("weasyprint").warning("Ignored `hanging-punctuation: first` at 1:1.")
    assert boxes == {"☃"}


# ---------------------------------------------------------------- taming


def tamed(*blocks: t.Block) -> tuple[t.Blocks, dict[str, Remark]]:
    article, remarks = taming.tamed(Article(Metadata(), blocks))
    return article.blocks, {r.code: r for r in remarks}


def test_an_ordinary_article_is_left_as_it_is() -> None:
    blocks = (t.Para((t.Str("Words, 漢字 and é̂ " * 100), t.Emph((t.Str("so"),)))), t.BlockQuote((t.Plain(()),)))
    after, remarks = tamed(*blocks)
    assert all(a is b for a, b in zip(after, blocks, strict=True))
    assert not remarks


def test_a_word_without_end_may_break_but_not_within_a_letter() -> None:
    (block,), remarks = tamed(t.Para((t.Str("so e\u0301" * 3 + "e\u0301" * 500),), pos=t.Pos(3, 3)))
    pieces = t.plain_text(block).split("\u200b")
    assert len(pieces) > 10
    assert all(len(piece) < 70 for piece in pieces)
    assert not any(piece.startswith("\u0301") for piece in pieces)
    assert remarks["long-word"].line == 3


def test_scripts_without_spaces_break_by_themselves() -> None:
    _, remarks = tamed(t.Para((t.Str("港の時計" * 200 + "ภาษาไทย" * 200),)))
    assert not remarks


def test_a_letter_keeps_sixteen_marks() -> None:
    (block,), remarks = tamed(t.Para((t.Str("e" + "\u0301" * 500 + " …" + "☃" * 40),)))
    assert t.plain_text(block) == "e" + "\u0301" * 16 + " …" + "☃" * 40
    assert "500 marks" in remarks["marks"].message


def test_a_title_is_tamed_too() -> None:
    article, _ = taming.tamed(Article(Metadata(title="a" * 300, authors=("b" * 300,)), ()))
    assert "\u200b" in article.metadata.title
    assert "\u200b" in article.metadata.authors[0]


def test_emoji_in_outline_have_no_tone() -> None:
    (block,), remarks = tamed(t.Para((t.Str("👍🏽 👩🏿‍🚀"),)))
    assert t.plain_text(block) == "👍 👩‍🚀"
    assert "emoji" in remarks


def nested(depth: int) -> t.Block:
    block: t.Block = t.Plain((t.Str("end"),))
    for n in range(depth):
        block = t.BulletList((((t.Plain((t.Str(f"{n}"),))), block),)) if n % 2 else t.BlockQuote((block,))
    return block


def test_what_is_nested_too_deep_is_set_at_one_level() -> None:
    (block,), remarks = tamed(nested(60))
    assert t.plain_text(block).split() == t.plain_text(nested(60)).split()
    assert sum(isinstance(n, t.BlockQuote | t.BulletList) for n in t.nodes(block)) == taming.DEEPEST
    assert "nesting" in remarks
    assert tamed(nested(taming.DEEPEST))[0] == (nested(taming.DEEPEST),)


def grid(columns: int, rows: int, span: int = 1) -> t.Table:
    def cell(x: int, y: int) -> t.Cell:
        return t.Cell(t.NO_ATTR, "AlignDefault", span, 1, (t.Plain((t.Str(f"r{y}c{x}"),)),))

    head, *body = (t.Row(t.NO_ATTR, tuple(cell(x, y) for x in range(columns))) for y in range(rows))
    aligns = (("AlignRight", None),) * columns
    bodies = (t.TableBody(t.NO_ATTR, 0, (), tuple(body)),)
    return t.Table(t.NO_ATTR, t.Caption(), aligns, t.TableHead(rows=(head,)), bodies, t.TableFoot())


def test_a_table_a_little_too_wide_is_set_smaller() -> None:
    (table,), remarks = tamed(grid(12, 3))  # 12 columns of 4 letters and the space beside them
    assert isinstance(table, t.Table)
    assert table.attr.classes == ("tight",)
    assert not remarks


def test_a_wide_table_of_few_rows_is_turned() -> None:
    (table,), remarks = tamed(grid(40, 4))
    assert isinstance(table, t.Table)
    assert len(table.columns) == 4
    assert table.bodies[0].head_columns == 1
    assert [t.plain_text(c.blocks) for c in table.bodies[0].rows[7].cells] == ["r0c7", "r1c7", "r2c7", "r3c7"]
    assert "turned" in remarks["wide-table"].message


def test_a_wide_table_of_many_rows_is_set_in_parts() -> None:
    tables, remarks = tamed(grid(40, 40))
    assert len(tables) > 3
    said = t.plain_text(tables).split()
    assert set(said) == set(t.plain_text(grid(40, 40)).split())
    assert all(isinstance(part, t.Table) and len(part.columns) == len(part.head.rows[0].cells) for part in tables)
    assert "parts" in remarks["wide-table"].message


def test_a_long_word_in_a_cell_makes_no_wide_column() -> None:
    cell = t.Cell(t.NO_ATTR, "AlignDefault", 1, 1, (t.Plain((t.Str("a" * 150 + " short"),)),))
    rows = (t.Row(t.NO_ATTR, (cell, cell)),)
    bodies = (t.TableBody(t.NO_ATTR, 0, (), rows),)
    aligns = (("AlignDefault", None),) * 2
    (table,), remarks = tamed(t.Table(t.NO_ATTR, t.Caption(), aligns, t.TableHead(), bodies, t.TableFoot()))
    assert max(map(len, t.plain_text(table).replace("\u200b", " ").split())) == 24
    assert not remarks


def test_a_wide_table_with_spans_is_set_as_lines() -> None:
    lines, _ = tamed(grid(40, 3, span=2))
    assert len(lines) == 3
    assert t.plain_text(lines[0]).startswith("r0c0 · r0c1 · ")


def test_forty_columns_are_read_as_a_table() -> None:
    bars = "\n".join("| " + " | ".join(f"r{y}c{x}" for x in range(40)) + " |" for y in range(5))
    made, remarks = publication(f"{HEAD}Here it is.\n\n{bars}\n\nAnd there it was.\n")
    assert made["html"].count(b"<td>") == 200
    assert "wide-table" in remarks


@pytest.mark.parametrize(("words", "said"), [(3, ""), (20, "long"), (90, "very-long")])
def test_a_long_title_says_so(words: int, said: str) -> None:
    assert taming.length("title " * words) == said


def test_a_running_head_has_the_first_words_of_a_long_title() -> None:
    assert taming.running("The Harbour Clock") == ""
    assert taming.running("The Clock, " * 9) == "The Clock, The Clock, The Clock, The Clock, The Clock…"
    assert taming.running("港の時計" * 20) == "港の時計" * 6 + "港の時…"
    made, _ = publication(f"{HEAD}Text.\n", title="The Harbour Clock ☃ " * 25)
    h1 = html.fromstring(made["html"]).find(".//h1")
    assert h1 is not None
    assert h1.get("class") == "very-long"
    assert len(h1.get("data-running", "")) < 60


NASTY = {
    "long-word": "x" * 20_000 + "\n\n" + "https://example.org/" + "a" * 600,
    "marks": "e" + "\u0301\u0302" * 250,
    "emoji": "👨‍👩‍👧‍👦 ❤️ 👍🏽 🇩🇪 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 1️⃣ ☕ 🐈‍⬛",
    "glyph": "\ue000 \U000f0000 \u0378 \U0003fffd",
    "": "Scripts: кириллица ελληνικά العربية עברית हिन्दी 漢字 한글 ไทย ქართული አማርኛ 𒀀 and ‮turned‬ words",
}


@pytest.mark.parametrize("code", NASTY)
def test_nasty_texts_become_pages_without_boxes(code: str) -> None:
    with glyphs.heard() as boxes:
        made, remarks = publication(f"{HEAD}{NASTY[code]}\n")
    assert made["pdf"].startswith(b"%PDF")
    assert not boxes
    assert not code or code in remarks


# ---------------------------------------------------------------- scripts

TONGUES = sorted(Path(__file__).with_name("tongues").glob("*.txt"))
FACE = {
    "am": "Noto-Serif-Ethiopic",
    "ar": "Noto-Naskh-Arabic",
    "bn": "Noto-Serif-Bengali",
    "el": "Linux-Libertine",
    "he": "Noto-Serif-Hebrew",
    "hy": "Noto-Serif-Armenian",
    "ja": "Noto-Serif-CJK-JP",
    "ka": "Noto-Serif-Georgian",
    "th": "Noto-Serif-Thai",
    "ur": "Noto-Nastaliq-Urdu",
    "zh-Hant": "Noto-Serif-CJK-TC",
}


@pytest.mark.parametrize("path", TONGUES, ids=lambda p: p.stem)
def test_a_text_is_set_in_the_face_of_its_script(path: Path, tmp_path: Path) -> None:
    with glyphs.heard() as boxes:
        made = pipeline.convert(Source("a.txt", path.read_bytes()), ("html", "pdf"))
    assert not boxes
    assert not made.article.remarks
    assert made.article.metadata.language == path.stem
    assert len(made.article.metadata.authors) == 1
    page = html.fromstring(made.editions[0].data)
    assert page.get("lang") == path.stem
    assert page.get("dir") == ("rtl" if path.stem in ("ar", "he", "ur") else "ltr")
    assert not path.stem.startswith(("ar", "he", "ja", "zh")) or page.xpath("//blockquote")
    if shutil.which("pdffonts"):
        (tmp_path / "a.pdf").write_bytes(made.editions[1].data)
        fonts = subprocess.run(("pdffonts", tmp_path / "a.pdf"), capture_output=True, text=True, check=True).stdout
        assert FACE[path.stem] in fonts


@pytest.mark.parametrize("path", TONGUES, ids=lambda p: p.stem)
def test_notes_are_joined_in_every_script(path: Path) -> None:
    article = pipeline.read(Source("a.txt", path.read_bytes()))
    written = path.read_text("utf-8").count("[1]")
    assert sum(isinstance(n, t.Note) for n in t.nodes(article.blocks)) == written // 2


@pytest.mark.parametrize(
    ("tag", "said"),
    [("ar", True), ("fa-IR", True), ("he-Latn", False), ("az-Arab", True), ("en", False), ("und", False), ("", False)],
)
def test_a_tag_says_which_way_it_runs(tag: str, said: bool) -> None:
    assert leftward(tag) == said


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("每天清晨，老周都要走上七十二級臺階，為碼頭上的舊鐘上發條。這口鐘從來不說話。", "zh-Hant"),
        ("每天清晨，老周都要走上七十二级台阶，为码头上的旧钟上发条。这口钟从来不说话。", "zh"),
    ],
)
def test_chinese_in_full_is_told_from_simplified(written: str, tag: str) -> None:
    assert detect(written) == tag


@pytest.mark.parametrize(
    ("language", "written", "style"),
    [
        ("ar", "وُلد سنة ١٩٣١", "arabic-indic"),
        ("ar", "وُلد سنة 1931", ""),
        ("ar", "وُلد", ""),
        ("fa", "کلید", "persian"),
        ("fa", "سال 1390", ""),
        ("hi-IN", "सन १९३१", "devanagari"),
        ("th", "พ.ศ. ๒๕๖๑", "thai"),
        ("en", "١٩٣١", ""),
    ],
)
def test_lists_count_in_the_figures_that_the_text_writes(language: str, written: str, style: str) -> None:
    items = ((t.Plain((t.Str("a"),)),), (t.Plain((t.Str("b"),)),))
    blocks = (t.Para((t.Str(written),)), t.OrderedList(t.ListAttributes(), items))
    assert numerals(Article(Metadata(language=language), blocks)) == style
    said = f' class="{style}"' if style else ""
    assert Setter(numerals=style).block(blocks[1]).startswith(f"<ol{said}>")
    assert not style or f"ol.{style} {{ list-style-type: {style}; }}" in css("scripts.css")
