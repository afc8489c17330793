"""Forced blocks: what the publisher says stands at some lines is set as said, whatever the rules would see there.

Where the rules see the same kind in just these lines, their reading is confirmed: they know marks and numbers best.
Else the kind's own function here makes the block out of the lines as they stand. No letter is dropped by either.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from convert import tree as t
from convert.article import Taken
from convert.marks import inlines
from convert.rules.code import kept
from convert.rules.listing import Marker, follows, marker_of
from convert.rules.paragraph import join
from convert.rules.rule import Found, Read
from convert.rules.verse import verse_line
from convert.text import Line, Lines, lines_of

AHEAD = 40  # lines that rules may see past the place they may take: what follows a heading makes it one
BY_PLACE = 3  # a heading's level where none is said: that of a short line alone
LEVEL = "level"  # the key under which a heading carries the level that was said, until the pass `levels` sets it
MOST_COLUMNS = 30
_READ_INSIDE = ("quote", "aside")  # what stands in these is read by the rules, blank lines put in and all


class Forced(NamedTuple):
    """What was said of some lines: `first` and `last` have text, and there is at least that one line."""

    first: int
    last: int
    kind: str  # one of KINDS
    level: int = 0  # of a heading; 0: not said
    why: str = ""


class Kind(NamedTuple):
    """One kind of block: how it is told, and how it is made of lines."""

    told: Callable[[t.Block], bool]
    make: Callable[[Lines, Read], Found]


def made(place: Forced, lines: Lines, ask: Callable[[Lines], Found], read: Read) -> Found:
    """The block at the first of `lines`, as `place` says it; `ask` is what the rules find at the top of a view."""
    kind, size = KINDS[place.kind], until(place.last + 1, lines)
    views = (lines.take(size + AHEAD), lines.take(size))
    found = next((f for f in map(ask, views) if _confirms(f, kind, size)), None) or kind.make(
        views[1] if place.kind in _READ_INSIDE else _as_typed(views[1]), read
    )
    blocks = tuple(_signed(block, place) for block in found.blocks)
    return Found(blocks, size, found.taken, "certain", place.why)


def until(number: int, lines: Lines) -> int:
    """How many of `lines` stand before the source line `number`; those put in between have the number above."""
    return bisect_left(lines.all, number, lines.start, lines.stop, key=lambda line: line.number) - lines.start


def _as_typed(lines: Lines) -> Lines:
    """The lines without the blank ones that were put in between paragraphs."""
    typed = [line for i, line in enumerate(lines) if not (i and line.blank and line.number == lines[i - 1].number)]
    return lines if len(typed) == len(lines) else lines_of(tuple(typed), lines.habits)


def _confirms(found: Found, kind: Kind, size: int) -> bool:
    return found.size == size and len(found.blocks) == 1 and kind.told(found.blocks[0])


def _signed(block: t.Block, place: Forced) -> t.Block:
    """The block with what the loop cannot know: the level that was said, and the lines of one among several."""
    if isinstance(block, t.Header) and place.level:
        block = replace(block, attr=block.attr._replace(pairs=((LEVEL, str(place.level)),)))
    if block.pos:
        return replace(block, pos=t.Pos(block.pos.first, block.pos.last, "override", "certain", place.why))
    return block


# ---------------------------------------------------------------- text that runs


def _paragraph(lines: Lines, _read: Read) -> Found:
    return Found(_paras(lines), len(lines))


def _paras(lines: Lines) -> tuple[t.Para, ...]:
    """One paragraph of all lines joined; blank lines part paragraphs."""
    return tuple(
        t.Para(_joined(chunk, lines), pos=t.Pos(chunk[0].number, chunk[-1].number)) for chunk in _chunks(lines)
    )


def _chunks(lines: Lines) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in lines:
        if not line.blank:
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _joined(some: list[Line], lines: Lines) -> t.Inlines:
    return inlines(join([line.text for line in some], lines.habits), lines.habits)


def _worded(lines: Lines) -> list[Line]:
    return [line for line in lines if not line.blank]


_RULED = re.compile(r"[-=~_*+#^|: ]+")


def _heading(lines: Lines, _read: Read) -> Found:
    """All lines joined; a line of signs alone is an underline."""
    words = [line for line in _worded(lines) if not _RULED.fullmatch(line.text)] or _worded(lines)
    return _one(t.Header(BY_PLACE, t.NO_ATTR, _joined(words, lines)), lines)


def _figure(lines: Lines, _read: Read) -> Found:
    return _one(t.Figure(t.NO_ATTR, t.Caption(None, (t.Plain(_joined(_worded(lines), lines)),)), ()), lines)


def _footnote(lines: Lines, _read: Read) -> Found:
    return _one(t.Div(t.Attr("", ("footnote",)), _paras(lines)), lines)


def _one(block: t.Block, lines: Lines, taken: tuple[Taken, ...] = ()) -> Found:
    return Found((block,), len(lines), taken)


# ---------------------------------------------------------------- lines kept as they stand


def _verse(lines: Lines, _read: Read) -> Found:
    least = min(line.indent for line in lines if not line.blank)
    return _one(t.LineBlock(tuple(verse_line(line.text, line.indent - least, lines) for line in lines)), lines)


def _code(lines: Lines, _read: Read) -> Found:
    return _one(t.CodeBlock(t.NO_ATTR, kept(lines)), lines)


def _break(lines: Lines, _read: Read) -> Found:
    return _one(t.HorizontalRule(), lines)


# ---------------------------------------------------------------- blocks inside


def _quote(lines: Lines, read: Read) -> Found:
    """What the rules read inside, without the marks of mail where all lines have them."""
    words = _worded(lines)
    if all(line.text.startswith(">") for line in words):
        inner = [Line(line.number, line.text[1:].strip(), 0) for line in lines]
    else:
        least = min(line.indent for line in words)
        inner = [Line(line.number, line.text, max(0, line.indent - least)) for line in lines]
    blocks, taken = read(lines.inside(inner))
    return _one(t.BlockQuote(blocks), lines, taken)


def _aside(lines: Lines, read: Read) -> Found:
    blocks, taken = read(lines.inside(list(lines)))
    return _one(t.Div(t.Attr("", ("notice",)), blocks), lines, taken)


Item = tuple[Marker | None, list[Line]]


def _list(lines: Lines, _read: Read) -> Found:
    """An item begins at each marker, or is each line where none has one. Numbers with gaps stay in the text."""
    items = _items(_worded(lines))
    first = items[0][0]
    if first and first.ordered and _counts([mark for mark, _ in items]):
        style, delim = first.kind.split(" ")
        block: t.Block = t.OrderedList(t.ListAttributes(first.value, style, delim), _contents(items, lines, True))
        signs = [mark for mark, _ in items]
    else:
        block = t.BulletList(_contents(items, lines, False))
        signs = [mark if mark and not mark.ordered else None for mark, _ in items]
    taken = [
        Taken(item[0].number, mark.sign, "list mark")
        for mark, (_, item) in zip(signs, items, strict=True)
        if mark and mark.sign.isalnum()
    ]
    return _one(block, lines, tuple(taken))


def _items(lines: list[Line]) -> list[Item]:
    marks = [marker_of(line.text) for line in lines]
    marked = any(marks)
    items: list[Item] = []
    for mark, line in zip(marks, lines, strict=True):
        if mark or not items or not marked:
            items.append((mark, [line]))
        else:
            items[-1][1].append(line)
    return items


def _counts(marks: list[Marker | None]) -> bool:
    """Whether each number follows the one before."""
    return all(b and a and b.ordered and follows(b, a) for a, b in itertools.pairwise(marks))


def _contents(items: list[Item], lines: Lines, ordered: bool) -> tuple[tuple[t.Block, ...], ...]:
    contents = []
    for mark, item in items:
        width = mark.width if mark and mark.ordered <= ordered else 0
        texts = [item[0].text[width:], *(line.text for line in item[1:])]
        text = join([text for text in texts if text], lines.habits)
        contents.append((t.Plain(inlines(text, lines.habits)),))
    return tuple(contents)


# ---------------------------------------------------------------- tables


def _table(lines: Lines, _read: Read) -> Found:
    """A row a line; cells parted by bars, else by tabs or two spaces. What is above the first ruled line is head."""
    words = _worded(lines)
    part = next((p for p in _PARTS if any(p.search(line.text.strip("| ")) for line in words)), _PARTS[-1])
    ruled = [bool(_RULED.fullmatch(line.text)) for line in words]
    only = all(ruled)
    rows = [() if rule and not only else _cells(x.text, part) for x, rule in zip(words, ruled, strict=True)]
    width = max(map(len, rows))
    first = next((i for i, row in enumerate(rows) if i and not row), 0)
    head, body = ([_row(row, width, lines) for row in some if row] for some in (rows[:first], rows[first:]))
    if not body:
        head, body = [], head
    return _one(
        t.Table(
            t.NO_ATTR, t.Caption(), (("AlignDefault", None),) * width, t.TableHead(t.NO_ATTR, tuple(head)),
            (t.TableBody(t.NO_ATTR, 0, (), tuple(body)),), t.TableFoot(),
        ),
        lines,
    )  # fmt: skip


_PARTS = (re.compile(r"\|"), re.compile(r"\t+"), re.compile(r" {2,}"))


def _cells(text: str, part: re.Pattern[str]) -> tuple[str, ...]:
    text = text.removeprefix("|").removesuffix("|") if part is _PARTS[0] else text
    return tuple(cell.strip() for cell in part.split(text, maxsplit=MOST_COLUMNS - 1))


def _row(cells: tuple[str, ...], width: int, lines: Lines) -> t.Row:
    full = (*cells, *("",) * (width - len(cells)))
    return t.Row(t.NO_ATTR, tuple(t.Cell(t.NO_ATTR, "AlignDefault", 1, 1, _cell(text, lines)) for text in full))


def _cell(text: str, lines: Lines) -> tuple[t.Block, ...]:
    return (t.Plain(inlines(text, lines.habits)),) if text else ()


# ---------------------------------------------------------------- the kinds


def _of_class(name: str) -> Callable[[t.Block], bool]:
    return lambda block: isinstance(block, t.Div) and name in block.attr.classes


def _is(*types: type[t.Block]) -> Callable[[t.Block], bool]:
    return lambda block: isinstance(block, types)


def _runs(block: t.Block) -> bool:
    """Whether a paragraph runs on, without line breaks that were kept."""
    return isinstance(block, t.Para) and not any(isinstance(node, t.LineBreak) for node in t.nodes(block))


KINDS: dict[str, Kind] = {
    "paragraph": Kind(_runs, _paragraph),
    "heading": Kind(_is(t.Header), _heading),
    "list": Kind(_is(t.BulletList, t.OrderedList, t.DefinitionList), _list),
    "code": Kind(_is(t.CodeBlock), _code),
    "verse": Kind(_is(t.LineBlock), _verse),
    "quote": Kind(_is(t.BlockQuote), _quote),
    "table": Kind(_is(t.Table), _table),
    "footnote": Kind(_of_class("footnote"), _footnote),
    "figure": Kind(_is(t.Figure), _figure),
    "break": Kind(_is(t.HorizontalRule), _break),
    "aside": Kind(_of_class("notice"), _aside),
}
