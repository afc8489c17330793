"""The one writer of HTML and XHTML: a tree becomes markup in the vocabulary of DESIGN §4, for all three editions.

Obeys HTML Living Standard and, as XHTML, EPUB 3.3. Every node of the tree has its place here, raw ones too: they are
shown as code, never passed through. Nothing of the source can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Literal

from convert import tree as t
from convert.editions.taming import width
from convert.editions.words import words
from convert.marks.link import SCHEMES
from convert.marks.noteref import BACK, NOTEREF

WIDE = 7  # columns; a table of more is set smaller where a screen is its page
MOST_LINES = 2000  # of code as elements; longer listings are data, and read by nobody
PHONE = 40  # characters in a line of a telephone's; what is wider and does not wrap is scrolled
_Entry = tuple[t.Inlines, tuple[t.Blocks, ...]]  # a term and its definitions
ROLES = {NOTEREF: "doc-noteref", BACK: "doc-backlink"}  # of links, by their class


@dataclass(slots=True)
class Setter:
    """How an edition wants its markup, and the notes met so far."""

    xhtml: bool = False
    notes: Literal["end", "aside", "page"] = "end"
    elsewhere: Mapping[str, str] = field(default_factory=dict)  # the file of each identifier that is not in this one
    numerals: str = ""  # the counter style of lists that count in figures other than 1, 2, 3, which is their class
    prefix: str = ""  # before the ids of notes, so that chapters do not share them
    hanging: bool = False  # code is set a line an element, for sheets that hang what does not fit in its line
    words: Mapping[str, str] = field(default_factory=lambda: words("en"))  # what we say of our own
    found: list[t.Blocks] = field(default_factory=list)

    # ------------------------------------------------------------ blocks

    def blocks(self, blocks: Iterable[t.Block]) -> str:
        """Markup of `blocks`, a line each."""
        return "".join(self.block(b) + "\n" for b in blocks)

    def block(self, block: t.Block) -> str:
        """Markup of one block."""
        match block:
            case t.Para(inlines):
                lines = ' class="lines"' if any(isinstance(i, t.LineBreak) for i in inlines) else ""
                return f"<p{lines}>{self.inlines(inlines)}</p>"
            case t.Plain(inlines):
                return self.inlines(inlines)
            case t.Header(level, attr, inlines):
                return f"<h{level}{attributes(attr)}>{self.inlines(inlines)}</h{level}>"
            case t.HorizontalRule():
                return f"<hr{self._void}>"
            case t.BlockQuote(inner):
                return f"<blockquote>\n{self._quoted(inner)}</blockquote>"
            case t.LineBlock(lines):
                return f'<div class="verse">\n{self._stanzas(lines)}</div>'
            case t.CodeBlock(attr, text) if "drawing" in attr.classes:
                wide = max(map(len, text.split("\n"))) > PHONE
                return f'<pre class="drawing"{self._scrolled("img", "drawing", wide)}>{text_of(text)}</pre>'
            case t.CodeBlock(attr, text):
                code = f"<code{_language(attr)}>{_code_lines(text) if self.hanging else text_of(text)}</code>"
                return f"<pre{attributes(attr._replace(classes=()))}>{code}</pre>"
            case t.RawBlock(_, text):
                return f"<pre><code>{text_of(text)}</code></pre>"
            case t.BulletList(items):
                return f"<ul{_kind(items)}>\n{self._items(items)}</ul>"
            case t.OrderedList(numbering, items):
                counts = self.numerals if numbering.style == "Decimal" else ""
                return f"<ol{_kind(items, counts)}{self._numbering(numbering)}>\n{self._items(items)}</ol>"
            case t.DefinitionList(items):
                return "\n".join(
                    f"<dl>\n{''.join(self._definition(term, all) for term, all in some)}</dl>"
                    for some in _each_once(items)
                )
            case t.Table():
                return self._table(block)
            case t.Figure(attr, caption, inner):
                return (
                    f"<figure{attributes(attr)}>\n{self.blocks(inner)}{self._caption('figcaption', caption)}</figure>"
                )
            case t.Div(attr, inner):
                if back := attr.get(BACK):
                    inner = _with_back(inner, back)
                tag = "aside" if {"notice", "admonition"} & set(attr.classes) else "div"
                return f"<{tag}{attributes(attr)}{self._xml_lang(attr)}>\n{self.blocks(inner)}</{tag}>"
        raise TypeError(f"no block: {block!r}")

    def _xml_lang(self, attr: t.Attr) -> str:
        """The language again, under the name that XML gives it."""
        tongue = attr.get("lang")
        return f' xml:lang="{escape(tongue)}"' if tongue and self.xhtml else ""

    def _quoted(self, blocks: t.Blocks) -> str:
        """A quotation's blocks; the attribution at its end is its footer."""
        last = blocks[-1] if blocks else None
        if isinstance(last, t.Div) and "attribution" in last.attr.classes:
            # In a book no article stands around it, so it would be taken for the foot of the page (Ace, landmarks).
            role = ' role="presentation"' if self.xhtml else ""
            return f"{self.blocks(blocks[:-1])}<footer{role}>{self.blocks(last.blocks)}</footer>\n"
        return self.blocks(blocks)

    def _stanzas(self, lines: Sequence[t.Inlines]) -> str:
        stanzas: list[list[str]] = [[]]
        for line in lines:
            if line:
                stanzas[-1].append(self._verse_line(line))
            elif stanzas[-1]:
                stanzas.append([])
        joint = f"<br{self._void}>\n"
        return "".join(f'<p class="stanza">{joint.join(s)}</p>\n' for s in stanzas if s)

    def _verse_line(self, line: t.Inlines) -> str:
        """A line of verse, an element of its own so that it can hang; its indent in the tree is no-break spaces."""
        first = line[0]
        depth = len(first.text) - len(first.text.lstrip("\u00a0")) if isinstance(first, t.Str) else 0
        if isinstance(first, t.Str) and depth:
            line = (t.Str(first.text[depth:]), *line[1:])
        indent = f" indent-{min(12, (depth + 1) // 2)}" if depth else ""
        return f'<span class="line{indent}">{self.inlines(line)}</span>'

    def _numbering(self, numbering: t.ListAttributes) -> str:
        """First number and numerals; on pages as style too: to WeasyPrint `start` is a presentational hint."""
        kind = {"LowerAlpha": "a", "UpperAlpha": "A", "LowerRoman": "i", "UpperRoman": "I"}.get(numbering.style)
        start = f' start="{numbering.start}"' if numbering.start != 1 else ""
        if start and self.notes == "page":
            start += f' style="counter-reset: list-item {numbering.start - 1}"'
        return start + (f' type="{kind}"' if kind else "")

    def _items(self, items: Iterable[t.Blocks]) -> str:
        return "".join(f"<li>{self._item(item)}</li>\n" for item in items)

    def _item(self, item: t.Blocks) -> str:
        return self.blocks(item).rstrip("\n")

    def _definition(self, term: t.Inlines, definitions: Iterable[t.Blocks]) -> str:
        said = "".join(f"<dd>{self._item(d)}</dd>\n" for d in definitions)
        return f"<dt>{self.inlines(term)}</dt>\n{said}"

    def _caption(self, tag: str, caption: t.Caption) -> str:
        return f"<{tag}>{self._item(caption.blocks)}</{tag}>\n" if caption.blocks else ""

    # ------------------------------------------------------------ tables

    def _table(self, table: t.Table) -> str:
        aligns = [align for align, _ in table.columns]
        parts = [self._caption("caption", table.caption)]
        if table.head.rows:
            parts.append(f"<thead>\n{self._rows(table.head.rows, aligns, 99)}</thead>\n")
        for body in table.bodies:
            rows = self._rows(body.head, aligns, 99) + self._rows(body.rows, aligns, body.head_columns)
            parts.append(f"<tbody>\n{rows}</tbody>\n")
        if table.foot.rows:
            parts.append(f"<tfoot>\n{self._rows(table.foot.rows, aligns, 0)}</tfoot>\n")
        wide = " wide" if len(table.columns) > WIDE else ""
        scrolled = self._scrolled("group", "table") if self.notes != "page" and width(table) > PHONE else ""
        return f'<div class="table{wide}"{scrolled}><table{attributes(table.attr)}>\n{"".join(parts)}</table></div>'

    def _scrolled(self, role: str, word: str, wide: bool = True) -> str:
        """What tells readers aloud what this is; where it may be scrolled, that can be done by keys (WCAG 2.1.1)."""
        keys = ' tabindex="0"' if wide and self.notes != "page" else ""
        return f'{keys} role="{role}" aria-label="{escape(self.words[word])}"'

    def _rows(self, rows: Iterable[t.Row], aligns: Sequence[str], heads: int) -> str:
        return "".join(f"<tr{attributes(row.attr)}>{self._cells(row, aligns, heads)}</tr>\n" for row in rows)

    def _cells(self, row: t.Row, aligns: Sequence[str], heads: int) -> str:
        parts, column = [], 0
        for cell in row.cells:
            parts.append(self._cell(cell, aligns[column] if column < len(aligns) else "AlignDefault", column, heads))
            column += cell.columns
        return "".join(parts)

    def _cell(self, cell: t.Cell, align: str, column: int, heads: int) -> str:
        tag = "th" if column < heads else "td"
        scope = "" if tag == "td" else ' scope="col"' if heads == 99 else ' scope="row"'
        align = cell.align if cell.align != "AlignDefault" else align
        side = {"AlignRight": ("right",), "AlignCenter": ("center",)}.get(align, ())
        spans = (f' rowspan="{cell.rows}"' if cell.rows > 1 else "") + (
            f' colspan="{cell.columns}"' if cell.columns > 1 else ""
        )
        attr = attributes(cell.attr._replace(classes=(*cell.attr.classes, *side)))
        return f"<{tag}{scope}{spans}{attr}>{self._item(cell.blocks)}</{tag}>"

    # ------------------------------------------------------------ inlines

    def inlines(self, inlines: Iterable[t.Inline]) -> str:
        """Markup of `inlines`."""
        return "".join(self.inline(i) for i in inlines)

    def inline(self, inline: t.Inline) -> str:
        """Markup of one inline."""
        match inline:
            case t.Str(text):
                return text_of(text)
            case t.Emph(inner):
                return f"<em>{self.inlines(inner)}</em>"
            case t.Strong(inner):
                return f"<strong>{self.inlines(inner)}</strong>"
            case t.Underline(inner):
                return f"<u>{self.inlines(inner)}</u>"
            case t.Strikeout(inner):
                return f"<del>{self.inlines(inner)}</del>"
            case t.Superscript(inner):
                return f"<sup>{self.inlines(inner)}</sup>"
            case t.Subscript(inner):
                return f"<sub>{self.inlines(inner)}</sub>"
            case t.SmallCaps(inner):
                return f'<span class="smallcaps">{self.inlines(inner)}</span>'
            case t.Quoted(kind, inner):
                left, right = ("‘", "’") if kind == "SingleQuote" else ("“", "”")
                return f"{left}{self.inlines(inner)}{right}"
            case t.Code(attr, text):
                return f"<code{attributes(attr)}>{text_of(text)}</code>"
            case t.SoftBreak():
                return "\n"
            case t.LineBreak():
                return f"<br{self._void}>\n"
            case t.Math(_, text):
                return f'<span class="math">{text_of(text)}</span>'
            case t.RawInline(_, text):
                return f"<code>{text_of(text)}</code>"
            case t.Cite(_, inner):
                return self.inlines(inner)
            case t.Span(attr, inner) if NOTEREF in attr.classes:
                return self.inlines(inner)  # it may have been a note's, and is linked to none
            case t.Span(attr, inner):
                return f"<span{attributes(attr)}>{self.inlines(inner)}</span>"
            case t.Link(attr, inner, target):
                return self._link(attr, inner, target)
            case t.Image(_, inner, _):
                return f'<span class="image">{self.inlines(inner)}</span>'  # we hold no pictures yet: their words
            case t.Note(blocks):
                return self._note(blocks)
        raise TypeError(f"no inline: {inline!r}")

    def _link(self, attr: t.Attr, inner: t.Inlines, target: t.Target) -> str:
        url = target.url
        if not url.startswith("#") and url.partition(":")[0].lower() not in SCHEMES:
            return self.inlines(inner)
        title = f' title="{escape(target.title)}"' if target.title else ""
        if url.startswith("#"):
            url = self.elsewhere.get(url[1:], "") + url
            title += f' role="{ROLES[attr.classes[0]]}"' if attr.classes and attr.classes[0] in ROLES else ""
        text = self.inlines(inner)
        if self.xhtml and "uri" in attr.classes and all(isinstance(part, t.Str) for part in inner):
            text = _JOINT.sub("<wbr/>", text)
        return f'<a href="{escape(url)}"{title}{attributes(attr)}>{text}</a>'

    def _note(self, blocks: t.Blocks) -> str:
        """Where a note is called. Our own identifiers have a low line, which those of headings have not."""
        if self.notes == "page":
            inner = " ".join(self.inlines(b.inlines) for b in blocks if isinstance(b, t.Para | t.Plain))
            return f'<span class="footnote">{inner}</span>'
        self.found.append(blocks)
        n, p = len(self.found), self.prefix
        epub = ' epub:type="noteref"' if self.xhtml else ""
        return f'<a href="#{p}note_{n}" id="{p}ref_{n}" role="doc-noteref"{epub}>{n}</a>'

    # ------------------------------------------------------------ notes

    def notes_found(self) -> str:
        """The notes met so far, at the end of a page or chapter; "" where there are none."""
        bodies = []
        for n, blocks in enumerate(self.found, 1):
            name = f"{self.prefix}note_{n}"
            bodies.append((name, self.blocks(_with_back(blocks, f"#{self.prefix}ref_{n}")).rstrip("\n")))
        if not bodies:
            return ""
        if self.notes == "aside":
            kind = 'role="doc-footnote" epub:type="footnote"'
            return "".join(f'<aside id="{name}" {kind}>{body}</aside>\n' for name, body in bodies)
        items = "".join(f'<li id="{name}">{body}</li>\n' for name, body in bodies)
        name = escape(self.words["notes"])
        return f'<section role="doc-endnotes" aria-label="{name}">\n<ol>\n{items}</ol>\n</section>\n'

    @property
    def _void(self) -> str:
        return "/" if self.xhtml or self.notes == "page" else ""  # pages are read as XML (editions/pdf.py)


