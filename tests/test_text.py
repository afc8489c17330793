"""Text: bytes are read as what they are, nothing is garbled, each repair is remarked, and views of lines hold."""

from __future__ import annotations

import codecs
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.errors import ConvertError, InputError, NotText
from convert.survey import detect, prose
from convert.text import decode, lines_of, split, tidy

WORLD = "Grüße, “Ærø”, Ωμέγα, Москва, 東京, 서울 — 🐟\n"

LEGACY = [
    ("cp1252", "“Où est le café?” demanda-t-elle — l’été était déjà fini… Il n’en coûtait que 5 € à la gare."),
    ("cp1252", "Die Mühle stand am Fluß, größer als die Häuser; „schön“, sagte er, „aber öde“. Für uns genügte es."),
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy. Šel jsem k řece, kde stál mlýn, a čekal jsem na večer."),
    ("cp1250", "Zażółć gęślą jaźń. Ścieżka biegła w dół do rzeki, gdzie stał młyn, a my szliśmy powoli za nią."),
    ("cp1251", "Тропинка спускалась к реке, и там она кончалась. «Пойдём дальше», — сказал он, но никто не пошёл."),
    ("koi8-r", "Тропинка спускалась к реке, и там она кончалась. Мы стояли на берегу и долго молчали."),
    ("mac-roman", "« Où étiez-vous ? » demanda-t-elle. L’été était déjà fini, la rivière gelée ; être là coûtait."),
    ("shift_jis", "小道は川まで下りて、そこで終わっていた。水車小屋のそばで、わたしたちは夕方を待った。"),
    ("euc_jp", "小道は川まで下りて、そこで終わっていた。水車小屋のそばで、わたしたちは夕方を待った。"),
    ("gb18030", "小路一直通到河边，在那里就没有了。我们站在磨坊旁边，等着天黑，谁也没有说话。"),
    ("big5", "小路一直通到河邊，在那裡就沒有了。我們站在磨坊旁邊，等著天黑，誰也沒有說話。"),
    ("euc_kr", "오솔길은 강까지 내려가서 거기에서 끝났다. 우리는 물방앗간 옆에서 저녁을 기다렸다."),
    ("cp1253", "Το μονοπάτι κατέβαινε ως το ποτάμι και εκεί τελείωνε. Ο μύλος ήταν παλιός, και περιμέναμε το βράδυ."),
    ("iso8859-2", "Příliš žluťoučký kůň úpěl ďábelské ódy. Šel jsem k řece, kde stál mlýn, a čekal jsem na večer."),
]

# ---------------------------------------------------------------- decode


@pytest.mark.parametrize(
    ("bom", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mark_decides(bom: bytes, encoding: str) -> None:
    assert decode(bom + WORLD.encode(encoding)) == (WORLD, ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(encoding: str) -> None:
    said = "The path goes down to the river — and there it stops.\n"
    text, remarks = decode(said.encode(encoding))
    assert text == said
    assert [r.code for r in remarks] == ["encoding"]


@pytest.mark.parametrize(
    "said", [WORLD, "Ã©tÃ© looks garbled, and is what stands there", "é", "Ñ", "日本", "a\u0000b" + " word" * 500]
)
def test_what_decodes_as_utf_8_is_utf_8(said: str) -> None:
    assert decode(said.encode()) == (said, ())


@pytest.mark.parametrize(("encoding", "said"), LEGACY, ids=lambda value: value[:12])
def test_code_pages_come_back_unchanged(encoding: str, said: str) -> None:
    text, remarks = decode(said.encode(encoding))
    assert text == said
    assert [r.code for r in remarks] == ["encoding"]
    assert "UTF-8" in remarks[0].message


@pytest.mark.parametrize(("encoding", "said"), LEGACY, ids=lambda value: value[:12])
def test_a_named_encoding_is_taken_at_its_word(encoding: str, said: str) -> None:
    assert decode(said.encode(encoding), encoding) == (said, ())


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("before", [8 << 10, 300 << 10])
def test_the_first_foreign_character_may_come_late(encoding: str, before: int) -> None:
    said = "word " * (before // 5 + 1) + "and then a café, naïve “quotes” — and more"
    assert decode(said.encode(encoding))[0] == said


@given(st.binary(max_size=80))
@settings(max_examples=60, deadline=None)
def test_no_replacement_character_ever(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except InputError:
        return
    assert "\ufffd" not in text or b"\xef\xbf\xbd" in data or b"\xfd\xff" in data or b"\xff\xfd" in data


def test_a_replacement_character_of_the_text_stays() -> None:
    assert decode("a \ufffd b".encode())[0] == "a \ufffd b"


@pytest.mark.parametrize("data", [b"", b"\n\n \t\r\n", b"\x00\x00", codecs.BOM_UTF8, codecs.BOM_UTF16_LE + b"\n\x00"])
def test_nothing_is_empty(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode(data)
    assert caught.value.code == "empty"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"PK\x03\x04rest", b"\x89PNG\r\n", b"\x7fELF", b"a\x00\x01\x02\x03" * 9]
)
def test_what_is_no_text(data: bytes) -> None:
    with pytest.raises(NotText) as caught:
        decode(data)
    assert caught.value.code == "not-text"


@pytest.mark.parametrize(("data", "encoding"), [(codecs.BOM_UTF8 + b"a\n\xff", ""), (b"a\n\xff", "utf-8")])
def test_bytes_that_do_not_fit_are_named(data: bytes, encoding: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(data, encoding)
    assert (caught.value.code, caught.value.line) == ("undecodable", 2)


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", "a\x00b", "é"])
def test_an_encoding_that_there_is_not(encoding: str) -> None:
    with pytest.raises(ConvertError) as caught:
        decode(b"YWJj", encoding)
    assert caught.value.code == "unknown-encoding"


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
        ("燈已經發佈。\n這個版本修正了安全問題，請看下面的說明。\nlampLighter.c keepLamps readLamp lightLamps.h", "zh"),
    ],
)
def test_sentences_tell_the_language_before_lists_and_code(text: str, language: str) -> None:
    assert detect(prose(split(text))) == language
