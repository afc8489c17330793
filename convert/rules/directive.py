"""Directive: a line that says what the block below it is, as AsciiDoc and reStructuredText have them.

Only where such a block does follow, so that no ordinary line in brackets is one. What the line says is recorded.
"""

from __future__ import annotations

import re

from convert.article import Taken
from convert.rules.code import kept
from convert.rules.rule import DEEPEST, Found, Read
from convert.text import Line, Lines
from convert.tree import Attr, Block, CodeBlock, Div

LONGEST = 2000  # lines of a block
_ATTRIBUTES = re.compile(r"\[(source|listing|NOTE|TIP|WARNING|CAUTION|IMPORTANT)(?:,\s*([\w+#.-]{1,20}))?[^\]]{0,60}\]")
_ANCHOR = re.compile(r"\[\[[\w-]{1,60}\]\]|\.\. _[\w -]{1,60}:")
_RST = re.compile(
    r"\.\. (code-block|code|sourcecode|highlight|note|tip|warning|caution|important|hint|attention)::\s*(\S{0,20})"
)
_SILENT = re.compile(r"\.\. (?:contents|toctree|index|highlight|default-role|sectnum)::.{0,60}")
_ADMONITIONS = ("note", "tip", "warning", "caution", "important", "hint", "attention")


def directive(lines: Lines, read: Read) -> Found | None:
    """A listing with its language, an admonition, an anchor; the line itself goes into structure."""
    text = lines[0].text
    if text[:1] not in "[." or lines.depth >= DEEPEST:
        return None
    if _ANCHOR.fullmatch(text) or _SILENT.fullmatch(text):
        return Found((), 1, (_taken(lines[0]),), why="a directive that sets nothing")
    return _fenced(lines, read) or _set_in(lines, read)


def _fenced(lines: Lines, read: Read) -> Found | None:
    """AsciiDoc: `[source,python]` or `[NOTE]`, and a block between two equal rules right below."""
    match = _ATTRIBUTES.fullmatch(lines[0].text)
    if not match or len(lines) < 3 or not re.fullmatch(r"([-=_*.])\1{3,}", lines[1].text):
        return None
    last = next((i for i in range(2, min(len(lines), LONGEST)) if lines[i].text == lines[1].text), 0)
    if not last:
        return None
    inner = lines.take(last).rest(2)
    return _found(lines, last + 1, match.group(1).lower(), match.group(2) or "", inner, read)


def _set_in(lines: Lines, read: Read) -> Found | None:
    """reStructuredText: `.. note::`, and what is set in below it."""
    match = _RST.fullmatch(lines[0].text)
    if not match:
        return None
    first = 1 + lines.blanks_after(1)
    count = end = first
    while end < min(len(lines), LONGEST) and (lines[end].blank or lines[end].indent > lines[0].indent):
        end += 1
        count = count if lines[end - 1].blank else end
    inner = lines.take(count).rest(first)
    if not len(inner):
        return None
    return _found(lines, count, match.group(1), match.group(2), inner, read)


def _found(lines: Lines, count: int, kind: str, language: str, inner: Lines, read: Read) -> Found:
    taken: tuple[Taken, ...] = (_taken(lines[0]),)
    if kind in _ADMONITIONS:
        column = min((line.indent for line in inner if not line.blank), default=0)
        cut = [Line(x.number, x.text, max(0, x.indent - column)) for x in inner]
        blocks, more = read(lines.inside(cut, column))
        block: Block = Div(Attr("", ("admonition", kind)), blocks)
        taken = (*taken, *more)
    else:
        block = CodeBlock(Attr("", (language.lower(),) if language else ()), kept(inner))
    return Found((block,), count, taken, "certain", f"called {kind} by the line above it")


def _taken(line: Line) -> Taken:
    return Taken(line.number, line.text, "directive")
