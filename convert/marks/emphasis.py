"""Emphasis and code inside a line: _so_, *so*, **so**, `so`."""

from __future__ import annotations

import re

from convert.marks.mark import Made, Mark, Parse
from convert.tree import NO_ATTR, Code, Emph, Inline, Strong


def _inner(match: re.Match[str], width: int) -> str:
    return match.group()[width:-width]


def _code(match: re.Match[str], _parse: Parse) -> Made:
    return Made(Code(NO_ATTR, _inner(match, 1)), len(match.group()))


def _emph(match: re.Match[str], parse: Parse) -> Made | None:
    inner = _inner(match, 1)
    if not any(c.isalnum() for c in inner):
        return None
    return _made(Emph(parse(inner)), match)


def _strong(match: re.Match[str], parse: Parse) -> Made | None:
    inner = _inner(match, 2)
    if not any(c.isalnum() for c in inner):
        return None
    return _made(Strong(parse(inner)), match)


def _made(inline: Inline, match: re.Match[str]) -> Made:
    return Made(inline, len(match.group()))


CODE = Mark("code", r"(?<![`\w\\])`(?=[^\s`])[^`\n]{0,200}?(?<=\S)`(?![`\w])", _code)
STRONG = Mark("strong", r"(?<![\w\\*])\*\*(?=[^\s*])[^*\n]{0,300}?(?<=[^\s\\])\*\*(?!\*)", _strong)
STARS = Mark("stars", r"(?<![\w\\*])\*(?=[^\s*])[^*\n]{0,300}?(?<=[^\s\\])\*(?![\w*])", _emph)
LINES = Mark("lines", r"(?<![\w\\_])_(?=[^\s_])[^_\n]{0,400}?(?<=[^\s\\])_(?![\w_])", _emph)
