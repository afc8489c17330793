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

from convert.rules.code import FENCE
from convert.rules.paragraph import bare
from convert.text import Habits, Line

SAMPLE = 4000  # lines; the habits of a text show well before that


def survey(lines: Sequence[Line], language: str = "") -> Habits:
    """The Habits of `lines`; `language` where it is known already."""
    sample = [line for line in lines[:SAMPLE] if not line.blank]
    margin = _margin(sample)
    width = _width(lines[:SAMPLE])
    return Habits(
        margin=margin,
        width=width,
        paragraphs=_paragraphs(lines[:SAMPLE], margin, width),
        language=language or detect(prose(sample)),
        markup=_markup(sample),
        words=_words(lines),
        fences=_fences(lines),
    )


# ---------------------------------------------------------------- layout


def _margin(sample: Sequence[Line]) -> int:
    """The indent of ordinary lines: the commonest among long lines, unless a fair share stands left of it."""
    long = [line.indent for line in sample if len(line.text) > 45] or [line.indent for line in sample]
    if not long:
        return 0
    margin = Counter(long).most_common(1)[0][0]
    left = sum(indent < margin for indent in long)
    if left * 4 > len(long):
        return min(long)
    return margin


def _pairs(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    return [(a, b) for a, b in itertools.pairwise(lines) if not a.blank and not b.blank]


def _width(lines: Sequence[Line]) -> int:
    """The column the text is wrapped at, or 0: there, the next word had no room at most line ends."""
    pairs = _pairs(lines)
    ends = [a.indent + len(a.text) for a, _ in pairs if len(a.text) > 30]
    if len(ends) < 3:
        return 0
    width = sorted(ends)[int(len(ends) * 0.97) - (len(ends) < 34)]
    if width > 200:
        return 0
    long = [(a, b) for a, b in pairs if len(a.text) > 30]
    full = sum(a.indent + len(a.text) + 1 + len(b.text.split(" ", 1)[0]) > width - 1 for a, b in long)
    whole = sum(a.text.endswith(_SENTENCE_ENDS) for a, _ in long)  # a wrapped line seldom ends where a sentence does
    return width if full * 2 > len(ends) and whole * 10 < len(ends) * 6 else 0


def _paragraphs(lines: Sequence[Line], margin: int, width: int) -> str:
    """What parts this text's paragraphs."""
    texts = [line for line in lines if not line.blank]
    pairs = _pairs(lines)
    if len(texts) < 4 or len(pairs) * 3 < len(texts):
        return "blank"
    if not width:
        long = sum(len(line.text) > 120 for line in texts)
        return "line" if long * 3 > len(texts) and len(pairs) * 2 > len(texts) else "blank"
    starts = sum(margin + 2 <= b.indent <= margin + 8 and a.indent <= margin for a, b in pairs)
    early = sum(_early(a, b, width) for a, b in pairs)
    chunks = len(texts) - len(pairs)
    if starts > chunks and starts * 30 > len(texts):
        return "indent"
    return "mark" if early > chunks and early * 25 > len(texts) else "blank"


_SENTENCE_ENDS = (".", "!", "?", "”", '"', ":", "»", "。", "！", "？", "」")


def _early(a: Line, b: Line, width: int) -> bool:
    """Whether a line ends a sentence although the next word had room."""
    room = width - a.indent - len(a.text) - 1 - len(b.text.split(" ", 1)[0])
    return room >= 0 and a.text.endswith(_SENTENCE_ENDS) and len(a.text) > 15


# ---------------------------------------------------------------- words

_NO_WORD = re.compile(r"[\d_=<>{}\\/|#$@]")  # a token with one of these is an address, a number, code
_LONGEST_WORD = 60  # characters; in scripts without spaces a token is a sentence, so it only bounds the rest


_LISTED = re.compile(r"[*•·◦▪+>#|$-]|\d{1,3}[.)] |[^\w\s]*<?https?:")


def prose(lines: Sequence[Line]) -> str:
    """The sentences of `lines`, without lists, code and names of files, which are often in another language.

    All the words where there are too few sentences to tell by.
    """
    told = [line for line in lines[:400] if not _LISTED.match(line.text)]
    sentences = " ".join(
        line.text
        for above, line in itertools.pairwise((Line(0, "", 0), *told))
        if line.text.endswith((".", "!", "?", "”"))
        or len(line.text.split(None, 9)) > 8
        or len(above.text) > 50
        or (not line.text.isascii() and max(line.text) > "\u2e80")
    )
    if sum(c.isalpha() for c in sentences[:2000]) > 120:
        return sentences
    return " ".join(line.text for line in lines)


def detect(text: str) -> str:
    """The language of `text` as a BCP 47 tag; "und" where there is too little to tell."""
    tokens = text[:20_000].split()
    words = " ".join(t for t in tokens if not _NO_WORD.search(t) and (len(t) <= _LONGEST_WORD or t > "\u2e80"))[:4000]
    letters = sum(c.isalpha() for c in words)
    if letters < 20 and not any(c > "\u2e80" for c in words):
        return "und"
    return _by_small_words(words) or _told_apart(_detector().detect(words).language, words) or "und"


# Malay and Indonesian share most words; these they do not.
_MALAY = frozenset(
    "bahawa kerana boleh ialah daripada anda-anda pelbagai sahaja kepada mahu perisian awak muat turun".split()
)
_INDONESIAN = frozenset(
    "bahwa karena bisa adalah dari berbagai saja ingin perangkat anda mohon telah unduh rilis kami dapat tersebut "
    "dirilis serta maupun yaitu".split()
)


def _told_apart(language: str, words: str) -> str:
    """`language`, Malay only where its own words outnumber those of Indonesian."""
    if language != "ms":
        return language or ""
    tokens = words.casefold().split()
    return "ms" if sum(t in _MALAY for t in tokens) > sum(t in _INDONESIAN for t in tokens) else "id"


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
    stars = sum(bool(re.search(r"\*\*\S[^*]*\S\*\*", line.text)) for line in sample)
    return links > 1 or hashes > 1 or (links + hashes + stars > 2)


def _words(lines: Sequence[Line]) -> frozenset[str]:
    """Words parted by a hyphen at a line's end that also stand whole somewhere: the text is its own dictionary."""
    halves = {
        bare(a.text[:-1].rsplit(" ", 1)[-1] + b.text.split(" ", 1)[0])
        for a, b in _pairs(lines)
        if a.text.endswith("-") and len(a.text) > 1
    }
    if not halves:
        return frozenset()
    whole = {word.casefold() for line in lines for word in re.findall(r"[^\W\d_]+", line.text)}
    return frozenset(halves & whole)


def _fences(lines: Sequence[Line]) -> dict[str, tuple[int, ...]]:
    """For each fence, the numbers of the lines that may close one."""
    found: dict[str, list[int]] = {}
    for line in lines:
        match = FENCE.fullmatch(line.text) if line.text[:1] in "`~-.=_+" else None
        if match and not match.group(2):
            found.setdefault(match.group(1), []).append(line.number)
    return {fence: tuple(numbers) for fence, numbers in found.items()}
