"""Levels: the title is level 1, so headings begin at 2, and none is more than one below the heading it stands under."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from convert.article import Article
from convert.rules.forced import LEVEL
from convert.text import Habits
from convert.tree import NO_ATTR, Block, BlockQuote, BulletList, DefinitionList, Div, Header, OrderedList, walk

DEEPEST = 6


def levels(article: Article, _habits: Habits) -> Article:
    """The article with its headings' levels held together: what was deeper stays deeper, without gaps.

    A level that the publisher said stands, and moves no other heading; no gap is left even so.
    """
    above: list[int] = []  # the signs' own levels of the headings we stand under
    blocks: list[Block] = []
    last = 1  # of the heading above as it is set
    for block in article.blocks:
        if isinstance(block, Header) and (said := block.attr.get(LEVEL)):
            last = min(int(said), last + 1)
            block = replace(block, level=last, attr=NO_ATTR)
        elif isinstance(block, Header):
            while above and above[-1] >= block.level:
                above.pop()
            above.append(block.level)
            last = min(DEEPEST, len(above) + 1, last + 1)
            block = replace(block, level=last)
        elif isinstance(block, _HOLDERS):
            block = _held(block, last)
        blocks.append(block)
    return replace(article, blocks=tuple(blocks))


_HOLDERS = (BlockQuote, BulletList, OrderedList, DefinitionList, Div)  # a notice has a heading, a manuscript's list may


def _held(block: Block, outside: int) -> Block:
    """`block` with the headings in it at the level of the one above it, or below that; they move none outside."""
    last = outside

    def change(node: Any) -> Any:
        nonlocal last
        if not isinstance(node, Header):
            return node
        last = min(DEEPEST, max(2, outside, min(node.level, last + 1)))
        return node if node.level == last else replace(node, level=last)

    held: Block = walk(block, change)
    return held
