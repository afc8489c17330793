"""Text is tidied and becomes Lines: nothing that a reader would read is lost, each repair is remarked.

Unicode 15 and its Annex 15 (NFC).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import NamedTuple

from convert.article import Remark

# ---------------------------------------------------------------- str → tidy str

# NEL ends a line, but not in the middle of what was decoded wrongly: there it is half a letter.
BREAK = re.compile("\r\r?\n|[\n\r\x0b\x0c\u2028\u2029]|(?<![ÃÄÅÐÑ])\x85")
_UNUSUAL_BREAK = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")
_STRUCK = re.compile(r"(?:_\x08(?=[^\s\x08])|([^\s\x08])\x08(?=\1)|(?<=[^\s\x08])\x08_)")
_BULLET = re.compile(r"\+\x08o")
LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "ſt",
    "\ufb06": "st",
}
_NO_CHARACTERS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_BAD = f"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef{_NO_CHARACTERS}\ud800-\udfff]"

_NOTHING = "[\u200b\u2060\ufeff\u00ad]"  # zero-width space, word joiner, stray mark, soft hyphen

# What is done to the whole text, in this order: a code word, a sign without which there is nothing to do, what is
# looked for, what it becomes, what is said of it.
TIDYINGS: tuple[tuple[str, str, re.Pattern[str], str | Callable[[re.Match[str]], str], str], ...] = (
    ("overstrike", "\x08", _BULLET, "•", "bullets struck of two signs were set as bullets"),
    ("overstrike", "\x08", _STRUCK, "", "letters struck twice or underscored, as old printers did, were set once"),
    ("control", "\x1b", re.compile(r"\x1b\[[0-9;]{0,20}m"), "", "escapes that set bold or colour were left out"),
    ("control", "", re.compile(_BAD), "", "control characters were left out"),
    ("invisible", "", re.compile(_NOTHING), "", "soft hyphens and zero-width characters were left out"),
    (
        "ligature",
        "",
        re.compile("[\ufb00-\ufb06]"),
        lambda m: LIGATURES[m.group()],
        "ligatures were set as their letters",
    ),
)
_ODD = re.compile(f"{_BAD[:-1]}{_NOTHING[1:-1]}\ufb00-\ufb06]")  # without one of these there is none of them to do
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")


_PILES = re.compile(r"[^\x00-\u02ff\w\s]{31,}")  # more marks than any letter bears (Annex 15, 12.1), or symbols


def _in_order(pile: re.Match[str]) -> str:
    """Combining marks in their canonical order, which NFC wants too, but it sorts a long run in quadratic time."""
    runs = itertools.groupby(pile.group(), lambda c: unicodedata.combining(c) > 0)
    return "".join("".join(sorted(run, key=unicodedata.combining) if marks else run) for marks, run in runs)


def tidy(text: str) -> tuple[str, tuple[Remark, ...]]:
    """`text` in NFC, its lines ended by one newline, without characters that no edition may hold.

    Line n of the result is line n of `text` as BREAK parts it, so every remark and block can name its line.
    """
    remarks: list[Remark] = []
    if not text.isascii():
        text = _mended(text, remarks)
    if _UNUSUAL_BREAK.search(text):
        text = BREAK.sub("\n", text)
    before = text
    for code, sign, pattern, new, said in TIDYINGS if _ODD.search(text) else ():
        first = pattern.search(text) if sign in text else None
        if first:
            line = text.count("\n", 0, first.start()) + 1
            text, count = pattern.subn(new, text)
            remarks.append(Remark(code, line, f"{count} {said}, the first on line {line}."))
    if text != before and not text.isascii():
        text = _mended(text, remarks)  # what was taken out may have stood within a letter decoded wrongly
    private = _PRIVATE.search(text)
    if private:
        line, count = text.count("\n", 0, private.start()) + 1, len(_PRIVATE.findall(text))
        said = f"{count} characters of private use ({_code(private.group())}, line {line}) mean what a font says."
        remarks.append(Remark("private-use", line, said))
    text = _PILES.sub(_in_order, text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text, tuple(remarks)


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"


# What UTF-8 looks like once read as windows-1252, Mac Roman, windows-1251 or DOS: a hint, for ftfy to judge.
_HALF = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LEADS = "ÂÃÄÅÎÏÐÑ×ØÙàáâãäåæçèéêëìíîïð"
_GARBLED = re.compile(  # all it may begin with stands first, so that the search skips all other letters
    f"[{_LEADS}РС‚√├Γ](?:(?<=[{_LEADS}])[{_HALF}]{{1,3}}|(?<=[РС])[°±²³ѓ†‡€ЃЉЊЋЌЏђљњћќџѕ¤¦§©¬®·µ¶»]"
    "|(?<=‚)Ä|(?<=√)[ -ÿ†°©]|(?<=├)[ -ÿ]|(?<=Γ)Ç)"
)
_CUT_QUOTE = re.compile(f"â€(?![{_HALF}])")  # the third byte of ” is none of windows-1252's, and got lost
_OF_ENCODINGS = re.compile(
    r"mojibake|\butf-?(?:8|16)\b|\bunicode\b|\bencodings?\b|code ?page|\blatin-?1\b|iso-?8859|\b1252\b", re.IGNORECASE
)
_HEADER = re.compile(r"(?im)^[\w-]{1,40}:[^\n]{0,200}$|charset=\S{1,40}")


def _mended(text: str, remarks: list[Remark]) -> str:
    """`text` with the lines decoded wrongly before it came here set right, as ftfy judges each."""
    hint = _GARBLED.search(text)
    if not hint:
        return text
    if _OF_ENCODINGS.search(_HEADER.sub("", text)):
        line = len(BREAK.findall(text, 0, hint.start())) + 1
        said = (
            f"Line {line} looks decoded wrongly ({_token(text, hint.start())}); it stays: the text speaks of encodings."
        )
        remarks.append(Remark("mojibake", line, said))
        return text
    ends = [*BREAK.findall(text), ""]
    lines = BREAK.split(text)
    mended = [mended_line(line) for line in lines]
    wrong = [i for i, (old, new) in enumerate(zip(lines, mended, strict=True)) if old != new]
    if wrong:
        remarks.append(_mending(lines, mended, wrong))
    return "".join(line + end for line, end in zip(mended, ends, strict=True))


def mended_line(line: str) -> str:
    """`line` as it was before it was decoded wrongly; as it stands where that is not clear."""
    if not _GARBLED.search(line):
        return line
    from ftfy import fix_encoding  # 40 ms to import, and few texts need it

    new = str(fix_encoding(_CUT_QUOTE.sub("â€\x9d", line)))
    mended = {c for c in new if c > "\x7f"} - set(_GARBLED.sub("", line))
    if len(BREAK.findall(new)) != len(BREAK.findall(line)) or not mended:
        return line  # it holds right what it also holds wrong: it speaks of that
    return new


def _mending(lines: list[str], mended: list[str], wrong: list[int]) -> Remark:
    first = wrong[0]
    old, new = lines[first].split(), mended[first].split()
    before, after = next(((a, b) for a, b in zip(old, new, strict=False) if a != b), (lines[first], mended[first]))
    line = len(BREAK.findall("".join(line + "\n" for line in lines[:first]))) + 1
    said = f"{len(wrong)} lines had been decoded wrongly and were set right, the first line {line}: {before} → {after}"
    return Remark("mojibake", line, said)


def _token(text: str, index: int) -> str:
    return text[max(0, index - 8) : index + 12].split("\n")[0].strip()


def page_tops(text: str) -> tuple[int, ...]:
    """The numbers of the lines that a form feed puts at the top of a page."""
    if "\x0c" not in text:
        return ()
    return tuple(n for n, match in enumerate(BREAK.finditer(text), 2) if match.group() == "\x0c")


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
    paragraphs: str = (
        "blank"  # what parts paragraphs: blank, indent, line (each is one), mark (a short line), entry (a time)
    )
    first: int = 0  # columns by which first lines are set in where blank lines part paragraphs too; 0: they are not
    language: str = "und"
    quotes: str = ""  # the language whose quotation marks are set, where it is another by the house style
    dashes: str = ""  # how the house style has them: em, en; "": as the language does
    markup: bool = False  # the text itself shows Markdown's marks
    dialect: str = ""  # how its marks inside lines are meant: markdown, rst, asciidoc, technical; "": as in old texts
    words: frozenset[str] = frozenset()  # words whose halves stand on two lines with a hyphen between that goes
    guessed: tuple[str, ...] = ()  # those of them that stand whole nowhere in the text
    again: frozenset[str] = frozenset()  # what short lines say that stand twice, where there is a list of contents
    notes: frozenset[str] = frozenset()  # signs of notes: *, †, ¹, (1), that also stand behind words
    counted: bool = False  # figures stand alone between blank lines, and count on: sections that have no other name
    dialogue: bool = False  # dashes at the start of lines open what somebody says
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
        while i > 0 and not self.all[i - 1].text and self.start - i < 9:
            i -= 1
        return self.start - i if i > 0 else 9

    def blanks_after(self, count: int) -> int:
        """How many blank lines follow the first `count` lines; many at the very end."""
        i = self.start + count
        while i < self.stop and not self.all[i].text and i - self.start - count < 9:
            i += 1
        return i - self.start - count if i < self.stop else 9

    def opened(self) -> bool:
        """Whether the blank line right above was put in by `parting`."""
        i = self.start - 1
        return i > 0 and not self.all[i].text and self.all[i].number == self.all[i - 1].number

    def above(self) -> Line | None:
        """The nearest line above that has text, past at most three blank ones."""
        i = self.start - 1
        while i >= 0 and not self.all[i].text and self.start - i < 4:
            i -= 1
        return self.all[i] if i >= 0 and self.all[i].text else None

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


_LEFTWARD = frozenset("ar arc ckb dv fa he ks ps sd syr ug ur yi".split())
_LEFTWARD_SCRIPTS = frozenset("adlm arab aran hebr mand nkoo rohg syrc thaa".split())


def leftward(language: str) -> bool:
    """Whether a BCP 47 tag names what is written from right to left: by its script where it says one."""
    main, *subtags = language.lower().split("-")
    script = next((part for part in subtags if len(part) == 4 and part.isalpha()), "")
    return script in _LEFTWARD_SCRIPTS if script else main in _LEFTWARD


def split(text: str) -> tuple[Line, ...]:
    """Each line of `text`, numbered; the spaces around it counted and dropped."""
    return tuple(_line(number, raw) for number, raw in enumerate(text.split("\n"), 1))


def _line(number: int, raw: str) -> Line:
    text = raw.strip()
    if raw[:1].isspace() and text:
        lead = raw[: len(raw) - len(raw.lstrip())]
        return Line(number, text, len(lead.expandtabs(8)) + lead.count("\u3000"))
    return Line(number, text, 0)


def place(lines: Sequence[Line], line: Line) -> int:
    """Where `line` stands among `lines`, some of whose numbers may be gone with the furniture."""
    return bisect_left(lines, line.number, key=attrgetter("number"))


def lines_of(lines: tuple[Line, ...], habits: Habits = Habits()) -> Lines:
    """A view of all of `lines`."""
    ends = [0] * len(lines)
    end = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        if not lines[i].text:
            end = i
        ends[i] = end
    return Lines(lines, 0, len(lines), habits, ends=tuple(ends))
