"""Table: rows whose cells stand one below the other, parted by bars, by a box's rules, or by columns of space."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from convert.article import Taken
from convert.marks import inlines
from convert.rules.code import has_signs
from convert.rules.rule import Found, Read, Sure
from convert.rules.starts import BULLET, NUMBER
from convert.text import Habits, Line, Lines
from convert.tree import NO_ATTR, Caption, Cell, Plain, Row, Table, TableBody, TableFoot, TableHead

Cells = list[str]
LONGEST = 500  # lines; a table is seen at a glance, and a longer one is read in parts
WIDEST = 100  # columns; pages that cannot hold them side by side set them otherwise (editions/taming.py)
_DELIMITER = re.compile(r"[|+]?\s*:?-{2,}:?\s*(?:[|+]\s*:?-{2,}:?\s*)*[|+]?")
_BORDER = re.compile(r"[+|*]?(?:[-=]+[+|*])+[-=]*|[\u2500-\u257f]{3,}|[+*][-=+*]+[+*]")
_BAR = re.compile(r"[|\u2502\u2503\u2551](?<!\\.)")
_RULE = re.compile(r"(?:-{2,}|={2,}|\u2500{2,})(?:\s+(?:-{2,}|={2,}|\u2500{2,}))+")
_REFERENCE = re.compile(r"\[\w{1,3}\]")
_NUMBER = re.compile(r"[-+−]?[$€£¥]?\d[\d.,\u00a0 ]*\s?(?:%|[a-zA-Zµ°]{1,3})?\.?|[-–—.…]{1,3}|n/?a|\"")


def table(lines: Lines, _read: Read) -> Found | None:
    """A `Table` of at least two columns and two rows, its header and the alignment of its columns where they show."""
    if lines.start and not lines.all[lines.start - 1].blank and not _announced(lines):
        return None
    text = lines[0].text
    at = int(text.startswith("[") and len(lines) > 1)
    if lines[at].text == "|===":
        return _fenced(lines, at)
    if _BORDER.fullmatch(text):
        return _boxed(lines)
    if _BAR.search(text):
        return _piped(lines)
    if lines.chunk() < 2:
        return None
    return _ruled(lines) or _tabbed(lines) or _led(lines) or _aligned(lines)


def _announced(lines: Lines) -> bool:
    above = lines.all[lines.start - 1].text
    return above.endswith(":") or (len(above) < 80 and above[:1].isupper() and not above.endswith((".", ",")))


# ---------------------------------------------------------------- bars


def _piped(lines: Lines) -> Found | None:
    """Rows of bars, as Markdown, psql and AsciiDoc write them; a row of dashes below the first makes it the header."""
    count = next((i for i, line in enumerate(_first(lines)) if not _BAR.search(line.text) and not _ruler(line)), 0)
    count = count or len(_first(lines))
    taken = [line.text for line in lines.take(count)]
    rulers = [i for i, text in enumerate(taken) if _DELIMITER.fullmatch(text)]
    rows = [_barred(text) for i, text in enumerate(taken) if i not in rulers]
    framed = all(text[0] in "|│" and text[-1] in "|│" for text in taken)
    if (not framed and 1 not in rulers) or not _regular(rows):
        return None
    aligns = _by_colons(taken[rulers[0]]) if rulers else []
    head = 1 if 1 in rulers else 0
    return _found(lines, count, rows, head, aligns, "certain", "cells between bars")


def _fenced(lines: Lines, at: int) -> Found | None:
    """AsciiDoc's table, `|===` to `|===`, its attributes in brackets above it; a cell may have a line of its own."""
    stop = next((i for i in range(at + 1, min(LONGEST, len(lines))) if lines[i].text == "|==="), 0)
    inner = [line.text for line in lines.take(stop).rest(at + 1)] if stop else []
    rows = [_barred(text) for text in inner if text]
    said = lines[0].text if at else ""
    width = max((len(row) for row in rows), default=0)
    if width == 1 and (cols := re.search(r'cols="([^"]*)"', said)):
        width, cells = cols[1].count(",") + 1, [cell for row in rows for cell in row]
        rows = [cells[i : i + width] for i in range(0, len(cells), width)]
    if not _regular(rows):
        return None
    head = int("header" in said or (len(inner) > 1 and not inner[1]))
    taken = (Taken(lines[0].number, said, "table"),) if at else ()
    return _found(lines, stop + 1, rows, head, [], "certain", "between |=== lines")._replace(taken=taken)


