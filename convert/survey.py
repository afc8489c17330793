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
from convert.rules.paragraph import bare as core
from convert.rules.paragraph import goes_on, parted
from convert.rules.starts import BULLET, ENTRY, LABEL, NUMBER
from convert.rules.words import CONTENTS
from convert.text import Habits, Line, bare

SAMPLE = 4000  # lines; the habits of a text show well before that


def survey(lines: Sequence[Line], language: str = "") -> Habits:
    """The Habits of `lines`; `language` where it is known already."""
    sample = [line for line in lines[:SAMPLE] if not line.blank]
    width = _width(lines[:SAMPLE])
    set_in = not width and _set_in_by_ideographs(sample)
    margin = 0 if set_in or _in_full(sample) else _margin(sample)
    markup = _markup(sample)
    language = language or detect(prose(sample))
    words, guessed = _words(lines, language)
    return Habits(
        margin=margin,
        width=width,
        first=_ideograph_indent(sample) if set_in else _first_indent(lines[:SAMPLE], margin),
        paragraphs="indent" if set_in else _paragraphs(lines[:SAMPLE], margin, width),
        language=language,
        markup=markup,
        dialect="markdown" if markup else _dialect(sample),
        words=words,
        guessed=guessed,
        again=_again(lines),
        counted=_counted(lines),
        dialogue=_dialogue(sample),
        speakers=_speakers(lines),
        notes=_notes(lines),
        fences=_fences(lines),
    )


# ---------------------------------------------------------------- layout


def _margin(sample: Sequence[Line]) -> int:
    """The indent of ordinary lines: the commonest among long lines, unless a fair share of prose stands left of it."""
    long = [line for line in sample if len(line.text) > 45]
    counts = Counter(line.indent for line in long or sample)
    if not counts:
        return 0
    margin = counts.most_common(1)[0][0]
    prose = Counter(line.indent for line in sample if len(line.text) > _least(line) and is_prose(line.text)) or counts
    fair = [indent for indent, count in prose.items() if count * 6 > prose.total()]
    return min([margin, *fair])


def _least(line: Line) -> int:
    """The length from which a line is a long one: scripts without spaces say more in a line."""
    return 20 if line.text > "\u2e80" else 45


_DOCUMENT = re.compile(
    r"(?:\S+ ){0,5}\S*(?:Diary|Journal|Tagebuch|Brief|Letter|Dagboek|Diario|Дневник|Письмо)\b.{0,30}"
    r"|(?:To|An|À|Al|Alla) (?:my |the )?(?:Mrs?|Miss|Dr|Sir|Lady|Herrn?|Frau|M|Mme|Sra?|Signora?)\b.{0,60}"
    r"|(?:My |Mein[e ]? ?|Mon |Ma )?(?:[Dd]ear(?:est)?|[Ll]iebe[rs]?|[Cc]her|[Cc]hère|[Qq]uerid[oa]|[Cc]ar[oa]) .{2,40}"
    r"[,:!—]"
    r"|\d{1,2}(?:st|nd|rd|th|\.)? [^\W\d_]+\.?—.*"
)


def _in_full(sample: Sequence[Line]) -> bool:
    """Whether all of a text is a letter or a journal, set in as books set such documents in; only headings are not."""
    body = [line for line in sample if line.indent > 1]
    outside = [line for line in sample if line.indent <= 1]
    if len(body) < 8 or len(outside) > 2 + len(sample) // 20 or any(len(line.text) > 40 for line in outside):
        return False
    return any(_DOCUMENT.fullmatch(line.text) for line in body[:3])


def _set_in_by_ideographs(sample: Sequence[Line]) -> bool:
    """Whether most lines are Chinese or Japanese paragraphs, begun by one ideographic space or two."""
    ideographs = re.compile("\\W?[\u3040-\u30ff\u3400-\u9fff]")
    typed = [line for line in sample if ideographs.match(line.text)]
    set_in = sum(line.indent in (2, 4) for line in typed)
    said = sum(line.indent == 0 and line.text[0] in "「『（" for line in typed)  # what people say keeps the margin
    return set_in > 2 and (set_in + said) * 2 > len(sample)


def _ideograph_indent(sample: Sequence[Line]) -> int:
    """Two columns or four: the commoner of one ideographic space and two."""
    return Counter(line.indent for line in sample if line.indent in (2, 4)).most_common(1)[0][0]


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
    mostly = full * 2 >= len(pairs) and whole * 10 < len(pairs) * 6
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
    if sum(bool(ENTRY.match(line.text)) for line in texts) * 2 > len(texts):
        return "entry"
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


def _first_indent(lines: Sequence[Line], margin: int) -> int:
    """By how much the first lines of chunks are set in from the lines that follow, where a fair share of them are."""
    chunks = [list(group) for blank, group in itertools.groupby(lines, lambda line: line.blank) if not blank]
    long = [c for c in chunks if len(c) > 1 and c[1].indent == margin and not _MARKED.match(c[0].text)]
    steps = Counter(c[0].indent - margin for c in long if c[0].indent > margin + 1)
    if not steps or steps.total() * 3 < len(long):
        return 0
    step, count = steps.most_common(1)[0]
    return step if count > 1 and count * 2 > steps.total() else 0


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
        and not (a.blank or b.blank or c.blank or _marked(a.text) or _marked(b.text))
        for a, b, c in threes
    )


def _marked(text: str) -> bool:
    """Whether a line begins with a list's mark, and no dash of somebody who speaks."""
    return bool(_MARKED.match(text)) and not _SAID.match(text)


