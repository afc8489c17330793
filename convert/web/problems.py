"""Whatever goes wrong becomes an answer that names it: problem+json (RFC 9457) for programs, a page for people.

Flask's own refusals and our bugs as well. Each request has an id, taken from `X-Request-Id` or made here, that stands
in the answer and in the log.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from convert.errors import ConvertError

# What Flask refuses by itself, in our words: what, then the cure. Other statuses keep Flask's.
REFUSALS = {
    404: (
        "There is nothing at this address.",
        "The desk is at /, the endpoint at /v1/convert, its formats at /v1/formats.",
    ),
    400: ("", "Send the request again, whole."),
    405: ("This address does not take that method.", "Use one that the Allow header names."),
    408: ("", "Send it again: it was the connection that stalled."),
}
PROGRAMS = ("/v1", "/health", "/metrics", "/openapi.json")
OUR_BUG = "This is our bug: please report it with the request's id."
_TRACE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class Problem(NamedTuple):
    """What went wrong, as the caller is told it."""

    status: int
    code: str
    detail: str
    hint: str = ""
    line: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    error: Mapping[str, Any] | None = None  # of the job that is asked about

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase


Page = Callable[[Problem], Response]


def watch(app: Flask, page: Page, told: Callable[[ConvertError], None]) -> None:
    """Let every error of `app` be answered here; `page` draws the answer to a browser."""

    @app.before_request
    def name_request() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        parent = request.headers.get("traceparent", "")
        g.trace = f"{g.request_id} {parent}" if _TRACE.fullmatch(parent) else g.request_id
        g.owner = ""  # nobody's, until the guard says otherwise

    @app.after_request
    def sign(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        return response

    @app.errorhandler(Exception)
    def answer(error: Exception) -> Response:
        if isinstance(error, ConvertError):
            told(error)
        problem = problem_of(error)
        response = as_problem(problem) if asked_by_program() else page(problem)
        response.headers.extend(problem.headers)
        return response


def problem_of(error: Exception) -> Problem:
    """The Problem that `error` is. One that is neither ours nor HTTP's is a bug: it goes to the log."""
    match error:
        case ConvertError():
            wait = getattr(error, "retry_after", 0)
            headers = getattr(error, "headers", ()) + ((("Retry-After", str(wait)),) if wait else ())
            of_job = getattr(error, "error", None)
            return Problem(error.status, error.code, str(error), error.hint, error.line, headers, of_job)
        case HTTPException(code=int(status)) if status >= 400:
            allowed = getattr(error, "valid_methods", None)
            headers = (("Allow", ", ".join(sorted(allowed))),) if allowed else ()
            detail, hint = REFUSALS.get(status, ("", ""))
            detail = detail or error.description or HTTPStatus(status).description
            return Problem(status, _word(status), detail, hint, 0, headers)
        case _:
            current_app.logger.error("request %s failed", g.request_id, exc_info=error)
            return Problem(500, "internal", "The server failed inside; nothing was set.", OUR_BUG)


def as_problem(problem: Problem) -> Response:
    """`problem` as application/problem+json."""
    return Response(written(problem, g.request_id), problem.status, content_type="application/problem+json")


def written(problem: Problem, request_id: str) -> str:
    """`problem` as JSON."""
    value = {
        "type": f"urn:editions:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "hint": problem.hint,
        "line": problem.line or None,
        "request_id": request_id,
        **({"error": problem.error} if problem.error else {}),
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def wants_parts() -> bool:
    """Whether the desk's script asks, rather than a browser's form."""
    return "multipart/form-data" in request.headers.get("Accept", "")


def asked_by_program() -> bool:
    """Whether a program asks, to which a page says nothing."""
    if request.method not in ("GET", "HEAD", "POST"):
        return True  # no page and no form asks so
    return wants_parts() or request.path.startswith(("/v1/", "/health/")) or request.path in PROGRAMS


def _word(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "-")
