"""The lines that credit, right below a title: byline, other parts, date, fields, in the shapes people give them."""

from __future__ import annotations

import re
from typing import NamedTuple

from convert.matter import dates, fields, kinds, names
from convert.matter.draft import Draft, same
from convert.matter.kinds import is_kind
from convert.rules.starts import BULLET
from convert.rules.words import KEYWORDS
from convert.text import Line, bare

Chunk = list[Line]
UNDERLINE = re.compile(r"=+|-+|~+|\*+|#+")
_SITE = re.compile(r"\s*\((?P<site>[^()]{2,80})\)\s*$")
_BAR = re.compile(r"\s+[|·•—–/]\s+|\s*\|\s*")
STOP = re.compile(r"[.!?…:;,][\"”’')\]]*$")


def is_credit(chunk: Chunk) -> bool:
    """Whether a chunk opens with a byline or is a date, or names above a date: what ends the titles."""
    first = chunk[0].text
    if len(chunk) > 4 or len(first) > 200 or BULLET.match(first):
        return False
    if dates.stated(first) or is_byline(first, chunk) or _inline(first) is not None:
        return True
    date = next((i for i, line in enumerate(chunk) if dates.stated(line.text)), 0)
    return date > 0 and all(_names_someone(line.text, chunk) for line in chunk[:date])


def is_byline(text: str, chunk: Chunk) -> bool:
    vouched = any(dates.stated(line.text) for line in chunk)
    return names.role(text) is not None or _byline(text, vouched) is not None


def _names_someone(text: str, chunk: Chunk) -> bool:
    who = _SITE.sub("", text) if len(text) < 250 else text
    return (
        bool(names.credited(who)[0])
        or names.is_handle(who)
        or names.is_organisation(who)
        or names.is_group(who)
        or is_byline(text, chunk)
    )


def credits(chunk: Chunk, draft: Draft, after_title: bool) -> int:
    """Take the lines at the top of `chunk` that credit: title again, byline, date, fields. How many they were."""
    if docinfo := _docinfo(chunk, draft):
        return docinfo
    if len(chunk) > 12:
        return 0
    if after_title and _sheet(chunk, draft):
        return len(chunk)
    stated = any(fields.entry(x) and fields.home(fields.entry(x)) for x in chunk)  # type: ignore[arg-type]  # not None
    dated = stated or any(dates.stated(x.text, draft.language) for x in chunk)
    for i, line in enumerate(chunk):
        if not (after_title and _credit(line, draft, dated)):
            return i
    return len(chunk)


def _sheet(chunk: Chunk, draft: Draft) -> bool:
    """Take a block of fields, some of which we do not know, where none says a sentence and one tells the date."""
    entries = [entry for line in chunk if (entry := fields.entry(line)) and len(entry.value) < 80]
    dated = any(fields.home(e) == "date" and draft.dated(e.value) for e in entries)
    if len(entries) < max(2, len(chunk)) or not dated or any(STOP.search(e.value) for e in entries):
        return False
    for entry in entries:
        fields.note(entry, draft)
    take_all(chunk, draft, "fields")
    return True


def _docinfo(chunk: Chunk, draft: Draft) -> int:
    """Take a field list of reStructuredText, `:Author: A. Lee` a line, whole; how many lines it had."""
    if not all(line.text.startswith(":") or line.indent for line in chunk) or not (entries := fields.block(chunk)):
        return 0
    for entry in entries:
        fields.note(entry, draft)
    take_all(chunk, draft, "field list")
    return len(chunk)


def _credit(line: Line, draft: Draft, beside_date: bool) -> bool:
    """Take one line if it credits; whether it does."""
    text = line.text
    if UNDERLINE.fullmatch(text):
        draft.take(line, "underline")
        return True
    if repeats([line], draft):
        draft.take(line, "title")
        return True
    return (
        date_line(line, draft)
        or _inline_fields(line, draft)
        or _field(line, draft)
        or _by(line, draft, beside_date)
        or _station(line, draft)
        or (beside_date and _name(line, draft))
    )


def repeats(chunk: Chunk, draft: Draft) -> bool:
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


_INLINE = re.compile(r"(?:^|\s)(来源|來源|作者|记者|記者|编辑|編輯|责任编辑|責任編輯|出典)\s?[:：]\s?(\S{2,20})")


def _inline(text: str) -> list[re.Match[str]] | None:
    """The fields in a line that is nothing but a date and fields, as Chinese papers set it; None where it is not."""
    found = list(_INLINE.finditer(text)) if len(text) < 120 else []
    rest = _INLINE.sub(" ", text).strip() if found else ""
    return found if found and (not rest or dates.stated(rest)) else None


def _inline_fields(line: Line, draft: Draft) -> bool:
    found = _inline(line.text)
    if not found:
        return False
    if stated := draft.stated(_INLINE.sub(" ", line.text).strip()):
        _say_dates(stated, line, draft)
    for match in found:
        key = "作者" if match[1] in ("记者", "記者") else match[1].removeprefix("责任").removeprefix("責任")
        fields.note(fields.Entry(key, match[2], (line,)), draft)
    draft.take(line, "byline")
    return True


