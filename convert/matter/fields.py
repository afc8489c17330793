"""Fields at the head of a text, `Key: value` a line, as mail, news and plain forms write them (RFC 5322 folds them)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import NamedTuple

from convert.marks.link import address
from convert.matter import names
from convert.matter.draft import Draft, Kind
from convert.text import Line

LONGEST = 300  # lines; what is longer is no head of a text


class Entry(NamedTuple):
    """One field, unfolded."""

    key: str
    value: str
    lines: tuple[Line, ...]


_FIELD = re.compile(r"(?P<key>[^\W\d_][\w .’'-]{0,30}?)\s?[:：](?:\s+|$|(?<=：))(?P<value>.*)")
_DOCINFO = re.compile(r":(?P<key>[^\W\d_][\w .’'-]{0,30}):\s+(?P<value>.*)")  # reStructuredText's field lists

HOMES: dict[str, str] = {
    key.strip(): home
    for home, keys in {
        "title": "title, naslov, наслов, τίτλος, otsikko, titlu, cím, başlık, judul, tiêu đề, عنوان, headline, titel, titre, título, titulo, titolo, заголовок, название, tytuł, název, rubrik, 標題, 标题, タイトル, 제목",
        "subtitle": "subtitle, untertitel, sous-titre, subtítulo, sottotitolo, подзаголовок",
        "standfirst": "standfirst, deck, dek, teaser, lead, vorspann, chapô",
        "authors": "author, authors, by, from, byline, written by, autor, autoren, verfasser, von, auteur, auteurs, par, "
        "autore, autores, автор, авторы, autorzy, autorka, författare, forfatter, kirjoittaja, szerző, yazar, penulis, tác giả, autors, autorius, "
        "συντάκτης, الكاتب, מאת, نویسنده, تحریر, مصنف, लेखक, লেখক, লেখা, ავტორი, հեղինակ, ደራሲ, ผู้เขียน, 作者, 著者, 文, 글쓴이, 저자",
        "date": "date, published, publication date, pubdate, created, posted, issued, release date, published on, year, datum, "
        "veröffentlicht, publié, date de publication, data, fecha, publicado, pubblicato, дата, opublikowano, 日期, 日付, 날짜",
        "modified": "updated, modified, last-modified, last modified, last updated, aktualisiert, mis à jour, actualizado",
        "language": "language, lang, sprache, langue, idioma, lingua, język, язык, 言語, 语言",
        "site": "organization, organisation, site, website, newspaper, publication, magazine, zeitung, journal",
        "source": "source, url, link, permalink, canonical, source url, original, quelle, fuente, fonte, источник, 来源, 來源, 出典",
        "publisher": "publisher, verlag, éditeur, editorial, editore, издатель, wydawca",
        "subjects": "subject, subjects, keywords, keyword, tags, tag, category, categories, section, topic, topics, "
        "thema, themen, schlagworte, rubrique, mots-clés, sujet, tema, temas, categoría, palabras clave, тема, рубрика, 主題",
        "description": "description, summary, abstract, excerpt, zusammenfassung, résumé, resumen, descrizione, описание",
        "rights": "rights, copyright, license, licence, rechte, droits, derechos, diritti",
        "identifier": "identifier, isbn, doi, urn, issn",
        "mail": "content-type, mime-version, content-transfer-encoding, message-id, x-mailer, received, return-path, to, cc, bcc, reply-to, sender, references, "
        "in-reply-to, path, lines, xref, newsgroups, nntp-posting-host, nntp-posting-date, user-agent, x-newsreader, "
        "precedence, list-id, an, kopie, envoyé à, à",
    }.items()
    for key in keys.split(",")
}  # fmt: skip
_LANGUAGES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es", "español": "es",
    "italian": "it", "italiano": "it", "portuguese": "pt", "dutch": "nl", "russian": "ru", "polish": "pl", "swedish": "sv",
    "danish": "da", "norwegian": "no", "finnish": "fi", "latin": "la", "greek": "el", "chinese": "zh", "japanese": "ja",
    "korean": "ko", "arabic": "ar", "hebrew": "he", "czech": "cs", "hungarian": "hu", "catalan": "ca", "esperanto": "eo",
}  # fmt: skip


def entry(line: Line) -> Entry | None:
    """The field on one line, or None."""
    match = _FIELD.fullmatch(line.text) or _DOCINFO.fullmatch(line.text)
    if not match or line.indent > 3 or "://" in line.text[: match.end("key") + 3]:
        return None
    return Entry(match["key"].strip(), match["value"].strip(), (line,))


def _decoded(text: str) -> str:
    """`text` with its encoded words decoded (RFC 2047); as it stands where they are broken."""
    if "=?" not in text or len(text) > 2000:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def home(found: Entry) -> str:
    """The metadata field that an entry's key means, "" where it means none."""
    known = HOMES.get(re.sub(r"[\s_]+", " ", found.key.casefold()), "")
    return known or ("role" if names.role(f"{found.key}: {found.value}") else "")