# ---------------------------------------------------------------- text and attributes


def _with_back(blocks: t.Blocks, href: str) -> t.Blocks:
    """A note's blocks with the way back to where it is referred to, at the end of its last paragraph."""
    last = blocks[-1] if blocks else None
    back = t.Link(t.Attr("", (BACK,), (("data-generated", ""),)), (t.Str("↩"),), t.Target(href, ""))
    if not isinstance(last, t.Para):
        return (*blocks, t.Para((back,)))
    return (*blocks[:-1], replace(last, inlines=(*last.inlines, t.Str(" "), back)))


_BOX = re.compile(r"[☐☑☒✓✗]|\[[ xX]\] ")  # as it is typed, too: our own bullet beside it would be one sign too many

# Where an address, as character data, may break: a book's lines are justified, and most engines break it at "?" alone.
_JOINT = re.compile(r"(?<=[/?])(?=\w)|(?<=&amp;)(?=\w)")


def text_of(text: str) -> str:
    """`text` as character data."""
    return escape(text, quote=False)


def _code_lines(text: str) -> str:
    """Code a line an element, so that the rest of a line too long hangs, and is seen to be no line of its own."""
    lines = text.splitlines(keepends=True)
    return "".join(f"<span>{text_of(line)}</span>" for line in lines) if len(lines) < MOST_LINES else text_of(text)


