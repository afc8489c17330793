"""Emphasis and code inside a line: _so_, *so*, /so/, =so=, **so**, ~~so~~, `so`, ``so``.

A mark hugs its words and stands apart from others, so that names_in_code, 2*3*4, a/b/c and a=b=c are left alone.
"""

from __future__ import annotations

import re

from convert.marks.mark import Build, Made, Mark, Parse
from convert.tree import NO_ATTR, Code, Emph, Inlines, Str, Strikeout, Strong

_MOST_WORDS = 8  # between slashes
_PLACES = frozenset("usr bin etc var tmp home opt lib dev proc root srv mnt boot run sys sbin media users".split())


def _code(width: int) -> Build:
    def build(match: re.Match[str], _parse: Parse) -> Made:
        return Made(Code(NO_ATTR, match.group()[width:-width].strip()), len(match.group()))

    return build


def _wrapped(kind: type[Emph] | type[Strong] | type[Strikeout], width: int) -> Build:
    """A builder for marks of `width` characters on each side; there must be a letter or digit between."""

    def build(match: re.Match[str], parse: Parse) -> Made | None:
        inner = match.group()[width:-width]
        return Made(kind(parse(inner)), len(match.group())) if any(c.isalnum() for c in inner) else None

    return build


def _three(match: re.Match[str], parse: Parse) -> Made | None:
    inner = match.group()[3:-3]
    return Made(Strong((Emph(parse(inner)),)), len(match.group())) if any(c.isalnum() for c in inner) else None


def _double(match: re.Match[str], parse: Parse) -> Made | None:
    """Two low lines on each side; Python's own names have them too (__init__)."""
    inner = match.group()[2:-2]
    if re.fullmatch(r"[a-z0-9_]*", inner):
        return None
    return _wrapped(Strong, 2)(match, parse)


def _slashes(match: re.Match[str], parse: Parse) -> Made | None:
    """Words between slashes; a folder at the root is none (/usr/, "/public/"), nor are sounds (/p/) or numbers."""
    inner = match.group()[1:-1]
    around = match.string[max(0, match.start() - 1) : match.start()], match.string[match.end() : match.end() + 1]
    if inner.islower() and inner.isalpha() and all(c and c in "\"'“”‘’`" for c in around):
        return None
    if len(inner.split()) > _MOST_WORDS or inner.casefold() in _PLACES or sum(c.isalpha() for c in inner) < 2:
        return None
    return Made(Emph(_plain_or(parse, inner)), len(match.group()))


def _equals(match: re.Match[str], parse: Parse) -> Made | None:
    inner = match.group()[1:-1]
    return Made(Strong(parse(inner)), len(match.group())) if sum(c.isalpha() for c in inner) > 1 else None


def _plain_or(parse: Parse, inner: str) -> Inlines:
    return parse(inner) if not inner.isalpha() else (Str(inner),)


_CODE_LIKE = ("technical", "markdown", "rst", "asciidoc")  # there, slashes and equals signs part paths and values

LITERAL = Mark("literal", "`", r"(?<![`\w\\])``(?!`)(?:[^`'\n]|'(?!')|`(?!`)){1,200}``(?![`\w])", _code(2))
CODE = Mark("code", "`", r"(?<![`\w\\])`(?=[^\s`])[^`\n]{0,200}?(?<=\S)`(?![`\w])", _code(1))
PLUS = Mark("plus", "+", r"(?<![\w+])\+(?=[^\s+])[^+\n]{1,200}?(?<=\S)\+(?![\w+])", _code(1), only=("asciidoc",))
THREE = Mark(
    "three", "*", r"(?<![\w\\*])\*\*\*(?=[^\s*])[^*\n]{0,300}?(?<=[^\s\\])\*\*\*(?![\w*])", _three, then=r"\*\*"
)
STRONG = Mark(
    "strong",
    "*",
    r"(?<![\w\\*])\*\*(?=[^\s*])(?:[^*\n]|(?<!\*)\*(?!\*)){0,300}?(?<=[^\s\\])\*\*(?!\*)",
    _wrapped(Strong, 2),
)
BOLD = Mark(
    "bold",
    "*",
    r"(?<![\w\\*])\*(?=[^\s*])[^*\n]{0,300}?(?<=[^\s\\])\*(?![\w*])",
    _wrapped(Strong, 1),
    only=("asciidoc",),
)
STARS = Mark("stars", "*", r"(?<![\w\\*])\*(?=[^\s*])[^*\n]{0,300}?(?<=[^\s\\])\*(?![\w*])", _wrapped(Emph, 1))
DOUBLE = Mark(
    "double", "_", r"(?<![\w\\])__(?=[^\s_])[^_\n]{0,300}?(?<=[^\s\\])__(?![\w_])", _double, only=("markdown",)
)
LINES = Mark("lines", "_", r"(?<![\w\\_])_(?=[^\s_])[^_\n]{0,400}?(?<=[^\s\\])_(?![\w_])", _wrapped(Emph, 1))
SLASHES = Mark(
    "slashes",
    "/",
    r"(?<![\w/.:\\~<>@#?=&%$)\]}*])(?<![\w\s]-)/(?=[^\W\d_]|[\"'“‘¿¡])[^/\n<>=|{}\\ɐ-ʯˈˌː]{1,90}?(?<=[^\W_]|[.,;:!?\"'”’])/(?![\w/.*-]\w|[\w/*<>])",
    _slashes,
    never=_CODE_LIKE,
)
EQUALS = Mark(
    "equals",
    "=",
    r"(?<![\w=<>!+*/&?.:~%|^\"'\\)\]-])=(?=[^\W_]|[\"'“‘(*§])[^=\n<>{};]{1,160}?(?<=[^\W_]|[.,;:!?\"'”’)*])=(?![\w=<>\"'])",
    _equals,
    never=_CODE_LIKE,
)
STRUCK = Mark(
    "struck",
    "~",
    r"(?<![\w\\~])~~(?=[^\s~])[^~\n]{1,300}?(?<=[^\s\\])~~(?!~)",
    _wrapped(Strikeout, 2),
    then="~",
    only=("markdown",),
)
