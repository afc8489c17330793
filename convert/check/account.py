"""The ledger of each edition: its letters are those of the source, less what the account of the reading names.

Two steps, each exact. The source against the article: the list of changes, taken back, gives the source again
(`changes.py`). The article against the edition: the letters that a reader sees in it, in order, are those of the
article's title block, blocks and notes; addresses stand in its links. What the edition adds is marked as such.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from convert.article import Article
from convert.changes import changes, characters, counted, undone
from convert.check.compare import (
    COMPLEX,
    around,
    arranged,
    body_of,
    cases,
    differences,
    first_difference,
    plain,
    plainer,
    same,
    settled,
    shown,
)
from convert.check.seen import Grid, Piece, Seen
from convert.check.verdict import Check, Reason, judged
from convert.editions.describe import title_block
from convert.ledger import letters
from convert.report import Reading
from convert.tree import WITH_TEXT, Block, Cell, Figure, Image, Link, Note, Row, Table, parts

_NAMED = 3  # reasons of changes that are told


class Meant(NamedTuple):
    """What an edition of an article has to show."""

    head: str  # letters of the title block
    made: str  # those of a title that the text does not state
    body: str
    places: tuple[tuple[int, int], ...]  # where in `body` each block begins, and its source line
    notes: tuple[str, ...]
    links: tuple[str, ...]
    titles: tuple[str, ...]
    tables: tuple[Grid, ...]


def account(reading: Reading, editions: Sequence[Seen]) -> Check:
    """Whether each edition holds the letters of the source, no more and no fewer."""
    made = changes(reading.raw, reading.article)
    reasons: list[Reason] = []
    if undone(characters(reading.article), made) != counted(reading.raw):
        reasons.append(Reason("source", "the changes, taken back, do not give the source again"))
    whole = meant_by(reading.article)
    notes = [_balance(reading, Counter(change.why for change in made for _ in letters(change.before)))]
    for seen in editions:
        meant = meant_by(reading.article, "pdf") if seen.format == "pdf" else whole
        placed = meant._replace(body=arranged(meant.body, meant.tables, seen))
        for lost, added, message in _differences(seen, placed):
            if lost or added:
                reasons.append(Reason(seen.name, message))
        notes += (f"{seen.name}: {note}" for note in _limits(seen, whole, meant, placed))
    return judged("ledger", reasons, tuple(notes))


def _balance(reading: Reading, moved: Counter[str]) -> str:
    """The sum of the account, in a sentence."""
    total = len(letters(reading.raw))
    why = ", ".join(f"{name} {n}" for name, n in moved.most_common(_NAMED))
    return f"{total} letters in the source; {moved.total()} of them set elsewhere or otherwise" + (
        f" ({why}{' …' if len(moved) > _NAMED else ''})" if why else ""
    )


# ---------------------------------------------------------------- what is meant


def meant_by(article: Article, form: str = "") -> Meant:
    """What an edition of `article` has to show in this format; in none, all there is."""
    block = title_block(article.metadata)
    stated = [block[k] for k in ("kicker", "subtitle", "standfirst", "authors", "site", "shown_date") if block[k]]
    stated += [text for pair in block["fields"] for text in pair]
    title = shown(block["title"], form)
    body: list[str] = []
    places: list[tuple[int, int]] = []
    told = _Told([], [], [], [])
    at = 0
    for one in article.blocks:
        words: list[str] = []
        _say(one, words, told)
        places.append((at, one.pos.first if one.pos else 0))
        body.append(shown("".join(words), form))
        at += len(body[-1])
    notes: list[str] = []
    for note in told.notes:  # those met within it are appended, and come in their turn
        words = []
        _say(note.blocks, words, told)
        notes.append(shown("".join(words), form))
    head = shown("\n".join(stated), form) + ("" if block["made"] else title)
    return Meant(
        head, title if block["made"] else "", "".join(body), tuple(places), tuple(notes),
        tuple(told.links), tuple(told.titles), tuple(told.tables),
    )  # fmt: skip


class _Told(NamedTuple):
    """What stands apart from the words of a text."""

    notes: list[Note]
    links: list[str]
    titles: list[str]
    tables: list[list[list[str]]]


def _say(node: Any, words: list[str], told: _Told) -> None:
    """Add the words of `node` as they can be seen, in the order they are set in."""
    kind = type(node)
    if kind is tuple:
        for part in node:
            _say(part, words, told)
    elif kind in WITH_TEXT or kind.__name__.startswith("Raw"):
        words.append(node.text)
    elif kind is Note:
        told.notes.append(node)
    elif kind is Figure:  # its caption is set below it
        _say(node.blocks, words, told)
        _say(node.caption, words, told)
    else:
        start = len(words)
        if kind is Table:
            told.tables.append([])
        elif kind is Row:
            told.tables[-1].append([])
        elif kind is Link or kind is Image:
            told.links.extend([node.target.url] if not node.target.url.startswith("#") else [])
            told.titles.extend([node.target.title] if node.target.title else [])
        for name in parts(kind):
            _say(getattr(node, name), words, told)
        if kind is Cell:
            told.tables[-1][-1].append("".join(words[start:]))
        if isinstance(node, Block):
            words.append(" ")


# ---------------------------------------------------------------- what is there


def _differences(seen: Seen, meant: Meant) -> Iterator[tuple[int, int, str]]:
    """Each part of an edition with the letters that it lost and added, and where."""
    yield _head(seen, meant)
    yield _body(seen, meant)
    yield from _notes(seen, meant)
    have = {unquote(link) for link in seen.links}
    for link in meant.links:
        if unquote(link) not in have:
            yield len(letters(link)), 0, f"the address {link} is lost"
    said = "\n".join(" ".join(title.split()) for title in dict.fromkeys(seen.titles))
    for title in meant.titles:
        if " ".join(title.split()) not in said:
            yield len(letters(title)), 0, f"the title {title!r} of a link is lost"


def _head(seen: Seen, meant: Meant) -> tuple[int, int, str]:
    """The title block, in any order; a title that we made stands unmarked in a PDF."""
    whole = meant.head + (meant.made if seen.format == "pdf" else "")
    got = shown("".join(piece.text for piece in seen.head), seen.format)
    lost, added = differences(whole, got)
    if seen.format == "pdf" and cases(lost, added):
        return 0, 0, ""  # told by `_limits`
    if seen.format == "pdf":
        lost, added = plainer(lost), plainer(added)
    message = f"{lost.total()} letters lost and {added.total()} added in the title block: {_listed(lost, added)}"
    return lost.total(), added.total(), message


def _body(seen: Seen, meant: Meant) -> tuple[int, int, str]:
    got = body_of(seen, meant.body)
    if same(meant.body, got, seen.format):
        return 0, 0, ""
    lost, added = differences(meant.body, got)
    at = first_difference(meant.body, got)
    line = meant.places[bisect.bisect_right(meant.places, (at, 1 << 60)) - 1][1] if meant.places else 0
    where = f"line {line}, at {around(meant.body, at)}, which became {around(got, at)}"
    if not lost and not added:
        return 1, 0, f"the letters are all there, in another order from {where}"
    return lost.total(), added.total(), f"{lost.total()} letters lost and {added.total()} added, first at {where}"


def _notes(seen: Seen, meant: Meant) -> Iterator[tuple[int, int, str]]:
    if len(seen.notes) != len(meant.notes):
        yield 1, 0, f"the text has {len(meant.notes)} notes, the edition {len(seen.notes)}"
        return
    for number, (pieces, note) in enumerate(zip(seen.notes, meant.notes, strict=True), 1):
        got = _note(pieces, note, seen.format)
        if not same(note, got, seen.format):
            lost, added = differences(note, got)
            yield lost.total() or 1, added.total(), f"note {number}: {_listed(lost, added) or 'another order'}"


def _note(pieces: Sequence[Piece], meant: str, form: str) -> str:
    return settled(pieces, meant) if form == "pdf" else plain("".join(piece.text for piece in pieces))


def _listed(lost: Counter[str], added: Counter[str]) -> str:
    gone = f"lost {''.join(sorted(lost.elements()))[:40]!r}" if lost else ""
    more = f"added {''.join(sorted(added.elements()))[:40]!r}" if added else ""
    return ", ".join(x for x in (gone, more) if x)


def _limits(seen: Seen, whole: Meant, meant: Meant, placed: Meant) -> Iterator[str]:
    """What a PDF cannot give back, or has twice; counted and named.

    That is all there is in the article, as a page can show it, and with its tables as they are set.
    """
    if seen.format != "pdf":
        return
    if n := cases(*differences(meant.head + meant.made, shown("".join(piece.text for piece in seen.head), "pdf"))):
        yield f"{n} letters come in the other case when copied out of the PDF: they are small capitals"
    if n := _count(whole) - _count(meant):
        yield f"{n} signs are not looked for that no page shows: piled marks, tones of skin, variation selectors"
    if n := len(placed.body) - len(meant.body):
        yield f"{n} letters stand there again: the first column of a wide table, in each of its parts"
    if not COMPLEX.search(placed.body):
        return
    lost, added = differences(placed.body, body_of(seen, placed.body))
    if lost or added:
        yield (
            f"{lost.total()} letters less and {added.total()} more than the source when copied out of the "
            "PDF; its script joins letters, and the engine names a joined sign once (a limit of the engine)"
        )


def _count(meant: Meant) -> int:
    return sum(map(len, (meant.head, meant.made, meant.body, *meant.notes)))
