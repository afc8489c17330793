"""Cleaning: pandoc's tree of a foreign file becomes ours, in the vocabulary our editions know.

Raw parts and pictures go, with a remark for each kind; the words of a picture stay. Links keep their address only where
its scheme is on our list; links inside the text are led to where their aim is at the end. Containers that mean nothing
to a reader are opened. What is dropped with words in it is recorded.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from lxml import etree, html

from convert import pandoc
from convert import tree as t
from convert.article import Remark, Taken
from convert.editions.describe import direction
from convert.marks.link import address
from convert.marks.smart import smart
from convert.text import TIDYINGS, tidy

DEEPEST = 16  # lists, quotations, tables and notes inside one another
DEEPEST_MARKS = 40  # emphasis inside emphasis
WAS = "was"  # holds a heading's former identifier until links to it are led to its new one
_PLACE = "place_"  # begins the identifiers of places; a heading's has no underscore
_WHY = "as the file has it"

_KEPT = frozenset("epigraph letter admonition notice attribution".split())  # classes of ours that mean something
_ADMONITIONS = frozenset("note tip hint warning caution important attention danger error".split())
_GENERATED = ("generated", "data-generated")  # what our own editions add and the text does not say
_EASTERN = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_NO_SPACE = re.compile(f"(?<={_EASTERN})\n(?={_EASTERN})")
_TONGUE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_SAID_OF = {
    "mojibake": "words that were decoded wrongly before were set right",
    "private-use": "characters of private use mean what a font says",
} | {code: said for code, _, _, _, said in TIDYINGS}


class Cleaned(NamedTuple):
    """Blocks of ours, what was dropped from them, and what to tell the publisher."""

    blocks: t.Blocks
    taken: tuple[Taken, ...]
    remarks: tuple[Remark, ...]


# ---------------------------------------------------------------- characters


def tidied(blocks: t.Blocks) -> tuple[t.Blocks, tuple[Remark, ...]]:
    """`blocks` with their characters as a text's are tidied. LimitError where they stand too deep in one another."""
    _refuse_deep(blocks)
    codes: Counter[str] = Counter()

    def change(node: Any) -> Any:
        if not isinstance(node, t.WITH_TEXT):
            return node
        text, remarks = tidy(node.text)
        codes.update(remark.code for remark in remarks)
        return node if text == node.text else replace(node, text=text)

    made = t.walk(blocks, change)
    return made, tuple(Remark(code, 0, f"In the file, {_SAID_OF.get(code, code)}.") for code in codes)


def _refuse_deep(blocks: t.Blocks) -> None:
    stack: list[tuple[Any, int, int]] = [(blocks, 0, 0)]
    while stack:
        node, deep, marks = stack.pop()
        if isinstance(node, tuple):
            stack += [(x, deep, marks) for x in node if not isinstance(x, str)]
            continue
        deep += isinstance(node, t.BlockQuote | t.BulletList | t.OrderedList | t.DefinitionList | t.Table | t.Note)
        marks += isinstance(node, t.Inline)
        if deep > DEEPEST or marks > DEEPEST_MARKS:
            raise pandoc.too_deep()
        stack += [(getattr(node, name), deep, marks) for name in t.parts(type(node))]


def with_verse(blocks: t.Blocks) -> t.Blocks:
    """`blocks` of Markdown with the paragraphs whose lines all begin with a bar as verse, which CommonMark has not."""
    return t.walk(blocks, _barred)  # type: ignore[no-any-return]


def _barred(node: Any) -> Any:
    if not isinstance(node, t.Para) or not node.inlines or not _has_bar(node.inlines[0]):
        return node
    groups = itertools.groupby(node.inlines, lambda x: isinstance(x, t.SoftBreak))
    lines = [tuple(group) for is_break, group in groups if not is_break]
    return t.LineBlock(tuple(map(_unbarred, lines))) if all(_has_bar(line[0]) for line in lines) else node


def _has_bar(first: t.Inline) -> bool:
    return isinstance(first, t.Str) and (first.text[:2] == "| " or first.text == "|")


def _unbarred(line: t.Inlines) -> t.Inlines:
    first = line[0].text[2:] if isinstance(line[0], t.Str) else ""
    indent = len(first) - len(first.lstrip(" \u00a0"))
    rest = ("\u00a0" * indent) + first.lstrip(" \u00a0")
    return (t.Str(rest), *line[1:]) if rest else line[1:]


