"""The matter of a text: its lines become Metadata and the lines that remain.

Asked in order: YAML front matter, a block of fields, a memorandum's head, else the head of a page. Precedence: given
by the caller, front matter, recovered from the text. Each line that goes into metadata is accounted for in `taken`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from convert.article import Metadata, Remark, Taken
from convert.matter import fields
from convert.matter.draft import Draft
from convert.matter.front import front_matter
from convert.matter.head import head
from convert.matter.memo import memo
from convert.options import Options
from convert.survey import detect
from convert.text import Line


class Matter(NamedTuple):
    """What the head of a text says, and the lines that are its body."""

    metadata: Metadata
    body: tuple[Line, ...]
    taken: tuple[Taken, ...]
    remarks: tuple[Remark, ...]


def read(lines: tuple[Line, ...], options: Options) -> Matter:
    """The matter of `lines`, with what `options` say put first."""
    draft = Draft()
    draft.language = options.language or detect(" ".join(line.text for line in lines[:400]))
    start = next((i for i, line in enumerate(lines) if not line.blank), 0)
    raw = [" " * line.indent + line.text for line in lines[start : start + 250]]
    start += front_matter(lines[start:], raw, draft) or _fields(lines[start:], draft) or memo(lines[start:], raw, draft)
    start += _blanks(lines, start)
    start += head(lines[start:], draft)
    _given(options, draft)
    return Matter(draft.metadata(), lines[start:], tuple(draft.taken), tuple(draft.remarks))


def _given(options: Options, draft: Draft) -> None:
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
    at = 0
    mail = False
    while at < min(len(lines), fields.LONGEST):
        entries = fields.block(lines[at : at + fields.LONGEST + 1], more=at > 0)
        if not entries or (at and len(entries) > 1 and not all(fields.home(e) for e in entries)):
            break
        if not at:
            mail = _is_mail(entries) and not _opens_with_title(lines, _end(entries, lines))
        for entry in entries:
            fields.note(entry, draft, mail)
            for line in entry.lines:
                draft.take(line, f"field {entry.key}")
        at = _end(entries, lines)
        if _blanks(lines, at) != 1:
            break
        at += 1
    return at


def _end(entries: Sequence[fields.Entry], lines: Sequence[Line]) -> int:
    return entries[-1].lines[-1].number - lines[0].number + 1


def _is_mail(entries: Sequence[fields.Entry]) -> bool:
    keys = {e.key.casefold() for e in entries}
    return (
        "subject" in keys
        and "title" not in keys
        and bool(keys & {"from", "organization", "content-type", "message-id"})
    )


def _opens_with_title(lines: Sequence[Line], end: int) -> bool:
    """Whether the text below the fields opens with an underlined title of its own."""
    start = end + _blanks(lines, end)
    return start + 1 < len(lines) and len(lines[start + 1].text) > 3 and set(lines[start + 1].text) == {"="}
