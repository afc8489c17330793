"""Verse: lines that end where the poet ended them, not where the page did; stanzas parted by blank lines."""

from __future__ import annotations

import re

from convert.marks import inlines
from convert.rules.rule import Found, Read
from convert.rules.starts import credits
from convert.text import Lines
from convert.tree import Inlines, LineBlock, Str

LONGEST = 75  # characters; a line of verse that goes further is prose
_STOP = re.compile(r"[.,;:!?…—–-][”’\"'»)]*$")
_OPENINGS = "“‘\"'«„([—-–…¡¿_*’"


def verse(lines: Lines, _read: Read) -> Found | None:
    """Two lines or more, short, uneven, most begun with a capital; a blank line ends a stanza. `LineBlock`."""
    chunk = lines.chunk()
    if chunk < 2 or lines.item:
        return None
    chunk = _without_name(lines, chunk)
    if lines.amid() or not _stanza(lines.take(chunk)):
        return None
    count = chunk
    while count < len(lines) and lines.blanks_after(count) == 1:
        more = lines.rest(count + 1)
        size = _without_name(more, more.chunk())
        if more[0].indent < lines.habits.margin + 1 < lines[0].indent or not (
            _stanza(more.take(size)) or _goes_on(more.take(size), lines[0].indent)
        ):
            break
        count += 1 + size
    least = min(line.indent for line in lines.take(count) if not line.blank)
    block = LineBlock(tuple(verse_line(line.text, line.indent - least, lines) for line in lines.take(count)))
    return Found((block,), count, (), "likely", "short uneven lines")


def _without_name(lines: Lines, chunk: int) -> int:
    """The lines of a stanza without the one at its end that says whose it is."""
    last = lines[chunk - 1]
    named = chunk > 1 and last.text[:1] in "-—–―" and credits(last.text)
    return chunk - 1 if named and last.indent > lines[chunk - 2].indent - 8 else chunk


def _goes_on(lines: Lines, indent: int) -> bool:
    """Whether a chunk right below a stanza, set in alike, is another one, though its lines are long."""
    if len(lines) < 2 or indent < lines.habits.margin + 1 or lines[0].indent < indent:
        return False
    return all(_opens(line.text) and len(line.text) < LONGEST + 15 for line in lines)


def _opens(text: str) -> bool:
    return text.lstrip(_OPENINGS)[:1].isupper()


def _stanza(lines: Lines) -> bool:
    """Whether a chunk's lines were broken on purpose and read like verse."""
    texts = [line.text for line in lines]
    if len(texts) < 2 or max(map(len, texts)) > LONGEST + 15:
        return False
    margin = lines.habits.margin
    if (
        lines.habits.paragraphs == "indent"
        and lines[0].indent > margin
        and all(x.indent <= margin for x in lines.rest(1))
    ):
        return False  # a paragraph, its first line set in
    if _even(texts) or _run_on(lines) or _ragged(lines):
        return True
    roomy = _set_in(lines) or (not lines.habits.width and len(texts) > 3)
    if max(map(len, texts)) > LONGEST + 15 * roomy:
        return False
    if not broken_early(lines) and not _set_in(lines):
        return False
    stepped = len({line.indent for line in lines}) > 1
    if len(texts) < 4 and not stepped and sum(len(t.split()) for t in texts) < 3.5 * len(texts):
        return False  # a signature, an address
    if len(texts) == 2 and not any(_STOP.search(t) for t in texts):
        return False
    openings = [t.lstrip(_OPENINGS)[:1] for t in texts]
    capitals = sum(c.isupper() for c in openings)
    indents = {line.indent for line in lines}
    digits = sum(map(str.isdigit, "".join(texts)))
    if sum(bool(_FIELD.match(t)) for t in texts) * 2 > len(texts):
        return False
    if digits * 12 > sum(map(len, texts)) or any("://" in t or "\t" in t or "   " in t for t in texts):
        return False
    if sum(len(t.split()) < 2 for t in texts) * 3 > len(texts):
        return False
    large = sum(c.isalpha() and not c.islower() for c in openings)  # of scripts that have no capitals every letter
    return capitals * 10 >= len(texts) * 7 or (len(indents) > 1 and large * 2 >= len(texts) and len(texts) > 3)