# ---------------------------------------------------------------- structure


@dataclass(slots=True)
class _Sheet:
    """What was met on the way."""

    aims: frozenset[str]  # identifiers that links inside the text name
    places: dict[str, str] = field(default_factory=dict)  # and what each place is called now
    raw: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    unlinked: int = 0
    formulas: int = 0
    taken: list[Taken] = field(default_factory=list)

    def take(self, node: Any, into: str) -> None:
        """Record the words of what is dropped."""
        if words := t.plain_text(node).strip():
            self.taken.append(Taken(0, words, into))


def cleaned(blocks: t.Blocks, kind: str) -> Cleaned:
    """`blocks` in our vocabulary, each read from a file of that kind."""
    links = (x.target.url for x in t.nodes(blocks) if isinstance(x, t.Link) and not _generated(x.attr))
    sheet = _Sheet(frozenset(url[1:] for url in links if url.startswith("#")))
    pos = t.Pos(0, 0, "pandoc", "certain", _WHY)
    made = (replace(block, pos=pos) for block in _top(_clean(blocks, sheet)))
    return Cleaned(tuple(made), tuple(sheet.taken), tuple(_remarks(sheet, kind)))


def _remarks(sheet: _Sheet, kind: str) -> list[Remark]:
    raw = ", ".join(f"{count} {name}" for name, count in sorted(sheet.raw.items()))
    said = (
        (raw, f"Raw parts that only {kind} knows were left out: {raw}."),
        (sheet.pictures, f"Pictures are not taken over; left out, their descriptions kept: {sheet.pictures}."),
        (sheet.unlinked, f"Links that lead nowhere from here, set as their words: {sheet.unlinked}."),
        (sheet.formulas, f"Formulas that are shown as TeX writes them: {sheet.formulas}."),
    )
    codes = ("raw", "pictures", "links", "formulas")
    return [Remark(code, 0, message) for code, (any_, message) in zip(codes, said, strict=True) if any_]


def _clean(node: Any, sheet: _Sheet) -> Any:
    """`node` cleaned from its leaves up: a node, or a tuple of what stands in its place."""
    if isinstance(node, tuple) and not hasattr(node, "_fields"):
        parts: list[Any] = []
        for x in node:
            made = _clean(x, sheet)
            if isinstance(x, t.Block | t.Inline) and isinstance(made, tuple):
                parts += made
            else:
                parts.append(made)
        return _joined(tuple(parts))
    if type(node) not in t.SHAPES:
        return node
    changed = {name: _clean(getattr(node, name), sheet) for name in t.parts(type(node))}
    node = replace(node, **changed) if changed else node
    return _inline(node, sheet) if isinstance(node, t.Inline) else _block(node, sheet)


def _joined(nodes: tuple[Any, ...]) -> tuple[Any, ...]:
    """Runs of text as one; a line of the source that ends in them is a space, but between Eastern signs nothing."""
    if not any(isinstance(node, t.SoftBreak) for node in nodes) and not any(
        isinstance(a, t.Str) and isinstance(b, t.Str) for a, b in itertools.pairwise(nodes)
    ):
        return nodes
    made: list[Any] = []
    for is_run, group in itertools.groupby(nodes, lambda n: isinstance(n, t.Str | t.SoftBreak)):
        run = tuple(group)
        if is_run:
            text = "".join(node.text if isinstance(node, t.Str) else "\n" for node in run)
            made.append(t.Str(_NO_SPACE.sub("", text).replace("\n", " ")))
        else:
            made += run
    return tuple(made)


# ---------------------------------------------------------------- inlines


def _inline(node: t.Inline, sheet: _Sheet) -> Any:
    match node:
        case t.RawInline(format, text):
            sheet.raw[format] += 1
            return () if format == "html" else _raw(text, format, sheet)
        case t.Image(_, inner, _):
            sheet.pictures += 1
            return (t.Span(t.Attr("", ("image",)), inner),) if inner else ()
        case t.Link():
            return _link(node, sheet)
        case t.Span(attr, inner):
            return _span(attr, inner, sheet)
        case t.Cite(_, inner):
            return inner
        case t.Code():
            return replace(node, attr=t.NO_ATTR)
        case t.Math():
            sheet.formulas += 1
    if getattr(node, "inlines", None) == ():
        return ()
    return node


