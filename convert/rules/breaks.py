"""Scene break: a line of ornaments alone between blank lines, where the text draws breath."""

from __future__ import annotations

import re

from convert.article import Taken
from convert.rules.rule import Found, Read
from convert.text import Lines
from convert.tree import HorizontalRule

_ORNAMENTS = re.compile(
    r"(?:([*•·#~=_+.⁂◆◇☆★●○❖❧∗⁎※＊\-–—])[ \t\u00a0\u3000]*){1,80}|\[?\s*\*+\s*\]?|[-–—_*~=\u2500-\u257f]{2,}"
)
_ROUND = re.compile(r"(?P<left>[-–—~*=_]{1,10})[ ]?(?:o[0O]o|[oO0xX])[ ]?[-–—~*=_]{1,10}")
_END_MARK = re.compile(r"[-–—(]{1,3} ?(?:30|more|MORE|ends|ENDS) ?[-–—)]{1,3}")  # what a wire puts below a take
_ONE = frozenset("*⁂❖❧#~◆◇☆★※•＊")  # a single one of these is an ornament; a single dot or dash is not


def scene_break(lines: Lines, _read: Read) -> Found | None:
    """A line of the same few ornaments, alone in its chunk. `HorizontalRule`."""
    text = lines[0].text
    if _END_MARK.fullmatch(text) and lines.chunk() == 1:
        return Found((), 1, (Taken(lines[0].number, text, "a wire's own mark"),), why="a mark for the telegraph")
    if _ROUND.fullmatch(text) and lines.chunk() == 1:
        letters = "".join(c for c in text if c.isalnum())
        taken = (Taken(lines[0].number, letters, "ornament"),)
        return Found((HorizontalRule(),), 1, taken, why="a line of ornaments alone")
    if text[:1].isalnum() or len(text) > 200 or any(c.isalnum() for c in text) or not _ORNAMENTS.fullmatch(text):
        return None
    marks = "".join(text.split())
    if len(set(marks)) > 2 or (len(marks) == 1 and marks not in _ONE):
        return None
    if lines.chunk() > 1 and len(marks) < 20 and not (len(marks) >= 3 and lines.blanks_before()):
        return None
    return Found((HorizontalRule(),), 1, why="a line of ornaments alone")
