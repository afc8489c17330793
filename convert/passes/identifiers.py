"""Identifiers: each heading gets one made from its words, so that links to it outlive small corrections."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from convert.article import Article
from convert.text import Habits
from convert.tree import Block, Div, Header, plain_text

LONGEST = 60


def identifiers(article: Article, _habits: Habits) -> Article:
    """The article with an identifier on every heading, each one different."""
    seen: dict[str, int] = {b.attr.id: 1 for b in article.blocks if isinstance(b, Div) and b.attr.id}
    blocks: list[Block] = []
    for block in article.blocks:
        if isinstance(block, Header):
            block = replace(block, attr=block.attr._replace(id=unique(slug(plain_text(block.inlines)), seen)))
        blocks.append(block)
    return replace(article, blocks=tuple(blocks))


def slug(text: str) -> str:
    """`text` as an XML name: letters without their accents, digits and hyphens, a letter first."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = re.sub(r"[^\w]+|_+", "-", unicodedata.normalize("NFC", plain)).strip("-")
    words = "".join(c for c in words if c == "-" or (c.isalnum() and unicodedata.category(c) != "No"))[:LONGEST].strip(
        "-"
    )
    if not words:
        return "section"
    return words if words[0].isalpha() else f"section-{words}"


def unique(name: str, seen: dict[str, int]) -> str:
    """`name`, or with the first number behind it that nobody has."""
    count = seen.get(name, 0) + 1
    while count > 1 and f"{name}-{count}" in seen:
        count += 1
    seen[name] = count
    unique = name if count == 1 else f"{name}-{count}"
    seen.setdefault(unique, 1)
    return unique
