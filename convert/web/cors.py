"""CORS: pages of the origins that a setting names may ask the endpoint, with a key and never with a cookie."""

from __future__ import annotations

import re

from flask import Flask, Response, request

from convert.errors import UsageError

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")
METHODS = "GET, HEAD, POST, PUT, DELETE"
ASKED = (
    "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Prefer, Range, traceparent, "
    "X-Request-Id"
)
SHOWN = (
    "Content-Disposition, ETag, Location, Preference-Applied, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
    "Retry-After, X-Remarks, X-Request-Id"
)


def origins(said: str) -> frozenset[str]:
    """The origins that the setting names. UsageError for what is none: `*` would open loopback to every page."""
    named = frozenset(word.strip().lower() for word in said.split(",") if word.strip())
    for word in sorted(named):
        if not _ORIGIN.fullmatch(word):
            raise UsageError(
                f"EDITIONS_CORS names {word!r}, which is no origin.", "Write scheme and host: https://desk.example"
            )
    return named


def allow(app: Flask, named: frozenset[str]) -> None:
    """Answer preflights of the origins `named`, and let their pages read what /v1 answers."""
    if not named:
        return

    @app.before_request
    def preflight() -> Response | None:
        asked = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        return Response(status=204) if asked and _is_api() else None

    @app.after_request
    def share(response: Response) -> Response:
        if not _is_api():
            return response
        response.vary.add("Origin")
        origin = request.headers.get("Origin", "").lower()
        if origin in named:
            _open(response, origin)
        return response


def _is_api() -> bool:
    return request.path.startswith("/v1/") or request.path == "/openapi.json"


def _open(response: Response, origin: str) -> None:
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Expose-Headers"] = SHOWN
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = METHODS
        headers["Access-Control-Allow-Headers"] = ASKED
        headers["Access-Control-Max-Age"] = "600"
