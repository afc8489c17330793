"""Dates as people write them at the head of an article: a line of text becomes an ISO 8601 day.

Names of months and weekdays are CLDR's (months.json, days.json, made by tools/months.py). Two numbers that
could each be the month are settled by the text's other dates, else by the separator and the language, and remarked.
Years of other eras than Japan's are not reckoned; such dates stay unread.
"""

from __future__ import annotations

import itertools
import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Dated(NamedTuple):
    """A date found in a line."""

    iso: str  # YYYY-MM-DD, YYYY-MM or YYYY
    start: int
    end: int
    doubt: str = ""  # why it may be read wrongly


_ISO = re.compile(r"(?<!\d)(\d{4})([-/.] ?)(\d{1,2})\2(\d{1,2})\.?(?!\d)")
_EAST = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일])?")
_ERA = re.compile(r"(明治|大正|昭和|平成|令和)\s?(\d{1,2}|元)\s?年(?:\s?(\d{1,2})\s?月(?:\s?(\d{1,2})\s?日)?)?")
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}  # the year before its first
_VIET = re.compile(r"(?<!\d)(\d{1,2})\s+tháng\s+(\d{1,2}),?\s+(?:năm\s+)?(\d{4})(?!\d)", re.IGNORECASE)
_ROMAN = re.compile(r"(?<!\d)(\d{1,2})[. ]\s?(I{1,3}|I?V|VI{1,3}|I?X|XI{1,2})[. ]\s?(\d{4})(?!\d)")
_ROMANS = ("", *"I II III IV V VI VII VIII IX X XI XII".split())
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?!\d)")
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|ère|º|ª|\.)?"
_MONTH = r"((?:تشرين|كانون) ال(?:أول|ثاني)|[^\W\d_][^\s\d.,;:/|()\[\]–—-]{1,15})"  # with the vowel signs of Indic names, which are no letters
_OF = r"(?:\s+d[ei]l?|\s+of)?"
_DAY_MONTH = re.compile(rf"(?<!\d){_DAY}{_OF}[\s.-]+(?:d[’'])?{_MONTH}\.?,?{_OF}[\s.,'-]+(\d{{4}})(?!\d)")
_MONTH_DAY = re.compile(rf"{_MONTH}\.?\s+{_DAY},?\s+(\d{{4}})(?!\d)")
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}})(?:[.,]| ?m\.)?\s+{_MONTH}\s+(\d{{1,2}})(?!\d)")
_GADA = re.compile(rf"(?<!\d)(\d{{4}})\. gada\s+(\d{{1,2}})\.\s+{_MONTH}")
_MONTH_YEAR = re.compile(rf"{_MONTH}\.?,?{_OF},?\s+(\d{{4}})(?!\d)")

