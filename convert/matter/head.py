"""The head of an article without fields: title, kicker, standfirst, byline, date, in the order pages print them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from convert.matter import dates, fields, names, titlepage
from convert.matter.credits import (
    STOP,
    UNDERLINE,
    Chunk,
    alone,
    are_full,
    credits,
    date_line,
    is_byline,
    is_credit,
    repeats,
    take_all,
)
from convert.matter.draft import Draft, joined, same
from convert.matter.imprint import imprint
from convert.matter.kinds import is_kind, says_kind
from convert.rules.words import KEYWORDS
from convert.text import Line, place

ZONE = 60  # lines; a head that is longer is not one


def head(lines: Sequence[Line], draft: Draft) -> int:
    """Read what stands above the body into the draft; how many of `lines` it took."""
    chunks = _chunks(lines, draft)
    if not chunks:
        return 0
    above = _above(chunks, draft) if "title" not in draft.values else 0
    above += int("title" not in draft.values and titlepage.author_above(chunks[above:], draft))
    used = above + _opening(chunks[above:], draft) if "title" not in draft.values else 0
    if not used and "title" not in draft.values:
        return 0
    taken = 0
    for i, chunk in enumerate(chunks):
        if i >= used:
            size = credits(chunk, draft, after_title=i > 0 or used > 0 or repeats(chunk, draft))
            if not size and i == used and used and len(chunks) > i + 1:
                size = int(alone(chunk, draft))
            if not size and "authors" in draft.values and (count := imprint(chunks[i:], draft)):
                used, size = i + count, len(chunk)
            size = size or int(titlepage.take(chunks, i, draft))
            if not size:
                break
            if size < len(chunk):
                return place(lines, chunk[size])
        taken = place(lines, chunk[-1]) + 1
    return taken


def _chunks(lines: Sequence[Line], draft: Draft) -> list[Chunk]:
    """The first few chunks of the text, as lists of lines."""
    chunks: list[Chunk] = [[]]
    for line in lines[:ZONE]:
        if not line.blank:
            chunks[-1].append(_unmarked(line))
        elif chunks[-1]:
            chunks.append([])
    chunks = [chunk for chunk in chunks if chunk]
    first = next((i for i, c in enumerate(chunks[:3]) if not (_STAMP.match(_only(c)) or _navigates(c))), 0)
    parted = [part for i, c in enumerate(chunks) for part in (_parted(c, i - first, draft) if i < 3 else [c])]
    return _by_apart(parted[:9])


def _parted(chunk: Chunk, index: int, draft: Draft) -> list[Chunk]:
    """A chunk in two where a byline, or in the first chunk a date, stands right below a title, with no blank line."""
    if (who := _unparted(chunk)) and not index:
        return [chunk[:1], chunk[1:who], chunk[who:]]
    if not index and "title" not in draft.values and (parts := titlepage.parted(chunk, draft)):
        return parts
    if not index and _two_cases(chunk) and not _credits_at(chunk, 1):
        return [chunk[:1], chunk[1:]]
    if len(chunk) > 6 or _underlined(chunk) or _overlined(chunk) or _is_field(chunk[0]) or _credits_at(chunk, 0):
        return [chunk]
    start = next((i for i in range(1, min(len(chunk), 4)) if _credits_at(chunk, i)), 0)
    if not start or not _is_title(chunk[:start]) or (index and dates.stated(chunk[start].text)):
        return [chunk]
    if any(line.text[:1].islower() for line in chunk[start + 1 :]):  # a sentence that goes on
        return [chunk]
    return [chunk[:start], chunk[start:]]


def _is_field(line: Line) -> bool:
    """Whether a line is a field that we know."""
    found = fields.entry(line)
    return found is not None and bool(fields.home(found))


def _two_cases(chunk: Chunk) -> bool:
    """Whether of two lines only the first is in capitals: two lines of a title would be set alike."""
    one, two = (line.text for line in chunk) if len(chunk) == 2 else ("", "")
    alike = one.isupper() == two.isupper() or two.upper() == two.lower() or two[:1].islower()
    return not alike and one.isupper() and len(one) > 8 and _is_title(chunk[:1]) and _is_title(chunk[1:])


def _unparted(chunk: Chunk) -> int:
    """Where the body begins right below a title, who wrote it and a date, each on its line; 0 where it does not."""
    if len(chunk) < 4 or not _is_title(chunk[:1]) or _credits_at(chunk, 0) or not dates.stated(chunk[2].text):
        return 0
    return 3 if is_byline(chunk[1].text, chunk[1:3]) or are_full(names.people(chunk[1].text)) else 0


def _credits_at(chunk: Chunk, i: int) -> bool:
    text = chunk[i].text
    return len(text) < 200 and (bool(dates.stated(text)) or is_byline(text, chunk[i:]))


def _unmarked(line: Line) -> Line:
    """A byline or date without the stars, lines or hashes that light markup sets it in; other lines as they stand."""
    if len(line.text) > 250 or line.text[:1] not in "*_#":
        return line
    bare = re.sub(r"^#{1,6} |(?<!\w)[*_]{1,3}(?=\w)|(?<=[\w.:)])[*_]{1,3}(?!\w)", "", line.text)
    credit = names.BY.match(bare) or dates.stated(bare) or fields.home(fields.entry(line._replace(text=bare)) or _NONE)
    return line._replace(text=bare) if credit else line


_NONE = fields.Entry("", "", ())


def _by_apart(chunks: list[Chunk]) -> list[Chunk]:
    """`chunks`, where a title page's lone "by" is joined to the name below it."""
    joined_up: list[Chunk] = []
    for chunk in map(_by_within, chunks):
        above = joined_up[-1] if joined_up else []
        if len(above) == 1 and _only_by(above[0].text):
            colon = "" if names.BY.match(f"{above[0].text} x") or above[0].text.endswith(":") else ":"
            joined_up[-1] = [chunk[0]._replace(text=f"{above[0].text}{colon} {chunk[0].text}"), *chunk[1:]]
        else:
            joined_up.append(chunk)
    return joined_up


