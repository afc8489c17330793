"""The web desk: a Flask application over a pool of children. POST a text, get its editions."""

from __future__ import annotations

import atexit
from dataclasses import replace
from functools import partial
from pathlib import Path

from flask import Flask, Response

from convert.jobs.table import opened
from convert.settings import Settings
from convert.web import api, pages, problems
from convert.web.guard import guard
from convert.web.pool import Pool

__all__ = ["create_app"]


def create_app(settings: Settings, data: Path | None = None, pool: Pool | None = None) -> Flask:
    """The application (WSGI). `data` is the folder for all it keeps, if not the settings'; `pool` its children."""
    settings = settings if data is None else replace(settings, data=str(data))
    app = Flask(__name__, static_folder=None, template_folder=None)
    pool = pool or Pool(settings.limits, settings.jobs)
    atexit.register(pool.close)
    problems.watch(app, partial(pages.problem_page, settings))
    guard(app, opened(settings.database_url), settings)
    app.register_blueprint(api.blueprint(pool, settings))
    app.register_blueprint(pages.blueprint(pool, settings))
    app.after_request(_guard)
    return app


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
