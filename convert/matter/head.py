"""The head of an article without fields: title, kicker, standfirst, byline, date, in the order pages print them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from convert.matter import dates, fields, names
from convert.matter.draft import Draft, bare, joined, same
from convert.matter.imprint import imprint
from convert.rules.starts import BULLET
from convert.rules.words import KEYWORDS
from convert.text import Line

Chunk = list[Line]
ZONE = 60  # lines; a head that is longer is not one
_UNDERLINE = re.compile(r"=+|-+|~+|\*+|#+")
_SITE = re.compile(r"\s*\((?P<site>[^()]{2,80})\)\s*$")
_BAR = re.compile(r"\s+[|·•—–/]\s+|\s*\|\s*")
_STOP = re.compile(r"[.!?…:;,][\"”’')\]]*$")


def head(lines: Sequence[Line], draft: Draft) -> int:
    """Read what stands above the body into the draft; how many of `lines` it took."""
    chunks = _chunks(lines)
    if not chunks:
        return 0
    used = 0 if "title" in draft.values else _opening(chunks, draft)
    if not used and "title" not in draft.values:
        return 0
    taken = 0
    for i, chunk in enumerate(chunks):
        if i >= used:
            size = _credits(chunk, draft, after_title=i > 0 or used > 0 or _repeats(chunk, draft))
            if not size and i == used and used and len(chunks) > i + 1:
                size = int(_alone(chunk, draft))
            if not size and "authors" in draft.values and (count := imprint(chunks[i:], draft)):
                used, size = i + count, len(chunk)
            if not size:
                break
            if size < len(chunk):
                return chunk[size].number - lines[0].number
        taken = chunk[-1].number - lines[0].number + 1
    return taken


def _chunks(lines: Sequence[Line]) -> list[Chunk]:
    """The first few chunks of the text, as lists of lines."""
    chunks: list[Chunk] = [[]]
    for line in lines[:ZONE]:
        if not line.blank:
            chunks[-1].append(line)
        elif chunks[-1]:
            chunks.append([])
    return _by_apart([c for c in chunks if c][:9])


def _by_apart(chunks: list[Chunk]) -> list[Chunk]:
    """`chunks`, where a title page's lone "by" is joined to the name below it."""
    joined_up: list[Chunk] = []
    for chunk in chunks:
        above = joined_up[-1] if joined_up else []
        if len(above) == 1 and _only_by(above[0].text):
            joined_up[-1] = [chunk[0]._replace(text=f"{above[0].text} {chunk[0].text}"), *chunk[1:]]
        else:
            joined_up.append(chunk)
    return joined_up


def _only_by(text: str) -> bool:
    match = names.BY.match(f"{text} x")
    return match is not None and match.end() == len(text) + 1


# ---------------------------------------------------------------- title, kicker, standfirst


def _opening(chunks: list[Chunk], draft: Draft) -> int:
    """Say the title and what stands around it; how many chunks that took (0: the text opens with its body)."""
    if _overlined(chunks[0]):
        draft.take(chunks[0][0], "underline")
        return _say_title(chunks[0][1:2], chunks[0][1:], draft, "underlined")
    if _underlined(chunks[0]):
        return _say_title(chunks[0][:1], chunks[0], draft, "underlined")
    if len(chunks[0]) == 2 and same(chunks[0][0].text, chunks[0][1].text):
        return _say_title(chunks[0][:1], chunks[0], draft, "stated twice")
    credit = next((i for i, c in enumerate(chunks[:5]) if _is_credit(c)), 0)
    again = next((i for i, c in enumerate(chunks[1:4], 1) if same(c[0].text, chunks[0][0].text)), 0)
    if len(chunks) > 1 and _names_site(joined(chunks[0]), joined(chunks[1])):
        return _arrange(chunks[:2], draft, "that names its site")
    if again == 1:
        return _say_title(chunks[0], chunks[0], draft, "stated again below")
    if 0 < credit <= 4 and all(_can_open(c) for c in chunks[:credit]):
        return _arrange(chunks[:credit], draft, "above the byline")
    zone = _before_gap(chunks)
    if 0 < zone <= 3 and all(_can_open(c) for c in chunks[:zone]) and len(chunks) > zone:
        return _arrange(chunks[:zone], draft, "above a wide gap")
    if _is_title(chunks[0]) and len(chunks) > 1:
        return _say_title(chunks[0], chunks[0], draft, "the first line, alone")
    return 0


