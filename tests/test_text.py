"""Text: it is tidied without loss, each repair is remarked, and views of lines hold."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from convert.survey import detect, prose
from convert.text import BREAK, lines_of, page_tops, split, tidy

# ---------------------------------------------------------------- tidy


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_every_line_end_is_one(end: str) -> None:
    assert tidy(f"a{end}b{end}{end}c") == ("a\nb\n\nc", ())


@pytest.mark.parametrize("text", ["a\fb", "a\n\fb\n\fc", "a\r\n\f\r\nb", "a\nb"])
def test_a_form_feed_says_where_a_page_begins(text: str) -> None:
    tidied, _ = tidy(text)
    assert len(tidied.split("\n")) == len(BREAK.split(text))
    assert [n for n, _ in enumerate(BREAK.findall(text), 2) if n in page_tops(text)] == list(page_tops(text))
    assert len(page_tops(text)) == text.count("\f")


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


@pytest.mark.parametrize(
    ("struck", "said"),
    [
        ("N\bNA\bAM\bME\bE", "NAME"),
        ("_\bf_\bi_\bl_\be", "file"),
        ("f\b_i\b_", "fi"),
        ("b\bb\bb\bbold", "bold"),
        ("_\b_\b_x", "_x"),
        ("+\bo item", "• item"),
        ("\x1b[1mNAME\x1b[0m", "NAME"),
        ("e\b'", "e'"),
    ],
)
def test_what_a_printer_struck_twice_is_set_once(struck: str, said: str) -> None:
    text, remarks = tidy(f"one\n{struck}")
    assert text == f"one\n{said}"
    assert [(r.code in ("overstrike", "control"), r.line) for r in remarks] == [(True, 2)]


def test_ligatures_are_set_as_their_letters() -> None:
    text, (remark,) = tidy("the \ufb01rst \ufb02oor, e\ufb03cient")
    assert text == "the first floor, efficient"
    assert (remark.code, remark.line, remark.message[0]) == ("ligature", 1, "3")


def test_private_use_is_kept_and_remarked() -> None:
    text, (remark,) = tidy("a\n\uf0b7 item")
    assert text == "a\n\uf0b7 item"
    assert (remark.code, remark.line) == ("private-use", 2)


def test_doubled_returns_are_one_line_end() -> None:
    assert tidy("a\r\r\nb\r\n\r\nc") == ("a\nb\n\nc", ())


# ---------------------------------------------------------------- decoded wrongly before it came here


@pytest.mark.parametrize(
    "said",
    [
        "Le café de l’été",
        "Grüße aus Köln, “schön” — 20 °C",
        "привет, мир",
        "日本語の文",
        "Å vente på Åse",
        "Nº 5 costs £5",
        "où, à Noël",
    ],
)
@pytest.mark.parametrize("page", ["cp1252", "latin-1"])
def test_text_decoded_wrongly_is_mended(said: str, page: str) -> None:
    garbled = "".join(_byte(b, page) for b in said.encode())
    text, (remark,) = tidy(f"Plain.\n{garbled}\n")
    assert text == f"Plain.\n{said}\n"
    assert (remark.code, remark.line) == ("mojibake", 2)
    assert "→" in remark.message


def _byte(byte: int, page: str) -> str:
    """How old browsers showed a byte: the five that windows-1252 lacks as controls."""
    try:
        return bytes((byte,)).decode(page)
    except UnicodeDecodeError:
        return chr(byte)


def test_a_closing_quote_whose_third_byte_is_lost_is_mended() -> None:
    assert tidy("â€œHiâ€ he said.")[0] == "“Hi” he said."


@pytest.mark.parametrize(
    "said",
    [
        "A café that shows as cafÃ© in print.",
        "Read as Latin-1, an é in UTF-8 shows as two characters.\nSo you see Ã© there.",
        "“À côté”, dit-il… à Noël",
        "CAFÉ™ and IL Y MÁS…",
        "ÂGE D’OR, CHÂTEAU",
        "Ріка, Сіль і Рїзн",
        "Å, Ä… Ö—",
    ],
)
def test_what_only_looks_decoded_wrongly_stays(said: str) -> None:
    text, remarks = tidy(said)
    assert text == said
    assert [r.code for r in remarks] in ([], ["mojibake"])


def test_a_next_line_that_ends_a_line_still_does() -> None:
    assert tidy("café\x85là") == ("café\nlà", ())


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
@example("Â\x08\x80à\x80")  # a letter decoded wrongly, with what is taken out in its middle
def test_tidying_twice_is_tidying_once(said: str) -> None:
    once, _ = tidy(said)
    assert tidy(once)[0] == once


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


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Kami mohon maaf bahwa mulai bulan ini lampu akan padam pada pukul sepuluh, karena dewan ingin hemat.", "id"),
        ("Majlis berkata bahawa lampu itu akan padam pada pukul sepuluh kerana mereka mahu menjimatkan wang.", "ms"),
        (
            "Siamo lieti di annunciare il rilascio delle lampade. Questa versione corregge alcuni errori della rete e "
            "del molo, e si accende prima di quella vecchia.\n"
            "* Buffer overrun in the lamp that was reported by the keeper of the quay\n"
            "* The lamps of the quay are no longer lit when it is day\n* https://lamps.example/the/list/of/changes",
            "it",
        ),
        (
            "燈已經發佈。\n這個版本修正了安全問題，請看下面的說明。\nlampLighter.c keepLamps readLamp lightLamps.h",
            "zh-Hant",
        ),
    ],
)
def test_sentences_tell_the_language_before_lists_and_code(text: str, language: str) -> None:
    assert detect(prose(split(text))) == language
