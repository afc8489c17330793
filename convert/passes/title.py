"""Title: set once. A heading that only repeats it goes; a text that states none takes its first heading's or words."""

from __future__ import annotations

from dataclasses import replace

from convert.article import Article, Origin, Remark, Taken
from convert.text import Habits
from convert.tree import Block, Blocks, Header, plain_text

LONGEST = 80  # characters of a title made from the first words


def title(article: Article, _habits: Habits) -> Article:
    """The article with a title, and without a first heading that says the same."""
    if article.metadata.title:
        return _once(article)
    heading = next((b for b in article.blocks[:40] if isinstance(b, Header)), None)
    if heading is None:
        return _entitled(article, _first_words(article.blocks), "its first words", 0)
    line = heading.pos.first if heading.pos else 0
    return _once(_entitled(article, plain_text(heading.inlines).strip(), "its first heading", line))


def _once(article: Article) -> Article:
    """Drop the first block where it is a heading that repeats the title."""
    first = article.blocks[0] if article.blocks else None
    if not isinstance(first, Header) or _bare(plain_text(first.inlines)) != _bare(article.metadata.title):
        return article
    line = first.pos.first if first.pos else 0
    taken = Taken(line, plain_text(first.inlines), "title")
    return replace(article, blocks=article.blocks[1:], taken=(*article.taken, taken))


def _entitled(article: Article, text: str, why: str, line: int) -> Article:
    metadata = article.metadata
    origins = (*metadata.origins, ("title", Origin("default", line, why, "guess")))
    remark = Remark("title", line, f"The text states no title; {why} were taken. Say it with --title." if "words" in why
                    else f"The text states no title; {why} was taken. Say it with --title.")  # fmt: skip
    return replace(article, metadata=replace(metadata, title=text, origins=origins), remarks=(*article.remarks, remark))


def _first_words(blocks: Blocks) -> str:
    """Whole words of the first block that has any, up to LONGEST characters."""
    text = next((t for b in blocks[:40] if (t := " ".join(plain_text(_opening(b)).split()))), "") or "Untitled"
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _opening(block: Block) -> Block:
    """The paragraph that `block` opens with: a list's first item, a quotation's first paragraph."""
    while inner := getattr(block, "blocks", None) or next(iter(getattr(block, "items", ())), None):
        if not isinstance(inner[0], Block):
            break
        block = inner[0]
    return block


def _bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
