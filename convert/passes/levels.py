"""Levels: the title is level 1, so headings begin at 2, and none is more than one below the heading it stands under."""

from __future__ import annotations

from dataclasses import replace

from convert.article import Article
from convert.text import Habits
from convert.tree import Block, Header

DEEPEST = 6


def levels(article: Article, _habits: Habits) -> Article:
    """The article with its headings' levels held together: what was deeper stays deeper, without gaps."""
    above: list[int] = []  # the signs' own levels of the headings we stand under
    blocks: list[Block] = []
    for block in article.blocks:
        if isinstance(block, Header):
            while above and above[-1] >= block.level:
                above.pop()
            above.append(block.level)
            block = replace(block, level=min(DEEPEST, len(above) + 1))
        blocks.append(block)
    return replace(article, blocks=tuple(blocks))
