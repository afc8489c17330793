"""pandoc's document tree as frozen dataclasses: its nodes, its JSON codec, and a walk.

Obeys pandoc-types 1.23 (https://hackage.haskell.org/package/pandoc-types). One liberty: a `Str` holds a whole
run of text with its spaces, where pandoc writes a node a word; `to_json` splits it, `from_json` joins it again.
Each block may carry `pos`, where in the source it came from; `pos` is left out of equality and of the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, is_dataclass, replace
from typing import Any, Literal, NamedTuple

API_VERSION = (1, 23, 1, 1)

# ---------------------------------------------------------------- small parts


class Pos(NamedTuple):
    """Where a block came from: its first and last source line (from 1), and what placed it there."""

    first: int
    last: int
    rule: str = ""
    sure: Literal["certain", "likely", "guess"] = "certain"
    why: str = ""


class Attr(NamedTuple):
    """An identifier, classes, and key-value pairs."""

    id: str = ""
    classes: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> str | None:
        """The value of `key` among the pairs, or None."""
        return next((v for k, v in self.pairs if k == key), None)


class Target(NamedTuple):
    """Where a link or image points, and its title."""

    url: str
    title: str = ""


class ListAttributes(NamedTuple):
    """The first number of an ordered list, its numeral style and its delimiter, by pandoc's names."""

    start: int = 1
    style: str = "Decimal"  # DefaultStyle Example Decimal LowerRoman UpperRoman LowerAlpha UpperAlpha
    delim: str = "Period"  # DefaultDelim Period OneParen TwoParens


NO_ATTR = Attr()


@dataclass(frozen=True, slots=True)
class Block:
    """What every block has."""

    pos: Pos | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Inline:
    """What stands inside a line."""


Inlines = tuple[Inline, ...]
Blocks = tuple[Block, ...]

# ---------------------------------------------------------------- inlines


@dataclass(frozen=True, slots=True)
class Str(Inline):
    text: str


@dataclass(frozen=True, slots=True)
class Emph(Inline):
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Underline(Inline):
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Strong(Inline):
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Strikeout(Inline):
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Superscript(Inline):
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Subscript(Inline):
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class SmallCaps(Inline):
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Quoted(Inline):
    kind: str  # SingleQuote DoubleQuote
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Citation:
    id: str
    prefix: Inlines
    suffix: Inlines
    mode: str  # AuthorInText SuppressAuthor NormalCitation
    note_num: int = 0
    hash: int = 0


@dataclass(frozen=True, slots=True)
class Cite(Inline):
    citations: tuple[Citation, ...]
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Code(Inline):
    attr: Attr
    text: str


@dataclass(frozen=True, slots=True)
class SoftBreak(Inline):
    pass


@dataclass(frozen=True, slots=True)
class LineBreak(Inline):
    pass


@dataclass(frozen=True, slots=True)
class Math(Inline):
    kind: str  # InlineMath DisplayMath
    text: str


@dataclass(frozen=True, slots=True)
class RawInline(Inline):
    format: str
    text: str


@dataclass(frozen=True, slots=True)
class Link(Inline):
    attr: Attr
    inlines: Inlines
    target: Target


@dataclass(frozen=True, slots=True)
class Image(Inline):
    attr: Attr
    inlines: Inlines
    target: Target


@dataclass(frozen=True, slots=True)
class Note(Inline):
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Span(Inline):
    attr: Attr
    inlines: Inlines