def _ruler(line: Line) -> bool:
    return bool(_DELIMITER.fullmatch(line.text))


def _barred(text: str) -> Cells:
    """The cells of a row of bars; those at its ends part nothing."""
    cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(text)]
    return cells[bool(_BAR.match(text)) : len(cells) - bool(len(cells) > 1 and not cells[-1])]


def _by_colons(ruler: str) -> list[str]:
    """Alignments as Markdown's colons give them."""
    kinds = {(True, True): "AlignCenter", (True, False): "AlignLeft", (False, True): "AlignRight"}
    cells = [c.strip() for c in re.split(r"[|+]", ruler.strip("|+"))]
    return [kinds.get((c.startswith(":"), c.endswith(":")), "AlignDefault") for c in cells]


def _regular(rows: Sequence[Cells]) -> bool:
    """Whether rows have one number of cells, two or more, and enough of them are filled."""
    widths = {len(row) for row in rows}
    filled = sum(bool(cell) for row in rows for cell in row)
    return len(rows) > 1 and len(widths) == 1 and 2 <= min(widths) <= WIDEST and filled * 2 >= len(rows) * min(widths)


# ---------------------------------------------------------------- boxes


def _boxed(lines: Lines) -> Found | None:
    """A box drawn of signs: rules part head, rows and cells; lines between two rules are one row or several."""
    chunk = _first(lines)
    borders = [i for i, line in enumerate(chunk) if _BORDER.fullmatch(line.text)]
    if len(borders) < 2 or len(chunk) < 3:
        return None
    groups = [[_barred(line.text) for line in chunk[a + 1 : b]] for a, b in itertools.pairwise(borders) if b - a > 1]
    each = len(groups) > 2 or any(not row[0] for group in groups for row in group[1:] if row)
    rows = [_joined(group) for group in groups] if each else [row for group in groups for row in group]
    if not _regular(rows):
        return None
    head = 1 if len(groups) > 1 and (not each or "=" in chunk[borders[1]].text or len(groups) > 2) else 0
    return _found(lines, borders[-1] + 1, rows, head, [], "certain", "a box drawn around cells")


def _joined(group: Sequence[Cells]) -> Cells:
    """The lines of one row, joined cell by cell."""
    return [" ".join(part for part in parts if part) for parts in itertools.zip_longest(*group, fillvalue="")]


# ---------------------------------------------------------------- rules


def _ruled(lines: Lines) -> Found | None:
    """A rule of dashes in as many parts as there are columns, below the header or above it too."""
    if not any(line.text[:1] in "-=─" for line in lines.take(min(lines.chunk(), 5))):
        return None
    chunk = _first(lines)
    top = 1 if _RULE.fullmatch(chunk[0].text) else 0
    at = next((i for i in range(1, min(4 + top, len(chunk))) if _RULE.fullmatch(chunk[i].text)), 0)
    if not at or (not top and at > 2):
        return None
    ends = [i for i in range(at + 1, len(chunk)) if _RULE.fullmatch(chunk[i].text)]
    last = ends[-1] if ends else len(chunk)
    starts = [m.start() + chunk[at].indent for m in re.finditer(r"\S+", chunk[at].text)]
    head = [_joined([_cut(line, starts) for line in chunk[top:at]])] if at > top else []
    body = _continued([_cut(line, starts) for i, line in enumerate(chunk[at + 1 : last], at + 1) if i not in ends])
    if not body or not _regular([*head, *body]):
        return None
    aligns = _by_edges([*chunk[top:at], *chunk[at + 1 : last]], starts)
    count = last + 1 if ends else last
    return _found(lines, count, [*head, *body], len(head), aligns, "certain", "columns below a ruled head")


