"""Parting: a text that parts its paragraphs without blank lines gets them, so that the rules know one habit only.

A line put in has the number of the line above it; `Lines` tells it from a real one by that.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from convert.rules.listing import marker_of
from convert.rules.starts import ENTRY
from convert.text import Habits, Line

LONG = 75  # characters; where every line is a paragraph, shorter ones in a row may be verse, a list, an address
Ends = Callable[[Sequence[Line], int, Habits], bool]
_FULL_STOP = (".", "!", "?", "。", "！", "？")
_SENTENCE_END = tuple(".!?…:;\"”“’‘'»«)]。！？」』")


def parted(lines: Sequence[Line], habits: Habits) -> tuple[Line, ...]:
    """`lines`, with a blank one wherever this text's habit ends a paragraph without one."""
    if habits.paragraphs == "blank":
        return tuple(lines)
    ends = ENDS[habits.paragraphs]
    return tuple(_with_blanks(lines, habits, ends))


LEADING = 10  # lines; a shorter text of lines apart may be anything


def closed(lines: Sequence[Line]) -> tuple[Line, ...]:
    """`lines` of a double-spaced typescript without the blank ones that are its leading: a line goes on below them."""
    texts = [line for line in lines if not line.blank]
    threes = list(zip(lines, lines[1:], lines[2:], strict=False))
    pairs = [(a, c) for a, b, c in threes if b.blank and not a.blank and not c.blank and len(a.text) < 100]
    runs = sum(b.text[:1].islower() and not a.text.endswith(_FULL_STOP) for a, b in pairs)
    if len(texts) < LEADING or len(pairs) * 10 < len(texts) * 7 or runs * 3 < len(pairs):
        return tuple(lines)
    below = {a.number: b for a, b in itertools.pairwise(texts)}
    leading = {b.number for a, b, c in threes if b.blank and _goes_on(a, c, below.get(c.number))}
    return tuple(line for line in lines if line.number not in leading)


def _goes_on(above: Line, line: Line, below: Line | None) -> bool:
    """Whether a line of a typescript whose first lines are set in belongs to the one above it."""
    named = line.text.isupper() or (below is not None and not any(c.isalnum() for c in below.text))  # a heading
    prose = len(above.text) > 30 and any(c.isalnum() for c in line.text)
    return prose and line.indent < 2 and not named and not marker_of(line.text)


def _with_blanks(lines: Sequence[Line], habits: Habits, ends: Ends) -> Iterator[Line]:
    for i, line in enumerate(lines):
        if i and not line.blank and not lines[i - 1].blank and ends(lines, i, habits) and not _rows(lines[i - 1], line):
            yield Line(lines[i - 1].number, "", 0)
        yield line


def _rows(above: Line, line: Line) -> bool:
    """Whether both are rows of one table, which may be wider than any paragraph's line."""
    if above.text[0] == line.text[0] and above.text[0] in "|│" and {above.text[-1], line.text[-1]} <= {"|", "│"}:
        return True
    return line.text.count("\t") == above.text.count("\t") > 1


def _between_lines(lines: Sequence[Line], i: int, _habits: Habits) -> bool:
    """Where lines are paragraphs, one that is long or ends a sentence stands alone."""
    above = lines[i - 1].text
    return len(lines[i].text) > LONG or len(above) > LONG or (above.endswith(_FULL_STOP) and not marker_of(above))


def _before_indent(lines: Sequence[Line], i: int, habits: Habits) -> bool:
    """A first line is set in; so is every line of a quotation, whose lines seldom end a sentence, and then it ends."""
    above, line, least = lines[i - 1], lines[i], habits.margin + 2
    if marker_of(above.text) and not (habits.dialogue and above.text[0] in "-–—"):
        return False  # what hangs below an item's mark
    if line.text[0] in "「『" and not habits.width:
        return above.text.endswith(_SENTENCE_END)  # such a bracket stands at the margin where words are set in
    if line.indent >= least:
        return above.indent < least or (above.text.endswith(_SENTENCE_END) and not 8 < line.indent - habits.margin < 20)
    if _heads(lines, i, least):
        return True
    before = lines[i - 2] if i > 1 else lines[i]
    in_both = above.indent >= least <= before.indent and not before.blank
    return in_both and not before.text.endswith((*_SENTENCE_END, "-"))


def _heads(lines: Sequence[Line], i: int, least: int) -> bool:
    """Whether a short line at the margin stands between a sentence's end and a first line: a heading without blanks."""
    line, below = lines[i], lines[i + 1] if i + 1 < len(lines) else lines[i]
    return (
        below.indent >= least > line.indent
        and lines[i - 1].text.endswith(_FULL_STOP)
        and len(line.text) < 60
        and not line.text.endswith((*_SENTENCE_END, ",", "-"))
        and not line.text[0].islower()
    )


def _before_entry(lines: Sequence[Line], i: int, _habits: Habits) -> bool:
    """A log's lines begin with the time, or with a name in angles."""
    return bool(ENTRY.match(lines[i].text)) or (bool(ENTRY.match(lines[i - 1].text)) and not lines[i].indent)


def _after_early(lines: Sequence[Line], i: int, habits: Habits) -> bool:
    """A line that ends although the next word had room, or a step of the indent that is no list item's."""
    above, line = lines[i - 1], lines[i]
    if marker_of(line.text) and line.indent >= above.indent - 8:
        return False  # the list's rule knows
    if abs(line.indent - above.indent) > 1:
        mark = marker_of(above.text)
        return mark is None or abs(line.indent - above.indent - mark.width) > 1 or _early(above, line, habits)
    return _early(above, line, habits)


def _early(above: Line, line: Line, habits: Habits) -> bool:
    room = habits.width - above.indent - len(above.text) - 1 - len(line.text.split(" ", 1)[0])
    return room >= 0 and (above.text.endswith(_SENTENCE_END) or room > habits.width // 4)


# What ends a paragraph, by the text's habit.
ENDS: dict[str, Ends] = {
    "line": _between_lines,
    "indent": _before_indent,
    "entry": _before_entry,
    "mark": _after_early,
}
