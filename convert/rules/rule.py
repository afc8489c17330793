"""What a block rule is: a function that looks at the first of some lines and says what begins there, or None.

A rule is pure. It may look as far down as it will take, and back at the blank lines above; what must be known of
the whole text rides on `lines.habits`. For what stands inside a quotation or a list item it is handed `read`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from convert.article import Taken
from convert.text import Lines
from convert.tree import Block, Blocks

DEEPEST = 16  # quotations and lists inside one another; past it, text stays a paragraph


Sure = Literal["certain", "likely", "guess"]


class Found(NamedTuple):
    """What a rule found at the first line."""

    blocks: tuple[Block, ...]
    size: int  # lines taken
    taken: tuple[Taken, ...] = ()  # letters that went into structure: list numbers, labels
    sure: Sure = "certain"
    why: str = ""


Read = Callable[[Lines], tuple[Blocks, tuple[Taken, ...]]]
Rule = Callable[[Lines, Read], Found | None]
Table = tuple[tuple[str, Rule], ...]