def _underlined(chunk: Chunk) -> bool:
    return (
        len(chunk) > 1
        and bool(_UNDERLINE.fullmatch(chunk[1].text))
        and len(chunk[1].text) > 2
        and not _UNDERLINE.fullmatch(chunk[0].text)
    )


def _overlined(chunk: Chunk) -> bool:
    """Whether a title stands between two equal lines of signs, as in reStructuredText."""
    return len(chunk) > 2 and chunk[0].text == chunk[2].text and len(chunk[0].text) > 3 and _underlined(chunk[1:])


def _before_gap(chunks: list[Chunk]) -> int:
    """How many chunks stand above the first gap of two blank lines or more, 0 where there is none among the first."""
    for i, (one, two) in enumerate(itertools.pairwise(chunks), 1):
        if two[0].number - one[-1].number > 2:
            return i
    return 0


def _can_open(chunk: Chunk) -> bool:
    """Whether a chunk may be a kicker, a title or a standfirst: short, one or two lines."""
    return len(chunk) <= 3 and len(joined(chunk)) <= 420 and not chunk[0].text.startswith((">", "- ", "* "))


def _is_title(chunk: Chunk) -> bool:
    text = joined(chunk)
    if len(chunk) > 2 or len(text) > 200 or len(text.split()) > 30 or KEYWORDS.match(text):
        return False
    return any(c.isalpha() for c in text) and not (_STOP.search(text) and not text.endswith(("?", "!", "…")))


def _arrange(chunks: list[Chunk], draft: Draft, why: str) -> int:
    """Share out one to three chunks: [kicker or site,] title [, standfirst]."""
    texts = [joined(c) for c in chunks]
    title = 0
    if len(chunks) > 2 or (len(chunks) == 2 and _is_kicker(texts[0], texts[1])):
        title = 1
        draft.say("kicker", texts[0], chunks[0][0].number, f"the line {why}, before the title")
        if names.is_organisation(texts[0]) or len(texts[0].split()) <= 5:
            draft.say("site", texts[0], chunks[0][0].number, "the line above the title")
    for line in (line for c in chunks[:title] for line in c):
        draft.take(line, "kicker")
    _say_title(chunks[title], chunks[title], draft, why)
    used = title + 1
    for chunk in chunks[title + 1 :]:
        if same(joined(chunk), draft.values["title"]):
            _take(chunk, draft, "title")
        elif "standfirst" in draft.values:
            break
        elif _is_subtitle(joined(chunk)) and "subtitle" not in draft.values:
            draft.say("subtitle", joined(chunk), chunk[0].number, f"a few words below the title, {why}")
            _take(chunk, draft, "subtitle")
        else:
            draft.say("standfirst", joined(chunk), chunk[0].number, f"the lines below the title, {why}")
            _take(chunk, draft, "standfirst")
        used += 1
    return used


def _is_kicker(first: str, second: str) -> bool:
    """Whether of two lines the first is a kicker and the second the title, not title and standfirst."""
    if _STOP.search(second) or len(second) > 200 or len(first.split()) > 5:
        return False
    if _names_site(first, second):
        return True
    paper = names.is_organisation(first) and not names.is_organisation(second)
    return paper or len(second) > len(first)


def _is_subtitle(text: str) -> bool:
    """Whether a line below the title is a second title: a few words and no sentence, as a standfirst is."""
    return len(text.split()) <= 8 and len(text) < 70 and not _STOP.search(text)


def _names_site(site: str, title: str) -> bool:
    """Whether a page's title ends in the name of its site: 'The Harbour Lights | The Almanac'."""
    return len(site) < 60 and title.endswith(site) and title.removesuffix(site).rstrip()[-1:] in tuple("-–—|:")


def _say_title(title: Chunk, chunk: Chunk, draft: Draft, why: str) -> int:
    text = re.sub(r"^(?:#+ |_|\*+ ?)|(?:_| ?\*+| #+)$", "", joined(title)).strip()
    draft.say("title", text or joined(title), title[0].number, why)
    _take(title, draft, "title")
    rest = chunk[len(title) :]
    size = _credits(rest, draft, after_title=True) if rest else 0
    for line in rest[size:]:
        draft.take(line, "head")
        if any(c.isalnum() for c in line.text):
            draft.say("extra", (("Note", line.text),), line.number, "below the title")
    return 1


