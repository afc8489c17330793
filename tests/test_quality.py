"""The quality gate: what the reader finds in articles labelled by hand must not fall; `--accept` raises the floors."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from convert import Options, rules
from convert import tree as t
from convert.article import Article, Metadata, Origin
from tests.quality import gate
from tests.quality.score import KINDS, Label, Score, agree, labels_of, letters, metadata_of, parse, score

NAMES = gate.names()


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return gate.scores()


def test_no_measure_falls_below_its_floor(scores: dict[str, Score], accept: bool) -> None:
    now, before = gate.measures(scores), gate.floors()
    if accept:
        gate.FLOORS.write_text(gate.written(gate.raised(now, before)), "utf-8")
    fallen = gate.fallen(now, before)
    assert not fallen, "\n".join([*fallen, "", gate.table(now, before), "", "See: make quality"])


def test_every_measure_has_its_floor(scores: dict[str, Score]) -> None:
    floors = gate.floors()
    assert {part: set(of) for part, of in gate.measures(scores).items()} == {part: set(floors[part]) for part in floors}


# ---------------------------------------------------------------- the gold


def test_there_are_enough_articles_in_enough_languages() -> None:
    languages = [gate.gold(name).metadata["language"] for name in NAMES]
    assert len(NAMES) >= 40
    assert len(set(languages)) >= 12
    assert languages.count("en") >= 15
    assert {path.stem for path in gate.ARTICLES.glob("*.txt")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_gold_says_all_that_its_source_says_in_its_order(name: str) -> None:
    """Label follows on label, with room for a list's number or a note's mark: nothing misspelt, nothing left out."""
    gold = gate.gold(name)
    assert set(gold.metadata) == {"title", "authors", "date", "language"}
    lines = enumerate(gate.source(name).splitlines(), 1)
    judged = "\n".join(x for n, x in lines if n >= gold.body and not any(a <= n <= b for a, b in gold.free))
    said = [".*?".join(letters(part) for part in label.said.split(" … ")) for label in gold.labels]
    assert re.fullmatch(".{0,4}?".join(["", *said, ""]), letters(re.sub(r"\[Illustration:|［＃[^］]*］", "", judged)))


# ---------------------------------------------------------------- the scorer


def test_a_reader_that_sees_only_paragraphs_scores_far_lower(scores: dict[str, Score]) -> None:
    blind = gate.measures(gate.scores(Options(no_detect=rules.DETECTABLE)))
    seeing = gate.measures(scores)
    assert blind["overall"]["macro"] < seeing["overall"]["macro"] - 0.3
    assert all(blind["types"][kind] == 0 for kind in ("heading", "item", "quote", "verse", "code"))
    assert blind["overall"]["kept"] > 0.98


GOLD = """\
title: On Salt
authors: Maren Holt; Jens Aaby
date: none
language: en
body: 3
paragraph: Salt is sold by weight … by taste.
paragraph 2: The Salt House Brennholm
heading 2: 1. Kinds
item 1 bullet: sea salt
item 1 more: It is grey.
item 2 number: rock salt
quote: Salt is a stone that one eats.
verse 2: Salt of the sea, salt of the tear
verse 1: and none of it sweet
code: a = b - c
figure: Prices
table 2x2: Sea 4 Rock 2
definition: Pan | where brine is boiled
note: In pounds.
break
aside: Maren Holt writes.
"""


def _para(*texts: str) -> t.Para:
    inlines = [part for text in texts for part in (t.LineBreak(), t.Str(text))]
    return t.Para(tuple(inlines[1:]))


def _cell(text: str) -> t.Cell:
    return t.Cell(t.NO_ATTR, "AlignDefault", 1, 1, (t.Plain((t.Str(text),)),))


def _article() -> Article:
    """What GOLD says, as a tree."""
    note = t.Note((_para("[1] In pounds."),))
    first = t.Para((t.Str("Salt is sold by “weight”"), note, t.SoftBreak(), t.Str("and bought by taste.")))
    plain = t.ListAttributes(1, "Decimal", "Period")
    nested = t.OrderedList(plain, ((t.Plain((t.Str("rock salt"),)),),))
    rows = tuple(t.Row(t.NO_ATTR, tuple(_cell(x) for x in row)) for row in (("Sea", "4"), ("Rock", "2")))
    body = t.TableBody(t.NO_ATTR, 0, (), rows)
    caption = t.Caption(None, (_para("Prices"),))
    table = t.Table(t.NO_ATTR, caption, (("AlignDefault", None),) * 2, t.TableHead(), (body,), t.TableFoot())
    verse = ((t.Str("Salt of the sea,"),), (t.Str("salt of the tear"),), (), (t.Str("and none of it sweet"),))
    blocks: t.Blocks = (
        first,
        _para("The Salt House", "Brennholm"),
        t.Header(2, t.NO_ATTR, (t.Str("1. Kinds"),)),
        t.BulletList(((_para("sea salt"), _para("It is grey."), nested),)),
        t.BlockQuote((_para("Salt is a stone that one eats."),)),
        t.LineBlock(verse),
        t.CodeBlock(t.NO_ATTR, "a = b  - c"),
        table,
        t.DefinitionList((((t.Str("Pan"),), ((_para("where brine is boiled"),),)),)),
        t.HorizontalRule(),
        t.Div(t.Attr("", ("notice",)), (_para("Maren Holt writes."),)),
    )
    metadata = Metadata(title="On salt", authors=("Maren Holt", "Jens Aaby"), language="en-GB")
    return Article(metadata, blocks)


def test_an_article_as_its_gold_says_scores_full_marks() -> None:
    got = score(_article(), parse(GOLD), "On Salt\n\nSalt is sold by weight and bought by taste.")
    assert not got.missed
    assert not got.extra
    assert got.blocks.f1 == got.boundaries.f1 == got.form.f1 == got.kept.f1 == 1.0
    assert all(got.kinds[kind].hits for kind in KINDS)
    assert [said.outcome for said in got.metadata.values()] == ["right", "right", "silent", "right"]


def test_what_is_lost_split_or_called_by_another_name_counts() -> None:
    article = _article()
    split = (_para("Salt is sold by weight"), _para("and bought by taste."), *article.blocks[1:3], *article.blocks[4:])
    got = score(replace(article, blocks=split), parse(GOLD), "\n\nSalt is sold; sea salt is grey.")
    assert [label.said for label in got.missed if label.kind == "paragraph"] == ["Salt is sold by weight … by taste."]
    assert got.kinds["item"] == (0, 3, 0)
    assert got.kinds["paragraph"] == (1, 2, 3)
    assert got.boundaries.f1 < 1
    assert got.kept.f1 < 1
    named = replace(article, blocks=(t.BlockQuote(article.blocks[:1]), *article.blocks[1:]))
    assert score(named, parse(GOLD), "").kinds["quote"] == (1, 1, 2)


def test_the_head_and_free_lines_are_not_judged() -> None:
    gold = parse("body: 3\nparagraph: Here.\nfree: 5-6\n")
    blocks = [
        replace(_para(x), pos=t.Pos(n, n, "p", "certain", "")) for x, n in (("Top", 1), ("Here.", 3), ("Foot", 6))
    ]
    article = Article(Metadata(), tuple(blocks))
    assert labels_of(article, gold) == (Label("paragraph", "", "Here."),)


@pytest.mark.parametrize(
    ("said", "found", "same"),
    [
        ("She laughs.", "She laughs", True),
        ("She laughs.", "She laughs. He does not.", False),
        ("The rain held off … rest of us.", "“The rain held off,” and so did the rest of us[2].", True),
        ("The rain held off … rest of us.", "The rain held off.", False),
        ("well-known … here", "well-\nknown and here", True),
    ],
)
def test_both_ends_of_a_block_are_compared(said: str, found: str, same: bool) -> None:
    assert agree(Label("paragraph", "", said), Label("paragraph", "", found)) is same


def test_metadata_made_up_for_want_of_better_is_silence_and_invention_is_told() -> None:
    none = dict.fromkeys(("title", "authors", "date", "language"), "none")
    made = Metadata(title="Its first words", origins=(("title", Origin("default")),), date="1999")
    got = metadata_of(made, none)
    assert (got["title"].outcome, got["date"].outcome) == ("silent", "invented")
    assert metadata_of(made, none | {"title": "Another", "date": "1998"})["title"].outcome == "missed"
    assert metadata_of(made, none | {"date": "1998"})["date"].outcome == "wrong"


def test_floors_rise_and_never_sink() -> None:
    before = {"types": {"heading": 0.9, "item": 0.8}}
    now = {"types": {"heading": 0.8, "item": 0.8567}}
    assert gate.raised(now, before) == {"types": {"heading": 0.9, "item": 0.856}}
    assert gate.fallen(now, before) == ["types.heading: 0.800, its floor is 0.900"]
    assert not gate.fallen({"types": {"heading": 0.896, "item": 1.0}}, before)
