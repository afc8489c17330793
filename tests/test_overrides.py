"""Overrides: what a publisher says stands, wherever its lines went; the case files of tests/overrides show it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert import overrides, pipeline, report
from convert.article import Article, Source
from convert.editions.markup import Setter
from convert.errors import InputError, UsageError
from convert.options import Options, options_from
from convert.rules.forced import KINDS
from convert.tree import LineBlock
from tests.cases import Case, cases, check
from tests.serving import BOUNDARY, FORM, form, serving
from tests.test_laws import TEXTS, _text

TEXT = "A Walk\n\nby Ann Lee\n\nWe sang it then.\n\nThe mill stands.\n"


def read(text: str, said: str = "", **options: Any) -> Article:
    """The article that `text` is, corrected."""
    return pipeline.read(Source("", text.encode()), Options(overrides=said, **options))


@pytest.mark.parametrize("case", cases("overrides"), ids=str)
def test_case(case: Case, accept: bool) -> None:
    said, _, text = case.text.partition("%%\n")
    article = read(text, said, language="en", title="" if "title" in text else "Set")
    remarks = "".join(f"{r.code}, line {r.line}: {r.message}\n" for r in article.remarks)
    setter = Setter()
    check(case, f"{remarks}{setter.blocks(article.blocks)}{setter.notes_found()}".rstrip("\n"), accept)


def test_every_kind_has_a_case() -> None:
    said = "".join(case.text for case in cases("overrides"))
    assert all(f"is: {kind}\n" in said for kind in KINDS)


def test_the_report_says_who_said_so() -> None:
    blocks = report.report(read(TEXT, "structure: [{lines: 7, is: verse}]"))["blocks"]
    assert [b["rule"] for b in blocks] == ["paragraph", "override"]
    assert (blocks[1]["sure"], blocks[1]["why"]) == ("certain", "said by the publisher in the overrides")
    assert blocks[1]["lines"] == [7, 7]


# ---------------------------------------------------------------- what does not fit


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("structure: [", "In the overrides, there is no YAML: line 1: "),
        ("a: &x b\nc: *x", "an anchor or alias"),
        ("- lines: 3", "no mapping"),
        ("[" * 5000, "too many levels"),
        ("# " + "x" * 100_000 + "\ndetect: [verse]", "more than 100000 characters"),
        ("colour: red", "there is 'colour'"),
        ("structure: {lines: 3}", "structure is no list"),
        ("structure: [verse]", "entry 1 is no mapping"),
        ("structure: [{lines: [3], is: verse}]", "entry 1 is no mapping"),
        ("structure: [{lines: 3, is: verse, sure: no}]", "entry 1 says 'sure'"),
        ("structure: [{lines: 3, is: verse}, {lines: 4, is: sonnet}]", "entry 2 is 'sonnet'"),
        ("structure: [{lines: 3}]", "entry 1 does not say what it is"),
        ("structure: [{is: verse}]", "entry 1 has the lines ''"),
        ("structure: [{is: verse, lines: three}]", "entry 1 has the lines 'three'"),
        ("structure: [{is: verse, lines: 5-3}]", "entry 1 has the lines '5-3'"),
        ("structure: [{is: verse, lines: 0}]", "entry 1 has the lines '0'"),
        ("structure: [{is: verse, lines: 4-6}, {is: list, lines: 1-4}]", "entry 2 overlaps entry 1"),
        ("structure: [{is: heading, lines: 3, level: 1}]", "entry 1 has the level '1'"),
        ("structure: [{is: verse, lines: 3, level: 2}]", "entry 1 has the level '2'"),
        ("metadata: [title]", "metadata holds no fields"),
        ("metadata: {date: soon}", "date 'soon' cannot be read"),
        ("no-detect: sonnet", "There is no rule 'sonnet'"),
        ("detect: [sonnet]", "There is no rule 'sonnet'"),
    ],
)
def test_what_does_not_fit_is_named_with_its_cure(said: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(TEXT, said)
    assert message in str(caught.value)
    assert caught.value.hint
    assert (caught.value.exit_code, caught.value.status) == (2, 400)


@pytest.mark.parametrize("said", ["", " \n", "structure: []", "structure:", "metadata: {}\ndetect: []"])
def test_nothing_said_changes_nothing(said: str) -> None:
    assert read(TEXT, said) == read(TEXT)


# ---------------------------------------------------------------- metadata and rules


def test_metadata_goes_before_front_matter_and_behind_the_caller() -> None:
    text = "---\ntitle: In Front\nauthor: Bo Dahl\nshelf: 1\nroom: 2\n---\n\nWe sang it then.\n"
    said = "metadata: {title: Beside, author: [Cy Eng, Di Fox], shelf: 3, date: 2017-09-18, publisher: Almanac}"
    metadata = read(text, said, publisher="Press", extra=(("room", "4"),)).metadata
    assert (metadata.title, metadata.authors, metadata.date) == ("Beside", ("Cy Eng", "Di Fox"), "2017-09-18")
    assert metadata.publisher == "Press"
    assert dict(metadata.extra)["shelf"] == "3"
    kinds = {name: origin.kind for name, origin in metadata.origins}
    assert (kinds["title"], kinds["publisher"]) == ("overrides", "given")


def test_an_escape_holds_nothing_that_editions_may_not() -> None:
    title = read(TEXT, 'metadata: {title: "A\\0\\u0007\\ud800 Walk"}').metadata.title
    assert title == "A Walk"


@pytest.mark.parametrize(
    ("said", "options", "there"),
    [
        ("", {}, True),
        ("no-detect: verse", {}, False),
        ("no-detect: [list, verse]", {"detect": ("verse",)}, True),
        ("detect: verse", {"no_detect": ("verse",)}, False),
        ("detect: verse\nno-detect: verse", {}, True),
        ("", {"detect": ("verse",), "no_detect": ("verse",)}, True),
    ],
)
def test_rules_are_switched_by_whom_counts_most(said: str, options: dict[str, Any], there: bool) -> None:
    text = "We sang it then.\n\nThe path goes down,\nThe river stays,\nThe mill is brown,\nAnd so are days.\n"
    assert any(isinstance(b, LineBlock) for b in read(text, said, **options).blocks) is there


def test_small_capitals_are_asked_for_beside_the_text() -> None:
    assert "smallcaps" in Setter().blocks(read("The MILL stands.", "detect: smallcaps").blocks)
    assert "smallcaps" not in Setter().blocks(
        read("The MILL stands.", "detect: smallcaps", no_detect=("smallcaps",)).blocks
    )


def test_json_may_hold_them_as_an_object() -> None:
    options = options_from({"overrides": {"structure": [{"lines": 7, "is": "verse"}]}}, "http")
    assert isinstance(pipeline.read(Source("", TEXT.encode()), options).blocks[-1], LineBlock)


def test_the_command_line_has_a_file_for_them() -> None:
    with pytest.raises(UsageError):
        options_from({"overrides": "structure: []"}, "cli")


# ---------------------------------------------------------------- the template

DOUBTFUL = """The boat was late that evening, and nobody was in it, and nobody knew whose it was.

