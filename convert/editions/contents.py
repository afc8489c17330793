"""Contents: the headings of an article as a nested list, for navigation and for the outline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from convert.tree import Block, Div, Header, plain_text

FEWEST = 3  # headings; a shorter article needs no list of them


@dataclass(slots=True)
class Entry:
    """One heading and those below it."""

    id: str
    text: str
    level: int
    entries: list[Entry] = field(default_factory=list)


def contents(blocks: Iterable[Block]) -> list[Entry]:
    """The headings of `blocks`, each under the nearest above it that is higher."""
    top: list[Entry] = []
    path: list[Entry] = []
    for block in blocks:
        if not isinstance(block, Header):
            continue
        entry = Entry(block.attr.id, " ".join(plain_text(block.inlines).split()), block.level)
        while path and path[-1].level >= entry.level:
            path.pop()
        (path[-1].entries if path else top).append(entry)
        path.append(entry)
    return top


def wanted(blocks: Iterable[Block], toc: bool | None) -> bool:
    """Whether an edition shows its contents: as said, else with FEWEST headings; never beside a list of the text's."""
    blocks = list(blocks)
    count = sum(isinstance(b, Header) for b in blocks)
    own = any(isinstance(b, Div) and "contents" in b.attr.classes for b in blocks)
    return not own and (count > 0 if toc else count >= FEWEST and toc is None)