def _raw(text: str, format: str, sheet: _Sheet) -> tuple[Any, ...]:
    sheet.taken.append(Taken(0, text, f"raw {format}"))
    return ()


def _link(node: t.Link, sheet: _Sheet) -> Any:
    """A link with an address that every reader takes; one that leads nowhere as its words."""
    if _generated(node.attr):
        sheet.take(node.inlines, "what an edition added")
        return ()
    url = node.target.url
    if url.startswith("#") and node.inlines:
        return replace(node, attr=t.NO_ATTR)
    known = address(url)
    if not known or not node.inlines:
        sheet.unlinked += bool(node.inlines)
        return node.inlines
    words = t.plain_text(node.inlines)
    classes = ("uri",) if words == url else ("email",) if "mailto:" + words == url else ()
    return t.Link(t.Attr("", classes), node.inlines, t.Target(known, tidy(node.target.title)[0]))


def _generated(attr: t.Attr) -> bool:
    return any(key in _GENERATED for key, _ in attr.pairs)


_INDENT = re.compile(r"indent-(\d{1,2})")  # how our own editions say that a line of verse is set in


def _span(attr: t.Attr, inner: t.Inlines, sheet: _Sheet) -> Any:
    """Its words; with its language where it says one, and with its place where a link leads there."""
    if _generated(attr):
        sheet.take(inner, "what an edition added")
        return ()
    name, pairs = _place(attr.id, sheet), _tongue(attr)
    if "line" in attr.classes and (inset := next((_INDENT.fullmatch(c) for c in attr.classes[1:2]), None)):
        inner = _joined((t.Str("\u00a0" * 2 * int(inset[1])), *inner))
    if "smallcaps" in attr.classes:
        inner = (t.SmallCaps(inner),)
    if not name and (not pairs or not inner):
        return inner
    return (t.Span(t.Attr(name, (), pairs), inner),)


def _place(name: str, sheet: _Sheet) -> str:
    """What a place is called now; "" where no link leads there, or where it was met before."""
    if not name or name not in sheet.aims or name in sheet.places:
        return ""
    sheet.places[name] = f"{_PLACE}{len(sheet.places) + 1}"
    return f"{sheet.places[name]}={name}"


def _tongue(attr: t.Attr) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, value) for key, value in attr.pairs
        if (key == "lang" and _TONGUE.fullmatch(value)) or (key == "dir" and value in ("ltr", "rtl"))
    )  # fmt: skip


# ---------------------------------------------------------------- blocks


def _block(node: Any, sheet: _Sheet) -> Any:
    match node:
        case t.RawBlock(format, text):
            sheet.raw[format] += 1
            return _words_of(text) if format == "html" else _raw(text, format, sheet)
        case t.Para(inlines) | t.Plain(inlines):
            return node if _stands(inlines) else ()
        case t.Header(level, attr, inlines):
            return _header(level, attr, inlines, sheet)
        case t.CodeBlock(attr, text):
            named = tuple(c for c in attr.classes[:1] if re.fullmatch(r"[\w+#-]{1,30}", c) and c != "drawing")
            return t.CodeBlock(t.Attr("", named), text)
        case t.Div(attr, inner):
            return _div(attr, inner, sheet)
        case t.Figure(_, caption, inner):
            return _figure(caption, inner, sheet)
        case t.BlockQuote(inner):
            return t.BlockQuote(_paragraphs(inner)) if inner else ()
        case t.BulletList(items):
            return t.BulletList(tuple(_item(_ticked(item, sheet)) for item in items)) if items else ()
        case t.OrderedList(_, items):
            return replace(node, items=tuple(_item(item) for item in items)) if items else ()
        case t.DefinitionList(items):
            said = tuple((term, tuple(_item(d) for d in definitions)) for term, definitions in items)
            return t.DefinitionList(said) if said else ()
        case t.Table():
            return _table(node)
    return node


def _stands(inlines: t.Inlines) -> bool:
    """Whether there is anything to see, or a place that a link leads to."""
    return any(not isinstance(x, t.Str | t.LineBreak) or (isinstance(x, t.Str) and x.text.strip()) for x in inlines)


