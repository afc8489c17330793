"""Names of people as bylines write them: one text becomes the names in it, or none where it is no list of names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_BY_WORDS = """
by, written by, story by, text by, started by,
words by, words and photos by, words and pictures by, posted by, reported by,
words, text, author, authors, von, ein beitrag von, geschrieben von, autor, autoren, autorin, par, écrit par,
auteur, por, escrito por, texto, autores, di, da, scritto da, testo, autore, door, geschreven door, tekst, av, af,
skrevet av, skrevet af, skriven av, texte, texten, forfatter, författare, kirjoittanut, kirjoittaja, teksti,
höfundur, napsal, napsala, autorka, autorzy, napisał, napisała, opracował, opracowała, автор, автори, авторы, текст,
написал, написала, аўтар, írta, szerző, yazan, yazar, yazı, oleh, ditulis oleh, penulis, bởi, tác giả, viết bởi,
autors, autorė, autorius, autorul, autori, pisac, του, της, από, συντάκτης, γράφει ο, γράφει η, γράφουν οι,
collected by, compiled by, told by, retold by, gesammelt von, recueilli par, raccolto da, recogido por,
auctor, بقلم, كتب, كتبت, الكاتب, מאת,
نویسنده, نوشته, تحریر, مصنف, โดย, ผู้เขียน, เขียนโดย, लेखक, लेखिका, লেখা, লেখক, লিখেছেন, எழுதியவர், ავტორი, հեղինակ, ደራሲ
"""


def _any_of(words: Iterable[str]) -> str:
    """A pattern of `words`, the longest first."""
    return "|".join(sorted((word.strip() for word in words), key=len, reverse=True))


BY = re.compile(
    rf"(?:{_any_of(_BY_WORDS.split(','))})(?:\s*[:：՝፦]\s*|\s+)(?=\S)"
    r"|(?:取材・?文|文|作者|著者|記者|撰文|글|기자|글쓴이)\s?[／/:：=＝]\s?(?=\S)|글[·・]사진\s+(?=\S)",
    re.IGNORECASE,
)
AFTER = re.compile(  # as East Asian title pages have it: the name, then what it did
    r"(?P<who>[^\W\d_]{2,12}(?:[ ・=＝·][^\W\d_]{1,12})?)(?:[\s　]*[／/][\s　]*|[\s　]+|[\s　]*[（(])"
    r"(?:著|作|文|撰|編著|编著|撰文|글|지음|씀)[）)]?"
)
# What else people do for an article, as MARC's relators code it. A word alone needs its colon: "Photo" opens captions.
_ROLES: tuple[tuple[str, str, str], ...] = (
    ("trl",
     "translated by, translation by, übersetzt von, traduit par, traducido por, traducción de, traduzione di, "
     "tradotto da, traduzido por, tradução de, vertaald door, oversat af, oversatt av, suomentanut, diterjemahkan oleh",
     "translation, translator, übersetzung, traduction, traducción, traduzione, tradução, vertaling, "
     "перевод, překlad, przekład, "
     "tłumaczenie, översättning, oversættelse, käännös, çeviri, çeviren, ترجمة, תרגום, 翻訳, 訳, 译者, 譯者, 翻译, "
     "翻譯, 번역"),
    ("edt",
     "edited by, herausgegeben von, édité par, editado por, a cura di, redigerad av, onder redactie van, под редакцией",
     "editor, editors, redaktion, rédaction, redacción, редактор, 編集, 编辑, 編輯, 편집"),
    ("pht",
     "photos by, photo by, photographs by, photography by, pictures by, photos de, fotos von, fotos de, foto di, "
     "fotografie di, fotografías de",
     "photos, photo, photography, photographs, fotos, foto's, foto’s, foto, fotografie, fotografía, "
     "fotografías, photographies, "
     "фото, zdjęcia, valokuvat, kuvat, bilder, fotoğraf, fotoğraflar, 写真, 撮影, 摄影, 攝影, 사진"),
    ("ill",
     "illustrated by, illustrations by, illustration by, illustriert von, illustrations de, ilustraciones "
     "de, illustrazioni di",
     "illustrations, illustration, illustrator, illustrationen, ilustraciones, illustrazioni, "
     "illustraties, иллюстрации, ilustracje, 挿絵, 插图"),
    ("rev",
     "medically reviewed by, fact checked by, fact-checked by, medizinisch geprüft von", "fact check"),
    ("aui",
     "introduction by, with an introduction by, foreword by, preface by, mit einem vorwort von, préface "
     "de", "foreword"),
    ("ivr",
     "interview by, interviewed by, interview von, entrevista de, intervista di", "interview, entrevista, intervista"),
)  # fmt: skip
_PHRASES = {phrase.strip(): role for role, phrases, _ in _ROLES for phrase in phrases.split(",")}
_WORDS = {word.strip(): role for role, _, words in _ROLES for word in words.split(",")}
_ROLE = re.compile(
    rf"(?:(?P<phrase>{_any_of(_PHRASES)})(?:\s*[:：]\s*|\s+)"
    rf"|(?P<word>{_any_of(_WORDS)})\s?[:：／/]\s*)(?=\S)",
    re.IGNORECASE,
)
ROLE_AHEAD = re.compile(
    rf"[.,;]?\s+(?={_ROLE.pattern.replace('?P<phrase>', '?:').replace('?P<word>', '?:')})", re.IGNORECASE
)
_JOIN = re.compile(
    r"\s*;\s*|\s*[,、，]\s*(?:and\s+|und\s+|et\s+|y\s+)?|\s+(?:and|und|et|y|e|i|и|og|och|en|ja|&|\+|with|mit|avec)\s+",
    re.IGNORECASE,
)
PARTICLES = frozenset(
    """de da do dos das del della di du des la le van von der den ter ten zu zur zum of al el bin ibn ben y e af av
    st jr sr jr. sr. ii iii iv phd md esq""".split()
)
_NOT_NAMES = frozenset(
    """the a an and or for with from to in on at by your you our we it is are was how why what when where this that
    author authors date published title updated tags section category source
    news staff editor editors comments comment share read more min photo image video save subscribe writer
    writers reporter reporters correspondent correspondents columnist contributor contributing photographer
    freelance freelancer special redakteur redakteurin korrespondent korrespondentin envoyé correspondant
    correspondante corresponsal corrispondente inviato redactor redactora journalist journaliste periodista
    giornalista""".split()
)
_OFFICE = re.compile(
    r"\b(?:staff|writers?|reporters?|correspondents?|columnists?|contribut(?:or|ors|ing)|photographers?|"
    r"editors?|special(?:ly)? (?:to|for)|"
    r"freelancer?|redakt(?:eur|eurin|ion)|korrespondent(?:in)?|correspondante?|envoyée? spéciale?|"
    r"corresponsal|enviad[oa] especial|"
    r"corrispondente|inviat[oa]|redactora?|journalist(?:e|in)?|periodista|giornalista|professor|fellow|director|корреспондент|"
    r"обозреватель|dziennikarz|redaktor|muhabir|wartawan|verslaggever|correspondente)\b|@[\w.]{2,30}$|"
    r"^[\w.+-]+@[\w.-]+$|^notre ",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:contributors|staff|team|editors|editorial board|collective|volunteers|members|users|"
    r"correspondents|reporters|desk|"
    r"redaktion|rédaction|redacción|redazione|redação|redactie|redakcja|redakce|редакция|autorenkollektiv|équipe|equipo|编辑部|編集部)\b",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"^the [\w’'-]+$|\b(?:times|news|post|journal|magazine|review|press|media|agency|university|institute|gov|blog|"
    r"daily|weekly|today|network|company|inc|ltd|gmbh|corp|association|society|foundation|union|committee|department|office|"
    r"project|council|trust|"
    r"wikipedia|bbc|cnn|npr|reuters|associated|zeitung|verlag|journal|gazette|herald|tribune|guardian|observer)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\s*<[^<>@\s]+@[^<>\s]+>|\s*\([^()@\s]+@[^()\s]+\)|\s*\[[^\[\]@\s]+@[^\[\]\s]+\]")
_QUOTED = re.compile(r"^\"([\w’' -]{1,30}), ([\w.’' -]{1,30})\"(?=\s*<)")  # "Lee, Ann" <ann@x>
_OLD_MAIL = re.compile(r"[\w.+-]+@[\w.-]+\s+\(([^()@]{2,60})\)")  # RFC 822's old form: address (Name)


def people(text: str) -> tuple[str, ...]:
    """The names in `text`, or () where some part of it is no name."""
    text = _ADDRESS.sub("", _OLD_MAIL.sub(r"\1", _QUOTED.sub(r"\2 \1", text))).strip(" .,;:|–—-")
    text = re.sub(r"\s?(?:기자|記者|记者)$", "", text)
    if not text or len(text) > 300:
        return ()
    parts = [p.strip(" .,") for p in _JOIN.split(text) if p.strip(" .,")]
    parts = _with_suffixes(parts)
    return tuple(parts) if parts and all(is_name(p) for p in parts) else ()


def credited(text: str) -> tuple[tuple[str, ...], str]:
    """The names that `text` opens with, and what it says of them: 'Ann Lee, Staff Writer', 'Ann Lee for The Gazette'.

    ((), "") where it opens with none, or says more than where and for whom they write.
    """
    who = people(text)
    if who and not any(_ORGANISATION.search(name) for name in who[1:]):
        return who, ""
    if len(text) > 250:
        return (), ""
    for match in reversed(list(_TAIL.finditer(text))):
        tail = text[match.end() :].strip(" ,()")
        if len(tail) < 90 and _is_station(tail, match[0].strip()) and (who := people(text[: match.start()])):
            return who, tail
    return (), ""


_TAIL = re.compile(r",\s+|\s+(?:in|for|at|of|für|aus|pour|à|en|para|per|da)\s+|\s+(?=@|\()|\s+[–—-]\s+")


def _is_station(tail: str, sign: str) -> bool:
    """Whether words after a name say where or for whom it writes."""
    if _OFFICE.search(tail) or _ORGANISATION.search(tail):
        return True
    words = tail.split()
    return sign in ("in", "aus", "à", "en") and len(words) < 4 and all(w[:1].isupper() for w in words)


def is_office(text: str) -> bool:
    """Whether a short line says what its writer is: 'Staff Writer', 'Special to The Gazette', '@handle'."""
    return len(text) < 60 and bool(_OFFICE.search(text))


class Part(NamedTuple):
    """Who did what else for an article."""

    role: str
    label: str  # as the text says it
    who: tuple[str, ...]
    station: str


def role(text: str) -> Part | None:
    """Who did what else, where `text` says it: 'Photos by Ann Lee', 'Übersetzung: Ann Lee'."""
    match = _ROLE.match(text)
    if match is None:
        return None
    part = _PHRASES[match["phrase"].casefold()] if match["phrase"] else _WORDS[match["word"].casefold()]
    who, station = credited(text[match.end() :])
    label = text[: match.end()].strip(" :：／/")
    return Part(part, label[:1].upper() + label[1:], who, station) if who else None


def is_group(text: str) -> bool:
    """Whether `text` names people by what they are together: 'The Gazette staff'."""
    return len(text.split()) <= 6 and bool(_GROUP.search(text)) and is_collective(text, True)


def _with_suffixes(parts: list[str]) -> list[str]:
    """'King, Jr.' is one name and not two; 'M.D.' belongs to whom it follows."""
    joined: list[str] = []
    for part in parts:
        if joined and re.fullmatch(r"(?:Jr|Sr|II|III|IV|Ed|Eds|Ph\.?D|M\.?D|Esq|ESQ)\.?", part):
            joined[-1] += ", " + part
        else:
            joined.append(part)
    return joined


def is_name(text: str) -> bool:
    """Whether `text` can be one person's name: a few words, each large or a particle, no digits."""
    words = text.split()
    if not 1 <= len(words) <= 6 or any(c.isdigit() for c in text) or len(text) > 60:
        return False
    text = re.sub(r"\(([^\W\d_][\w.]{0,14})\)|[\"“”„]([^\W\d_][\w.]{0,14})[\"“”]", r"\1\2", text)  # (James) "Jim"
    words = text.split()
    if re.search(r"[!?:;\"“”()\[\]{}<>=/\\|*#$%…]|\.\.|[a-z]\. |://|@", text):
        return False
    if any(w.casefold().strip(".,") in _NOT_NAMES for w in words if not re.fullmatch(r"[A-Z]\.", w)):
        return False
    return all(_name_word(w) for w in words) and any(w[:1].isupper() or w[:1] > "\u0590" for w in words)


