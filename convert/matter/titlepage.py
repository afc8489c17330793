"""The page that a book, a story or a poem opens with: its author above or below the title, and its year.

No word says that these are an author and a year; how they stand does. A heading stands nearer to what is below it than
to what is above it; what stands otherwise belongs to the title. What may be a name is none where the text uses its
words as common words, or tells of whom it names.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from convert.matter import dates, fields, names
from convert.matter.credits import PLACES, is_byline
from convert.matter.draft import Draft
from convert.matter.imprint import number as year_number
from convert.matter.kinds import is_kind, says_kind
from convert.rules.words import KEYWORDS
from convert.text import Line

Chunk = list[Line]
READ = 600  # lines of the text that are asked about a name or a year
FOOT = 8  # lines, at most, in which it may tell of its author
_YEAR = re.compile(
    r"(?:(?P<place>[^\W\d_][\w.’' -]{2,30}), )?[(\[]?(?P<year>1[4-9]\d\d|20\d\d|M[DCLXVI]{2,14})[)\]]?\.?"
)
_ABSTRACT = re.compile(
    r"(?:abstract|summary|keywords|zusammenfassung|kurzfassung|résumé|resumen|riassunto|resumo|samenvatting|"
    r"sammanfattning|streszczenie|abstrakt|аннотация|要旨|摘要|초록)(?:[.:：—–-].{0,500})?",
    re.IGNORECASE,
)
_NO_NAMES = frozenset(
    """ein eine das die der un une una le la les el los las il lo the a an miss mrs mr uncle aunt mother father king
    queen sir lady lord captain saint herr frau tante onkel madame monsieur don doña signor signora part book volume
    chapter edition version draft report guide summary introduction notes history works poems stories essays letters
    tales selected collected complete first second third new old final teil band buch ausgabe fassung auflage bericht
    erster zweiter dritter neue partie tome livre édition rapport parte tomo libro edición edizione informe capítulo
    capitolo libri
    deel boek verslag del bok utgåva часть книга том глава издание część tom księga wydanie část kniha díl
    vydání""".split()
)
_COMMON = frozenset(  # some people bear one of them as a name, few bear two
    """north south east west northern southern eastern western great little big small black white green blue red golden
    silver grey gray dark bright high low upper lower deep long short young early late winter summer spring autumn
    morning evening night day light lights shadow shadows house home street road bridge gate tower harbour harbor river
    sea lake island islands mountain valley forest garden field city town village church station school war peace love
    death life world time king's water fire wind storm snow rain sun moon star stars sky stone iron wood tea coffee
    bread wine songs proposal minutes news science art music food travel sport business politics
    opinion culture""".split()
)
_HAN_NAME = re.compile(
    r"[\u3005\u4e00-\u9fff]{3,5}|[\u3005\u4e00-\u9fff]{1,3}[ 　][\u3005\u3040-\u30ff\u4e00-\u9fff]{1,4}|[가-힣]{3,4}"
)
_HAN_MATTER = re.compile(r"[一二三四五六七八九十第章回節节部篇編编集話话巻卷記记録录論论詩诗歌説说語语文版年月日的之]")


def stands(chunks: Sequence[Chunk], i: int, draft: Draft) -> bool:
    """Whether the chunk at `i`, below a title, is its author's name or its year."""
    return (
        0 < i < len(chunks) - 1
        and len(chunks[i]) == 1
        and bool(_is_author(chunks, i, draft) or _year(chunks, i, draft))
    )


def take(chunks: Sequence[Chunk], i: int, draft: Draft) -> bool:
    """Note the author or the year that the chunk at `i` is; whether it was one."""
    if not 0 < i < len(chunks) - 1 or len(chunks[i]) > 1:
        return False
    line = chunks[i][0]
    if "authors" not in draft.values and _is_author(chunks, i, draft):
        draft.say("authors", _people(line.text), line.number, "the name below the title")
    elif (heard := _HEARD.fullmatch(line.text)) and (found := draft.dated(heard["when"])):
        draft.say_date("date", found, line.number, "when it was read to its hearers")
        draft.say("extra", (("Note", line.text.strip("[]()_*")),), line.number, "below the author")
    elif year := _year(chunks, i, draft):
        draft.say("date", year_number(year["year"]), line.number, "the year below the title")
        draft.say("extra", (("Imprint", year["place"]),) if year["place"] else (), line.number, "beside the year")
    else:
        return False
    draft.take(line, "imprint")
    return True


