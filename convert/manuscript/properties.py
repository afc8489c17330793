"""What a file says of itself: Word's properties, ODF's meta.xml, an EPUB's package, pandoc's metadata.

Each becomes pairs of a field and its value; the fields are Dublin Core's, or those people write in front matter. Only
fields that have a home are taken from properties, since nobody reads the others; what a reader sees in the text is
kept whatever it is called.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from lxml import etree

from convert.matter import fields, names
from convert.matter.draft import Draft
from convert.options import is_date, is_language
from convert.tree import MetaBlocks, MetaInlines, MetaList, MetaMap, MetaString, MetaValue, plain_text

Properties = tuple[tuple[str, str], ...]
LONGEST = 2000  # characters of a value

# The field that each name means, in lower case and without the name of its vocabulary.
_MEANS = {
    "title": "title", "subtitle": "subtitle", "kicker": "kicker", "standfirst": "standfirst",
    "creator": "authors", "initial-creator": "authors", "author": "authors",
    "subject": "subjects", "keyword": "subjects", "keywords": "subjects", "tag": "subjects",
    "description": "description", "language": "language", "publisher": "publisher", "rights": "rights",
    "identifier": "identifier", "source": "source", "site": "site", "site_name": "site", "date": "date",
    "published_time": "date", "publication_date": "date", "created": "created", "creation-date": "created",
    "modified": "modified", "modified_time": "modified",
}  # fmt: skip
WHERE = {"docx": "the document's properties", "odt": "the document's properties", "epub": "the book's package",
          "html": "the page's head", "rtf": "the document's properties"}  # fmt: skip
_CREATED = ("created", "creation-date")
_ODF = {"date": "modified"}  # where ODF means otherwise than others by a name
# What programs write where nobody wrote anything.
_NOBODY = frozenset(
    "author user admin administrator owner unknown anonymous python-docx pandoc windows home student".split()
) | {"microsoft office user", "windows user", "un-named", "default user"}
_UNTITLED = re.compile(r"(?i)(?:untitled|unbenannt|document|dokument|doc)[ _-]?\d{0,6}|microsoft word - .{0,200}")
_LONG_AGO = (
    "1601",
    "1899",
    "1900",
    "1904",
    "1970-01-01",
    "1980-01-01",
    "2013-12-23T23:15",
)  # clocks that were never set


# ---------------------------------------------------------------- finding


def of_archive(members: Mapping[str, bytes], kind: str) -> Properties:
    """What the archive's own files say of it; nothing where they cannot be read."""
    if kind == "docx":
        custom = tuple((node.get("name", ""), _text(node)) for node in _children(members, "docProps/custom.xml"))
        return (*_pairs(members, "docProps/core.xml"), *custom)
    if kind == "odt":
        own = [node for parent in _children(members, "meta.xml") for node in parent]
        return tuple((_attribute(node, "name") or _ODF.get(_local(node), _local(node)), _text(node)) for node in own)
    return tuple(_package(members))


