"""Mutants: our own articles with something wrong in them, and options that fit or not; the same for the same dice."""

from __future__ import annotations

import random
import warnings
import zipfile
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from convert.options import FIELDS
from convert.readers import READERS
from convert.rules import RULES
from tests.cases import cases
from tests.nasty import TEXTS

FOLDER = Path(__file__).parent
_NAMES = tuple(name for name, _ in RULES)

# What readers stumble over: signs of structure with an unheard-of number, digit or letter in them, and no characters.
# What readers stumble over: signs of structure with an unheard-of number, digit or letter in them, and no characters.
ODD = (
    *(FOLDER / "odd.txt").read_text("utf-8").splitlines(),
    *"\x00 \x0b \x0c \x1b[0m \x85 \u2028 \u2029 \ufffe \uffff \ufdd0 \U0010ffff \ufeff \u202e \u2066 \u200d \xad".split(
        " "
    ),
    *("\r", "\r\r\n", "\n", "\n\n", "\n" * 6, "\n" * 12, "\t\t", "    ", " " * 90),
    *(sign * 60 for sign in "|>([{<*_`-=.:~#\u0301a"),
    "9" * 5000,
)


@cache
def seeds() -> tuple[str, ...]:
    """What mutants are made of: our articles, those of the quality gate, the cases of the rules, the nasty."""
    paths = sorted((*FOLDER.glob("articles/*.txt"), *FOLDER.glob("quality/articles/*.txt")))
    small = [case.text for folder in ("rules", "matter", "marks", "passes") for case in cases(folder)]
    return (*(path.read_text("utf-8") for path in paths), *small, *TEXTS.values())


def text(dice: random.Random, most: int = 40) -> str:
    """A passage of at most `most` lines, changed in a few places."""
    lines = _passage(dice, most)
    for _ in range(dice.choice((1, 1, 2, 3, 5, 9))):
        lines = dice.choice(_CHANGES)(lines, dice) or [""]
    return dice.choice(("\n", "\n", "\n", "\n", "\r\n")).join(lines)


def as_bytes(written: str, dice: random.Random) -> bytes:
    """The text in some encoding, mostly UTF-8, mostly whole."""
    data = written.encode(dice.choice(("utf-8",) * 12 + ("utf-16", "cp1252", "utf-8-sig", "shift-jis")), "replace")
    if dice.random() < 0.1:
        at = dice.randrange(len(data) + 1)
        data = data[:at] + dice.randbytes(dice.randrange(4)) + data[at + dice.randrange(3) :]
    return data


def _passage(dice: random.Random, most: int) -> list[str]:
    lines = dice.choice(seeds()).split("\n")
    top = 0 if dice.random() < 0.4 else dice.randrange(len(lines))
    return lines[top : top + dice.randint(1, most)]


def _odd_line(lines: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(lines) + 1)
    odd = " " * dice.choice((0, 0, 0, 2, 4, 9)) + dice.choice(ODD) + dice.choice(("", " words here", " Words", " İ."))
    return [*lines[:at], *[odd] * dice.choice((1, 1, 2, 3)), *lines[at:]]


def _odd_within(lines: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(lines))
    line, place = lines[at], dice.randrange(len(lines[at]) + 1) if dice.random() < 0.6 else 0
    return [*lines[:at], line[:place] + dice.choice(ODD) + line[place + dice.randrange(3) :], *lines[at + 1 :]]


def _any_character(lines: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(lines))
    line, place = lines[at], dice.randrange(len(lines[at]) + 1)
    code = dice.choice(
        (dice.randrange(128), dice.randrange(0x3000), dice.randrange(0xD800), dice.randrange(0xE000, 0x110000))
    )
    return [*lines[:at], line[:place] + chr(code) + line[place + dice.randrange(2) :], *lines[at + 1 :]]


def _dropped(lines: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(lines))
    return lines[:at] + lines[at + dice.choice((1, 1, 3)) :]


def _doubled(lines: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(lines))
    piece = lines[at : at + dice.choice((1, 2, 4))]
    return lines[:at] + piece * dice.choice((2, 3)) + lines[at:]


def _moved(lines: list[str], dice: random.Random) -> list[str]:
    at, to = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines = list(lines)
    lines[at], lines[to] = lines[to], lines[at]
    return lines


def _grafted(lines: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(lines) + 1)
    return lines[:at] + _passage(dice, 8) + lines[at:]


