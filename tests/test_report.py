"""The decision report: it keeps its schema, explains every line, tells what else it could have been, and is a page."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from jsonschema import Draft202012Validator

from convert import pipeline, rules
from convert.article import Article, Metadata, Origin, Remark, Source
from convert.options import Options
from convert.report import SCHEMA, Reading, every, report, schema, summed_up
from convert.report.page import BUDGET, page_of
from convert.report.text import columns, lines_of
from convert.text import lines_of as view_of
from convert.text import split
from convert.tree import Para, Pos, Str

ROOT = Path(__file__).parent.parent
TEXTS = sorted([*(ROOT / "tests" / "articles").glob("*.txt"), *(ROOT / "samples").glob("*.txt")])
QUALITY = sorted((ROOT / "tests" / "quality" / "articles").glob("*.txt"))
MIXED = """\
THE RIVER GAZETTE

A Day on the Water

by Ann Lee

12/11/2019


Lunch

We ate late, and the bread was dry; nobody minded. The boatman told us of his
father, who had rowed the same reach for forty years and never learned to swim.

> The river was lower then.
>
> * weed
> * eels, of two kinds
>
> Nobody counted, and:
>
>     The water takes the light away,
>     Our boats, the bank, the day.

1. First, the ferry.
2. Then the <script>alert("lock")</script> & the weir.

