"""Contents: each entry of the text's own list of contents leads to the heading that it names.

The page that an older setting had it on is left out there and recorded: it would be wrong in every edition of ours.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

from convert.article import Article, Taken
from convert.text import Habits, bare
from convert.tree import NO_ATTR, Block, Div, Header, Link, Plain, Str, Target, plain_text, walk

_PAGE = re.compile(
    r"\s*(?:(?:\.\s?){2,}|\s…+|\s{3,})\s*(?:\d{1,4}|[ivxl]{1,6})?\s*$"
)  # dots and a page behind an entry


def contents(article: Article, _habits: Habits) -> Article:
    """The article with links in its list of contents; an entry that names no heading, or several, stays as it is."""
    if not any(_is_contents(block) for block in article.blocks):
        return article
    named = _named(article.blocks)
    taken: list[Taken] = []

    def lead(node: Any) -> Any:
        if not isinstance(node, Plain):
            return node
        page = _PAGE.search(plain_text(node))
        target = named.get(bare(_PAGE.sub("", plain_text(node))))
        if not target or any(isinstance(inline, Link) for inline in node.inlines):
            return node
        last = node.inlines[-1]
        if page and isinstance(last, Str) and last.text.endswith(page.group()) and node.pos:
            taken.append(Taken(node.pos.first, page.group(), "page of an older setting"))
            node = replace(node, inlines=(*node.inlines[:-1], Str(last.text.removesuffix(page.group()))))
        link = Link(NO_ATTR._replace(classes=("entry",)), node.inlines, Target(f"#{target}", ""))
        return replace(node, inlines=(link,))

    blocks = tuple(walk(block, lead) if _is_contents(block) else block for block in article.blocks)
    return replace(article, blocks=blocks, taken=(*article.taken, *taken))


def _is_contents(block: Block) -> bool:
    return isinstance(block, Div) and "contents" in block.attr.classes


def _named(blocks: tuple[Block, ...]) -> dict[str, str]:
    """The identifier of each heading that no other is named like, by its words."""
    headings = [(bare(plain_text(b.inlines)), b.attr.id) for b in blocks if isinstance(b, Header)]
    counts = Counter(words for words, _ in headings)
    return {words: name for words, name in headings if words and name and counts[words] == 1}