def attributes(attr: t.Attr) -> str:
    """An identifier, classes and pairs as attributes; pairs under data- names unless they are known to be safe."""
    parts = [f' id="{escape(attr.id)}"'] if attr.id else []
    if attr.classes:
        parts.append(f' class="{escape(" ".join(attr.classes))}"')
    for key, value in attr.pairs:
        if key.startswith("data-") or key in ("lang", "dir", "role"):
            parts.append(f' {escape(key)}="{escape(value)}"')
    return "".join(parts)


def _each_once(items: Sequence[_Entry]) -> Iterator[list[_Entry]]:
    """The entries of a list of definitions in runs that have each term once, as HTML wants it."""
    run: list[_Entry] = []
    terms: set[str] = set()
    for item in items:
        term = " ".join(t.plain_text(item[0]).split())
        if term in terms:
            yield run
            run, terms = [], set()
        run.append(item)
        terms.add(term)
    if run:
        yield run


def _language(attr: t.Attr) -> str:
    return f' class="language-{escape(attr.classes[0])}"' if attr.classes else ""


def _kind(items: Iterable[t.Blocks], counts: str = "") -> str:
    """The classes of a list: loose where items hold more than a line and lists, so that they are spaced; tasks where
    boxes begin them.
    """
    loose = any(not isinstance(block, t.Plain | t.BulletList | t.OrderedList) for item in items for block in item)
    tasks = all(item and _BOX.match(t.plain_text(item[0])) for item in items)
    classes = " ".join(name for name, said in (("loose", loose), ("tasks", tasks), (counts, counts)) if said)
    return f' class="{classes}"' if classes else ""
