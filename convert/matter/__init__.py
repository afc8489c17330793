"""The matter of a text: its lines become Metadata and the lines that remain.

Asked in order: front matter, Project Gutenberg's frame, a head in light markup, a block of fields, a memorandum's
head, then the head of a page. Precedence: given
by the caller, front matter, recovered from the text. Each line that goes into metadata is accounted for in `taken`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from convert.article import Metadata, Remark, Taken
from convert.matter import fields
from convert.matter.dateline import dateline
from convert.matter.draft import Draft
from convert.matter.foot import foot
from convert.matter.front import front_matter
from convert.matter.gutenberg import gutenberg
from convert.matter.head import head
from convert.matter.letter import letter, opens_letter
from convert.matter.manual import manual
from convert.matter.marked import marked
from convert.matter.memo import memo
from convert.options import Options
from convert.survey import detect, prose
from convert.text import Line, place


class Matter(NamedTuple):
    """What the head of a text says, and the lines that are its body."""

    metadata: Metadata
    body: tuple[Line, ...]
    taken: tuple[Taken, ...]
    remarks: tuple[Remark, ...]
    structure: Any = None  # what front matter says stands where


def read(lines: tuple[Line, ...], options: Options) -> Matter:
    """The matter of `lines`, with what `options` say put first."""
    draft = Draft(lines=lines)
    draft.language = options.language or detect(prose(lines[:400]))
    start = first = next((i for i, line in enumerate(lines) if not line.blank), 0)
    raw = [" " * line.indent + line.text for line in lines[start : start + 250]]
    rest = lines[start:]
    start += front_matter(rest, raw, draft) or gutenberg(rest, draft) or marked(rest, draft)
    start += 0 if start > first else manual(rest, draft) or _fields(rest, draft)
    start += 0 if start > first else memo(rest, raw, draft)
    start += _blanks(lines, start)
    start += 0 if opens_letter(lines[start:], draft) else head(lines[start:], draft)
    dateline(lines[start:], draft)
    letter(lines[start:], draft)
    foot(lines[start:], draft)
    given(options, draft)
    return Matter(draft.metadata(), lines[start:], tuple(draft.taken), tuple(draft.remarks), draft.structure)


def given(options: Options, draft: Draft) -> None:
    """What the caller said goes before what the text says; its lines in the text are accounted for all the same."""
    names = "title authors date modified language publisher rights identifier subjects description source"
    for name in names.split():
        draft.override(name, getattr(options, name))
    draft.say("extra", options.extra, 0, "given by the caller", "given")


def _blanks(lines: Sequence[Line], start: int) -> int:
    end = start
    while end < len(lines) and lines[end].blank:
        end += 1
    return end - start


def _fields(lines: Sequence[Line], draft: Draft) -> int:
    """A block of fields at the top, and more of them after single blank lines; how many lines they took."""
    start = at = int(_has_envelope(lines))
    mail = False
    while at < min(len(lines), fields.LONGEST):
        entries = fields.block(lines[at : at + fields.LONGEST + 1], more=at > start)
        if not entries or (at > start and len(entries) > 1 and not all(fields.home(e) for e in entries)):
            break
        if at == start:
            mail = _is_mail(entries) and not _opens_with_title(lines, _end(entries, lines))
        for entry in entries:
            fields.note(entry, draft, mail)
            for line in entry.lines:
                draft.take(line, f"field {entry.key}")
        at = _end(entries, lines)
        if _blanks(lines, at) != 1:
            break
        at += 1
    if start and at > start:
        draft.take(lines[0], "mail")
    return at if at > start else 0


def _has_envelope(lines: Sequence[Line]) -> bool:
    """Whether the text opens with the `From ` line that a mailbox puts above a message (RFC 4155)."""
    return len(lines) > 1 and bool(re.match(r"From \S{1,160}\s+\w{3} \w{3} +\d", lines[0].text))


def _end(entries: Sequence[fields.Entry], lines: Sequence[Line]) -> int:
    return place(lines, entries[-1].lines[-1]) + 1


def _is_mail(entries: Sequence[fields.Entry]) -> bool:
    keys = {e.key.casefold() for e in entries}
    return (
        "subject" in keys
        and "title" not in keys
        and (bool(keys & {"from", "organization"}) or any(fields.home(e) == "mail" for e in entries))
    )


def _opens_with_title(lines: Sequence[Line], end: int) -> bool:
    """Whether the text below the fields opens with an underlined title of its own."""
    start = end + _blanks(lines, end)
    return start + 1 < len(lines) and len(lines[start + 1].text) > 3 and set(lines[start + 1].text) == {"="}
