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
    body_of,
    cases,
    differences,
    first_difference,
    plain,
    plainer,
    same,
    settled,
)
from convert.check.seen import Piece, Seen
from convert.check.verdict import Check, Reason, judged
from convert.editions.describe import title_block
from convert.ledger import letters
from convert.report import Reading
from convert.tree import WITH_TEXT, Block, Figure, Image, Link, Note, parts

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


def account(reading: Reading, editions: Sequence[Seen]) -> Check:
    """Whether each edition holds the letters of the source, no more and no fewer."""
    made = changes(reading.raw, reading.article)
    reasons: list[Reason] = []
    if undone(characters(reading.article), made) != counted(reading.raw):
        reasons.append(Reason("source", "the changes, taken back, do not give the source again"))
    meant = meant_by(reading.article)
    notes = [_balance(reading, Counter(change.why for change in made for _ in letters(change.before)))]
    for seen in editions:
        for lost, added, message in _differences(seen, meant):
            if lost or added:
                reasons.append(Reason(seen.name, message))
        notes += _limits(seen, meant)
    return judged("ledger", reasons, tuple(notes))


def _balance(reading: Reading, moved: Counter[str]) -> str:
    """The sum of the account, in a sentence."""
    total = len(letters(reading.raw))
    why = ", ".join(f"{name} {n}" for name, n in moved.most_common(_NAMED))
    return f"{total} letters in the source; {moved.total()} of them set elsewhere or otherwise" + (
        f" ({why}{' …' if len(moved) > _NAMED else ''})" if why else ""
    )


# ---------------------------------------------------------------- what is meant


def meant_by(article: Article) -> Meant:
    """What each edition of `article` has to show."""
    block = title_block(article.metadata)
    shown = [block[k] for k in ("kicker", "subtitle", "standfirst", "authors", "site", "shown_date") if block[k]]
    shown += [text for pair in block["fields"] for text in pair]
    title = plain(block["title"])
    body: list[str] = []
    places: list[tuple[int, int]] = []
    told = _Told([], [], [])
    at = 0
    for one in article.blocks:
        words: list[str] = []
        _say(one, words, told)
        places.append((at, one.pos.first if one.pos else 0))
        body.append(plain("".join(words)))
        at += len(body[-1])
    notes: list[str] = []
    for note in told.notes:  # those met within it are appended, and come in their turn
        words = []
        _say(note.blocks, words, told)
        notes.append(plain("".join(words)))
    head = plain("".join(shown)) + ("" if block["made"] else title)
    return Meant(
        head, title if block["made"] else "", "".join(body), tuple(places), tuple(notes),
        tuple(told.links), tuple(told.titles),
    )  # fmt: skip


class _Told(NamedTuple):
    """What stands apart from the words of a text."""

    notes: list[Note]
    links: list[str]
    titles: list[str]


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
        if kind is Link or kind is Image:
            told.links.extend([node.target.url] if not node.target.url.startswith("#") else [])
            told.titles.extend([node.target.title] if node.target.title else [])
        for name in parts(kind):
            _say(getattr(node, name), words, told)
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
    got = plain("".join(piece.text for piece in seen.head))
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


def _limits(seen: Seen, meant: Meant) -> Iterator[str]:
    """What a PDF cannot give back: letters of scripts that join them, the case of small capitals; counted and named."""
    if seen.format != "pdf":
        return
    if n := cases(*differences(meant.head + meant.made, plain("".join(piece.text for piece in seen.head)))):
        yield f"{seen.name}: {n} letters come in the other case when copied out of the PDF: they are small capitals"
    if not COMPLEX.search(meant.body):
        return
    lost, added = differences(meant.body, body_of(seen, meant.body))
    if lost or added:
        yield (
            f"{seen.name}: {lost.total()} letters less and {added.total()} more than the source when copied out of the "
            "PDF; its script joins letters, and the engine names a joined sign once (a limit of the engine)"
        )
