"""The web desk: a Flask application over a pool of children. POST a text, get its editions."""

from __future__ import annotations

import atexit
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask, Response
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError

from convert import __version__
from convert.errors import UsageError
from convert.settings import Settings
from convert.web import api, health, logs, manual, openapi, pages, problems
from convert.web.delivery import as_json
from convert.web.guard import guard
from convert.web.metrics import Metrics
from convert.web.pool import Pool
from convert.web.service import Service

__all__ = ["create_app"]

_ABOUT = """A plain-text article goes in; clean HTML, PDF and EPUB editions with full metadata come out.

Errors are problem+json with `code`, `detail`, `hint` and `request_id`.
The licence is AGPL-3.0-or-later; the source of this version is at /source.
"""


def create_app(settings: Settings, data: Path | None = None, pool: Pool | None = None) -> Flask:
    """The application (WSGI). `data` is the folder for all it keeps, if not the settings'; `pool` its children."""
    settings = settings if data is None else replace(settings, data=str(data))
    app = OpenAPI(
        __name__, static_folder=None, template_folder=None, doc_ui=False,
        info=Info(title="Editions", version=__version__, description=_ABOUT),
        validation_error_callback=_refused,
    )  # fmt: skip
    service = Service(settings, pool)
    atexit.register(service.pool.close)
    metrics = Metrics(service)
    problems.watch(app, partial(pages.problem_page, settings), metrics.refused)
    guard(app, service.engine, settings)
    metrics.watch(app)
    logs.watch(app)
    app.register_api(api.blueprint(service, settings))
    app.register_blueprint(health.blueprint(service))
    app.register_blueprint(pages.blueprint(service, settings))
    described = openapi.document(app)
    app.get("/openapi.json")(lambda: as_json(described))
    app.register_blueprint(manual.blueprint(described))
    app.after_request(_guard)
    app.extensions["editions"] = service
    return app


def _refused(error: ValidationError) -> NoReturn:
    """What a model refuses, in our words."""
    first: Any = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    raise UsageError(f"{place}: {first['msg']}.", "See /openapi.json for what may stand there.")


# Nothing is loaded but the page's own style, script and mark; nothing is framed; no form goes elsewhere.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def _guard(response: Response) -> Response:
    """The headers that keep a browser from doing more with an answer than showing or saving it."""
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"  # none at all, and browsers post our own forms as from `null`
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
