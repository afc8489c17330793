"""Taming: what a text holds that no page can, made settable before the PDF engine sees it, and remarked.

A word without an end may break anywhere (the engine takes quadratic time over one: 20 000 letters 4.9 s); a letter
keeps sixteen of its marks; an emoji in outline has no tone of skin; a table wider than a page is set smaller, turned,
or in parts; what is nested too deep comes out a level. Web page and EPUB have the text as it is: browsers scroll.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from convert import tree as t
from convert.article import Article, Metadata, Remark

LONGEST = 200  # letters; a longer word is given places to break
PIECE = 50  # letters between two of them (DESIGN §7: 0.2 s for 20 000)
MARKS = 16  # combining marks on one letter
DEEPEST = 16  # quotations and lists in one another
MEASURE = 66  # characters of a table that an A5 line holds
TIGHT = 1.2  # how much more a line of a table in smaller type holds
WIDEST = 30  # columns; more are never set side by side

Remarks = dict[str, Remark]  # by their code: the first of each kind stands for all


def tamed(article: Article, measure: int = MEASURE) -> tuple[Article, tuple[Remark, ...]]:
    """The article as pages can hold it, and what was done for that: a remark for each kind, at the first place."""
    met: Remarks = {}
    blocks = tuple(tamed for block in article.blocks for tamed in _block(block, measure, met))
    return replace(article, metadata=_metadata(article.metadata, met), blocks=blocks), tuple(met.values())


def settable(text: str) -> str:
    """What a page shows of `text`: the checks ask."""
    return _text(text, 0, {})


def _metadata(m: Metadata, met: Remarks) -> Metadata:
    shown: dict[str, Any] = {name: _text(getattr(m, name), 0, met) for name in _SHOWN}
    authors = tuple(_text(a, 0, met) for a in m.authors)
    extra = tuple((_text(key, 0, met), _text(value, 0, met)) for key, value in m.extra)
    return replace(m, authors=authors, extra=extra, **shown)


_SHOWN = ("title", "subtitle", "kicker", "standfirst", "site", "publisher", "rights")


def _block(block: t.Block, measure: int, met: Remarks) -> t.Blocks:
    line = block.pos.first if block.pos else 0

    def change(node: Any) -> Any:
        if isinstance(node, t.WITH_TEXT):
            text = _text(node.text, line, met)
            return node if text is node.text else replace(node, text=text)
        return node

    block = _shallow(t.walk(block, change), 0, line, met)
    return _table(block, measure, line, met) if isinstance(block, t.Table) else (block,)


# ---------------------------------------------------------------- words and letters

# A break is possible without our help at spaces, hyphens and dashes, between ideographs, and in the scripts of
# South East Asia, where the engine has a dictionary.
_UNBROKEN = re.compile(
    "[^\\s\u200b\u00ad\\-\u2010\u2012-\u2014\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]+"
)
_PILE = re.compile(rf"[^\x00-\u02ff\w\s]{{{MARKS + 1},}}")  # marks, or symbols
_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")  # of skin, behind an emoji; in outline a square of its own


def _text(text: str, line: int, met: Remarks) -> str:
    """`text` with few enough marks to a letter, and places to break in the longest words; itself where it is tame."""
    if not text.isascii() and _PILE.search(text):
        text = _PILE.sub(lambda pile: _thinned(pile.group(), line, met), text)
    if not text.isascii() and _TONE.search(text):
        said = "Emoji are set in outline in the PDF, so without tones of skin."
        met.setdefault("emoji", Remark("emoji", line, said))
        text = _TONE.sub("", text)
    if len(text) > LONGEST and max(map(len, text.split()), default=0) > LONGEST:
        text = _UNBROKEN.sub(lambda run: _breakable(run.group(), line, met), text)
    return text


def _thinned(pile: str, line: int, met: Remarks) -> str:
    kept = []
    for marks, run in itertools.groupby(pile, lambda c: unicodedata.category(c)[0] == "M"):
        signs = "".join(run)
        if marks and len(signs) > MARKS:
            said = f"A letter bears {len(signs)} marks; in the PDF it keeps {MARKS} of them."
            met.setdefault("marks", Remark("marks", line, said))
            signs = signs[:MARKS]
        kept.append(signs)
    return "".join(kept)


def _breakable(word: str, line: int, met: Remarks) -> str:
    if len(word) <= LONGEST:
        return word
    said = f"A word of {len(word)} letters may break at every {PIECE}th in the PDF."
    met.setdefault("long-word", Remark("long-word", line, said))
    return "\u200b".join(_pieces(word, PIECE))


def _pieces(word: str, size: int) -> list[str]:
    cuts = [0, *(_before_letter(word, at) for at in range(size, len(word), size)), len(word)]
    return [word[a:b] for a, b in itertools.pairwise(cuts) if a < b]


def _before_letter(word: str, at: int) -> int:
    """The first place from `at` on where no mark or joiner would be torn off its letter."""
    stop = min(at + MARKS + 2, len(word))
    return next((i for i in range(at, stop) if unicodedata.category(word[i]) not in _CLINGING), stop)


_CLINGING = ("Mn", "Mc", "Me", "Cf")

# ---------------------------------------------------------------- nesting


def _shallow(block: Any, depth: int, line: int, met: Remarks) -> Any:
    """`block` with no quotation or list deeper than DEEPEST; below that, its blocks stand one after the other."""
    if depth >= DEEPEST and isinstance(block, t.BlockQuote | t.BulletList | t.OrderedList | t.Div):
        met.setdefault("nesting", Remark("nesting", line, f"What is nested over {DEEPEST} deep is set at one level."))
        return t.Div(t.NO_ATTR, tuple(_flat(block)), pos=block.pos)
    match block:
        case t.BlockQuote() | t.Div():
            return _same_or(block, blocks=tuple(_shallow(b, depth + 1, line, met) for b in block.blocks))
        case t.BulletList() | t.OrderedList():
            items = tuple(tuple(_shallow(b, depth + 1, line, met) for b in item) for item in block.items)
            return _same_or(block, items=items)
    return block


def _same_or(block: Any, **parts: Any) -> Any:
    return block if all(getattr(block, name) == part for name, part in parts.items()) else replace(block, **parts)


def _flat(block: t.Block) -> Iterator[t.Block]:
    """The paragraphs and other leaves under `block`, however deep."""
    stack: list[Any] = [block]
    while stack:
        top = stack.pop()
        if isinstance(top, tuple):
            stack.extend(reversed(top))
        elif isinstance(top, t.BlockQuote | t.Div):
            stack.append(top.blocks)
        elif isinstance(top, t.BulletList | t.OrderedList):
            stack.append(top.items)
        else:
            yield t.Para(top.inlines, pos=top.pos) if isinstance(top, t.Plain) else top


# ---------------------------------------------------------------- tables

_TURNED_ROWS = 8  # so many become columns


def _table(table: t.Table, measure: int, line: int, met: Remarks) -> t.Blocks:
    """The table if a page can hold it; else turned, where that is narrow enough; else in parts under one another."""
    table = t.walk(table, _in_cell)
    widths = _widths(table)
    if sum(widths) <= measure and len(widths) <= WIDEST:
        return (table,)
    if sum(widths) <= measure * TIGHT and len(widths) <= WIDEST:
        return (replace(table, attr=table.attr._replace(classes=(*table.attr.classes, "tight"))),)
    plain = all(cell.rows == cell.columns == 1 for row in _rows(table) for cell in row.cells)
    turned = _turned(table) if plain and len(_rows(table)) <= _TURNED_ROWS else None
    blocks: t.Blocks
    if turned and sum(_widths(turned)) <= measure:
        done, blocks = "turned, its columns as rows", (turned,)
    elif plain:
        parts = _parts(widths, measure)
        done, blocks = f"set in {len(parts)} parts, each with its first column", _cut(table, parts)
    else:
        done, blocks = "set as lines", tuple(_as_line(row, table) for row in _rows(table))
    said = f"A table of {len(widths)} columns is wider than the page; in the PDF it is {done}."
    met.setdefault("wide-table", Remark("wide-table", line, said))
    return blocks


_CELL = 24  # letters of a word that a column may be made as wide as


def _in_cell(node: Any) -> Any:
    """A text in a table, with places to break in the words that would make a column too wide."""
    if not isinstance(node, t.Str) or max(map(len, node.text.split()), default=0) <= _CELL:
        return node
    return t.Str(_UNBROKEN.sub(lambda run: "\u200b".join(_pieces(run.group(), _CELL)), node.text))


def _rows(table: t.Table) -> list[t.Row]:
    bodies = (row for body in table.bodies for row in (*body.head, *body.rows))
    return [*table.head.rows, *bodies, *table.foot.rows]


def width(table: t.Table) -> int:
    """What a table needs in characters, so that no word of it is broken."""
    return sum(_widths(table))


def _widths(table: t.Table) -> list[int]:
    """What each column needs, in characters: its longest word, a long one broken, and the space beside it."""
    widths = [0] * len(table.columns)
    for row in _rows(table):
        for i, cell in enumerate(row.cells[: len(widths)]):
            words = t.plain_text(cell.blocks).replace("\u200b", " ").split()
            widths[i] = max(widths[i], min(max(map(_width, words), default=0), _CELL) + 2)
    return widths


def _width(word: str) -> int:
    return len(word) if word.isascii() else sum(2 if c >= "\u2e80" else 1 for c in word)


def _turned(table: t.Table) -> t.Table:
    rows = _rows(table)
    count = len(table.columns)
    columns = [[row.cells[i] if i < len(row.cells) else _EMPTY for row in rows] for i in range(count)]
    body = t.TableBody(t.NO_ATTR, 1 if table.head.rows else 0, (), tuple(t.Row(t.NO_ATTR, tuple(c)) for c in columns))
    return replace(
        table,
        columns=(("AlignDefault", None),) * len(rows),
        head=t.TableHead(),
        bodies=(body,),
        foot=t.TableFoot(),
    )


_EMPTY = t.Cell(t.NO_ATTR, "AlignDefault", 1, 1, ())


def _parts(widths: Sequence[int], measure: int) -> list[tuple[int, ...]]:
    """The columns of each part: the first in all of them, the others in turn, as many as fit."""
    parts: list[list[int]] = [[0]]
    room = measure - widths[0]
    for i, width in enumerate(widths[1:], 1):
        if width > room and len(parts[-1]) > 1:
            parts.append([0])
            room = measure - widths[0]
        parts[-1].append(i)
        room -= width
    return [tuple(part) for part in parts]


def _cut(table: t.Table, parts: Sequence[tuple[int, ...]]) -> tuple[t.Block, ...]:
    def some(rows: Sequence[t.Row], part: tuple[int, ...]) -> tuple[t.Row, ...]:
        return tuple(replace(r, cells=tuple(r.cells[i] for i in part if i < len(r.cells))) for r in rows)

    return tuple(
        replace(
            table,
            caption=table.caption if n == 0 else t.Caption(),
            columns=tuple(table.columns[i] for i in part),
            head=replace(table.head, rows=some(table.head.rows, part)),
            bodies=tuple(replace(b, head=some(b.head, part), rows=some(b.rows, part)) for b in table.bodies),
            foot=replace(table.foot, rows=some(table.foot.rows, part)),
        )
        for n, part in enumerate(parts)
    )


def _as_line(row: t.Row, table: t.Table) -> t.Para:
    said = [t.plain_text(cell.blocks).strip() for cell in row.cells]
    return t.Para((t.Str(" · ".join(s for s in said if s)),), pos=table.pos)


# ---------------------------------------------------------------- titles


def length(title: str) -> Literal["", "long", "very-long"]:
    """The class of a title that is too long for display size."""
    size = _width(title)
    return "very-long" if size > 160 else "long" if size > 70 else ""


_RUNNING = 56  # characters of the running head that stand in one line of an A5 page


def running(title: str) -> str:
    """The first words of a title that is too long for a running head; "" where one line holds it."""
    if _width(title) <= _RUNNING:
        return ""
    room = _RUNNING // 2 if title > "\u2e80" else _RUNNING
    kept, _, _ = title[:room].rpartition(" ")
    return f"{(kept or title[: room - 1]).rstrip(' ,;:.–—-')}…"
