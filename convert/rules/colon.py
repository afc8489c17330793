"""Quotation after a colon: one long paragraph wholly inside quotation marks, announced by the line above it."""

from __future__ import annotations

from convert.marks import inlines
from convert.rules.paragraph import join, length
from convert.rules.rule import Found, Read
from convert.text import Lines
from convert.tree import BlockQuote, Para

PAIRS = {'"': '"', "“": "”", "«": "»", "„": "“", "「": "」", "‘": "’"}
LEAST = 12  # words; what is said in a conversation is mostly shorter


def introduced(lines: Lines, _read: Read) -> Found | None:
    """`BlockQuote` of one paragraph, its own quotation marks kept, where the text above ends with a colon."""
    close = PAIRS.get(lines[0].text[:1])
    above = lines.above()
    if close is None or lines.depth or above is None or not above.text.endswith(":"):
        return None
    count = length(lines)
    text = join([line.text for line in lines.take(count)], lines.habits)
    if not text.endswith(close) or text.count(close) > (2 if close == '"' else 1) or len(text.split()) < LEAST:
        return None
    return Found((BlockQuote((Para(inlines(text, lines.habits)),)),), count, (), "likely", "announced by a colon")
