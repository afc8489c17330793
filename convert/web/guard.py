"""The guard before every request: who asks, and whether they may. It sets `g.owner`, the id of the key that asks.

Once a key was ever made, nobody gets in without one. Before that the service is open, to this machine alone: who asks
must be on it, straight, by its own name, and no other site's page; then `g.owner` is "", nobody's.
"""

from __future__ import annotations

from contextlib import suppress
from http.client import REQUEST_TIMEOUT

from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from convert.errors import ConvertError, UsageError
from convert.jobs import keys
from convert.jobs.table import Engine
from convert.settings import Settings
from convert.web import cors, sign_in
from convert.web.body import hear_out
from convert.web.origin import SAFE, caller, is_local, is_loopback, is_own, is_passed_on, names_loopback
from convert.web.problems import asked_by_program
from convert.web.quota import Places, Rate, TooMany

# What says nothing of anybody's texts.
OPEN = frozenset({"/openapi.json", "/source", "/docs", "/desk.css", "/desk.js", "/desk.svg"})
OPEN_FOLDERS = ("/health/", "/docs/")
OWN = ("/sign-in", "/sign-out")  # who may, they decide themselves
WAITED_FOR = ("/", "/v1/convert", "/v1/inspect", "/v1/check")  # POST there is answered when it is done
HEARD = 5.0  # seconds for which the body of who is refused is still read
CURE = "Make a key, which opens it to whoever has that: editions keys create NAME"


class Unauthorised(ConvertError):
    """No valid key came with the request."""

    code, status, exit_code = "unauthorised", 401, 2
    headers = (("WWW-Authenticate", 'Bearer realm="editions"'),)


class Refused(ConvertError):
    """The request comes from where none is taken from."""

    code, status, exit_code = "refused", 403, 2


class Misled(Refused):
    """The request names another host than this one."""

    code, status = "host", 421


def guard(app: Flask, engine: Engine | None, settings: Settings) -> None:
    """Let nobody past who may not, and nobody have more than a share. No engine, no keys: open mode."""
    named = cors.origins(settings.cors)
    cors.allow(app, named)
    if engine is not None:
        sign_in.open_sessions(app, settings.folder)
        app.register_blueprint(sign_in.blueprint(engine))

    @app.before_request
    def know() -> None:
        g.owner, g.in_session = "", False
        g.keyed = not _is_free() and engine is not None and keys.any_made(engine)
        if g.keyed and engine is not None:
            g.owner = _owner(engine) or ""

    _bound(app, settings)  # also whom it will not let in: they are counted by their address

    @app.before_request
    def admit() -> AnyResponse | None:
        if _is_free():
            return None
        if g.keyed and request.path not in OWN:
            return _refuse_keyless()
        _refuse_foreign() if request.path in OWN else _refuse_strangers(named)
        return None

    @app.before_request
    def sit() -> None:
        if _is_waited_for():
            _seat()

    @app.after_request
    def refuse_gently(response: Response) -> Response:
        if response.status_code >= 400 and response.status_code != REQUEST_TIMEOUT:
            with suppress(Exception):  # whatever is wrong with a body that nobody will read
                hear_out(request, HEARD)
        return response


def refuse_open(host: str, engine: Engine | None) -> None:
    """UsageError where `host` is an address that others reach, and nobody has a key."""
    if not is_loopback(host) and not (engine is not None and keys.any_valid(engine)):
        raise UsageError(
            f"At {host or 'every address'} anybody could use the service, for there is no key.",
            "Make one, then start again: editions keys create NAME",
            code="open",
        )


def _is_free() -> bool:
    return request.path in OPEN or request.path.startswith(OPEN_FOLDERS)


# ---------------------------------------------------------------- with keys


def _owner(engine: Engine) -> str | None:
    """Whose key came: in the header, which then decides alone, else behind the session."""
    if "Authorization" in request.headers:
        scheme, _, key = request.headers["Authorization"].partition(" ")
        return keys.owner_of(engine, key.strip()) if scheme.lower() == "bearer" else None
    owner = sign_in.owner_in_session(engine)
    g.in_session = owner is not None
    return owner


def _refuse_keyless() -> AnyResponse | None:
    """Refuse who brings no key; a browser is sent to the page that asks for one."""
    if g.in_session and request.method not in SAFE and not is_own(request):
        raise _foreign()  # cookies come by themselves: one of our own pages must say that it asked
    if g.owner or (request.path == "/metrics" and is_local(request)):
        return None
    if asked_by_program() or "Authorization" in request.headers:
        raise Unauthorised("No valid key came with the request.", "Send the header: Authorization: Bearer KEY")
    return redirect("/sign-in", 303) if request.method in SAFE else sign_in.page(sign_in.OVER)


def _refuse_foreign() -> None:
    """Refuse what another site's page sends."""
    if request.method not in SAFE and is_own(request) is False:
        raise _foreign()


def _foreign() -> Refused:
    return Refused("Another site's page sent this.", "Send it from the desk, or with a key.", code="origin")


# ---------------------------------------------------------------- without


def _refuse_strangers(named: frozenset[str]) -> None:
    if not is_loopback(request.remote_addr or ""):
        raise Refused("This service has no key yet, and so is open to its own machine alone.", CURE, code="open")
    if is_passed_on(request):
        raise Refused("This service has no key yet, and so takes nothing from a proxy.", CURE, code="open")
    if not names_loopback(request):
        raise Misled("The request names another host than localhost.", f"Ask http://localhost. {CURE}")
    if request.headers.get("Origin", "").lower() not in named:
        _refuse_foreign()


# ---------------------------------------------------------------- shares


def _bound(app: Flask, settings: Settings) -> None:
    """Count the requests of who asks, and the conversions that it waits for."""
    rate, places = Rate(settings.rate), Places(settings.at_once)

    @app.before_request
    def count() -> None:
        if _is_free():
            return
        g.share = g.owner or caller(request)
        if not rate.spend(g.share):
            wait = rate.left(g.share).seconds
            raise TooMany(
                f"More than {rate.most} requests came in a minute, the limit here (EDITIONS_RATE).",
                f"Send it again in {wait} seconds.",
                wait,
            )

    @app.after_request
    def tell(response: Response) -> Response:
        if rate.most and "share" in g:
            for name, value in zip(("Limit", "Remaining", "Reset"), rate.left(g.share), strict=True):
                response.headers[f"RateLimit-{name}"] = str(value)
        return response

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        if g.pop("seated", False):
            places.give_back(g.share)

    app.extensions["editions-places"] = places


def _seat() -> None:
    """Take a place among the caller's conversions that are waited for; it is free again when the request ends."""
    places: Places = current_app.extensions["editions-places"]
    if not places.take(g.share):
        raise TooMany(
            f"{places.most} conversions of this caller are under way, the limit here (EDITIONS_AT_ONCE).",
            "Send it again when one of them is done, or as a job.",
            1,
        )
    g.seated = True


def _is_waited_for() -> bool:
    """Whether the answer is what is asked for, rather than a promise of it."""
    later = "respond-async" in request.headers.get("Prefer", "").lower()
    return request.method == "POST" and request.path in WAITED_FOR and not later
