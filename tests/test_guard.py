"""The guard: each rule of who may ask, with its near miss; keys, sessions, open mode, shares, CORS."""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from convert.article import Edition, Source
from convert.child import Reply
from convert.errors import UsageError
from convert.jobs import keys, table
from convert.options import Options
from convert.settings import Settings
from convert.web import create_app, quota, sign_in
from convert.web.guard import refuse_open
from convert.web.pool import Pool
from tests.serving import Server, form, serving, wait_until

PLAIN = {"Content-Type": "text/plain"}
TEXT = b"A Walk\n\nThe path goes down to the river.\n"
OURS = {"Origin": "http://localhost"}
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


class Quick(Pool):
    """A pool that sets nothing, at once, or once `gate` opens."""

    def __init__(self) -> None:
        super().__init__(Settings().limits, 1)
        self.gate, self.begun = threading.Event(), threading.Semaphore(0)
        self.gate.set()

    def convert(self, source: Source, formats: Sequence[str], options: Options, _who: str = "") -> Reply:
        self.begun.release()
        assert self.gate.wait(20)
        editions = [Edition(name, f"article.{name}", "text/html", source.data) for name in formats]
        return Reply(tuple(editions), {"remarks": [], "metadata": {"title": options.title}})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path / "data"))


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    engine = table.opened(settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def key(engine: sa.Engine) -> str:
    return keys.create(engine, "newsroom")[1]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "FRESH", 0.0)  # a test of its own waits


def client_of(settings: Settings, pool: Pool | None = None) -> FlaskClient:
    return create_app(settings, pool=pool or Quick()).test_client()


