"""The page's way in: a key is given once, a session stands for it. It names the key, and dies with it.

The session is a signed cookie that no script reads and no other site's page sends; its secret is in the data folder.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Flask, Response, redirect, request, session
from flask.sessions import SecureCookieSessionInterface
from werkzeug.wrappers import Response as AnyResponse

from convert import __version__
from convert.errors import UsageError
from convert.jobs import keys
from convert.jobs.table import Engine
from convert.templating import render
from convert.web.origin import caller
from convert.web.problems import Problem
from convert.web.quota import Rate

HOURS = 12  # that a session lasts
TRIES = 10  # failed ones a minute of one address
FORM = 4096  # bytes, more than any key takes
COOKIE = "editions-session"
OVER = Problem(
    401, "unauthorised", "Your session is over.", "Sign in, then go back: your browser still holds what you typed."
)


class _Sessions(SecureCookieSessionInterface):
    """Flask's, but the cookie keeps to https where it was set over https."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        return request.is_secure


def open_sessions(app: Flask, folder: Path) -> None:
    """Let `app` keep sessions, signed with the secret in `folder`."""
    app.secret_key = secret(folder)
    app.session_interface = _Sessions()
    app.permanent_session_lifetime = timedelta(hours=HOURS)
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_REFRESH_EACH_REQUEST=False,
    )


def secret(folder: Path) -> bytes:
    """The secret in `folder`, made where there is none: whole, for its owner's eyes, the same for all who ask."""
    place = folder / "secret"
    try:
        if not place.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_secret(place)
        return place.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The secret {place} cannot be kept: {error.strerror}.", "Name another data folder (EDITIONS_DATA)."
        ) from None


def _make_secret(place: Path) -> None:
    number, temporary = tempfile.mkstemp(dir=place.parent, prefix="secret.")  # 0600
    try:
        with os.fdopen(number, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, place)  # unlike a rename it replaces nothing: who comes second takes the first one's
    except FileExistsError:
        pass
    finally:
        os.unlink(temporary)


def owner_in_session(engine: Engine) -> str | None:
    """The key that the session stands for, if it is valid still."""
    owner = session.get("key")
    return owner if isinstance(owner, str) and keys.is_valid(engine, owner) else None


def blueprint(engine: Engine) -> Blueprint:
    """The page at /sign-in, and /sign-out."""
    pages, failed = Blueprint("sign_in", __name__), Rate(TRIES)

    @pages.get("/sign-in")
    def sign_in() -> AnyResponse:
        if owner_in_session(engine) or not keys.any_made(engine):
            return redirect("/", 303)
        return page()

    @pages.post("/sign-in")
    def give_key() -> AnyResponse:
        who = caller(request)
        if not (left := failed.left(who)).left:
            return page(_too_often(left.seconds))
        request.max_content_length = FORM
        owner = keys.owner_of(engine, request.form.get("key", "").strip())
        if owner is None:
            failed.spend(who)
            return page(Problem(403, "bad-key", "This key is not valid.", "Give one that was not revoked."))
        session.clear()
        session.permanent = True
        session["key"] = owner
        return redirect("/", 303)

    @pages.post("/sign-out")
    def sign_out() -> AnyResponse:
        session.clear()
        return redirect("/sign-in", 303)

    return pages


def _too_often(seconds: int) -> Problem:
    again = (("Retry-After", str(seconds)),)
    return Problem(429, "rate", "Too many keys were tried from here.", f"Try again in {seconds} seconds.", 0, again)


def page(problem: Problem | None = None) -> Response:
    """The page that asks for a key, with what went wrong."""
    html = render("sign-in.html", problem=problem, version=__version__)
    response = Response(html, problem.status if problem else 200, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(problem.headers if problem else ())
    return response
