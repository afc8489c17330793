"""Parcels: the texts in a zip archive, unpacked within bounds. What its names say becomes a name and never a path.

Several texts that are to be one thing in the store are packed in one piece, and parted again.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from convert.article import Source
from convert.editions import media_name
from convert.errors import InputError, LimitError
from convert.files import READABLE
from convert.manuscript.archive import BROKEN

RATIO = 100  # times its packed size; a bomb is thousands
_PIECE = 1 << 16
_OF_A_FORMAT = {"[Content_Types].xml", "mimetype"}  # docx, odt and EPUB are zips, too


def is_parcel(source: Source) -> bool:
    """Whether it is a zip of files, rather than a manuscript that is one."""
    if not source.data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            return not _OF_A_FORMAT.intersection(archive.namelist())
    except BROKEN:
        return True


def unpacked(source: Source, most: int, max_bytes: int, all_bytes: int) -> list[Source]:
    """The texts in it, by their names' last part. LimitError names what is too much, InputError what is broken."""
    with named(source.name or "sent"), zipfile.ZipFile(io.BytesIO(source.data)) as archive:
        members = [m for m in archive.infolist() if is_text(m)]
        if len(members) > most:
            raise LimitError(
                f"The archive has {len(members)} texts; the limit is {most} (EDITIONS_BATCH_TEXTS).", "Send several."
            )
        return _all(archive, members, max_bytes, all_bytes)


@contextmanager
def named(archive: str) -> Iterator[None]:
    """What is wrong with an archive, in our words."""
    try:
        yield
    except BROKEN as error:
        raise InputError(
            f"The archive {archive} cannot be read: {str(error)[:200] or type(error).__name__}.",
            "Make it anew, with no password.",
            code="bad-archive",
        ) from None


def is_text(member: zipfile.ZipInfo) -> bool:
    """Whether a member of an archive is to be read: its name ends so, and is not hidden."""
    last = member.filename.replace("\\", "/").rpartition("/")[2]
    hidden = last.startswith(".") or "__MACOSX" in member.filename
    return not hidden and last.lower().endswith(READABLE)  # of a folder nothing is last


def _all(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], max_bytes: int, all_bytes: int) -> list[Source]:
    texts, left = [], all_bytes
    for member in members:
        data = read(archive, member, min(max_bytes, left))
        left -= len(data)
        texts.append(Source(member.filename.replace("\\", "/").rpartition("/")[2], data))
    return texts


def read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """A member's bytes, at most `most`, and no more than RATIO times its packed size. LimitError past that."""
    data, most = bytearray(), min(most, max(member.compress_size * RATIO, _PIECE))
    with archive.open(member) as file:
        while piece := file.read(_PIECE):
            data += piece
            if len(data) > most:
                raise LimitError(
                    f"{media_name(member.filename)} in the archive unpacks to more than {most} bytes.",
                    "Send it by itself, or in an archive of fewer texts.",
                )
    return bytes(data)


def packed(texts: Sequence[Source]) -> Source:
    """The texts in one piece: the same texts are the same bytes."""
    said = [{"name": text.name, "data": base64.b64encode(text.data).decode()} for text in texts]
    return Source("", json.dumps(said).encode())


def parted(data: bytes) -> list[Source]:
    """The texts that were packed."""
    return [Source(one["name"], base64.b64decode(one["data"])) for one in json.loads(data)]
