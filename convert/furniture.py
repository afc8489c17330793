"""Furniture: what a printer put around the text of each page is taken off, and the paragraphs that pages cut rejoin.

Running heads, feet and page numbers are furniture, and the numbers of lines in the margin. They are recognised over
the whole text only, by their repetition at the breaks of pages and by their count; each goes into `taken`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from convert import instructions
from convert.article import Remark, Taken
from convert.text import Line

LEAST = 3  # pages; what stands at two breaks may be chance
HEAD = 30  # lines; up to here blank lines stay as they are, since the head of a text is read by its gaps


class Cleared(NamedTuple):
    """The lines of a text without its furniture, and what that was."""

    lines: tuple[Line, ...]
    taken: tuple[Taken, ...] = ()
    remarks: tuple[Remark, ...] = ()


def clear(lines: tuple[Line, ...], tops: Iterable[int] = ()) -> Cleared:
    """`lines` without line numbers, running heads and feet; `tops` are the lines that form feeds put atop a page."""
    typed, taken, remarks = instructions.done(lines)
    numbered = _unnumbered(typed)
    pages = _without_pages(numbered.lines, tops)
    return Cleared(pages.lines, taken + numbered.taken + pages.taken, remarks + numbered.remarks + pages.remarks)


# ---------------------------------------------------------------- heads and feet of pages

_PAGE_WORD = r"(?:page|pg\.?|p\.|seite|s\.|página|pagina|pág\.|side|sida|strona|страница|стр\.|с\.)"
_FOOT = re.compile(  # a page's number with its word, at the right or alone; or between dashes
    rf"(?:^|\s{{3,}})\[{{0,2}}{_PAGE_WORD}\s?(\d{{1,5}})(?:\s(?:of|von|de|di|av|из|/)\s?\d{{1,5}})?\]{{0,2}}$",
    re.IGNORECASE,
)
_DASHED = re.compile(r"[-–—~]\s?(\d{1,4})\s?[-–—~]")
_LONGEST = 120


def _without_pages(lines: tuple[Line, ...], tops: Iterable[int]) -> Cleared:
    feet = _feet(lines)
    breaks = sorted({i + 1 for i in feet} | _tops(lines, tops))
    if len(breaks) < LEAST - 1:
        return Cleared(lines)
    found = sorted(feet | _repeated(lines, breaks, feet))
    if len(found) < LEAST:
        return Cleared(lines)
    taken = tuple(Taken(lines[i].number, lines[i].text, "page furniture") for i in found)
    first = lines[found[0]]
    said = (
        f"{len(found)} running heads, feet and page numbers were taken off, the first line {first.number}: {first.text}"
    )
    return Cleared(_closed(lines, found), taken, (Remark("furniture", first.number, " ".join(said.split())),))


def _tops(lines: Sequence[Line], tops: Iterable[int]) -> set[int]:
    """Where in `lines` pages begin that form feeds part."""
    first = lines[0].number if lines else 1
    return {number - first for number in tops if 0 < number - first < len(lines)}


def _feet(lines: Sequence[Line]) -> set[int]:
    """The lines that number the pages: alone between blank lines, three or more, counting up by one."""
    worded: dict[str, list[tuple[int, int]]] = {}
    dashed: list[tuple[int, int]] = []
    for i, line in enumerate(lines):
        if not line.text[-1:].isdigit() and line.text[-1:] not in ("]", "-", "–", "—", "~"):
            continue
        if len(line.text) > _LONGEST or not _apart(lines, i):
            continue
        if match := _FOOT.search(line.text):
            worded.setdefault(_shape(line.text), []).append((i, int(match.group(1))))
        elif match := _DASHED.fullmatch(line.text):
            dashed.append((i, int(match.group(1))))
    found = {i for group in worded.values() if _counts(group) for i, _ in group}
    return found | {i for i, _ in dashed} if _counts(dashed) and _even(dashed) else found


def _apart(lines: Sequence[Line], i: int) -> bool:
    """Whether a blank line or the text's end stands on both sides of line `i`."""
    return (i == 0 or lines[i - 1].blank) and (i + 1 == len(lines) or lines[i + 1].blank)


def _shape(text: str) -> str:
    """What of a line is the same on every page."""
    return " ".join(re.sub(r"\d+", "#", text).split())


