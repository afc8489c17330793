"""The survey: the whole body is looked at once, and its Habits go with it, so that rules need only look at a line.

Measured are the margin, the width it is wrapped at, what parts its paragraphs, its language, and light markup.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from convert.rules.code import FENCE, FENCE_SIGNS, is_prose
from convert.rules.paragraph import bare as word
from convert.rules.starts import BULLET, LABEL, NUMBER
from convert.rules.words import CONTENTS
from convert.text import Habits, Line, bare

SAMPLE = 4000  # lines; the habits of a text show well before that


def survey(lines: Sequence[Line], language: str = "") -> Habits:
    """The Habits of `lines`; `language` where it is known already."""
    sample = [line for line in lines[:SAMPLE] if not line.blank]
    width = _width(lines[:SAMPLE])
    set_in = not width and _set_in_by_ideographs(sample)
    margin = 0 if set_in else _margin(sample)
    return Habits(
        margin=margin,
        width=width,
        paragraphs="indent" if set_in else _paragraphs(lines[:SAMPLE], margin, width),
        language=language or detect(" ".join(line.text for line in sample)),
        markup=_markup(sample),
        words=_words(lines),
        again=_again(lines),
        speakers=_speakers(lines),
        fences=_fences(lines),
    )


# ---------------------------------------------------------------- layout


def _margin(sample: Sequence[Line]) -> int:
    """The indent of ordinary lines: the commonest among long lines, unless a fair share of prose stands left of it."""
    long = [line.indent for line in sample if len(line.text) > 45] or [line.indent for line in sample]
    if not long:
        return 0
    margin = Counter(long).most_common(1)[0][0]
    prose = [
        line.indent for line in sample if len(line.text) > (20 if line.text > "\u2e80" else 45) and is_prose(line.text)
    ]
    fair = [indent for indent, count in Counter(prose).items() if count * 6 > len(prose)]
    return min([margin, *fair])


def _set_in_by_ideographs(sample: Sequence[Line]) -> bool:
    """Whether most lines are Chinese or Japanese paragraphs, begun by one ideographic space or two."""
    ideographs = re.compile("\\W?[\u3040-\u30ff\u3400-\u9fff]")
    return sum(line.indent in (2, 4) and bool(ideographs.match(line.text)) for line in sample) * 2 > len(sample)


def _pairs(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    return [(a, b) for a, b in itertools.pairwise(lines) if not a.blank and not b.blank]


def _width(lines: Sequence[Line]) -> int:
    """The column the text is wrapped at, or 0: there, the next word had no room at most line ends."""
    pairs = [(a, b) for a, b in _pairs(lines) if len(a.text) > 30]
    if len(pairs) < 3:
        return 0
    ends = sorted(a.indent + len(a.text) for a, _ in pairs)
    width = ends[int(len(ends) * 0.97) - (len(ends) < 34)]
    if width > 200:
        return 0
    capitals = sum(b.text.lstrip("“‘«„\"'(—–-")[:1].isupper() for _, b in pairs)
    if capitals * 4 > len(pairs) * 3:
        return 0  # verse, a list: prose goes on in small letters
    full = sum(_no_room(a, b, width) for a, b in pairs)
    whole = sum(a.text.endswith(_SENTENCE_ENDS) for a, _ in pairs)  # a wrapped line seldom ends where a sentence does
    mostly = full * 2 > len(pairs) and whole * 10 < len(pairs) * 6
    return width if mostly or _solid(lines, width) * 5 > len(pairs) else 0


def _no_room(a: Line, b: Line, width: int) -> bool:
    return a.indent + len(a.text) + 1 + len(b.text.split(" ", 1)[0]) > width - 1


def _solid(lines: Sequence[Line], width: int) -> int:
    """How many lines stand in chunks of four or more that are filled to `width`: prose, amid much verse."""
    chunks = [list(group) for blank, group in itertools.groupby(lines, lambda line: line.blank) if not blank]
    return sum(
        len(chunk)
        for chunk in chunks
        if len(chunk) > 3 and width > 50 and all(_no_room(a, b, width) for a, b in itertools.pairwise(chunk))
    )


def _paragraphs(lines: Sequence[Line], margin: int, width: int) -> str:
    """What parts this text's paragraphs."""
    texts = [line for line in lines if not line.blank]
    pairs = _pairs(lines)
    if len(texts) < 4 or len(pairs) * 3 < len(texts):
        return "blank"
    if not width:
        return "line" if _line_by_line(texts, pairs) else "blank"
    starts = _first_lines(lines, margin)
    threes = zip(lines, lines[1:], lines[2:], strict=False)
    early = sum(
        _early(z, a, b, width)
        for z, a, b in threes
        if not a.blank and not b.blank and b.indent <= max(margin, a.indent)
    )
    chunks = len(texts) - len(pairs)
    if starts > 1 and starts > early and starts * 2 > _solid_chunks(lines) and starts * 40 > len(texts):
        return "indent"
    return "mark" if early > chunks and early * 25 > len(texts) else "blank"


