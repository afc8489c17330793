"""Quotation: another's words set in from the margin, or marked with `>` as in mail."""

from __future__ import annotations

from convert.rules.rule import DEEPEST, Found, Read
from convert.text import Line, Lines
from convert.tree import BlockQuote


def marked(lines: Lines, read: Read) -> Found | None:
    """Lines that begin with `>`, and lines that only went on wrapping below one."""
    if not lines[0].text.startswith(">") or lines.depth >= DEEPEST:
        return None
    if lines[0].text.startswith((">>>", ">=")) or not _quoted(lines):
        return None
    count = 1
    while count < len(lines) and lines[count].text.startswith(">"):
        count += 1
    inner = [_unmarked(line) for line in lines.take(count)]
    blocks, taken = read(lines.inside(inner, 2))
    return Found((BlockQuote(blocks),), count, taken, "certain", "marked with >")


def _quoted(lines: Lines) -> bool:
    """Whether the sign is a quotation's: in mail it has a space, or another line with it."""
    text = lines[0].text
    if text[1:2] in ("", " ", ">") or (len(lines) > 1 and lines[1].text.startswith(">")):
        return True
    return text[1:2].isalpha() and len(text.split()) > 3


def _unmarked(line: Line) -> Line:
    text = line.text[1:]
    return Line(line.number, text.strip(), len(text) - len(text.lstrip()) - (1 if text.startswith(" ") else 0))


def indented(lines: Lines, read: Read) -> Found | None:
    """Chunks set in as a whole from the margin, in a text whose own paragraphs begin at the margin."""
    habits, indent = lines.habits, lines[0].indent
    if lines.depth >= DEEPEST or indent < habits.margin + 2:
        return None
    deeper = habits.first and indent > habits.margin + habits.first + 1
    count = _set_in(lines, habits.margin + (habits.first + 2 if deeper else 2))
    if _to_the_right(lines):
        return None
    if lines.chunk() < 2 or count < 2:
        usual = habits.first or (8 if habits.paragraphs == "indent" else 0)
        if usual and indent <= habits.margin + usual + 1:
            return None  # a paragraph of one line, set in as first lines are
    if not count or not any(c.isalnum() for line in lines.take(count) for c in line.text):
        return None
    if not habits.width and count == 1 and lines[0].indent < habits.margin + 3:
        return None
    inner = [Line(line.number, line.text, max(0, line.indent - indent)) for line in lines.take(count)]
    blocks, taken = read(lines.inside(inner, indent))
    return Found((BlockQuote(blocks),), count, taken, "likely", f"set in by {indent - habits.margin} columns")


def _to_the_right(lines: Lines) -> bool:
    """Whether a chunk of a few short lines stands in the right half: a letter's place and date, or its signature."""
    chunk = lines.take(lines.chunk())
    half = lines.habits.margin + max(20, lines.habits.width * 2 // 5)
    return len(chunk) < 6 and all(line.indent >= half and len(line.text) < 45 for line in chunk)


def _set_in(lines: Lines, least: int) -> int:
    """How many lines at the top stand `least` columns in, single blank lines between them included."""
    count = i = 0
    while i < len(lines):
        if lines[i].blank:
            if lines.blanks_after(i) > 1:
                break
        elif lines[i].indent < least:
            break
        else:
            count = i + 1
        i += 1
    whole = count >= len(lines) or lines[count].blank
    return count if whole else 0