def _name_word(word: str) -> bool:
    first = word.lstrip("'’‘\"“(")[:1]
    return (
        first.isupper()
        or first > "\u0590"
        or word.casefold().strip(".,") in PARTICLES
        or bool(re.match(r"[dlo]['’]", word))
    )


def is_handle(text: str) -> bool:
    """Whether `text` can be a writer's handle: one short word, as on a project's news."""
    return (
        bool(re.fullmatch(r"[\w.-]{2,20}", text))
        and any(c.isalpha() for c in text)
        and text.casefold() not in _NOT_NAMES
    )


def is_collective(text: str, vouched: bool) -> bool:
    """Whether `text` after "By" names a group: a paper or agency, or, beside a date or site, any few words."""
    words = text.split()
    if not 1 <= len(words) <= 6 or any(c.isdigit() for c in text) or re.search(r"[.!?:;,\"“”]", text):
        return False
    return words[0][:1].isupper() and (vouched or all(w[:1].isupper() for w in words))


def is_organisation(text: str) -> bool:
    """Whether `text` names a paper, an agency, a company: not a person."""
    return bool(_ORGANISATION.search(text)) or bool(
        re.search(r"[a-z][A-Z]{2,}|[a-z][A-Z][a-z]+$|\.(?:com|org|net|cz|de)\b", text)
    )
