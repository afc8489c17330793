"""Notices: what an author adds at the foot of a text, a site, a book, a programme, is set apart from it."""

from __future__ import annotations

import re
from dataclasses import replace

from convert.article import Article
from convert.text import Habits
from convert.tree import Attr, Block, Div, Header, LineBlock, Para, Pos, plain_text

MOST = 8  # blocks; a longer foot is text
LONGEST = 600  # characters of a notice
_ZONE = 400  # blocks from the end in which Project Gutenberg's terms begin

_TERMS = re.compile(r"(?:\*{3} ?)?END OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)\b", re.IGNORECASE)
_OFFICE = (
    r"(?:member|author|writer|reporter|fellow|columnist|editor|journalist|professor|correspondent|contributor|founder|"
    r"director|researcher|novelist|poet|critic|redakteur(?:in)?|autor(?:in|a)?|journalistin|schriftsteller(?:in)?|"
    r"journaliste|auteure?|écrivaine?|rédact(?:eur|rice)|periodista|escritora?|redactora?|giornalista|scrittore|scrittrice|"
    r"jornalista|journalist|schrijver|schrijfster|журналист(?:ка)?|писатель(?:ница)?|dziennikark?a?|författare|kirjailija)"
)
_FILED = re.compile(
    r"(?:tags?|tagged|filed under|posted in|keywords?|categor(?:y|ies)|schlagw[oö]rte?r?|mots[- ]clés|"
    r"étiquettes|etiquetas|"
    r"parole chiave|palavras-chave|trefwoorden|nyckelord|słowa kluczowe|теги|метки|标签|標籤|タグ|태그)\s?[:：]",
    re.IGNORECASE,
)
# Signs of a notice by themselves.
_SIGNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # the author, told in the third person
        r"^(?:about the authors?|über (?:den autor|die autorin|die autoren)|zur person|à propos de "
        r"l[’']aut(?:eur|rice)|"
        r"sobre (?:el autor|la autora|o autor|a autora)|sull[’']autore|informazioni sull[’']autore|об авторе|"
        r"про автора|"
        r"over de auteur|om författaren|om forfatteren|kirjoittajasta|o autor(?:ze|ce|ovi)|yazar hakkında|"
        r"tentang penulis|"
        r"về tác giả|作者简介|作者簡介|關於作者|关于作者|著者について|筆者プロフィール|"
        r"著者プロフィール|글쓴이 소개|저자 소개|عن الكاتب|על המחבר|"
        r"درباره نویسنده|लेखक के बारे में)(?:\W|$)",
        rf"^(?:the (?:author|writer)|der (?:autor|verfasser)|die (?:autorin|verfasserin)|l[’']aut(?:eure?|rice)|"
        rf"(?:el|la) autora?|"
        rf"l[’']autore|l[’']autrice|o autor|a autora|de auteur|автор) (?:is|was|lives|works|teaches|ist|lebt|"
        rf"arbeitet|lehrt|est|vit|"
        rf"travaille|es|vive|trabaja|è|é|vive|lavora|woont|работает|живёт|—) (?:an? |the |in |ein(?:e)? |une? |"
        rf"un[oa]? )?(?:\w+ ){{0,4}}?"
        rf"(?:{_OFFICE}|in\b|at\b|bei\b|à\b|en\b|a\b)",
        # how to reach those who made it, and what they will not answer for
        r"\bunsubscribe\b|\bcontact(?: (?:us|him|her|them|the \w+))?(?: at|:) |\b(?:kontakt|contacto?|contatti?"
        r"|επικοινωνία"
        r"|контакты?|yhteystiedot|iletişim)\s?: |お問い合わせ|문의|联系(?:方式|我们)|לפניות|للتواصل",
        r"^底本[：:]|青空文庫",
        r"^copyright (?:©|\(c\)|\d{4})|\bno warranty\b|\bwithout warranty\b|^all rights reserved",
        # where it stood before
        r"^(?:this|the) (?:article|essay|story|post|piece|text|column|interview|excerpt|review|"
        r"report)[^.!?]{0,50}? (?:(?:was |is |has been )?"
        r"(?:first|originally) (?:appeared|published|ran|written)|appeared (?:first |originally )?(?:in|on)\b|"
        r"was (?:produced|updated|corrected)|"
        r"is (?:an? )?(?:adapted|excerpted|excerpt|reprinted|republished|part of))|^(?:this|the) (?:article|"
        r"story|post) was published (?:in|on|by|under)\b",
        r"^(?:first published|originally (?:published|appeared)|reprinted (?:from|with|by)|republished (?:from|"
        r"with)|adapted from|"
        r"excerpted from|crossposted)\b",
        r"^(?:dieser|der|diese) (?:artikel|beitrag|text|aufsatz|reportage)[^.!?]{0,50}? (?:zuerst|erstmals|"
        r"ursprünglich)\b|"
        r"^(?:zuerst|erstmals) (?:erschienen|veröffentlicht)",
        r"^(?:cet article|ce texte|article|texte)[^.!?]{0,40}? (?:publié|paru|repris)(?:e)? (?:initialement|"
        r"d[’']abord|originellement|dans|sur|en premier)",
        r"^est[ea] (?:artículo|texto|nota|artigo|reportagem)[^.!?]{0,40}? (?:publicó|publicado|publicada|"
        r"apareció|reprodu)",
        r"^quest[oa'’] ?(?:articolo|testo)[^.!?]{0,40}? (?:pubblicato|apparso|uscito)|^dit (?:artikel|"
        r"stuk)[^.!?]{0,40}? (?:verscheen|eerder|gepubliceerd)",
        r"^(?:статья|текст|материал)[^.!?]{0,40}? (?:впервые )?опубликован|^(?:artykuł|tekst) (?:ukazał|opublikowan)|"
        r"^(?:artikeln|texten) (?:publicerades|är tidigare)|^bu (?:yazı|makale)[^.!?]{0,40}? (?:ilk|yayımlan|yayınlan)",
        r"^(?:この記事は|本稿は|初出[:：は])|^이 (?:글|기사)[은는]|"
        r"^(?:本文|本篇)(?:最初|首发|首發|原载|原載|转载|轉載|刊于|刊於)",
        # whose it is
        r"^(?:©|\(c\) ?\d{4}|copyright\b[^.]{0,30}\d{4})",
        r"\b(?:all rights reserved|reprinted with permission|alle rechte vorbehalten|tous droits réservés|"
        r"todos (?:los derechos|os direitos) "
        r"reservados|tutti i diritti (?:sono )?riservati|alle rechten voorbehouden|все права защищены|wszelkie "
        r"prawa zastrzeżone|"
        r"všechna práva vyhrazena|tüm hakları saklıdır|med ensamrätt)\b|"
        r"版权所有|版權所有|無断転載|无断转载|무단 ?전재|جميع الحقوق محفوظة|כל הזכויות שמורות",
        r"^(?:this (?:work|article|text|post) is |text )?(?:licen[sc]ed|available|shared|published) under (?:a|"
        r"the) (?:\w+ ){0,3}?(?:licen[sc]e|creative commons)",
        # what it is not
        r"^(?:disclaimer|disclosure|haftungsausschluss|avertissement|aviso legal|avvertenza|editor[’']s note|"
        r"correction|clarification|"
        r"anm\. d\. red|nota del editor|note de la rédaction)\s?[:.—–-]",
        r"^(?:the )?(?:views|opinions) (?:expressed|in this)\b|^die (?:hier )?(?:geäußerten|vertretenen) "
        r"(?:meinungen|ansichten)",
        # the author's other work
        r"\bmy (?:(?:new|newest|latest|first|next|own) )?(?:book|novel|web ?site|blog|newsletter|podcast|column)\b",
        r"\bfollow (?:him|her|me|us|them|@\w+) (?:on|at)\b|\bour (?:\w+ )?newsletter\b|\bto our (?:channel|"
        r"podcast|magazine)\b",
    )
)  # fmt: skip
# A call to do something is a notice where it says whom to reach, or stands beside another notice.
_CALL = re.compile(
    r"^(?:visit|follow|subscribe|"
    r"sign up|listen to|watch|read more|contact|write to|e-?mail(?!:)|donate|support|like us|"
    r"share this|buy|order|join|find (?:him|her|me|us)|reach (?:him|her|me|us|the author)|get in touch|"
    r"besuchen|folgen|abonnieren|"
    r"kontakt|schreiben sie|suivez|abonnez|écrivez|inscrivez|visite|síga|síguenos|suscríb|escriba|seguici|"
    r"iscriviti|scrivete|"
    r"volg ons|abonneer|подпи[сш]\w+|читайте|följ|prenumerera|takip|abone|ikuti|ติดตาม|フォロー|关注|關注|구독)",
    re.IGNORECASE,
)
_REACH = re.compile(
    r"\b(?:us|our|me|my|uns|unseren?|nous|notre|nos|nosotros|nuestr[oa]s?|ci|noi|nostr[oa]|ons|onze|нас|наш\w*|oss|newsletter|"
    r"web ?site|facebook|twitter|instagram|youtube|mastodon|telegram|whatsapp|podcast|rss)\b|https?:|www\.|\w@\w|"
    r"\w\.(?:com|org|net|example)\b|(?:^|\s)@\w",
    re.IGNORECASE,
)
_SHARE = frozenset(
    """share tweet email e-mail mail print facebook twitter x whatsapp linkedin pinterest reddit telegram
    pocket like pin it on this copy link via save bluesky mastodon teilen drucken merken partager
    imprimer envoyer compartir imprimir enviar condividi stampa compartilhar delen afdrukken dela
    skriv ut поделиться печать udostępnij drukuj sdílet paylaş bagikan シェア ツイート 分享 공유""".split()
)
_LIFE = r"(?:is|are|ist|est|es|è|é|är|er|is een|—|–|-|является)"


