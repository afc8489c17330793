"""An HTTP request becomes an Order: the text, the formats asked for, and the options.

The text comes as a part `file` or `text` of multipart/form-data (RFC 7578), as `text` in a JSON object, or as a body
of its own media type: text/plain, or one of another format that is read. Whatever is neither `to`, `file`, `text` nor
`name` is an option; the query may hold all but the text.

Bodies are read here and nowhere else, piece by piece and counted: of a chunked body over its limit Werkzeug's
`request.get_data()` answers the beginning as if it were all, and its forms put U+FFFD where a field is not UTF-8.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, NamedTuple

from flask import Request
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, RequestTimeout
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from convert import covers, parcel, profiles
from convert.article import Edition, Source
from convert.editions import EDITIONS
from convert.errors import ConvertError, InputError, LimitError, NotText, UsageError
from convert.files import style_named
from convert.options import FIELDS, Options, flag, options_from
from convert.pipeline import DEFAULT_FORMATS, known_formats
from convert.readers import AUTO, BY_MEDIA_TYPE, TEXT
from convert.settings import Settings

PROVABLE = ("html", "epub", "pdf")  # what can be checked
PIECE = 1 << 16
FRAME = 1 << 20  # bytes of a body for all that is not the text: part headers, names, options
PARTS = 200  # of a form: some twenty options, of which a few repeat
FILES = {f.name for f in FIELDS if f.kind in ("yaml", "file")}  # options whose text may come as a file
HEARD_OUT = 1 << 26  # bytes of a body over its limit that are still read, and dropped


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: this text, in these formats, with these options."""

    source: Source
    formats: tuple[str, ...]
    options: Options
    parts: tuple[Source, ...] = ()  # the texts of an issue; `source` then holds them packed
    webhook: str = ""  # where the news of a job's end is to go
    secret: str = ""  # and what signs it


class Trial(NamedTuple):
    """What is to be checked: editions, the text that they were set from, or both; without editions, what it gives."""

    editions: tuple[Edition, ...]
    source: Source | None
    formats: tuple[str, ...]
    options: Options


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


def order_from(request: Request, settings: Settings) -> Order:
    """The Order that `request` gives."""
    said = said_by(request, settings.max_bytes)
    if not said.values.get("to") and (wanted := _accepted(request)):
        said.say("to", wanted)
    return order_of(said, settings)


def single_from(request: Request, settings: Settings) -> Order:
    """The Order that `request` gives, of one text. UsageError where it is to be an issue."""
    said = said_by(request, settings.max_bytes)
    _refuse_issue(said)
    return order_of(said, settings)


def trial_from(request: Request, settings: Settings) -> Trial:
    """The Trial that `request` gives: its parts named `edition`, and a text with the options of its setting."""
    said = said_by(request, settings.batch_bytes)
    _refuse_issue(said)
    editions = tuple(_edition(source) for source in said.editions)
    if len({edition.format for edition in editions}) < len(editions):
        raise UsageError("There are two editions of one format.", "Check one publication at a time.")
    if editions and not said.files and not any(data.strip() for data in said.pasted):
        return Trial(editions, None, (), _no_options(said))
    if not said.values.get("to"):
        said.say("to", list(PROVABLE))
    order = order_of(said, settings, proof=True)
    if not any(name in PROVABLE for name in order.formats):
        raise UsageError(f"None of {', '.join(order.formats)} can be checked.", f"Ask for {', '.join(PROVABLE)}.")
    return Trial(editions, order.source, order.formats, order.options)


def _edition(source: Source) -> Edition:
    """An edition as it was sent, its format by its name."""
    ending = source.name.rpartition(".")[2].lower()
    form = {"htm": "html"}.get(ending, ending)
    if form not in PROVABLE:
        raise UsageError(
            f"{source.name!r} is no edition that can be checked.", f"Name it as what it is: {', '.join(PROVABLE)}."
        )
    return Edition(form, source.name, "", source.data)