What the Harbour Master Said

He said nothing at all for an hour, and then he went to bed and slept until the lamps went out.

Our main goal is to find out whose it was:

Talking to other towns along the coast, and to their papers, to name only a few of them.
Writing several times a day, in the early afternoon and at nine, when most people read us.
Asking the children first.

They know best, of course, and they have never been asked before in all these years.

CHAPTER 2

What Was Found

Nothing was, and the boat was sold in the spring to a man from the other side of the river.
"""


def _template(text: str) -> tuple[Article, str]:
    article = read(text)
    lines = pipeline.lines_of(Source("", text.encode()), Options())
    return article, overrides.template(report.report(article), lines)


def test_the_template_names_what_was_doubtful() -> None:
    said = _template(DOUBTFUL)[1]
    entries = overrides.parse(said).structure
    assert [(e.first, e.last, e.kind) for e in entries] == [(3, 3, "heading"), (9, 11, "list"), (17, 17, "heading")]
    assert entries[1].begins == "Talking to other towns along the"


@pytest.mark.parametrize("text", [DOUBTFUL, *TEXTS], ids=range(len(TEXTS) + 1))
def test_the_template_unchanged_gives_the_same_blocks(text: str) -> None:
    article, said = _template(text)
    again = read(text, said)
    assert again.blocks == article.blocks
    assert again.remarks == article.remarks
    assert not [b for b in again.blocks if b.pos and b.pos.sure == "guess"]


@given(_text)
def test_the_template_of_any_text_gives_the_same_blocks(text: str) -> None:
    try:
        article, said = _template(text)
    except InputError:
        return
    assert read(text, said).blocks == article.blocks


# ---------------------------------------------------------------- any structure, any text

_words = st.sampled_from(["* one", "a", "1.", "Head", "> quote", "", "---"]) | st.text(max_size=8)
_entry = st.fixed_dictionaries(
    {"is": st.sampled_from([*KINDS, "sonnet"])},
    optional={
        "lines": st.tuples(st.integers(1, 26), st.integers(0, 6)).map(lambda p: f"{p[0]}-{p[0] + p[1]}"),
        "level": st.sampled_from(["2", "3", "6", "7"]),
        "begins": _words,
        "ends": _words,
    },
)
_likely = st.lists(st.tuples(st.sampled_from([*KINDS]), st.integers(1, 4), st.integers(0, 3), _words), max_size=8)


def _in_order(parts: list[tuple[str, int, int, str]]) -> list[dict[str, str]]:
    """Entries that do not overlap."""
    entries, line = [], 0
    for kind, skip, more, words in parts:
        first = line + skip
        line = first + more
        entries.append({"is": kind, "lines": f"{first}-{line}"} | ({"begins": words} if words else {}))
    return entries


@settings(max_examples=300)
@given(_text, st.lists(_entry, max_size=6) | _likely.map(_in_order), st.booleans())
def test_any_structure_over_any_text_is_an_article_or_a_usage_error(
    text: str, structure: list[dict[str, str]], in_front: bool
) -> None:
    said = json.dumps({"structure": structure})
    if in_front:
        text, said = f"---\ntitle: x\nstructure: {json.dumps(structure)}\n---\n{text}", ""
    try:
        article = read(text, said)
    except InputError as error:
        assert error.code in ("empty", "not-text")
    except UsageError as error:
        assert not in_front
        assert "entry" in str(error) or "YAML" in str(error)
    else:
        assert not [r for r in article.remarks if r.code == "ledger"]


def test_many_entries_cost_no_more_than_their_number() -> None:
    """Four thousand entries over forty thousand lines, none where it is said to be, all with the same first word."""
    text = "\n".join(f"* item {i}" for i in range(40_000))
    said = (
        "structure: ["
        + ",".join(f"{{lines: {i * 9 + 1}, is: verse, begins: item {i * 9 + 3}}}" for i in range(1800))
        + "]"
    )
    article = read(text, said)
    assert sum(r.code == "override-moved" for r in article.remarks) == 1800


# ---------------------------------------------------------------- over HTTP


def _part(data: bytes) -> bytes:
    """The form with a text and a file of overrides."""
    head = 'Content-Disposition: form-data; name="overrides"; filename="a.editions.yaml"\r\n\r\n'
    return f"--{BOUNDARY}\r\n{head}".encode() + data + b"\r\n" + form(TEXT.encode())


def test_the_endpoint_takes_them_as_a_field_a_file_or_an_object() -> None:
    said = "structure:\n  - lines: 7\n    is: verse\n"
    body = json.dumps({"text": TEXT, "overrides": {"structure": [{"lines": 7, "is": "verse"}]}}).encode()
    wrong = "structure:\n  - lines: 7\n    is: sonnet\n"
    with serving() as server:
        field = server.post_file("/v1/convert?to=html", TEXT.encode(), overrides=said)
        file = server.ask("POST", "/v1/convert?to=html", _part(said.encode()), FORM)
        value = server.ask("POST", "/v1/convert?to=html", body, {"Content-Type": "application/json"})
        refused = server.post_file("/v1/convert?to=html", TEXT.encode(), overrides=wrong)
        garbled = server.ask("POST", "/v1/convert?to=html", _part(b"\xff"), FORM)
    assert (field.status, file.status, value.status) == (200, 200, 200)
    assert b'class="verse"' in field.data
    assert field.data == file.data == value.data
    assert (refused.status, json.loads(refused.data)["code"]) == (400, "bad-overrides")
    assert "entry 1 is 'sonnet'" in json.loads(refused.data)["detail"]
    assert garbled.status == 400