def _take(chunk: Chunk, draft: Draft, into: str) -> None:
    for line in chunk:
        draft.take(line, into)


# ---------------------------------------------------------------- byline, date, fields


def _is_credit(chunk: Chunk) -> bool:
    """Whether a chunk opens with a byline or is a date, or names above a date: what ends the titles."""
    first = chunk[0].text
    if len(chunk) > 4 or len(first) > 200 or BULLET.match(first):
        return False
    if dates.stated(first) or _is_byline(first, chunk):
        return True
    date = next((i for i, line in enumerate(chunk) if dates.stated(line.text)), 0)
    return date > 0 and all(_names_someone(line.text, chunk) for line in chunk[:date])


def _is_byline(text: str, chunk: Chunk) -> bool:
    vouched = any(dates.stated(line.text) for line in chunk)
    return names.role(text) is not None or _byline(text, vouched) is not None


def _names_someone(text: str, chunk: Chunk) -> bool:
    who = _SITE.sub("", text) if len(text) < 250 else text
    return (
        bool(names.credited(who)[0])
        or names.is_handle(who)
        or names.is_organisation(who)
        or names.is_group(who)
        or _is_byline(text, chunk)
    )


def _credits(chunk: Chunk, draft: Draft, after_title: bool) -> int:
    """Take the lines at the top of `chunk` that credit: title again, byline, date, fields. How many they were."""
    if docinfo := _docinfo(chunk, draft):
        return docinfo
    if len(chunk) > 12:
        return 0
    stated = any(fields.entry(x) and fields.home(fields.entry(x)) for x in chunk)  # type: ignore[arg-type]  # not None
    dated = stated or any(dates.stated(x.text, draft.language) for x in chunk)
    for i, line in enumerate(chunk):
        if not (after_title and _credit(line, draft, dated)):
            return i
    return len(chunk)


def _docinfo(chunk: Chunk, draft: Draft) -> int:
    """Take a field list of reStructuredText, `:Author: A. Lee` a line, whole; how many lines it had."""
    if not all(line.text.startswith(":") or line.indent for line in chunk) or not (entries := fields.block(chunk)):
        return 0
    for entry in entries:
        fields.note(entry, draft)
    _take(chunk, draft, "field list")
    return len(chunk)


def _credit(line: Line, draft: Draft, beside_date: bool) -> bool:
    """Take one line if it credits; whether it does."""
    text = line.text
    if _UNDERLINE.fullmatch(text):
        draft.take(line, "underline")
        return True
    if _repeats([line], draft):
        draft.take(line, "title")
        return True
    return (
        _date(line, draft)
        or _field(line, draft)
        or _by(line, draft, beside_date)
        or _station(line, draft)
        or (beside_date and _name(line, draft))
    )


def _repeats(chunk: Chunk, draft: Draft) -> bool:
    """Whether a chunk's first line is the title again, or the title without what was stated as its second line."""
    title, text = draft.values.get("title", ""), chunk[0].text
    if text.endswith((".", "。")) and not title.endswith((".", "。")):
        return False  # a first sentence
    if same(text, title):
        return True
    return len(bare(text)) > 8 and len(text) < len(title) <= 300 and bare(title).startswith(bare(text))


def _field(line: Line, draft: Draft) -> bool:
    found = fields.entry(line)
    if found is None or not fields.home(found) or len(found.value) > 300:
        return False
    if found.key.casefold() in ("by", "von", "par", "from", "to", "source", "link") or fields.home(found) == "role":
        return False
    fields.note(found, draft)
    draft.take(line, f"field {found.key}")
    return True


def _date(line: Line, draft: Draft) -> bool:
    found = draft.stated(line.text)
    if not found:
        return False
    _say_dates(found, line, draft)
    draft.take(line, "date")
    return True


def _say_dates(found: dates.Stated, line: Line, draft: Draft) -> None:
    draft.say_date("date", found.published, line.number, "a line that is a date")
    draft.say_date("modified", found.modified, line.number, "a line that is a date")
    if found.reading:
        draft.say("extra", (("Reading time", found.reading),), line.number, "beside the date")


class Byline(NamedTuple):
    """A line that credits, taken apart."""

    authors: tuple[str, ...]
    parts: tuple[str, ...]  # what else it says: a date, a paper, another part
    site: str


