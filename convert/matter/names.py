"""Names of people as bylines write them: one text becomes the names in it, or none where it is no list of names."""

from __future__ import annotations

import re

BY = re.compile(
    r"(?:by|von|par|por|di|da|door|av|af|autor|autorka|автор|text|texto|testo|texte|words|written by|story by|"
    r"posted by|reported by|scritto da|escrito por|geschrieben von|écrit par|napsal|autore|auteur|auctor|skrevet av|af)"
    r"(?:\s*:\s*|\s+)(?=\S)|(?:文|作者|著者|記者|撰文|글|기자)\s?[／/:：]\s?(?=\S)",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"\s*;\s*|\s*[,、，]\s*(?:and\s+|und\s+|et\s+|y\s+)?|\s+(?:and|und|et|y|e|i|и|og|och|en|ja|&|\+|with|mit|avec)\s+",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    """de da do dos das del della di du des la le van von der den ter ten zu zur zum of al el bin ibn ben y e af av
    st jr sr jr. sr. ii iii iv phd md esq""".split()
)
_NOT_NAMES = frozenset(
    """the a an and or for with from to in on at by your you our we it is are was how why what when where this that
    news staff editor editors comments comment share read more min photo image video save subscribe""".split()
)
_ORGANISATION = re.compile(
    r"\b(?:the|times|news|post|journal|magazine|review|press|media|agency|university|institute|gov|blog|daily|weekly|"
    r"today|network|company|inc|ltd|gmbh|corp|association|society|foundation|union|committee|department|office|"
    r"wikipedia|bbc|cnn|npr|reuters|associated|zeitung|verlag|journal|gazette|herald|tribune|guardian|observer)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\s*<[^<>@\s]+@[^<>\s]+>|\s*\([^()@\s]+@[^()\s]+\)|\s*\[[^\[\]@\s]+@[^\[\]\s]+\]")
_OLD_MAIL = re.compile(r"[\w.+-]+@[\w.-]+\s+\(([^()@]{2,60})\)")  # RFC 822's old form: address (Name)


def people(text: str) -> tuple[str, ...]:
    """The names in `text`, or () where some part of it is no name."""
    text = _ADDRESS.sub("", _OLD_MAIL.sub(r"\1", text)).strip(" .,;:|–—-")
    if not text or len(text) > 300:
        return ()
    parts = [p.strip(" .,") for p in _JOIN.split(text) if p.strip(" .,")]
    parts = _with_suffixes(parts)
    return tuple(parts) if parts and all(is_name(p) for p in parts) else ()


def _with_suffixes(parts: list[str]) -> list[str]:
    """'King, Jr.' is one name and not two; 'M.D.' belongs to whom it follows."""
    joined: list[str] = []
    for part in parts:
        if joined and re.fullmatch(r"(?:Jr|Sr|II|III|IV|Ed|Eds|Ph\.?D|M\.?D|Esq)\.?", part):
            joined[-1] += ", " + part
        else:
            joined.append(part)
    return joined


def is_name(text: str) -> bool:
    """Whether `text` can be one person's name: a few words, each large or a particle, no digits."""
    words = text.split()
    if not 1 <= len(words) <= 6 or any(c.isdigit() for c in text) or len(text) > 60:
        return False
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
        or word.casefold().strip(".,") in _PARTICLES
        or bool(re.match(r"[dlo]['’]", word))
    )


def is_handle(text: str) -> bool:
    """Whether `text` can be a writer's handle: one short word, as on a project's news."""
    return bool(re.fullmatch(r"[\w.-]{2,20}", text)) and not text.isdigit() and text.casefold() not in _NOT_NAMES


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
