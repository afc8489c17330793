"""The block rules in their order, and the one loop that asks them: Lines become Blocks.

First match wins. A new structure is one file beside this one, one line in RULES, one case file in tests/rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from convert.article import Taken
from convert.errors import UsageError
from convert.rules import (
    attribution,
    breaks,
    code,
    colon,
    contents,
    definitions,
    directive,
    drawing,
    figure,
    footnote,
    heading,
    listing,
    paragraph,
    quote,
    speech,
    table,
    verse,
)
from convert.rules.forced import AHEAD, Forced, made, until
from convert.rules.rule import Found as Found
from convert.rules.rule import Read as Read
from convert.rules.rule import Rule as Rule
from convert.rules.rule import Table as Table
from convert.text import Lines
from convert.tree import Block, Blocks, Pos

RULES: Table = (
    ("directive", directive.directive),
    ("fence", code.fenced),
    ("figure", figure.figure),
    ("footnote", footnote.footnote),
    ("contents", contents.contents),
    ("table", table.table),
    ("drawing", drawing.drawing),
    ("definitions", definitions.definitions),
    ("attribution", attribution.attribution),
    ("speech", speech.speech),
    ("heading", heading.heading),
    ("break", breaks.scene_break),
    ("quote", quote.marked),
    ("list", listing.listing),
    ("code", code.indented),
    ("verse", verse.verse),
    ("unmarked", listing.unmarked),
    ("indent", quote.indented),
    ("colon", colon.introduced),
    ("paragraph", paragraph.paragraph),
)
PARAGRAPHS_ONLY: Table = (("paragraph", paragraph.paragraph),)
DETECTABLE = tuple(name for name, _ in RULES if name != "paragraph")
OPT_IN = ("smallcaps",)  # passes that only run where they are asked for


def without(names: Iterable[str], detect: Iterable[str] = ()) -> Table:
    """RULES less those named, unless `detect` names them too. UsageError names one that there is not."""
    names, detect = tuple(names), tuple(detect)
    for name in (*names, *detect):
        if name not in DETECTABLE and name not in OPT_IN:
            allowed = ", ".join((*DETECTABLE, *OPT_IN))
            raise UsageError(f"There is no rule {name!r}.", f"The rules are: {allowed}.", code="unknown-rule")
    return tuple((name, rule) for name, rule in RULES if name not in names or name in detect)


def read(lines: Lines, table: Table = RULES, forced: Sequence[Forced] = ()) -> tuple[Blocks, tuple[Taken, ...]]:
    """The blocks of `lines`, each with its `pos`, and the letters that went into structure.

    `forced`, in order, are set as said; the rules read up to the next of them and never over its first line.
    """
    blocks: list[Block] = []
    taken: list[Taken] = []
    places = list(reversed(forced))

    def inside(part: Lines) -> tuple[Blocks, tuple[Taken, ...]]:
        return read(part, table)

    while len(lines):
        if lines[0].blank:
            lines = lines.rest(1)
            continue
        room = until(places[-1].first, lines) if places else len(lines)
        if room:
            name, found = _up_to(room, lines, table, inside)
        else:
            name, found = "override", made(places.pop(), lines, lambda view: _first(view, table, inside)[1], inside)
        blocks += _placed(found, name, lines)
        taken += found.taken
        lines = lines.rest(found.size)
    return tuple(blocks), tuple(taken)


def _up_to(room: int, lines: Lines, table: Table, inside: Read) -> tuple[str, Found]:
    """The first find that takes at most `room` lines, though its rule may look further."""
    if room >= len(lines):
        return _first(lines, table, inside)
    ahead, most = lines.take(room + AHEAD), lines.take(room)
    for name, rule in table:
        found = rule(ahead, inside)
        if found is not None and found.size > room:
            found = rule(most, inside)
        if found is not None:
            return name, found
    raise AssertionError("the paragraph rule takes everything")


def _first(lines: Lines, table: Table, inside: Read) -> tuple[str, Found]:
    for name, rule in table:
        found = rule(lines, inside)
        if found is not None:
            return name, found
    raise AssertionError("the paragraph rule takes everything")


def _placed(found: Found, name: str, lines: Lines) -> Iterable[Block]:
    first, last = lines[0].number, lines[found.size - 1].number
    pos = Pos(first, last, name, found.sure, found.why)
    return (block if block.pos else replace(block, pos=pos) for block in found.blocks)


# ---------------------------------------------------------------- what else it could have been

WINDOW = 200  # lines that a runner-up may look at: what it would take further down does not matter
Seen = Callable[[str, Found, Lines], None]


def watched(table: Table, seen: Seen) -> Table:
    """`table` with each of its rules telling `seen` its name, what it found, and the lines that it looked at."""
    return tuple((name, partial(_watched, name, rule, seen)) for name, rule in table)


def _watched(name: str, rule: Rule, seen: Seen, lines: Lines, inside: Read) -> Found | None:
    found = rule(lines, inside)
    if found is not None:
        seen(name, found, lines)
    return found


def runner_up(lines: Lines, table: Table, name: str) -> tuple[str, Found] | None:
    """The rule after `name` that would have taken the first of `lines`, and what it would have made of them.

    What stands inside a quotation or a list is not read: only the outermost structure is asked for.
    """
    names = [n for n, _ in table]
    lines = lines.take(WINDOW)
    for other, rule in table[names.index(name) + 1 :]:
        found = rule(lines, _unread)
        if found is not None:
            return other, found
    return None


def _unread(_part: Lines) -> tuple[Blocks, tuple[Taken, ...]]:
    return (), ()
