"""A page of a Unix manual: its running head and foot name it, the manual and the day it was made (man-pages(7))."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convert.matter import dates
from convert.matter.draft import Draft
from convert.text import Line

_HEAD = re.compile(
    r"(?P<name>[\w.+:-]{1,60})\((?P<section>\w{1,6})\)(?:\s{2,}(?P<manual>\S.{0,80}?))?\s{2,}(?P<again>\S{3,70})"
)
_GAP = re.compile(r"\s{3,}")
FOOT = 6  # lines


def manual(lines: Sequence[Line], draft: Draft) -> int:
    """Read a manual page's running head, and the day in its foot, into the draft; how many lines it took."""
    found = _HEAD.fullmatch(lines[0].text) if lines and len(lines[0].text) < 250 else None
    if found is None or found["again"] != f"{found['name']}({found['section']})":
        return 0
    name = _as_written(found["name"], lines[1:12])
    draft.say("title", name, lines[0].number, "the running head of a manual page")
    manual = found["manual"] or ""
    draft.say("extra", (("Manual", manual),) if manual else (), lines[0].number, "the running head")
    draft.say("extra", (("Section", found["section"]),), lines[0].number, "the running head")
    draft.take(lines[0], "running head")
    _foot(lines, found["again"], draft)
    return 1


def _as_written(name: str, below: Sequence[Line]) -> str:
    """The name as the page's first line has it: the running head has it in capitals."""
    first = (re.match(rf"{re.escape(name)}\b", line.text, re.IGNORECASE) for line in below)
    return next((match[0] for match in first if match), name)


def _foot(lines: Sequence[Line], again: str, draft: Draft) -> None:
    """The day between what stands left and right in the running foot, which stays in the text."""
    for line in lines[-FOOT:]:
        parts = _GAP.split(line.text) if len(line.text) < 250 else []
        if len(parts) == 3 and (parts[2] == again or line is lines[-1]):
            draft.say_date("date", dates.whole(parts[1]), line.number, "the running foot of a manual page")
