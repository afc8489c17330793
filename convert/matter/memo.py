"""The head of a memorandum: two columns of facts, then the title centred, as RFCs have it (RFC 7322, 4.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convert.matter import dates, names
from convert.matter.draft import Draft
from convert.text import Line

_GAP = re.compile(r"\s{6,}")


def memo(lines: Sequence[Line], raw: Sequence[str], draft: Draft) -> int:
    """Read a two-column head and the centred title below it; how many lines they took, 0 where there is none."""
    start = next((i for i, line in enumerate(lines[:8]) if not line.blank), 0)
    end = start
    while end < min(len(lines), len(raw), start + 40) and (not lines[end].blank or _goes_on(lines, end)):
        end += 1
    rows = [_columns(raw[i]) for i in range(start, end)]
    if (
        len(rows) < 3
        or sum(bool(right) for _, right in rows) * 2 < sum(bool(left or right) for left, right in rows)
        or not any(left and right for left, right in rows)
    ):
        return 0
    if not any(dates.whole(right, "en") for _, right in rows):
        return 0
    for (left, right), line in zip(rows, lines[start:end], strict=True):
        if not line.blank:
            _fact(left, right, line, draft)
    return _title(lines, end, draft)


def _goes_on(lines: Sequence[Line], at: int) -> bool:
    """Whether below a blank line the right column goes on: an author without an organisation leaves its line empty."""
    return at + 1 < len(lines) and lines[at + 1].indent > 40


def _columns(text: str) -> tuple[str, str]:
    """The left and the right half of a line, each perhaps empty."""
    if len(text) - len(text.lstrip()) > 30:
        return "", text.strip()
    halves = _GAP.split(text.strip(), maxsplit=1)
    return halves[0], halves[1] if len(halves) > 1 else ""


def _fact(left: str, right: str, line: Line, draft: Draft) -> None:
    found = dates.whole(right, "en")
    person = re.sub(r",? Eds?\.$", "", right)
    if found:
        draft.say("date", found.iso, line.number, "the date in the head's right column")
    elif re.match(r"(?:[A-Z]\.[ -]?)+ ?\S", person) and names.is_name(person):
        draft.say("authors", (person,), line.number, "a name in the head's right column")
    elif right:
        draft.say("extra", (("Organization", right),), line.number, "the head's right column")
    if left:
        key, _, value = left.partition(":")
        draft.say("extra", ((key.strip(), value.strip()) if value else ("Series", left),), line.number, "the head")
    draft.take(line, "head")


def _title(lines: Sequence[Line], end: int, draft: Draft) -> int:
    """The centred lines after the facts are the title; a lone document name below it goes with them."""
    at = end
    while at < len(lines) and lines[at].blank:
        at += 1
    title = at
    while at < len(lines) and not lines[at].blank:
        at += 1
    chunk = list(lines[title:at])
    if not chunk or len(chunk) > 5 or any(line.text.endswith(".") for line in chunk):
        return end
    name = chunk.pop() if len(chunk) > 1 and re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9.]+){2,}", chunk[-1].text) else None
    draft.say("title", " ".join(line.text for line in chunk), chunk[0].number, "the centred line below the head")
    for line in chunk:
        draft.take(line, "title")
    if name:
        draft.say("extra", (("Document", name.text),), name.number, "the name below the title")
        draft.take(name, "head")
    return at