_TIME = re.compile(
    r"\d{1,2}\s?[:h.時시]\s?\d{2}(?:[:分분]\d{0,2}[秒초]?)?(?:[.,]\d+)?\s*(?:[ap]\.?m\.?|uhr|hrs?)?\s*"
    r"(?:Z|[A-Z]{2,5}|(?:GMT|UTC)?[+−-]\d\d?(?::?\d\d)?)?(?:\s*\([A-Z]{2,5}\))?(?!\w)|\d{1,2}\s?(?:[ap]\.?m\.?|uhr|h)(?!\w)",
    re.IGNORECASE,
)
_READING = re.compile(
    r"\b\d{1,3}(?:\s|-)?(?:min(?:ute)?s?\.?|minuten|minuti|minutos)\s+(?:read(?:ing)?(?: time)?|lesezeit|de lecture|di lettura|"
    r"de lectura|de leitura|leestijd|чтения|läsning)\b",
    re.IGNORECASE,
)
_SAID = frozenset(
    """date dated published posted created issued written publication first last update updated on at the am um le el il
    at: gmt utc et est edt pst pdt cet cest bst ist jst veröffentlicht erschienen datum vom den der stand aktualisiert
    geändert publié publiée publie mis mise en ligne à jour modifié modifiée publicado publicada fecha actualizado actualizada
    data pubblicato pubblicata aggiornato aggiornata atualizado atualizada em gepubliceerd bijgewerkt op opublikowano
    zaktualizowano opublikowana aktualizacja dodano опубликовано обновлено изменено дата publicerad publicerat uppdaterad
    uppdaterat publiceret opdateret publisert oppdatert julkaistu päivitetty päivitetty: publikováno aktualizováno vydáno
    yayınlanma yayın güncelleme güncellenme tarihi tarih ngày đăng diterbitkan diperbarui pada tanggal közzétéve frissítve
    publicat actualitzat δημοσιεύτηκε δημοσιεύθηκε ενημερώθηκε ημερομηνία στις modified revised version v h pm p a
    г г. года р р. року d m ngày lúc 公開日 更新日 投稿日 掲載日 公開 更新 投稿 掲載 配信 日付 发布时间 发布 更新时间 发表于 时间 日期 發布 發表於
    등록 입력 수정 게시 작성 نشر نُشر في تاريخ النشر تحديث آخر פורסם עודכן ב תאריך منتشر شده انتشار
    broadcast aired originally entry a las los alle ore às klo kl om uur megjelent zveřejněno objavljeno objavljen udgivet
    erstellt lagt lagd ut upp lisätty ilmestynyt cập nhật lần cuối
    """.casefold().split()
)  # words that go with a date and say no more than that it is one
_LATER = re.compile(
    r"(?:last |zuletzt |dernière |última |ultimo )?(?:up-?dated?|modified|revised|edited|aktualisiert|geändert|mise? à jour|modifiée?|"
    r"actualizad[oa]|aggiornat[oa]|aggiornamento|atualizad[oa]|bijgewerkt|zaktualizowano|aktualizacja|обновлено|изменено|uppdaterad|"
    r"opdateret|oppdatert|päivitetty|aktualizováno|güncellen?me|diperbarui|frissítve|actualitzat|cập nhật|更新|수정|تحديث|עודכן)",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"\s*[|·•;／]\s*|\s+[–—/-]\s+|,?\s+\(?(?={_LATER.pattern})", re.IGNORECASE)


class Stated(NamedTuple):
    """What a line that is all dates says: when the text was published, when it was changed, how long it takes."""

    published: Dated | None
    modified: Dated | None
    reading: str


def stated(text: str, language: str = "en", order: str = "") -> Stated | None:
    """A line of one or two dates and nothing else: 'Published: 2 Mar 2017 | Updated: 3 Mar 2017 | 5 min read'."""
    if len(text) > 160 or not any(c.isdigit() for c in text):
        return None
    reading = _READING.search(text)
    rest = _READING.sub("", text)
    alone = whole(rest, language, order)
    pieces = [rest] if alone and not _LATER.search(rest) else _pieces(rest)
    published = modified = None
    for piece in pieces:
        found = whole(piece, language, order)
        if not found:
            return None
        if _LATER.search(piece) and not modified:
            modified = found
        elif not published:
            published = found
        else:
            return None
    if not pieces:
        return None
    return Stated(published or modified, modified if published else None, reading[0] if reading else "")


def _pieces(text: str) -> list[str]:
    """`text` parted at bars, dashes and 'updated'; words alone, as 'Last', go with what follows."""
    pieces: list[str] = []
    for part in _PIECE.split(text):
        if pieces and not any(c.isdigit() for c in pieces[-1]):
            pieces[-1] += f" {part}"
        elif part.strip(" ()"):
            pieces.append(part)
    return pieces


def find(text: str, language: str = "en", order: str = "") -> Dated | None:
    """The first date in `text`, or None; `order`: how the text writes other dates in figures, `dm` or `md`."""
    return _from_digits(text, language, order) or _from_names(text, language)


def whole(text: str, language: str = "en", order: str = "") -> Dated | None:
    """The date in a line that says nothing else: a weekday, a time and words like 'Published' aside."""
    if len(text) > 120:
        return None
    found = find(text, language, order)
    if found is None:
        return None
    rest = _TIME.sub(" ", f"{text[: found.start]} {text[found.end :].removeprefix('T')}")
    return found if all(_says_no_more(word) for word in re.findall(r"\w+", rest)) else None


def _says_no_more(word: str) -> bool:
    bare = word.casefold()
    return bare in _SAID or bare in _days() or not any(c.isalnum() for c in bare)


