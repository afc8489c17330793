"""Hyphens: which words were joined over a line's end although the text has them whole nowhere, for the publisher."""

from __future__ import annotations

from dataclasses import replace

from convert.article import Article, Remark
from convert.text import Habits

SHOWN = 8  # words that a remark names


def hyphens(article: Article, habits: Habits) -> Article:
    """The article with a remark that names what was joined by the text's habit alone."""
    if not habits.guessed:
        return article
    named = ", ".join(habits.guessed[:SHOWN]) + (" …" if len(habits.guessed) > SHOWN else "")
    message = (
        f"Words that a line's end parts were joined, as most in this text are; it has them whole nowhere: {named}."
    )
    return replace(article, remarks=(*article.remarks, Remark("hyphens", 0, message)))