def _counts(numbers: Sequence[tuple[int, int]]) -> bool:
    """Whether `numbers` go up by one, but for a page or two that bears none."""
    steps = [b - a for (_, a), (_, b) in pairwise(numbers)]
    return len(numbers) >= LEAST and all(0 < s < 4 for s in steps) and steps.count(1) * 5 >= len(steps) * 4


def _even(numbers: Sequence[tuple[int, int]]) -> bool:
    """Whether pages of one length lie between `numbers`: what numbers chapters has no such measure."""
    gaps = [b - a for (a, _), (b, _) in pairwise(numbers)]
    middle = median(gaps)
    return 20 <= middle <= 100 and sum(abs(gap - middle) <= 6 for gap in gaps) * 5 >= len(gaps) * 4


def _repeated(lines: Sequence[Line], breaks: Sequence[int], feet: set[int]) -> set[int]:
    """The lines next to `breaks` whose words are the same at three or more of them, and hardly ever elsewhere."""
    everywhere = Counter(_shape(line.text) for line in lines if not line.blank)
    found: set[int] = set()
    for step in (-1, 1):
        nearest = [_nearest(lines, b, step, feet) for b in breaks]
        for _ in range(2):  # a head may have two lines
            at_breaks = Counter(_shape(lines[i].text) for i in set(nearest) if i >= 0)
            fit = [
                i if i >= 0 and _off(lines, i, step) and _running(lines, i, nearest, at_breaks, everywhere) else -1
                for i in nearest
            ]
            found.update(i for i in fit if i >= 0)
            nearest = [_nearest(lines, i + (step > 0), step, feet) if i >= 0 else -1 for i in fit]
    return found - feet


def _nearest(lines: Sequence[Line], start: int, step: int, feet: set[int]) -> int:
    """The first line with text from `start` on (or above it), past at most five blank lines; -1 where there is none."""
    i = start if step > 0 else start - 1
    for _ in range(7):
        if not 0 <= i < len(lines):
            return -1
        if not lines[i].blank and i not in feet:
            return i
        i += step
    return -1


def _off(lines: Sequence[Line], i: int, step: int) -> bool:
    """Whether a blank line parts line `i`, or it and one more, from the page's text."""
    return any(not 0 <= j < len(lines) or lines[j].blank for j in (i + step, i + 2 * step))


def _running(
    lines: Sequence[Line], i: int, nearest: Sequence[int], at_breaks: Counter[str], everywhere: Counter[str]
) -> bool:
    text = lines[i].text
    shape = _shape(text)
    count = at_breaks[shape]
    if count < LEAST or everywhere[shape] * 3 > count * 4 or len(text) > _LONGEST:
        return False
    if any(c.isalpha() for c in shape):
        return True
    numbers = [(j, int(m.group())) for j in sorted(set(nearest)) if j >= 0 and _shape(lines[j].text) == shape
               and (m := re.search(r"\d{1,6}", lines[j].text))]  # fmt: skip
    return _counts(numbers)


_SENTENCE_END = tuple('.!?…:;"”’»)]。！？」』')


def _closed(lines: tuple[Line, ...], found: Sequence[int]) -> tuple[Line, ...]:
    """`lines` without those `found`; at each gap one blank line stays, and none where a sentence runs over it."""
    gone = set(found)
    result: list[Line] = []
    i = 0
    while i < len(lines):
        if i not in gone and not lines[i].blank:
            result.append(lines[i])
            i += 1
            continue
        end = i
        while end < len(lines) and (end in gone or lines[end].blank):
            end += 1
        result += _gap(lines, i, end, gone)
        i = end
    return tuple(result)


def _gap(lines: Sequence[Line], start: int, end: int, gone: set[int]) -> list[Line]:
    """What stays of the lines between two that have text."""
    blank = [Line(line.number, "", 0) for line in lines[start:end]]
    if not any(i in gone for i in range(start, end)) or end < HEAD:
        return blank
    if start and end < len(lines) and _runs_on(lines[start - 1], lines[end]):
        return []
    return blank[:1]


def _runs_on(above: Line, below: Line) -> bool:
    """Whether a sentence, or a word, runs from one page to the next."""
    return below.text[0].islower() and (above.text[-1].isalnum() or above.text[-1] in ",-–—'’")


# ---------------------------------------------------------------- numbers of lines

