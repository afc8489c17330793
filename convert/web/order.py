"""An HTTP request becomes an Order: the text, the formats asked for, and the options.

Whatever is neither `to`, `file`, `text` nor `name` is an option; the query may hold all but the text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask import Request

from convert import parcel, profiles
from convert.article import Edition, Source
from convert.editions import EDITIONS
from convert.errors import InputError, LimitError, UsageError
from convert.files import style_named
from convert.options import Options, flag, options_from
from convert.pipeline import DEFAULT_FORMATS, known_formats
from convert.readers import AUTO, TEXT
from convert.settings import Settings
from convert.web.body import Said, of_many, of_one, said_by

PROVABLE = ("html", "epub", "pdf")  # what can be checked


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


def order_from(request: Request, settings: Settings) -> Order:
    """The Order that `request` gives."""
    said = said_by(request, of_one(settings))
    if not said.values.get("to") and (wanted := _accepted(request)):
        said.say("to", wanted)
    return order_of(said, settings)


def single_from(request: Request, settings: Settings) -> Order:
    """The Order that `request` gives, of one text. UsageError where it is to be an issue."""
    said = said_by(request, of_one(settings))
    _refuse_issue(said)
    _refuse_hook(said)
    return order_of(said, settings)


def trial_from(request: Request, settings: Settings) -> Trial:
    """The Trial that `request` gives: its parts named `edition`, and a text with the options of its setting."""
    said = said_by(request, of_many(settings))
    _refuse_issue(said)
    _refuse_hook(said)
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


def _refuse_hook(said: Said) -> None:
    if any(said.values.get(name) for name in ("webhook", "webhook_secret")):
        raise waited_for()


def waited_for() -> UsageError:
    """What is said to who names a webhook where no job is made."""
    return UsageError(
        "A webhook has news of a job, and this answer is waited for.",
        "Ask for a job: Prefer: respond-async, or POST /v1/jobs.",
    )


def _accepted(request: Request) -> str:
    """The format whose media type the caller names in Accept, and likes best; "" where it would take anything."""
    kinds = {kind.media_type.partition(";")[0]: name for name, kind in EDITIONS.items()}
    named = [(quality, kind) for kind, quality in request.accept_mimetypes if kind in kinds and quality > 0]
    return kinds[max(named)[1]] if named else ""


def orders_from(request: Request, settings: Settings) -> list[Order]:
    """An Order for each text of a batch: the files of a form, those in its zip archives, each with the same options."""
    said = said_by(request, of_many(settings))
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
        raise of_one(settings).refusal()
    options = options_from({k: v[0] if len(v) == 1 else v for k, v in values.items()}, "http")
    options = styled(options, settings)
    if said.pasted and not parts and _is_utf8(source.data):
        options = replace(options, encoding="")  # the encoding is a file's: what was pasted came as Unicode
    if said.pasted and not parts and options.reader in ("", AUTO):
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
