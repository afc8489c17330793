"""Contents: the headings of an article as a nested list, for navigation and for the outline."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from convert.article import Article
from convert.editions.describe import shown_authors
from convert.tree import Div, Header, plain_text

FEWEST = 3  # headings; a shorter article needs no list of them


@dataclass(slots=True)
class Entry:
    """One heading and those below it."""

    id: str
    text: str
    level: int
    byline: str = ""  # of an article in an issue
    entries: list[Entry] = field(default_factory=list)


def contents(article: Article) -> list[Entry]:
    """The headings of `article`, each under the nearest above it that is higher; an issue's articles with bylines."""
    bylines = {part.id: shown_authors(part.metadata) for part in article.parts}
    top: list[Entry] = []
    path: list[Entry] = []
    for block in article.blocks:
        if not isinstance(block, Header):
            continue
        words = " ".join(plain_text(block.inlines).split())
        entry = Entry(block.attr.id, words, block.level, bylines.get(block.attr.id, ""))
        while path and path[-1].level >= entry.level:
            path.pop()
        (path[-1].entries if path else top).append(entry)
        path.append(entry)
    return top


def listed(article: Article) -> list[Entry]:
    """The contents as a page shows them: of an issue its articles alone."""
    entries = contents(article)
    return [replace(entry, entries=[]) for entry in entries] if article.parts else entries


def wanted(article: Article, toc: bool | None) -> bool:
    """Whether an edition shows its contents: as said, else with FEWEST headings; never beside a list of the text's."""
    count = sum(isinstance(b, Header) for b in article.blocks)
    own = not article.parts and any(isinstance(b, Div) and "contents" in b.attr.classes for b in article.blocks)
    enough = count >= FEWEST or bool(article.parts)
    return not own and (count > 0 if toc else enough and toc is None)
