"""Bytes become text: as what they are, never garbled; what is doubtful is remarked, what cannot be told is refused.

Encodings by their IANA names and the WHATWG's labels. UTF-8 that decodes whole is UTF-8: no statistics can beat that.
Among legacy code pages charset-normalizer only nominates; what each makes of the whole text decides.
"""

from __future__ import annotations

import codecs
import operator
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from convert.article import Remark
from convert.errors import InputError, NotText

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like UTF-16's, so it is asked first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

SIGNATURES = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a zip archive (a docx, odt or epub is one too)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
)

# How unlikely a page is before a byte is looked at: cp1252 is what most Western publishers' old systems wrote. It
# decides in a short text; three foreign characters weigh as much. What is not here, a detector may still nominate.
LEGACY = {
    "cp1252": 0.0, "iso8859-15": 0.03, "cp1250": 0.06, "iso8859-2": 0.07, "cp1251": 0.06, "koi8-r": 0.07,
    "koi8-u": 0.09, "iso8859-5": 0.15, "cp866": 0.08, "mac-cyrillic": 0.12, "cp1253": 0.09, "iso8859-7": 0.1,
    "cp1254": 0.08, "iso8859-9": 0.09, "cp1257": 0.09, "iso8859-4": 0.15, "cp1255": 0.09, "iso8859-8": 0.1,
    "cp1256": 0.09, "iso8859-6": 0.12, "cp874": 0.2, "mac-roman": 0.09, "cp850": 0.09, "cp437": 0.1, "cp852": 0.12,
    "cp932": 0.06, "euc_jp": 0.08, "gb18030": 0.05, "cp950": 0.06, "cp949": 0.06,
}  # fmt: skip
_EXOTIC, _EVIDENCE = 0.25, 3

NAMES = {"cp125" + n: "windows-125" + n for n in "0123456789"} | {
    "cp932": "shift_jis",
    "cp950": "big5",
    "cp949": "euc-kr",
}
# What a label means on the Web, and in old files: the wider set of its kind (encoding.spec.whatwg.org).
LABELS = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949", "big5": "cp950",
}  # fmt: skip

CLEAN = 0.25  # the most strangeness that a right reading has; wrong ones have .3 and more
_NO_SENSE = "The encoding of the text cannot be told: it is not UTF-8, and no code page reads it cleanly."
_SAY_IT = "Name its encoding, for example --encoding windows-1252, or save it as UTF-8."


class Reading(NamedTuple):
    """What a code page makes of some bytes."""

    strange: float  # 0: like writing, 1: rubbish
    foreign: float  # the share of its letters that no one language has
    size: int  # its characters past ASCII
    name: str
    text: str

    @property
    def clean(self) -> bool:
        """Whether it can be believed."""
        return self.strange <= CLEAN

    @property
    def rank(self) -> float:
        """By how much it is worse than writing; `min` takes the first among equals."""
        unlikely = LEGACY.get(self.name, _EXOTIC) * _EVIDENCE / (_EVIDENCE + self.size)
        return self.strange + self.foreign / 3 + unlikely


_rank = operator.attrgetter("rank")


def decode(data: bytes, encoding: str = "") -> tuple[str, tuple[Remark, ...]]:
    """The text that `data` holds, and what was doubtful about it.

    InputError where it is empty or cannot be read without guessing wildly; NotText where it is no text at all.
    """
    text, remarks = _decoded(data, encoding)
    if not text.strip("\x00 \t\r\n\x0b\x0c\u00a0\u2028\u2029\ufeff"):
        raise _empty()
    count = text.count("\ufffd")
    if count:
        line = _line(text, text.index("\ufffd"))
        said = f"The text holds {count} replacement characters (U+FFFD), the first on line {line}: "
        remarks = (*remarks, Remark("replacement", line, said + "letters were lost before it came here."))
    return text, remarks


def _line(text: str, index: int) -> int:
    return text.count("\n", 0, index) + 1


def _empty() -> InputError:
    return InputError("The input is empty.", "Give a file that has text in it.", code="empty")


