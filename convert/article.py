"""What flows through the house: a Source is read into an Article, an Article is set as Editions.

Values only: nothing here reads a file, a clock or a random number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from convert.tree import Blocks


@dataclass(frozen=True, slots=True)
class Source:
    """A text as it came in."""

    name: str  # what the publisher calls it, for messages only; "" where it has none
    data: bytes = field(repr=False)


class Origin(NamedTuple):
    """Where the value of a metadata field comes from."""

    kind: Literal["given", "overrides", "front matter", "text", "default"]
    line: int = 0  # the source line, from 1; 0 where there is none
    why: str = ""
    sure: Literal["certain", "likely", "guess"] = "certain"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article. Empty means: neither said by the caller nor stated by the text."""

    title: str = ""
    subtitle: str = ""
    kicker: str = ""
    standfirst: str = ""
    dateline: str = ""  # place and agency before the first words, where they stand all the same: LONDON (Reuters)
    authors: tuple[str, ...] = ()
    contributors: tuple[tuple[str, str], ...] = ()  # name and what it did, as MARC's relators code it: trl, edt, pht
    date: str = ""  # ISO 8601: YYYY, YYYY-MM or YYYY-MM-DD, with a time where one was stated
    modified: str = ""
    language: str = ""  # BCP 47
    subjects: tuple[str, ...] = ()
    description: str = ""
    publisher: str = ""
    site: str = ""
    source: str = ""  # URL of the article
    rights: str = ""
    identifier: str = ""
    extra: tuple[tuple[str, str], ...] = ()  # fields the text states that have no home of their own
    origins: tuple[tuple[str, Origin], ...] = field(default=(), compare=False)

    def origin(self, name: str) -> Origin | None:
        """Where field `name` comes from, or None where it is empty."""
        return dict(self.origins).get(name)


class Remark(NamedTuple):
    """A doubt about one place of the source, for the publisher to look at."""

    code: str
    line: int  # from 1; 0: the whole text
    message: str


class Taken(NamedTuple):
    """Letters of the source that stand in no block: what took them, and where they went."""

    line: int
    text: str
    into: str


class Change(NamedTuple):
    """Characters of the source that the article has otherwise, or not at all; white space that only lays out aside."""

    line: int
    before: str  # as the source has them
    after: str  # as the blocks have them
    why: str
    at: int  # where among the blocks' characters, so that all changes taken back give the source again


class Part(NamedTuple):
    """An article of an issue."""

    id: str  # of the heading that is its title
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Article:
    """A text, read: its metadata, its blocks, and what was doubtful. Or an issue, of which texts are the parts."""

    metadata: Metadata
    blocks: Blocks
    remarks: tuple[Remark, ...] = ()
    taken: tuple[Taken, ...] = ()  # the ledger's account of every source letter outside the blocks
    parts: tuple[Part, ...] = ()  # of an issue: its articles in their order


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of an article, complete in memory."""

    format: str
    name: str  # the file's name
    media_type: str
    data: bytes = field(repr=False)
    remarks: tuple[Remark, ...] = ()  # what this format could not set as the text has it


@dataclass(frozen=True, slots=True)
class Publication:
    """An article and its editions, in the order they were asked for."""

    article: Article
    editions: tuple[Edition, ...]
    parts: tuple[Article, ...] = ()  # of an issue: its articles as they were read
