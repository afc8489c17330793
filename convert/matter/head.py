"""The head of an article without fields: title, kicker, standfirst, byline, date, in the order pages print them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from convert.article import Remark
from convert.matter import dates, fields, names
from convert.matter.draft import Draft, joined, same
from convert.rules.starts import BULLET
from convert.rules.words import KEYWORDS
from convert.text import Line

Chunk = list[Line]
LONGEST = 420  # characters; what credits is shorter
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
            size = _credits(chunk, draft, after_title=i > 0 or used > 0)
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
    if _underlined(chunks[0]):
        return _say_title(chunks[0][:1], chunks[0], draft, "underlined")
    if len(chunks[0]) == 2 and same(chunks[0][0].text, chunks[0][1].text):
        return _say_title(chunks[0][:1], chunks[0], draft, "stated twice")
    credit = next((i for i, c in enumerate(chunks[:5]) if _is_credit(c)), 0)
    again = next((i for i, c in enumerate(chunks[1:4], 1) if same(c[0].text, chunks[0][0].text)), 0)
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
        else:
            draft.say("standfirst", joined(chunk), chunk[0].number, f"the lines below the title, {why}")
            _take(chunk, draft, "standfirst")
        used += 1
    return used


def _is_kicker(first: str, second: str) -> bool:
    """Whether of two lines the first is a kicker and the second the title, not title and standfirst."""
    return len(first.split()) <= 5 and len(second) > len(first) and not _STOP.search(second) and len(second) <= 200


def _say_title(title: Chunk, chunk: Chunk, draft: Draft, why: str) -> int:
    text = re.sub(r"^(?:#+ |_|\*+ ?)|(?:_| ?(?<!\*)\*+| #+)$", "", joined(title)).strip()
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
    """Whether a chunk opens with a byline or is a date: what ends the titles."""
    first = chunk[0].text
    if len(chunk) > 4 or len(first) > 200 or BULLET.match(first):
        return False
    return bool(_byline(first)) or bool(dates.whole(first)) or bool(_with_date(first))


def _credits(chunk: Chunk, draft: Draft, after_title: bool) -> int:
    """Take the lines at the top of `chunk` that credit: title again, byline, date, fields. How many they were."""
    if len(chunk) > 12:
        return 0
    stated = any(fields.entry(x) and fields.home(fields.entry(x)) for x in chunk)  # type: ignore[arg-type]  # not None
    dated = stated or any(dates.whole(x.text, draft.language) for x in chunk)
    for i, line in enumerate(chunk):
        if not (after_title and _credit(line, draft, dated)):
            return i
    return len(chunk)


def _credit(line: Line, draft: Draft, beside_date: bool) -> bool:
    """Take one line if it credits; whether it does."""
    text = line.text
    if _UNDERLINE.fullmatch(text):
        draft.take(line, "underline")
        return True
    if same(text, draft.values.get("title", "")):
        draft.take(line, "title")
        return True
    if len(text) > LONGEST:
        return False
    return _field(line, draft) or _date(line, draft) or _by(line, draft) or (beside_date and _name(line, draft))


def _field(line: Line, draft: Draft) -> bool:
    found = fields.entry(line)
    if found is None or not fields.home(found) or len(found.value) > 300:
        return False
    if found.key.casefold() in ("by", "von", "par", "from", "to", "source", "link"):
        return False
    fields.note(found, draft)
    draft.take(line, f"field {found.key}")
    return True


def _date(line: Line, draft: Draft) -> bool:
    found = dates.whole(line.text, draft.language)
    if not found:
        return False
    _say_date(found, line, draft)
    draft.take(line, "date")
    return True


def _say_date(found: dates.Dated, line: Line, draft: Draft) -> None:
    draft.say("date", found.iso, line.number, "a line that is a date")
    if found.doubt:
        draft.remarks.append(Remark("date", line.number, found.doubt))


def _byline(text: str) -> str:
    """What follows "By" at the start of a line; "" where there is none."""
    match = names.BY.match(text)
    if not match or len(text) > 250:
        return ""
    credited = text[match.end() :]
    who, *more = _BAR.split(_SITE.sub("", credited))
    if names.people(who) or names.is_handle(who):
        return credited
    vouched = bool(_SITE.search(credited)) or any(dates.whole(part) for part in more)
    return credited if names.is_collective(who, vouched) else ""


def _with_date(text: str) -> tuple[str, dates.Dated] | None:
    """`name | date` or `name, date`: the name and the date."""
    for part in _BAR.split(text)[1:]:
        found = dates.whole(part)
        who = _BAR.split(text)[0]
        if found and (names.people(who) or names.is_handle(who)):
            return who, found
    return None


def _by(line: Line, draft: Draft) -> bool:
    """A line that begins with "By", or parts a name from a date with a bar."""
    dated = _with_date(line.text)
    by = _byline(line.text)
    if not by and not dated:
        return False
    if not by and dated:
        draft.say("authors", names.people(dated[0]) or (dated[0],), line.number, "the name beside the date")
        _say_date(dated[1], line, draft)
        draft.take(line, "byline")
        return True
    site = _SITE.search(by)
    who, *more = _BAR.split(_SITE.sub("", by))
    if site:
        _say_site(site["site"], line, draft)
    draft.say("authors", names.people(who) or (who,), line.number, "the byline")
    for part in more:
        found = dates.whole(part, draft.language)
        if found:
            _say_date(found, line, draft)
        elif part.strip():
            draft.say("extra", (("Byline", part.strip()),), line.number, "the byline")
    draft.take(line, "byline")
    return True


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
    if not who or not (names.people(who) or names.is_handle(who)):
        return False
    known = names.is_organisation(paper) or draft.values.get("site") == paper
    return known or (paper[:1].isupper() and len(paper.split()) < 4 and not names.people(who))


def _name(line: Line, draft: Draft) -> bool:
    """A line beside a date or a field that is nothing but names, perhaps with a paper: 'Ann Lee, The Gazette'."""
    text = _SITE.sub("", line.text)
    found = _SITE.search(line.text)
    who, _, paper = text.rpartition(", ")
    if found:
        _say_site(found["site"], line, draft)
    if _with_paper(who, paper, draft):
        draft.say("authors", names.people(who) or (who,), line.number, "the name above the date")
        draft.say("site", paper, line.number, "after the name")
    elif names.is_organisation(text) and len(text) < 60:
        draft.say("site", text, line.number, "above the date")
    elif names.people(text) or names.is_handle(text):
        draft.say("authors", names.people(text) or (text,), line.number, "the name beside the date")
    else:
        return False
    draft.take(line, "byline")
    return True