def _decoded(data: bytes, encoding: str) -> tuple[str, tuple[Remark, ...]]:
    if not data.strip(b"\x00 \t\r\n"):
        raise _empty()
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            raise NotText(f"The input is {kind}, not plain text.", "Export it as plain text first.")
    if encoding:
        return _decode_as(data, encoding)
    for bom, name in BOMS:
        if data.startswith(bom):
            return _decode_as(data[len(bom) :], name)
    wide = _wide(data)
    if wide:
        text, remarks = _decode_as(data, wide)
        return text, (Remark("encoding", 0, f"Read as {wide} by the pattern of its bytes."), *remarks)
    if _binary(data):
        raise NotText("The input is not text: it is full of control bytes.", "Export it as plain text first.")
    return _shifted(data) or _utf_8(data) or _by_line(data) or _legacy(data)


# ---------------------------------------------------------------- encodings that show themselves


def _decode_as(data: bytes, encoding: str) -> tuple[str, tuple[Remark, ...]]:
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as error:
        whole = _cut_short(data, encoding, error)
        if whole is None:
            raise _undecodable(data, encoding, error) from None
        return whole
    except (LookupError, ValueError):
        raise InputError(
            f"There is no encoding named {encoding!r}.", "Name it like utf-8 or windows-1252.", code="unknown-encoding"
        ) from None


def _cut_short(data: bytes, encoding: str, error: UnicodeDecodeError) -> tuple[str, tuple[Remark, ...]] | None:
    """The text before a character that the end of the file cuts in two; None where something else is wrong."""
    if "end of data" not in error.reason and "truncated" not in error.reason:
        return None
    text, lost = data[: error.start].decode(encoding), len(data) - error.start
    if text.isascii():  # then nothing shows that it is this encoding at all
        return None
    line = _line(text, len(text))
    said = f"The text ends in the middle of a character (line {line}); its last bytes ({lost}) were left out."
    return text, (Remark("truncated", line, said),)


def _undecodable(data: bytes, encoding: str, error: UnicodeDecodeError) -> InputError:
    line = data.count(b"\n", 0, error.start) + 1
    said = f"The text is not {encoding}: byte {error.start + 1}, line {line}, does not fit."
    return InputError(said, _SAY_IT, code="undecodable", line=line)


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 without a mark, which its spaces and line ends show by their zero bytes; "" where it is not."""
    sample = data[: 1 << 16]
    zeros = sample.count(0)
    if not zeros:
        return ""
    if zeros * 2 >= len(sample):
        for name in ("utf-32-le", "utf-32-be"):
            if _attempt(sample[: len(sample) & ~3], name) is not None:
                return name
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if even + odd >= len(sample) * 0.2 and min(even, odd) * 20 < max(even, odd):
        name = "utf-16-le" if even < odd else "utf-16-be"
        return "" if _controls(sample.decode(name, "replace").encode("utf-8")) else name
    found = [r for name in ("utf-16-le", "utf-16-be") if (r := _reading(name, _attempt(_even(sample), name)))]
    best = min(found, key=_rank, default=None)
    controls = best is not None and re.search("[\x00-\x08\x0e-\x1f]", best.text)
    return best.name if best and not controls and best.strange <= 0.2 and best.foreign <= 0.2 else ""


def _even(sample: bytes) -> bytes:
    """`sample` to the last line end or space of UTF-16, so that it cuts no character in two."""
    return sample[: len(sample) & ~1] if len(sample) < 1 << 16 else sample[: (1 << 16) - 4]


def _binary(data: bytes) -> bool:
    return data.count(0) > len(data) // 1000 or _controls(data)


def _controls(data: bytes) -> bool:
    """Whether it holds more control characters than a text that was damaged."""
    controls = sum(data.count(bytes((c,))) for c in range(32) if c not in (7, 8, 9, 10, 11, 12, 13, 27))
    return controls > len(data) // 100 + 2


def _shifted(data: bytes) -> tuple[str, tuple[Remark, ...]] | None:
    """ISO-2022-JP: all its bytes are ASCII's, and escapes say where Japanese begins and ends."""
    if not re.search(rb"\x1b\$[@B]", data) or not data.isascii():
        return None
    text = _attempt(data, "iso2022_jp") or _attempt(data, "iso2022_jp_2")
    return (text, (Remark("encoding", 0, "Read as iso-2022-jp by its escapes."),)) if text else None


def _utf_8(data: bytes) -> tuple[str, tuple[Remark, ...]] | None:
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return _cut_short(data, "utf-8", error)


