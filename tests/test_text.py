"""Text: it is tidied without loss, each repair is remarked, and views of lines hold."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.text import lines_of, split, tidy

# ---------------------------------------------------------------- tidy


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_every_line_end_is_one(end: str) -> None:
    assert tidy(f"a{end}b{end}{end}c") == ("a\nb\n\nc", ())


def test_control_characters_go_with_a_remark() -> None:
    text, (remark,) = tidy("one\ntw\x00o\x07\nthree\x9f\ufffe\tfour")
    assert text == "one\ntwo\nthree\tfour"
    assert (remark.code, remark.line) == ("control", 2)
    assert "4" in remark.message


def test_what_cannot_be_seen_goes_with_a_remark() -> None:
    text, (remark,) = tidy("hy\u00adphen zero\u200bwidth \ufeffmark")
    assert text == "hyphen zerowidth mark"
    assert remark.code == "invisible"
    assert "3" in remark.message


@pytest.mark.parametrize("joined", ["می\u200cخواهم", "👩\u200d🚀", "क्\u200dष"])
def test_joiners_that_writing_needs_stay(joined: str) -> None:
    assert tidy(joined) == (joined, ())


def test_accents_are_composed() -> None:
    said = "café Å \u1112\u1161\u11ab"
    assert tidy(unicodedata.normalize("NFD", said))[0] == unicodedata.normalize("NFC", said)


def test_a_no_break_space_stays_inside_a_line() -> None:
    text, remarks = tidy("5\u00a0km et\u202f: fin")
    assert (text, remarks) == ("5\u00a0km et\u202f: fin", ())
    assert split(text)[0].text == "5\u00a0km et\u202f: fin"


@given(st.text(max_size=60))
def test_tidying_twice_is_tidying_once(said: str) -> None:
    once, _ = tidy(said)
    assert tidy(once) == (once, ())


# ---------------------------------------------------------------- lines

POEM = "one\ntwo\n\n\n  three\n\tfour  \n\nfive"


def test_a_line_knows_its_number_and_indent() -> None:
    lines = split(POEM)
    assert [line.number for line in lines] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [line.text for line in lines] == ["one", "two", "", "", "three", "four", "", "five"]
    assert [line.indent for line in lines] == [0, 0, 0, 0, 2, 8, 0, 0]
    assert [line.number for line in lines if line.blank] == [3, 4, 7]


@pytest.mark.parametrize(("raw", "indent"), [("    x", 4), ("\tx", 8), ("  \tx", 8), ("\t x", 9), ("   ", 0)])
def test_indents_are_columns(raw: str, indent: int) -> None:
    assert split(raw)[0].indent == indent


def test_views_cut_without_copying() -> None:
    view = lines_of(split(POEM))
    rest = view.rest(4)
    assert (len(view), len(rest), rest[0].text) == (8, 4, "three")
    assert rest.all is view.all
    assert [line.text for line in rest.take(2)] == ["three", "four"]
    assert (len(view.rest(99)), len(view.take(99)), len(view.rest(2).take(0))) == (0, 8, 0)
    assert view.rest(2).rest(2) == rest


def test_a_view_ends_where_it_ends() -> None:
    view = lines_of(split(POEM)).rest(4).take(2)
    for index in (-1, 2):
        with pytest.raises(IndexError):
            view[index]


def test_a_chunk_ends_at_a_blank_line() -> None:
    view = lines_of(split(POEM))
    assert [view.rest(n).chunk() for n in range(9)] == [2, 1, 0, 0, 2, 1, 0, 1, 0]
    assert view.take(1).chunk() == 1


def test_blank_lines_are_counted_on_both_sides() -> None:
    view = lines_of(split(POEM))
    assert view.blanks_before() == 9
    assert [view.rest(n).blanks_before() for n in (1, 4, 5, 7)] == [0, 2, 0, 1]
    assert view.blanks_after(2) == 2
    assert view.rest(4).blanks_after(2) == 1
    assert view.blanks_after(8) == 9
    assert lines_of(split("\n\na")).rest(2).blanks_before() == 9


def test_above_is_the_nearest_line_with_text() -> None:
    view = lines_of(split(POEM))
    assert view.above() is None
    found = [line.text if (line := view.rest(n).above()) else None for n in (1, 4, 5, 7)]
    assert found == ["one", "two", "three", "four"]
    assert lines_of(split("a\n\n\n\n\n\nb")).rest(6).above() is None


def test_lines_cut_out_are_one_level_deeper() -> None:
    view = lines_of(split(POEM))
    inner = view.inside([view[0], view[1]])
    assert (inner.depth, len(inner), inner.above()) == (1, 2, None)
    assert inner.habits is view.habits