def _by_within(chunk: Chunk) -> Chunk:
    """A chunk of a title page with its lone "by" joined to the name below it, and to 'Novelle' above it."""
    by = next((i for i, line in enumerate(chunk[:-1]) if len(chunk) < 6 and _only_by(line.text)), -1)
    if by < 0:
        return chunk
    start = by - 1 if by and is_kind(chunk[by - 1].text) else by
    return [*chunk[:start], chunk[by + 1]._replace(text=joined(chunk[start : by + 2])), *chunk[by + 2 :]]


def _only_by(text: str) -> bool:
    if fields.HOMES.get(text.casefold().rstrip(":")) in ("authors", "date", "modified"):
        return True
    match = names.BY.match(f"{text} x")
    return match is not None and match.end() == len(text) + 1


# ---------------------------------------------------------------- title, kicker, standfirst


def _opening(chunks: list[Chunk], draft: Draft) -> int:
    """Say the title and what stands around it; how many chunks that took (0: the text opens with its body)."""
    if _overlined(chunks[0]):
        draft.take(chunks[0][0], "underline")
        return _say_title(chunks[0][1:2], chunks[0][1:], draft, "underlined") + _announced(chunks[1:], draft)
    if _underlined(chunks[0]):
        return _say_title(chunks[0][:1], chunks[0], draft, "underlined") + _announced(chunks[1:], draft)
    if len(chunks[0]) == 2 and same(chunks[0][0].text, chunks[0][1].text):
        return _say_title(chunks[0][:1], chunks[0], draft, "stated twice")
    if len(chunks[0]) in (2, 3) and (held := _held(chunks[0])):
        draft.say_date("date", held, chunks[0][-1].number, "when the meeting was held")
        return _say_title(chunks[0][:1], chunks[0], draft, "above when it was held")
    credit = next((i for i, c in enumerate(chunks[:5]) if is_credit(c) or titlepage.stands(chunks, i, draft)), 0)
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
    if len(chunks) > 2 and chunks[1][0].number - chunks[0][0].number == 1 and _two_cases([*chunks[0], *chunks[1]]):
        return _arrange(chunks[:2], draft, "right above another")
    if _is_title(chunks[0]) and len(chunks) > 1:
        return _say_title(chunks[0], chunks[0], draft, "the first line, alone")
    return 0