# ---------------------------------------------------------------- UTF-8 with lines of another kind

_PIECE = re.compile(  # one character of UTF-8, or a run of bytes that are none's (RFC 3629, section 4)
    rb"([\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})"
)


def _by_line(data: bytes) -> tuple[str, tuple[Remark, ...]] | None:
    """A text in UTF-8 but for some lines that came from elsewhere: two lines in three with foreign letters are UTF-8.

    The others are read as the code page that makes most sense of them together.
    """
    lines = data.split(b"\n")
    foreign = [i for i, line in enumerate(lines) if not line.isascii()]
    wrong = [i for i in foreign if _attempt(lines[i], "utf-8") is None]
    if len(foreign) < 3 * len(wrong):
        return None
    best = min(_readings(b"\n".join(lines[i] for i in wrong), mixed=True), key=_rank, default=None)
    number = wrong[0] + 1
    if best is None or not best.clean:
        raise InputError(f"The text is UTF-8 but for line {number} and others like it.", _SAY_IT, code="undecodable",
                         line=number)  # fmt: skip
    read = dict(zip(wrong, best.text.split("\n"), strict=True))
    text = "\n".join(read[i] if i in read else line.decode("utf-8") for i, line in enumerate(lines))
    said = f"The text is UTF-8 but for {len(wrong)} lines, the first of them line {number}, read as {_name(best)}."
    return text, (Remark("mixed-encoding", number, said),)


def _mixed(data: bytes, name: str) -> str | None:
    """`data` with what is UTF-8 read as UTF-8, and the bytes between as `name`."""
    pieces = [_attempt(piece, "utf-8" if i % 2 else name) for i, piece in enumerate(_PIECE.split(data))]
    return None if None in pieces else "".join(piece or "" for piece in pieces)


# ---------------------------------------------------------------- code pages


def _legacy(data: bytes) -> tuple[str, tuple[Remark, ...]]:
    said, line = _declared(data)
    declared = _reading(said, _attempt(data, said)) if said else None
    if declared and declared.clean:
        return declared.text, (Remark("encoding", line, f"Read as {_name(declared)}, as line {line} says."),)
    best = min(_readings(data), key=_rank, default=None)
    if best and best.clean:
        return best.text, (Remark("encoding", 0, f"The text is not UTF-8; read as {_name(best)}."),)
    best = min(_readings(data, mixed=True), key=_rank, default=None)
    if best is None or not best.clean:
        raise InputError(_NO_SENSE, _SAY_IT, code="undecodable")
    said = f"The text mixes UTF-8 with {_name(best)}; each character was read as what it is."
    return best.text, (Remark("mixed-encoding", 0, said),)


def _name(reading: Reading) -> str:
    return NAMES.get(reading.name, reading.name)


_DECLARED = re.compile(rb"(?i)\b(?:charset\s{0,4}=|(?:file)?(?:en)?coding\s{0,4}[:=])\s{0,4}[\"']?([\w.:-]{2,30})")


def _declared(data: bytes) -> tuple[str, int]:
    """The code page that a mail's header or a line of the head names, and that line; "" and 0 where none does."""
    for match in _DECLARED.finditer(data[:4096]):
        try:
            name = codecs.lookup(match.group(1).decode("ascii", "replace")).name
        except (LookupError, ValueError):
            continue
        if not name.startswith("utf"):  # it would have been that
            return LABELS.get(name, name), data.count(b"\n", 0, match.start()) + 1
    return "", 0


def _readings(data: bytes, mixed: bool = False) -> Iterable[Reading]:
    """What each code page that fits makes of `data`, the likelier pages first."""
    ways = (_attempt, _mixed) if mixed else (_attempt,)
    for name in _nominated(data):
        for way in ways:
            found = _reading(name, way(data, name))
            if found:
                yield found


_ASCII = bytes(range(32, 127))


def _nominated(data: bytes) -> list[str]:
    from charset_normalizer import from_bytes  # 60 ms to import, and only texts that are not UTF-8 need it

    foreign = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    found = [codecs.lookup(match.encoding).name for match in from_bytes(foreign[: 1 << 15])]
    pages = [LABELS.get(name, name) for name in found if _attempt(_ASCII, name) == _ASCII.decode()]  # no EBCDIC, UTF-16
    return list(dict.fromkeys([*LEGACY, *pages]))


