"""The passes in their order: each takes an Article and the Habits of its text, and gives a better Article."""

from __future__ import annotations

from collections.abc import Callable

from convert.article import Article
from convert.passes import (
    contents,
    frames,
    hyphens,
    identifiers,
    identity,
    language,
    levels,
    notes,
    notices,
    passages,
    sides,
    smallcaps,
    title,
)
from convert.text import Habits

Pass = Callable[[Article, Habits], Article]

PASSES: tuple[tuple[str, Pass], ...] = (
    ("language", language.language),
    ("hyphens", hyphens.hyphens),
    ("title", title.title),
    ("notes", notes.notes),
    ("notices", notices.notices),
    ("frames", frames.frames),
    ("passages", passages.passages),
    ("sides", sides.sides),
    ("levels", levels.levels),
    ("smallcaps", smallcaps.smallcaps),
    ("identifiers", identifiers.identifiers),
    ("contents", contents.contents),
    ("identity", identity.identity),
)
