"""Notices: what an author adds at the foot of a text, a site, a book, a programme, is set apart from it."""

from __future__ import annotations

import re
from dataclasses import replace

from convert.article import Article
from convert.text import Habits
from convert.tree import Attr, Block, Div, Para, Pos, plain_text

MOST = 6  # paragraphs; a longer foot is text
_NOTICE = re.compile(
    r"^(?:visit|follow|subscribe|sign up|listen to|watch|read more|contact|write to|e-?mail|donate|support|like us|"
    r"share this|buy|order|join|besuchen|folgen|abonnieren|kontakt|suivez|abonnez|écrivez|"
    r"visite|síga|suscríba|escriba|seguici|iscriviti|подпис\w+|читайте)\b"
    r"|\bmy (?:new|newest|latest|first|next|own)? ?(?:book|novel|web ?site|blog|newsletter|podcast|column|work)\b"
    r"|^(?:the author|about the author|der autor|die autorin|l’auteur|el autor|la autora|l’autore|об авторе)\b"
    r"|\b(?:is|are) (?:a|an|the) (?:\w+ ){0,3}(?:member|author|writer|reporter|fellow|columnist|editor) (?:of|at|for)\b"
    r"|\b(?:newsletter|follow (?:him|her|me|us) (?:on|at)|all rights reserved|reprinted with permission)\b|^©",
    re.IGNORECASE,
)


def notices(article: Article, _habits: Habits) -> Article:
    """The article with the paragraphs of notice at its end in a `Div` of class notice; never all of its text."""
    first = len(article.blocks)
    while first > max(1, len(article.blocks) - MOST) and _is_notice(article.blocks[first - 1]):
        first -= 1
    foot = article.blocks[first:]
    if not foot or first < 2:
        return article
    aside = Div(Attr("", ("notice",)), foot, pos=_span(foot))
    return replace(article, blocks=(*article.blocks[:first], aside))


def _is_notice(block: Block) -> bool:
    if not isinstance(block, Para) or (block.pos and block.pos.rule == "override"):
        return False
    text = plain_text(block).strip()
    return len(text) < 600 and bool(_NOTICE.search(text))


def _span(blocks: tuple[Block, ...]) -> Pos | None:
    first, last = blocks[0].pos, blocks[-1].pos
    if first is None or last is None:
        return None
    return Pos(first.first, last.last, "notices", "likely", "the author's own words at the foot")