def _byline(text: str, vouched: bool = False) -> Byline | None:
    """The line taken apart where it begins with "By", or parts a name from a date with a bar; else None."""
    if len(text) > 250:
        return None
    site = _SITE.search(text)
    first, *more = _parts(_SITE.sub("", text) if site else text)
    if dates.stated(first) and more:  # the date before the name
        first, more = more[0], [first, *more[1:]]
    match = names.BY.match(first)
    who = first[match.end() :] if match else first
    dated = any(dates.stated(part) for part in more)
    if not match and not dated:
        return None
    authors, station = names.credited(who)
    if match and first[: match.end()].strip().casefold() in _FAINT and not (vouched or dated or site):
        authors = authors if all(" " in name for name in authors) and not station else ()
    if authors:
        return Byline(authors, (*more, station), site["site"] if site else "")
    group = match and names.is_collective(who, vouched or dated or bool(site))
    if group or names.is_handle(who):
        return Byline((who,), tuple(more), site["site"] if site else "")
    return None


_FAINT = frozenset("de da di do af av par por a από του της text words".split())  # small words that open titles as well


def _parts(text: str) -> list[str]:
    """A byline parted at bars, before another's part, and around its date: 'By A. Lee', '2 March 2017'."""
    parts = [p for part in _BAR.split(text) for p in names.ROLE_AHEAD.split(part) if p.strip(" -–—|")]
    return [p for part in parts for p in _around_date(part)] or [text]


def _around_date(text: str) -> list[str]:
    """`text` in two where it holds a date beside a byline: 'Posted by A. Lee on 2 March 2017'."""
    if not any(c.isdigit() for c in text) or dates.stated(text):
        return [text]
    by = next((m for m in _BY_INSIDE.finditer(text) if dates.stated(text[: m.start()])), None)
    if by:
        return [text[: by.start()], text[by.end() :]]
    start = next((m for m in _DATE_AHEAD.finditer(text) if dates.stated(text[m.end() :])), None)
    if start and names.BY.match(text):
        return [text[: start.start()], text[start.end() :]]
    return [text]


_BY_INSIDE = re.compile(r",?\s+(?=(?:by|von|par|por|di|door|av|af)\s)", re.IGNORECASE)
_DATE_AHEAD = re.compile(r"(?:,|\s+[–—-])?\s+(?:on\s+|am\s+|le\s+|el\s+|il\s+|op\s+)?", re.IGNORECASE)


def _by(line: Line, draft: Draft, beside_date: bool) -> bool:
    """A line that begins with "By" or another's part, or parts a name from a date with a bar."""
    if names.role(line.text):
        for part in _parts(line.text):
            _say_part(part, line, draft)
        draft.take(line, "byline")
        return True
    found = _byline(line.text, beside_date)
    if not found:
        return False
    if found.site:
        _say_site(found.site, line, draft)
    draft.say("authors", found.authors, line.number, "the byline")
    for part in found.parts:
        _say_part(part, line, draft)
    draft.take(line, "byline")
    return True


def _say_part(part: str, line: Line, draft: Draft) -> None:
    """What a byline says besides its authors: a date, who did what else, a paper."""
    role = names.role(part)
    if found := draft.stated(part):
        _say_dates(found, line, draft)
    elif role:
        draft.say_part(role, line.number, "the byline")
    elif part.strip():
        draft.say("extra", (("Byline", part.strip()),), line.number, "the byline")


def _station(line: Line, draft: Draft) -> bool:
    """A line right below a byline that says where or for whom its author writes, or how long ago."""
    above = draft.taken[-1] if draft.taken else None
    words = len(line.text.split())
    if above is None or above.into != "byline" or words > 8 or _STOP.search(line.text) or KEYWORDS.match(line.text):
        return False
    next_line = line.number - above.line == 1
    if not (
        _AGO.fullmatch(line.text) or names.is_office(line.text) or (next_line and names.is_organisation(line.text))
    ):
        return False
    draft.say("extra", (("Byline", line.text),), line.number, "below the byline")
    draft.take(line, "byline")
    return True


_AGO = re.compile(
    r"(?:(?:posted|published|updated) )?(?:about )?(?:\d{1,3}|an?) (?:minutes?|hours?|days?|weeks?|months?|"
    r"years?) ago|yesterday|today"
    r"|(?:vor|hace|il y a|há) \d{1,3} \w{1,10}|\d{1,3} (?:dagen|uur|timmar|dagar|giorni|ore) (?:geleden|"
    r"sedan|fa)|gestern|hier|ayer|ieri",
    re.IGNORECASE,
)


