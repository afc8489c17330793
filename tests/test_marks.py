"""Note references, and words that a line's end parts: what a case file of HTML cannot show."""

from __future__ import annotations

import pytest

from convert.editions.markup import Setter
from convert.marks import inlines
from convert.marks.noteref import LABEL, NOTEREF, unlinked
from convert.rules.paragraph import join
from convert.survey import survey
from convert.text import Habits, split
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


PARTED = {
    "de": (
        ("Die Straßen-|bahn fährt. Keine Straßenbahn fährt.", "Die Straßenbahn fährt. Keine Straßenbahn fährt."),
        ("Haupt-|und Nebensachen", "Haupt- und Nebensachen"),
        ("Baden-|Württemberg und Badenwürttemberg", "Baden-Württemberg und Badenwürttemberg"),
        ("Der Wort¬|teil", "Der Wortteil"),
    ),
    "fr": (
        ("dit-|il; dit-il encore", "dit-il; dit-il encore"),
        ("Il sait main-|tenant; maintenant il part", "Il sait maintenant; maintenant il part"),
    ),
    "nl": (("in- en uit-|gang", "in- en uit-gang"), ("voor-|en achterkant", "voor- en achterkant")),
    "en": (
        ("a well-|known lamp, well-known to all", "a well-known lamp, well-known to all"),
        ("he came to-|day; we say to-day, and today", "he came to-day; we say to-day, and today"),
        ("the Anglo-|Saxon lamp; anglosaxon", "the Anglo-Saxon lamp; anglosaxon"),
        ("A WARN-|ING! a warning", "A WARNING! a warning"),
        ("two-|and three-year terms", "two- and three-year terms"),
        ("rock-|and-roll", "rock-and-roll"),
        ("an undrunk wa-|terglass", "an undrunk wa-terglass"),
        ("pages 12-|14 of it", "pages 12- 14 of it"),
    ),
}


@pytest.mark.parametrize(("language", "written", "expected"), [(k, *pair) for k, v in PARTED.items() for pair in v])
def test_words_parted_at_a_line_end(language: str, written: str, expected: str) -> None:
    lines = split(written.replace("|", "\n"))
    assert join([line.text for line in lines], survey(lines, language)) == expected


HYPHENATED = """
The lamps were some-
thing to see; some of them
stood on the har-
bour wall, and the harbour
master lit them in the eve-
ning. Every evening some-
body came to the win-
dow, and somebody at the window
sang. No-
body knew the song, or nobody
said so; it was a melan-
choly one, in a minor
key. The master of the light-
house was the singer's bro-
ther, and a brother is a bro-
ther. It was a well-
known song, as well as a long one,
known to few, and self-
evident things are to all self-evident.
They sang it on the sea-
shore by the sea, on the shore.
Something in it was in-
finite.
"""


def test_a_text_that_was_hyphenated_joins_words_it_does_not_know() -> None:
    """Joined: what is no pair of its words; kept: what may be two words, and what has its hyphen elsewhere."""
    lines = split(HYPHENATED.strip())
    habits = survey(lines, "en")
    assert {"melancholy", "infinite"} <= set(habits.guessed)
    joined = join([line.text for line in lines], habits)
    assert "melancholy" in joined
    assert "infinite" in joined
    assert "evening" in joined
    assert "self-evident things" in joined
    assert "well-known song" in joined
    assert "sea-shore" in joined
