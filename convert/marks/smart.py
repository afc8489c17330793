"""Typographic quotes, apostrophes, dashes and ellipses by language, in plain runs of text only.

Sources: the Unicode Standard 6.2 (General Punctuation), CLDR's delimiters, and for spaces in French the Imprimerie
nationale. Letters are never touched; addresses, code and numbers with primes (5' 10") stay as they stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from convert.tree import Code, Emph, Inline, Inlines, Link, Str, Strong, plain_text

THIN = "\u202f"  # narrow no-break space
_CURLY = ("“", "”", "‘", "’")
QUOTES = {
    **dict.fromkeys(("de", "cs", "sk", "bg", "sl", "lt", "is"), ("„", "“", "‚", "‘")),
    **dict.fromkeys(("pl", "hu", "ro", "hr", "sr"), ("„", "”", "‚", "’")),
    **dict.fromkeys(("ru", "uk", "be", "kk"), ("«", "»", "„", "“")),
    **dict.fromkeys(("nb", "no", "nn", "el"), ("«", "»", "‘", "’")),
    "fr": ("«" + THIN, THIN + "»", "“", "”"),
    **dict.fromkeys(("sv", "fi"), ("”", "”", "’", "’")),
}
_SPACED_DASH = frozenset(
    ("de", "fr", "es", "it", "nl", "sv", "da", "nb", "no", "fi", "pl", "cs", "sk", "hu", "ru", "uk")
)
_CLIPPED = re.compile(r"(?:tis|twas|twere|twill|em|cause|til|till|bout|round|n|nuff|\d\ds?)\b", re.IGNORECASE)
_SIGN = re.compile(
    r"[\"']|\.{3}(?!\.)|(?<![-\w])---?(?![->])|(?<=[\w,.;:!?\"'”’)])---?(?=[\w\"'“‘(]|$| )|(?<=\s)-(?=\s)"
)
_BEFORE_OPENING = frozenset("([{<—–-/“‘„«¿¡\u00a0\u202f")


@dataclass(slots=True)
class _Pen:
    """Where the setter stands in a paragraph."""

    language: str
    before: str = ""  # the character just written
    double: bool = False  # a double quotation is open
    single: bool = False


def smart(inlines: Inlines, language: str) -> Inlines:
    """`inlines` with straight quotes, hyphens used as dashes and three points replaced by what a typesetter sets."""
    pen = _Pen(language.split("-")[0])
    return _set(inlines, pen)


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
            case Link(attr, inner, _) if not attr.classes:
                node = replace(node, inlines=_set(inner, pen))
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

    new = _SIGN.sub(sign, text) if '"' in text or "'" in text or "-" in text or "..." in text else text
    if pen.language == "fr":
        new = _french(new)
    pen.before = text[-1:]
    return new


def _sign(sign: str, before: str, after: str, rest: str, pen: _Pen) -> str:
    if sign == '"':
        return _double(before, after, pen)
    if sign == "'":
        return _single(before, after, rest, pen)
    if sign == "...":
        return "…"
    if sign == "-":
        return "–"
    if sign == "--" and after.isalnum() and not before.strip():
        return sign  # a program's flag, as in --fast
    spaced = before.isspace() and (after.isspace() or not after)
    return "–" if spaced and (sign == "--" and pen.language in _SPACED_DASH) else "—"


def _opens(before: str, after: str) -> bool:
    return (not before or before.isspace() or before in _BEFORE_OPENING) and bool(after) and not after.isspace()


def _double(before: str, after: str, pen: _Pen) -> str:
    opening, closing = QUOTES.get(pen.language, _CURLY)[:2]
    if _opens(before, after) and not (pen.double and before in "—–-"):
        pen.double = True
        return opening
    if not pen.double and (before.isdigit() or (before.isspace() and after.isspace())):
        return '"'
    if not pen.double and after.isalnum() and not before.isalnum():
        pen.double = True
        return opening
    pen.double = False
    return closing


def _single(before: str, after: str, rest: str, pen: _Pen) -> str:
    opening, closing = QUOTES.get(pen.language, _CURLY)[2:]
    if before.isalnum() and after.isalnum():
        return "’" if not (before.isdigit() and after.isdigit()) else "'"
    if _opens(before, after) or (before in ('"', "”") and after.isalnum() and not before.isspace()):
        if _CLIPPED.match(rest):
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
