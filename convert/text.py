"""Bytes become text, text becomes Lines: nothing garbled, nothing lost, each repair remarked.

Unicode 15 and its Annex 15 (NFC); encodings by their IANA names. UTF-8 that decodes whole is UTF-8: no statistics
can beat that. Among legacy code pages charset-normalizer only nominates; `_strangeness` of the whole text decides.
"""

from __future__ import annotations

import codecs
import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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

# cp1252 first among equals: what most Western publishers' old systems wrote.
LEGACY = (
    "cp1252", "cp1250", "cp1251", "koi8-r", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859-2", "iso8859-15",
    "mac-roman", "cp437", "cp850", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
)  # fmt: skip

NAMES = {"cp125" + n: "windows-125" + n for n in "0123456789"}

# ---------------------------------------------------------------- bytes → str


def decode(data: bytes, encoding: str = "") -> tuple[str, tuple[Remark, ...]]:
    """The text that `data` holds, and what was doubtful about it.

    InputError where it is empty or cannot be read without guessing wildly; NotText where it is no text at all.
    """
    text, remarks = _decoded(data, encoding)
    if not text.strip("\x00 \t\r\n\x0b\x0c\u00a0\u2028\u2029\ufeff"):
        raise _empty()
    return text, remarks


def _empty() -> InputError:
    return InputError("The input is empty.", "Give a file that has text in it.", code="empty")


def _decoded(data: bytes, encoding: str) -> tuple[str, tuple[Remark, ...]]:
    if not data.strip(b"\x00 \t\r\n"):
        raise _empty()
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            raise NotText(f"The input is {kind}, not plain text.", "Export it as plain text first.")
    if encoding:
        return _decode_as(data, encoding), ()
    for bom, name in BOMS:
        if data.startswith(bom):
            return _decode_as(data[len(bom) :], name), ()
    wide = _wide(data)
    if wide:
        return _decode_as(data, wide), (Remark("encoding", 0, f"Read as {wide} by the pattern of its zero bytes."),)
    if _binary(data):
        raise NotText("The input is not text: it is full of control bytes.", "Export it as plain text first.")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _legacy(data)


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise _undecodable(data, encoding, error) from None
        raise InputError(
            f"There is no encoding named {encoding!r}.", "Name it like utf-8 or windows-1252.", code="unknown-encoding"
        ) from None


def _undecodable(data: bytes, encoding: str, error: UnicodeDecodeError) -> InputError:
    line = data.count(b"\n", 0, error.start) + 1
    return InputError(
        f"The text is not {encoding}: byte {error.start + 1}, line {line}, does not fit.",
        "Name its encoding, for example --encoding windows-1252, or save it as UTF-8.",
        code="undecodable",
        line=line,
    )


def _wide(data: bytes) -> str:
    """UTF-16 without a mark shows as zero bytes on one side only: "" where it does not."""
    sample = data[: 1 << 16]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if even + odd < len(sample) * 0.2:
        return ""
    return "utf-16-le" if even * 20 < odd else "utf-16-be" if odd * 20 < even else ""


def _binary(data: bytes) -> bool:
    controls = sum(data.count(bytes((c,))) for c in range(32) if c not in (7, 8, 9, 10, 11, 12, 13, 27))
    return data.count(0) > len(data) // 1000 or controls > len(data) // 100 + 2


def _legacy(data: bytes) -> tuple[str, tuple[Remark, ...]]:
    ranked = sorted(
        (_strangeness(text), order, name, text)
        for order, name in enumerate(_nominated(data))
        if (text := _attempt(data, name)) is not None
    )
    if not ranked or ranked[0][0] > 0.25:
        raise InputError(
            "The encoding of the text cannot be told: it is not UTF-8, and no code page reads it cleanly.",
            "Name its encoding, for example --encoding windows-1252, or save it as UTF-8.",
            code="undecodable",
        )
    name, text = ranked[0][2], ranked[0][3]
    return text, (Remark("encoding", 0, f"The text is not UTF-8; read as {NAMES.get(name, name)}."),)


def _nominated(data: bytes) -> list[str]:
    from charset_normalizer import from_bytes  # 60 ms to import, and only texts that are not UTF-8 need it

    extra = [match.encoding for match in from_bytes(data[: 1 << 18])]
    pages = [
        name for name in extra if not name.startswith("utf")
    ]  # any bytes are some UTF-16: its signs were asked for
    return list(dict.fromkeys([*LEGACY, *(codecs.lookup(name).name for name in pages)]))


