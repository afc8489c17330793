"""Decoding: bytes are read as what they are, be it a few sentences or a line; what cannot be told is refused."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.decoding import decode
from convert.errors import ConvertError, InputError, NotText

WORLD = "Grüße, “Ærø”, Ωμέγα, Москва, 東京, 서울 — 🐟\n"

# language: a few sentences, and one short line
TEXTS = {
    "French": (
        "“Où est le café?” demanda-t-elle — l’été était déjà fini… Il n’en coûtait que 5 € à la gare.\n"
        "Près de l’église, les élèves rêvaient ; à Noël, naïfs, ils chantaient.",
        "Le café où nous étions l’été dernier n’existe plus, hélas.",
    ),
    "plain French": (
        "« Où étiez-vous ? » demanda-t-elle. L'été était déjà fini, la rivière gelée ; être là coûtait.\n"
        "Près de l'église, les élèves rêvaient ; à Noël, ils chantaient.",
        "Le café où nous étions l'été dernier n'existe plus, hélas.",
    ),
    "French of an office": (
        "Le cœur de l'œuvre coûte 12 € à l'entrée, où les élèves étaient déjà.",
        "L'œuvre coûte 12 € à l'entrée du musée, côté jardin.",
    ),
    "German": (
        "Die Mühle stand am Fluß, größer als die Häuser; „schön“, sagte er, „aber öde“. Für uns genügte es.\n"
        "Über die Brücke führte kein Weg zurück.",
        "Die Mühle stand am Fluß, größer als alle Häuser.",
    ),
    "plain German": (
        "Die Mühle stand am Fluß, größer als die Häuser; schön, sagte er, aber öde. Für uns genügte es.\n"
        "Über die Brücke führte kein Weg zurück.",
        "Die Mühle stand am Fluß, größer als alle Häuser.",
    ),
    "Spanish": (
        "¿Dónde está el niño? El año pasado llegó aquí, solo; la montaña, más allá del río, le daba miedo.\n"
        "¡Qué lástima! También él se marchó.",
        "¿Dónde está el niño que llegó aquí el año pasado?",
    ),
    "Portuguese": (
        "O caminho descia até ao rio e lá acabava. Não havia ninguém; a estação já não existia.\n"
        "As lições do avô são três: pão, água e coração.",
        "Não havia ninguém na estação, só o avô e três irmãos.",
    ),
    "Swedish": (
        "Stigen gick ner till ån, där kvarnen låg. Vi väntade länge på kvällen, och själv gick jag över bron.\n"
        "Någon ropade från ön.",
        "Stigen gick ner till ån, där kvarnen låg öde på kvällen.",
    ),
    "Danish": (
        "Stien gik ned til åen, hvor møllen lå. Vi ventede længe på aftenen, og så gik jeg over broen.\n"
        "På øen råbte nogen.",
        "Stien gik ned til åen, hvor møllen lå øde hen.",
    ),
    "Czech": (
        "Příliš žluťoučký kůň úpěl ďábelské ódy. Šel jsem k řece, kde stál mlýn, a čekal jsem na večer.\n"
        "Ťukal někdo na dveře? Žádný člověk.",
        "Šel jsem k řece, kde stál mlýn, a čekal na večer.",
    ),
    "Polish": (
        "Zażółć gęślą jaźń. Ścieżka biegła w dół do rzeki, gdzie stał młyn, a my szliśmy powoli za nią.\n"
        "Później ktoś zawołał: źródło!",
        "Ścieżka biegła w dół do rzeki, gdzie stał młyn.",
    ),
    "Hungarian": (
        "Az ösvény a folyóhoz vezetett, ahol a malom állt. Estig vártunk, és senki sem szólt: hűvös őszi idő volt.\n"
        "Később könnyű eső esett.",
        "Az őszi eső után hűvös idő volt, és senki sem szólt.",
    ),
    "Turkish": (
        "Yol ırmağa kadar iniyordu ve orada bitiyordu. Değirmenin yanında akşamı bekledik; kimse bir şey söylemedi.\n"
        "Çocuklar gülüştü, güneş battı, İstanbul uzaktaydı.",
        "Değirmenin yanında akşamı bekledik, kimse bir şey demedi.",
    ),
    "Lithuanian": (
        "Takas leidosi prie upės ir ten baigėsi. Prie malūno laukėme vakaro, ir niekas nieko nesakė; šalta žiema.\n"
        "Ąžuolas augo čia šimtą metų, o žmonės džiaugėsi.",
        "Prie malūno laukėme vakaro, ir šalta žiema užėjo.",
    ),
    "Russian": (
        "Тропинка спускалась к реке, и там она кончалась. Пойдём дальше, сказал он, но никто не пошёл.\n"
        "Мы стояли на берегу и долго молчали. Ещё не стемнело.",
        "Мы стояли на берегу реки и долго молчали.",
    ),
    "Ukrainian": (
        "Стежка спускалася до річки, і там вона кінчалася. Ходімо далі, сказав він, але ніхто не пішов.\n"
        "Її ґанок стояв порожній; під ним жили їжаки.",
        "Ми стояли на березі річки і довго мовчали; її не було.",
    ),
    "Greek": (
        "Το μονοπάτι κατέβαινε ως το ποτάμι και εκεί τελείωνε. Ο μύλος ήταν παλιός, και περιμέναμε το βράδυ.\n"
        "Άλλος δρόμος δεν υπήρχε.",
        "Ο μύλος ήταν παλιός, και περιμέναμε το βράδυ.",
    ),
    "Hebrew": (
        "השביל ירד אל הנהר ושם נגמר. עמדנו ליד הטחנה וחיכינו לערב, ואיש לא אמר דבר.",
        "עמדנו ליד הטחנה וחיכינו לערב, ואיש לא אמר דבר.",
    ),
    "Arabic": (
        "كان الطريق ينزل إلى النهر وينتهي هناك. وقفنا بجانب الطاحونة ننتظر المساء، ولم يقل أحد شيئا.",
        "وقفنا بجانب الطاحونة ننتظر المساء، ولم يقل أحد شيئا.",
    ),
    "Chinese": (
        "小路一直通到河边，在那里就没有了。我们站在磨坊旁边，等着天黑，谁也没有说话。",
        "我们站在磨坊旁边，等着天黑，谁也没有说话。",
    ),
    "Chinese of Taiwan": (
        "小路一直通到河邊，在那裡就沒有了。我們站在磨坊旁邊，等著天黑，誰也沒有說話。",
        "我們站在磨坊旁邊，等著天黑，誰也沒有說話。",
    ),
    "Japanese": (
        "小道は川まで下りて、そこで終わっていた。水車小屋のそばで、わたしたちは夕方を待った。",
        "水車小屋のそばで、わたしたちは夕方を待った。",
    ),
    "Korean": (
        "오솔길은 강까지 내려가서 거기에서 끝났다. 우리는 물방앗간 옆에서 저녁을 기다렸다.",
        "우리는 물방앗간 옆에서 저녁을 기다렸다.",
    ),
}

PAGES = [
    ("French", "cp1252 mac-roman"),
    ("plain French", "iso8859-1 cp850 cp437"),
    ("French of an office", "iso8859-15 cp1252"),
    ("German", "cp1252 mac-roman"),
    ("plain German", "iso8859-1 cp850 cp437 mac-roman"),
    ("Spanish", "cp1252 mac-roman cp850 cp437"),
    ("Portuguese", "cp1252 mac-roman cp850"),
    ("Swedish", "iso8859-1 cp437 mac-roman"),
    ("Danish", "iso8859-1 cp850 mac-roman"),
    ("Czech", "cp1250 iso8859-2 cp852"),
    ("Polish", "cp1250 iso8859-2"),
    ("Hungarian", "cp1250 iso8859-2"),
    ("Turkish", "cp1254 iso8859-9"),
    ("Lithuanian", "cp1257"),
    ("Russian", "cp1251 koi8-r iso8859-5 cp866 mac-cyrillic"),
    ("Ukrainian", "cp1251 koi8-u"),
    ("Greek", "cp1253 iso8859-7"),
    ("Hebrew", "cp1255 iso8859-8"),
    ("Arabic", "cp1256"),
    ("Chinese", "gb18030 gb2312"),
    ("Chinese of Taiwan", "big5"),
    ("Japanese", "shift_jis euc_jp iso2022_jp"),
    ("Korean", "euc_kr"),
]
READINGS = [(language, page) for language, pages in PAGES for page in pages.split()]
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("short", [False, True], ids=["sentences", "line"])
@pytest.mark.parametrize(("language", "page"), READINGS)
def test_code_pages_come_back_unchanged(language: str, page: str, short: bool) -> None:
    said = TEXTS[language][short]
    text, remarks = decode(said.encode(page))
    assert text == said
    assert [r.code for r in remarks] == ["encoding"]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("cp1252", "café"),
        ("cp1252", "naïve approach, naïve façade"),
        ("cp1252", "It costs £5."),
        ("cp1252", "It’s here"),
        ("cp1252", "ÉTÉ À PARIS, ÇA VA"),
        ("cp1252", "© 2003 Smith & Sons. All rights reserved."),
        ("cp1252", "20 °C ± 5"),
        ("cp1252", "½ cup of sugar, 3 × 4"),
        ("cp1252", "§ 5 Abs. 2"),
        ("cp1252", "• one\n• two"),
        ("cp1252", "a\u00a0b"),
        ("cp1252", "Smørrebrød på øen"),
        ("cp1250", "Dvořák"),
        ("cp1257", "Žemė"),
        ("mac-roman", "It’s here"),
        ("mac-roman", "“Hi,” he said, and it’s late — so go…"),
        ("mac-roman", "¥100 • £5"),
        ("cp437", "┌───┐ box\n│ a │ \n└───┘"),
        ("cp1251", "Привет"),
        ("cp1251", "МОСКВА, 1999. ОТЧЁТ О РАБОТЕ"),
        ("koi8-r", "МОСКВА, 1999. ОТЧЁТ О РАБОТЕ"),
        ("cp866", "Привет, мир"),
        ("cp1255", "שלום"),
        ("cp874", "ภาษาไทย สวัสดี"),
        ("gb18030", "你好"),
        ("big5", "你好嗎"),
    ],
)
def test_a_few_words_come_back_too(page: str, said: str) -> None:
    assert decode(said.encode(page))[0] == said


@pytest.mark.parametrize("page", WIDE)
@pytest.mark.parametrize("language", TEXTS)
def test_wide_encodings_without_a_mark(language: str, page: str) -> None:
    said = TEXTS[language][0] + "\n"
    text, remarks = decode(said.encode(page))
    assert (text, [r.code for r in remarks]) == (said, ["encoding"])


# ---------------------------------------------------------------- UTF-8, and marks


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


@pytest.mark.parametrize(
    "said", [WORLD, "Ã©tÃ© looks garbled, and is what stands there", "é", "Ñ", "日本", "a\u0000b" + " word" * 500]
)
def test_what_decodes_as_utf_8_is_utf_8(said: str) -> None:
    assert decode(said.encode()) == (said, ())


def test_a_named_encoding_is_taken_at_its_word() -> None:
    said = TEXTS["Russian"][1]
    assert decode(said.encode("koi8-r"), "koi8-r") == (said, ())
    assert decode(said.encode("koi8-r"), "cp1251")[0] != said


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("before", [8 << 10, 300 << 10])
def test_the_first_foreign_character_may_come_late(encoding: str, before: int) -> None:
    said = "word " * (before // 5 + 1) + "and then a café, naïve “quotes” — and more"
    assert decode(said.encode(encoding))[0] == said


def test_a_text_of_another_script_may_be_long() -> None:
    said = (TEXTS["Russian"][0] + "\n") * 900
    assert decode(said.encode("koi8-r"))[0] == said


# ---------------------------------------------------------------- a character set that the text itself names


@pytest.mark.parametrize(
    ("head", "page", "line"),
    [
        ("From: Ann\nContent-Type: text/plain; charset=iso-8859-2\n\n", "iso8859-2", 2),
        ('Content-Type: text/plain; charset="KOI8-R"\n\n', "koi8-r", 1),
        ("# -*- coding: mac-cyrillic -*-\n", "mac-cyrillic", 1),
        ("Content-Type: text/plain; charset=us-ascii\n\n", "cp1252", 1),
    ],
)
def test_what_the_head_names_is_believed_where_it_reads_cleanly(head: str, page: str, line: int) -> None:
    said = head + {"iso8859-2": "Špatně žák četl.", "cp1252": "It isn’t."}.get(page, "Ещё не стемнело.")
    text, (remark,) = decode(said.encode(page))
    assert text == said
    assert (remark.code, remark.line) == ("encoding", line)
    assert f"line {line} says" in remark.message


@pytest.mark.parametrize("named", ["koi8-r", "no-such-set", "utf-8"])
def test_a_head_that_names_the_wrong_set_is_not_believed(named: str) -> None:
    said = f"Content-Type: text/plain; charset={named}\n\n" + TEXTS["French"][0]
    text, (remark,) = decode(said.encode("cp1252"))
    assert (text, remark.line) == (said, 0)


# ---------------------------------------------------------------- mixed, cut short, past reading

GOOD = "Die Mühle stand öde.\nÉtait-ce déjà fini?\nA plain line.\nDie Straße — “leer”.\nEl niño llegó.\n"


@pytest.mark.parametrize(
    ("page", "foreign"),
    [
        ("cp1252", ["The mill’s café was “shut” — for good."]),
        ("cp1252", ["An old déjà vu.", "It isn’t here."]),
        ("cp1251", ["Мы стояли на берегу и молчали.", "Ещё не стемнело."]),
        ("mac-roman", ["L’été était déjà fini ; où est-il allé ?"]),
    ],
)
def test_lines_of_another_page_are_read_as_what_they_are(page: str, foreign: list[str]) -> None:
    data = GOOD.encode() + "\n".join(foreign).encode(page) + b"\n" + GOOD.encode()
    text, (remark,) = decode(data)
    assert text == GOOD + "\n".join(foreign) + "\n" + GOOD
    assert (remark.code, remark.line) == ("mixed-encoding", 6)
    assert f"{len(foreign)} line" in remark.message


def test_one_line_may_hold_both() -> None:
    text, (remark,) = decode(GOOD.encode() + "“déjà” it isn".encode() + b"\x92t\n")
    assert text == GOOD + "“déjà” it isn’t\n"
    assert remark.code == "mixed-encoding"


def test_a_code_page_with_a_foreign_line_or_two_is_a_code_page() -> None:
    """A near miss: it makes sense as a whole; what is odd in one line is for tidying to mend."""
    said = TEXTS["French"][0] * 3 + "\n"
    text, (remark,) = decode(said.encode("cp1252") + "J’avais déjà vu.\n".encode())
    assert text.startswith(said)
    assert remark.code == "encoding"


def test_half_and_half_is_read_by_the_character() -> None:
    said = "Était-ce déjà fini?\nLa rivière gelée.\nOù est-il allé?\n"
    text, (remark,) = decode(said.encode("cp1252") + said.encode())
    assert text == said * 2
    assert remark.code == "mixed-encoding"


def test_lines_that_no_page_reads_are_named() -> None:
    with pytest.raises(InputError) as caught:
        decode((GOOD * 9).encode() + b"a\x81b\xb1c\xf4d\xb2e\x8dn\xd0a\xb9s\n")
    assert (caught.value.code, caught.value.line) == ("undecodable", 46)


@pytest.mark.parametrize(("char", "keep"), [("é", 1), ("—", 2), ("🐟", 3), ("🐟", 1)])
def test_a_last_character_cut_in_two_is_left_out(char: str, keep: int) -> None:
    text, (remark,) = decode(GOOD.encode() + b"end" + char.encode()[:keep])
    assert text == GOOD + "end"
    assert (remark.code, remark.line) == ("truncated", 6)
    assert f"({keep})" in remark.message


def test_an_accent_at_the_end_is_no_cut() -> None:
    """A near miss: nothing else in it is UTF-8."""
    assert decode("Un grand café".encode("cp1252"))[0] == "Un grand café"


def test_a_replacement_character_of_the_text_stays() -> None:
    text, (remark,) = decode("a\nb \ufffd c \ufffd".encode())
    assert text == "a\nb \ufffd c \ufffd"
    assert (remark.code, remark.line) == ("replacement", 2)
    assert "2" in remark.message


@given(st.binary(max_size=80))
@settings(max_examples=60, deadline=None)
def test_no_replacement_character_ever(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except InputError:
        return
    assert "\ufffd" not in text or b"\xef\xbf\xbd" in data or b"\xfd\xff" in data or b"\xff\xfd" in data


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("data", [b"", b"\n\n \t\r\n", b"\x00\x00", codecs.BOM_UTF8, codecs.BOM_UTF16_LE + b"\n\x00"])
def test_nothing_is_empty(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode(data)
    assert caught.value.code == "empty"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        b"PK\x03\x04rest",
        b"\x89PNG\r\n",
        b"\x7fELF",
        b"a\x00\x01\x02\x03" * 9,
        b"\x00\x01\x02\xff" * 400,  # its zero bytes stand where those of UTF-16 would
    ],
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