_MARKED = re.compile(f"(?:{BULLET.pattern})|(?:{NUMBER.pattern})")
_SENTENCE_ENDS = (".", "!", "?", "”", '"', ":", "»", "。", "！", "？", "」")


def _early(z: Line, a: Line, b: Line, width: int) -> bool:
    """Whether below a full line one ends a sentence although the next word had room."""
    full = not z.blank and _no_room(z, a, width)
    return full and not _no_room(a, b, width + 1) and a.text.endswith(_SENTENCE_ENDS)


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
    return _by_small_words(words) or told_apart(_detector().detect(words).language, words) or "und"


# Malay and Indonesian share most words; these they do not.
_MALAY = frozenset(
    "bahawa kerana boleh ialah daripada anda-anda pelbagai sahaja kepada mahu perisian awak muat turun".split()
)
_INDONESIAN = frozenset(
    "bahwa karena bisa adalah dari berbagai saja ingin perangkat anda mohon telah unduh rilis kami dapat tersebut "
    "dirilis serta maupun yaitu".split()
)


# Everyday characters that Chinese writes in one way in full and in another where it is simplified.
_IN_FULL = re.compile("[這個們時國來說對會過還後見長門問開學書無與從頭裡裏點樣話車東樂灣]")
_SIMPLIFIED = re.compile("[这个们时国来说对会过还后见长门问开学书无与从头里点样话车东乐湾]")


def told_apart(language: str, words: str) -> str:
    """`language`; Malay only where its own words outnumber Indonesian ones; Chinese in full where it is written so."""
    if language == "zh" and len(_IN_FULL.findall(words)) > 2 * len(_SIMPLIFIED.findall(words)):
        return "zh-Hant"
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
    return -1.0 if small is None else sum(map(small.__contains__, words)) / max(1, len(words))


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
    links = sum("](" in line.text and bool(re.search(r"\]\((?:https?:|/|#)", line.text)) for line in sample)
    hashes = sum(
        line.indent < 4 and line.text[:1] == "#" and bool(re.match(r"#{1,6} \S", line.text)) for line in sample
    )
    stars = sum(
        "**" in line.text and bool(re.search(r"(?<!\*)\*\*[^\s*][^*]*[^\s*]\*\*(?!\*)", line.text)) for line in sample
    )
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
        (core(a.text[:-1].rsplit(" ", 1)[-1]), core(b.text.split(" ", 1)[0]))
        for a, b in _pairs(lines)
        if parted(a.text, b.text, language) and goes_on(a.text, b.text)
    ]


def _seen(lines: Sequence[Line]) -> tuple[Counter[str], Counter[str]]:
    """How often each word stands whole, and how often each stands with a hyphen inside a line, bare."""
    whole = Counter(itertools.chain.from_iterable(_WHOLE.findall(line.text.casefold()) for line in lines))
    kept: Counter[str] = Counter()
    for word in [word for word in whole if "-" in word or "‐" in word]:
        kept[core(word)] += whole.pop(word)
    return whole, kept


_SPANS = re.compile(r"\*[^*\s][^*]*\*")  # emphasis, whose second star is no note's
_REFERENCE = re.compile(r"(?<=[\w.,;:!?”\"’)»])(?:(\*{1,3}|[†‡§¶]{1,2})(?![\w*])|([¹²³⁰⁴-⁹]+)|(?<=\w)(\(\d{1,2}\)))")
_BEGINS = re.compile(r"(\*{1,3}|[†‡§¶]{1,2}|[¹²³⁰⁴-⁹]+|\(\d{1,2}\))\s*(?=\S)")


def _notes(lines: Sequence[Line]) -> frozenset[str]:
    """The signs that stand behind words as references and, no oftener and not in a row, at the start of lines."""
    signed = [line.text for line in lines if not _SIGNED.isdisjoint(line.text)]
    refers = Counter(m.group() for text in signed for m in _REFERENCE.finditer(_SPANS.sub("", text)))
    begins = [(m.group(1), line.number) for line in lines if refers and (m := _BEGINS.match(line.text))]
    bullets = {one[0] for one, two in itertools.pairwise(begins) if one[0] == two[0] and two[1] - one[1] < 6}
    counts = Counter(sign for sign, _ in begins)
    return frozenset(sign for sign, count in counts.items() if count <= refers[sign] and sign not in bullets)


_SIGNED = frozenset("*†‡§¶¹²³⁰⁴⁵⁶⁷⁸⁹(")


def _counted(lines: Sequence[Line]) -> bool:
    """Whether figures stand alone between blank lines and count from 1 or 2 on."""
    threes = zip(lines, lines[1:], lines[2:], strict=False)
    alone = [int(b.text.rstrip(".")) for a, b, c in threes if a.blank and c.blank and _FIGURE.fullmatch(b.text)]
    return len(alone) > 1 and alone[0] < 3 and all(two == one + 1 for one, two in itertools.pairwise(alone))


_FIGURE = re.compile(r"[0-9]{1,3}\.?")
_SAID = re.compile(r"[-–—]{1,2}\s?[\"“«¡¿…]?[^\W\d_a-zà-ÿа-яё]")  # a dash, then a capital
_SAYS = re.compile(r"[.,!?…»”][ ]{1,3}[-–—]{1,2}\s{1,3}[a-zà-ÿа-яёœşłżœőű]|\s—[a-zà-ÿ]")  # … – said he


def _dialogue(sample: Sequence[Line]) -> bool:
    """Whether lines begin with a dash because somebody speaks: in some of them a second dash opens who it is."""
    said = [line.text for line in sample if line.text[0] in "-–—" and _SAID.match(line.text)]
    return len(said) > 1 and sum(bool(_SAYS.search(text)) for text in said) * 8 >= len(said)


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
