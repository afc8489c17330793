"""Notes: each reference finds its note, and each note the place that refers to it; what has no other half is remarked.

A note that one place refers to becomes pandoc's `Note` there, and the edition sets it where its readers look. Notes
that stand under a heading of their own, or that several places refer to, stay where they are, linked both ways.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from convert.article import Article, Remark, Taken
from convert.marks.noteref import BACK, LABEL, NOTEREF
from convert.rules import footnote
from convert.rules.words import NOTES
from convert.text import Habits
from convert.tree import (
    Attr,
    Block,
    Blocks,
    Div,
    Header,
    HorizontalRule,
    Link,
    Note,
    Para,
    Span,
    Str,
    Target,
    plain_text,
    walk,
)

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NAMED = 5  # labels that a remark names


class _Note(NamedTuple):
    """A note of the text."""

    place: int  # among the article's blocks
    label: str
    mark: str  # the label as it stands at the note's start
    stays: bool  # whether it stands under a heading of its own


class _Reference(NamedTuple):
    """A place that refers to a note."""

    place: int  # of its block
    label: str


def notes(article: Article, _habits: Habits) -> Article:
    """The article with its notes and their references joined."""
    blocks = _parenthesised(_without_rules(article.blocks))
    found = list(_found(blocks))
    if not found:
        return article
    references = list(_references(blocks))
    pairs = _pairs(found, references)
    if not pairs:
        return replace(article, remarks=(*article.remarks, *_unmatched(blocks, found, references, pairs)))
    made, taken = _joined(blocks, found, references, pairs)
    remarks = (*article.remarks, *_unmatched(blocks, found, references, pairs))
    return replace(article, blocks=made, taken=(*article.taken, *taken), remarks=remarks)


# ---------------------------------------------------------------- finding


def _without_rules(blocks: Blocks) -> Blocks:
    """`blocks` less the rules that only set notes apart from the text: no scene ends there."""
    above_note = {i - 1 for i, block in enumerate(blocks) if _is_note(block)}
    return tuple(b for i, b in enumerate(blocks) if not (i in above_note and isinstance(b, HorizontalRule)))


def _is_note(block: Block) -> bool:
    return isinstance(block, Div) and "footnote" in block.attr.classes


def _found(blocks: Blocks) -> Iterator[_Note]:
    """The notes among `blocks`. Those right below a heading, or below one that names notes or sources, stay there."""
    stays = False
    for i, block in enumerate(blocks):
        if isinstance(block, Header):
            stays = True
        elif not _is_note(block):
            stays = stays and _heads_notes(blocks, i)
        elif note := _note(blocks, i, stays):
            yield note


def _heads_notes(blocks: Blocks, i: int) -> bool:
    """Whether the nearest heading above block `i` is one over notes."""
    above = next((blocks[k] for k in range(i - 1, max(-1, i - 200), -1) if isinstance(blocks[k], Header)), None)
    return isinstance(above, Header) and NOTES.fullmatch(plain_text(above.inlines).strip()) is not None


def _note(blocks: Blocks, i: int, stays: bool) -> _Note | None:
    """The note that block `i` is, with the label it begins with."""
    block = blocks[i]
    if not isinstance(block, Div) or not _is_note(block):
        return None
    first = block.blocks[0]
    text = (
        first.inlines[0].text if isinstance(first, Para) and first.inlines and isinstance(first.inlines[0], Str) else ""
    )
    match = footnote.LABEL.match(text) or footnote.SIGN.match(text)
    if not match:
        return None
    label = re.sub(r"(?:Footnote|Note|Anmerkung|Fußnote|Nota) ?|[\[\]^:\s]", "", match.group())
    return _Note(i, label.translate(_RAISED), match.group(), stays)


def _references(blocks: Blocks) -> Iterator[_Reference]:
    """What may refer to a note, in the text's order; notes themselves refer to none."""
    for i, block in enumerate(blocks):
        if not _is_note(block):
            for span in _spans(block):
                yield _Reference(i, span.attr.get(LABEL) or "")


def _spans(node: Any) -> list[Span]:
    found: list[Span] = []

    def see(x: Any) -> Any:
        if isinstance(x, Span) and NOTEREF in x.attr.classes:
            found.append(x)
        return x

    walk(node, see)
    return found


_IN_BRACKETS = re.compile(r"(?<=\w)(\(\d{1,2}\))(?!\w)")


def _parenthesised(blocks: Blocks) -> Blocks:
    """`blocks` with `(1)` right behind a word as a reference, where a note begins with it."""
    labels = {note.label for note in _found(blocks) if note.label[:1] == "("}
    if not labels:
        return blocks

    def parted(node: Any) -> Any:
        if not isinstance(node, tuple) or hasattr(node, "_fields"):
            return node
        return tuple(x for item in node for x in (_split(item, labels) if isinstance(item, Str) else (item,)))

    def change(node: Any) -> Any:
        inner = getattr(node, "inlines", None)
        return replace(node, inlines=parted(inner)) if isinstance(inner, tuple) else node

    return tuple(block if _is_note(block) else walk(block, change) for block in blocks)


def _split(text: Str, labels: set[str]) -> Iterator[Str | Span]:
    for i, part in enumerate(_IN_BRACKETS.split(text.text)):
        if i % 2 and part in labels:
            yield Span(Attr("", (NOTEREF,), ((LABEL, part),)), (Str(part),))
        elif part:
            yield Str(part)


