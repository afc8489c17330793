"""What an inline mark is: a bounded pattern, and what its match becomes, or None where it only looked like one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from convert.tree import Inline, Inlines


class Made(NamedTuple):
    """An inline, and how many characters of the match it took."""

    inline: Inline
    length: int


Parse = Callable[[str], Inlines]


class Mark(NamedTuple):
    """One kind of mark. Groups inside `pattern` are unnamed lookups by the builder, which matches it again."""

    name: str
    pattern: str
    build: Callable[[re.Match[str], Parse], Made | None]
