"""Contents: the list of a text's own headings at its head, with page numbers or without, set apart from the text."""

from __future__ import annotations

import re
from dataclasses import replace

from convert.marks import inlines
from convert.rules.listing import listing
from convert.rules.rule import Found, Read
from convert.rules.starts import BULLET
from convert.rules.words import CONTENTS
from convert.text import Line, Lines, bare
from convert.tree import Attr, BulletList, Div, Header, Plain, Pos

LONGEST = 1000  # lines
# Both are read from the line's end: from its start, each of a thousand points could begin the leader.
_LEADER = re.compile(r"(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:\s?\.){3,}\s*|…+\s*|\s{3,}|\t)\S")
_DOTS = re.compile(r"(?:\d{1,4}|[ivxl]{1,6})\s*(?:\s?\.){4,}\s*\S")


_LONGEST_WORD = 40  # characters of a line that says "Contents" in any language
_PAGE_ENDS = frozenset("0123456789ivxl")


def contents(lines: Lines, read: Read) -> Found | None:
    """Lines that end with dots and a page, or lines below the word "Contents" that the text repeats as its headings.

    A `Div` of class contents: the heading where there is one, then a list of the entries.
    """
    head = 0
    text = lines[0].text
    if len(text) > _LONGEST_WORD and text[-1] not in _PAGE_ENDS:
        return None
    if CONTENTS.fullmatch(lines[0].text) and lines.blanks_before():
        head = 1 + min(lines.blanks_after(1), 3)
    body = lines.rest(head) if head else lines
    size = _entries(body, bool(head))
    if not size:
        return None
    if BULLET.match(body[0].text):
        return _listed(lines, head, body, read)
    items = tuple(
        (Plain(inlines(line.text, lines.habits), pos=Pos(line.number, line.number, "contents")),)
        for line in body.take(size)
        if not line.blank
    )
    title = (_title(lines),) if head else ()
    block = Div(Attr("", ("contents",)), (*title, BulletList(items)))
    return Found((block,), head + size, (), "likely", "the text's own list of contents")


def _listed(lines: Lines, head: int, body: Lines, read: Read) -> Found | None:
    """Entries that have a list's marks, perhaps one level inside another, stay the list they are."""
    found = listing(body, read)
    if found is None:
        return None
    last = body[found.size - 1].number
    entries = (replace(block, pos=Pos(body[0].number, last, "list")) for block in found.blocks)
    block = Div(Attr("", ("contents",)), (*((_title(lines),) if head else ()), *entries))
    return Found((block,), head + found.size, found.taken, "likely", "the text's own list of contents")


def _title(lines: Lines) -> Header:
    number = lines[0].number
    text = lines[0].text.rstrip(":").lstrip("#= ")
    return Header(2, Attr("", ("unlisted",)), inlines(text, lines.habits), pos=Pos(number, number, "contents"))


def _entries(lines: Lines, titled: bool) -> int:
    """How many lines at the top are entries: below a title most lead to pages or recur, else all have dots."""
    if not titled and not _leads(lines[0], lines, titled):
        return 0
    count = i = good = all_ = 0
    seen: set[str] = set()
    while i < min(len(lines), LONGEST):
        said = bare(lines[i].text)
        if said and said in seen:
            break  # the text begins: its first heading stands here again
        seen.add(said)
        if lines[i].blank:
            if lines.blanks_after(i) > 2:
                break
        elif _leads(lines[i], lines, titled):
            good, all_, count = good + 1, all_ + 1, i + 1
        elif not titled or (all_ - good) * 4 >= good or len(lines[i].text) > 80:
            break
        else:
            all_ += 1
        i += 1
    return count if good > 2 else 0


def _leads(line: Line, lines: Lines, titled: bool) -> bool:
    if not titled:
        return line.text[-1:] in _PAGE_ENDS and bool(_DOTS.match(line.text[::-1]))
    return bool(_LEADER.match(line.text[::-1])) or bare(line.text) in lines.habits.again