def _words_of(text: str) -> tuple[t.Block, ...]:
    """The words in a raw part of HTML, as a paragraph; scripts and styles have none."""
    try:
        root = html.fromstring(f"<div>{text}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ()
    for node in list(root.iter("script", "style", etree.Comment)):
        node.drop_tree()
    words = " ".join(tidy(str(root.text_content()))[0].split())
    return (t.Para((t.Str(words),)),) if words else ()


def _header(level: int, attr: t.Attr, inlines: t.Inlines, sheet: _Sheet) -> Any:
    if not _stands(inlines):
        return (t.Para(inlines),) if inlines else ()
    name = _place(attr.id, sheet)
    return t.Header(level, t.Attr("", (), ((WAS, name),) if name else ()), _in_a_line(inlines))


def _in_a_line(inlines: t.Inlines) -> t.Inlines:
    """A heading's words with spaces for its line breaks: they stand in contents and running heads as well."""
    return _joined(tuple(t.Str(" ") if isinstance(x, t.LineBreak) else x for x in inlines))


def _div(attr: t.Attr, inner: t.Blocks, sheet: _Sheet) -> Any:
    """Its blocks, unless its class or its language means something to a reader."""
    if _generated(attr):
        sheet.take(inner, "what an edition added")
        return ()
    if name := _place(attr.id, sheet):
        inner = _placed(name, inner)
    if "verse" in attr.classes and (verse := _verse(inner)):
        return verse
    kept = tuple(c for c in attr.classes if c in _KEPT) or (("admonition",) if _ADMONITIONS & set(attr.classes) else ())
    pairs = _tongue(attr)
    if not inner or not (kept or pairs) or any(isinstance(block, t.Header) for block in inner):
        return inner
    return t.Div(t.Attr("", kept[:1], pairs), _paragraphs(inner))


def _placed(name: str, blocks: t.Blocks) -> t.Blocks:
    """`blocks` with a place at their beginning."""
    first = blocks[0] if blocks else t.Para(())
    if isinstance(first, t.Header):
        attr = first.attr._replace(pairs=(*first.attr.pairs, (WAS, name)))
        return (replace(first, attr=attr), *blocks[1:])
    here = t.Span(t.Attr(name), ())
    if isinstance(first, t.Para | t.Plain):
        return (replace(first, inlines=(here, *first.inlines)), *blocks[1:])
    return (t.Para((here,)), *blocks)


def _verse(blocks: t.Blocks) -> t.Block | None:
    """The poem that a container of that class holds, where all in it are stanzas."""
    if not blocks or not all(isinstance(block, t.Para | t.Plain) for block in blocks):
        return None
    lines: list[t.Inlines] = []
    for block in blocks:
        lines += [(), *_lines(block.inlines)] if lines else _lines(block.inlines)  # type: ignore[attr-defined]
    return t.LineBlock(tuple(lines))


def _lines(inlines: t.Inlines) -> list[t.Inlines]:
    groups = itertools.groupby(inlines, lambda x: isinstance(x, t.LineBreak))
    lines = [tuple(group) for is_break, group in groups if not is_break]
    return [_trimmed(line) for line in lines]


def _trimmed(line: t.Inlines) -> t.Inlines:
    first = line[0]
    return (t.Str(first.text.lstrip(" \n")), *line[1:]) if isinstance(first, t.Str) else line


def _figure(caption: t.Caption, inner: t.Blocks, sheet: _Sheet) -> Any:
    """A picture's caption; its description too, where it says something else."""
    said = "".join(t.plain_text(inner).split())
    if said and said == "".join(t.plain_text(caption.blocks).split()):
        sheet.take(inner, "description, as the caption has it")
        inner = ()
    if not caption.blocks:
        return tuple(inner)
    return t.Figure(t.NO_ATTR, t.Caption(None, caption.blocks), _paragraphs(inner))


def _item(blocks: t.Blocks) -> t.Blocks:
    """The blocks of an item, a cell or a note: no heading, and words that follow one another as paragraphs."""
    made = tuple(_lower(block) for block in blocks)
    return _paragraphs(made) if sum(isinstance(block, t.Plain) for block in made) > 1 else made


_BOX = re.compile(r"\[([ xX])\]\s")


def _ticked(item: t.Blocks, sheet: _Sheet) -> t.Blocks:
    """An item that begins with a box, [ ] or [x], with the box as a sign."""
    first = item[0] if item else None
    run = first.inlines[0] if isinstance(first, t.Plain | t.Para) and first.inlines else None
    box = _BOX.match(run.text) if isinstance(run, t.Str) else None
    if not box or not isinstance(first, t.Plain | t.Para) or not isinstance(run, t.Str):
        return item
    sheet.take(t.Str(box[1]), "box to tick")
    sign = t.Str(("☐ " if box[1] == " " else "☒ ") + run.text[box.end() :])
    return (replace(first, inlines=(sign, *first.inlines[1:])), *item[1:])


def _paragraphs(blocks: t.Blocks) -> t.Blocks:
    return tuple(_lower(t.Para(b.inlines) if isinstance(b, t.Plain) else b) for b in blocks)


def _lower(block: t.Block) -> t.Block:
    """A heading that stands in something else is a line of its own in bold."""
    return t.Para((t.Strong(block.inlines),)) if isinstance(block, t.Header) else block


def _table(table: t.Table) -> Any:
    rows = [row for row in t.nodes(table) if isinstance(row, t.Row)]
    if not any(row.cells for row in rows):
        return table.caption.blocks
    return t.walk(replace(table, attr=t.NO_ATTR), _cell)


def _cell(node: Any) -> Any:
    match node:
        case t.Cell():
            return replace(node, attr=t.NO_ATTR, blocks=_item(node.blocks))
        case t.Row() | t.TableHead() | t.TableBody() | t.TableFoot():
            return replace(node, attr=t.NO_ATTR)
    return node


def _top(blocks: t.Blocks) -> t.Blocks:
    """The blocks of the text itself."""
    return tuple(t.Para(block.inlines) if isinstance(block, t.Plain) else block for block in blocks)


# ---------------------------------------------------------------- afterwards


def set_by_language(blocks: t.Blocks, language: str) -> t.Blocks:
    """`blocks` with quotes, dashes and spaces as the language sets them."""

    def change(node: Any) -> Any:
        match node:
            case t.Para(inlines) | t.Plain(inlines) | t.Header(inlines=inlines):
                return replace(node, inlines=smart(inlines, language))
            case t.LineBlock(lines):
                return replace(node, lines=tuple(smart(line, language) for line in lines))
        return node

    return t.walk(blocks, change)  # type: ignore[no-any-return]


def linked(blocks: t.Blocks, language: str) -> t.Blocks:
    """`blocks` with each inner link led to where its aim is now; one whose aim is gone is its words.

    What says again that it is in the article's own language, or runs its way, says so no more.
    """
    aims: dict[str, str] = {}
    own = (("lang", language), ("dir", direction(language)))

    def find(node: Any) -> Any:
        match node:
            case t.Header(attr=attr) if attr.pairs:
                aims.update((value.partition("=")[2], attr.id) for key, value in attr.pairs if key == WAS)
                return replace(node, attr=attr._replace(pairs=tuple(p for p in attr.pairs if p[0] != WAS)))
            case t.Span(attr=attr) if attr.id.startswith(_PLACE):
                name, _, was = attr.id.partition("=")
                aims[was] = name
                return replace(node, attr=attr._replace(id=name))
            case t.Span(attr=attr) | t.Div(attr=attr) if any(pair in own for pair in attr.pairs):
                return replace(node, attr=attr._replace(pairs=tuple(p for p in attr.pairs if p not in own)))
        return node

    def lead(node: Any) -> Any:
        if isinstance(node, t.Link) and node.target.url.startswith("#") and not node.attr.classes:
            aim = aims.get(node.target.url[1:])
            return replace(node, target=t.Target(f"#{aim}")) if aim else t.Span(t.NO_ATTR, node.inlines)
        return node

    return t.walk(t.walk(t.walk(blocks, find), lead), _opened)  # type: ignore[no-any-return]


def _opened(node: Any) -> Any:
    """`node` with the words of links that led nowhere among its own."""
    inner = getattr(node, "inlines", ())
    if not any(isinstance(x, t.Span) and x.attr == t.NO_ATTR for x in inner):
        return node
    parts = ((*x.inlines,) if isinstance(x, t.Span) and x.attr == t.NO_ATTR else (x,) for x in inner)
    return replace(node, inlines=_joined(tuple(itertools.chain.from_iterable(parts))))
