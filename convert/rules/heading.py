"""Heading: a line that names what follows, marked by a sign, a number, a keyword, capitals, or by standing alone.

Levels given here are those of the sign (`##` is 2, `1.2` is 2); the pass `levels` makes them hold together.
"""

from __future__ import annotations

import itertools
import re

from convert.marks import inlines
from convert.rules.rule import Found, Read, Sure
from convert.rules.starts import PROMPT, begins_other, framed_lines
from convert.rules.words import ALONE, KEYWORDS, SMALL_WORDS
from convert.text import Line, Lines
from convert.tree import NO_ATTR, Header

_HASH = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*")
_EQUALS = re.compile(r"(={1,6})[ \t]+(\S.*?)[ \t]*=*")
_FRAMED = re.compile(r"(\*{2,6}|={2,6}|-{2,6}|_{2}) ?(\S(?:.{0,250}\S)?) ?\1")
_UNDERLINE = re.compile(r"=+|-+|~+|\^+|\*+|\++|\"+|#+|_+")
_UNDERLINE_SIGNS = frozenset('=-~^*+"#_')
_BOX = re.compile(r"([-=*~_#+])\1{3,}")
_UNDERLINE_LEVELS = {"=": 1, "-": 2, "~": 3, "^": 4, "+": 5}
_NUMBERED = re.compile(r"(?:(?:\d{1,2}\.)+\d{0,2}|\d{1,2}|[A-Z]\.(?:\d{1,2}\.?)*|[IVXLC]{1,6}\.)[ \t]+(?=\S)")
_ROMAN = re.compile(r"[IVXLC]{1,7}\.?|\d{1,3}\.?")
_END = re.compile(r"[.;,:!?…—。！？：；，]['\"”’»)\]]*(?:\[\w{1,3}\])?$")
_SIGNATURE = re.compile(r"(?:[A-Z]\. ?)+(?:[A-Z'’-]+\.?)?|(?:[A-Z'’-]+ )*(?:[A-Z]\. ?)+[A-Z'’-]+\.")  # J. E. B. MAYOR.
_TWO_SENTENCES = re.compile(r"(?:[^\W\d_]{3}|\b[a-zà-ÿа-я]{2})[.!?](?:\[\w{1,3}\])?\s+[A-Z“\"]")
_IDEOGRAPHS = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u9fff]{2,14}")  # no sign among them
LONGEST = 120  # characters; a heading is read at a glance


def heading(lines: Lines, _read: Read) -> Found | None:
    """A heading of any kind, the most plainly marked kinds asked first. `Header`."""
    if lines.depth:
        return _hash(lines)
    for kind in (_hash, _boxed, _underlined, _framed):
        found = kind(lines)
        if found:
            return found
    return _alone(lines)


# ---------------------------------------------------------------- marked by a sign


def _hash(lines: Lines) -> Found | None:
    text = lines[0].text
    if text[:1] not in "#=" or len(text) > 300:
        return None
    match = _HASH.fullmatch(text) or (not lines.depth and _EQUALS.fullmatch(text))
    if not match or not match.group(2).strip():
        return None
    if match.group(1) == "#" and not lines.habits.markup and lines.chunk() > 1:
        return None
    return _found(lines, match.group(2), len(match.group(1)), 1, "certain", f"marked {match.group(1)}")


