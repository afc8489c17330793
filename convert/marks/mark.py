"""What an inline mark is: the sign it shows, a bounded pattern, and what its match becomes."""

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
Build = Callable[[re.Match[str], Parse], Made | None]


class Mark(NamedTuple):
    """One kind of mark. It is looked for where one of `signs` stands, followed by `then`, and nowhere else."""

    name: str
    signs: str  # characters
    pattern: str  # without groups
    build: Build  # gives None where a match only looked like one
    then: str = ""  # a pattern, for signs that are common
    lead: str = ""  # what of the mark stands before its sign, a pattern
    reach: int = 72  # characters, how long that may be
    only: tuple[str, ...] = ()  # the dialects it is read in; none: all
    never: tuple[str, ...] = ()  # the dialects it is not read in