def _say_site(text: str, line: Line, draft: Draft) -> None:
    """The site in a byline's brackets, its address first: 'example.org - Home - A Name' is example.org."""
    first, *more = re.split(r"\s+[-–—|]\s+", text)
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", first):
        draft.say("site", text, line.number, "beside the byline")
        return
    draft.say("site", first, line.number, "beside the byline")
    rest = [part for part in more if part.casefold() != "home" and part not in line.text.replace(text, "")]
    if rest:
        draft.say("extra", (("Site", " – ".join(rest)),), line.number, "beside the byline")


def _with_paper(who: str, paper: str, draft: Draft) -> bool:
    """Whether a line 'who, paper' names a writer and a paper: the paper is known as one, or the writer is a handle."""
    if not who or not (names.people(who) or names.is_handle(who) or names.is_group(who)):
        return False
    known = names.is_organisation(paper) or draft.values.get("site") == paper
    return known or (paper[:1].isupper() and len(paper.split()) < 4 and not names.people(who))


def _name(line: Line, draft: Draft) -> bool:
    """A line beside a date or a field that is nothing but names, perhaps with a paper: 'Ann Lee, The Gazette'."""
    if len(line.text) > 250:
        return False
    text = _SITE.sub("", line.text)
    found = _SITE.search(line.text)
    who, paper = _who_paper(text)
    if found:
        _say_site(found["site"], line, draft)
    authors, station = names.credited(text)
    if _with_paper(who, paper, draft):
        draft.say("authors", names.people(who) or (who,), line.number, "the name above the date")
        draft.say("site", paper, line.number, "after the name")
    elif names.is_organisation(text) and len(text) < 60 and not names.is_group(text):
        draft.say("site", text, line.number, "above the date")
    elif authors or names.is_handle(text) or names.is_group(text):
        draft.say("authors", authors or (text,), line.number, "the name beside the date")
        draft.say("extra", (("Byline", station),) if station else (), line.number, "after the name")
    else:
        return False
    draft.take(line, "byline")
    return True


def _who_paper(text: str) -> tuple[str, str]:
    """'Ann Lee, The Gazette' in two; 'Inc.' belongs to the paper."""
    who, _, paper = text.rpartition(", ")
    if re.fullmatch(r"(?:Inc|Ltd|LLC|Corp)\.?", paper) and ", " in who:
        who, _, first = who.rpartition(", ")
        paper = f"{first}, {paper}"
    return who, paper


def _alone(chunk: Chunk, draft: Draft) -> bool:
    """Take a line that stands alone below the title and is nothing but names.

    Headings look the same, so it is a byline only if the foot of the text says who that is, or if it names a paper as
    well, below an underlined title: a heading would be underlined, too.
    """
    text = chunk[0].text
    if len(chunk) > 1 or "authors" in draft.values or len(text) > 90 or KEYWORDS.match(text):
        return False
    who, paper = _who_paper(text)
    found = names.people(who)
    if draft.origins["title"].why == "underlined" and _are_full(found) and all(w[:1].isupper() for w in paper.split()):
        draft.say("site", paper, chunk[0].number, "after the name")
    elif not (_are_full(found := names.people(text)) and _at_foot(found, draft)):
        return False
    draft.say("authors", found, chunk[0].number, "the name below the title")
    _take(chunk, draft, "byline")
    return True


def _are_full(who: tuple[str, ...]) -> bool:
    """Whether each of `who` has more names than one."""
    return bool(who) and all(" " in name for name in who)


def _at_foot(who: tuple[str, ...], draft: Draft) -> bool:
    """Whether the last lines of the text tell who `who` are, or give them the rights."""
    signs = re.compile(
        rf"^\W{{0,3}}(?:about |über |à propos de |sobre |©.{{0,12}}|copyright.{{0,12}})?{re.escape(who[0])}"
        r"(?:$|[:,.]| (?:is|was|writes|lives|works|ist|war|lebt|schreibt|est|vit|es|è|vive|scrive|escribe|é|är|er)\b)",
        re.IGNORECASE,
    )
    return any(signs.match(line.text) for line in draft.lines[-30:] if line.number > 12)