def parted(chunk: Chunk, draft: Draft) -> list[Chunk]:
    """A text's first lines in parts where one of two is its author and the other its title; [] where they are not."""
    told = _AUTHOR_TITLE.fullmatch(chunk[0].text) if len(chunk) < 3 and len(chunk[0].text) < 90 else None
    if told and is_kind(chunk[-1].text) and may_be_named(told["who"], draft, chunk[0].number):
        return [[chunk[0]._replace(text=told[name])] for name in ("who", "title")] + [[line] for line in chunk[1:]]
    if len(chunk) != 2 or len(chunk[0].text) > 60 or _goes_on(chunk[0].text):
        return []
    named = [may_be_named(line.text, draft, line.number) for line in chunk]
    return [[line] for line in chunk] if named[1] or (named[0] and not _like_names(chunk[1].text)) else []


_AUTHOR_TITLE = re.compile(r"(?P<who>(?:[^\W\d_][\w’'-]*\.? ){1,3}[^\W\d_][\w’'-]+)\. (?P<title>\S.{2,60})")


def _goes_on(text: str) -> bool:
    """Whether a line ends as the first of two lines of one title does: in a small word or a sign."""
    last = text.split()[-1]
    return (last.islower() and len(last) < 5) or text.endswith((",", ":", ";", "–", "—", "-"))


_HEARD = re.compile(
    r"[\[(_*]{0,3}(?:(?:a )?(?:paper|lecture|address|sermon|talk|speech) )?(?:read|delivered|presented|given|preached) "
    r"(?:before|to|at|in|on)\b(?P<when>[^.;!?]{5,110}\d{4})\.?[\])_*]{0,3}",
    re.IGNORECASE,
)


def author_above(chunks: Sequence[Chunk], draft: Draft) -> bool:
    """Note the author that a title page names above the title; whether it does.

    Of two lines the first is the author where only the second is in capitals, or the second is no name. What is below
    must stand apart.
    """
    if len(chunks) < 3 or len(chunks[0]) > 1 or len(chunks[1]) > 2:
        return False
    who, title = chunks[0][0], chunks[1][0].text
    if not may_be_named(who.text, draft, who.number) or says_kind(title) or KEYWORDS.match(title):
        return False
    if any(is_byline(c[0].text, c) and not names.role(c[0].text) for c in chunks[1:4]):
        return False
    apart = next((i for i in (1, 2, 3) if i + 1 < len(chunks) and _below(chunks, i) > 2), 0)
    apart = apart or int(_below(chunks, 0) == 1 < _below(chunks, 1))
    told = (title.isupper() and not who.text.isupper()) or not _like_names(title)
    if not apart or not told or _below(chunks, 0) > 2 + 2 * (apart == 1):
        return False
    draft.say("authors", _people(who.text), who.number, "the name above the title")
    draft.take(who, "byline")
    return True


def _is_author(chunks: Sequence[Chunk], i: int, draft: Draft) -> bool:
    """Whether a line is a name that stands with the title: nearer than to what is below, or above a date."""
    below = chunks[i + 1]
    firm = (
        _apart(chunks, i)
        or _below(chunks, i) > _below(chunks, i - 1) == 1
        or _dated(chunks, i + 1)
        or bool(_ABSTRACT.fullmatch(below[0].text))
    )
    return firm and may_be_named(chunks[i][0].text, draft, chunks[i][0].number)


def _year(chunks: Sequence[Chunk], i: int, draft: Draft) -> re.Match[str] | None:
    """A line that is a year, perhaps after a place: it ends the title page, and no other line of the text is one."""
    line = chunks[i][0]
    year = _YEAR.fullmatch(line.text) if len(line.text) < 50 else None
    if year is None or not year_number(year["year"]) or (year["place"] and not _place(year["place"])):
        return None
    centred = line.indent > 7 and chunks[i - 1][0].indent > 7 and not year["place"]
    if not _apart(chunks, i) and not centred and not _ABSTRACT.fullmatch(chunks[i + 1][0].text):
        return None
    others = (x for x in itertools.islice(draft.lines, READ) if x.number != line.number and len(x.text) < 50)
    return None if any(_YEAR.fullmatch(x.text) for x in others) else year


