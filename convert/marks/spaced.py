"""Letter-spaced words, the emphasis of typewriters and of German: `g e s p e r r t` is set whole, and emphasised."""

from __future__ import annotations

import itertools
import re

from convert.marks.mark import Made, Mark, Parse
from convert.tree import Emph, Str

_SHORTEST = 4  # letters; fewer may be a row of names
_WORD = re.compile(rf"(?:\S ){{{_SHORTEST - 1}}}\S")
_LONGEST = 18  # more in a row are several words whose ends cannot be told
_ROWS = (set("abcdefgh"), set("nesw"), set("satb"), set("nosw"))  # notes and answers, winds, voices
_VOWELS = frozenset("aeiouyäöüáéíóúàèìòùâêîôûåøæœ" + "аеёиоуыэюяіїє" + "αεηιουωάέήίόύώ")


def _spaced(match: re.Match[str], _parse: Parse) -> Made | None:
    if not _WORD.search(match.group()):
        return None
    words = [part.replace(" ", "") for part in re.split(" {2,3}", match.group())]
    if not all(_is_word(word) for word in words):
        return None
    return Made(Emph((Str(" ".join(words)),)), len(match.group()))


def _is_word(word: str) -> bool:
    """Whether letters make a word: of one case, vowels and others among them, and no row of names (notes, winds)."""
    low = word.casefold()
    if not (word.isupper() or word[1:].islower()) or len(word) > _LONGEST:
        return False
    vowels = sum(c in _VOWELS for c in low)
    in_order = all(a <= b for a, b in itertools.pairwise(low))
    return len(word) < _SHORTEST or (0 < vowels < len(word) and not in_order and not any(map(set(low).__le__, _ROWS)))


SPACED = Mark(
    "spaced",
    " ",
    r"(?<![^\s(\[\"“„»«‘-])(?<!\s\w\s)(?<!\A\w\s)[^\W\d_](?: [^\W\d_]){1,39}"
    r"(?: {2,3}[^\W\d_](?: [^\W\d_]){0,39}){0,9}(?![\w'’]| \w(?:\s|$))",
    _spaced,
    then=r"[^\W\d_] {1,3}[^\W\d_] {1,3}[^\W\d_]",
    lead=r"[^\W\d_]",
    reach=1,
)
