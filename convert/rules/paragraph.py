"""Paragraph: what is nothing else. It ends at a blank line, or where this text's habits end one."""

from __future__ import annotations

from convert.marks import inlines
from convert.rules.rule import Found, Read
from convert.rules.starts import begins_other
from convert.rules.verse import broken_early
from convert.text import Habits, Line, Lines
from convert.tree import LineBreak, Para

_SENTENCE_END = tuple(".!?…:;\"”’'»)]。！？」』")


def paragraph(lines: Lines, _read: Read) -> Found | None:
    """The lines of one paragraph, joined."""
    count = length(lines)
    if 1 < count <= 12 and _kept_apart(lines.take(count)):
        broken = [x for line in lines.take(count) for x in (LineBreak(), *inlines(line.text, lines.habits))][1:]
        return Found((Para(tuple(broken)),), count, (), "likely", "short lines, ended on purpose")
    text = join([line.text for line in lines.take(count)], lines.habits)
    return Found((Para(inlines(text, lines.habits)),), count)


def _kept_apart(lines: Lines) -> bool:
    """Whether lines were ended on purpose, as a signature's or an address's: short, and each begins anew."""
    if lines.depth or not all(len(line.text) < 45 for line in lines) or not broken_early(lines):
        return False
    pairs = zip(lines.take(len(lines) - 1), lines.rest(1), strict=True)
    return all(line.text[:1].isupper() or above.text.endswith((",", ".", ":", ";")) for above, line in pairs)


def length(lines: Lines) -> int:
    """How many lines the paragraph at the top has: to the blank line, the next structure, or the habit's end."""
    habits, chunk = lines.habits, lines.chunk()
    if habits.paragraphs == "line":
        return 1
    for i in range(1, chunk):
        above, line = lines[i - 1], lines[i]
        if begins_other(lines.rest(i), above) or _ends(above, line, habits):
            return i
    return chunk


def _ends(above: Line, line: Line, habits: Habits) -> bool:
    """Whether a paragraph ends between two lines that no blank line parts."""
    if not habits.width:
        return False
    room = habits.width - above.indent - len(above.text) - 1 - len(line.text.split(" ", 1)[0])
    return room > habits.width // 3 and above.text.endswith(_SENTENCE_END) and line.text[:1].isupper()


def join(texts: list[str], habits: Habits) -> str:
    """Wrapped lines as one: a space between, none inside Chinese or Japanese, none after a hyphen that parts a word."""
    parts: list[str] = []
    for text in texts:
        if parts:
            parts.append(_seam(parts, text, habits))
        parts.append(text)
    return "".join(parts)


def _seam(parts: list[str], text: str, habits: Habits) -> str:
    """What stands between the text so far and the next line; a hyphen that only parted a word is dropped."""
    above = parts[-1]
    if _wide(above[-1:]) and _wide(text[:1]):
        return ""
    if parted(above, text, habits.language):
        left, right = above[:-1].rsplit(" ", 1)[-1], text.split(" ", 1)[0]
        if above[-1] == "¬" or (bare(left + right) in habits.words and goes_on(above, text)):
            parts[-1] = above[:-1]
        return ""
    return " "


# After these a hyphen waits for the second word of a pair, and a space stands: Haupt- und Nebensache.
_PAIRING = {
    "de": frozenset(("und", "oder", "bzw", "sowie", "bis")),
    "nl": frozenset(("en", "of")),
    "en": frozenset(("and", "or", "to")),
    "sv": frozenset(("och", "eller")),
    "da": frozenset(("og", "eller")),
    "nb": frozenset(("og", "eller")),
    "no": frozenset(("og", "eller")),
}


def parted(above: str, text: str, language: str) -> bool:
    """Whether the end of line `above` parts a word that goes on in `text`. `¬` is how some scans write the hyphen."""
    if above[-1:] not in ("-", "‐", "¬") or len(above) < 2 or not above[-2].isalpha() or not text[:1].isalpha():
        return False
    word = text.split(" ", 1)[0]
    return "-" in word or bare(word) not in _PAIRING.get(language.split("-")[0], ())


def goes_on(above: str, text: str) -> bool:
    """Whether the second part of a word is no name that only stands beside the first (Anglo-Saxon)."""
    return not text[0].isupper() or above[:-1].rsplit(" ", 1)[-1].isupper()


def bare(word: str) -> str:
    """`word` in lower case without what stands around it."""
    return "".join(c for c in word.casefold() if c.isalpha())


def _wide(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" or "\U00020000" <= char <= "\U0003ffff"
