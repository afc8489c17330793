"""Note references: which signs in a text may point to a note, and with which label."""

from __future__ import annotations

import pytest

from convert.editions.markup import Setter
from convert.marks import inlines
from convert.marks.noteref import LABEL, NOTEREF, unlinked
from convert.text import Habits
from convert.tree import Span, nodes, plain_text

REFERENCES = {
    "The lamps burned.[1] They do not now [2]; see.[3][14]": ["1", "2", "3", "14"],
    "The bell* rang.† He[*] said[a] so[^well] and^[5] so{1}.": ["*", "†", "*", "a", "well", "5", "1"],
    "The lamps burned.¹ The bell²³ rang.": ["1", "23"],
    '"The lamps burned."[1] "So they did,"* she said.': ["1", "*"],
    "[1] A note begins with its label, and refers to [2].": ["2"],
    "A 2*3 ** 4, a **b, 30 km², 5 m³, E=mc², x², § 5, a § b, *.txt, [sic] and [t]he.": [],
    "See [1](https://almanac.example/) and *this*.": [],
}


@pytest.mark.parametrize("written", REFERENCES)
def test_what_may_refer_to_a_note(written: str) -> None:
    read = inlines(written, Habits(language="en"))
    found = [n.attr.get(LABEL) for n in nodes(read) if isinstance(n, Span) and NOTEREF in n.attr.classes]
    assert found == REFERENCES[written]
    assert "<span" not in Setter().inlines(read)
    assert not [n for n in nodes(unlinked(read)) if isinstance(n, Span)]
    assert plain_text(unlinked(read)) == plain_text(read)
