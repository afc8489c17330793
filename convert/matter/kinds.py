"""The kinds of texts that title pages name below the title: 'Novelle', 'A Tale', 'Рассказ', 'Roman von Ida Vogt'."""

from __future__ import annotations

import re

_ONE = """\
novel|novella|novelette|short story|story|tale|fairy tale|romance|fable|sketch|poem|poems|verses|ballad|essay|play|
radio play|comedy|tragedy|drama|farce|memoir|monologue|dialogue|lecture|novelle|erzählung|kurzgeschichte|roman|märchen|
skizze|gedicht|gedichte|ballade|hörspiel|schauspiel|lustspiel|trauerspiel|drama|aufsatz|reportage|nouvelle|conte|récit|
poème|poèmes|poésies|essai|comédie|tragédie|drame|racconto|romanzo|fiaba|favola|poesia|poesie|saggio|commedia|novela|
cuento|relato|poema|poemas|poesía|ensayo|comedia|reportaje|crónica|conto|romance|ensaio|crônica|verhaal|gedicht|
gedichten|opstel|berättelse|dikt|dikter|fortælling|fortelling|digt|digte|kertomus|runo|runoja|novelli|romaani|рассказ|
повесть|роман|сказка|очерк|стихи|стихотворение|поэма|пьеса|комедия|драма|эссе|оповідання|повість|opowiadanie|powieść|
nowela|wiersz|wiersze|bajka|szkic|povídka|román|báseň|básně|pohádka|fejeton|elbeszélés|regény|novella|vers|versek|
povestire|nuvelă|poezii|öykü|hikâye|şiir|cerpen|truyện ngắn|truyện|tiểu thuyết|
διήγημα|μυθιστόρημα|ποίημα|ποιήματα|قصة|رواية|قصيدة|סיפור|שיר|短編小説|
短篇小说|短篇小說|小説|小说|小說|随筆|散文|詩|诗|소설|단편소설|수필|시""".replace("\n", "")
_MANY = (
    "stories|short stories|tales|sketches|fables|essays|erzählungen|geschichten|märchen|contes|récits|nouvelles|cuentos"
)
_ARTICLE = r"(?:(?:an?|the|eine?|une?|una?|uno|een|ett?|en|egy) )?"
_SORT = r"(?:[^\W\d_][\w’'-]{1,14} )?"
_KIND = re.compile(rf"{_ARTICLE}{_SORT}(?:{_ONE}|{_MANY})(?: (?:in|en|i|в) \w{{2,8}} \w{{3,10}})?[.:]?", re.IGNORECASE)
_OF = r"(?:de|di|av|af|του|της|của|by|von|par|por|door|da)"
BY = re.compile(  # of many, 'de' may say where from: 'Récits de Haute Provence'
    rf"(?P<kind>{_ARTICLE}{_SORT}(?:(?:{_ONE})(?= {_OF} )|(?:{_MANY})(?= (?:by|par|por) ))) {_OF} "
    r"(?-i:(?=[^\W\d_a-zß-öø-ÿ]))",
    re.IGNORECASE,
)
_OPENS = re.compile(
    rf"{_ARTICLE.removesuffix('?')}{_SORT}(?:{_ONE}|{_MANY})\b"
    rf"|(?:{_ONE}|{_MANY}) (?:{_OF}|of|from|about|aus|über|sur) ",
    re.IGNORECASE,
)


def is_kind(text: str) -> bool:
    """Whether a line says nothing but what kind of text this is."""
    return len(text) < 60 and _KIND.fullmatch(text) is not None


def says_kind(text: str) -> bool:
    """Whether a line is or begins with what kind of text this is, as second titles do: 'A Tale of the Coast'."""
    return is_kind(text) or _OPENS.match(text) is not None
