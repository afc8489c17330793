"""The manual, /docs: the endpoint's description as a page for people, made from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from convert import __version__
from convert.options import FIELDS
from convert.templating import render, templates_folder

Spec = dict[str, Any]

FORM, OBJECT = "multipart/form-data", "application/json"
OPTIONS = {f.name for f in FIELDS if "http" in f.doors}  # many operations take them: they are told of once


class Shape(NamedTuple):
    """What a value is: in words, by the values that it may have, as one of the objects of the description."""

    words: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    object: str = ""


class Entry(NamedTuple):
    """Something with a name: a parameter, a field, a header."""

    name: str
    place: str  # path query header; "" where there is but one
    shape: Shape
    said: str
    is_required: bool


class Answer(NamedTuple):
    """How an operation may answer."""

    status: str
    said: str
    shape: Shape
    media_types: tuple[str, ...]
    headers: tuple[Entry, ...]


class Operation(NamedTuple):
    """One thing that can be asked of the endpoint."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    sample: str
    asked: tuple[Entry, ...]  # all but what many operations take alike
    takes_options: bool
    form: tuple[Entry, ...]  # its parts, less what the query may hold, too
    object: tuple[Entry, ...]  # its keys in JSON, less the same
    bare: tuple[str, ...]  # media types of a body that is the text itself
    answers: tuple[Answer, ...]
    problems: tuple[str, ...]


class Manual(NamedTuple):
    """All that the page shows."""

    title: str
    version: str
    chapters: tuple[tuple[str, str, tuple[Operation, ...]], ...]  # name, what it is about, operations
    message: Operation
    options: tuple[Entry, ...]
    headers: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str, str], ...]  # status, its phrase, what it means
    objects: tuple[tuple[str, str, tuple[Entry, ...]], ...]


def blueprint(document: Spec) -> Blueprint:
    """The page at /docs, and its style."""
    pages = Blueprint("manual", __name__)
    made = manual_of(document)

    @pages.get("/docs")
    def manual() -> Response:
        page = render("docs.html", manual=made, version=__version__)
        return Response(page, mimetype="text/html")

    @pages.get("/docs/docs.css")
    def style() -> Response:
        response = Response((templates_folder() / "docs.css").read_bytes(), mimetype="text/css")
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        return response.make_conditional(request)  # type: ignore[return-value]

    return pages