def order(text: str) -> str:
    """How `text` writes dates in figures, by those that leave no choice, or that it spells out as well; "" unknown."""
    figures = [(int(m[1]), int(m[3]), int(m[4])) for m in itertools.islice(_NUMERIC.finditer(text), 200)]
    if not figures:
        return ""
    spelled = {found.iso for m in itertools.islice(_DAY_MONTH.finditer(text), 200) if (found := _named(m, "dmy", ""))}
    spelled |= {found.iso for m in itertools.islice(_MONTH_DAY.finditer(text), 200) if (found := _named(m, "mdy", ""))}
    day_first = sum(a > 12 >= b or f"{y:04}-{b:02}-{a:02}" in spelled for a, b, y in figures if a != b)
    month_first = sum(b > 12 >= a or f"{y:04}-{a:02}-{b:02}" in spelled for a, b, y in figures if a != b)
    return "" if bool(day_first) == bool(month_first) else "dm" if day_first else "md"


def _from_digits(text: str, language: str, order: str) -> Dated | None:
    if match := _ISO.search(text) or _EAST.search(text):
        year, month, day = (int(g or 0) for g in match.groups() if g is None or g.isdigit())
        return _dated(match, year, month, day, partly=not day)
    if match := _ERA.search(text):
        year = _ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))
        return _dated(match, year, int(match[3] or 0), int(match[4] or 0), partly=not match[4])
    if match := _VIET.search(text):
        return _dated(match, int(match[3]), int(match[2]), int(match[1]))
    if match := _ROMAN.search(text):
        return _dated(match, int(match[3]), _ROMANS.index(match[2]), int(match[1]))
    if match := _NUMERIC.search(text):
        return _numeric(match, language, order)
    return None


def _numeric(match: re.Match[str], language: str, order: str) -> Dated | None:
    first, separator, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
    if first > 12 or second > 12:
        day, month = (first, second) if first > 12 else (second, first)
        return _dated(match, year, month, day)
    american = separator != "." and language.split("-")[0] in ("en", "und")
    month_first = order == "md" if order else american
    month, day = (first, second) if month_first else (second, first)
    why = "as the text writes its other dates" if order else "day and month could be swapped"
    doubt = "" if first == second else f"{match[0]} is read as {year}-{month:02}-{day:02}; {why}."
    return _dated(match, year, month, day, doubt)


def _from_names(text: str, language: str) -> Dated | None:
    for pattern, order in ((_DAY_MONTH, "dmy"), (_MONTH_DAY, "mdy"), (_YEAR_FIRST, "ymd"), (_GADA, "ydm")):
        for match in pattern.finditer(text):
            if found := _named(match, order, language):
                return found
    for match in _MONTH_YEAR.finditer(text):
        month = month_number(match[1], language)
        if month and 1000 < int(match[2]) < 2200:
            return Dated(f"{int(match[2]):04}-{month:02}", match.start(), match.end())
    return None


def _named(match: re.Match[str], order: str, language: str) -> Dated | None:
    part = dict(zip(order, match.groups(), strict=True))
    month = month_number(part["m"], language)
    return _dated(match, int(part["y"]), month, int(part["d"])) if month else None


def _dated(
    match: re.Match[str], year: int, month: int, day: int, doubt: str = "", partly: bool = False
) -> Dated | None:
    """The day, where there is such a day; `partly`: a month or a year is enough. 1395 is a year of another era."""
    if not 1450 < year < 2200:
        return None
    if partly:
        iso = f"{year:04}-{month:02}" if 1 <= month <= 12 else "" if month else f"{year:04}"
        return Dated(iso, match.start(), match.end()) if iso else None
    try:
        iso = date(year, month, day).isoformat()
    except ValueError:
        return None
    return Dated(iso, match.start(), match.end(), doubt)


def month_number(name: str, language: str = "en") -> int:
    """1 to 12 where `name` is a month's in some language we read, the text's own first; else 0."""
    bare = name.casefold().rstrip(".")
    table = _months()
    if bare[:1] == "ב" and bare[1:] in table["he"]:  # Hebrew writes "in March" as one word
        return table["he"][bare[1:]]
    own = table.get(language.split("-")[0], {}).get(bare) or table["en"].get(bare)
    if own:
        return own
    return next((names[bare] for names in table.values() if bare in names), 0)


@cache
def _months() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = json.loads((Path(__file__).parent / "months.json").read_text("utf-8"))
    return found


@cache
def _days() -> frozenset[str]:
    found: list[str] = json.loads((Path(__file__).parent / "days.json").read_text("utf-8"))
    return frozenset(found)
