"""What a request may say to each operation: names with their JSON Schema, as query, form or JSON object hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from convert import covers
from convert.editions import EDITIONS
from convert.options import FIELDS, Field
from convert.paper import NAMED
from convert.pipeline import DEFAULT_FORMATS
from convert.readers import CHOICES
from convert.rules import DETECTABLE, OPT_IN
from convert.web.order import PROVABLE

Way = Literal["query", "form", "json"]
Schema = dict[str, Any]

# What each operation takes beside the options.
TAKES: dict[str, tuple[str, ...]] = {
    "convert": ("to", "name", "collect", "webhook", "webhook_secret"),
    "submit": ("to", "name", "collect", "webhook", "webhook_secret"),
    "inspect": ("name",),
    "check": ("to", "name"),
    "submitBatch": ("to", "webhook", "webhook_secret"),
}
SEVERAL = ("convert", "submit", "submitBatch")  # what may come with several files
_TOO_LONG = ("cover", "file", "yaml")  # kinds of options that no query holds

_IN_FORM = [
    "array",
    "string",
    "number",
    "boolean",
    "null",
    "object",
]  # of what may be given several times: one is bytes, too
_FILE: Schema = {"type": "string", "format": "binary"}
_SAID: dict[str, Schema] = {
    "name": {"type": "string", "description": "What the file is called; its editions are called so too."},
    "collect": {"type": "boolean", "description": "Make one issue of all the texts; it wants a title."},
    "webhook": {
        "type": "string",
        "examples": ["https://desk.example/ended"],
        "description": "Where the news of a job's end goes: https://… Only where a job is asked for.",
    },
    "webhook_secret": {
        "type": "string",
        "pattern": "^whsec_",
        "description": "What signs it: whsec_ and 24 to 64 bytes in Base64; else one is made, and told once.",
    },
}
_RULES = (*DETECTABLE, *OPT_IN)
# What is known of an option beyond its kind.
_KNOWN: dict[str, Schema] = {
    "date": {"examples": ["2017-09-18"]},
    "language": {"examples": ["en", "de-AT", "zh-Hant"]},
    "source": {"format": "uri"},
    "modified": {"examples": ["2017-09-18T10:00:00Z"]},
    "profile": {"examples": ["article", "book"]},
    "page": {"anyOf": [{"enum": [*NAMED]}, {"pattern": "(mm|cm|in)$", "examples": ["129x198mm", "6x9in"]}]},
    "reader": {"enum": [*CHOICES]},
    "detect": {"items": {"type": "string", "enum": [*_RULES]}},
    "no_detect": {"items": {"type": "string", "enum": [*_RULES]}},
}


def said(operation: str, way: Way) -> dict[str, Schema]:
    """All that may be said to `operation` in this way but the text, each name with its schema."""
    own = {name: _formats(operation, way) if name == "to" else _SAID[name] for name in TAKES[operation]}
    return own | {f.name: _option(f, way) for f in FIELDS if "http" in f.doors and _fits(f, way)}


def body(operation: str, way: Way) -> Schema:
    """The schema of a form, or of a JSON object, that brings a text to `operation`."""
    if way == "json":
        text = {"type": "string", "description": "The text."}
        return {"type": "object", "properties": {"text": text} | asked(operation, way), "required": ["text"]}
    return {"type": "object", "properties": _parts(operation) | asked(operation, way)}


def asked(operation: str, way: Way) -> dict[str, Schema]:
    """The same as a request may have it: what is empty, or null, is as if it were not there."""
    return {name: _or_nothing(schema, way) for name, schema in said(operation, way).items()}


def _or_nothing(schema: Schema, way: Way) -> Schema:
    """The schema, or nothing. In a form and a query one value is a list of one, and an empty list is nothing at all."""
    several = schema.get("type") == "array" and way != "json"
    kinds = [_loose(schema)] if several else schema.get("anyOf") or [schema]
    bare = [{key: value for key, value in kind.items() if key != "description"} for kind in kinds]
    if way == "json":
        return {"anyOf": [*bare, {"const": None}], "description": schema["description"]}
    once = [] if several else [{"type": "array", "items": {"anyOf": bare}, "maxItems": 1}]
    return {"anyOf": [*bare, *once, {"const": ""}], "description": schema["description"]}


def _loose(schema: Schema) -> Schema:
    items = schema["items"] | {"type": ["string", "null"]}
    items |= {"enum": [*items["enum"], "", None]} if "enum" in items else {}
    return schema | {"type": _IN_FORM, "items": items}


def _parts(operation: str) -> dict[str, Schema]:
    """The text as a form brings it."""
    file = _FILE | {"description": "The text: a file of a format that is read."}
    if operation in SEVERAL:
        why = "several with collect=true" if "collect" in TAKES[operation] else "several, or a zip of them"
        file = _list(_FILE, f"The text: a file of a format that is read; {why}.")
        file["type"] = _IN_FORM
    parts = {"file": file, "text": {"type": "string", "description": "Or the text itself."}}
    if operation == "check":
        parts["edition"] = _list(_FILE, "Editions to check, one of each format, named as what they are: a.epub.")
        parts["edition"]["type"] = _IN_FORM
    return parts


def _formats(operation: str, way: Way) -> Schema:
    names = PROVABLE if operation == "check" else tuple(EDITIONS)
    default = PROVABLE if operation == "check" else DEFAULT_FORMATS
    listed = _list(_one_of(names), "") | {"default": [*default]}
    if way == "json":
        return {"anyOf": [listed, _one_of(names)], "description": "Formats, a list or one."}
    return listed | {"description": "Formats, repeated, or in one with commas."}


def _option(f: Field, way: Way) -> Schema:
    """An option as it stands there."""
    return _shape(f, way) | _KNOWN.get(f.name, {}) | {"description": f.help + _note(f, way)}


def _note(f: Field, way: Way) -> str:
    """What the help of an option need not say elsewhere."""
    if f.kind == "pairs":
        return "" if way == "json" else " As KEY=VALUE; repeat for several."
    return " Refused, unless the setting EDITIONS_ALLOW_CSS allows it." if f.name == "css" else ""


def _shape(f: Field, way: Way) -> Schema:
    match f.kind:
        case "many":
            return _list({"type": "string"}, "")
        case "flag":
            return {"type": "boolean"}
        case "pairs" if way == "json":
            return {"type": "object", "additionalProperties": {"type": "string"}}
        case "pairs":
            return _list({"type": "string", "pattern": "=", "examples": ["series=Essays"]}, "")
        case "yaml" if way == "json":
            return {"type": ["string", "object"]}
        case "cover" if way == "json":
            return {"anyOf": [_one_of(covers.WORDS), {"type": "string", "pattern": "^data:image/(jpeg|png);base64,"}]}
        case "cover":
            return {"anyOf": [_one_of(covers.WORDS), _FILE]}
        case _:
            return {"type": "string"}


def _fits(f: Field, way: Way) -> bool:
    return way != "query" or f.kind not in _TOO_LONG


def _list(items: Schema, description: str) -> Schema:
    return {"type": "array", "items": items} | ({"description": description} if description else {})


def _one_of(values: Iterable[str]) -> Schema:
    return {"type": "string", "enum": [*values]}
