"""Sides: amid text that runs from right to left, addresses and code say that they run from left to right.

Without it their full stops, slashes and brackets jump to the wrong side (Unicode Annex 9). A listing runs as its first
letter does.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

from convert.article import Article
from convert.text import Habits, leftward
from convert.tree import Attr, Code, CodeBlock, Div, Link, walk

_ADDRESSES = ("uri", "email")  # the classes of links whose words are their address


def sides(article: Article, _habits: Habits) -> Article:
    """The article with `dir` on its code and addresses, where the article or the passage runs leftward."""
    if leftward(article.metadata.language):
        return replace(article, blocks=walk(article.blocks, _sided))
    return replace(article, blocks=tuple(_within(block) for block in article.blocks))


def _within(block: Any) -> Any:
    return walk(block, _sided) if isinstance(block, Div) and block.attr.get("dir") == "rtl" else block


def _sided(node: Any) -> Any:
    match node:
        case Code(attr) | Link(attr) if isinstance(node, Code) or set(attr.classes) & set(_ADDRESSES):
            return replace(node, attr=_with(attr, "ltr"))
        case CodeBlock(attr, text):
            return replace(node, attr=_with(attr, _first_side(text)))
    return node


def _with(attr: Attr, side: str) -> Attr:
    return attr if attr.get("dir") else attr._replace(pairs=(*attr.pairs, ("dir", side)))


def _first_side(text: str) -> str:
    """`rtl` where the first letter of `text` runs from right to left, else `ltr`."""
    strong = (unicodedata.bidirectional(c) for c in text)
    return "rtl" if next((side for side in strong if side in ("L", "R", "AL")), "L") != "L" else "ltr"
