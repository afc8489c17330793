"""The inline marks in their order, and the one scan that asks them: a paragraph's text becomes Inlines.

Every pattern is bounded, so that a text full of stray brackets or stars costs no more than any other. A new mark is
one line in MARKS and one case file in tests/marks. Quotes and dashes are set last, in plain runs only.
"""

from __future__ import annotations

import re

from convert.marks import emphasis, link
from convert.marks.mark import Mark
from convert.marks.smart import smart
from convert.text import Habits
from convert.tree import Inline, Inlines, Str

MARKS: tuple[Mark, ...] = (
    emphasis.CODE,
    link.INLINE,
    link.ANGLE,
    link.URI,
    link.MAIL,
    emphasis.STRONG,
    emphasis.STARS,
    emphasis.LINES,
)
_BY_NAME = {mark.name: mark for mark in MARKS}
_ANY = re.compile("|".join(f"(?P<{mark.name}>{mark.pattern})" for mark in MARKS))
_HINT = re.compile(r"[`\[<*_@]|://|www\.")  # no mark is found where none of these stands
_ESCAPE = re.compile(r"\\([.\-_*\[\]()#+!`~>|])")


def inlines(text: str, habits: Habits) -> Inlines:
    """`text` with its marks read and its quotes and dashes set by the habits' language."""
    return smart(parse(text, habits), habits.language)


def parse(text: str, habits: Habits) -> Inlines:
    """`text` with its marks read; quotes and dashes as they stand."""
    if not _HINT.search(text):
        return _run(text, habits)
    result: list[Inline] = []
    done = at = 0
    while match := _ANY.search(text, at):
        assert match.lastgroup is not None
        node = _BY_NAME[match.lastgroup].build(match, lambda inner: parse(inner, habits))
        if node is None:
            at = match.start() + 1
            continue
        result += _run(text[done : match.start()], habits)
        result.append(node.inline)
        done = at = match.start() + node.length
    return (*result, *_run(text[done:], habits))


def _run(text: str, habits: Habits) -> Inlines:
    if habits.markup and "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    return (Str(text),) if text else ()
