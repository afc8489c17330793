"""A letter: where and when it was written, above its greeting, and who signed it. All of it stays in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convert.matter import dates, names
from convert.matter.draft import Draft
from convert.rules.words import KEYWORDS
from convert.text import Line

ZONE = 14  # lines in which the greeting stands
READ = 2000  # lines among which others are sought
FOOT = 24  # lines in which the signature stands
_GREETINGS = """
(?:my )?dear(?:est)?|to whom|(?:sehr )?geehrter?|(?:meine? )?liebe[rs]?|hochverehrter?|(?:mon |ma |mes )?ch(?:er|ère)s?|
monsieur|madame|(?:muy )?(?:querid[oa]|estimad[oa]|señora?)|(?:mi[oa]? )?car[oa]|gentile|egregio|
(?:meu |minha )?(?:querid[oa]|prezad[oa])|beste|geachte|lieve|kära?|bäste|kære|hyvä|rakas|дорог(?:ой|ая|ие)|
уважаем(?:ый|ая|ые)|милостивый|drogi|droga|szanown[yai]|vážen[ýá]|mil[ýá]|kedves|tisztelt|αγαπητ[έή]|sevgili|sayın
"""
_CLOSINGS = """
yours|sincerely|faithfully|truly|regards|your (?:obedient )?(?:servant|friend)|love|grüßen?|gruß|hochachtungsvoll|
ergeben(?:er|st)|ihre?|deine?|salutations|cordialement|amicalement|dévoué|atentamente|cordialmente|saludos?|abrazo|
suyo|distinti saluti|cordiali saluti|suo|atenciosamente|groeten?|hoogachtend|hälsningar?|hilsen|terveisin|уважением|
ваш|преданный|poważaniem|pozdrav(?:em|y)|üdvözlettel|εκτίμηση|saygılarımla
"""
_GREETING = re.compile(
    rf"(?:{_GREETINGS.replace(chr(10), '')})\b[^?]{{1,60}}[,:!]|(?:dear sirs?|gentlemen|madam|sir)[,:]", re.IGNORECASE
)
_CLOSING = re.compile(rf"(?:.{{0,60}}\b)?(?:{_CLOSINGS.replace(chr(10), '')}),?", re.IGNORECASE)


def letter(lines: Sequence[Line], draft: Draft) -> None:
    """Note the day above the greeting that `lines` open with, and the full name below the closing words."""
    top = _top(lines)
    if not top or any(KEYWORDS.match(line.text) for line in top) or _is_one_of_many(lines, top[-1]):
        return
    for line in top:
        if found := _day(line.text, draft):
            draft.say_date("date", found, line.number, "above the greeting of a letter")
    if "authors" not in draft.values:
        _signature([line for line in lines[-FOOT:] if not line.blank], draft)


def opens_letter(lines: Sequence[Line], draft: Draft) -> bool:
    """Whether the text has no title, for it opens with the day of a letter, perhaps below its place."""
    first = next((i for i, line in enumerate(lines[:ZONE]) if line.blank), 0)
    return bool(_top(lines)) and 0 < first < 7 and any(_day(line.text, draft) for line in lines[:first])


def _top(lines: Sequence[Line]) -> list[Line]:
    """The short lines above and with a greeting; [] where none is greeted."""
    top = [line for line in lines[: ZONE + 6] if not line.blank][:ZONE]
    greeting = next((i for i, line in enumerate(top) if len(line.text) < 90 and _GREETING.fullmatch(line.text)), -1)
    return [] if any(len(line.text) > 70 for line in top[:greeting]) else top[: greeting + 1]


def _is_one_of_many(lines: Sequence[Line], greeting: Line) -> bool:
    """Whether further letters follow: none of them dates the text."""
    below = (line for line in lines[:READ] if line.number > greeting.number and len(line.text) < 90)
    return any(_GREETING.fullmatch(line.text) for line in below)


def _day(text: str, draft: Draft) -> dates.Dated | None:
    """The day in a line that is a date, perhaps after the place: 'Sund, den 3. Mai 1908'."""
    place, comma, rest = text.partition(",")
    stated = draft.stated(text) or (draft.stated(rest.strip()) if comma and len(place.split()) < 5 else None)
    return stated.published if stated else None


def _signature(last: Sequence[Line], draft: Draft) -> None:
    closing = next(
        (i for i, line in enumerate(last) if len(line.text) < 70 and _CLOSING.fullmatch(line.text)), len(last)
    )
    for line in last[closing + 1 : closing + 3]:
        who = names.people(line.text) if len(line.text) < 60 else ()
        if len(who) == 1 and " " in who[0]:
            draft.say("authors", who, line.number, "the signature of a letter")
            return
