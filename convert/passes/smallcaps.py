"""Small capitals: words in capitals inside running text are set smaller, so that they do not shout. Only if asked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from convert.article import Article
from convert.text import Habits
from convert.tree import Emph, Inline, Inlines, Link, Para, Plain, Quoted, SmallCaps, Str, Strong, plain_text, walk

_WORD = re.compile(r"\w+(?:-\w+)*")
_PART = re.compile(r"[^\W\d_]{2,}")


def smallcaps(article: Article, _habits: Habits) -> Article:
    """The article with words of two or more capitals as `SmallCaps`, their letters kept."""
    return replace(article, blocks=walk(article.blocks, _paragraph))


def _paragraph(node: Any) -> Any:
    """A paragraph with its capitals set; one that is all capitals stays, as it was meant to stand out."""
    if not isinstance(node, Para | Plain) or plain_text(node).isupper():
        return node
    return replace(node, inlines=_set(node.inlines))


def _set(inlines: Inlines) -> Inlines:
    return tuple(part for inline in inlines for part in _inline(inline))


def _inline(inline: Inline) -> Inlines:
    match inline:
        case Str(text):
            return _run(text)
        case Emph(inner) | Strong(inner) | Quoted(inlines=inner):
            return (replace(inline, inlines=_set(inner)),)
        case Link(attr, inner) if not attr.classes:  # with a class it is an address
            return (replace(inline, inlines=_set(inner)),)
    return (inline,)


def _run(text: str) -> Inlines:
    """A run of text, parted around its words in capitals. A word with digits (COVID-19) is left alone."""
    parts: list[Inline] = []
    done = 0
    for word in _WORD.finditer(text):
        if any(c.isdigit() for c in word.group()):
            continue
        for part in _PART.finditer(text, *word.span()):
            if part.group().isupper():
                parts += [Str(text[done : part.start()]), SmallCaps((Str(part.group()),))]
                done = part.end()
    return tuple(p for p in (*parts, Str(text[done:])) if p != Str(""))