Ann Lee writes about rivers. Write to her at ann@example.org.
"""


def read(text: str) -> Reading:
    return pipeline.inspect(Source("mixed.txt", text.encode()))


def said_of(text: str) -> dict[str, Any]:
    reading = read(text)
    return report(reading.article, reading.rivals)


def page(text: str, name: str = "mixed.txt") -> str:
    reading = read(text)
    return page_of(reading, report(reading.article, reading.rivals), name).decode()


# ---------------------------------------------------------------- the schema


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["$id"].startswith("urn:")
    assert schema()["properties"]["schema"]["const"] == SCHEMA


@pytest.mark.parametrize(
    "text",
    [*TEXTS, *QUALITY, MIXED, "x", "a\u0300 \x01 word\n\n\u202eb"],
    ids=lambda t: getattr(t, "name", repr(t)[:9]),
)
def test_reports_keep_the_schema(text: Path | str) -> None:
    data = text.encode() if isinstance(text, str) else text.read_bytes()
    reading = pipeline.inspect(Source("a.txt", data))
    told = json.loads(json.dumps(report(reading.article, reading.rivals)))
    assert [error.message for error in Draft202012Validator(schema()).iter_errors(told)] == []


def test_every_field_and_every_origin_is_in_the_schema() -> None:
    named = schema()["properties"]["metadata"]["propertyNames"]["enum"]
    assert sorted(named) == sorted(f.name for f in fields(Metadata) if f.name != "origins")
    assert schema()["$defs"]["field"]["properties"]["from"]["enum"] == list(get_args(get_type_hints(Origin)["kind"]))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r["blocks"][0].pop("why"),
        lambda r: r["blocks"][0].update(why=""),
        lambda r: r["blocks"][0].update(sure="perhaps"),
        lambda r: r["metadata"]["title"].pop("from"),
        lambda r: r["metadata"].update(colour=r["metadata"]["title"]),
        lambda r: r.update(more=1),
    ],
)
def test_the_schema_refuses(spoil: Any) -> None:
    told = said_of(MIXED)
    spoil(told)
    assert not Draft202012Validator(schema()).is_valid(told)


# ---------------------------------------------------------------- what is told


def test_a_report_does_not_change_what_is_read() -> None:
    for path in TEXTS:
        source = Source(path.name, path.read_bytes())
        article = pipeline.read(source)
        assert pipeline.inspect(source).article == article
        assert [b.pos for b in pipeline.inspect(source).article.blocks] == [b.pos for b in article.blocks]


def test_every_line_with_words_is_told_of() -> None:
    told = said_of(MIXED)
    numbers = {line for block in told["blocks"] for line in range(block["lines"][0], block["lines"][1] + 1)}
    numbers |= {taken["line"] for taken in told["taken"]}
    lines = MIXED.split("\n")
    assert {n for n, line in enumerate(lines, 1) if any(c.isalnum() for c in line)} <= numbers


def test_a_doubtful_block_has_a_runner_up() -> None:
    heading = next(b for b in said_of(MIXED)["blocks"] if b["text"] == "Lunch")
    assert (heading["rule"], heading["sure"]) == ("heading", "guess")
    assert heading["runner_up"] == {"rule": "paragraph", "type": "Para", "name": "paragraph", "lines": [10, 10]}


def test_a_certain_block_has_none() -> None:
    assert all("runner_up" not in b for b in every(said_of(MIXED)["blocks"]) if b.get("sure") == "certain")


def test_a_rule_that_is_off_is_no_runner_up() -> None:
    poem = "    The water takes the light away,\n    Our boats, the bank, the day,\n    And keeps them.\n"
    text = f"A paragraph stands first.\n\n{poem}\nAnother one comes after.\n"
    names = []
    for off in ((), ("indent",)):
        reading = pipeline.inspect(Source("", text.encode()), Options(no_detect=off))
        verse = next(b for b in report(reading.article, reading.rivals)["blocks"] if b["rule"] == "verse")
        names.append(verse["runner_up"]["name"])
    assert names == ["quotation", "paragraph"]


def test_a_runner_up_looks_no_further_than_it_must() -> None:
    lines = view_of(split("    The river, and\n    A boat, and\n" * 5_000))
    found = rules.runner_up(lines, rules.RULES, "verse")
    assert found is not None
    assert found[0] == "indent"
    assert found[1].size <= rules.WINDOW


def test_the_last_rule_has_no_runner_up() -> None:
    assert rules.runner_up(view_of(split("A line.")), rules.RULES, "paragraph") is None


def test_blocks_inside_others_are_told_with_their_own_lines() -> None:
    quotation = next(b for b in said_of(MIXED)["blocks"] if b["name"] == "quotation")
    inner = [(b["name"], b["lines"]) for b in quotation["blocks"]]
    assert inner[:2] == [("paragraph", [15, 15]), ("list", [17, 18])]
    items = quotation["blocks"][1]["blocks"]
    assert [(b["item"], b["lines"]) for b in items] == [(1, [17, 17]), (2, [18, 18])]


def test_the_summary_counts_a_block_by_its_least_sure_part() -> None:
    told = said_of(MIXED)
    quotation = next(b for b in told["blocks"] if b["name"] == "quotation")
    assert quotation["sure"] == "certain"
    assert any(b["sure"] == "likely" for b in every(quotation["blocks"]))
    counts = told["summary"]
    assert counts["certain"] + counts["likely"] + counts["guess"] == counts["blocks"] == len(told["blocks"])
    assert counts["certain"] == sum(b["sure"] == "certain" for b in told["blocks"]) - 1


def test_the_summary_in_a_line() -> None:
    counts = {"blocks": 41, "certain": 30, "likely": 9, "guess": 2, "remarks": 3, "as_paragraphs": False}
    assert summed_up(counts) == "41 blocks: 30 certain, 9 likely, 2 guesses; 3 remarks; nothing lost"
    counts = {"blocks": 1, "certain": 0, "likely": 0, "guess": 1, "remarks": 0, "as_paragraphs": True}
    assert summed_up(counts) == "1 block: 1 guess; no remarks; set as plain paragraphs, so nothing lost"


def test_lines_fit_the_terminal_and_keep_their_reasons() -> None:
    told = said_of(MIXED)
    for width in (60, 80, 100, 160):
        rows = list(lines_of(told, "mixed.txt", width))
        blocks = rows[rows.index("Blocks") + 1 :]
        assert max(columns(row) for row in blocks) <= max(width, 112), "24 columns of text and the reason always stay"
        assert any("a short line alone; else paragraph" in row for row in blocks)


def test_columns_of_wide_and_combining_characters() -> None:
    assert [columns(text) for text in ("abc", "日本", "e\u0301", "")] == [3, 4, 1, 0]


# ---------------------------------------------------------------- the page


class Markup(HTMLParser):
    """What a page is made of: identifiers, links within it, elements that stand open, and text."""

    VOID = ("meta", "br", "hr", "link")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for key, value in attrs:
            if key == "id":
                self.ids.append(value or "")
            elif key in ("href", "aria-labelledby") and (key != "href" or (value or "").startswith("#")):
                self.links.append((value or "").removeprefix("#"))

    def handle_endtag(self, tag: str) -> None:
        assert tag in self.VOID or self.open.pop() == tag


def test_the_page_is_whole() -> None:
    found = Markup(page(MIXED))
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert set(found.links) <= set(found.ids)
    assert {"L1", "L10", "First", "Metadata", "Rows"} <= set(found.ids)


def test_nothing_of_the_text_becomes_markup() -> None:
    hostile = 'Title "><script>x</script>\n\nby <b>Ann</b>\n\n</li></ol><img src=x onerror=y> \u0085\u0001 a & b\n\n'
    made = page(hostile * 3, name='"><script>.txt\udcff')
    assert not {"script", "img"} & set(Markup(made).tags)
    assert "<script" not in made
    assert "onerror=y&gt;" in made
    assert "\x01" not in made


def test_lines_that_were_taken_say_where_they_went() -> None:
    made = page(MIXED)
    rows = made.split('<section class="row')[1:]
    byline = next(row for row in rows if 'id="L5"' in row)
    assert "<h3>byline</h3>" in byline
    assert "<dt>authors</dt><dd><bdi>Ann Lee</bdi>" in byline
    assert "1 → list mark" in made


def test_a_heading_of_the_text_is_none_of_the_page() -> None:
    made = page(MIXED)
    assert '<p class="heading level-2">Lunch</p>' in made
    assert made.count("<h2") == 3


def test_a_long_text_is_cut_and_the_page_says_so() -> None:
    text = "".join(f"Title {i}\n\nSome words that follow below it, number {i}, and go on.\n\n" for i in range(10_000))
    made = page(text)
    assert len(made) < BUDGET
    assert "more rows are in the JSON report" in made
    found = Markup(made)
    assert set(found.links) <= set(found.ids)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("word " * 40_000, "more characters"),
        ("The river, and\nA boat, and\n" * 5_000, "more lines of it are not shown"),
    ],
)
def test_a_long_block_is_cut_and_the_page_says_so(text: str, words: str) -> None:
    made = page(text)
    assert len(made) < 400_000
    assert words in made
    assert "Only its opening is shown." in made


def test_an_uneven_account_is_said() -> None:
    block = Para((Str("So it was set."),), pos=Pos(1, 1, "paragraph"))
    article = Article(Metadata(title="A"), (block,), (Remark("ledger", 1, "The account was not even."),))
    told = report(article)
    assert told["summary"]["as_paragraphs"] is True
    assert "set as plain paragraphs" in page_of(Reading(article, (), {}), told, "a").decode()


@pytest.mark.parametrize("width", [320, 400, 900, 1400])
def test_the_page_fits_each_screen_and_numbers_its_lines(browser: Any, width: int) -> None:
    shown = browser.new_page(viewport={"width": width, "height": 900}, java_script_enabled=True)
    shown.set_content(page(MIXED))
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [shown.locator("#L10").bounding_box(), shown.locator("p.heading", has_text="Lunch").bounding_box()]
    beside = boxes[1]["x"] > boxes[0]["x"] + boxes[0]["width"] - 1
    assert beside == (width >= 900)
    assert shown.locator("#L10").get_attribute("value") == "10"
    shown.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_certainties_can_be_read_on_their_ground(browser: Any, scheme: str) -> None:
    shown = browser.new_page(color_scheme=scheme)
    shown.set_content(page(MIXED))
    style = "getComputedStyle(document.documentElement).getPropertyValue('--%s').trim()"
    for ink in ("certain", "likely", "guess", "soft", "ink", "mark"):
        for ground in ("sheet", "desk"):
            ratio = contrast(shown.evaluate(style % ink), shown.evaluate(style % ground))
            assert ratio >= 4.5, f"{ink} on {ground}, {scheme}: {ratio:.2f}"
    shown.close()


def contrast(one: str, two: str) -> float:
    """The contrast of two colours, by WCAG 2."""
    bright, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_schema_ships_with_the_code() -> None:
    """A process that knows the package alone prints it."""
    words = [sys.executable, "-P", "-m", "convert.cli", "inspect", "--schema"]
    done = subprocess.run(words, cwd="/", env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == schema()
