"""Quotation after a colon: one long paragraph wholly inside quotation marks, announced by the line above it."""

from __future__ import annotations

import re

from convert.marks import inlines
from convert.rules.code import has_signs
from convert.rules.paragraph import join, length
from convert.rules.rule import Found, Read
from convert.rules.words import ANNOUNCES
from convert.text import Lines
from convert.tree import BlockQuote, Para

PAIRS = {'"': '"', "“": "”", "«": "»", "„": "“", "「": "」", "‘": "’"}
_FULL_STOP = (".", "!", "?", "…", "。", "！", "？")
LEAST = 12  # words; what is said in a conversation is mostly shorter


def introduced(lines: Lines, _read: Read) -> Found | None:
    """`BlockQuote` of one paragraph below a colon: its own quotation marks kept, or announced as somebody's words."""
    above = lines.above()
    if lines.depth or above is None or not above.text.endswith((":", "：")):
        return None
    count = length(lines)
    text = join([line.text for line in lines.take(count)], lines.habits)
    if not (_wholly_quoted(text) or (_stands_alone(lines, count, text) and _announced(lines))):
        return None
    return Found((BlockQuote((Para(inlines(text, lines.habits)),)),), count, (), "likely", "announced by a colon")


def _wholly_quoted(text: str) -> bool:
    """Whether one pair of quotation marks holds all of a long paragraph."""
    close = PAIRS.get(text[:1])
    if close is None or not text.endswith(close) or text.count(close) > (2 if close == '"' else 1):
        return False
    return len(text.split()) >= LEAST


def _stands_alone(lines: Lines, count: int, text: str) -> bool:
    """Whether a paragraph without such marks is a sentence or more, between blank lines."""
    if text[:1] in PAIRS or text[:1] in "-—–*(" or not lines.blanks_before() or has_signs(text):
        return False
    return text.endswith(_FULL_STOP) and lines.blanks_after(count) > 0 and count == lines.chunk()


def _announced(lines: Lines) -> bool:
    """Whether the sentence that ends with the colon says that somebody says, writes or has written this."""
    i = lines.start - 1
    while lines.all[i].blank:
        i -= 1
    first = i
    while first > 0 and not lines.all[first - 1].blank and i - first < 2:
        first -= 1
    said = " ".join(line.text for line in lines.all[first : i + 1])
    return bool(ANNOUNCES.search(re.split(r"[.!?。！？] ?", said)[-1]))