def convert(client: FlaskClient, headers: Mapping[str, str] | None = None, **environ: Any) -> Any:
    """POST a text to the endpoint."""
    return client.post("/v1/convert?to=html", data=TEXT, headers={**PLAIN, **(headers or {})}, **environ)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def signed_in(client: FlaskClient, key: str) -> FlaskClient:
    answer = client.post("/sign-in", data={"key": key}, headers=OURS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    return client


# ---------------------------------------------------------------- keys


def test_the_table_keeps_no_key(engine: sa.Engine, settings: Settings) -> None:
    made, key = keys.create(engine, "newsroom")
    assert (key[:3], len(key), keys.owner_of(engine, key)) == ("ed_", 43, made)
    with table.reading(engine) as c:
        assert key not in str(c.execute(sa.select(table.KEYS)).all())
    assert not any(key.encode() in path.read_bytes() for path in settings.folder.iterdir())


def test_what_is_nearly_a_key_is_none(engine: sa.Engine, key: str) -> None:
    for near in (key[:-1], key + "a", key.upper(), f" {key}", "", "ed_", "é\udc80"):
        assert keys.owner_of(engine, near) is None


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x1b[2J", "x" * 201])
def test_a_name_fits_in_a_line(engine: sa.Engine, name: str) -> None:
    with pytest.raises(UsageError, match="no name for a key"):
        keys.create(engine, name)
    assert keys.listed(engine) == []


def test_a_name_is_of_one_valid_key_and_free_again_after_it(engine: sa.Engine) -> None:
    first, key = keys.create(engine, "newsroom")
    with pytest.raises(UsageError, match="already"):
        keys.create(engine, "newsroom")
    assert [gone.id for gone in keys.revoke(engine, "newsroom")] == [first]
    second, other = keys.create(engine, "newsroom")
    assert [gone.id for gone in keys.revoke(engine, second)] == [second]
    assert (keys.owner_of(engine, key), keys.owner_of(engine, other)) == (None, None)
    assert (keys.any_made(engine), keys.any_valid(engine)) == (True, False)


def test_a_request_waits_for_no_database(
    engine: sa.Engine, settings: Settings, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Valid or not, a key is looked for in memory; what another process changes counts after FRESH at most."""
    monkeypatch.setattr(keys, "FRESH", 0.5)
    asked: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    first = keys.owner_of(engine, key)
    asked.clear()
    assert [keys.owner_of(engine, k) for k in (key, "ed_x", "ed_y")] == [first, None, None]
    assert asked == []
    elsewhere = table.engine(settings.database_url)
    keys.revoke(elsewhere, "newsroom")
    elsewhere.dispose()
    wait_until(lambda: keys.owner_of(engine, key) is None, 2)
    assert asked


# ---------------------------------------------------------------- who may: programs


def test_a_key_opens_the_endpoint(settings: Settings, key: str) -> None:
    client = client_of(settings)
    assert convert(client, bearer(key)).status_code == 200
    assert convert(client, {"Authorization": f"bearer  {key} "}).status_code == 200
    assert convert(client, bearer(key) | {"Host": "editions.example", "Via": "1.1 proxy"}).status_code == 200
    assert convert(client, bearer(key) | {"Origin": "https://elsewhere.example"}).status_code == 200


@pytest.mark.parametrize(
    "said",
    ["", "Bearer", "Bearer ", "Bearer ed_wrong", "Basic {key}", "Token {key}", "{key}", "Bearer {key}, Bearer x"],
)
def test_nothing_else_does(settings: Settings, key: str, said: str) -> None:
    answer = convert(client_of(settings), {"Authorization": said.format(key=key)})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.json["code"] == "unauthorised"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_key_that_is_revoked_opens_nothing_and_the_last_one_leaves_the_door_shut(
    engine: sa.Engine, settings: Settings, key: str
) -> None:
    client = client_of(settings)
    assert convert(client, bearer(key)).status_code == 200
    keys.revoke(engine, "newsroom")
    assert convert(client, bearer(key)).status_code == 401
    assert convert(client).status_code == 401


def test_a_key_made_while_it_runs_shuts_the_door(engine: sa.Engine, settings: Settings) -> None:
    client = client_of(settings)
    assert convert(client).status_code == 200
    keys.create(engine, "newsroom")
    assert convert(client).status_code == 401


@pytest.mark.parametrize("path", ["/health/live", "/source", "/desk.css", "/desk.js", "/desk.svg", "/sign-in"])
def test_what_tells_nothing_is_open(settings: Settings, key: str, path: str) -> None:
    assert client_of(settings).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/v1/formats", "/v1/nowhere", "/v1/health/", "/v1", "/openapi.json/x", "/healthy"])
def test_what_is_nearly_open_is_not(settings: Settings, key: str, path: str) -> None:
    answer = client_of(settings).get(path)
    assert (answer.status_code, answer.headers.get("Location")) in ((401, None), (303, "/sign-in"))


def test_metrics_are_for_who_has_a_key_or_sits_here(settings: Settings, key: str) -> None:
    """404 here is whom the guard lets past: the page itself is another room's."""

    def asked(address: str, headers: dict[str, str]) -> bool:
        answer = client_of(settings).get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
        return answer.status_code != 401

    assert asked("127.0.0.1", {})
    assert asked("::1", {})
    assert asked("192.0.2.1", bearer(key))
    assert not asked("192.0.2.1", {})
    assert not asked("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"})
    assert not asked("127.0.0.1", {"Host": "editions.example"})


def test_a_client_that_is_refused_while_it_sends_hears_why(settings: Settings, key: str) -> None:
    with serving(EDITIONS_DATA=settings.data) as server:
        answer = server.ask("POST", "/v1/convert?to=html", b"a" * 9_000_000, PLAIN)
        assert (answer.status, answer.json["code"]) == (401, "unauthorised")
        assert server.ask("POST", "/v1/convert?to=html", TEXT, PLAIN | bearer(key)).status == 200


# ---------------------------------------------------------------- who may: the page


def test_a_browser_is_led_to_the_page_that_asks(settings: Settings, key: str) -> None:
    client = client_of(settings)
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    answer = client.post("/", data=form(TEXT, to="html"), headers=OURS)
    assert (answer.status_code, answer.mimetype) == (401, "text/html")
    assert b"still holds what you typed" in answer.data
    answer = client.post("/", data=form(TEXT, to="html"), headers=OURS | {"Accept": "multipart/form-data"})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_the_session_is_a_cookie_that_keeps_to_itself(settings: Settings, key: str) -> None:
    client = client_of(settings)
    answer = client.post("/sign-in", data={"key": f" {key} "}, headers=OURS)
    cookie = answer.headers["Set-Cookie"]
    assert all(f"; {word}" in cookie for word in ("HttpOnly", "Path=/", "SameSite=Strict"))
    assert "Secure" not in cookie
    assert key not in cookie
    answer = client.post("/sign-in", data={"key": key}, base_url="https://localhost")
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_who_is_signed_in_uses_desk_and_endpoint_until_signed_out(settings: Settings, key: str) -> None:
    client = signed_in(client_of(settings), key)
    assert b"Sign out" in client.get("/").data
    assert client.get("/sign-in").headers["Location"] == "/"
    assert client.get("/v1/formats").status_code == 200
    assert convert(client, OURS).status_code == 200
    assert convert(client, OURS | bearer("ed_wrong")).status_code == 401  # the header decides alone
    assert client.post("/sign-out", headers=OURS).headers["Location"] == "/sign-in"
    assert client.get("/v1/formats").status_code == 401


def test_a_session_dies_with_its_key(engine: sa.Engine, settings: Settings, key: str) -> None:
    keys.create(engine, "archive")
    client = signed_in(client_of(settings), key)
    keys.revoke(engine, "newsroom")
    assert client.get("/").headers["Location"] == "/sign-in"


def test_a_session_ends_after_twelve_hours(settings: Settings, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(client_of(settings), key)
    cookie = client.get_cookie(sign_in.COOKIE)
    assert cookie  # the browser's own end of it is not what counts
    moment = time.time()

    def after(hours: float) -> int:
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda: moment + hours * 3600)
        fresh = client_of(settings)
        fresh.set_cookie(sign_in.COOKIE, cookie.value)
        return fresh.get("/v1/formats").status_code

    assert (after(11.9), after(12.1)) == (200, 401)


def test_a_cookie_is_worth_nothing_under_another_secret(settings: Settings, key: str) -> None:
    cookie = signed_in(client_of(settings), key).get_cookie(sign_in.COOKIE)
    assert cookie
    again = client_of(settings)  # the same after a restart
    again.set_cookie(sign_in.COOKIE, cookie.value)
    assert again.get("/v1/formats").status_code == 200
    (settings.folder / "secret").unlink()
    other = client_of(settings)
    other.set_cookie(sign_in.COOKIE, cookie.value)
    assert other.get("/v1/formats").status_code == 401
    other.set_cookie(sign_in.COOKIE, cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B"))
    assert other.get("/v1/formats").status_code == 401


def test_the_secret_is_one_and_its_owners(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(sign_in.secret, [tmp_path / "new"] * 8))
    (place,) = (tmp_path / "new").iterdir()
    assert found == {place.read_bytes()}
    assert (len(place.read_bytes()), stat.S_IMODE(place.stat().st_mode)) == (32, 0o600)


FOREIGN = [
    {},
    {"Origin": "null"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://localhost.elsewhere.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "http://localhost@elsewhere.example"},
    {"Origin": "http://[::1"},
    {"Referer": "https://elsewhere.example/http://localhost/"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/v1/convert?to=html", "/"])
def test_what_a_cookie_allows_our_own_page_must_ask(
    settings: Settings, key: str, headers: dict[str, str], path: str
) -> None:
    client = signed_in(client_of(settings), key)
    answer = client.post(path, data=TEXT, headers={**PLAIN, **headers})
    assert answer.status_code == 403
    assert b"Another site" in answer.data


@pytest.mark.parametrize(
    "headers",
    [
        OURS,
        {"Origin": "https://LOCALHOST"},  # TLS may end before us
        {"Referer": "http://localhost/"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_our_own_page_may_ask(settings: Settings, key: str, headers: dict[str, str]) -> None:
    assert convert(signed_in(client_of(settings), key), headers).status_code == 200


def test_no_other_page_signs_anybody_in_or_out(settings: Settings, key: str) -> None:
    client = signed_in(client_of(settings), key)
    elsewhere = {"Origin": "https://elsewhere.example"}
    assert client.post("/sign-in", data={"key": key}, headers=elsewhere).status_code == 403
    assert client.post("/sign-out", headers=elsewhere).status_code == 403
    assert client.get("/sign-out").status_code == 405
    assert client.get("/v1/formats").status_code == 200


def test_keys_cannot_be_tried_for_long(settings: Settings, key: str) -> None:
    client = client_of(settings)

    def tried(key: str, address: str = "192.0.2.1") -> Any:
        return client.post("/sign-in", data={"key": key}, environ_base={"REMOTE_ADDR": address})

    assert [tried(f"ed_{n}").status_code for n in range(11)] == [403] * 10 + [429]
    late = tried(key)
    assert (late.status_code, 0 < int(late.headers["Retry-After"]) <= 60) == (429, True)
    assert tried(key, "192.0.2.2").status_code == 303


def test_a_form_that_holds_more_than_a_key_is_refused(settings: Settings, key: str) -> None:
    assert client_of(settings).post("/sign-in", data={"key": "x" * 5000}).status_code == 413


# ---------------------------------------------------------------- open mode


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:65535"])
def test_without_a_key_this_machine_may_ask(settings: Settings, host: str) -> None:
    assert convert(client_of(settings), {"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["elsewhere.example", "localhost.elsewhere.example", "127.0.0.1.nip.example", "localhost:80@elsewhere.example",
     "127.0.0.1:", "0.0.0.0", "[::]", "localhost:٨", ""],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_name_that_leads_here_from_elsewhere_is_refused(settings: Settings, host: str, method: str) -> None:
    client = client_of(settings)
    base = {"HTTP_HOST": host.encode().decode("latin-1")}
    answer = client.open("/v1/formats", method=method, environ_overrides=base)
    assert (answer.status_code, answer.json and answer.json["code"]) == (421, "host")
    assert client.open("/", method=method, environ_overrides=base).status_code == 421


@pytest.mark.parametrize("header", FORWARDED)
def test_what_is_passed_on_is_refused_with_the_cure(settings: Settings, header: str) -> None:
    answer = convert(client_of(settings), {header: "127.0.0.1"})
    assert (answer.status_code, answer.json["code"]) == (403, "open")
    assert "editions keys create" in answer.json["hint"]


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("127.9.9.9", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.0.2.1", 403),
     ("::ffff:192.0.2.1", 403), ("", 403)],
)  # fmt: skip
def test_nobody_else_may_ask(settings: Settings, address: str, status: int) -> None:
    assert convert(client_of(settings), environ_base={"REMOTE_ADDR": address}).status_code == status


@pytest.mark.parametrize("headers", FOREIGN[1:], ids=str)
def test_no_other_page_writes(settings: Settings, headers: dict[str, str]) -> None:
    client = client_of(settings)
    assert convert(client, headers).json["code"] == "origin"
    assert client.get("/v1/formats", headers=headers).status_code == 200  # which no page of elsewhere can read


def test_the_page_that_asks_for_a_key_leads_on_where_none_is_needed(settings: Settings) -> None:
    assert client_of(settings).get("/sign-in").headers["Location"] == "/"


def test_the_rules_hold_on_a_real_server() -> None:
    with serving() as server:
        assert server.ask("GET", "/v1/formats").status == 200
        assert server.ask("GET", "/v1/formats", headers={"Host": "elsewhere.example"}).status == 421
        assert server.ask("GET", "/v1/formats", headers={"X-Forwarded-For": "127.0.0.1"}).status == 403
        assert server.ask("POST", "/v1/convert", TEXT, PLAIN | {"Origin": "null"}).status == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "editions.example"])
def test_an_address_that_others_reach_wants_a_key(engine: sa.Engine, host: str) -> None:
    for none in (None, engine):
        with pytest.raises(UsageError) as caught:
            refuse_open(host, none)
        assert "editions keys create NAME" in caught.value.hint
    keys.create(engine, "newsroom")
    refuse_open(host, engine)
    keys.revoke(engine, "newsroom")
    with pytest.raises(UsageError):
        refuse_open(host, engine)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_loopback_wants_none(engine: sa.Engine, host: str) -> None:
    refuse_open(host, None)
    refuse_open(host, engine)
    assert not keys.any_made(engine)


# ---------------------------------------------------------------- shares


def test_each_key_has_its_own_share_of_a_minute(engine: sa.Engine, settings: Settings, key: str) -> None:
    other = keys.create(engine, "archive")[1]
    client = client_of(replace(settings, rate=3))
    left = [client.get("/v1/formats", headers=bearer(key)).headers["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    late = convert(client, bearer(key))
    assert (late.status_code, late.json["code"], late.mimetype) == (429, "rate", "application/problem+json")
    assert 0 < int(late.headers["Retry-After"]) <= 60
    assert "EDITIONS_RATE" in late.json["detail"]
    assert convert(client, bearer(other)).status_code == 200
    assert [convert(client).status_code for _ in range(4)] == [401, 401, 401, 429]  # by their address
    assert client.get("/health/live").status_code == 200


def test_of_ipv6_a_network_is_one_caller(settings: Settings, key: str) -> None:
    client = client_of(replace(settings, rate=1))

    def asked(address: str) -> int:
        return client.get("/v1/formats", environ_base={"REMOTE_ADDR": address}).status_code

    assert [asked(a) for a in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")] == [401, 429, 401]


def test_no_rate_is_any(settings: Settings) -> None:
    client = client_of(replace(settings, rate=0))
    answers = [client.get("/v1/formats") for _ in range(700)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit-Limit" not in answers[-1].headers


def test_a_share_comes_back_when_the_minute_is_over_or_the_clock_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [time.time()]
    monkeypatch.setattr("time.time", lambda: clock[0])
    rate = quota.Rate(1)
    assert [rate.spend("a"), rate.spend("a")] == [True, False]
    clock[0] += 61
    assert [rate.spend("a"), rate.spend("a")] == [True, False]
    clock[0] -= 3600
    assert [rate.spend("a"), rate.spend("a")] == [True, False]


def test_each_key_waits_for_so_many_at_once(engine: sa.Engine, settings: Settings, key: str) -> None:
    other, pool = keys.create(engine, "archive")[1], Quick()
    app = create_app(replace(settings, at_once=2), pool=pool)
    pool.gate.clear()
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(lambda: convert(app.test_client(), bearer(key)).status_code) for _ in range(2)]
        assert all(pool.begun.acquire(timeout=20) for _ in waiting)
        third = convert(app.test_client(), bearer(key))
        assert (third.status_code, third.json["code"], third.headers["Retry-After"]) == (429, "rate", "1")
        assert "EDITIONS_AT_ONCE" in third.json["detail"]
        assert app.test_client().get("/v1/formats", headers=bearer(key)).status_code == 200
        others = threads.submit(lambda: convert(app.test_client(), bearer(other)).status_code)
        assert pool.begun.acquire(timeout=20)
        pool.gate.set()
        assert [job.result(20) for job in (*waiting, others)] == [200] * 3
    assert convert(app.test_client(), bearer(key)).status_code == 200


def test_a_request_that_fails_gives_its_place_back(settings: Settings, key: str) -> None:
    client = client_of(replace(settings, at_once=1))
    for _ in range(3):
        assert convert(client, bearer(key) | {"Content-Type": "image/png"}).status_code == 415


# ---------------------------------------------------------------- CORS

DESK = "https://desk.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


def test_pages_of_named_origins_may_ask(settings: Settings, key: str) -> None:
    client = client_of(replace(settings, cors=f"{DESK}, http://127.0.0.1:3000"))
    answer = client.options("/v1/convert", headers={"Origin": DESK, **PREFLIGHT})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, DESK)
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    for status, headers in ((200, bearer(key)), (401, {})):
        answer = convert(client, {"Origin": DESK, **headers})
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, DESK)
        shown = answer.headers["Access-Control-Expose-Headers"]
        assert all(name in shown for name in ("X-Request-Id", "Location", "X-Remarks", "Retry-After", "ETag"))
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_other_pages_may_not(settings: Settings, key: str) -> None:
    client = client_of(replace(settings, cors=DESK))
    for origin in ("null", "https://desk.example.elsewhere.example", "http://desk.example", f"{DESK}:8443"):
        for answer in (
            client.options("/v1/convert", headers={"Origin": origin, **PREFLIGHT}),
            convert(client, {"Origin": origin, **bearer(key)}),
        ):
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert "Origin" in answer.headers["Vary"]
    page = signed_in(client, key).get("/", headers={"Origin": DESK})
    assert (page.status_code, "Access-Control-Allow-Origin" in page.headers) == (200, False)


def test_where_none_is_named_nothing_is_said(settings: Settings) -> None:
    answer = client_of(settings).get("/v1/formats", headers={"Origin": DESK})
    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


def test_a_named_origin_may_write_in_open_mode(settings: Settings) -> None:
    client = client_of(replace(settings, cors=DESK))
    assert convert(client, {"Origin": DESK, "Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert convert(client, {"Origin": "https://elsewhere.example"}).status_code == 403


@pytest.mark.parametrize("said", ["*", "null", "desk.example", "https://desk.example/", "https://*.example"])
def test_what_is_no_origin_is_refused_at_the_start(settings: Settings, said: str) -> None:
    with pytest.raises(UsageError, match="EDITIONS_CORS"):
        client_of(replace(settings, cors=said))


# ---------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def keyed() -> Iterator[tuple[Server, str]]:
    with serving() as server:
        folder = Path(f"/proc/{server.process.pid}/environ").read_bytes().split(b"EDITIONS_DATA=")[1].split(b"\0")[0]
        engine = table.opened(Settings(data=folder.decode()).database_url)
        key = keys.create(engine, "newsroom")[1]
        engine.dispose()
        wait_until(lambda: server.ask("GET", "/v1/formats").status == 401)
        yield server, key


@pytest.mark.parametrize("script", [True, False])
def test_a_publisher_signs_in_sets_and_signs_out(keyed: tuple[Server, str], browser: Browser, script: bool) -> None:
    server, key = keyed
    page = browser.new_page(java_script_enabled=script, viewport={"width": 390, "height": 720})
    page.goto(server.url)
    _give(page, "ed_wrong")
    assert page.get_by_role("alert").inner_text().startswith("This key is not valid.")
    _give(page, key)
    assert page.url == server.url
    page.get_by_label("pasted here").fill(TEXT.decode())
    for name in ("pdf", "epub"):
        page.locator(f"#to-{name}").uncheck()
    if script:
        page.get_by_role("button", name="Set the article").click()
        page.get_by_role("heading", name="A Walk").wait_for(timeout=60_000)
    else:
        with page.expect_download(timeout=60_000) as started:
            page.get_by_role("button", name="Set the article").click()
        assert started.value.suggested_filename == "article.html"
    page.get_by_role("button", name="Sign out").click()
    assert page.url.endswith("/sign-in")
    page.goto(server.url)
    assert page.url.endswith("/sign-in")
    page.close()


def _give(page: Page, key: str) -> None:
    page.get_by_label("Your key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
