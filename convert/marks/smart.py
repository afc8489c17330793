"""Typographic quotes, apostrophes, dashes and ellipses by language, in plain runs of text only.

Sources: the Unicode Standard 6.2 (General Punctuation), the delimiters of CLDR 45, and for spaces the Imprimerie
nationale (fr), DIN 5008 (de), ČSN 01 6910 (cs, sk) and Polish editors' practice (pl). Letters are never touched;
addresses, code, times, ratios and ranges stay as they stand, and so do quotes that are typographic already.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from convert.tree import (
    Code,
    Emph,
    Inline,
    Inlines,
    LineBreak,
    Link,
    SoftBreak,
    Str,
    Strikeout,
    Strong,
    Subscript,
    Superscript,
    plain_text,
)

THIN = "\u202f"  # narrow no-break space
_CURLY = ("“", "”", "‘", "’")
_LOW, _ANGLED = ("„", "“", "‚", "‘"), ("«", "»", "“", "”")
QUOTES = {
    **dict.fromkeys(("de", "cs", "sk", "sl", "hr", "bs", "mk", "et", "is"), _LOW),
    **dict.fromkeys(("bg", "lt"), ("„", "“", "„", "“")),
    **dict.fromkeys(("it", "el", "ca", "eu", "kk", "sq", "pt-PT"), _ANGLED),
    **dict.fromkeys(("ru", "uk", "be"), ("«", "»", "„", "“")),
    **dict.fromkeys(("nb", "no", "nn"), ("«", "»", "‘", "’")),
    **dict.fromkeys(("pl", "ro"), ("„", "”", "«", "»")),
    **dict.fromkeys(("sv", "fi", "he"), ("”", "”", "’", "’")),
    "hu": ("„", "”", "»", "«"),
    "sr": ("„", "“", "‘", "‘"),
    "ka": ("„", "“", "«", "»"),
    "hy": ("«", "»", "«", "»"),
    "fa": ("«", "»", "‹", "›"),
    "ar": ("”", "“", "’", "‘"),
    "fr": ("«" + THIN, THIN + "»", "“", "”"),
}
_SPACED_DASH = frozenset(("de", "fr", "es", "it", "nl", "sv", "da", "nb", "no", "fi", "pl", "cs", "sk", "hu"))
_EM_DASH = frozenset(("ru", "uk", "be"))  # between spaces too
_CLIPPED = {
    "en": r"tis|twas|twere|twill|twould|em|cause|til|till|bout|round|n|nuff|neath|twixt|gainst|\d\ds?",
    "nl": r"[stnkmr]|\d\d",
    "de": r"s|n|ne[nmrs]?|nauf|rauf|raus|rein|rüber|runter|\d\d(?:er)?",
}
_CLIPPED_OTHERS = r"n|\d\ds?"  # rock 'n' roll, and years
_SIGN = re.compile(  # each begins with its sign and looks back from there, so that the search skips all other letters
    r"\"|'|\.(?<!\.\.)\.{2,3}(?!\.)|\.(?<!\.\.)(?<!\. \.)(?: \.){2,3}(?!\.| \.)"
    r"|-(?<![-\w]-)--?(?![->])|-(?<=[\w,.;:!?\"'”’)]-)--?(?=[\w\"'“‘(]|$| )|-(?<=\s-)(?=\s|[,;:.!?](?:\s|$))"
)
_PRIMES = re.compile(r"'(?<=\d')( ?\d{1,2}(?:[.,]\d{1,4}|[½¼¾])?)\"(?!\w)")  # 6' 2", 30' 15"
_MINUTES = re.compile(r"(° ?\d{1,2}(?:[.,]\d{1,4})?)'")  # 45°30'
_TYPEWRITER = re.compile(r"(?<![`\w])(``?)(?=[^\s`])((?:[^`'\n]|'(?=\w)){1,300})('{1,2})(?![\w'])")  # ``so'' and `so'
_BEFORE_OPENING = frozenset("([{<—–-/“‘„«¿¡\u00a0\u202f")


@dataclass(slots=True)
class _Pen:
    """Where the setter stands in a paragraph."""

    language: str
    quotes: tuple[str, str, str, str]
    dashes: str  # em, en, or as the language has them
    clipped: re.Pattern[str]  # what follows an apostrophe that begins a word
    before: str = ""  # the character just written
    double: bool = False  # a double quotation is open
    single: bool = False
    dashed: bool = False  # a dash stands open: German sets the second before its comma


def smart(inlines: Inlines, language: str, quotes: str = "", dashes: str = "") -> Inlines:
    """`inlines` with straight quotes, hyphens used as dashes and three points replaced by what a typesetter sets.

    A house style may want the quotation marks of another language, `quotes`, and its own `dashes`: em or en.
    """
    base = language.split("-")[0]
    if base not in _SPACES and _is_plain(inlines):
        return inlines
    return _set(inlines, _Pen(base, marks_of(quotes or language), dashes, _clipped(base)))


def marks_of(language: str) -> tuple[str, str, str, str]:
    """The quotation marks of `language`: outer pair, inner pair."""
    return QUOTES.get(language) or QUOTES.get(language.split("-")[0], _CURLY)


def _is_plain(inlines: Inlines) -> bool:
    """Whether there is one run of text without a sign, as most short lines are."""
    first = inlines[0] if len(inlines) == 1 else None
    return isinstance(first, Str) and "§ " not in first.text and not _SIGN.search(first.text)


@cache
def _clipped(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_CLIPPED.get(language, _CLIPPED_OTHERS)})\b", re.IGNORECASE)


def _set(inlines: Inlines, pen: _Pen) -> Inlines:
    result: list[Inline] = []
    for i, node in enumerate(inlines):
        more = i + 1 < len(inlines)
        match node:
            case Str(text):
                node = Str(_run(text, pen, more))
            case Emph(inner):
                node = Emph(_set(inner, pen))
            case Strong(inner):
                node = Strong(_set(inner, pen))
            case Strikeout(inner):
                node = Strikeout(_set(inner, pen))
            case Link(attr, inner, _) if not attr.classes:
                node = replace(node, inlines=_set(inner, pen))
            case Superscript() | Subscript():
                pen.before = "x"
            case LineBreak() | SoftBreak():
                pen.before = " "
            case Code() | Link():
                pen.before = plain_text(node)[-1:] or "x"
        result.append(node)
    return tuple(result)


def _run(text: str, pen: _Pen, more: bool) -> str:
    start = pen.before

    def sign(match: re.Match[str]) -> str:
        i, j = match.start(), match.end()
        before = text[i - 1] if i else start
        after = text[j] if j < len(text) else "x" if more else ""
        return _sign(match.group(), before, after, text[j : j + 8], pen)

    if "'" in text:
        text = _primed(text, pen)
    new = _SIGN.sub(sign, text) if _SIGN.search(text) else text
    for space in _SPACES.get(pen.language, ()):
        new = space(new)
    pen.before = text[-1:]
    return new.replace("§ ", "§\u00a0") if "§ " in new else new


def _primed(text: str, pen: _Pen) -> str:
    """Feet and inches, minutes and seconds with their primes; the quotes of typewriters, ``so'', as others."""
    text = _MINUTES.sub("\\1′", _PRIMES.sub("′\\1″", text))
    if "`" not in text:
        return text

    def quoted(match: re.Match[str]) -> str:
        opening, inner, closing = match.groups()
        if len(opening) != len(closing):
            return match.group()
        left, right = pen.quotes[:2] if len(opening) == 2 else pen.quotes[2:]
        return left + inner + right

    return _TYPEWRITER.sub(quoted, text)


def _sign(sign: str, before: str, after: str, rest: str, pen: _Pen) -> str:
    match sign[0]:
        case '"':
            return _double(before, after, pen)
        case "'":
            return _single(before, after, rest, pen)
        case ".":
            if before.isdigit() and after.isdigit():
                return sign
            return sign.replace(" ", "\u00a0") if " " in sign else {3: "…", 4: ".…"}[len(sign)]
    return _dash(sign, before, after, pen)


def _dash(sign: str, before: str, after: str, pen: _Pen) -> str:
    if sign == "-" and not after.isspace() and not pen.dashed:
        return sign
    pen.dashed = before.isspace() and not pen.dashed
    if sign == "-":
        return "—" if (pen.dashes == "em" if pen.dashes else pen.language in _EM_DASH) else "–"
    if sign == "--" and after.isalnum() and not before.strip() and (before or not after.isupper()):
        return sign  # a program's flag, as in --fast; before a capital a speaker's dash
    spaced = before.isspace() and (after.isspace() or not after)
    if pen.dashes:
        return "–" if spaced and pen.dashes == "en" else "—"
    return "–" if spaced and sign == "--" and pen.language in _SPACED_DASH else "—"


def _opens(before: str, after: str) -> bool:
    return (not before or before.isspace() or before in _BEFORE_OPENING) and bool(after) and not after.isspace()


def _double(before: str, after: str, pen: _Pen) -> str:
    opening, closing = pen.quotes[:2]
    if pen.language in ("he", "yi") and before.isalpha() and after.isalpha():
        return '"'  # gershayim, inside an acronym
    if _opens(before, after) and not (pen.double and before in "—–-"):
        pen.double = True
        return opening
    if not pen.double and (before.isdigit() or (before.isspace() and after.isspace())):
        return '"'
    if not pen.double and after and (before > "\u2e80" or (after.isalnum() and not before.isalnum())):
        pen.double = True
        return opening
    pen.double = False
    return closing


def _single(before: str, after: str, rest: str, pen: _Pen) -> str:
    opening, closing = pen.quotes[2:]
    if before.isalnum() and after.isalnum():
        return "’" if not (before.isdigit() and after.isdigit()) else "'"
    if _opens(before, after) or (before in ('"', "”") and after.isalnum() and not before.isspace()):
        if pen.clipped.match(rest):
            return "’"
        pen.single = True
        return opening
    if before.isdigit() and not pen.single:
        return "'"
    if pen.single:
        pen.single = False
        return closing
    return "’"


def _french(text: str) -> str:
    text = re.sub(r"[ \u00a0](?=[;!?])", THIN, text)
    text = re.sub(r"(?<=«)[ \u00a0]|[ \u00a0](?=»)", THIN, text)
    return re.sub(r" (?=:(?:\s|$))", "\u00a0", text)


_INITIALS = re.compile(r"(?<!\w)([^\W\d_])\. (?=[^\W\d_]\.)")
_ALONE = re.compile(r"(?<![\w'’-])([kosuvzaiwKOSUVZAIW]) (?=\w)")


def _german(text: str) -> str:
    """z. B., d. h. and initials keep together."""
    return _INITIALS.sub(rf"\1.{THIN}", text)


def _slavic(text: str) -> str:
    """A word of one letter stays with the next."""
    return _ALONE.sub("\\1\u00a0", text)


_SPACES: dict[str, tuple[Callable[[str], str], ...]] = {
    "fr": (_french,),
    "de": (_german,),
    **dict.fromkeys(("cs", "sk", "pl"), (_slavic,)),
}
