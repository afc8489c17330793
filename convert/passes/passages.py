"""Passages: a paragraph, quotation or poem in another language than the article's says so (BCP 47), for those who read
it aloud, hyphenate it or search it. Only what is clear is marked: another script, or another language's small words.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from convert.article import Article
from convert.survey import MORE_SMALL_WORDS, detect_surely, small_words, told_apart
from convert.text import Habits, leftward
from convert.tree import Attr, Block, BlockQuote, Blocks, Div, LineBlock, Para, Pos, Str, plain_text

LEAST_WORDS = 12
LEAST_LETTERS = 20  # of another script
_SHARE = 0.22  # of the words are another language's smallest, as in survey
_OURS = 0.1  # at most of the article's own; some are spelled alike (in, is, was)
_NAMES = 0.5  # with more capitals it is a list of names or titles

_ENOUGH = 800  # characters tell
_LETTERS = 0.3  # with more single letters it is notes, variables, a table
_CODE = re.compile(r"[=<>{}\\_@$]|://")

_WORD = re.compile(r"[^\W\d_]+")
_OTHER = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\ufefc]")  # letters no Latin text has
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")

# Script, its letters, and the language that is written in it; signs of some letters tell more.
_SCRIPTS = tuple(
    (script, re.compile(f"[{letters}]"), tongue)
    for script, letters, tongue in (
        ("Grek", "\u0370-\u03ff\u1f00-\u1fff", "el"),
        ("Cyrl", "\u0400-\u052f", "und-Cyrl"),
        ("Armn", "\u0530-\u058f", "hy"),
        ("Hebr", "\u0590-\u05ff", "he"),
        ("Arab", "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc", "ar"),
        ("Deva", "\u0900-\u097f", "und-Deva"),
        ("Beng", "\u0980-\u09ff", "und-Beng"),
        ("Taml", "\u0b80-\u0bff", "ta"),
        ("Telu", "\u0c00-\u0c7f", "te"),
        ("Thai", "\u0e00-\u0e7f", "th"),
        ("Geor", "\u10a0-\u10ff", "ka"),
        ("Hang", "\u1100-\u11ff\uac00-\ud7a3", "ko"),
        ("Ethi", "\u1200-\u137f", "und-Ethi"),
        ("Jpan", "\u3040-\u30ff", "ja"),
        ("Hani", "\u3400-\u9fff\uf900-\ufaff", "zh"),
    )
)
_TELLING = {
    "Grek": ((re.compile("[\u1f00-\u1fff]"), "grc"),),
    "Cyrl": (
        (re.compile("[ўЎ]"), "be"),
        (re.compile("[їєґЇЄҐ]"), "uk"),
        (re.compile("[ђћљњџ]"), "sr"),
        (re.compile("[ыэё]"), "ru"),
    ),
    "Hebr": ((re.compile("[װױײ]"), "yi"),),
    "Arab": ((re.compile("[ٹڈڑے]"), "ur"), (re.compile("[پچژگ]"), "fa")),
}
_WRITTEN_IN = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk", "kk"), "Cyrl"),
    **dict.fromkeys(("he", "yi"), "Hebr"),
    **dict.fromkeys(("ar", "fa", "ur"), "Arab"),
    **dict.fromkeys(("hi", "mr", "ne", "sa"), "Deva"),
    "el": "Grek",
    "hy": "Armn",
    "bn": "Beng",
    "ta": "Taml",
    "te": "Telu",
    "th": "Thai",
    "ka": "Geor",
    "ko": "Hang",
    "am": "Ethi",
    "ja": "Jpan",
    "zh": "Hani",
}


def passages(article: Article, _habits: Habits) -> Article:
    """The article with its passages in another language in a `Div` that says which, and which way it runs."""
    main = article.metadata.language.split("-")[0]
    if not main or main == "und":
        return article
    blocks: list[Block] = []
    for tongue, group in itertools.groupby(article.blocks, lambda b: _tongue(b, main)):
        same = tuple(group)
        blocks += [_said(same, tongue, main)] if tongue else same
    return replace(article, blocks=tuple(blocks))


def _said(blocks: Blocks, tongue: str, main: str) -> Block:
    pairs: tuple[tuple[str, str], ...] = (("lang", tongue),)
    if leftward(tongue) != leftward(main):
        pairs = (*pairs, ("dir", "rtl" if leftward(tongue) else "ltr"))
    first, last = blocks[0].pos, blocks[-1].pos
    pos = Pos(first.first, last.last, "passages", "likely", f"its words are {tongue}") if first and last else None
    return Div(Attr("", (), pairs), blocks, pos=pos)


def _tongue(block: Block, main: str) -> str:
    """The language of `block` where it is clearly not `main`, else ""."""
    if not isinstance(block, Para | BlockQuote | LineBlock):
        return ""
    text = _sample(block)
    if len(text) < LEAST_LETTERS:
        return ""
    script = _WRITTEN_IN.get(main, "")
    beyond = len(text.encode("utf-8", "surrogatepass")) - len(text)  # each letter of another script is a byte or two
    if script or (beyond >= LEAST_LETTERS and len(_OTHER.findall(text)) >= LEAST_LETTERS):
        return _by_script(text, script, main)
    return _by_words(text, main)


def _sample(block: Para | BlockQuote | LineBlock) -> str:
    """Enough of the block's words: of a paragraph the first run alone, where it is long."""
    first = block.inlines[0] if isinstance(block, Para) and block.inlines else None
    run = first.text if isinstance(first, Str) else ""
    return (run if len(run) > _ENOUGH // 4 else plain_text(block))[:_ENOUGH]


def _by_script(text: str, ours: str, main: str) -> str:
    """What the letters say; "" where most are the article's own."""
    counts = {script: len(letters.findall(text)) for script, letters, _ in _SCRIPTS}
    counts["Latn"] = len(_LATIN.findall(text))
    script = max(counts, key=lambda s: counts[s])
    if script == "Hani" and counts["Jpan"] * 10 > counts["Hani"]:
        script = "Jpan"  # Japanese writes in both
    if counts[script] < LEAST_LETTERS or counts[script] * 5 < sum(counts.values()) * 3:
        return ""
    if script == "Latn":
        return _by_words(text, main) if ours else ""
    if script == ours or ({script, ours} <= {"Hani", "Jpan", "Hang"} and script == "Hani"):
        return ""
    told = (tongue for sign, tongue in _TELLING.get(script, ()) if len(sign.findall(text)) > 1)
    return next(told, told_apart(next(tongue for name, _, tongue in _SCRIPTS if name == script), text))


def _by_words(text: str, main: str) -> str:
    """What the smallest words say; where they are none of the article's and none we know, the detector is asked."""
    lower = _WORD.findall(text.casefold())
    ours = small_words(lower, main)
    if len(lower) < LEAST_WORDS or ours > _OURS or (ours < 0 and main not in _WRITTEN_IN):
        return ""
    written = _WORD.findall(text)
    if sum(w[0].isupper() for w in written) > len(written) * _NAMES:
        return ""
    if _CODE.search(text) or sum(len(w) == 1 for w in written) > len(written) * _LETTERS:
        return ""
    (second, _), (first, tongue) = sorted((small_words(lower, x), x) for x in MORE_SMALL_WORDS if x != main)[-2:]
    if first > _SHARE and first > 2.5 * max(ours, 0) and second < 0.75 * first:
        return tongue
    if ours < 0.02 and len(written) >= 2 * LEAST_WORDS and _is_prose(text):
        found = detect_surely(text)
        return found if found.split("-")[0] != main else ""
    return ""


def _is_prose(text: str) -> bool:
    """Whether it ends as sentences do, and is no list of numbers or of paths."""
    return text.rstrip(" \"'”’»“)")[-1:] in tuple(".!?…") and not re.search(r"[|/]|\d{3}", text)
