"""The description of the endpoint, OpenAPI 3.1: what flask-openapi3 gathers from routes and models, and the bodies."""

from __future__ import annotations

from typing import Any

from flask_openapi3.openapi import OpenAPI

from convert.web import models

_BODIES = ("convert", "submit", "inspect", "check")  # the operations that take a text
_REF = "#/components/schemas/"


def document(app: OpenAPI) -> dict[str, Any]:
    """The whole document."""
    found: dict[str, Any] = app.api_doc
    components = {name: part for name, part in found["components"].items() if part is not None}
    found["components"], schemas = components, components.setdefault("schemas", {})
    schemas["Order"] = models.Order.model_json_schema(ref_template=_REF + "{model}")
    schemas["Form"] = _form(schemas["Order"])
    for path in found["paths"].values():
        for operation in path.values():
            _answers(operation)
            if operation.get("operationId") in _BODIES:
                _body(operation)
    return found


def _form(order: dict[str, Any]) -> dict[str, Any]:
    """A form has the same fields, with the text as a part `file` or `text`."""
    binary = {"type": "string", "format": "binary"}
    properties = {
        **order["properties"],
        "file": {**binary, "description": "The file."},
        "edition": {"type": "array", "items": binary, "description": "For /v1/check: an HTML, EPUB or PDF edition."},
    }
    return {
        "type": "object",
        "title": "Form",
        "description": "A file, or text, with what is asked.",
        "properties": properties,
    }


def _body(operation: dict[str, Any]) -> None:
    content = operation["requestBody"]["content"]
    for kind, media in content.items():
        if kind == "application/json":
            media["schema"] = {"$ref": _REF + "Order"}
        elif kind == "multipart/form-data":
            media["schema"] = {"$ref": _REF + "Form"}
        else:
            media["schema"] = {}  # any bytes: whether they are a text nothing but reading tells
    operation["requestBody"]["required"] = True


def _answers(operation: dict[str, Any]) -> None:
    """Errors come as problem+json."""
    for status, answer in operation.get("responses", {}).items():
        content = answer.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            answer["content"] = {"application/problem+json": content["application/json"]}
