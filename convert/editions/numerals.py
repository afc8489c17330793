"""Numerals: the figures that ordered lists count in, those the article's language has and the text itself writes."""

from __future__ import annotations

from convert.article import Article
from convert.tree import Str, nodes

# Language, the first of its ten figures, CSS's name for counting in them, and whether a text without any has them too.
_FIGURES = {
    "ar": ("٠", "arabic-indic", False),
    "ur": ("۰", "persian", False),
    "fa": ("۰", "persian", True),
    "ps": ("۰", "persian", True),
    "ckb": ("٠", "arabic-indic", True),
    "hi": ("०", "devanagari", False),
    "sa": ("०", "devanagari", True),
    "mr": ("०", "devanagari", True),
    "ne": ("०", "devanagari", True),
    "bn": ("০", "bengali", True),
    "as": ("০", "bengali", True),
    "pa": ("੦", "gurmukhi", False),
    "gu": ("૦", "gujarati", False),
    "or": ("୦", "oriya", False),
    "te": ("౦", "telugu", False),
    "kn": ("೦", "kannada", False),
    "ml": ("൦", "malayalam", False),
    "th": ("๐", "thai", False),
    "lo": ("໐", "lao", False),
    "my": ("၀", "myanmar", True),
    "km": ("០", "khmer", True),
    "bo": ("༠", "tibetan", True),
}
_EUROPEAN = "0"


def numerals(article: Article) -> str:
    """CSS's counter style for the article's lists; "" where they count 1, 2, 3.

    The numbers of lists are no part of the tree, so what the rest of the text has more of tells.
    """
    known = _FIGURES.get(article.metadata.language.split("-")[0])
    if known is None:
        return ""
    zero, style, usual = known
    text = "".join(n.text for n in nodes(article.blocks) if isinstance(n, Str))
    own, european = _count(text, zero), _count(text, _EUROPEAN)
    return style if own > european or (usual and own == european == 0) else ""


def _count(text: str, zero: str) -> int:
    return sum(text.count(chr(ord(zero) + i)) for i in range(10))