def _above(chunks: list[Chunk], draft: Draft) -> int:
    """How many chunks stand above the title: a page's ways elsewhere, what a release opens with, a date."""
    used = 0
    while (
        used < 2
        and len(chunks) > used + 1
        and _can_open(chunks[used + 1])
        and (stamp := _STAMP.match(_only(chunks[used])))
    ):
        draft.say("identifier", stamp["id"].rstrip("."), chunks[used][0].number, "the stamp above the title")
        draft.say_date("date", draft.dated(chunks[used][0].text), chunks[used][0].number, "the stamp above the title")
        draft.say("extra", (("Stamp", chunks[used][0].text),), chunks[used][0].number, "above the title")
        draft.take(chunks[used][0], "stamp")
        used += 1
    while used < 3 and len(chunks) > used + 1 and _navigates(chunks[used]) and _can_open(chunks[used + 1]):
        for line in chunks[used]:
            draft.take(line, "navigation")
        draft.say("extra", (("Navigation", joined(chunks[used])),), chunks[used][0].number, "above the title")
        used += 1
    return used + (_release(chunks[used:], draft) or _dated_above(chunks[used:], draft))


_STAMP = re.compile(r"(?P<id>(?:arxiv:|doi:? ?10\.|urn:|issn:? |isbn:? )[\w./:-]{4,60}).{0,80}$", re.IGNORECASE)


def _only(chunk: Chunk) -> str:
    """The line of a chunk that has but one."""
    return chunk[0].text if len(chunk) == 1 else ""


def _navigates(chunk: Chunk) -> bool:
    """Whether each line is a row of a few words between bars or arrows, as pages set the ways to other pages.

    Above the rows the name of the site may stand.
    """
    rows = chunk[1:] if len(chunk) > 1 and len(chunk[0].text) < 40 and not _is_row(chunk[0].text) else chunk
    return len(chunk) < 5 and all(len(line.text) < 200 and _is_row(line.text) for line in rows)


def _is_row(text: str) -> bool:
    parts = [part.strip() for part in re.split(r"[|·•»›>]", text) if part.strip()]
    numbered = sum(bool(re.match(r"\[\d{1,3}\]", part)) for part in parts)
    short = all(len(part.split()) < 4 and len(part) < 30 and not dates.stated(part) for part in parts)
    return short and len(parts) > 1 and (numbered > 1 or (len(parts) > 2 and any(_HOME.fullmatch(p) for p in parts)))


_HOME = re.compile(
    r"home(?: ?page)?|recent changes|contact(?: us)?|about(?: us)?|log ?in|sign in|site ?map|impressum|kontakt|"
    r"start(?:seite|sida)?|accueil|inicio|início|forsiden?|hem|etusivu|главная|strona główna|domů|"
    r"ana sayfa|首页|首頁|ホーム|トップ|홈|الرئيسية|בית",
    re.IGNORECASE,
)


def _release(chunks: list[Chunk], draft: Draft) -> int:
    """How many chunks above the title say that this is a release, when, and whom to ask about it."""
    if len(chunks) < 3 or not _RELEASE.fullmatch(chunks[0][0].text):
        return 0
    used = 1
    while used < min(4, len(chunks) - 2) and _serves_release(chunks[used]):
        used += 1
    if not _can_open(chunks[used]):
        return 0
    draft.say("kicker", chunks[0][0].text, chunks[0][0].number, "what a release opens with")
    draft.take(chunks[0][0], "kicker")
    for line in [*chunks[0][1:], *(line for chunk in chunks[1:used] for line in chunk)]:
        if not date_line(line, draft):
            draft.say("extra", (("Contact", line.text),), line.number, "above the title of a release")
            draft.take(line, "contact")
    return used