def _no_options(said: Said) -> Options:
    if said.values:
        raise UsageError("Options of a text were given without the text.", "Send it too, as `file`, or leave them out.")
    return Options()


def _refuse_issue(said: Said) -> None:
    if flag("collect", said.values.get("collect", [])):
        raise UsageError("No issue is made here.", "Send the texts with collect=true to /v1/convert or /v1/jobs.")


def _accepted(request: Request) -> str:
    """The format whose media type the caller names in Accept, and likes best; "" where it would take anything."""
    kinds = {kind.media_type.partition(";")[0]: name for name, kind in EDITIONS.items()}
    named = [(quality, kind) for kind, quality in request.accept_mimetypes if kind in kinds and quality > 0]
    return kinds[max(named)[1]] if named else ""


def orders_from(request: Request, settings: Settings) -> list[Order]:
    """An Order for each text of a batch: the files of a form, those in its zip archives, each with the same options."""
    said = said_by(request, settings.batch_bytes, settings.batch_texts + PARTS)
    _refuse_issue(said)
    texts = [text for file in said.files for text in _unpacked(file, settings)]
    if len(texts) > settings.batch_texts:
        raise LimitError(
            f"The batch has {len(texts)} texts; the limit is {settings.batch_texts} (EDITIONS_BATCH_TEXTS).",
            "Send several batches.",
        )
    texts += [Source("", data) for data in said.pasted if data.strip()]
    if not texts:
        _the_text([])
    return [order_of(replace(said, files=[text], pasted=[]), settings) for text in texts]


def _unpacked(source: Source, settings: Settings) -> list[Source]:
    if not parcel.is_parcel(source):
        return [source]
    return parcel.unpacked(source, settings.batch_texts, settings.max_bytes, settings.batch_bytes)


def said_by(request: Request, max_bytes: int, parts: int = PARTS) -> Said:
    """What `request` says in query and body. NotText (415) where the body is of no kind that is read."""
    said = Said()
    for name, values in request.args.lists():
        said.say(name, list(values))
    match request.mimetype:
        case "multipart/form-data":
            _read_form(said, request, max_bytes, parts)
        case "application/zip":
            said.files.append(Source("", b"".join(pieces(request, max_bytes, 0))))
        case "application/json":
            _read_json(said, request, max_bytes)
        case "text/plain":
            said.files.append(Source("", b"".join(pieces(request, max_bytes, 0))))
            said.values.setdefault("reader", [TEXT])
            _note_charset(said, request)
        case other if other in BY_MEDIA_TYPE:
            said.files.append(Source("", b"".join(pieces(request, max_bytes, 0))))
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


def order_of(said: Said, settings: Settings, proof: bool = False) -> Order:
    """The Order that was given. UsageError names what is said twice or not known, InputError a missing text."""
    values = dict(said.values)
    if said.editions and not proof:
        raise UsageError("An edition was sent, and texts are set here.", "Send it to /v1/check, or a text as `file`.")
    formats = known_formats(_parted(_strings("to", values)) or DEFAULT_FORMATS)
    texts = said.files + [Source("", data) for data in said.pasted if data.strip()]
    parts = _parts(texts, settings) if flag("collect", values.pop("collect", [])) else ()
    source = parcel.packed(parts) if parts else _the_text(texts)
    hook, secret = ((_strings(name, values) or [""])[-1] for name in ("webhook", "webhook_secret"))
    if names := _strings("name", values):
        source = replace(source, name=names[-1])
    if sum(len(text.data) for text in parts or (source,)) > settings.max_bytes:
        raise too_large(settings.max_bytes)
    options = options_from({k: v[0] if len(v) == 1 else v for k, v in values.items()}, "http")
    options = styled(options, settings)
    if said.pasted and _is_utf8(source.data):
        options = replace(options, encoding="")  # the encoding is a file's: what was pasted came as Unicode
    if said.pasted and options.reader in ("", AUTO):
        options = replace(options, reader=TEXT)  # what is pasted is text, even where it is about HTML
    if parts:
        _refuse_for_issue(options)
    return Order(source, formats, options, parts, hook, secret)


