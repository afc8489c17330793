"""The report as one HTML page, no script needed: the source's lines beside what is made of them, and why.

The page stays within a size: lines, blocks and at last rows are cut, and the page says where and how much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, NamedTuple

from markupsafe import Markup

from convert import tree as t
from convert.article import Origin, Taken
from convert.editions.describe import direction
from convert.editions.markup import Setter
from convert.report import Reading, doubts, every, reason, shown, summed_up, telling
from convert.templating import render
from convert.text import Line

LONGEST_LINE = 4000  # characters of a source line
MOST_LINES = 300  # source lines of a row
LONGEST_MADE = 60_000  # characters of markup of a row
MOST_PARTS = 60  # parts told of one block
MOST_DOUBTS = 300
BUDGET = 3_400_000  # characters of all rows, estimated high: the page is some 2.7 MB then
_ROW, _LINE = 450, 40  # characters of the page's own markup for a row and for a line


class Shown(NamedTuple):
    """A source line as the page shows it."""

    number: int
    text: str
    more: int  # characters that were cut
    into: tuple[str, ...]  # what of it went elsewhere, and where to


class Row(NamedTuple):
    """Some source lines, and what became of them."""

    lines: Sequence[Shown]
    more: int  # lines that were cut
    name: str
    sure: str
    rule: str
    why: str
    made: Markup = Markup()
    cut: bool = False  # whether what was made is shown by its opening only
    fields: Sequence[tuple[str, str, Origin]] = ()
    parts: Sequence[Mapping[str, Any]] = ()
    more_parts: int = 0

    @property
    def size(self) -> int:
        """Characters that the row takes on the page, about."""
        return _ROW + len(self.made) + sum(_LINE + len(line.text) for line in self.lines) + 120 * len(self.parts)


@dataclass(slots=True)
class Proof(Setter):
    """A setter for a page that quotes structures: without identifiers, headings that are none of the page's own."""

    notes: Any = "page"
    found: list[t.Blocks] = field(default_factory=list)

    def block(self, block: t.Block) -> str:
        """Markup of one block."""
        if isinstance(block, t.Header):
            return f'<p class="heading level-{block.level}">{self.inlines(block.inlines)}</p>'
        return Setter.block(self, _nameless(block))

    def inline(self, inline: t.Inline) -> str:
        """Markup of one inline; a link into the article is its words."""
        if isinstance(inline, t.Link) and inline.target.url.startswith("#"):
            return self.inlines(inline.inlines)
        return Setter.inline(self, _nameless(inline))


def _nameless(node: Any) -> Any:
    attr = getattr(node, "attr", None)
    return replace(node, attr=attr._replace(id="")) if attr and attr.id else node


def page_of(reading: Reading, said: Mapping[str, Any], name: str) -> bytes:
    """The page of report `said` on a text called `name`, as UTF-8."""
    rows, left_out = _within(_rows(reading, said["blocks"]))
    language = reading.article.metadata.language
    numbers = {line.number for row in rows for line in row.lines}
    told = doubts(said)
    page = render(
        "report.html",
        text_name=name or "standard input",
        title=reading.article.metadata.title,
        summary=summed_up(said["summary"]),
        doubts=told[:MOST_DOUBTS],
        more_doubts=len(told[MOST_DOUBTS:]),
        fields=[(key, shown(entry["value"]), entry) for key, entry in said["metadata"].items()],
        rows=rows,
        left_out=left_out,
        last_line=max(numbers, default=0),
        numbers=numbers,
        language=language,
        direction=direction(language),
    )
    return page.encode("utf-8", "replace")


def _within(rows: Iterable[Row]) -> tuple[list[Row], int]:
    """The rows that fit the page, and how many do not."""
    kept: list[Row] = []
    size = left_out = 0
    for row in rows:
        size += row.size
        if size > BUDGET:
            left_out += 1
        else:
            kept.append(row)
    return kept, left_out


# ---------------------------------------------------------------- rows


def _rows(reading: Reading, entries: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """The whole source, line by line: blocks, and between them what went elsewhere."""
    taken: dict[int, list[Taken]] = {}
    for one in reading.article.taken:
        taken.setdefault(one.line, []).append(one)
    done = 0
    for block, entry in zip(reading.article.blocks, entries, strict=True):
        first, last = entry.get("lines", (done + 1, done))
        yield from _elsewhere(reading, reading.lines[done : first - 1], taken)
        yield _made(block, entry, reading.lines[first - 1 : last], taken)
        done = max(done, last)
    yield from _elsewhere(reading, reading.lines[done:], taken)


def _made(block: t.Block, entry: Mapping[str, Any], lines: Sequence[Line], taken: Mapping[int, list[Taken]]) -> Row:
    markup = Proof().block(block)
    cut = len(markup) > LONGEST_MADE
    parts = [p for p in every(entry.get("blocks", ())) if telling(p)]
    level = f" {entry['level']}" if "level" in entry else ""
    return Row(
        [_shown(line, taken.get(line.number, ())) for line in lines[:MOST_LINES]],
        len(lines[MOST_LINES:]),
        entry["name"] + level,
        entry.get("sure", "certain"),
        entry.get("rule", ""),
        reason(entry) if "why" in entry else "",
        Markup("<p>{}</p>").format(entry["text"]) if cut else Markup(markup),
        cut,
        parts=parts[:MOST_PARTS],
        more_parts=len(parts[MOST_PARTS:]),
    )


def _elsewhere(reading: Reading, lines: Sequence[Line], taken: Mapping[int, list[Taken]]) -> Iterator[Row]:
    """Rows of the lines that stand in no block, those together that went to the same place."""
    origins = reading.article.metadata.origins if lines else ()
    written = [line for line in lines if not line.blank]
    for into, group in groupby(written, lambda line: _place(taken.get(line.number, ()))):
        some = list(group)
        numbers = {line.number for line in some}
        fields = [(f, shown(_value(reading, f)), o) for f, o in origins if o.line in numbers]
        shown_lines = [_shown(line, ()) for line in some[:MOST_LINES]]
        why = "taken out of the text" if into else "signs without letters or digits"
        yield Row(shown_lines, len(some[MOST_LINES:]), into or "left out", "certain", "", why, fields=fields)


def _place(taken: Iterable[Taken]) -> str:
    return ", ".join(dict.fromkeys(one.into for one in taken))


def _value(reading: Reading, name: str) -> Any:
    value = getattr(reading.article.metadata, name)
    return dict(value) if name == "extra" else list(value) if isinstance(value, tuple) else value


def _shown(line: Line, taken: Iterable[Taken]) -> Shown:
    text = " " * min(line.indent, 80) + line.text
    into = tuple(f"{one.text[:80]} → {one.into}" for one in taken)
    return Shown(line.number, text[:LONGEST_LINE], len(text[LONGEST_LINE:]), into)