def _cut(line: Line, starts: Sequence[int]) -> Cells:
    """The cells of a line whose columns begin at `starts`; a cell that juts out to the left is let in."""
    text = " " * line.indent + line.text
    edges = [_edge(text, start) for start in starts[1:]]
    return [text[a:b].strip() for a, b in itertools.pairwise([0, *edges, len(text)])]


def _edge(text: str, start: int) -> int:
    """Where the cell before the column at `start` ends: there, or at the last space before a word that straddles it."""
    if start >= len(text) or start == 0 or text[start - 1].isspace():
        return min(start, len(text))
    return text.rfind("  ", 0, start) + 1 or start


def _continued(rows: Sequence[Cells]) -> list[Cells]:
    """`rows`, where one whose first cell is empty goes on with the row above it."""
    result: list[Cells] = []
    for row in rows:
        if result and not row[0] and any(row):
            result[-1] = _joined([result[-1], row])
        elif any(row):
            result.append(row)
    return result


# ---------------------------------------------------------------- tabs and leaders


def _tabbed(lines: Lines) -> Found | None:
    """Rows of cells with a tab between, as spreadsheets copy them."""
    chunk = _first(lines) if "\t" in lines[0].text else []
    rows = [[cell.strip() for cell in re.split(r"\t+", line.text)] for line in chunk]
    if len(rows) < 2 or not _regular(rows) or _listing(rows):
        return None
    return _found(lines, len(chunk), rows, 1 if _has_head(rows) else 0, [], "likely", "tabs between cells")


_LED = re.compile(r"(\S.{0,80}?)\s?(?:\.\s?){3,}\s?(\S.{0,40})")


def _led(lines: Lines) -> Found | None:
    """Two columns that rows of points lead across: a bill of fare, prices, a cast."""
    chunk = _first(lines) if "..." in lines[0].text or ". . ." in lines[0].text else []
    matches = [_LED.fullmatch(line.text) for line in chunk]
    if len(chunk) < 2 or not all(matches):
        return None
    rows = [[m[1], m[2]] for m in matches if m]
    return _found(lines, len(chunk), rows, 0, ["AlignLeft", "AlignRight"], "likely", "points lead across it")


# ---------------------------------------------------------------- columns of space

_GAP = re.compile(r"\S {2,}\S")


def _aligned(lines: Lines) -> Found | None:
    """Three rows or more, through all of which the same columns of space run."""
    if not any("  " in line.text for line in lines.take(min(lines.chunk(), 2))):
        return None
    chunk = _first(lines)
    if not _GAP.search(chunk[0].text) and not (len(chunk) > 1 and _GAP.search(chunk[1].text)):
        return None
    gapped = sum(bool(_GAP.search(line.text)) for line in chunk)
    if len(chunk) < 3 or gapped * 4 < len(chunk) * 3:
        return None
    if sum(bool(BULLET.match(line.text) or NUMBER.match(line.text)) for line in chunk) * 2 > len(chunk):
        return None  # a list, its marks set far from its words
    starts = _columns(chunk)
    if not 2 <= len(starts) <= WIDEST:
        return None
    rows = _continued([_cut(line, starts) for line in chunk])
    if len(rows) < 3 or not _regular(rows) or not _tabular(rows, chunk) or _listing(rows):
        return None
    head = 1 if _has_head(rows) else 0
    return _found(lines, len(chunk), rows, head, _by_edges(chunk, starts), "likely", "columns of space run through it")


