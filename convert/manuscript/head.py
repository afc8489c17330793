"""The head of a manuscript: the lines that only repeat its title page are taken off, and the heading that is its title.

An ODF text, a page or a book shows title, authors and date in its text as well as in its properties; each edition of
ours sets them from the metadata, once.
"""

from __future__ import annotations

import re
from dataclasses import replace

from convert.article import Remark
from convert.manuscript.properties import WHERE
from convert.matter import dates, names
from convert.matter.draft import Draft
from convert.text import Line, bare
from convert.tree import Block, Blocks, Header, Inlines, Note, Para, nodes, plain_text

LONGEST = 8  # blocks of a title page
_SHORT = 200  # characters of a paragraph that may stand on one
PROPERTIES = {kind: WHERE[kind] for kind in ("docx", "odt", "rtf", "html")}  # a book is called what its package says
_SEARCHED = 20  # blocks above which a page has its navigation


def taken_off(blocks: Blocks, kind: str, draft: Draft) -> Blocks:
    """`blocks` without title page; a title that only a heading says is noted."""
    place = _title_heading(blocks, kind, draft)
    if place < 0:
        place = next((i for i, b in enumerate(blocks[:4]) if _says(b, draft) == "title"), 0)
    gone = {place + i: what for i, block in enumerate(_page(blocks[place:])) if (what := _says(block, draft))}
    for i, what in gone.items():
        draft.take(Line(0, plain_text(blocks[i]), 0), what)
    notes = tuple(note for i in gone for note in nodes(blocks[i]) if isinstance(note, Note))
    rest = tuple(block for i, block in enumerate(blocks) if i not in gone)
    return (*rest[:place], *_noted(rest[place:], notes, blocks[place])) if notes else rest


def _noted(blocks: Blocks, notes: Inlines, title: Block) -> Blocks:
    """`blocks` with the notes of a title, which no title page can hold, at the end of the first paragraph."""
    first = blocks[0] if blocks else None
    if isinstance(first, Para):
        return (replace(first, inlines=(*first.inlines, *notes)), *blocks[1:])
    return (Para(notes, pos=title.pos), *blocks)


def _page(blocks: Blocks) -> Blocks:
    """What may be a title page at the top of `blocks`: up to the first heading below the title, or a long paragraph."""
    size = next((i for i, b in enumerate(blocks[1:LONGEST], 1) if isinstance(b, Header) or not _is_short(b)), LONGEST)
    return blocks[:size]


def _is_short(block: Block) -> bool:
    return isinstance(block, Para) and len(plain_text(block)) < _SHORT


def _title_heading(blocks: Blocks, kind: str, draft: Draft) -> int:
    """The place of the heading that is the title, -1 where none is: the only one of level 1, at the top."""
    tops = [i for i, block in enumerate(blocks) if isinstance(block, Header) and block.level == 1]
    if len(tops) != 1 or tops[0] >= _SEARCHED or any(isinstance(b, Header) for b in blocks[: tops[0]]):
        return -1
    words = " ".join(plain_text(blocks[tops[0]]).split())
    if _gives_way(blocks, words, kind, draft):
        said = draft.values.pop("title")
        if bare(words) not in bare(said):  # <title> has the name of the site besides
            draft.remarks.append(
                Remark("title", 0, f"The heading at its top was taken as title; the file calls it {said}.")
            )
    draft.say("title", words, 0, "the only heading of the first level")
    return tops[0] if bare(words) == bare(str(draft.values["title"])) else -1


def _gives_way(blocks: Blocks, words: str, kind: str, draft: Draft) -> bool:
    """Whether a title that only the file's properties say is less than the heading that a reader sees at the top."""
    title = bare(str(draft.values.get("title", "")))
    origin = draft.origins.get("title")
    if kind not in PROPERTIES or not title or not bare(words) or not origin or PROPERTIES[kind] not in origin.why:
        return False
    return not any(bare(plain_text(block)) == title for block in blocks[:_SEARCHED])


def _says(block: Block, draft: Draft) -> str:
    """The field that a block says again and nothing else, "" where it says more."""
    if not isinstance(block, Para | Header):
        return ""
    text = " ".join(plain_text(block).split())
    pieces = {_piece(piece, draft) for piece in re.split(r"\s[·|•]\s", text[:400])} if len(text) < 400 else {""}
    return "" if "" in pieces else ", ".join(sorted(pieces))


def _piece(text: str, draft: Draft) -> str:
    said = bare(text)
    for name in ("title", "subtitle", "standfirst", "kicker", "site"):
        if said and said == bare(str(draft.values.get(name, ""))):
            return name
    authors = {bare(author) for author in draft.values.get("authors", ())}
    if authors and {bare(name) for name in _people(text)} <= authors:
        return "authors"
    date = str(draft.values.get("date", ""))[:10]
    found = dates.whole(text, draft.language) if date and len(text) < 60 else None
    return "date" if found and found.iso == date else ""


def _people(text: str) -> tuple[str, ...]:
    """The names that a byline gives; the text itself where it gives none."""
    by = names.BY.match(text)
    return names.people(text[by.end() :] if by else text) or (text,)