def _package(members: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The Dublin Core of an EPUB's package document; its creators as far as they are the authors."""
    for rootfile in _parsed(members.get("META-INF/container.xml", b"")):
        path = posixpath.normpath(unquote(rootfile.get("full-path", "")))
        for node in _parsed(members.get(path, b"")):
            purl = isinstance(node.tag, str) and node.tag.startswith("{http://purl.org/dc/elements/1.1/}")
            if purl and (_attribute(node, "role") or "aut") == "aut":
                yield _local(node), _text(node)


def _pairs(members: Mapping[str, bytes], name: str) -> Properties:
    return tuple((_local(node), _text(node)) for node in _children(members, name))


def _children(members: Mapping[str, bytes], name: str) -> list[etree._Element]:
    return [node for node in next(iter(_parsed(members.get(name, b""))), ()) if isinstance(node.tag, str)]


def _parsed(data: bytes) -> list[etree._Element]:
    """Every element of a small file of XML, the root first; none where it is not well-formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser) if data.strip() else None
    except etree.XMLSyntaxError:
        return []
    return [node for node in root.iter() if isinstance(node.tag, str)] if root is not None else []


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname


def _attribute(node: etree._Element, name: str) -> str:
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _text(node: etree._Element) -> str:
    return " ".join("".join(str(part) for part in node.itertext()).split())[:LONGEST]


# ---------------------------------------------------------------- noting


def stated(meta: MetaMap, kind: str, draft: Draft) -> None:
    """Note what pandoc found in the text itself: the styles of a title page, a docinfo, an RTF's information."""
    if kind in ("epub", "html", "odt", "markdown"):  # read otherwise, and better
        return
    for key, value in meta.entries:
        for said in _said(value):
            name = "standfirst" if key == "abstract" else key
            if kind == "rtf":
                noted(((name, said),), kind, draft)
            elif said:
                fields.note(fields.Entry(name, said, ()), draft, kind="front matter")


_AUTHOR = re.compile(r"^:authors?:[ \t]+(\S.{0,300})$", re.IGNORECASE | re.MULTILINE)


def authors(page: str, draft: Draft) -> None:
    """Note each author of a docinfo: of several, pandoc keeps the first alone."""
    for said in _AUTHOR.findall(page[:4000]):
        fields.note(fields.Entry("author", said, ()), draft, kind="front matter")


def _said(value: MetaValue) -> list[str]:
    match value:
        case MetaList(values):
            return [text for one in values for text in _said(one)]
        case MetaInlines(inlines):
            return [" ".join(plain_text(inlines).split())]
        case MetaBlocks(blocks):
            return [" ".join(plain_text(blocks).split())]
        case MetaString(text):
            return [" ".join(text.split())]
    return []


def noted(found: Properties, kind: str, draft: Draft) -> None:
    """Note the properties that have a home. What was said in the text before stays."""
    already = set(draft.values)
    where = WHERE.get(kind, "the file")
    for key, value in sorted(found, key=lambda pair: pair[0] in _CREATED):  # a guess, after all that is stated
        name = "" if key.startswith("twitter:") else _MEANS.get(re.split(r"[.:]|citation_", key.lower())[-1], "")
        if name == "created":
            _note_created(value, draft, where)
        elif name and value and name not in already:
            _note(name, value, draft, f"{where}: {key}")


def _note(name: str, value: str, draft: Draft, why: str) -> None:
    match name:
        case "authors":
            draft.say(name, _people(value), 0, why, "front matter")
        case "subjects":
            subjects = tuple(s.strip() for s in re.split(r"[,;]", value) if s.strip())
            draft.say(name, subjects, 0, why, "front matter")
        case "date" | "modified":
            if iso := _iso(value, whole=name == "modified"):
                draft.say(name, "" if value.startswith(_LONG_AGO) else iso, 0, why, "front matter")
            else:
                draft.say_date(name, draft.dated(value), 0, why, "front matter")
        case "language":
            tag = value.replace("_", "-")
            draft.say(name, tag if is_language(tag) and tag.lower() != "und" else "", 0, why, "front matter")
        case "source":
            draft.say(name, value if re.fullmatch(r"https?://[^\s<>\"]+", value) else "", 0, why, "front matter")
        case "title":
            draft.say(name, "" if _UNTITLED.fullmatch(value) else value, 0, why, "front matter")
        case _:
            draft.say(name, value, 0, why, "front matter")


def _people(value: str) -> tuple[str, ...]:
    """The names in a field: parted by semicolons, or by what parts names where each then has two words."""
    found = names.people(value)
    if len(found) < 2 or not all(" " in name for name in found):
        found = tuple(part.strip() for part in value.split(";") if part.strip())
    return tuple(name for name in found if name.casefold() not in _NOBODY and "://" not in name)


_ISO = re.compile(r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(T\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


def _iso(value: str, whole: bool = False) -> str:
    """An ISO 8601 date, with its time where the `whole` is wanted; "" where it is none that can be."""
    match = _ISO.fullmatch(value)
    if not match or not is_date(match[1]):
        return ""
    return value if whole and is_date(value) else match[1]


def _note_created(value: str, draft: Draft, where: str) -> None:
    """The day the file was made may be the text's: a guess, where nothing else says one and its clock was set."""
    iso = _iso(value)
    if iso and not value.startswith(_LONG_AGO) and "date" not in draft.values:
        draft.say("date", iso, 0, f"the day the file was made, in {where}", "front matter")
        draft.origins["date"] = draft.origins["date"]._replace(sure="guess")
