"""Chapters: the files of a book's text, cut at its top sections and of bearable size, and the ways into them.

Names come from headings, so that a correction in one chapter, or a chapter put in before it, renames no other.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from convert import tree as t
from convert.article import Article
from convert.editions.contents import Entry, contents
from convert.tree import plain_text

CUT_ABOVE = 18_000  # bytes of text, some 3000 words; a shorter article is one file
LEAST = 1_500  # bytes; where sections are shorter than this on the whole, they are no chapters
MOST = 200_000  # bytes; older reading systems refuse or crawl at files of more than 300 KB with their markup
TITLE_PAGE = "title.xhtml"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One file of the book's text."""

    name: str
    title: str
    blocks: t.Blocks

    @property
    def begins(self) -> str:
        """The identifier of the heading it begins with, "" where there is none."""
        first = self.blocks[0] if self.blocks else None
        return first.attr.id if isinstance(first, t.Header) else ""


class Way(NamedTuple):
    """An entry of the contents: where it leads, its words, and the entries below."""

    href: str
    text: str
    below: tuple[Way, ...] = ()
    byline: str = ""  # of an article in an issue


class _Sized(NamedTuple):
    block: t.Block
    size: int  # bytes of its text


def cut(article: Article, always: bool = False) -> tuple[Chapter, ...]:
    """The text in files: cut at its top headings, two or more, where it is long or `always`; large ones again."""
    title = article.metadata.title
    sized = [_Sized(part, _size(part)) for block in article.blocks for part in _opened(block)]
    parts = list(_cut(sized, 2, 0 if always else CUT_ABOVE))
    if len(parts) < 2:
        return (Chapter("text.xhtml", title, article.blocks),)
    chapters: list[Chapter] = []
    stem, count = "opening", 0
    for part in parts:
        blocks = tuple(s.block for s in part)
        if isinstance(blocks[0], t.Header):
            stem, count, title = _stem(blocks[0].attr.id), 0, _words(blocks[0].inlines) or title
        count += 1
        chapters.append(Chapter(f"{stem}_{count}.xhtml" if count > 1 else f"{stem}.xhtml", title, blocks))
    return tuple(chapters)


def _cut(sized: Sequence[_Sized], level: int, whole: int = MOST) -> Iterator[Sequence[_Sized]]:
    """`sized`, of more than `whole`, cut at its headings of `level`, then deeper where a section is large still."""
    total = sum(s.size for s in sized)
    starts = [i for i, s in enumerate(sized) if isinstance(s.block, t.Header) and s.block.level == level]
    if total <= whole:
        yield sized
    elif level > 6:
        yield from _pieces(sized)
    elif len(starts) < 2:
        yield from _cut(sized, level + 1)
    elif whole and total / len(starts) < LEAST:
        yield from _pieces(sized)
    else:
        for a, b in itertools.pairwise([*([0] if starts[0] else []), *starts, len(sized)]):
            yield from _cut(sized[a:b], level + 1)


def _pieces(sized: Sequence[_Sized]) -> Iterator[Sequence[_Sized]]:
    """`sized` in pieces of at most MOST, where its blocks allow it, each cut at the best place in its second half."""
    start = 0
    while start < len(sized):
        end = _end(sized, start)
        yield sized[start:end]
        start = end


def _end(sized: Sequence[_Sized], start: int) -> int:
    size, best, rank = 0, 0, 99
    for at in range(start, len(sized)):
        if at > start and size >= MOST / 2 and (here := _rank(sized, at)) <= rank:
            best, rank = at, here
        size += sized[at].size
        if size > MOST and best:
            return best
    return len(sized)


def _rank(sized: Sequence[_Sized], at: int) -> int:
    """How good a place this is to begin a file, the lower the better."""
    if isinstance(sized[at - 1].block, t.Header):
        return 9  # no heading at a file's end
    match sized[at].block:
        case t.Header(level):
            return level
        case t.HorizontalRule():
            return 7
    return 8


def _size(block: t.Block) -> int:
    return len(plain_text(block).encode())


def _stem(name: str) -> str:
    """A file's name that every reading system and zip tool takes, from a heading's identifier."""
    return f"text-{name}" if name.isascii() else f"text-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _words(inlines: t.Inlines) -> str:
    return " ".join(plain_text(inlines).split())


# ---------------------------------------------------------------- blocks too large for a file


def _opened(block: t.Block) -> Iterator[t.Block]:
    """`block`; a list, quotation, poem or listing larger than a file as several. A paragraph or table stays whole."""
    match block:
        case t.BulletList(items) if _size(block) > MOST:
            yield from (replace(block, items=part) for part in _shared(items))
        case t.DefinitionList(entries) if _size(block) > MOST:
            yield from (replace(block, items=part) for part in _shared(entries))
        case t.OrderedList(numbering, items) if _size(block) > MOST:
            first = numbering.start
            for part in _shared(items):
                yield replace(block, attributes=numbering._replace(start=first), items=part)
                first += len(part)
        case t.BlockQuote(blocks) if _size(block) > MOST:
            yield from (replace(block, blocks=part) for part in _shared(blocks))
        case t.LineBlock(lines) if _size(block) > MOST:
            yield from (replace(block, lines=part) for part in _shared(lines))
        case t.CodeBlock(_, text) if len(text) > MOST:
            yield from (replace(block, text="\n".join(part)) for part in _shared(tuple(text.split("\n"))))
        case _:
            yield block


def _shared(parts: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """`parts` in runs of about half of MOST each."""
    start = size = 0
    for at, part in enumerate(parts):
        size += len(part) if isinstance(part, str) else _size(part)
        if size > MOST / 2:
            yield parts[start : at + 1]
            start, size = at + 1, 0
    if start < len(parts):
        yield parts[start:]


# ---------------------------------------------------------------- ways in


def places(chapters: Sequence[Chapter]) -> dict[str, str]:
    """The file of each identifier that a link may name; nothing where there is one file."""
    found: dict[str, str] = {}
    for chapter in chapters if len(chapters) > 1 else ():
        for node in t.nodes(chapter.blocks):
            attr = getattr(node, "attr", None)
            if attr and attr.id:
                found.setdefault(attr.id, chapter.name)
    return found


def ways(article: Article, chapters: Sequence[Chapter], files: dict[str, str]) -> tuple[Way, ...]:
    """The contents: the title, then each heading, below those that are higher."""
    title, first = article.metadata.title, chapters[0]
    entries = contents(article)
    if len(chapters) == 1:
        return (Way(first.name, title, tuple(_way(e, {}, {}, first.name) for e in entries)),)
    heads = {c.begins: c.name for c in chapters if c.begins}
    if not entries:
        return (Way(first.name, title),)
    return (Way(TITLE_PAGE, title), *(_way(e, heads, files, first.name) for e in entries))


def _way(entry: Entry, heads: dict[str, str], files: dict[str, str], first: str) -> Way:
    href = heads.get(entry.id) or f"{files.get(entry.id, first)}#{entry.id}"
    below = tuple(_way(e, heads, files, first) for e in entry.entries)
    return Way(href, entry.text or entry.id, below, entry.byline)