def _line_by_line(texts: Sequence[Line], pairs: Sequence[tuple[Line, Line]]) -> bool:
    """Whether in a text that is not wrapped long lines follow each other with nothing between."""
    long = sum(len(line.text) > 120 for line in texts)
    close = sum(len(a.text) > 120 and len(b.text) > 120 for a, b in pairs)
    if len(pairs) * 10 > len(texts) * 9:
        return long * 5 > len(texts)
    return long * 3 > len(texts) and close * 3 > long * 2


def _solid_chunks(lines: Sequence[Line]) -> int:
    """How many chunks of three lines or more there are."""
    groups = itertools.groupby(lines, lambda line: line.blank)
    return sum(not blank and len(list(group)) > 2 for blank, group in groups)


def _first_lines(lines: Sequence[Line], margin: int) -> int:
    """How many lines alone are set in below a sentence's end, and are no items."""
    threes = zip(lines, lines[1:], lines[2:], strict=False)
    return sum(
        (a.indent <= margin or a.indent == b.indent)
        and margin + 2 <= b.indent <= margin + 8
        and (c.indent <= margin or (a.indent <= margin and c.indent == b.indent and b.text.endswith(_SENTENCE_ENDS)))
        and a.text.endswith(_SENTENCE_ENDS)
        and not (a.blank or b.blank or c.blank or _MARKED.match(a.text) or _MARKED.match(b.text))
        for a, b, c in threes
    )


_MARKED = re.compile(f"(?:{BULLET.pattern})|(?:{NUMBER.pattern})")
_SENTENCE_ENDS = (".", "!", "?", "”", '"', ":", "»", "。", "！", "？", "」")


def _early(z: Line, a: Line, b: Line, width: int) -> bool:
    """Whether below a full line one ends a sentence although the next word had room."""
    full = not z.blank and _no_room(z, a, width)
    return full and not _no_room(a, b, width + 1) and a.text.endswith(_SENTENCE_ENDS)


# ---------------------------------------------------------------- words

_NO_WORD = re.compile(r"[\d_=<>{}\\/|#$@]")  # a token with one of these is an address, a number, code
_LONGEST_WORD = 60  # characters; in scripts without spaces a token is a sentence, so it only bounds the rest


def detect(text: str) -> str:
    """The language of `text` as a BCP 47 tag; "und" where there is too little to tell."""
    tokens = text[:20_000].split()
    words = " ".join(t for t in tokens if not _NO_WORD.search(t) and (len(t) <= _LONGEST_WORD or t > "\u2e80"))[:4000]
    letters = sum(c.isalpha() for c in words)
    if letters < 20 and not any(c > "\u2e80" for c in words):
        return "und"
    return _by_small_words(words) or _detector().detect(words).language or "und"


