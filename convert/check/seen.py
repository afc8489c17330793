"""Seen: what a reader gets from one edition, in the same words whatever its format.

`html.py`, `epub.py` and `pdf.py` each look at the bytes of a file and give a `Seen`; the checks compare these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Piece(NamedTuple):
    """Some text of an edition, in reading order."""

    text: str
    label: bool = False  # a number or bullet that the edition may have set by itself: a note's, an item's


Grid = Sequence[Sequence[str]]  # a table: the text of its cells, row by row


class Heading(NamedTuple):
    """One heading as it is set."""

    level: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One edition as it can be read."""

    format: str
    name: str  # the file's
    metadata: Mapping[str, tuple[str, ...]]  # by DESIGN §4's fields; a field that has no home here is left out
    headings: tuple[Heading, ...] = ()  # of the text, the title aside
    ids: tuple[str, ...] = ()  # of the headings; of a PDF all named places
    head: tuple[Piece, ...] = ()  # the title block
    body: tuple[Piece, ...] = ()  # the text, notes aside
    notes: tuple[tuple[Piece, ...], ...] = ()
    tables: tuple[Grid, ...] = ()  # of the text, where the format tells their cells apart
    links: tuple[str, ...] = ()  # addresses outside, in order
    titles: tuple[str, ...] = ()  # what links say besides their words
    dangling: tuple[str, ...] = field(default=())  # addresses inside that lead nowhere, with their place
    added: str = ""  # what the edition says of itself: contents, colophon


class Unreadable(Exception):
    """The file is not what its name says: the message says why."""


def text_of(pieces: tuple[Piece, ...], labels: bool = True) -> str:
    """The text of `pieces`, with or without what may be labels."""
    return "".join(piece.text for piece in pieces if labels or not piece.label)