def _serves_release(chunk: Chunk) -> bool:
    """Whether a chunk is a release's date, or says whom to ask about it."""
    return len(chunk) < 6 and bool(_CONTACT.match(chunk[0].text) or dates.stated(chunk[0].text))


_CONTACT = re.compile(
    r"(?:(?:press|media|news) )?contacts?(?: presse| de prensa)?:|(?:presse)?kontakt:|"
    r"contacto:|contatt[oi]:|contatos?:",
    re.IGNORECASE,
)


def _dated_above(chunks: list[Chunk], draft: Draft) -> int:
    """How many chunks above the title are a date, perhaps below the name of the paper, which a byline then tells."""
    first, *rest = chunks
    if len(first) == 1 and dates.stated(first[0].text) and len(rest) > 1 and _is_title(rest[0]):
        return int(not is_credit(rest[0]) and date_line(first[0], draft))
    if len(first) > 1 or len(rest) < 3 or len(rest[0]) > 1 or rest[0][0].number - first[0].number > 1:
        return 0
    if not is_credit(rest[2]) or not _is_title(rest[1]) or is_credit(rest[1]) or not date_line(rest[0][0], draft):
        return 0
    draft.say("kicker", first[0].text, first[0].number, "the line above the date and the title")
    draft.say("site", first[0].text, first[0].number, "the line above the date and the title")
    draft.take(first[0], "kicker")
    return 2


_RELEASE = re.compile(
    r"for immediate release:?|(?:press|news|media) release|pressemitteilung|communiqué de presse|comunicado de prensa|"
    r"comunicato stampa|comunicado de imprensa|persbericht|пресс-релиз|pressmeddelande|tisková zpráva|basın bülteni",
    re.IGNORECASE,
)


def _underlined(chunk: Chunk) -> bool:
    return (
        len(chunk) > 1
        and bool(UNDERLINE.fullmatch(chunk[1].text))
        and len(chunk[1].text) > 2
        and not UNDERLINE.fullmatch(chunk[0].text)
    )


def _overlined(chunk: Chunk) -> bool:
    """Whether a title stands between two equal lines of signs, as in reStructuredText."""
    return len(chunk) > 2 and chunk[0].text == chunk[2].text and len(chunk[0].text) > 3 and _underlined(chunk[1:])


def _before_gap(chunks: list[Chunk]) -> int:
    """How many chunks stand above the first gap of two blank lines or more, 0 where there is none among the first."""
    for i, (one, two) in enumerate(itertools.pairwise(chunks), 1):
        if two[0].number - one[-1].number > 2:
            return i
        if KEYWORDS.match(two[0].text):  # a heading
            return 0
    return 0


def _can_open(chunk: Chunk) -> bool:
    """Whether a chunk may be a kicker, a title or a standfirst: short, one or two lines."""
    return len(chunk) <= 3 and len(joined(chunk)) <= 420 and not chunk[0].text.startswith((">", "- ", "* "))


def _is_title(chunk: Chunk) -> bool:
    text = joined(chunk)
    if len(chunk) > 2 or len(text) > 200 or len(text.split()) > 30 or KEYWORDS.match(text):
        return False
    return any(c.isalpha() for c in text) and not (STOP.search(text) and not text.endswith(("?", "!", "…")))


def _arrange(chunks: list[Chunk], draft: Draft, why: str) -> int:
    """Share out one to three chunks: [kicker or site,] title [, standfirst]."""
    texts = [joined(c) for c in chunks]
    title = 0
    if len(chunks) > 2 or (len(chunks) == 2 and _is_kicker(texts[0], texts[1], why)):
        title = 1
        draft.say("kicker", texts[0], chunks[0][0].number, f"the line {why}, before the title")
        if names.is_organisation(texts[0]) or len(texts[0].split()) <= 5:
            draft.say("site", texts[0], chunks[0][0].number, "the line above the title")
    for line in (line for c in chunks[:title] for line in c):
        draft.take(line, "kicker")
    _say_title(chunks[title], chunks[title], draft, why)
    return title + 1 + _below(chunks[title + 1 :], draft, why)


