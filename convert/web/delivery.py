"""Editions leave as one HTTP answer: one as the file itself, several as a zip, or as parts with the report.

Content-Disposition by RFC 6266 with RFC 5987 names; a zip of the same editions is the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Response

from convert.article import Edition, Source
from convert.editions import media_name

_CALLED = {"latex": "LaTeX", "rst": "reStructuredText", "plain": "Plain text"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can say


@dataclass(frozen=True, slots=True)
class Result:
    """Editions that are there, what was doubtful, and what is known of the article."""

    editions: tuple[Edition, ...]
    remarks: list[dict[str, Any]]
    metadata: dict[str, Any]


def delivered(result: Result, source: Source) -> Response:
    """The answer that downloads: the one edition, or a zip of them named after the source."""
    match result.editions:
        case (one,):
            edition = one
        case several:
            data = zipped((e.name, e.data) for e in several)
            edition = Edition("zip", f"{media_name(source.name)}.zip", "application/zip", data)
    response = attachment(edition)
    response.headers["X-Remarks"] = str(len(result.remarks))
    return response


def attachment(edition: Edition) -> Response:
    """`edition` as a file to save, never to show."""
    response = Response(edition.data, content_type=edition.media_type)
    response.headers["Content-Disposition"] = _disposition("attachment", filename=edition.name)
    response.set_etag(hashlib.sha256(edition.data).hexdigest())
    return response


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip archive of `members`, in their order, with the same time and rights for each."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system, member.external_attr = 3, 0o644 << 16  # a plain file on Unix, wherever it is written
            archive.writestr(member, data)
    return buffer.getvalue()


def in_parts(result: Result) -> Response:
    """The answer for the desk's script: multipart/form-data, which a browser takes apart by itself.

    A field `report` (JSON: metadata and remarks), then a file `edition` for each.
    """
    report = {"metadata": result.metadata, "remarks": result.remarks}
    parts = [_part("report", json.dumps(report).encode(), "application/json")]
    parts += [_part("edition", e.data, e.media_type, e.name) for e in result.editions]
    boundary = hashlib.sha256(b"".join(parts)).hexdigest()  # a text that holds its own hash cannot be written
    frame = f"--{boundary}\r\n".encode()
    body = b"".join(frame + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return Response(body, content_type=f"multipart/form-data; boundary={boundary}")


def _part(name: str, data: bytes, media_type: str, filename: str = "") -> bytes:
    said = f'form-data; name="{name}"'
    if filename:
        said += f'; filename="{_quoted(filename)}"'
    return f"Content-Disposition: {said}\r\nContent-Type: {media_type}\r\n\r\n".encode() + data


def _quoted(filename: str) -> str:
    """As browsers write and read names in multipart/form-data (HTML standard, multipart encoding)."""
    return filename.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def _disposition(kind: str, filename: str) -> str:
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = "".join(c if c.isprintable() and c not in '"\\%' else "_" for c in plain)
    if plain.startswith("."):
        plain = "article" + plain
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def called(name: str) -> str:
    """What people call the format `name`."""
    return _CALLED.get(name) or (name.upper() if len(name) < 5 else name.capitalize())


def as_json(value: Any, status: int = 200, media_type: str = "application/json") -> Response:
    """`value` as JSON that people can read too."""
    body = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    return Response(body, status, content_type=media_type)