# ---------------------------------------------------------------- pairing


def _pairs(found: Sequence[_Note], references: Sequence[_Reference]) -> dict[int, int]:
    """For each reference that has one, its note, both by their numbers.

    As many notes as references of one label are pairs in their order; else a reference means the next note of its
    label, as chapters that count anew have it, and the last where none follows.
    """
    by_label: dict[str, list[int]] = defaultdict(list)
    for n, note in enumerate(found):
        by_label[note.label].append(n)
    refers: dict[str, list[int]] = defaultdict(list)
    for r, reference in enumerate(references):
        if reference.label in by_label:
            refers[reference.label].append(r)
    pairs: dict[int, int] = {}
    for label, places in refers.items():
        numbers = by_label[label]
        if len(places) == len(numbers):
            pairs |= dict(zip(places, numbers, strict=True))
        else:
            pairs |= {r: _next(found, numbers, references[r].place) for r in places}
    return pairs


def _next(found: Sequence[_Note], numbers: Sequence[int], place: int) -> int:
    return next((n for n in numbers if found[n].place > place), numbers[-1])


# ---------------------------------------------------------------- joining


def _joined(
    blocks: Blocks, found: Sequence[_Note], references: Sequence[_Reference], pairs: Mapping[int, int]
) -> tuple[Blocks, list[Taken]]:
    """The blocks with references and notes joined, and the labels that went into structure."""
    counts: dict[int, list[int]] = defaultdict(list)
    for r in sorted(pairs):
        counts[pairs[r]].append(r)
    moves = {n for n, places in counts.items() if len(places) == 1 and not found[n].stays}
    names = _names(found, [n for n in counts if n not in moves])
    taken: list[Taken] = []
    number = iter(range(len(references)))

    def change(node: Any) -> Any:
        if not isinstance(node, Span) or NOTEREF not in node.attr.classes:
            return node
        r = next(number)
        if r not in pairs:
            return node
        n = pairs[r]
        if n in moves:
            taken.extend(_labels(blocks, found[n], references[r], plain_text(node)))
            return Note(_body(blocks, found[n]))
        again = "" if counts[n][0] == r else f"_{counts[n].index(r) + 1}"
        return Link(Attr(f"{names[n]}_ref{again}", (NOTEREF,)), node.inlines, Target(f"#{names[n]}", ""))

    by_place = {found[n].place: n for n in counts}
    made: list[Block] = []
    for i, block in enumerate(blocks):
        if not _is_note(block):
            made.append(walk(block, change))
        elif i not in by_place:
            made.append(block)
        elif by_place[i] not in moves:
            made.append(_kept(block, names[by_place[i]]))
    return tuple(made), taken


def _names(found: Sequence[_Note], numbers: Sequence[int]) -> dict[int, str]:
    """An identifier for each note that stays, from its label, so that it outlives corrections elsewhere."""
    names: dict[int, str] = {}
    for n in sorted(numbers):
        plain = "".join(c if c.isascii() and c.isalnum() else f"{ord(c):x}" for c in found[n].label.strip("()"))
        name, count = f"fn_{plain}", 2
        while name in names.values():
            name, count = f"fn_{plain}_{count}", count + 1
        names[n] = name
    return names


def _body(blocks: Blocks, note: _Note) -> Blocks:
    """The note's blocks without its label, each with the note's lines."""
    block = blocks[note.place]
    assert isinstance(block, Div)
    first = block.blocks[0]
    assert isinstance(first, Para)
    opening = first.inlines[0]
    assert isinstance(opening, Str)
    rest = (Str(opening.text[len(note.mark) :]),) if opening.text[len(note.mark) :] else ()
    inner = (replace(first, inlines=(*rest, *first.inlines[1:])), *block.blocks[1:])
    return tuple(replace(b, pos=block.pos) for b in inner)


def _labels(blocks: Blocks, note: _Note, reference: _Reference, shown: str) -> Iterator[Taken]:
    for place, text in ((reference.place, shown), (note.place, note.mark)):
        pos = blocks[place].pos
        if pos and any(c.isalnum() for c in text):
            yield Taken(pos.first, text, "note mark")


def _kept(block: Block, name: str) -> Block:
    assert isinstance(block, Div)
    return replace(block, attr=block.attr._replace(id=name, pairs=((BACK, f"#{name}_ref"),)))


# ---------------------------------------------------------------- what has no other half


def _unmatched(
    blocks: Blocks, found: Sequence[_Note], references: Sequence[_Reference], pairs: Mapping[int, int]
) -> Iterator[Remark]:
    """A remark on notes that nothing refers to, and one on references of the notes' kind that lead nowhere."""
    lone = [note for n, note in enumerate(found) if n not in pairs.values()]
    if lone:
        pos = blocks[lone[0].place].pos
        yield Remark(
            "note", pos.first if pos else 0, f"{_listed(lone)} referred to from nowhere; set where they stand."
        )
    digits = any(note.label.isdigit() for note in found)
    lost = [x for r, x in enumerate(references) if r not in pairs and x.label.isdigit() and digits]
    if lost:
        pos = blocks[lost[0].place].pos
        yield Remark("note", pos.first if pos else 0, f"{_listed(lost)} referred to, and no such note; set as written.")


def _listed(halves: Sequence[_Note] | Sequence[_Reference]) -> str:
    labels = list(dict.fromkeys(half.label for half in halves))
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    return f"Notes {', '.join(labels[:_NAMED])}{more} are"