def block(lines: Sequence[Line], more: bool = False) -> list[Entry]:
    """The entries of a block of fields at the top of `lines`, folded lines joined; [] where there is no such block.

    A block is two fields or more with a home, or one that names the title or the author, and nothing else; `more`:
    right below another block, where one field with a home is enough.
    """
    entries: list[Entry] = []
    for line in lines[: LONGEST + 1]:
        found = entry(line)
        if line.blank:
            break
        if found is None and entries and line.indent > 0:
            last = entries[-1]
            entries[-1] = Entry(last.key, f"{last.value} {line.text}".strip(), (*last.lines, line))
        elif found is None:
            return []
        else:
            entries.append(found)
    if sum(len(e.lines) for e in entries) > LONGEST:
        return []
    homes = [home(e) for e in entries]
    known = sum(bool(h) for h in homes)
    if more and known:
        return entries
    if known * 3 < len(entries) or (known < 2 and not {"title", "authors"} & set(homes)):
        return []
    return entries


def note(found: Entry, draft: Draft, mail: bool = False, kind: Kind = "text") -> None:
    """Write one field into the draft; `mail`: a Subject is the title."""
    found = found._replace(value=_decoded(found.value))
    where = home(found)
    number = found.lines[0].number if found.lines else 0
    why = f"field {found.key}"
    if where == "subjects" and mail and found.key.casefold() == "subject":
        where = "title"
    if where == "mail":
        return
    if where == "role" and (role := names.role(f"{found.key}: {found.value}")):
        draft.say_part(role, number, why, kind)
        return
    if where in ("date", "modified"):
        _note_date(where, found, draft, number, kind)
        return
    value = _value(where, found.value)
    if where and value:
        draft.say(where, value, number, why, kind)
    elif where == "source" and found.value:
        draft.say("site", found.value, number, why, kind)
    elif found.value:
        draft.say("extra", ((found.key, found.value),), number, why, kind)


def _note_date(where: str, found: Entry, draft: Draft, number: int, kind: Kind) -> None:
    """The date of a field; what it says besides stays a field of its own."""
    if re.fullmatch(r"(?:1[5-9]|20)\d\d", found.value):  # a year alone
        draft.say(where, found.value, number, f"field {found.key}", kind)
        return
    found = found._replace(value=_SHORT_YEAR.sub(_with_century, found.value))
    stated = draft.stated(found.value)
    date = stated.published if stated else draft.dated(found.value)
    draft.say_date(where, date, number, f"field {found.key}", kind)
    if stated and where == "date":
        draft.say_date("modified", stated.modified, number, f"field {found.key}", kind)
    rest = stated.reading if stated else found.value
    if rest:
        draft.say("extra", ((found.key, rest),), number, f"field {found.key}", kind)


_SHORT_YEAR = re.compile(
    r"(?<=\b\d )([A-Z][a-z]{2}) (\d\d)(?= \d\d:\d\d)|(?<=\b\d\d )([A-Z][a-z]{2}) (\d\d)(?= \d\d:\d\d)"
)


def _with_century(match: re.Match[str]) -> str:
    """A month and a year in two figures, as old mail has it, with the century (RFC 5322, 4.3)."""
    month, year = (g for g in match.groups() if g)
    return f"{month} {'20' if int(year) < 50 else '19'}{year}"


def _value(where: str, text: str) -> object:
    match where:
        case "authors":
            return names.people(text) or ((_plain_name(text),) if _plain_name(text) else ())
        case "language":
            return _language(text)
        case "subjects":
            return tuple(s.strip() for s in re.split(r"[,;]", text.strip("[]")) if s.strip(" \"'"))
        case "source":
            return address(text) if "://" in text else ""
        case _:
            return text


def _plain_name(text: str) -> str:
    """A single author that is written unlike a name: a handle, a collective."""
    text = re.sub(r"\s*<[^<>]*>", "", text).strip()
    return (
        text if text and len(text) < 100 and text.casefold() not in ("various", "unknown", "anonymous", "n/a") else ""
    )


def _language(text: str) -> str:
    tag = text.strip().replace("_", "-")
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        return tag
    return _LANGUAGES.get(tag.casefold().split(" ")[0].strip(",;"), "")