# ---------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class Plain(Block):
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Para(Block):
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class LineBlock(Block):
    lines: tuple[Inlines, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock(Block):
    attr: Attr
    text: str


@dataclass(frozen=True, slots=True)
class RawBlock(Block):
    format: str
    text: str


@dataclass(frozen=True, slots=True)
class BlockQuote(Block):
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class OrderedList(Block):
    attributes: ListAttributes
    items: tuple[Blocks, ...]


@dataclass(frozen=True, slots=True)
class BulletList(Block):
    items: tuple[Blocks, ...]


@dataclass(frozen=True, slots=True)
class DefinitionList(Block):
    items: tuple[tuple[Inlines, tuple[Blocks, ...]], ...]


@dataclass(frozen=True, slots=True)
class Header(Block):
    level: int
    attr: Attr
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class HorizontalRule(Block):
    pass


@dataclass(frozen=True, slots=True)
class Caption:
    short: Inlines | None = None
    blocks: Blocks = ()


@dataclass(frozen=True, slots=True)
class Cell:
    attr: Attr
    align: str  # AlignLeft AlignRight AlignCenter AlignDefault
    rows: int
    columns: int
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Row:
    attr: Attr
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TableHead:
    attr: Attr = NO_ATTR
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class TableBody:
    attr: Attr
    head_columns: int
    head: tuple[Row, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TableFoot:
    attr: Attr = NO_ATTR
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Table(Block):
    attr: Attr
    caption: Caption
    columns: tuple[tuple[str, float | None], ...]  # alignment, and width as a share of the line (None: natural)
    head: TableHead
    bodies: tuple[TableBody, ...]
    foot: TableFoot


@dataclass(frozen=True, slots=True)
class Figure(Block):
    attr: Attr
    caption: Caption
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Div(Block):
    attr: Attr
    blocks: Blocks


# ---------------------------------------------------------------- metadata and document


@dataclass(frozen=True, slots=True)
class MetaMap:
    entries: tuple[tuple[str, MetaValue], ...]


@dataclass(frozen=True, slots=True)
class MetaList:
    values: tuple[MetaValue, ...]


@dataclass(frozen=True, slots=True)
class MetaBool:
    value: bool


@dataclass(frozen=True, slots=True)
class MetaString:
    text: str


@dataclass(frozen=True, slots=True)
class MetaInlines:
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class MetaBlocks:
    blocks: Blocks


MetaValue = MetaMap | MetaList | MetaBool | MetaString | MetaInlines | MetaBlocks


@dataclass(frozen=True, slots=True)
class Pandoc:
    """A whole document: its metadata, sorted by key as pandoc writes it, and its blocks."""

    meta: MetaMap
    blocks: Blocks


# ---------------------------------------------------------------- JSON codec: one line a shape


class Codec(NamedTuple):
    """How one field is written to JSON and read from it."""

    out: Callable[[Any], Any]
    back: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _many(of: Codec) -> Codec:
    return Codec(lambda xs: [of.out(x) for x in xs], lambda xs: tuple(of.back(x) for x in xs))


def _pair(one: Codec, two: Codec) -> Codec:
    return Codec(lambda p: [one.out(p[0]), two.out(p[1])], lambda p: (one.back(p[0]), two.back(p[1])))


def _maybe(of: Codec) -> Codec:
    return Codec(lambda x: None if x is None else of.out(x), lambda x: None if x is None else of.back(x))


def _inlines_out(inlines: Inlines) -> list[Any]:
    result: list[Any] = []
    for inline in inlines:
        if isinstance(inline, Str):
            result += [{"t": "Space"} if s == " " else {"t": "Str", "c": s} for s in re.findall(" |[^ ]+", inline.text)]
        else:
            result.append(_tagged_out(inline))
    return result


def _inlines_back(values: Iterable[Any]) -> Inlines:
    result: list[Inline] = []
    run: list[str] = []
    for value in values:
        if value["t"] in ("Str", "Space"):
            run.append(value.get("c", " "))
            continue
        if run:
            result.append(Str("".join(run)))
            run = []
        result.append(_tagged_back(value))
    if run:
        result.append(Str("".join(run)))
    return tuple(result)


def _list_out(node: Any) -> list[Any]:
    return [codec.out(getattr(node, name)) for name, codec in SHAPES[type(node)]]


def _list_back(kind: type) -> Callable[[Any], Any]:
    return lambda values: kind(*(codec.back(v) for (_, codec), v in zip(SHAPES[kind], values, strict=True)))


def _tagged_out(node: Any) -> dict[str, Any]:
    shape = SHAPES[type(node)]
    tag = type(node).__name__
    if not shape:
        return {"t": tag}
    content = _list_out(node)
    return {"t": tag, "c": content[0] if len(content) == 1 else content}


def _tagged_back(value: Any) -> Any:
    kind = KINDS[value["t"]]
    shape = SHAPES[kind]
    if not shape:
        return kind()
    content = [value["c"]] if len(shape) == 1 else value["c"]
    return kind(*(codec.back(v) for (_, codec), v in zip(shape, content, strict=True)))


def _citation_out(c: Citation) -> dict[str, Any]:
    return {
        "citationId": c.id,
        "citationPrefix": _inlines_out(c.prefix),
        "citationSuffix": _inlines_out(c.suffix),
        "citationMode": {"t": c.mode},
        "citationNoteNum": c.note_num,
        "citationHash": c.hash,
    }


def _citation_back(v: Any) -> Citation:
    prefix, suffix = _inlines_back(v["citationPrefix"]), _inlines_back(v["citationSuffix"])
    return Citation(v["citationId"], prefix, suffix, v["citationMode"]["t"], v["citationNoteNum"], v["citationHash"])


def _attr_back(v: Any) -> Attr:
    return Attr(v[0], tuple(v[1]), tuple((k, x) for k, x in v[2]))


def _width_out(width: float | None) -> dict[str, Any]:
    return {"t": "ColWidthDefault"} if width is None else {"t": "ColWidth", "c": width}


PLAIN = Codec(_same, _same)
TAG = Codec(lambda name: {"t": name}, lambda v: v["t"])
ATTR = Codec(lambda a: [a.id, list(a.classes), [list(p) for p in a.pairs]], _attr_back)
TARGET = Codec(list, lambda v: Target(*v))
LIST_ATTRIBUTES = Codec(
    lambda a: [a.start, {"t": a.style}, {"t": a.delim}], lambda v: ListAttributes(v[0], v[1]["t"], v[2]["t"])
)
WIDTH = Codec(_width_out, lambda v: v.get("c"))
INLINES = Codec(_inlines_out, _inlines_back)
NODE = Codec(_tagged_out, _tagged_back)
BLOCKS = _many(NODE)
CITATION = Codec(_citation_out, _citation_back)
CAPTION = Codec(_list_out, _list_back(Caption))
CELL = Codec(_list_out, _list_back(Cell))
ROW = Codec(_list_out, _list_back(Row))
HEAD = Codec(_list_out, _list_back(TableHead))
BODY = Codec(_list_out, _list_back(TableBody))
FOOT = Codec(_list_out, _list_back(TableFoot))
ENTRIES = Codec(
    lambda entries: {k: _tagged_out(v) for k, v in entries},
    lambda v: tuple((k, _tagged_back(v[k])) for k in sorted(v)),
)

SHAPES: dict[type, tuple[tuple[str, Codec], ...]] = {
    Str: (("text", PLAIN),),
    **dict.fromkeys((Emph, Underline, Strong, Strikeout, Superscript, Subscript, SmallCaps), (("inlines", INLINES),)),
    Quoted: (("kind", TAG), ("inlines", INLINES)),
    Cite: (("citations", _many(CITATION)), ("inlines", INLINES)),
    Code: (("attr", ATTR), ("text", PLAIN)),
    SoftBreak: (),
    LineBreak: (),
    Math: (("kind", TAG), ("text", PLAIN)),
    RawInline: (("format", PLAIN), ("text", PLAIN)),
    Link: (("attr", ATTR), ("inlines", INLINES), ("target", TARGET)),
    Image: (("attr", ATTR), ("inlines", INLINES), ("target", TARGET)),
    Note: (("blocks", BLOCKS),),
    Span: (("attr", ATTR), ("inlines", INLINES)),
    Plain: (("inlines", INLINES),),
    Para: (("inlines", INLINES),),
    LineBlock: (("lines", _many(INLINES)),),
    CodeBlock: (("attr", ATTR), ("text", PLAIN)),
    RawBlock: (("format", PLAIN), ("text", PLAIN)),
    BlockQuote: (("blocks", BLOCKS),),
    OrderedList: (("attributes", LIST_ATTRIBUTES), ("items", _many(BLOCKS))),
    BulletList: (("items", _many(BLOCKS)),),
    DefinitionList: (("items", _many(_pair(INLINES, _many(BLOCKS)))),),
    Header: (("level", PLAIN), ("attr", ATTR), ("inlines", INLINES)),
    HorizontalRule: (),
    Caption: (("short", _maybe(INLINES)), ("blocks", BLOCKS)),
    Cell: (("attr", ATTR), ("align", TAG), ("rows", PLAIN), ("columns", PLAIN), ("blocks", BLOCKS)),
    Row: (("attr", ATTR), ("cells", _many(CELL))),
    TableHead: (("attr", ATTR), ("rows", _many(ROW))),
    TableBody: (("attr", ATTR), ("head_columns", PLAIN), ("head", _many(ROW)), ("rows", _many(ROW))),
    TableFoot: (("attr", ATTR), ("rows", _many(ROW))),
    Table: (
        ("attr", ATTR),
        ("caption", CAPTION),
        ("columns", _many(_pair(TAG, WIDTH))),
        ("head", HEAD),
        ("bodies", _many(BODY)),
        ("foot", FOOT),
    ),
    Figure: (("attr", ATTR), ("caption", CAPTION), ("blocks", BLOCKS)),
    Div: (("attr", ATTR), ("blocks", BLOCKS)),
    MetaMap: (("entries", ENTRIES),),
    MetaList: (("values", BLOCKS),),
    MetaBool: (("value", PLAIN),),
    MetaString: (("text", PLAIN),),
    MetaInlines: (("inlines", INLINES),),
    MetaBlocks: (("blocks", BLOCKS),),
}
KINDS = {kind.__name__: kind for kind in SHAPES}


def to_json(document: Pandoc) -> dict[str, Any]:
    """The document as pandoc's JSON object, ready for `json.dumps`."""
    return {
        "pandoc-api-version": list(API_VERSION),
        "meta": ENTRIES.out(document.meta.entries),
        "blocks": BLOCKS.out(document.blocks),
    }


def from_json(value: dict[str, Any]) -> Pandoc:
    """The document that pandoc's JSON object holds. KeyError or ValueError where it is not pandoc's."""
    return Pandoc(MetaMap(ENTRIES.back(value["meta"])), BLOCKS.back(value["blocks"]))


# ---------------------------------------------------------------- walking


_OF_NO_NODES = (PLAIN, TAG, ATTR, TARGET, LIST_ATTRIBUTES, WIDTH)


_PARTS: dict[type, tuple[str, ...]] = {
    **{kind: tuple(name for name, codec in shape if codec not in _OF_NO_NODES) for kind, shape in SHAPES.items()},
    Citation: ("prefix", "suffix"),
    Pandoc: ("meta", "blocks"),
}


def parts(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node that may hold nodes, in reading order."""
    return _PARTS.get(kind, ())


def nodes(node: Any) -> Iterator[Any]:
    """Every node under `node` (a node or a tuple of nodes), itself included, in reading order."""
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, tuple):
            stack.extend(reversed(top))
        elif is_dataclass(top):
            yield top
            stack.extend(getattr(top, name) for name in reversed(parts(type(top))))


def walk(node: Any, change: Callable[[Any], Any]) -> Any:
    """`node` rebuilt from its leaves up with `change` applied to each node; what does not change is not copied."""
    if isinstance(node, tuple) and not hasattr(node, "_fields"):
        new = tuple(walk(x, change) for x in node)
        return node if all(a is b for a, b in zip(new, node, strict=True)) else new
    if type(node) not in SHAPES and not isinstance(node, Citation):
        return node
    changed = {}
    for name in parts(type(node)):
        old = getattr(node, name)
        new = walk(old, change)
        if new is not old:
            changed[name] = new
    return change(replace(node, **changed) if changed else node)


WITH_TEXT = (Str, Code, Math, CodeBlock)
_SPACE = Str(" ")


def plain_text(node: Any) -> str:
    """The words of `node`, as pandoc's `stringify` gives them: breaks and ends of blocks are spaces, notes left out."""
    said: list[str] = []
    stack = [node]
    while stack:
        top = stack.pop()
        kind = type(top)
        if kind is tuple:
            stack.extend(reversed(top))
        elif kind in WITH_TEXT:
            said.append(top.text)
        elif kind is SoftBreak or kind is LineBreak:
            said.append(" ")
        elif kind is LineBlock:
            for line in reversed(top.lines):
                stack += (_SPACE, line)
        elif kind is not Note:
            if said and issubclass(kind, Block):
                said.append(" ")
            stack.extend([getattr(top, name) for name in reversed(parts(kind))])
    return "".join(said)