def _set_in(lines: list[str], dice: random.Random) -> list[str]:
    at, by = dice.randrange(len(lines)), dice.choice((" ", "  ", "    ", "\t", "> ", "- ", "| ", "| a | "))
    end = at + dice.choice((1, 3, 9))
    return lines[:at] + [by + line for line in lines[at:end]] + lines[end:]


def _joined(lines: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(lines))
    return [*lines[:at], dice.choice(("", " ", "  ", "\t")).join(lines[at : at + 2]), *lines[at + 2 :]]


def _recased(lines: list[str], dice: random.Random) -> list[str]:
    at = dice.randrange(len(lines))
    return [*lines[:at], dice.choice((str.upper, str.lower, str.title, str.strip))(lines[at]), *lines[at + 1 :]]


_CHANGES = (
    _odd_line, _odd_line, _odd_within, _odd_within, _any_character, _dropped, _doubled, _moved, _grafted, _set_in,
    _joined, _recased,
)  # fmt: skip

# ---------------------------------------------------------------- options

_SAID: dict[str, tuple[str, ...]] = {
    "date": ("2019-03-14", "2019", "2019-02", "2019-03-14T10:00:00Z", "2019-02-30", "0001-01-01T00:00:00+23:59",
             "9999-12-31T23:59:59-23:59", "2019-03-14T24:00", "2019-03-14T99:99:99+99:99", "２０１９-０３-１４", "٢٠١٩",
             "2019-03-14T10:00:00." + "9" * 40, "0000-01-01", "0009-01-01T10:00"),
    "language": ("en", "de", "zh-Hant", "ar", "x", "en-", "tr", "az", "az-Latn", "qaa", "xx-XX", "und",
                 "i-klingon", "he", "\u0130"),
    "toc": ("true", "false", "", "maybe", "1"),
    "attach_source": ("true", "no", "2"),
    "profile": ("article", "book", "../book", "nobody's", "", "a\x00b", "con", "." * 300),
    "page": ("A5", "letter", "129x198mm", "0x0mm", "99999x99999mm", "1e9x1in", "²x³mm", "a5", "6x9in"),
    "cover": ("none", "generated", "data:image/png;base64,AAAA", "data:image/jpeg;base64,====", "file:///etc/passwd"),
    "reader": ("auto", "text", *READERS, "docbook"),
    "encoding": ("utf-8", "cp1252", "latin-1", "utf-16", "rot13", "base64", "idna", "punycode", "zlib", "undefined",
                 "unicode_escape", "mbcs", "hex", "utf-7", "\x00", "x" * 300, "utf-8-sig", "raw_unicode_escape", "hz"),
    "detect": (*_NAMES, "smallcaps", "nothing", ",,,"),
    "no_detect": (*_NAMES, "nothing", ",", "verse,list,table"),
    "source": ("https://example.org/a", "http://[", "http://a:b:c/", "ftp://x", "https://ÅÄ.example/?q=<>",
    "https://\u2028"),
    "modified": ("2019-03-14T10:00:00Z", "2019-03-14T25:61", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"),
    "identifier": ("urn:isbn:9783161484100", "978-3-16-148410-0", "doi:10.1000/182", "<>&\"'", "urn:uuid:", "²" * 13),
    "extra": ("series=Essays", "=", "a=", "title=x", "date=2019-02-30", "detect=verse", "a\x00=b",
              "x" * 900 + "=1", "a.b:c=d"),
    "overrides": ("{}", "[]", "structure: [{lines: 1-2, is: verse}]", "structure: [{lines: 2, is: heading, level: 9}]",
                  "metadata: {date: 2019-02-30}", "metadata: {title: [a, b]}", "a: &a [*a]", "[" * 900,
                  "metadata: {? [a]: b}", "structure: [{lines: 1-99999999, is: table}]", "\x00", "detect: {a: b}",
                  "!!python/object:os.system x",
                  "structure:\n- {lines: 1, is: quote, begins: x}\n- {lines: 2-3, is: code}",
                  "metadata: {modified: 2020-01-01T99:00}"),
    "css": ("p { color: red }", "@import 'x';", "p { background: url(http://a.b) }", "}}}{{{"),
}  # fmt: skip


def options(dice: random.Random) -> dict[str, list[str]]:
    """A few options, each said once, seldom twice."""
    names = [f.name for f in FIELDS if "http" in f.doors]
    chosen = [dice.choice(names) for _ in range(dice.choice((0, 0, 0, 1, 1, 2, 4)))]
    return {name: [_value(name, dice) for _ in range(dice.choice((1, 1, 1, 2)))] for name in chosen}


def _value(name: str, dice: random.Random) -> str:
    if name in _SAID and dice.random() < 0.95:
        return dice.choice(_SAID[name][: dice.choice((2, 2, None))])  # the first two fit
    return dice.choice((dice.choice(ODD), "A Title", "Ada Lovelace", dice.choice(ODD) * dice.randrange(1, 300)))


# ---------------------------------------------------------------- files

NAMES = (
    "article.txt", "../../etc/passwd", "..\\..\\x.txt", "/etc/passwd.txt", "C:\\a.txt", "a\x00b.txt", "", ".", "..",
    ".txt", "con.txt",
    "a" * 300 + ".txt", "é/ü.txt", "\u202etxt.exe", "a\r\nX-Evil: 1.txt", "%2e%2e%2f.txt", "a;b=\"c\".txt",
    "__MACOSX/a.txt",
    "word/document.xml", "mimetype", "META-INF/container.xml", "a.zip", "😀.txt", "~.txt", "$(x).txt", "*?.txt",
)  # fmt: skip
_TAGS = (
    b"<", b">", b"&", b"&#0;", b"&#xD800;", b"&nope;", b"</p>", b"<p>", b"<![CDATA[", b"]]>", b"<!--",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"<table>" * 30, b"<ul><li>" * 40, b"<blockquote>" * 40, b"<a href='http://[::1'>x</a>",
    b"<img src='file:///etc/passwd'>",
    b"<td colspan='99999999'>", b"<td rowspan='-1'>", b"<ol start='99999999999999999999'>", b"<svg>", b"<math>",
    b"<script>x</script>",
    b"<base href='//x'>", b"<meta charset='rot13'>", b"<html lang='\xc4\xb0'>", b"\xff", b"\x00", b"{\\rtf1",
    b"\\u-99999999?", b"\\bin999 ",
    b"\\'zz", b"endobj", b"stream", b"/Type", b"<<", b"startxref", b" 0 R", b"9999999999", b"-1", b"PK\x03\x04",
    b"PK\x01\x02",
)  # fmt: skip


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A file with a few bytes changed, dropped, doubled, or cut off."""
    for _ in range(dice.choice((1, 1, 2, 4, 12))):
        at, size = dice.randrange(len(data) + 1), dice.choice((0, 1, 1, 2, 8, 60))
        match dice.randrange(7):
            case 0:
                data = data[:at] + dice.randbytes(size) + data[at + size :]
            case 1:
                data = data[:at] + data[at + size :]
            case 2:
                data = data[:at] + data[at : at + size] * dice.choice((2, 9)) + data[at + size :]
            case 3 if dice.random() < 0.2:
                data = data[:at]
            case _:
                data = data[:at] + dice.choice(_TAGS) + data[at + dice.choice((0, size)) :]
    return data


def repacked(data: bytes, dice: random.Random) -> bytes:
    """An archive whose members are damaged, renamed, doubled or gone, packed soundly; now and then damaged itself."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.randrange(len(members))
        name, held = members[at]
        match dice.randrange(8):
            case 0:
                members[at] = dice.choice(NAMES), held
            case 1:
                del members[at]
            case 2:
                members.append((name, held))
            case 3:
                members[at] = name, b""
            case _:
                members[at] = name, damaged(held, dice)
        if not members:
            break
    packed = parcel(members, dice)
    return damaged(packed, dice) if dice.random() < 0.1 else packed


def parcel(members: Iterable[tuple[str, bytes]], dice: random.Random) -> bytes:
    """An archive of `members`; now and then its headers lie of a size, a password, a method or a check sum."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two members of one name
        for name, held in members:
            method = dice.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
            archive.writestr(zipfile.ZipInfo(name), held, method)
    data = bytearray(out.getvalue())
    if dice.random() < 0.3:
        sign = dice.choice((b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"))
        at = data.find(sign) + dice.randrange(4, 30)
        data[at : at + 1] = dice.randbytes(1)
    return bytes(data)


def bomb(name: str = "article.txt", size: int = 50_000_000) -> bytes:
    """A small archive that unpacks to very much."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), b"0" * size, zipfile.ZIP_DEFLATED)
    return out.getvalue()
