"""A request taken apart: what it says in query and body, by name, and the texts that came with it.

The text comes as a part `file` or `text` of multipart/form-data (RFC 7578), as `text` in a JSON object, or as a body
of its own media type: text/plain, or one of another format that is read.

Bodies are read here and nowhere else, piece by piece and counted: of a chunked body over its limit Werkzeug's
`request.get_data()` answers the beginning as if it were all, and its forms put U+FFFD where a field is not UTF-8.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from flask import Request
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, RequestTimeout
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from convert import covers
from convert.article import Source
from convert.errors import ConvertError, InputError, LimitError, NotText, UsageError
from convert.options import FIELDS
from convert.readers import BY_MEDIA_TYPE, TEXT
from convert.settings import Settings

PIECE = 1 << 16
FRAME = 1 << 20  # bytes of a body for all that is not the text: part headers, names, options
PARTS = 200  # of a form: some twenty options, of which a few repeat
FILES = {f.name for f in FIELDS if f.kind in ("yaml", "file")}  # options whose text may come as a file
HEARD_OUT = 1 << 26  # bytes of a body over its limit that are still read, and dropped


@dataclass(slots=True)
class Said:
    """What a request says, taken apart: values by name, each in a list, and the texts that came with it."""

    values: dict[str, list[Any]] = field(default_factory=dict)
    pasted: list[bytes] = field(default_factory=list)
    files: list[Source] = field(default_factory=list)
    editions: list[Source] = field(default_factory=list)

    def say(self, name: str, value: Any) -> None:
        """Add a value, or each of a list of values."""
        self.values.setdefault(name, []).extend(value if isinstance(value, list) else [value])


class Bound(NamedTuple):
    """How large a body may be, beside its frame, and of how many parts."""

    bytes: int
    setting: str
    parts: int = PARTS

    def refusal(self) -> LimitError:
        """What is said to who sends more; it names the setting."""
        what = "text" if self.setting == "EDITIONS_MAX_BYTES" else "request"
        return LimitError(
            f"The {what} is larger than {self.bytes} bytes, the limit here ({self.setting}).", f"Split the {what}."
        )


def of_one(settings: Settings) -> Bound:
    """The bound for what holds one text."""
    return Bound(settings.max_bytes, "EDITIONS_MAX_BYTES")


def of_many(settings: Settings) -> Bound:
    """The bound for what holds many."""
    return Bound(settings.batch_bytes, "EDITIONS_BATCH_BYTES", settings.batch_texts + PARTS)


def said_by(request: Request, bound: Bound) -> Said:
    """What `request` says in query and body. NotText (415) where the body is of no kind that is read."""
    said = Said()
    for name, values in request.args.lists():
        said.say(name, list(values))
    match request.mimetype:
        case "multipart/form-data":
            _read_form(said, request, bound)
        case "application/zip":
            said.files.append(Source("", b"".join(pieces(request, bound, 0))))
        case "application/json":
            _read_json(said, request, bound)
        case "text/plain":
            said.files.append(Source("", b"".join(pieces(request, bound, 0))))
            said.values.setdefault("reader", [TEXT])
            _note_charset(said, request)
        case other if other in BY_MEDIA_TYPE:
            said.files.append(Source("", b"".join(pieces(request, bound, 0))))
            said.values.setdefault("reader", [BY_MEDIA_TYPE[other]])
            _note_charset(said, request)
        case other:
            raise NotText(
                f"The body is {other}, and no text is read from that." if other else "The body has no Content-Type.",
                "Send multipart/form-data with a part `file`, application/json with `text`, text/plain, or the media "
                "type of another format that is read.",
                code="media-type",
            )
    return said


def _note_charset(said: Said, request: Request) -> None:
    if charset := request.mimetype_params.get("charset"):
        said.values.setdefault("encoding", [charset])


def pieces(request: Request, bound: Bound, frame: int) -> Iterator[bytes]:
    """The body in order, at most `bound` and its frame. LimitError past that, whatever Content-Length says."""
    most = bound.bytes + frame
    count = 0
    with _broken_bodies_named():
        if (request.content_length or 0) <= most:
            while (piece := request.stream.read(PIECE)) and (count := count + len(piece)) <= most:
                yield piece
            if count < (request.content_length or 0):  # gunicorn ends such a body as if it were whole
                raise EOFError
            if count <= most:
                return
        hear_out(request)
    raise bound.refusal()


def hear_out(request: Request, seconds: float = 60.0) -> None:
    """Read on for nothing, within bounds: who is refused while still sending sees a broken connection and no reason."""
    if (request.content_length or 0) > HEARD_OUT:
        return
    heard, late = 0, time.monotonic() + seconds
    while heard < HEARD_OUT and time.monotonic() < late and (piece := request.stream.read(PIECE)):
        heard += len(piece)


@contextmanager
def _broken_bodies_named() -> Iterator[None]:
    """A body that stalls ends as 408, one that breaks off as 400."""
    try:
        yield
    except (TimeoutError, BlockingIOError):  # the second is what SO_RCVTIMEO raises, see serve.py
        raise RequestTimeout("The rest of the body did not come.") from None
    except (HTTPException, ConvertError):
        raise
    except Exception as error:  # the server's reader raises what it likes: for a bad chunk gunicorn a bare Exception
        raise BadRequest(f"The body broke off or is not well-formed ({type(error).__name__}).") from None


def _read_form(said: Said, request: Request, bound: Bound) -> None:
    boundary = request.mimetype_params.get("boundary", "").encode("utf-8", "replace")
    decoder = MultipartDecoder(boundary, max_form_memory_size=FRAME, max_parts=bound.parts)
    part: Field | File = Field(name="", headers=request.headers)
    data = bytearray()
    try:
        for event in _events(decoder, pieces(request, bound, FRAME)):
            match event:
                case Field() | File():
                    part, data = event, bytearray()
                case Data():
                    data += event.data
                    if not event.more_data:
                        _note(said, part, bytes(data))
    except (ValueError, RequestEntityTooLarge):
        raise UsageError(
            f"The form is not well-formed multipart/form-data in UTF-8, or has more than {bound.parts} parts.",
            "Let a library or a browser write it: curl -F file=@article.txt.",
            code="bad-form",
        ) from None


def _events(decoder: MultipartDecoder, body: Iterator[bytes]) -> Iterator[Event]:
    for piece in chain(body, (None,)):
        decoder.receive_data(piece)
        while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
            yield event


def _note(said: Said, part: Field | File, data: bytes) -> None:
    """Take down one part. A file field left empty and an empty text field say nothing."""
    filename = part.filename if isinstance(part, File) else ""
    if part.name == "edition" and filename:
        said.editions.append(Source(filename, data))
    elif part.name == "file" or (part.name == "text" and filename):
        if filename or data:
            said.files.append(Source(filename, data))
    elif part.name == "text":
        said.pasted.append(data)
    elif part.name == "cover" and filename:
        said.say("cover", covers.data_url(data))
    elif (filename and part.name not in FILES) or not part.name:
        raise UsageError(
            f"No file is taken as {part.name!r}.", "Send the text as the part named `file`.", code="unknown-option"
        )
    elif data:
        said.say(part.name, data.decode())


def _read_json(said: Said, request: Request, bound: Bound) -> None:
    # JSON may spend six characters on two bytes of text: é as \u00e9.
    body = b"".join(pieces(request, bound, 2 * bound.bytes + FRAME))
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _bad_json(f"The body is not JSON ({error}).", getattr(error, "lineno", 0)) from None
    if not isinstance(value, dict):
        raise _bad_json("The body is JSON, but no object.")
    text = value.pop("text", None)
    if text is not None and not isinstance(text, str):
        raise _bad_json("`text` is not a string.")
    if text is not None:
        said.pasted.append(_as_bytes(text))
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        raise _bad_json("The options hold half a surrogate pair, which is no character, or lie too deep.") from None
    for name, given in value.items():
        if given is not None:
            said.say(name, given)


def _as_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise InputError(
            f"The text has half a surrogate pair in line {line}, which is no character.",
            "Send it as UTF-8, or write both halves.",
            code="undecodable",
            line=line,
        ) from None


def _bad_json(message: str, line: int = 0) -> UsageError:
    return UsageError(message, 'Send an object like {"text": "…", "to": "epub"}.', code="bad-json", line=line)