def _attempt(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


# ---------------------------------------------------------------- how like writing a reading is

_TRIPLE = re.compile(r"(?s)(?=(.[^\x00-\x7f].))")
_SAMPLE = 16_000  # characters; enough for any page to show itself


def _reading(name: str, text: str | None) -> Reading | None:
    """How much sense `text` makes, judged by its characters past ASCII and their neighbours."""
    if text is None:
        return None
    triples = Counter(_TRIPLE.findall(f" {_sampled(text)} "))
    total = triples.total()
    if not total:
        return Reading(0.0, 0.0, 0, name, text)
    strange = sum(_oddity(*triple) * count for triple, count in triples.items()) / total
    if name in ("gb18030", "cp950", "cp949") and re.search("[\u3041-\u3096]", text[:_SAMPLE]):
        strange += 0.1  # they have kana, but who writes kana writes a Japanese set
    letters: Counter[str] = Counter()
    for triple, count in triples.items():
        letters[triple[1].lower()] += count
    return Reading(round(strange, 3), round(_foreign(letters), 3), total, name, text)


def _sampled(text: str) -> str:
    """The lines of `text` that hold foreign characters, or as many of them, evenly spread, as are enough."""
    if len(text) <= _SAMPLE:
        return text
    lines = [line for line in text.split("\n") if not line.isascii()]
    step = max(1, sum(map(len, lines)) // _SAMPLE)
    return "\n".join(_middle(line) for line in lines[::step])[:_SAMPLE]


def _middle(line: str) -> str:
    """A long line from its first foreign character on."""
    if len(line) < 400:
        return line
    match = re.search(r"[^\x00-\x7f]", line)
    start = max(0, match.start() - 1) if match else 0
    return line[start : start + _SAMPLE // 4]


# The commonest letters of some alphabets.
_COMMON = frozenset(
    "оеаинтсрвлкмдпуОЕАИНТСαοιετσνηυρλκםיוהלאתרבשנ"
    "กขคงจฉชซญณดตถทธนบปผฝพฟภมยรลวศษสหอฮะาำเแโใไ이다는에의을가고하지로를한은있어기도사서대리아자시나으과인그라우해"
)
_INSIDE = frozenset("'’‘-‐·.@_&/\u00a0\u00ad")  # Catalan has its point inside words


@cache
def _oddity(before: str, char: str, after: str) -> float:
    """How odd `char` is between its neighbours: a code page read wrongly mixes scripts, cases and symbols in a word."""
    if "\x80" <= char <= "\x9f" or unicodedata.category(char) in ("Cn", "Co"):
        return 3.0
    if not char.isalpha():
        return _sign(before, char, after)
    near = [c for c in (before, after) if c.isalpha()]
    if any(_script(c) != _script(char) for c in near) or before == char == after:
        return 1.0
    if char.isupper() and before.islower():
        return 1.0
    if char.isupper() and before.isupper() and after.islower():
        return 0.5
    if char < "\u0590" and (before.isdigit() or after.isdigit()) and char not in "ªº":
        return 0.3
    if char == "þ" and before.isalpha():
        return 0.3  # thorn begins words; inside them it is most often a Turkish ş read wrongly
    if not near and char < "\u0590" and char.lower() not in "àéèóöåøíяивксоуіηο":
        return 0.3  # few letters are a word of their own
    return _frequency(char)


def _sign(before: str, char: str, after: str) -> float:
    """How odd a sign is there: inside a word, on the wrong side of one, in a heap of others."""
    if unicodedata.category(char) in ("Mn", "Mc"):
        return 0.1 if before.isalpha() or unicodedata.category(before)[0] == "M" else 1.0
    if "\u2500" <= char <= "\u259f" and _framed(before, char, after):
        return 0.05
    if after.isalpha() and (before.isalpha() or char in "©®·•™¶"):
        return 1.0 if char not in _INSIDE else 0.0
    if (char == "’" and after.isalpha() and not before.strip()) or (char in "¿¡„" and not after.strip()):
        return 0.3  # a word seldom begins with its apostrophe
    if char in "‚„" and before.isalnum():
        return 0.5
    if char == "…" and after.isupper() and not before.isalnum():
        return 0.3
    heap = all(c > "\x7f" and not c.isalnum() and not c.isspace() for c in (before, after))
    return _rare(char) + (0.2 if heap and char < "\u2e80" else 0.0)


def _framed(before: str, char: str, after: str) -> bool:
    """Whether a sign of frames has one beside it that continues it."""
    return char in (before, after) or any(c in "─═" for c in (before, after)) or (char in "│║" and after.isspace())


_USUAL = frozenset("“”‘’„‚«»‹›–—…•·°§©®™€£ \u00a0\u00ad\u200b¿¡№、。，：；？！「」『』（）《》〈〉ー・～")


def _rare(char: str) -> float:
    return 0.0 if char in _USUAL else 0.15 if char in "½¼¾±×÷²³µ¶" else 0.3


def _frequency(char: str) -> float:
    script = unicodedata.name(char, "?").split(" ")[0]
    if script in ("HANGUL", "THAI"):
        return 0.0 if char in _COMMON else 0.06 if script == "HANGUL" else 0.5
    if script in ("CYRILLIC", "GREEK", "HEBREW"):
        return 0.0 if char in _COMMON else 0.12
    if script == "CJK":
        return 0.05 if any(char in everyday() for everyday in _EVERYDAY) else 0.6
    return {"LATIN": 0.1, "HIRAGANA": 0.02, "KATAKANA": 0.05, "HALFWIDTH": 0.5, "ARABIC": 0.1}.get(script, 0.2)


@cache
def _script(char: str) -> str:
    """The script of `char`; Chinese, Japanese and their full-width signs are one, as they mix in a word."""
    if char < "\x80":
        return "LATIN"
    if char in "ªº":
        return "LATIN"
    script = unicodedata.name(char, "?").split(" ")[0].split("-")[0]
    return "CJK" if script in ("HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH") else script


# The letters past ASCII that each language writes, in small; a wrong reading takes some of this and some of that.
_ALPHABETS = tuple(
    map(
        frozenset,
        (
            "àâæçéèêëîïôœùûü", "äöüßéèà", "áéíñóúüïçªº", "ãáàâçéêíóôõúüªº", "àèéìíîòóùªº", "åäöæøéüàô", "áðéíóúýþæö",
            "ëéïèüöáóê", "ąćęłńóśźż", "áčďéěíňóřšťúůýžäľĺôŕ", "áéíóöőúüű", "ăâîșțşţ", "çğıöşüâîûi̇", "čćđšž", "äöõüšž",
            "āčēģīķļņšūžŗō", "ąčęėįšųūž", "ĉĝĥĵŝŭ", "àçèéíïòóúü", "âêîôûŵŷ", "áéíóúàèìòù", "ëç",
            "абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгдежзийклмнопрстуфхцчшщьюяіїєґ",
            "абвгдежзійклмнопрстуўфхцчшыьэюяё", "абвгдђежзијклљмнњопрстћуфхцчџшѓќѕ",
            "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
        ),
    )
)  # fmt: skip


def _foreign(letters: Counter[str]) -> float:
    """The share of `letters` that the language which fits best does not write."""
    alphabetic = Counter({c: n for c, n in letters.items() if c.isalpha() and c < "\u0590"})
    ideographs = Counter({c: n for c, n in letters.items() if "\u3400" <= c <= "\u9fff"})
    total = alphabetic.total() + ideographs.total()
    if not total:
        return 0.0
    known = max(sum(n for c, n in alphabetic.items() if c in alphabet) for alphabet in _ALPHABETS)
    known += max(sum(n for c, n in ideographs.items() if c in everyday()) for everyday in _EVERYDAY)
    return 1 - known / total


# The national sets put everyday characters first, up to this lead byte (GB 2312, JIS X 0208, Big5: level 1).


@cache
def _simplified() -> frozenset[str]:
    return _level("gb2312", 0xB0, 0xD7)


@cache
def _japanese() -> frozenset[str]:
    return _level("euc_jp", 0xB0, 0xCF)


@cache
def _traditional() -> frozenset[str]:
    return _level("big5", 0xA4, 0xC6)


_EVERYDAY = (_simplified, _japanese, _traditional)


def _level(encoding: str, first: int, last: int) -> frozenset[str]:
    pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(0x40, 0xFF))
    return frozenset("".join(pair.decode(encoding, "ignore") for pair in pairs))
