"""The description of the endpoint, OpenAPI 3.1: what flask-openapi3 gathers from routes and models, with what goes in
(`fields.py`), headers, problems, the message of a webhook, and a command for each operation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from flask_openapi3.openapi import OpenAPI

from convert import report
from convert.readers import BY_MEDIA_TYPE
from convert.web import fields
from convert.web.models import LONGEST_KEY

Spec = dict[str, Any]

HOST = "http://127.0.0.1:8000"  # where `editions serve` is, if not told otherwise
_ZIP = "application/zip"
ONCE = ("convert", "submit", "submitBatch")  # operations that take an Idempotency-Key
KEPT = ("job", "result", "archive", "batch", "batchArchive")  # whose answers are not sent to who has them
FILES = ("result", "archive", "batchArchive")
_OF_ALL = (400, 401, 403, 414, 421, 429, 431, 500, 503)
_OF_BODIES = (408, 413, 415, 422, 504, 507)
_AGAIN = (409, 429, 503, 507)  # which say when to come back

# What each problem means; its `code` says more.
PROBLEMS = {
    400: "An option does not fit, or the request is not well-formed.",
    401: "No valid key came with the request.",
    403: "The request comes from where none is taken from.",
    404: "There is no such job, batch or edition, or it is another key's.",
    408: "The rest of the body did not come.",
    409: "It is not done yet, or the Idempotency-Key was given for another request.",
    410: "It is over its time.",
    413: "It is larger than a limit, whose setting is named.",
    414: "The first line of the request is too long: send options in the body.",
    415: "It is not text, or of a media type that is not read.",
    416: "The range begins after the end.",
    421: "The request names another host.",
    422: "The text is empty or cannot be decoded.",
    429: "Too much was asked, or is under way.",
    431: "The headers are too many or too long.",
    500: "The server failed inside: our bug.",
    503: "What the service needs does not answer, or is missing.",
    504: "Setting the text took longer, or more memory, than it may.",
    507: "What the service keeps things in is full.",
}
HEADERS: dict[str, tuple[str, Spec]] = {
    "Content-Disposition": ("The file's name (RFC 6266).", {"type": "string"}),
    "ETag": ("Of the bytes: the same bytes, the same tag.", {"type": "string"}),
    "Location": ("Where the job, or the batch, is.", {"type": "string", "format": "uri-reference"}),
    "Preference-Applied": ("That a job was made of it (RFC 7240).", {"type": "string", "enum": ["respond-async"]}),
    "Retry-After": ("Seconds after which to ask again.", {"type": "integer", "minimum": 1}),
    "X-Remarks": ("How many remarks there are on the text.", {"type": "integer", "minimum": 0}),
    "X-Request-Id": ("As you sent it, or made here; the log has it too.", {"type": "string"}),
}
ASKED: dict[str, tuple[str, Spec]] = {
    "Idempotency-Key": (
        "The same key with the same request is the same job, however often it is sent; with another, 409.",
        {"type": "string", "maxLength": LONGEST_KEY, "examples": ["8e03978e-40d5-43dd-bc93-6894a57f9324"]},
    ),
    "Prefer": ("Makes a job of it, as POST /v1/jobs does.", {"type": "string", "examples": ["respond-async"]}),
    "If-None-Match": ("The ETag of what you have: 304 where it still is so.", {"type": "string"}),
    "Range": (
        "A part of the file (RFC 9110, 14.2).",
        {"type": "string", "pattern": "^bytes=", "examples": ["bytes=0-"]},
    ),
}
_MESSAGE = {
    "webhook-id": "The same at each try: keep those you have seen.",
    "webhook-timestamp": "Of the try, in seconds since 1970: refuse what is older than five minutes.",
    "webhook-signature": "v1, and the Base64 of the HMAC-SHA256, under the secret's bytes, of id.timestamp.body.",
}
SAMPLES = {
    "convert": f"curl -F file=@article.txt -OJ '{HOST}/v1/convert?to=epub'",
    "inspect": f"curl -F file=@article.txt {HOST}/v1/inspect",
    "check": f"curl -F file=@article.txt -F edition=@article.epub {HOST}/v1/check",
    "submit": f"curl -i -F file=@article.txt -H \"Idempotency-Key: $ONCE\" '{HOST}/v1/jobs?to=epub,pdf'",
    "jobs": f"curl '{HOST}/v1/jobs?limit=5'",
    "job": f"curl {HOST}/v1/jobs/$JOB",
    "events": f"curl -N {HOST}/v1/jobs/$JOB/events",
    "result": f"curl -OJ {HOST}/v1/jobs/$JOB/results/epub",
    "archive": f"curl -OJ {HOST}/v1/jobs/$JOB/archive",
    "erase": f"curl -X DELETE {HOST}/v1/jobs/$JOB",
    "submitBatch": f"curl -i -F file=@one.txt -F file=@two.txt '{HOST}/v1/batches?to=epub'",
    "batch": f"curl {HOST}/v1/batches/$BATCH",
    "batchEvents": f"curl -N {HOST}/v1/batches/$BATCH/events",
    "batchArchive": f"curl -OJ {HOST}/v1/batches/$BATCH/archive",
    "eraseBatch": f"curl -X DELETE {HOST}/v1/batches/$BATCH",
    "formats": f"curl {HOST}/v1/formats",
    "profiles": f"curl {HOST}/v1/profiles",
}


# What a body is called: JSON so, a form with `Form` at its end.
BODIES = {"convert": "Order", "submit": "Order", "inspect": "Inspection", "check": "Trial", "submitBatch": "Parcel"}


def document(app: OpenAPI) -> Spec:
    """The whole document, of what stands under /v1."""
    found = deepcopy(app.api_doc)
    schemas = found["components"]["schemas"] | _bodies() | {"Report": _report()}
    schemas.pop("ValidationErrorModel")  # flask-openapi3's own, which nobody is answered
    paths = {path: item for path, item in found["paths"].items() if path.startswith("/v1/")}
    for item in paths.values():
        for method, operation in item.items():
            _ask(operation)
            _answer(operation, method, schemas)
            sample = {"lang": "Shell", "label": "curl", "source": SAMPLES[operation["operationId"]]}
            operation["x-codeSamples"] = [sample]
    return {
        "openapi": found["openapi"],
        "info": found["info"] | {"license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"}},
        "servers": [{"url": "/"}],
        "tags": found["tags"],
        "security": [{}, {"key": []}],
        "paths": paths,
        "webhooks": {"ended": {"post": _message()}},
        "components": {
            "schemas": schemas,
            "parameters": _options(),
            "responses": {_name(status): _problem(status) for status in PROBLEMS},
            "headers": {name: {"description": said, "schema": schema} for name, (said, schema) in HEADERS.items()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "`editions keys create`"}},
        },
    }


def _report() -> Spec:
    """The schema of the decision report, as a part of this document."""
    whole = {k: v for k, v in report.schema().items() if k not in ("$schema", "$id")}
    text = json.dumps(whole).replace('"$ref": "#', '"$ref": "#/components/schemas/Report')
    found: Spec = json.loads(text)
    return found


# ---------------------------------------------------------------- what goes in


def _ask(operation: Spec) -> None:
    """Its headers, what its query may hold, its bodies."""
    name = operation["operationId"]
    parameters = operation.get("parameters", []) + [_header(header, *ASKED[header]) for header in _asked(name)]
    if "requestBody" in operation:
        parameters += _query(name)
        operation["requestBody"] = {
            "required": True,
            "content": {kind: _media(name, kind) for kind in operation["requestBody"]["content"] if _takes(name, kind)},
        }
    operation["parameters"] = parameters


def _query(name: str) -> list[Spec]:
    """What its query may hold; what is the same for several is said once."""
    shared, own = _options(), fields.asked(name, "query")
    found = [_parameter(said, "query", schema) for said, schema in own.items()]
    return [
        {"$ref": f"#/components/parameters/{one['name']}"} if one == shared.get(one["name"]) else one for one in found
    ]


def _options() -> Spec:
    return {name: _parameter(name, "query", schema) for name, schema in fields.asked("convert", "query").items()}


def _bodies() -> Spec:
    made = {}
    for operation, name in BODIES.items():
        made[name + "Form"] = fields.body(operation, "form")
        if operation != "submitBatch":  # its texts come as files
            made[name] = fields.body(operation, "json")
    return made


def _asked(name: str) -> Iterable[str]:
    """The headers that mean something to an operation."""
    of = {"Idempotency-Key": ONCE, "Prefer": ("convert",), "If-None-Match": KEPT, "Range": FILES}
    return (header for header, names in of.items() if name in names)


def _header(name: str, said: str, schema: Spec) -> Spec:
    return _parameter(name, "header", schema | {"description": said})


def _parameter(name: str, place: str, schema: Spec) -> Spec:
    said = schema.get("description", "")
    bare = {key: value for key, value in schema.items() if key != "description"}
    return {"name": name, "in": place, "description": said, "schema": bare}


def _takes(name: str, kind: str) -> bool:
    return kind != _ZIP or name in fields.SEVERAL


def _media(name: str, kind: str) -> Spec:
    if kind == "application/json":
        return {"schema": {"$ref": f"#/components/schemas/{BODIES[name]}"}}
    if kind == "multipart/form-data":
        types = ", ".join(kind for kind in ("text/plain", *BY_MEDIA_TYPE, _ZIP) if _takes(name, kind))
        form = {"$ref": f"#/components/schemas/{BODIES[name]}Form"}
        return {"schema": form, "encoding": {"file": {"contentType": types}}}
    return {"schema": {}}  # any bytes: whether they are a text nothing but reading tells


# ---------------------------------------------------------------- what comes out


def _answer(operation: Spec, method: str, schemas: Spec) -> None:
    """Its answers with their headers; problems are said once, for all."""
    name = operation["operationId"]
    answers = {status: said for status, said in operation["responses"].items() if int(status) < 400}
    if name in KEPT:
        answers["304"] = {"description": "You have it already."}
    if name in FILES:
        answers["206"] = answers["200"] | {"description": "The part that was asked for."}
    for status, said in answers.items():
        _describe(said, schemas)
        said["headers"] = {h: {"$ref": f"#/components/headers/{h}"} for h in _told(name, int(status))}
    own = {int(status) for status in operation["responses"] if status in ("404", "409", "410")}
    problems = own.union(_OF_ALL, _OF_BODIES if method == "post" else (), (416,) if name in FILES else ())
    refused = {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in sorted(problems)}
    operation["responses"] = dict(sorted(answers.items())) | refused


def _describe(answer: Spec, schemas: Spec) -> None:
    """Say what an answer is in the words of its model, where it has one."""
    for media in answer.get("content", {}).values():
        ref = media.get("schema", {}).get("$ref", "")
        if ref:
            answer["description"] = schemas[ref.rpartition("/")[2]]["description"]


def _told(name: str, status: int) -> Iterable[str]:
    """The headers of an answer."""
    is_file = (status < 300 and name in FILES) or (name, status) == ("convert", 200)
    of = {
        "Location": status == 202,
        "Preference-Applied": (name, status) == ("convert", 202),
        "ETag": status in (200, 206, 304) and (name in KEPT or is_file),
        "Content-Disposition": is_file,
        "X-Remarks": (name, status) == ("convert", 200),
        "X-Request-Id": True,
    }
    return (header for header, is_told in of.items() if is_told)


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _problem(status: int) -> Spec:
    headers = ["X-Request-Id", *(["Retry-After"] if status in _AGAIN else [])]
    return {
        "description": PROBLEMS[status],
        "headers": {header: {"$ref": f"#/components/headers/{header}"} for header in headers},
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _message() -> Spec:
    """What a webhook receives, as Standard Webhooks has it."""
    states = {"type": "string", "enum": ["succeeded", "failed"]}
    data = {"type": "object", "properties": {"id": {"type": "string"}, "state": states}, "required": ["id", "state"]}
    kinds = {"type": "string", "enum": ["job.succeeded", "job.failed"]}
    moment = {"type": "string", "format": "date-time"}
    schema = {
        "type": "object",
        "properties": {"type": kinds, "timestamp": moment, "data": data},
        "required": ["type", "timestamp", "data"],
    }
    return {
        "operationId": "ended",
        "summary": "A job has ended",
        "description": "The news, not the result: fetch the job by its id.",
        "security": [],
        "parameters": [_header(name, said, {"type": "string"}) | {"required": True} for name, said in _MESSAGE.items()],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "You have it."},
            "410": {"description": "Send no more of this job."},
            "default": {"description": "It is sent again, up to six times in seven hours."},
        },
    }
