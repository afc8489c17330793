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
from convert.rules.paragraph import bare, goes_on, parted
from convert.text import Habits, Line

SAMPLE = 4000  # lines; the habits of a text show well before that


def survey(lines: Sequence[Line], language: str = "") -> Habits:
    """The Habits of `lines`; `language` where it is known already."""
    sample = [line for line in lines[:SAMPLE] if not line.blank]
    margin = _margin(sample)
    width = _width(lines[:SAMPLE])
    markup = _markup(sample)
    language = language or detect(" ".join(line.text for line in sample))
    words, guessed = _words(lines, language)
    return Habits(
        margin=margin,
        width=width,
        paragraphs=_paragraphs(lines[:SAMPLE], margin, width),
        language=language,
        markup=markup,
        dialect="markdown" if markup else _dialect(sample),
        words=words,
        guessed=guessed,
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


# The smallest words of more languages, to tell passages by; what several share says little, and counts for each.
MORE_SMALL_WORDS = {
    "en": _SMALL_WORDS["en"]
    | frozenset("a i he she you his her him they we but my me so if no do all what one".split()),
    "de": _SMALL_WORDS["de"] | frozenset("ich er sie wir du war so wie in an dass aber nur noch im am zum".split()),
    "fr": _SMALL_WORDS["fr"] | frozenset("je nous vous ne se sa son ses un la a de à en mais y".split()),
    "es": frozenset("el la los las que y en un una es por con para del se no su al lo como más pero".split()),
    "it": frozenset("il lo la gli le che di e è un una per con non del della dei si nel sono come anche".split()),
    "pt": frozenset("o os as que e um uma não do da dos das em no na se com por para é mais".split()),
    "nl": frozenset("de het een en van is dat niet te zijn op met voor hij er maar ook in die".split()),
    "sv": frozenset("och att det som en är på inte av för med jag han den till ett om var".split()),
    "da": frozenset("og at det er en ikke på af for med jeg han den til et som var der".split()),
    "nb": frozenset("og at det er en ikke på av for med jeg han den til et som var seg".split()),
    "la": frozenset("et in est non ad cum ut quod qui sed aut ex per de atque quae hoc enim".split()),
    "pl": frozenset("i w na nie się z do jest że to jak o po ale tak co".split()),
    "cs": frozenset("a v na se je že to z do o s ale jako jsem co si tak".split()),
}


def small_words(words: Sequence[str], language: str) -> float:
    """Which share of `words`, in small letters, the smallest of `language` are; none are known: -1."""
    small = MORE_SMALL_WORDS.get(language)
    return -1.0 if small is None else sum(w in small for w in words) / max(1, len(words))


def detect_surely(text: str) -> str:
    """The language of `text` where the detector is sure of it, else ""."""
    found = _detector().detect(text)
    return found.language if found.language and found.is_reliable() else ""


@cache
def _detector() -> Any:
    from eld import LanguageDetector

    return LanguageDetector()


def _markup(sample: Sequence[Line]) -> bool:
    """Whether the text itself shows Markdown: links with addresses, or hash headings and paired stars."""
    links = sum(bool(re.search(r"\]\((?:https?:|/|#)", line.text)) for line in sample)
    hashes = sum(line.indent < 4 and bool(re.match(r"#{1,6} \S", line.text)) for line in sample)
    stars = sum(bool(re.search(r"\*\*\S[^*]*\S\*\*", line.text)) for line in sample)
    return links > 1 or hashes > 1 or (links + hashes + stars > 2)


_DIALECTS = (
    (
        "asciidoc",
        re.compile(
            r"^\[(?:source|NOTE|quote|verse|role=)|https?://[^\s\[\]:]{1,200}\[[^\]\n]{1,200}\]|^<<[\w-]{1,60},|\bxref:\w|\blinkgit:\w",
            re.M,
        ),
    ),
    (
        "rst",
        re.compile(r"(?<!`)``[^`\s][^`\n]{0,100}``(?![`'])|[\w>]`__?(?!\w)|(?<![\w:]):\w{2,20}:`|^\.\. [\w|_-]", re.M),
    ),
    (
        "technical",
        re.compile(r"(?<![^\s(\"'`])/\w[\w.-]{0,60}/[\w*]|\w==?\w{1,60}[;)&]|/[\w-]{1,60}/\w{1,60}\.\w|</\w"),
    ),
)
_FEW = 3  # signs of a dialect; two may be chance


def _dialect(sample: Sequence[Line]) -> str:
    """How the marks inside this text's lines are meant, by the signs that only one way of writing has."""
    text = "\n".join(line.text for line in sample)
    for name, sign in _DIALECTS:
        if sum(1 for _ in itertools.islice(sign.finditer(text), _FEW)) == _FEW:
            return name
    return ""


# ---------------------------------------------------------------- words parted at a line's end

_TYPESET = 10  # words parted at lines' ends; a text with as many was hyphenated, not typed
_WHOLE = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")


def _words(lines: Sequence[Line], language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Words parted by a hyphen at a line's end that are one word, and those of them that stand whole nowhere.

    The text is its own dictionary. Where it was hyphenated by a typesetter, which shows in how many of its words it
    confirms, those it does not know are joined too, unless they are two of its words.
    """
    halves = _halves(lines, language)
    if not halves:
        return frozenset(), ()
    whole, kept = _seen(lines)
    whole.subtract(part for pair in halves for part in pair)
    known = {left + right for left, right in halves if whole[left + right] > kept[left + right]}
    unknown = [(a, b) for a, b in halves if a + b not in known and not kept[a + b]]
    if len(halves) < _TYPESET or len(known) * 2 < len(halves) - len(unknown) or len(known) < 3:
        return frozenset(known), ()
    guessed = dict.fromkeys(
        a + b for a, b in unknown if not (whole[a] > 0 and whole[b] > 0) and len(a) > 1 and len(b) > 1
    )
    return frozenset(known.union(guessed)), tuple(guessed)


def _halves(lines: Sequence[Line], language: str) -> list[tuple[str, str]]:
    """The two parts of each word that a line's end parts, bare."""
    return [
        (bare(a.text[:-1].rsplit(" ", 1)[-1]), bare(b.text.split(" ", 1)[0]))
        for a, b in _pairs(lines)
        if parted(a.text, b.text, language) and goes_on(a.text, b.text)
    ]


def _seen(lines: Sequence[Line]) -> tuple[Counter[str], Counter[str]]:
    """How often each word stands whole, and how often each stands with a hyphen inside a line, bare."""
    whole: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for line in lines:
        for word in _WHOLE.findall(line.text.casefold()):
            if "-" in word or "‐" in word:
                kept[bare(word)] += 1
            else:
                whole[word] += 1
    return whole, kept


def _fences(lines: Sequence[Line]) -> dict[str, tuple[int, ...]]:
    """For each fence, the numbers of the lines that may close one."""
    found: dict[str, list[int]] = {}
    for line in lines:
        match = FENCE.fullmatch(line.text) if line.text[:1] in "`~-.=_+" else None
        if match and not match.group(2):
            found.setdefault(match.group(1), []).append(line.number)
    return {fence: tuple(numbers) for fence, numbers in found.items()}
