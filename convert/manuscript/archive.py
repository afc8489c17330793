"""Archives: a docx, odt or epub is told apart, unpacked within bounds, and packed again without what is no text.

What pandoc gets was read and counted here first: a small file that unpacks to very much is refused at the door.
Obeys ECMA-376 part 2 (docx), ODF 1.3 part 2 (odt) and OCF 3.3 (epub).
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

from convert.errors import ConvertError, InputError, LimitError, NotText

MOST_MEMBERS = 5000
MOST_BYTES = 64_000_000  # unpacked
MOST_TIMES = 100  # as large as packed; text packs to a tenth, what is made to burst to a thousandth
_SMALL = 1_000_000  # unpacked bytes that nobody minds, however well they pack

# What zipfile and those who unpack for it raise at an archive that is broken, or written to look so.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, OSError, OverflowError, LookupError, RuntimeError, ValueError,
)  # fmt: skip
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MIMETYPES = {"application/vnd.oasis.opendocument.text": "odt", "application/epub+zip": "epub"}
_TEXTS = (".xml", ".rels", ".rdf", ".opf", ".ncx", ".xhtml", ".html", ".htm")
_TITLE_PAGE = re.compile(rb"(epub:type=[\"'][^\"'<>]{0,200}?)\btitlepage\b")  # what pandoc would leave out, unread
_LOCKED = {"odt": "META-INF/manifest.xml", "epub": "META-INF/rights.xml"}


class Opened(NamedTuple):
    """An archive's texts by their names, and the archive that pandoc is given."""

    members: Mapping[str, bytes]
    data: bytes


def kind_of(data: bytes) -> str:
    """docx, odt or epub. NotText where it is another archive, InputError where it cannot be opened."""
    with _zip(data, "zip archive") as archive:
        names = set(archive.namelist())
        said = archive.read("mimetype")[:80].decode("ascii", "replace").strip() if _stored(archive, "mimetype") else ""
    if said in _MIMETYPES:
        return _MIMETYPES[said]
    if "word/document.xml" in names or any(n.startswith("word/") for n in names):
        return "docx"
    what = next((what for sign, what in _OTHERS if any(n.startswith(sign) for n in names)), "a zip archive")
    raise NotText(f"The input is {what}, not a text.", "Send one article: .txt, .docx, .odt, .epub, .html.")


_OTHERS = (("xl/", "an Excel workbook"), ("ppt/", "a PowerPoint presentation"), ("content.xml", "an OpenDocument file"))


def _stored(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a short member of that name is there."""
    return any(info.filename == name and info.file_size < 1000 for info in archive.infolist()[:10])


def opened(data: bytes, kind: str) -> Opened:
    """The archive, unpacked and counted. InputError names what is wrong with it, LimitError what is too much."""
    if data.startswith(OLD_OFFICE):
        raise old_office(data)
    members: dict[str, bytes] = {}
    with _zip(data, kind) as archive:
        _refuse_bomb(archive.infolist(), len(data))
        for info in archive.infolist():
            if info.flag_bits & 1:
                raise _locked(kind)
            members[info.filename] = _text(archive, info, kind)
    _refuse_locked(members, kind)
    return Opened(members, _packed(members))


@contextmanager
def _zip(data: bytes, kind: str) -> Iterator[zipfile.ZipFile]:
    """The archive, to be read. InputError where it cannot be."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            yield archive
    except BROKEN:
        raise _broken(kind) from None


def _broken(kind: str) -> InputError:
    return InputError(f"The {kind} cannot be opened: it is broken, or no {kind}.", "Save it again, and send that.")


def _refuse_bomb(infos: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_MEMBERS:
        raise LimitError(f"The archive holds {len(infos)} files; the limit is {MOST_MEMBERS}.", "Send one article.")
    if total > MOST_BYTES or (total > _SMALL and total > MOST_TIMES * packed):
        raise LimitError(
            f"The archive unpacks from {packed} bytes to {total}; the limit is {MOST_BYTES}, and {MOST_TIMES} times.",
            "Save it again without pictures, or split it.",
        )


def _text(archive: zipfile.ZipFile, info: zipfile.ZipInfo, kind: str) -> bytes:
    """What a member says, as far as it is text: a picture's place stays, empty."""
    if not info.filename.lower().endswith(_TEXTS) and info.filename != "mimetype":
        return b""
    data = archive.read(info)  # never more than the size that was counted
    if b"<!ENTITY" in data:
        raise InputError(f"The {kind} declares XML entities, which no word processor does.", "Save it again.")
    return _TITLE_PAGE.sub(rb"\1x", _without_navigation(data)) if kind == "epub" else data


_ITEM = re.compile(rb"<(?:\w{1,20}:)?item\s[^<>]{0,2000}>")
_NAVIGATION = re.compile(rb"\bproperties=[\"'][^\"'<>]{0,200}?\bnav\b")
_ID = re.compile(rb"\bid=[\"']([^\"'<>]{1,200})")


def _without_navigation(package: bytes) -> bytes:
    """A book's package without its navigation among what is read: contents for machines are no text of the book."""
    item = next((x for x in _ITEM.findall(package) if _NAVIGATION.search(x)), b"")
    if uid := _ID.search(item):
        place = rb"<(?:\w{1,20}:)?itemref\s[^<>]{0,500}?\bidref=[\"']" + re.escape(uid[1]) + rb"[\"'][^<>]{0,500}/>"
        return re.sub(place, b"", package, count=1)
    return package


def _refuse_locked(members: Mapping[str, bytes], kind: str) -> None:
    sign = members.get(_LOCKED.get(kind, ""), b"")
    if (kind == "odt" and b"encryption-data" in sign) or (kind == "epub" and sign):
        raise _locked(kind)


def _locked(kind: str) -> InputError:
    return InputError(f"The {kind} is locked with a password or rights.", "Save it without, and send that.")


def old_office(data: bytes) -> ConvertError:
    """What is said of a file in the container of old Word, in which newer Word locks its files too."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _locked("docx")
    return NotText("The input is an old Office document (.doc).", "Open it, and save it as .docx.")


def _packed(members: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()