_LEFT = re.compile(r"(\d{1,5})(?:\s?[:|]\s?|\s{1,12}|$)(?=(.*))")
_FAR_LEFT = re.compile(r"(\d{1,5})\s{3,}(?=\S)")
_FAR_RIGHT = re.compile(r"(?<=\S)\s{3,}(\d{1,5})$")
_ENOUGH = 20  # lines; fewer in a row may be a list


def _unnumbered(lines: tuple[Line, ...]) -> Cleared:
    """`lines` without the numbers that every line, or every fifth or tenth, bears in the margin."""
    return _each(lines) or _every_few(lines, _FAR_LEFT) or _every_few(lines, _FAR_RIGHT) or Cleared(lines)


def _each(lines: tuple[Line, ...]) -> Cleared | None:
    """Every line is numbered: nine in ten, by one, in one column, before text that runs on from line to line."""
    full = sum(not line.blank for line in lines)
    found = {i: match for i, line in enumerate(lines) if line.text[:1].isdigit() and (match := _LEFT.match(line.text))}
    if len(found) < _ENOUGH or len(found) * 10 < full * 9:
        return None
    numbers = [int(match.group(1)) for match in found.values()]
    if sum(b - a == 1 or b == 1 for a, b in pairwise(numbers)) * 20 < len(numbers) * 19 - 20:
        return None
    if not _in_column([(lines[i].indent, lines[i].indent + len(m.group(1))) for i, m in found.items()]):
        return None
    running = sum(match.group(2)[:1].islower() for match in found.values())
    bare = sum(not match.group(2) for match in found.values())
    if running * 6 < len(found) and bare * 20 < len(found):
        return None  # a ranking, a list: each line begins anew
    gutter = min((lines[i].indent + m.end() for i, m in found.items() if m.group(2)), default=0)
    return _taken_off(lines, {i: (_after(lines[i], m, gutter), m.group(1)) for i, m in found.items()})


def _every_few(lines: tuple[Line, ...], pattern: re.Pattern[str]) -> Cleared | None:
    """Every fifth or tenth line is numbered, with a wide gap to the text, as in editions of verse and of law."""
    look, end = (pattern.match, 0) if pattern is _FAR_LEFT else (pattern.search, -1)
    found = [
        (i, int(m.group(1)), m)
        for i, line in enumerate(lines)
        if line.text and line.text[end].isdigit() and (m := look(line.text))
    ]
    steps = {b - a for (_, a, _), (_, b, _) in pairwise(found)}
    if len(found) < LEAST or (found[-1][1] - found[0][1]) < _ENOUGH - 5 or steps not in ({5}, {10}):
        return None
    step = steps.pop()
    if any(n % step for _, n, _ in found):
        return None
    count, at = 0, {}
    for i, line in enumerate(lines):
        count += not line.blank
        at[i] = count
    if any(at[b] - at[a] != step for (a, _, _), (b, _, _) in pairwise(found)):
        return None
    edges = [(lines[i].indent + m.start(1), lines[i].indent + m.end(1)) for i, _, m in found]
    if not _in_column(edges):
        return None
    return _taken_off(lines, {i: (_without(lines[i], m), m.group(1)) for i, _, m in found})


def _in_column(edges: Sequence[tuple[int, int]]) -> bool:
    """Whether numbers stand under one another, at their left or at their right."""
    return any(Counter(e[side] for e in edges).most_common(1)[0][1] * 10 >= len(edges) * 9 for side in (0, 1))


def _after(line: Line, match: re.Match[str], gutter: int) -> Line:
    text = line.text[match.end() :].lstrip()
    column = line.indent + len(line.text) - len(text)
    return Line(line.number, text, max(0, column - gutter) if text else 0)


def _without(line: Line, match: re.Match[str]) -> Line:
    if match.end() == len(line.text):
        return Line(line.number, line.text[: match.start()], line.indent)
    return Line(line.number, line.text[match.end() :], line.indent + match.end())


def _taken_off(lines: tuple[Line, ...], new: dict[int, tuple[Line, str]]) -> Cleared:
    taken = tuple(Taken(line.number, number, "line number") for line, number in new.values())
    first = taken[0].line
    said = f"{len(new)} line numbers in the margin were taken off, the first on line {first}."
    rest = tuple(new[i][0] if i in new else line for i, line in enumerate(lines))
    return Cleared(rest, taken, (Remark("line-numbers", first, said),))