def notices(article: Article, _habits: Habits) -> Article:
    """The article with the notices at its end in a `Div` of class notice; never all of its text."""
    first = _terms(article) or _foot(article)
    if first < 2 or first == len(article.blocks):
        return article
    foot = tuple(_plain(block) for block in article.blocks[first:])
    aside = Div(Attr("", ("notice",)), foot, pos=_span(foot))
    return replace(article, blocks=(*article.blocks[:first], aside))


def _plain(block: Block) -> Block:
    """A line that looked like a heading as a paragraph, unless it is "About the author"."""
    if isinstance(block, Header) and not _SIGNS[0].match(_text(block)):
        return Para(block.inlines, pos=block.pos)
    return block


def _terms(article: Article) -> int:
    """Where Project Gutenberg's terms begin, which reach to the end; 0 where there are none."""
    blocks = article.blocks
    start = max(0, len(blocks) - _ZONE)
    return next(
        (i for i, b in enumerate(blocks[start:], start) if isinstance(b, Para | Header) and _TERMS.match(_text(b))), 0
    )


def _foot(article: Article) -> int:
    """Where the notices at the end begin: the last blocks are notices or calls, and the first of them is a notice."""
    blocks = article.blocks
    author = re.compile(
        rf"(?:{'|'.join(map(re.escape, article.metadata.authors[:9])) or '(?!)'}),? {_LIFE}\b", re.IGNORECASE
    )
    first = at = _about(blocks)
    while at > max(1, len(blocks) - MOST):
        at -= 1
        text = _text(blocks[at])
        if _is_notice(blocks[at], text, author):
            first = at
        elif len(text) > LONGEST or not _CALL.match(text):
            break
    return first