def _dated(chunks: Sequence[Chunk], i: int) -> bool:
    """Whether the chunk at `i` is a date, or a year that stands apart."""
    text = chunks[i][0].text
    if len(chunks[i]) > 1 or len(text) > 60:
        return False
    apart = i + 1 < len(chunks) and (_apart(chunks, i) or bool(_ABSTRACT.fullmatch(chunks[i + 1][0].text)))
    return bool(dates.stated(text)) or (apart and _YEAR.fullmatch(text) is not None)


def _apart(chunks: Sequence[Chunk], i: int) -> bool:
    """Whether a chunk stands nearer to what is above it than to what is below, across two blank lines or more."""
    return i + 1 < len(chunks) and _below(chunks, i) > max(2, _below(chunks, i - 1))


def _below(chunks: Sequence[Chunk], i: int) -> int:
    """How many lines on the next chunk begins."""
    return chunks[i + 1][0].number - chunks[i][-1].number


def _place(text: str) -> bool:
    words = text.split()
    return len(words) < 4 and all(w[:1].isupper() for w in words) and not KEYWORDS.match(text)


def _people(text: str) -> tuple[str, ...]:
    """The names in a line that is nothing but full names."""
    if len(text) > 90 or KEYWORDS.match(text) or is_kind(text) or names.is_organisation(text) or names.BY.match(text):
        return ()
    text = _SIGNS.sub("", text)
    if text > "\u2e80":
        return (text,) if _HAN_NAME.fullmatch(text) and not _HAN_MATTER.search(text) else ()
    who = names.people(text)
    return who if all(_is_full(name) for name in who) else ()


_SIGNS = re.compile(r"^[–—-]{1,3}\s*|(?<=\w)[*∗†‡§¶¹²³⁴-⁹]{1,3}(?!\w)")  # before the name; of its notes, after it


def _like_names(title: str) -> bool:
    """Whether a title could be names as well, as two large words can."""
    return bool(_people(title) if title.isupper() else names.people(title))


def _is_full(name: str) -> bool:
    """Whether a name has more parts than one: a letter without its point is a small word of a title in capitals."""
    words = name.split()
    large = all(w[0].isupper() or w[0] > "\u0590" for w in (words[0], words[-1]))
    if len(words) < 2 or not large or any(len(w) < 2 for w in words):
        return False
    if all(w.casefold() in _COMMON for w in words):
        return False
    return words[0].casefold() not in PLACES and not _NO_NAMES & set(name.casefold().split())


def may_be_named(text: str, draft: Draft, number: int) -> bool:
    """Whether a line is names, and the text neither uses their words as common ones nor tells of who bears them.

    `number`: of the line it stands on.
    """
    who = _people(text)
    if not who or (who[0].upper() == who[0].lower() and who[0] < "\u2e80" and not text.startswith(("-", "–", "—"))):
        return False  # a script without capitals does not tell names from words; a dash before them does
    words = {w for name in who for w in re.findall(r"[^\W\d_]{3,}", name) if w.casefold() not in names.PARTICLES}
    last = {name.split()[-1].casefold() for name in who}
    count = len(draft.lines)
    body = draft.lines[: min(READ, count - min(FOOT, count // 8))]
    return not any(_tells_of(words, last, x.text) for x in body if x.number != number and not _credits(x, text))


def _credits(line: Line, name: str) -> bool:
    """Whether a line is the name again, after a word or two: 'Author: Maren Holt'."""
    entry = fields.entry(line) if len(line.text) < 120 else None
    return (line.text.endswith(name) and len(line.text) < len(name) + 20) or bool(
        entry and fields.home(entry) == "authors"
    )


def _tells_of(words: Iterable[str], last: set[str], text: str) -> bool:
    found = set(re.findall(r"[^\W\d_]{2,}", text[:2000]))
    return bool({w.casefold() for w in words} & found) or bool(last & {w.casefold() for w in found})