def date_line(line: Line, draft: Draft) -> bool:
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


_LINK = re.compile(r"\[([^\[\]]{2,60})\]\(([^()\s]{1,150})\)")  # Markdown's


class Byline(NamedTuple):
    """A line that credits, taken apart."""

    authors: tuple[str, ...]
    parts: tuple[str, ...]  # what else it says: a date, a paper, another part
    site: str


def _byline(text: str, vouched: bool = False) -> Byline | None:
    """The line taken apart where it begins with "By", or parts a name from a date with a bar; else None."""
    if len(text) > 250:
        return None
    links = tuple(m[2] for m in _LINK.finditer(text))
    text = _LINK.sub(r"\1", text)
    site = _SITE.search(text)
    first, *more = _parts(_SITE.sub("", text) if site else text)
    if dates.stated(first) and more:  # the date before the name
        first, more = more[0], [first, *more[1:]]
    if (after := names.AFTER.fullmatch(first)) and (authors := names.people(after["who"])):
        return Byline(authors, (*more, *links), site["site"] if site else "")
    if (kind := kinds.BY.match(first)) and (authors := names.people(first[kind.end() :])) and are_full(authors):
        return Byline(authors, (kind["kind"], *more, *links), site["site"] if site else "")
    match = names.BY.match(first)
    who = first[match.end() :] if match else first
    dated = any(dates.stated(part) for part in more)
    if not match and not dated:
        return None
    authors, station = names.credited(who)
    faint = match is not None and first[: match.end()].strip().casefold() in _FAINT
    if faint and not (vouched or dated or site):
        authors = authors if all(" " in name for name in authors) and not station else ()
    if authors:
        return Byline(authors, (*more, station, *links), site["site"] if site else "")
    group = match and (not faint or names.is_group(who)) and names.is_collective(who, vouched or dated or bool(site))
    if group or names.is_handle(who):
        return Byline((who,), (*more, *links), site["site"] if site else "")
    return None


def _signed(line: Line, draft: Draft) -> Byline | None:
    """`name, date` or `date, name` right below the title: a full name, and none that opens like a place's."""
    title = draft.origin_line("title")
    if not 0 < line.number - title < 4 or len(line.text) > 120:
        return None
    text = line.text.strip("()")
    for match in _COMMA.finditer(text):
        one, two = text[: match.start()], text[match.end() :]
        who, date = (two, one) if dates.stated(one) else (one, two)
        authors = names.people(who)
        full = are_full(authors) or (bool(authors) and who > "\u2e80")
        place = who.isupper() or who.split(" ")[0].casefold() in PLACES
        if full and dates.stated(date) and not place:
            return Byline(authors, (date,), "")
    return None


_COMMA = re.compile(r",\s+|\s+[–—-]\s+|(?<=[日\d])\s+(?=[\u2e80-\u9fff\uac00-\ud7af]{2,6}$)")
PLACES = frozenset(
    """new san santa los las saint st st. fort port mount mt. north south east west el la le cape lake hong washington
    buenos rio tel addis abu kuala mexico bad sankt são são saint-denis great little upper lower nova monte""".split()
)
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
    found = _byline(line.text, beside_date) or _signed(line, draft)
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
    elif is_kind(part) and "subtitle" not in draft.values:
        draft.say("subtitle", part, line.number, "what kind of text it is, in the byline")
    elif part.strip():
        draft.say("extra", (("Byline", part.strip()),), line.number, "the byline")


def _station(line: Line, draft: Draft) -> bool:
    """A line right below a byline that says where or for whom its author writes, or how long ago."""
    above = draft.taken[-1] if draft.taken else None
    words = len(line.text.split())
    if above is None or above.into != "byline" or words > 8 or STOP.search(line.text) or KEYWORDS.match(line.text):
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
    if len(line.text) > 250 or KEYWORDS.match(line.text):
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


def alone(chunk: Chunk, draft: Draft) -> bool:
    """Take a line that stands alone below the title and is nothing but names.

    Headings look the same, so it is a byline only if the foot of the text says who that is, or if it names a paper as
    well, below an underlined title: a heading would be underlined, too.
    """
    text = chunk[0].text
    if len(chunk) > 1 or "authors" in draft.values or len(text) > 90 or KEYWORDS.match(text):
        return False
    if "title" not in draft.values:
        return False  # nothing stands below one: what was taken above is a notice of a release, say
    who, paper = _who_paper(text)
    found = names.people(who)
    if draft.origins["title"].why == "underlined" and are_full(found) and all(w[:1].isupper() for w in paper.split()):
        draft.say("site", paper, chunk[0].number, "after the name")
    elif not (are_full(found := names.people(text)) and _at_foot(found, draft)):
        return False
    draft.say("authors", found, chunk[0].number, "the name below the title")
    take_all(chunk, draft, "byline")
    return True


def are_full(who: tuple[str, ...]) -> bool:
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


def take_all(chunk: Chunk, draft: Draft, into: str) -> None:
    for line in chunk:
        draft.take(line, into)