def _about(blocks: tuple[Block, ...]) -> int:
    """Where a line like "About the author" stands with little below it; else the end."""
    start = max(1, len(blocks) - 4)
    at = next((i for i, b in enumerate(blocks[start:], start) if _SIGNS[0].fullmatch(_text(b))), len(blocks))
    return at if all(len(_text(b)) <= LONGEST for b in blocks[at:]) else len(blocks)


def _text(block: Block) -> str:
    return plain_text(block).strip()


def _is_notice(block: Block, text: str, author: re.Pattern[str]) -> bool:
    if len(text) > LONGEST or (block.pos and block.pos.rule == "override"):
        return False
    if isinstance(block, Header):
        return _SIGNS[0].match(text) is not None or _FILED.match(text) is not None or text.startswith("©")
    if not isinstance(block, Para | LineBlock):
        return False
    if any(sign.search(text) for sign in _SIGNS) or author.match(text) or _names_office(text):
        return True
    return bool(_FILED.match(text)) or (bool(_CALL.match(text)) and bool(_REACH.search(text))) or _shares(text)


_OFFICE_OF = re.compile(
    rf"^(?:[^\W\d_a-z][\w.’'-]{{1,20}} ){{2,4}}"
    rf"{_LIFE} (?:an? |the |ein(?:e)? |une? |un[oa]? )?(?:[\w’'-]+ "
    rf"){{0,4}}?{_OFFICE}\b",
)


def _names_office(text: str) -> bool:
    """Whether a short paragraph says of a full name what its bearer is: 'Ann Lee is a writer in Sund.'"""
    return len(text) < 300 and bool(_OFFICE_OF.match(text))


def _shares(text: str) -> bool:
    """Whether a line holds nothing but the words of buttons."""
    words = re.findall(r"[\w-]+", text.casefold()) if len(text) < 120 else []
    return 1 < len(words) < 14 and all(word in _SHARE for word in words)


def _span(blocks: tuple[Block, ...]) -> Pos | None:
    first, last = blocks[0].pos, blocks[-1].pos
    if first is None or last is None:
        return None
    return Pos(first.first, last.last, "notices", "likely", "the author's own words at the foot")
