"""Furniture: what pages and margins bear is taken off and accounted for; what only looks like it stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from convert import furniture, pipeline, text
from convert.article import Source
from convert.text import page_tops, split, tidy
from convert.tree import Para, plain_text

PROSE = (
    "the path went down to the river and there it stopped for good between\n"
    "two walls of stone. Nobody had crossed the ford since spring, and the\n"
    "mill stood empty. We sat down on the bank and waited for the evening\n"
)


def cleared(written: str) -> furniture.Cleared:
    tidied, _ = tidy(written)
    return furniture.clear(split(tidied), page_tops(written))


def said(found: furniture.Cleared) -> list[str]:
    return [line.text for line in found.lines]


def page(number: int, lines: int = 36) -> str:
    """A page's text, which runs on from the one before and over to the next."""
    return "".join(PROSE for _ in range(lines // 3))


def memo(pages: int, foot: str, head: str, feed: str) -> str:
    def one(n: int) -> str:
        return f"{page(n)}\n\n{foot.format(n=n)}\n{feed}{head.format(n=n)}\n\n"

    return "Title of It\n\n" + "".join(one(n) for n in range(1, pages + 1)) + PROSE + "at last.\n"


FURNITURE = [
    ("Smith                 Expires June 2003            [Page {n}]", "Internet-Draft    On Fords     June 2002", "\f"),
    ("Smith                 Expires June 2003            [Page {n}]", "Internet-Draft    On Fords     June 2002", "\n"),
    ("Page {n} of 12", "", "\n"),
    ("- {n} -", "", "\n"),
    ("{n}", "", "\f"),
    ("", "ON FORDS AND FERRIES", "\f"),
    ("", "{n}    ON FORDS AND FERRIES", "\f"),
    ("Seite {n}", "Von Furten", "\n"),
]


@pytest.mark.parametrize(("foot", "head", "feed"), FURNITURE)
def test_what_pages_bear_is_taken_off_and_paragraphs_rejoin(foot: str, head: str, feed: str) -> None:
    written = memo(5, foot, head, feed)
    found = cleared(written)
    expected = ["Title of It", "", *(PROSE * 61).rstrip("\n").split("\n"), "at last.", ""]
    assert said(found) == expected
    bore = [x.format(n=n) for n in range(1, 6) for x in (foot, head) if x]
    assert [t.text for t in found.taken] == bore
    assert {t.into for t in found.taken} == {"page furniture"}
    assert [r.code for r in found.remarks] == ["furniture"]
    assert str(len(bore)) in found.remarks[0].message


@pytest.mark.parametrize(("foot", "head", "feed"), FURNITURE)
def test_the_ledger_stays_even(foot: str, head: str, feed: str) -> None:
    article = pipeline.read(Source("", memo(5, foot, head, feed).encode()))
    assert [r.code for r in article.remarks if r.code in ("ledger", "furniture")] == ["furniture"]
    (paragraph,) = [b for b in article.blocks if isinstance(b, Para)]
    assert plain_text(paragraph).endswith("waited for the evening at last.")


def test_a_page_that_ends_a_sentence_keeps_one_blank_line() -> None:
    written = memo(4, "Smith        [Page {n}]", "", "\f").replace("waited for the evening\n\n", "waited.\n\n")
    found = cleared(written)
    assert said(found).count("") == 6
    assert len(found.taken) == 4


VERSE = "The river asks who goes there\nand nobody answers it\n\nO roll on, roll on\n\n"

STAYS = {
    "a refrain": VERSE * 9,
    "a refrain after form feeds of two pages": ("\f" + VERSE) * 2,
    "numbered stanzas": "".join(f"{n}\n\n{VERSE}" for n in range(1, 30)),
    "chapters numbered between dashes": "".join(f"- {n} -\n\n{PROSE * (n % 7 + 3)}\n\n" for n in range(1, 12)),
    "sentences that name pages": "".join(f"{PROSE}Here he wrote on page {n}\n\n" for n in range(1, 9)),
    "a table with numbers": "".join(f"Harbour      1{n}     [{n}]\n" for n in range(10, 60)),
    "dialogue": "“Who goes there?”\n\n“A friend.”\n\n" * 30,
    "two pages": memo(2, "Smith       [Page {n}]", "", "\f"),
    "pages that do not count up": "".join(f"{PROSE}\n\nPage {n}\n\n" for n in (7, 3, 9, 12, 4)),
    "an ordered list": "".join(f"{n}. went there again\n" for n in range(1, 40)),
    "a ranking": "".join(f"{n:3} Harbour {n}\n" for n in range(1, 40)),
    "years": "".join(f"{n}   the harbour froze\n" for n in range(1900, 1940, 2)),
    "every fifth year": "".join(f"{n}    the harbour froze\n" for n in range(1900, 1999, 5)),
    "a few numbered lines": "".join(f"{n:3} and went on\n" for n in range(1, 18)),
    "code": "".join(f"{n * 10} goto {n * 10 + 20}\n" for n in range(1, 40)),
    "a table with a right column": "".join(f"Harbour {n}        {n * 5}\n" for n in range(1, 40)),
    "prices": "".join(f"and so on, with tea{' ' * 12}{n}\n{PROSE}" for n in (5, 10, 20, 15)),
}


@pytest.mark.parametrize("name", STAYS)
def test_what_only_looks_like_furniture_stays(name: str) -> None:
    found = cleared(STAYS[name])
    assert (found.taken, found.remarks) == ((), ())
    assert list(found.lines) == list(split(tidy(STAYS[name])[0]))


# ---------------------------------------------------------------- numbers of lines

TEXT = (PROSE * 12).rstrip("\n").split("\n")
POEM = [line for n in range(9) for line in ("The river asks who goes there", "  and nobody answers it", "roll on", "")]


def _nth(lines: list[str], step: int, shape: Callable[[str, str], str]) -> str:
    result, count = [], 0
    for line in lines:
        count += bool(line)
        result.append(shape(line, str(count) if line and count % step == 0 else ""))
    return "\n".join(result)


NUMBERED = [
    (TEXT, "\n".join(f"{n:4}  {line}" for n, line in enumerate(TEXT, 1))),
    (TEXT, "\n".join(f"{n:<4}{line}" for n, line in enumerate(TEXT, 1))),
    (TEXT, "\n".join(f"{n}: {line}" for n, line in enumerate(TEXT, 1))),
    (TEXT, "\n".join(f"{n:6}\t{line}" for n, line in enumerate(TEXT, 1))),
    (TEXT, "\n".join(f"{n % 28 + 1:3} | {line}" for n, line in enumerate(TEXT))),
    (POEM, "\n".join(f"{n:3}  {line}".rstrip() for n, line in enumerate(POEM, 1))),
    (POEM, _nth(POEM, 5, lambda line, n: f"{line:<50}{n}".rstrip())),
    (POEM, _nth(POEM, 5, lambda line, n: f"{n:>3}     {line}".rstrip())),
]


@pytest.mark.parametrize(("plain", "numbered"), NUMBERED)
def test_numbers_in_the_margin_are_taken_off(plain: list[str], numbered: str) -> None:
    found = cleared(numbered)
    assert said(found) == [line.strip() for line in plain]
    assert {t.into for t in found.taken} == {"line number"}
    assert all(t.text.isdigit() and t.text in numbered.split("\n")[t.line - 1] for t in found.taken)
    assert [r.code for r in found.remarks] == ["line-numbers"]
    article = pipeline.read(Source("", numbered.encode()))
    assert not [r for r in article.remarks if r.code == "ledger"]


def test_what_hangs_below_a_number_keeps_its_indent() -> None:
    found = cleared("\n".join(f"{n:3}  {line}".rstrip() for n, line in enumerate(POEM, 1)))
    assert [line.indent for line in found.lines[:3]] == [0, 2, 0]
    assert found.lines[0] == text.Line(1, "The river asks who goes there", 0)


def test_a_head_of_nothing_but_furniture_loses_nothing() -> None:
    """Lines that are gone leave gaps in the numbers; the matter of a text counts lines, not numbers."""
    written = ("\fHead of It     June 2003\n" * 7 + "« mot »\n") * 5
    article = pipeline.read(Source("", written.encode()))
    assert not [r for r in article.remarks if r.code == "ledger"]
    assert {t.into for t in article.taken} >= {"page furniture"}