def _underlined(lines: Lines) -> Found | None:
    if len(lines) < 2 or lines[0].blank or not lines.blanks_before():
        return None
    line, under = lines[0], lines[1]
    if (
        under.text[:1] not in _UNDERLINE_SIGNS
        or not _UNDERLINE.fullmatch(under.text)
        or len(under.text) < 3
        or line.indent != under.indent
    ):
        return None
    if abs(len(under.text) - len(line.text)) > max(3, len(line.text) // 4) or not _wordy(line.text):
        return None
    level = _UNDERLINE_LEVELS.get(under.text[0], 3)
    return _found(lines, line.text, level, 2, "certain", f"underlined with {under.text[0]}")


def _boxed(lines: Lines) -> Found | None:
    """A short line between two rules of the same sign, with nothing between."""
    if len(lines) < 3 or not _BOX.fullmatch(lines[0].text) or lines[2].text[:1] != lines[0].text[0]:
        return None
    if not _BOX.fullmatch(lines[2].text) or len(lines[1].text) > 80 or not _wordy(lines[1].text):
        return None
    if lines[1].text[0].islower() or lines.habits.dialect == "asciidoc":
        return None  # a listing of one line
    return _found(lines.rest(1), lines[1].text, 2, 3, "certain", f"boxed by {lines[0].text[0]}")


def _framed(lines: Lines) -> Found | None:
    if lines[0].text[:1] not in "*=-_":
        return None
    count = framed_lines(lines)
    match = _FRAMED.fullmatch(" ".join(line.text for line in lines.take(count or 1)))
    if not match or not _wordy(match.group(2)) or match.group(1)[0] in match.group(2):
        return None
    sign = match.group(1)
    if sign in ("**", "__") and (lines.chunk() > 1 or _END.search(match.group(2))):
        return None
    level = 7 - len(sign) if len(sign) > 2 else 4
    return _found(lines, match.group(2), level, count or 1, "likely", f"framed by {sign}")


# ---------------------------------------------------------------- standing alone


def _alone(lines: Lines) -> Found | None:
    """A short chunk of its own with text after it, that does not read like a sentence."""
    count = lines.chunk()
    line = lines[0]
    if len(line.text) > LONGEST:
        return None
    if _above_long(lines) or _above_text(lines):
        count = 1
    elif count > 2 or _nothing_follows(lines, count):
        return None
    if not _wordy(line.text, 1) or PROMPT.match(line.text):
        return None
    if count > 1 and (lines.habits.paragraphs == "line" or begins_other(lines.rest(1), line)):
        count = 1
    kind = _kind(lines, count)
    if kind is None:
        return None
    level, sure, why = kind
    text = " ".join(x.text for x in lines.take(count))
    return _found(lines, text, level, count, sure, why)


def _above_long(lines: Lines) -> bool:
    """Whether in a text that is not wrapped a short line stands right on a long one, as a heading on its paragraph."""
    habits = lines.habits
    if habits.width or lines.chunk() < 2 or not lines.blanks_before():
        return False
    short, long = lines[0], lines[1]
    return len(short.text) < 70 and len(long.text) > 110 and short.indent == long.indent and long.text[0] not in ":*-•"


def _above_text(lines: Lines) -> bool:
    """Whether a word that heads sections everywhere stands right on wrapped text: Abstract, Introduction."""
    if not lines.habits.width or len(lines) < 3 or not lines.blanks_before() or len(lines[0].text) > 40:
        return False
    return bool(ALONE.fullmatch(lines[0].text)) and len(lines[1].text) > lines.habits.width * 0.6


def _kind(lines: Lines, count: int) -> tuple[int, Sure, str] | None:
    """Level, certainty and reason of a chunk that may be a heading; None where it is none."""
    line, margin = lines[0], lines.habits.margin
    text = line.text
    if KEYWORDS.match(text) and not _sentence(text):
        return 1, "certain", "a keyword of headings"
    if count > 1:
        return (2, "likely", "in capitals") if all(_caps(x) for x in lines.take(count)) else None
    if _ROMAN.fullmatch(text) and (not text[0].isdigit() or lines.blanks_before() > 1 or lines.habits.counted):
        return 1, "likely", "a numeral alone"
    if line.indent < margin and not _END.search(text):
        return _numbered_level(text), "certain", "hangs out of the margin"
    if line.indent > margin + 1 and not _centred(line, lines.habits.width):
        return None
    if _NUMBERED.match(text) and _hangs_below(lines):
        return None  # an item's first line
    if _NUMBERED.match(text) and not _END.search(text) and text[-1:] not in "-":
        return _numbered_level(text), "likely", "numbered and alone"
    if _caps(line) and not text.endswith((",", ";")) and not _SIGNATURE.fullmatch(text):
        return 2, "likely", "in capitals"
    if _apart(lines) and _title_like(text, lines):
        return 3, "guess", "a short line alone"
    return None


def _apart(lines: Lines) -> bool:
    """Whether a line stands apart by the text's own habit: blank lines, a line each, or the margin."""
    habits = lines.habits
    own = habits.paragraphs == "line" or (habits.paragraphs == "indent" and lines[0].indent <= habits.margin)
    return own or not lines.opened()


def _title_like(text: str, lines: Lines) -> bool:
    """Whether a line that stands alone reads like a title: short, no full stop, begins large, text follows."""
    if (_END.search(text) and not re.search(r"[^.]\?$|\w!$", text)) or len(text) > 80:
        return False
    above = lines.above()
    if above is not None and above.text.endswith(","):
        return False  # a signature below its formula, a line that goes on
    if not any(c.isalpha() for c in text):
        return False
    first = text.lstrip("“\"'‘«(¿¡[")[:1]
    if first.islower():
        return False
    if text[:1] in '-—–•*|([{<>"“«「『（/\\@$' or "|" in text or "://" in text or text.count(",") > 2:
        return False
    return not (
        len(text.split()) > 12 or _TWO_SENTENCES.search(text) or re.search(r"[=;{}<>]|\(\)|  ", text)
    ) and _next_is_prose(lines)


def _next_is_prose(lines: Lines) -> bool:
    """Whether the next chunk is longer than this line: a caption or a menu has its like below it."""
    rest = lines.rest(1)
    rest = rest.rest(rest.blanks_after(0)) if len(rest) else rest
    if not len(rest):
        return False
    chunk = rest.chunk()
    if chunk > 1:
        return True
    if _IDEOGRAPHS.fullmatch(lines[0].text) and rest[0].text.endswith(("。", "！", "？", "」", "”")):
        return len(rest[0].text) > 24
    return len(rest[0].text) > len(lines[0].text) + 20 or rest[0].text.endswith(":")


def _hangs_below(lines: Lines) -> bool:
    """Whether what follows is set in below the line, as an item's paragraphs are and a section's are not."""
    below = lines.rest(1 + lines.blanks_after(1))
    return len(below) > 0 and below[0].indent > max(lines.habits.margin, lines[0].indent) + 1


def _nothing_follows(lines: Lines, count: int) -> bool:
    return lines.blanks_after(count) in (0, 9)


def _found(lines: Lines, text: str, level: int, count: int, sure: Sure, why: str) -> Found:
    header = Header(level, NO_ATTR, inlines(text.strip(), lines.habits))
    return Found((header,), count, (), sure, why)


# ---------------------------------------------------------------- what a line looks like


def _wordy(text: str, least: int = 2) -> bool:
    return len(list(itertools.islice(filter(str.isalnum, text), least))) == least


def _caps(line: Line) -> bool:
    """Whether every letter that has a case is a capital, and there are enough to tell."""
    if line.text.upper() != line.text:
        return False
    cased = [c for c in line.text if c.upper() != c.lower()]
    return len(cased) >= 3 and all(c.isupper() for c in cased)


def _sentence(text: str) -> bool:
    """Whether a line that begins like a heading goes on like a sentence: 'Chapter 9 is about …'."""
    words = text.split()
    return len(words) > 3 and (words[2].casefold() in SMALL_WORDS or (text.endswith((".", ",")) and len(words) > 6))


def _centred(line: Line, width: int) -> bool:
    if not width or line.indent < 4:
        return False
    right = width - line.indent - len(line.text)
    return abs(right - line.indent) <= 4


def _numbered_level(text: str) -> int:
    match = re.match(r"(?:\d{1,3}|[A-Z])(?:\.\d{1,2})*", text)
    if not match or not re.match(r"[\d.A-Z]*[.\d]\s", text):
        return 1
    return 1 + match.group(0).count(".")