def _attempt(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


_COMMON = frozenset("оеаинтсрвлкмдпуОЕАИНТСαοιετσνηυρλκםיוהלאתרבשנ")  # the commonest letters of three alphabets
_INSIDE = frozenset("'’‘-‐·.@_&/")


def _strangeness(text: str) -> float:
    """How unlike writing `text` is, by its characters past ASCII: 0 is clean, 1 is rubbish."""
    foreign = [m.start() for m in re.finditer(r"[^\x00-\x7f]", text[: 1 << 18])]
    if not foreign:
        return 0.0
    padded = f" {text} "
    total = sum(_oddity(padded[i], padded[i + 1], padded[i + 2]) for i in foreign)
    return round(total / len(foreign), 2)


def _oddity(before: str, char: str, after: str) -> float:
    """How odd `char` is between its neighbours: a code page read wrongly mixes scripts, cases and symbols in a word."""
    if "\x80" <= char <= "\x9f" or unicodedata.category(char) in ("Cn", "Co"):
        return 3.0
    if not char.isalpha():
        return 1.0 if before.isalpha() and after.isalpha() and char not in _INSIDE else _rare(char)
    near = [c for c in (before, after) if c.isalpha()]
    if any(_script(c) != _script(char) for c in near):
        return 1.0
    if char.isupper() and before.islower():
        return 1.0
    return _frequency(char)


def _rare(char: str) -> float:
    return 0.0 if char in "“”‘’„‚«»‹›–—…•·°§©®™€£ \u00a0¿¡、。，：；？！「」『』（）" else 0.3


def _frequency(char: str) -> float:
    script = unicodedata.name(char, "?").split(" ")[0]
    if script in ("CYRILLIC", "GREEK", "HEBREW"):
        return 0.0 if char in _COMMON else 0.12
    if script == "CJK":
        return 0.05 if any(_everyday(char, *level) for level in _LEVELS) else 0.6
    return {"LATIN": 0.1, "HIRAGANA": 0.02, "KATAKANA": 0.05, "HANGUL": 0.02, "HALFWIDTH": 0.5}.get(script, 0.2)


# The national sets put everyday characters first, up to this lead byte (GB 2312, JIS X 0208, Big5: level 1).
_LEVELS = (("gb2312", 0xD7), ("euc_jp", 0xCF), ("big5", 0xC6))


def _everyday(char: str, encoding: str, last: int) -> bool:
    try:
        return char.encode(encoding)[0] <= last
    except UnicodeEncodeError:
        return False


def _script(char: str) -> str:
    """The script of `char`; Chinese, Japanese and their full-width signs are one, as they mix in a word."""
    if char < "\x80":
        return "LATIN"
    script = unicodedata.name(char, "?").split(" ")[0].split("-")[0]
    return "CJK" if script in ("HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH") else script


# ---------------------------------------------------------------- str → tidy str

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_NOTHING = re.compile("[\u200b\u2060\ufeff\u00ad]")  # zero-width space, word joiner, stray mark, soft hyphen
_BAD = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\ud800-\udfff]")


_PILES = re.compile(r"[^\w\s\x00-\u02ff]{31,}")  # more marks than any letter bears (Annex 15, 12.1), or symbols


def _in_order(pile: re.Match[str]) -> str:
    """Combining marks in their canonical order, which NFC wants too, but it sorts a long run in quadratic time."""
    runs = itertools.groupby(pile.group(), lambda c: unicodedata.combining(c) > 0)
    return "".join("".join(sorted(run, key=unicodedata.combining) if marks else run) for marks, run in runs)


def tidy(text: str) -> tuple[str, tuple[Remark, ...]]:
    """`text` in NFC, its lines ended by one newline, without characters that no edition may hold."""
    remarks: list[Remark] = []
    text = _BREAKS.sub("\n", text)
    if _BAD.search(text):
        bad = _BAD.search(text)
        assert bad is not None
        line = text.count("\n", 0, bad.start()) + 1
        text, count = _BAD.subn("", text)
        remarks.append(Remark("control", line, f"{count} control characters were left out, the first on line {line}."))
    text, count = _NOTHING.subn("", text)
    if count:
        remarks.append(Remark("invisible", 0, f"{count} soft hyphens and zero-width characters were left out."))
    text = _PILES.sub(_in_order, text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text, tuple(remarks)


# ---------------------------------------------------------------- str → Lines


class Line(NamedTuple):
    """One line of the source."""

    number: int  # from 1
    text: str  # without its indent and without space at its end
    indent: int  # columns of space before it; a tab goes to the next multiple of 8, an ideographic space is two

    @property
    def blank(self) -> bool:
        """Whether nothing can be seen on the line."""
        return not self.text


@dataclass(frozen=True, slots=True)
class Habits:
    """What this text does throughout, measured once by `survey` before any rule looks."""

    margin: int = 0  # columns of space before its ordinary lines
    width: int = 0  # where its lines are wrapped; 0: they are not
    paragraphs: str = "blank"  # what parts paragraphs: blank, indent, line (each line is one), mark (a short line)
    language: str = "und"
    markup: bool = False  # the text itself shows Markdown's marks
    words: frozenset[str] = frozenset()  # words whose halves also stand on two lines with a hyphen between
    again: frozenset[str] = frozenset()  # what short lines say that stand twice, where there is a list of contents
    speakers: frozenset[str] = frozenset()  # labels that paragraphs begin with by turns: Q, A, a name
    fences: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False)  # fence → line numbers


