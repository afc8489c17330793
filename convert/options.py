"""Options: everything a caller can say about one conversion, as one frozen dataclass.

The command line's flags, the form's fields, the JSON body and the documentation are all derived from `FIELDS`;
nobody lists an option a second time. A door is a place where an option may be given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from convert import covers
from convert.errors import UsageError
from convert.paper import paper
from convert.readers import CHOICES

Door = Literal["cli", "http"]
Kind = Literal["text", "many", "flag", "pairs", "yaml", "cover", "file"]  # file: a command's is a name, else its text
EVERYWHERE: tuple[Door, ...] = ("cli", "http")


def _say(help: str, kind: Kind, doors: tuple[Door, ...] = EVERYWHERE, flag: str = "", metavar: str = "TEXT") -> Any:
    said = {"help": help, "kind": kind, "doors": doors, "flag": flag, "metavar": metavar}
    default: Any = {"many": (), "pairs": (), "flag": None}.get(kind, "")
    return field(default=default, metadata=said)


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller said. Empty or None means: not said, so the text or the default decides."""

    title: str = _say("Title of the article.", "text")
    authors: tuple[str, ...] = _say("Author; repeat for several.", "many", flag="--author", metavar="NAME")
    date: str = _say("Date of publication, ISO 8601: 2017-09-18.", "text", metavar="DATE")
    language: str = _say("Language of the text, BCP 47: en, de-AT, zh-Hant.", "text", metavar="TAG")
    publisher: str = _say("Publisher of the edition.", "text", metavar="NAME")
    rights: str = _say("Rights statement or licence.", "text")
    identifier: str = _say("Identifier: a URN, ISBN, DOI or URL.", "text", metavar="ID")
    subjects: tuple[str, ...] = _say("Subject or keyword; repeat for several.", "many", flag="--subject")
    description: str = _say("Description, one or two sentences.", "text")
    source: str = _say("Address the article was published at.", "text", flag="--source-url", metavar="URL")
    modified: str = _say("Time of the last change, ISO 8601.", "text", metavar="TIME")
    extra: tuple[tuple[str, str], ...] = _say(
        "Any other metadata field.", "pairs", flag="--metadata", metavar="KEY=VALUE"
    )
    toc: bool | None = _say("Set a table of contents, or none; default: where there are three headings.", "flag")
    profile: str = _say("House style: article, book, or one of your own.", "text", metavar="NAME|FILE")
    page: str = _say("Size of the PDF's pages: A5, A4, letter, 129x198mm, 6x9in.", "text", metavar="SIZE")
    css: str = _say("Style sheet whose rules come after the design's own.", "file", metavar="FILE")
    cover: str = _say(
        "Cover of the EPUB: a JPEG or PNG image, generated or none; default: none, unless the profile has one.",
        "cover", metavar="FILE|generated|none",
    )  # fmt: skip
    reader: str = _say(
        f"What the input is, where its first bytes and its name do not say it (auto): {', '.join(CHOICES[1:])}.",
        "text", flag="--from", metavar="FORMAT",
    )  # fmt: skip
    attach_source: bool | None = _say("Attach the article as Markdown to the PDF, or not; default: not.", "flag")
    encoding: str = _say("Encoding of the text, where it cannot be told from the bytes.", "text", metavar="NAME")
    detect: tuple[str, ...] = _say(
        "Structures to look for, whatever else is said: smallcaps, which is off by itself, or one of --no-detect.",
        "many", flag="--detect", metavar="RULE",
    )  # fmt: skip
    no_detect: tuple[str, ...] = _say(
        "Structures not to look for: verse, list, heading …", "many", flag="--no-detect", metavar="RULE"
    )
    overrides: str = _say(
        "What was read wrongly, as YAML: metadata, detect, no-detect, structure.", "yaml", doors=("http",)
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one conversion may take."""

    max_bytes: int = 16_000_000
    max_blocks: int = 200_000
    max_pdf_bytes: int = 2_000_000
    max_pdf_blocks: int = 10_000
    wall_seconds: float = 60.0
    memory_bytes: int = 1_500_000_000


class Field(NamedTuple):
    """One option as the doors see it."""

    name: str  # its name in JSON and in the form
    flag: str  # its name on the command line
    kind: Kind
    doors: tuple[Door, ...]
    metavar: str
    help: str


FIELDS: tuple[Field, ...] = tuple(
    Field(
        f.name,
        f.metadata["flag"] or "--" + f.name.replace("_", "-"),
        f.metadata["kind"],
        f.metadata["doors"],
        f.metadata["metavar"],
        f.metadata["help"],
    )
    for f in fields(Options)
)
BY_NAME = {f.name: f for f in FIELDS} | {f.flag.lstrip("-").replace("-", "_"): f for f in FIELDS}


def options_from(values: Mapping[str, Any], door: Door) -> Options:
    """The Options that a form, a query string, a JSON object or parsed flags say.

    Names may be the field's (`authors`) or the flag's (`author`). UsageError names an unknown name or a value
    that does not fit, and what is allowed.
    """
    said: dict[str, Any] = {}
    for name, value in values.items():
        known = BY_NAME.get(name.replace("-", "_"))
        if known is None or door not in known.doors:
            allowed = ", ".join(sorted(f.name for f in FIELDS if door in f.doors))
            raise UsageError(f"There is no option {name!r}.", f"The options are: {allowed}.", code="unknown-option")
        if known.kind != "pairs":
            said[known.name] = _value(known, value, said.get(known.name))
            continue
        for key, text in _pairs(known, value):  # -M title=… is --title …
            named = BY_NAME.get(key.replace("-", "_"))
            if named is None or named.kind == "pairs" or door not in named.doors:
                said["extra"] = (*said.get("extra", ()), (key, text))
            else:
                said[named.name] = _value(named, text, said.get(named.name))
    return _checked(Options(**said))


_RULES = ("detect", "no_detect")  # names of rules hold no comma, so that commas may part them


def _value(known: Field, value: Any, before: Any) -> Any:
    match known.kind:
        case "text":
            return _text(known, value)
        case "many":
            items = value if isinstance(value, list | tuple) else [value]
            several = [x for v in items for x in (_text(known, v).split(",") if known.name in _RULES else [v])]
            return (before or ()) + tuple(_text(known, v).strip() for v in several if _text(known, v).strip())
        case "flag":
            return flag(known.name, value)
        case "yaml":
            return _yaml(known, value)
        case "cover":
            return _text(known, value[-1] if value and isinstance(value, list | tuple) else value)
        case "file":
            return _content(known, value)
        case "pairs":
            raise AssertionError("pairs are shared out by options_from")


def _yaml(known: Field, value: Any) -> str:
    """A document, with its lines; an object of JSON is one as well."""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        raise UsageError(f"{known.name} must be text, not {type(value).__name__}.", f"Give {known.name} as YAML.")
    return value


def _content(known: Field, value: Any) -> str:
    """What a file holds, with its lines."""
    if not isinstance(value, str):
        raise UsageError(f"{known.name} must be text, not {type(value).__name__}.", "Give it as a file of text.")
    return value


def _text(known: Field, value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise UsageError(f"{known.name} must be text, not {type(value).__name__}.", f"Give {known.name} as a string.")
    return _NEITHER.sub(" ", value.encode("utf-8", "replace").decode("utf-8")).strip()


# White space, controls, and what is no character: in none of the editions' metadata it could stand (XML 1.0, 2.2).
_NEITHER = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]+")


def flag(name: str, value: Any) -> bool | None:
    """What was said of `name`, which is true or false; None where nothing was."""
    if isinstance(value, list) and len(value) < 2:
        value = value[0] if value else None
    words = {"": None, "true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False}
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise UsageError(f"{name} must be true or false, not {value!r}.", "Say true or false.")


def _pairs(known: Field, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [(_text(known, str(k)), _text(known, v)) for k, v in value.items()]
    items = value if isinstance(value, list | tuple) else [value]
    pairs = [_text(known, item).partition("=") for item in items]
    if not all(key.strip() and eq for key, eq, _ in pairs):
        raise UsageError(
            f"{known.flag} wants KEY=VALUE, not {', '.join(map(str, items))!r}.",
            f"For example {known.flag} series=Essays.",
        )
    return [(key.strip(), text.strip()) for key, _, text in pairs]


_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII)
_TAG = re.compile(
    r"[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?(-[A-Za-z0-9]{5,8})*", re.ASCII
)


def _checked(options: Options) -> Options:
    """The same Options, where what they say can be. UsageError otherwise."""
    for name in ("date", "modified"):
        value = getattr(options, name)
        if value and not is_date(value):
            raise UsageError(f"{name} {value!r} is not an ISO 8601 date.", "Write it like 2017-09-18.", code="bad-date")
    if options.reader not in ("", *CHOICES):
        raise UsageError(
            f"Nothing is read as {options.reader!r}.", f"Say one of: {', '.join(CHOICES)}.", code="bad-reader"
        )
    if options.page:
        paper(options.page)
    if options.language and not is_language(options.language):
        raise UsageError(
            f"language {options.language!r} is not a language tag.", "Write it like en or pt-BR.", code="bad-language"
        )
    if options.source and not re.fullmatch(r"https?://[^\s<>\"]+", options.source):
        raise UsageError(
            f"source {options.source!r} is not a web address.",
            "Write it like https://example.org/article.",
            code="bad-url",
        )
    if options.cover not in ("", *covers.WORDS):
        covers.check(options.cover)
    return options


def is_language(value: str) -> bool:
    """Whether it is formed as a language tag is (BCP 47)."""
    return bool(_TAG.fullmatch(value))


def is_date(value: str) -> bool:
    """Whether it is a date of ISO 8601, perhaps with a time, that calendar and clock have, here and in UTC."""
    if not _DATE.fullmatch(value):
        return False
    try:
        moment = datetime.fromisoformat(value + "0000-01-01"[len(value) :])
        _ = moment if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the second: years 1 to 9999 are all there are
        return False
    return True