def manual_of(document: Spec) -> Manual:
    """The Manual of an OpenAPI document."""
    reader = _Reader(document)
    operations = [
        (operation["tags"][0], reader.operation(operation, method, path))
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    chapters = tuple(
        (tag["name"], tag["description"], tuple(one for name, one in operations if name == tag["name"]))
        for tag in document["tags"]
    )
    message = reader.operation(document["webhooks"]["ended"]["post"], "post", "the webhook’s address")
    return Manual(
        title=document["info"]["title"],
        version=document["info"]["version"],
        chapters=chapters,
        message=message,
        options=reader.options(),
        headers=tuple((name, one["description"]) for name, one in document["components"]["headers"].items()),
        problems=tuple(reader.problems()),
        objects=tuple(reader.objects()),
    )


class _Reader:
    """Reads a document; `$ref` is followed here alone."""

    def __init__(self, document: Spec) -> None:
        self.document = document

    def options(self) -> tuple[Entry, ...]:
        """The options, as a form holds them; those with a place may stand in the query, too."""
        query = self.document["components"]["parameters"]
        form = self.document["components"]["schemas"]["OrderForm"]
        found = [entry for entry in self._fields(form) if entry.name in OPTIONS]
        return tuple(entry._replace(place="query" if entry.name in query else "") for entry in found)

    def operation(self, operation: Spec, method: str, path: str) -> Operation:
        """One operation."""
        asked = [self._entry(one) for one in operation.get("parameters", ())]
        content = operation.get("requestBody", {}).get("content", {})
        form, keys = (self._body(content.get(kind, {})) for kind in (FORM, OBJECT))
        told = OPTIONS.union(entry.name for entry in asked)
        samples = operation.get("x-codeSamples", [{"source": ""}])
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            summary=operation["summary"],
            description=operation.get("description", ""),
            sample=samples[0]["source"],
            asked=tuple(entry for entry in asked if entry.name not in OPTIONS),
            takes_options=any(entry.name in OPTIONS for entry in asked),
            form=tuple(entry for entry in form if entry.name not in told),
            object=tuple(entry for entry in keys if entry.name not in told),
            bare=tuple(kind for kind in content if kind not in (FORM, OBJECT)),
            answers=tuple(self._answers(operation["responses"])),
            problems=tuple(status for status in operation["responses"] if _is_problem(status, operation)),
        )

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """Each status that a problem may have."""
        names = {status.phrase.title().replace(" ", "").replace("-", ""): status for status in HTTPStatus}
        for name, problem in self.document["components"]["responses"].items():
            yield str(names[name].value), names[name].phrase, problem["description"]

    def objects(self) -> Iterator[tuple[str, str, tuple[Entry, ...]]]:
        """What answers hold; bodies that are asked for stand with their operations. The report's schema is a book."""
        asked = {media["schema"].get("$ref", "").rpartition("/")[2] for media in self._media()}
        for name, schema in self.document["components"]["schemas"].items():
            if name not in asked:
                fields = () if "$defs" in schema else self._fields(schema)
                yield name, schema.get("description", ""), tuple(fields)

    def _media(self) -> Iterator[Spec]:
        for item in self.document["paths"].values():
            for operation in item.values():
                yield from operation.get("requestBody", {}).get("content", {}).values()

    def _followed(self, value: Spec) -> Spec:
        while "$ref" in value:
            found: Any = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            value = found
        return value

    def _entry(self, parameter: Spec) -> Entry:
        found = self._followed(parameter)
        shape = shape_of(found["schema"])
        return Entry(found["name"], found["in"], shape, found.get("description", ""), found.get("required", False))

    def _body(self, media: Spec) -> Iterable[Entry]:
        return self._fields(self._followed(media.get("schema", {})))

    def _fields(self, schema: Spec) -> list[Entry]:
        needed = schema.get("required", ())
        return [
            Entry(name, "", shape_of(value), value.get("description", ""), name in needed)
            for name, value in schema.get("properties", {}).items()
        ]

    def _answers(self, responses: Spec) -> Iterator[Answer]:
        for status, response in responses.items():
            if "$ref" in response:
                continue
            content = response.get("content", {})
            shape = next((shape_of(media["schema"]) for media in content.values()), Shape())
            headers = (
                Entry(name, "header", Shape(), self._followed(header)["description"], False)
                for name, header in response.get("headers", {}).items()
            )
            yield Answer(status, response["description"], shape, tuple(content), tuple(headers))


def _is_problem(status: str, operation: Spec) -> bool:
    return "$ref" in operation["responses"][status]


def shape_of(schema: Spec) -> Shape:
    """The Shape of a JSON Schema, as far as people want to know it at a glance."""
    match schema:
        case {"$ref": str(place)}:
            return Shape(object=place.rpartition("/")[2])
        case {"const": _} | {"maxItems": 1}:
            return Shape()  # nothing, or the same once more
        case {"enum": list(values)}:
            return Shape(values=tuple(str(value) for value in values if value not in ("", None)))
        case {"anyOf": list(kinds)}:
            return _either(map(shape_of, kinds))
        case {"type": "array" | ["array", *_], "items": dict(items)}:
            inner = shape_of(items)
            return inner._replace(words=("several files",) if inner.words == ("file",) else ("several",))
        case {"type": list(kinds)}:
            return Shape(words=tuple("text" if kind == "string" else kind for kind in kinds if kind != "null"))
        case {"format": "binary"}:
            return Shape(words=("file",))
        case {"type": "boolean"}:
            return Shape(values=("true", "false"))
        case {"type": str(kind)} if kind != "string":
            return Shape(words=(kind,))
    return Shape(words=("text",))


def _either(shapes: Iterable[Shape]) -> Shape:
    """What any of them is."""
    several = list(shapes)
    return Shape(
        tuple(dict.fromkeys(word for shape in several for word in shape.words)),
        tuple(dict.fromkeys(value for shape in several for value in shape.values)),
        next((shape.object for shape in several if shape.object), ""),
    )
