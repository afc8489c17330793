"""The ledger: nothing is lost, and the list of changes, taken back, gives the source's characters again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert import ConvertError, Source, decoding, pipeline
from convert.article import Article, Change
from convert.changes import changes, characters, counted, undone
from convert.ledger import letters
from convert.options import Options
from convert.report import report
from tests.test_laws import TEXTS

_LINES = """
* a;- b;1. one;2. two;  - deep;> quote;>> twice;---;===;***;* * *;# Head;```;    indented;Title;By A. Person;exam-;ple
Chapter 1;a: b;Date: 2017-09-18;[a](http://b.example);_x_ *y* **z** `c`;"quoted" 'text';--;don't...;e\u0301te\u0301
\ufb01rst;zero\u200bwidth;N\x08NA\x08A;cafÃ©;\x07bell;« mot »;Qui ?;\f;12    Head;[Page 3];[1] note;a -- b;<http://c.example/ü>
"""
_line = st.sampled_from([x for row in _LINES.strip("\n").split("\n") for x in row.split(";")]) | st.text(max_size=30)
_written = st.lists(_line, max_size=25).map("\n".join)


def _read(written: str, language: str = "") -> tuple[str, Article] | None:
    data = written.encode("utf-8", "replace")
    try:
        return decoding.decode(data)[0], pipeline.read(Source("", data), Options(language=language))
    except ConvertError:
        return None


def _made(written: str, language: str = "") -> list[Change]:
    read = _read(written, language)
    assert read
    raw, article = read
    made = changes(raw, article)
    assert undone(characters(article), made) == counted(raw)
    return list(made)


@settings(max_examples=300, deadline=None)
@given(_written, st.sampled_from(["", "fr", "de"]))
def test_changes_taken_back_give_the_source(written: str, language: str) -> None:
    """The proof: what is not in the list was not changed."""
    read = _read(written, language)
    if read:
        raw, article = read
        made = changes(raw, article)
        assert undone(characters(article), made) == counted(raw)
        assert all(change.before != change.after and change.why for change in made)


@pytest.mark.parametrize("written", TEXTS, ids=range(len(TEXTS)))
def test_changes_taken_back_give_our_own_texts(written: str) -> None:
    made = _made(written)
    assert not [c for c in made if c.why in ("set otherwise", "set by structure")]


HEAD = "A Title\n\nFirst words of it.\n\n"

SAID = [
    ('He said "yes".', "en", [(5, '"', "“", "quote set by language"), (5, '"', "”", "quote set by language")]),
    ("It isn't so...", "en", [(5, "'", "’", "quote set by language"), (5, "...", "…", "points set as an ellipsis")]),
    ("Here -- or there--it stops.", "en", [(5, "--", "—", "hyphens set as a dash")] * 2),
    ("Est-ce vrai ? Oui.", "fr", [(5, "", "\u202f", "space set by language")]),
    ("Words of *it* here.", "en", [(5, "*", "", "mark of emphasis")] * 2),
    ("- one\n- two", "en", [(5, "-", "", "list mark"), (6, "-", "", "list mark")]),
    ("1. one\n2. two", "en", [(5, "1.", "", "list mark"), (6, "2.", "", "list mark")]),
    ("Below it\n\n* * *\n\nAbove it.", "en", [(7, "***", "", "ornament of a break")]),
    ("Example here.\nA long exam-\nple of it.", "en", [(6, "-", "", "hyphen at the line's end")]),
    ("Zero\u200bwidth.", "en", [(5, "\u200b", "", "invisible character")]),
    ("A bell\x07 rang.", "en", [(5, "\x07", "", "control character")]),
    ("the \ufb01rst", "en", [(5, "\ufb01", "fi", "ligature set as its letters")]),
    ("cafe\u0301 there", "en", [(5, "e\u0301", "é", "letter and accent made one")]),
    ("A cafÃ© there.", "en", [(5, "Ã©", "é", "decoded wrongly, set right")]),
    ("N\x08Now.", "en", [(5, "\x08N", "", "overstrike")]),
    ("Nothing is changed (here); 1 + 1 = 2.", "en", []),
]  # fmt: skip


@pytest.mark.parametrize(("written", "language", "expected"), SAID, ids=lambda v: v if isinstance(v, str) else "")
def test_each_change_has_its_line_and_a_reason(written: str, language: str, expected: list[tuple[str, ...]]) -> None:
    made = [tuple(c)[:4] for c in _made(HEAD + written, language) if c.line > 3]
    assert made == expected


def test_what_went_into_metadata_is_named() -> None:
    made = _made("A Title\nBy Ann Person\n\nFirst words of it.\n")
    assert [(c.line, c.before, c.after) for c in made] == [(1, "ATitle", ""), (2, "ByAnnPerson", "")]


def test_the_report_lists_changes_where_it_has_the_text() -> None:
    read = _read(HEAD + "It isn't so.")
    assert read
    raw, article = read
    assert report(article, raw=raw)["changes"][-1] == {
        "line": 5, "before": "'", "after": "’", "why": "quote set by language", "at": 20
    }  # fmt: skip
    assert "changes" not in report(article)


@pytest.mark.parametrize("sign", "$ % & @ © ® £ ° × ± € ™ № ∑ ≤ ½ ²".split())
def test_signs_that_a_reader_reads_are_in_the_account(sign: str) -> None:
    assert letters(f"a {sign} b") == f"a{sign}b"


@pytest.mark.parametrize("sign", "\" ' “ ’ - – … * _ ` # > [ ] ( ) | ~ = + • → § † «".split())
def test_signs_that_typography_and_structure_change_are_not(sign: str) -> None:
    assert letters(f"a {sign} b") == "ab"