def _columns(chunk: Sequence[Line]) -> list[int]:
    """Where the columns begin: after two columns of characters or more that are blank in every line."""
    width = max(line.indent + len(line.text) for line in chunk)
    inked = bytearray(width)
    for line in chunk:
        for match in re.finditer(r"\S+", line.text):
            start, stop = line.indent + match.start(), line.indent + match.end()
            inked[start:stop] = b"\x01" * (stop - start)
    starts = [m.end() for m in re.finditer(b"(?:^|\x01)\x00{2,}(?=\x01)", bytes(inked))]
    first = bytes(inked).find(b"\x01")
    return [first, *(s for s in starts if s > first)]


def _tabular(rows: Sequence[Cells], chunk: Sequence[Line]) -> bool:
    """Whether the columns are a table's: short cells or figures, not prose that happens to have a river."""
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for row in rows for cell in row[1:])
    cells = sum(bool(cell) for row in rows for cell in row[1:])
    short = sum(len(row[0].split()) <= 6 for row in rows)
    full = sum(sum(bool(cell) for cell in row) > 1 for row in rows)
    if len(rows[0]) == 2 and sum(len(row[1].split()) for row in rows) >= 4 * len(rows) and not _has_head(rows):
        return False  # terms and what they mean
    return (
        full * 4 >= len(rows) * 3 and short * 4 >= len(rows) * 3 and (numbers * 3 >= cells or len(rows) == len(chunk))
    )


def _listing(rows: Sequence[Cells]) -> bool:
    """Whether the columns are those of a program and its remarks."""
    signs = sum(has_signs(_REFERENCE.sub("", " ".join(row))) for row in rows)
    remarks = sum(row[1].startswith(("#", "//", ";", "/*", "--", "<-", "=")) for row in rows)
    return max(signs, remarks) * 3 > len(rows)


def _has_head(rows: Sequence[Cells]) -> bool:
    """Whether the first row names columns of figures."""
    columns = list(zip(*rows[1:], strict=True))
    figures = [
        i for i, column in enumerate(columns) if sum(bool(_NUMBER.fullmatch(c)) for c in column) * 3 >= len(column) * 2
    ]
    return bool(figures) and not any(re.search(r"\d", rows[0][i]) for i in figures)


# ---------------------------------------------------------------- what they share


def _first(lines: Lines) -> list[Line]:
    return list(lines.take(min(lines.chunk(), LONGEST)))


def _by_edges(chunk: Iterable[Line], starts: Sequence[int]) -> list[str]:
    """The alignment of columns: right where their right edges stand one below the other and their left ones do not."""
    lefts: list[set[int]] = [set() for _ in starts]
    rights: list[set[int]] = [set() for _ in starts]
    for line in chunk:
        text = " " * line.indent + line.text
        for i, (a, b) in enumerate(itertools.pairwise([*starts, len(text) + 1])):
            cell = text[a:b]
            if cell.strip():
                lefts[i].add(a + len(cell) - len(cell.lstrip()))
                rights[i].add(a + len(cell.rstrip()))
    return [
        "AlignRight" if len(right) == 1 < len(left) else "AlignLeft" for left, right in zip(lefts, rights, strict=True)
    ]


def _found(
    lines: Lines, count: int, rows: Sequence[Cells], head: int, aligns: Sequence[str], sure: Sure, why: str
) -> Found:
    width = len(rows[0])
    aligned = [*aligns, *["AlignDefault"] * width][:width]
    built = [Row(NO_ATTR, tuple(_cell(text, lines.habits) for text in row)) for row in rows]
    body = TableBody(NO_ATTR, 0, (), tuple(built[head:]))
    block = Table(
        NO_ATTR,
        Caption(),
        tuple((align, None) for align in aligned),
        TableHead(NO_ATTR, tuple(built[:head])),
        (body,),
        TableFoot(),
    )
    return Found((block,), count, (), sure, why)


def _cell(text: str, habits: Habits) -> Cell:
    return Cell(NO_ATTR, "AlignDefault", 1, 1, (Plain(inlines(text, habits)),) if text else ())
