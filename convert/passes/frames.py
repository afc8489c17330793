"""Frames: what belongs together is set together: an epigraph, a letter with its signature, what NOTE sets apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from convert.article import Article
from convert.text import Habits
from convert.tree import Attr, Block, BlockQuote, Blocks, Div, Header, LineBlock, Para, Pos, plain_text

LONGEST_EPIGRAPH = 60  # words
LONGEST_LETTER = 80  # blocks
_SALUTATION = re.compile(
    r"(?:my )?dear(?:est)?\b.{0,60}[,:—]|(?:sir|madam|sirs|gentlemen|to the editor)[,:—]"
    r"|(?:sehr geehrte|liebe)[rs]?\b.{0,60}[,!:]|(?:mein|meine) lieber?\b.{0,60}[,!]"
    r"|(?:cher|chère|chers|mon cher|ma chère)\b.{0,60}[,:]|(?:monsieur|madame)[,:]"
    r"|(?:querid[oa]s?|estimad[oa]s?|muy señor(?:es)? mío)\b.{0,60}[,:]|(?:car[oa]|gentile|egregio)\b.{0,60}[,:]"
    r"|(?:prezad[oa]|car[oa]|querid[oa])\b.{0,60}[,:]|(?:beste|geachte|lieve)\b.{0,60}[,:]"
    r"|(?:drogi|droga|szanown[yai])\b.{0,60}[,!]|(?:milý|milá|vážen[ýá])\b.{0,60}[,!]"
    r"|(?:дорог(?:ой|ая|ие)|уважаем(?:ый|ая|ые)|милый|милая)\b.{0,60}[,!]|(?:kära?|bästa?)\b.{0,60}[,!]",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\b(?:yours|sincerely|faithfully|truly yours|affectionate(?:ly)?|obedient servant|kind regards|best wishes"
    r"|with love"
    r"|hochachtungsvoll|mit freundlichen grüßen|herzliche grüße|dein|deine|ihr|ihre ergebene"
    r"|cordialement|bien à vous|salutations|votre dévoué|atentamente|un abrazo|cordialmente|suyo"
    r"|cordiali saluti|distinti saluti|tuo|tua|atenciosamente|um abraço|hoogachtend|met vriendelijke groet"
    r"|z poważaniem|twój|s pozdravem|tvůj|с уважением|ваш|твой|искренне|vänliga hälsningar|din)\b",
    re.IGNORECASE,
)


def frames(article: Article, _habits: Habits) -> Article:
    """The article with epigraphs, letters and admonitions in a `Div` of that class, their blocks unchanged."""
    blocks = tuple(_admonished(block) for block in article.blocks)
    return replace(article, blocks=_letters(_epigraphs(blocks)))


_ADMONITION = re.compile(
    r"(?:NOTE|TIP|WARNING|CAUTION|IMPORTANT|NOTICE|N\.B\.|HINWEIS|TIPP|ACHTUNG|WARNUNG|WICHTIG|REMARQUE|ATTENTION"
    r"|ASTUCE"
    r"|NOTA|AVISO|CONSEJO|ATENCIÓN|ATTENZIONE|AVVISO|ATENÇÃO|DICA|LET OP|OPMERKING|UWAGA|WSKAZÓWKA|POZOR|POZNÁMKA"
    r"|ВНИМАНИЕ"
    r"|ПРИМЕЧАНИЕ|OBS|HUOM|DİKKAT|NOT|注意|注|참고|주의)\s?[:：]\s?\S"
)


def _admonished(block: Block) -> Block:
    """A paragraph that a word in capitals sets apart: NOTE: …"""
    if not isinstance(block, Para) or not _ADMONITION.match(plain_text(block)):
        return block
    pos = (
        block.pos._replace(rule="frames", sure="likely", why="a word in capitals sets it apart") if block.pos else None
    )
    return Div(Attr("", ("admonition",)), (block,), pos=pos)


# ---------------------------------------------------------------- epigraphs


def _epigraphs(blocks: Blocks) -> Blocks:
    """A short quotation or verse with its attribution, at the very top or right below a heading, and text after it."""
    result: list[Block] = []
    i = 0
    while i < len(blocks):
        size = _epigraph(blocks, i)
        if size and i + size < len(blocks):
            result.append(_framed("epigraph", blocks[i : i + size], "a quotation that stands before the text"))
            i += size
        else:
            result.append(blocks[i])
            i += 1
    return tuple(result)


def _epigraph(blocks: Blocks, i: int) -> int:
    """How many blocks from `i` on are an epigraph."""
    if i and not isinstance(blocks[i - 1], Header):
        return 0
    first = blocks[i]
    if not isinstance(first, BlockQuote | LineBlock) or len(plain_text(first).split()) > LONGEST_EPIGRAPH:
        return 0
    if isinstance(first, BlockQuote) and first.blocks and _has_class(first.blocks[-1], "attribution"):
        return 1
    return 2 if i + 1 < len(blocks) and _has_class(blocks[i + 1], "attribution") else 0


# ---------------------------------------------------------------- letters


def _letters(blocks: Blocks) -> Blocks:
    """From a salutation that is a paragraph of its own to the paragraph that signs."""
    result: list[Block] = []
    i = 0
    while i < len(blocks):
        size = _letter(blocks, i)
        if size:
            result.append(_framed("letter", blocks[i : i + size], "from its salutation to its signature"))
            i += size
        else:
            result.append(blocks[i])
            i += 1
    return tuple(result)


def _letter(blocks: Blocks, i: int) -> int:
    """How many blocks from `i` on are a letter: to a closing formula, and the signature below it."""
    text = plain_text(blocks[i]).strip() if isinstance(blocks[i], Para) else ""
    if not text or len(text) > 90 or not _SALUTATION.fullmatch(text):
        return 0
    for j in range(i + 1, min(len(blocks), i + LONGEST_LETTER)):
        if isinstance(blocks[j], Header):
            return 0
        if _closes(blocks[j]):
            signed = j + 1 < len(blocks) and isinstance(blocks[j + 1], Para) and _short(blocks[j + 1])
            return j - i + 1 + signed
    return 0


def _closes(block: Block) -> bool:
    return isinstance(block, Para) and len(plain_text(block)) < 160 and bool(_CLOSING.search(plain_text(block)))


def _short(block: Block) -> bool:
    text = plain_text(block).strip()
    return len(text.split()) < 8 and not text.endswith((".", "!", "?")) and text[:1].isupper()


# ---------------------------------------------------------------- what they share


def _has_class(block: Block, name: str) -> bool:
    return isinstance(block, Div) and name in block.attr.classes


def _framed(name: str, blocks: Sequence[Block], why: str) -> Div:
    first, last = blocks[0].pos, blocks[-1].pos
    pos = Pos(first.first, last.last, "frames", "likely", why) if first and last else None
    return Div(Attr("", (name,)), tuple(blocks), pos=pos)