# The smallest words of a language are a third of its prose. Where one language's are, loading the detector (50 ms,
# 25 MB) would only say the same.
_SMALL_WORDS = {
    "en": frozenset(
        "the of and to in that is was for it with as on be by at not are this from which or an have".split()
    ),
    "de": frozenset("der die und das den nicht von zu ist mit dem des auf für ein eine sich auch als wird es".split()),
    "fr": frozenset("le les des et du est une que dans qui pour pas sur au par ce plus avec il elle sont".split()),
}
_SHARE = 0.22  # of the words; prose has .25 to .45, another language's below .08


def _by_small_words(words: str) -> str:
    """The language whose small words these are for the most part, "" where none's clearly are."""
    tokens = words.casefold().split()
    if len(tokens) < 40:
        return ""
    shares = sorted((sum(t in small for t in tokens) / len(tokens), name) for name, small in _SMALL_WORDS.items())
    return shares[-1][1] if shares[-1][0] > _SHARE and shares[-2][0] < _SHARE / 2 else ""


@cache
def _detector() -> Any:
    from eld import LanguageDetector

    return LanguageDetector()


def _markup(sample: Sequence[Line]) -> bool:
    """Whether the text itself shows Markdown: links with addresses, or hash headings and paired stars."""
    links = sum(bool(re.search(r"\]\((?:https?:|/|#)", line.text)) for line in sample)
    hashes = sum(bool(re.match(r"#{1,6} \S", line.text)) for line in sample)
    stars = sum(bool(re.search(r"(?<!\*)\*\*[^\s*][^*]*[^\s*]\*\*(?!\*)", line.text)) for line in sample)
    return links > 1 or hashes > 1 or (links + hashes + stars > 2)


def _words(lines: Sequence[Line]) -> frozenset[str]:
    """Words parted by a hyphen at a line's end that also stand whole somewhere: the text is its own dictionary."""
    halves = {
        word(a.text[:-1].rsplit(" ", 1)[-1] + b.text.split(" ", 1)[0])
        for a, b in _pairs(lines)
        if a.text.endswith("-") and len(a.text) > 1
    }
    if not halves:
        return frozenset()
    whole = {word.casefold() for word in set(re.findall(r"[^\W\d_]+", "\n".join(line.text for line in lines)))}
    return frozenset(halves & whole)


_QUESTION = ("?", "？", "؟", ";")


def _speakers(lines: Sequence[Line]) -> frozenset[str]:
    """The labels that paragraphs begin with by turns, three times or more, one of which asks or is a letter."""
    starts = [line.text for above, line in zip((None, *lines), lines, strict=False) if above is None or above.blank]
    labels = [(match.group(1), text) for text in starts if (match := LABEL.match(text)) and len(text) > match.end() + 1]
    counts = Counter(label for label, _ in labels)
    several = {label for label, count in counts.items() if count > 1}
    asks = any(label in several and (len(label) < 4 or text.endswith(_QUESTION)) for label, text in labels)
    turns = sum(one[0] != two[0] for one, two in itertools.pairwise(labels) if {one[0], two[0]} <= several)
    return frozenset(several) if asks and len(several) in (2, 3, 4, 5, 6) and turns > 2 else frozenset()


def _again(lines: Sequence[Line]) -> frozenset[str]:
    """What short lines say twice, where one is headed "Contents"; else nobody asks."""
    if not any(CONTENTS.fullmatch(line.text) for line in lines if 1 < len(line.text) < 30):
        return frozenset()
    counts = Counter(bare(line.text) for line in lines if 0 < len(line.text) < 100)
    return frozenset(text for text, count in counts.items() if count > 1 and len(text) > 1)


def _fences(lines: Sequence[Line]) -> dict[str, tuple[int, ...]]:
    """For each fence, the numbers of the lines that may close one."""
    found: dict[str, list[int]] = {}
    for line in lines:
        match = FENCE.fullmatch(line.text) if line.text[:1] in FENCE_SIGNS else None
        if match and not match.group(2):
            found.setdefault(match.group(1), []).append(line.number)
    return {fence: tuple(numbers) for fence, numbers in found.items()}
