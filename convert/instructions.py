"""Instructions: what typists of Japanese texts note for the typesetter, ［＃…］, is done and taken out of the text.

Obeys the annotation manual of the library that all such texts come from: headings, blocks set in, emphasis (which has
no form of its own here), and a legend of the signs between two rules at the head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from convert.article import Remark, Taken
from convert.text import Line

_NOTE = re.compile("［＃[^［］]{1,80}］")
_HEADING = re.compile("(大|中|小)見出し］")
_OPENS = re.compile("［＃ここから.{0,6}?([０-９0-9一二三四五六七八九十]{1,2})字下げ")
_LEGEND = "【テキスト中に現れる記号について】"
_SIGNS = {"大": "#", "中": "##", "小": "###"}  # the reader's own signs of headings
_FIGURES = str.maketrans("一二三四五六七八九", "123456789")


def done(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Taken, ...], tuple[Remark, ...]]:
    """`lines` with the instructions in them done, the letters that went, and a remark that says so."""
    if not any("［＃" in line.text for line in lines):
        return lines, (), ()
    taken: list[Taken] = []
    legend = _legend(lines)
    made = tuple(_followed(lines, legend, taken))
    first = taken[0].line if taken else 0
    said = f"{len(taken)} instructions to the typesetter were taken out of the text, the first on line {first}."
    return made, tuple(taken), (Remark("instructions", first, said),) if taken else ()


def _followed(lines: tuple[Line, ...], legend: range, taken: list[Taken]) -> Iterator[Line]:
    """Each line as the instructions up to it want it."""
    inset = 0
    for i, line in enumerate(lines):
        if i in legend:
            taken.append(Taken(line.number, line.text, "legend of signs"))
            yield Line(line.number, "", 0)
            continue
        notes = _NOTE.findall(line.text)
        if match := _OPENS.search(line.text):
            inset = 2 * int(match.group(1).replace("十", "10").translate(_FIGURES))
        yield _without(line, notes, inset) if notes else line._replace(indent=line.indent + inset)
        taken += [Taken(line.number, note, "instruction to the typesetter") for note in notes]
        if any("字下げ終わり" in note for note in notes):
            inset = 0


def _without(line: Line, notes: list[str], inset: int) -> Line:
    text = _NOTE.sub("", line.text).strip()
    sizes = [match.group(1) for note in notes if (match := _HEADING.search(note))]
    if sizes and text:
        return Line(line.number, f"{_SIGNS[sizes[0]]} {text}", 0)
    return Line(line.number, text, line.indent + inset if text else 0)


def _legend(lines: tuple[Line, ...]) -> range:
    """The places of the legend at the head, its two rules too; none where there is no legend."""
    at = next((i for i, line in enumerate(lines[:40]) if line.text == _LEGEND), 0)
    rules = [i for i, line in enumerate(lines[:60]) if re.fullmatch("-{20,}", line.text)]
    above, below = [i for i in rules if i < at], [i for i in rules if i > at]
    return range(above[-1], below[0] + 1) if at and above and below else range(0)