_LONG_CHUNK = 40  # lines
_HEAD = 8  # lines at a chunk's top that are asked what the whole is


@dataclass(slots=True)
class Lines:
    """A view of some lines that copies nothing, so that rules stay linear; it carries the text's habits.

    Nobody changes one. It is not frozen because a frozen one takes three times as long to make, and rules make many.
    """

    all: tuple[Line, ...] = field(repr=False)
    start: int = 0
    stop: int = 0
    habits: Habits = field(default=Habits(), repr=False)
    depth: int = 0  # how many quotations and lists stand around these lines
    item: bool = False  # whether these lines are a list item's
    ends: tuple[int, ...] = field(default=(), repr=False)  # for each line, where the chunk it stands in ends

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, index: int) -> Line:
        place = self.start + index
        if index < 0 or place >= self.stop:
            raise IndexError(index)
        return self.all[place]

    def __iter__(self) -> Iterator[Line]:
        return iter(self.all[self.start : self.stop])

    def rest(self, count: int) -> Lines:
        """What follows the first `count` lines."""
        start = self.start + count
        stop = self.stop
        return Lines(self.all, start if start < stop else stop, stop, self.habits, self.depth, self.item, self.ends)

    def take(self, count: int) -> Lines:
        """The first `count` lines."""
        start = self.start
        stop = min(start + count, self.stop)
        return Lines(self.all, start, stop, self.habits, self.depth, self.item, self.ends)

    def chunk(self) -> int:
        """How many lines there are before the next blank one."""
        if self.start >= self.stop:
            return 0
        end = self.ends[self.start]
        return (end if end < self.stop else self.stop) - self.start

    def amid(self) -> bool:
        """Whether these lines begin deep inside a long chunk: what it is as a whole was asked at its head.

        To ask again at each of its lines would take quadratic time.
        """
        above = self.all[max(0, self.start - _HEAD) : self.start]
        return self.chunk() > _LONG_CHUNK and len(above) == _HEAD and not any(line.blank for line in above)

    def blanks_before(self) -> int:
        """How many blank lines stand right above; many at the very top."""
        i = self.start
        while i > 0 and self.all[i - 1].blank and self.start - i < 9:
            i -= 1
        return self.start - i if i > 0 else 9

    def blanks_after(self, count: int) -> int:
        """How many blank lines follow the first `count` lines; many at the very end."""
        i = self.start + count
        while i < self.stop and self.all[i].blank and i - self.start - count < 9:
            i += 1
        return i - self.start - count if i < self.stop else 9

    def opened(self) -> bool:
        """Whether the blank line right above was put in by `parting`."""
        i = self.start - 1
        return i > 0 and self.all[i].blank and self.all[i].number == self.all[i - 1].number

    def above(self) -> Line | None:
        """The nearest line above that has text, past at most three blank ones."""
        i = self.start - 1
        while i >= 0 and self.all[i].blank and self.start - i < 4:
            i -= 1
        return self.all[i] if i >= 0 and not self.all[i].blank else None

    def inside(self, lines: list[Line], column: int = 0, item: bool = False) -> Lines:
        """`lines`, which were cut out of these (a quotation without its marks), one level deeper.

        Their indents count from `column`, so the margin is there and the width is less.
        """
        habits = self.habits
        if habits.margin or (column and habits.width):
            habits = replace(habits, margin=0, width=max(0, habits.width - column))
        inner = lines_of(tuple(lines), habits)
        return Lines(inner.all, 0, len(inner), habits, self.depth + 1, item, inner.ends)

    def opens_item(self) -> bool:
        """Whether these lines begin right behind a list item's mark."""
        return self.item and not self.start


def bare(text: str) -> str:
    """The letters and digits of `text`, in lower case."""
    return re.sub(r"[\W_]+", "", text).casefold()


def split(text: str) -> tuple[Line, ...]:
    """Each line of `text`, numbered; the spaces around it counted and dropped."""
    return tuple(_line(number, raw) for number, raw in enumerate(text.split("\n"), 1))


def _line(number: int, raw: str) -> Line:
    text = raw.strip()
    if raw[:1].isspace() and text:
        lead = raw[: len(raw) - len(raw.lstrip())]
        return Line(number, text, len(lead.expandtabs(8)) + lead.count("\u3000"))
    return Line(number, text, 0)


def lines_of(lines: tuple[Line, ...], habits: Habits = Habits()) -> Lines:
    """A view of all of `lines`."""
    ends = [0] * len(lines)
    end = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        if lines[i].blank:
            end = i
        ends[i] = end
    return Lines(lines, 0, len(lines), habits, ends=tuple(ends))