_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff][\u3000-\u30ff\u3400-\u9fff\uff00-\uff20]+")


def _even(texts: list[str]) -> bool:
    """Whether lines are Chinese or Japanese verse: short, and one as long as the other."""
    if len(texts[0]) > 20:
        return False
    sizes = [len(text) for text in texts]
    same = len(texts) > 1 and min(sizes) > 4 and max(sizes) <= 20 and max(sizes) - min(sizes) <= 1
    return same and all(_IDEOGRAPHS.fullmatch(text) for text in texts)


def _ragged(lines: Lines) -> bool:
    """Whether lines set in end where the next word would have had room in the longest of them, at a pause mostly."""
    if len(lines) == 2 and lines.habits.width > 60:
        return _couplet(lines)
    if len(lines) < 3 or lines[0].indent < lines.habits.margin + 2:
        return False
    texts = [line.text for line in lines]
    if not 12 < max(map(len, texts)) <= 50:
        return False
    longest = max(line.indent + len(line.text) for line in lines)
    pairs = list(zip(lines.take(len(lines) - 1), texts[1:], strict=True))
    early = sum(a.indent + len(a.text) + 1 + len(b.split(" ", 1)[0]) < longest - 1 for a, b in pairs)
    pauses = sum(bool(_STOP.search(text)) for text in texts)
    words = all(_WORDS.fullmatch(text) and len(text.split()) > 1 for text in texts)
    return words and early * 4 >= len(pairs) * 3 and pauses * 2 >= len(texts)


def _couplet(lines: Lines) -> bool:
    """Whether two lines set in end at a pause far from where a wrapped quotation's would."""
    texts = [line.text for line in lines]
    set_in = lines[0].indent >= lines.habits.margin + 2 and abs(lines[0].indent - lines[1].indent) < 8
    pauses = all(_STOP.search(text) and _WORDS.fullmatch(text) and len(text.split()) > 2 for text in texts)
    return set_in and pauses and max(map(len, texts)) <= 42


def _run_on(lines: Lines) -> bool:
    """Whether in a text that is not wrapped short lines go on in small letters: verse of our time."""
    if lines.habits.width or lines.depth or len(lines) < 3:
        return False
    texts = [line.text for line in lines]
    if max(map(len, texts)) > 50:
        return False
    small = sum(text.lstrip(_OPENINGS)[:1].islower() for text in texts)
    return (
        small * 2 >= len(texts)
        and sum(len(text.split()) < 2 for text in texts) * 4 <= len(texts)
        and all(_WORDS.fullmatch(text) for text in texts)
    )


_FIELD = re.compile(r"[^:]{2,24}\s?:\s")
_WORDS = re.compile(r"[^\d_=<>{}|/\\@#]+")


def _set_in(lines: Lines) -> bool:
    """Whether lines set in from the margin nearly all begin with a capital: wrapped prose does not."""
    count = len(lines)
    if count < 3 or lines[0].indent < lines.habits.margin + 2:
        return False
    capitals = sum(line.text.lstrip(_OPENINGS)[:1].isupper() for line in lines)
    return capitals * 10 >= count * 9


def broken_early(lines: Lines) -> bool:
    """Whether nearly every line but the last ends although the next word had room."""
    width = lines.habits.width
    if not width:
        mean = sum(len(line.text) for line in lines) / len(lines)
        return mean < 60 or (mean < 80 and len(lines) > 3 and all(_opens(line.text) for line in lines))
    early = sum(
        a.indent + len(a.text) + 1 + len(b.text.split(" ", 1)[0]) <= width - 3
        for a, b in zip(lines.take(len(lines) - 1), lines.rest(1), strict=True)
    )
    return early * 10 >= (len(lines) - 1) * 9


def verse_line(text: str, indent: int, lines: Lines) -> Inlines:
    """One line; pandoc keeps its indent as no-break spaces."""
    if not text:
        return ()
    parsed = inlines(text, lines.habits)
    return (Str("\u00a0" * min(indent, 40)), *parsed) if indent > 0 else parsed