def _parts(texts: list[Source], settings: Settings) -> tuple[Source, ...]:
    """The texts of an issue, in their order; those of an archive as they lie in it."""
    parts = tuple(text for file in texts for text in _unpacked(file, settings))
    return parts or (_the_text([]),)


def _refuse_for_issue(options: Options) -> None:
    if not options.title:
        raise UsageError("An issue has no title of its own.", "Give it one: title.", code="no-title")
    if options.overrides:
        raise UsageError("Overrides correct one text, and an issue has several.", "Set right each text's front matter.")


def styled(options: Options, settings: Settings) -> Options:
    """The options with the profile that they name, and no style sheet unless this service takes some."""
    if options.css and not settings.allow_css:
        raise UsageError(
            "This service takes no style sheets (EDITIONS_ALLOW_CSS).", "Name a profile instead.", code="css-refused"
        )
    if options.profile:
        profile = style_named(options.profile, settings.profiles)
        options = replace(options, profile=profiles.packed(profile))
    if options.css:
        profiles.of(options)
    return options


def too_large(max_bytes: int) -> LimitError:
    """The refusal of a text over the limit; it names the setting."""
    return LimitError(
        f"The text is larger than {max_bytes} bytes, the limit here (EDITIONS_MAX_BYTES).", "Split the text."
    )


def _strings(name: str, values: dict[str, list[Any]]) -> list[str]:
    """Take the values of `name`, which is no option, out of `values`."""
    taken = values.pop(name, [])
    if not all(isinstance(value, str) for value in taken):
        raise UsageError(f"`{name}` must be text.", f"Give `{name}` as a string.")
    return taken


def _parted(values: list[str]) -> list[str]:
    return [word.strip() for value in values for word in value.split(",") if word.strip()]


def _the_text(texts: list[Source]) -> Source:
    match texts:
        case [text]:
            return text
        case []:
            raise InputError(
                "There is no text to set.", "Choose a file or paste its text (part `file`, or `text`).", code="empty"
            )
        case _:
            raise UsageError(
                f"There are {len(texts)} texts, and one is set at a time.",
                "Give one file or one pasted text. Of several, collect=true makes one issue; /v1/batches sets each.",
                code="several-texts",
            )


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


# ---------------------------------------------------------------- the body


def pieces(request: Request, max_bytes: int, frame: int) -> Iterator[bytes]:
    """The body in order, at most `max_bytes + frame` of it. LimitError past that, whatever Content-Length says."""
    most = max_bytes + frame
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
    raise too_large(max_bytes)


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


def _read_form(said: Said, request: Request, max_bytes: int, parts: int) -> None:
    boundary = request.mimetype_params.get("boundary", "").encode("utf-8", "replace")
    decoder = MultipartDecoder(boundary, max_form_memory_size=FRAME, max_parts=parts)
    part: Field | File = Field(name="", headers=request.headers)
    data = bytearray()
    try:
        for event in _events(decoder, pieces(request, max_bytes, FRAME)):
            match event:
                case Field() | File():
                    part, data = event, bytearray()
                case Data():
                    data += event.data
                    if not event.more_data:
                        _note(said, part, bytes(data))
    except (ValueError, RequestEntityTooLarge):
        raise UsageError(
            f"The form is not well-formed multipart/form-data in UTF-8, or has more than {parts} parts.",
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


def _read_json(said: Said, request: Request, max_bytes: int) -> None:
    # JSON may spend six characters on two bytes of text: é as \u00e9.
    body = b"".join(pieces(request, max_bytes, 2 * max_bytes + FRAME))
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
