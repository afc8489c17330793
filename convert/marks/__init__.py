"""The inline marks in their order, and the one scan that asks them: a paragraph's text becomes Inlines.

The scan stops at signs only, and there asks the marks that show this sign. Every pattern is bounded, so that a text
full of stray brackets or stars costs no more than any other. A new mark is one line in MARKS and one case file in
tests/marks. Quotes and dashes are set last, in plain runs only.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from convert.marks import emphasis, link, noteref, script, spaced
from convert.marks.mark import Build, Made, Mark
from convert.marks.smart import smart
from convert.text import Habits
from convert.tree import Inline, Inlines, Str

MARKS: tuple[Mark, ...] = (
    link.NAMED,
    emphasis.LITERAL,
    emphasis.CODE,
    emphasis.PLUS,
    link.CALLED,
    link.INLINE,
    noteref.REF,
    link.ANGLE,
    link.URI,
    link.DOI,
    link.MAIL,
    link.DOMAIN,
    emphasis.THREE,
    emphasis.STRONG,
    emphasis.BOLD,
    emphasis.STARS,
    script.SCRIPT,
    emphasis.DOUBLE,
    emphasis.LINES,
    emphasis.SLASHES,
    emphasis.EQUALS,
    emphasis.STRUCK,
    spaced.SPACED,
)
_ESCAPE = re.compile(r"\\([.\-_*\[\]()#+!`~>|])")
_ROW = re.compile(r"\*+|_+|/+|=+|`+")  # of several in a row only the first may begin something


class _Ready(NamedTuple):
    """A mark with its patterns compiled."""

    pattern: re.Pattern[str]
    lead: re.Pattern[str] | None
    reach: int
    build: Build


class _Table(NamedTuple):
    """The marks of one dialect: what finds their signs, and for each sign the marks that show it, in their order."""

    signs: re.Pattern[str]
    marks: dict[str, tuple[_Ready, ...]]


@cache
def _table(dialect: str) -> _Table:
    marks = [m for m in MARKS if dialect not in m.never and (not m.only or dialect in m.only)]
    ready: dict[str, tuple[_Ready, ...]] = {}
    for mark in marks:
        lead = re.compile(rf"(?:{mark.lead})\Z") if mark.lead else None
        for sign in mark.signs:
            ready[sign] = (*ready.get(sign, ()), _Ready(re.compile(mark.pattern), lead, mark.reach, mark.build))
    alone = "".join(m.signs for m in marks if not m.then)
    followed = {f"(?<=[{re.escape(m.signs)}])(?={m.then})": None for m in marks if m.then}
    signs = re.escape("".join(ready))  # first, so that the search skips all other letters
    return _Table(re.compile(f"[{signs}](?:{'|'.join((f'(?<=[{re.escape(alone)}])', *followed))})"), ready)


def inlines(text: str, habits: Habits) -> Inlines:
    """`text` with its marks read and its quotes and dashes set by the habits' language."""
    return smart(parse(text, habits), habits.language, habits.quotes, habits.dashes)


def parse(text: str, habits: Habits) -> Inlines:
    """`text` with its marks read; quotes and dashes as they stand."""
    table = _table(habits.dialect)
    result: list[Inline] = []
    done = at = 0
    while sign := table.signs.search(text, at):
        start, made = _made(table, text, sign.start(), done, habits)
        if made is None:
            row = _ROW.match(text, sign.start())
            at = row.end() if row else sign.end()
            continue
        result += _run(text[done:start], habits)
        result.append(made.inline)
        done = at = start + made.length
    return (*result, *_run(text[done:], habits))


def _made(table: _Table, text: str, at: int, done: int, habits: Habits) -> tuple[int, Made | None]:
    """What the sign at `at` makes, and where it starts, not before `done`."""
    for mark in table.marks[text[at]]:
        start = at
        if mark.lead:
            lead = mark.lead.search(text, max(done, at - mark.reach), at)
            if not lead:
                continue
            start = lead.start()
        match = mark.pattern.match(text, start)
        made = mark.build(match, lambda inner: parse(inner, habits)) if match else None
        if made is not None:
            return start, made
    return at, None


def _run(text: str, habits: Habits) -> Inlines:
    if habits.markup and "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    return (Str(text),) if text else ()
