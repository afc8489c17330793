"""Levels: the title is level 1, so headings begin at 2, and none is more than one below the heading it stands under."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from convert.article import Article
from convert.rules.forced import LEVEL
from convert.text import Habits
from convert.tree import NO_ATTR, BlockQuote, BulletList, DefinitionList, Div, Header, OrderedList, walk

DEEPEST = 6


def levels(article: Article, _habits: Habits) -> Article:
    """The article with its headings' levels held together: what was deeper stays deeper, without gaps.

    A level that the publisher said stands, and moves no other heading; no gap is left even so.
    """
    above: list[int] = []  # the signs' own levels of the headings we stand under
    last = 1  # of the heading above as it is set

    def held(node: Any) -> Any:
        nonlocal last
        if not isinstance(node, Header):
            return node
        if said := node.attr.get(LEVEL):
            last = min(int(said), last + 1)
            return replace(node, level=last, attr=NO_ATTR)
        while above and above[-1] >= node.level:
            above.pop()
        above.append(node.level)
        last = min(DEEPEST, len(above) + 1, last + 1)
        return replace(node, level=last)

    blocks = tuple(walk(block, held) if isinstance(block, _HOLDERS) else held(block) for block in article.blocks)
    return replace(article, blocks=blocks)


_HOLDERS = (BlockQuote, BulletList, OrderedList, DefinitionList, Div)  # a notice has a heading, a manuscript's list may