def _announced(chunks: list[Chunk], draft: Draft) -> int:
    """How many chunks stand between an underlined title and a byline: a date alone may head a diary's first day."""
    byline = next((i for i, c in enumerate(chunks[:3]) if is_credit(c) and is_byline(c[0].text, c)), 0)
    if not all(_can_open(c) and not _underlined(c) for c in chunks[:byline]):
        return 0
    return _below(chunks[:byline], draft, "above the byline")


def _below(chunks: list[Chunk], draft: Draft, why: str) -> int:
    """Share out what stands between title and byline: the title again, a subtitle, a standfirst; how many chunks."""
    used = 0
    for chunk in chunks:
        if same(joined(chunk), draft.values["title"]):
            take_all(chunk, draft, "title")
        elif "standfirst" in draft.values:
            break
        elif _is_subtitle(joined(chunk)) and "subtitle" not in draft.values:
            draft.say("subtitle", joined(chunk), chunk[0].number, f"a few words below the title, {why}")
            take_all(chunk, draft, "subtitle")
        else:
            draft.say("standfirst", joined(chunk), chunk[0].number, f"the lines below the title, {why}")
            take_all(chunk, draft, "standfirst")
        used += 1
    return used


def _is_kicker(first: str, second: str, why: str) -> bool:
    """Whether of two lines the first is a kicker and the second the title, not title and standfirst.

    A kicker is a few words, less than the title; above a wide gap, on a title page, it is the name of a paper only.
    """
    words = len(first.split())
    if STOP.search(second) or len(second) > 200 or words > 5 or is_kind(second) or (words > 1 and says_kind(second)):
        return False
    if _names_site(first, second):
        return True
    paper = names.is_organisation(first) and not names.is_organisation(second)
    return paper or (len(second) > len(first) and words < 4 and why != "above a wide gap")


def _is_subtitle(text: str) -> bool:
    """Whether a line below the title is a second title: a few words and no sentence, as a standfirst is."""
    return len(text.split()) <= 8 and len(text) < 70 and not STOP.search(text)


def _held(chunk: Chunk) -> dates.Dated | None:
    """When a meeting was held, as minutes say right below their title."""
    text = joined(chunk[1:])
    found = dates.find(text) if _HELD.match(text) and len(text) < 250 and _is_title(chunk[:1]) else None
    return found if found and len(found.iso) == 10 else None


_HELD = re.compile(
    r"(?:held|(?:ab)?gehalten|tenue?|celebrad[ao]|tenut[ao]|realizada|gehouden|hållet|afholdt|avholdt|odbyt[ey]|konan[áé])\b",
    re.IGNORECASE,
)


def _names_site(site: str, title: str) -> bool:
    """Whether a page's title ends in the name of its site: 'The Harbour Lights | The Almanac'."""
    return len(site) < 60 and title.endswith(site) and title.removesuffix(site).rstrip()[-1:] in tuple("-–—|:")


def _say_title(title: Chunk, chunk: Chunk, draft: Draft, why: str) -> int:
    text = re.sub(r"^(?:#+ |_|\*+ ?)|(?:_| ?(?<!\*)\*+| #+)$", "", joined(title)).strip()
    draft.say("title", text or joined(title), title[0].number, why)
    take_all(title, draft, "title")
    rest = chunk[len(title) :]
    size = credits(rest, draft, after_title=True) if rest else 0
    for line in rest[size:]:
        draft.take(line, "head")
        if any(c.isalnum() for c in line.text):
            draft.say("extra", (("Note", line.text),), line.number, "below the title")
    return 1
