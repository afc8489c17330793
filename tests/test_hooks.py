"""Webhooks: signed, sent once by many, tried again, and never to where the public does not reach."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import re
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from convert.errors import Unavailable, UsageError
from convert.jobs import hooks, queue, table
from convert.jobs.hooks import Delivery, Terms
from convert.jobs.store import Store
from convert.jobs.supervisor import Supervisor
from convert.options import Limits
from tests.engines import Postgres, postgres
from tests.test_jobs import DAY, TEXT, Supervisors, new, submit

ROOT = Path(__file__).parent.parent
SECRET = hooks.new_secret()
LOOPBACK = (ip_network("127.0.0.0/8"),)
HOME = Terms(plain=True, allowed=LOOPBACK)
QUICK = replace(HOME, connect=0.5, whole=0.5)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = table.engine(f"sqlite:///{tmp_path}/jobs.db")
    table.migrate(made)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    """Each of the databases in turn, empty."""
    if request.param == "sqlite":
        yield request.getfixturevalue("engine")
        return
    server: Postgres = request.getfixturevalue("server")
    made = table.engine(server.fresh())
    table.migrate(made)
    yield made
    made.dispose()


# ---------------------------------------------------------------- receivers


class Got(NamedTuple):
    """A message as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(ThreadingHTTPServer):
    """A receiver on loopback. It answers what stands in `answers`, then 204."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)
        self.port = int(self.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/hooks"
        self.got: list[Got] = []
        self.answers: list[int | tuple[int, dict[str, str]] | Callable[[BaseHTTPRequestHandler], None]] = []
        self.names: list[str] = []  # that clients named in TLS

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        answer = self.server.answers.pop(0) if self.server.answers else 204
        if callable(answer):
            answer(self)
            return
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} | headers).items():
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving(host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    receiver = Receiver(host, port)
    if tls:
        tls.sni_callback = lambda _socket, name, _context: receiver.names.append(name or "")
        receiver.socket = tls.wrap_socket(receiver.socket, server_side=True)
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        thread.join()
        receiver.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, str]:
    made, file = trustme.CA(), tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(str(file))
    return made, str(file)


def tls_for(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def announce(engine: sa.Engine, url: str, count: int = 1, secret: str = SECRET) -> list[str]:
    """Jobs that succeeded at once, whose news is due; their names."""
    jobs = [new(n, webhook={"url": url, "secret": secret}, manifest={"editions": []}) for n in range(count)]
    return [job.id for job in submit(engine, *jobs)]


def due_now(engine: sa.Engine) -> None:
    with table.writing(engine) as c:
        c.execute(table.DELIVERIES.update().values(next=0.0))


def delivery(engine: sa.Engine, job: str) -> Delivery:
    (found,) = hooks.of_job(engine, job)
    return found


def sent(engine: sa.Engine, url: str, terms: Terms = HOME, secret: str = SECRET) -> Delivery:
    """What becomes of one message at its first try."""
    (job,) = announce(engine, url, secret=secret)
    assert hooks.deliver_due(engine, terms) == 1
    return delivery(engine, job)


# ---------------------------------------------------------------- at the door


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://example.org/hooks?token=x&y=%20",
        "HTTPS://Example.ORG:8443/a//b",
        "https://xn--bcher-kva.example/",
        "https://8.8.8.8/x",
        "https://[2606:4700::1111]:443/x",
        "https://example.org/" + "x" * 1980,
    ],
)
def test_a_proper_address_is_taken(url: str) -> None:
    hooks.check(url)
    assert hooks._place(url, False).secure


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://example.org/", "https"),
        ("ftp://example.org/", "https"),
        ("file:///etc/passwd", "https"),
        ("example.org/hooks", "https"),
        ("", "characters"),
        ("https:///x", "host"),
        ("https://", "host"),
        ("https://user:sesame@example.org/", "password"),
        ("https://user@example.org/", "user name"),
        ("https://@example.org/", "user name"),
        ("https://example.org:22/", "port 22"),
        ("https://example.org:0/", "port 0"),
        ("https://example.org:65536/", "no address"),
        ("https://example.org:x/", "no address"),
        ("https://example.org:/", "host"),
        ("https://exa mple.org/", "characters"),
        ("https://example.org/\r\nHost: x", "characters"),
        ("https://example.org\\@127.0.0.1/", "characters"),
        ("https://bücher.example/", "characters"),
        ("https://-x.example/", "host"),
        ("https://a..example/", "host"),
        ("https://" + "a" * 64 + ".example/", "host"),
        ("https://[::1]x/", "host|no address"),
        ("https://[fe80::1%25eth0]/", "host"),
        ("https://[::1/", "no address"),
        ("https://example.org/" + "x" * 1981, "2001"),
        ("https://127.0.0.1/", "public"),
        ("https://[::1]/", "public"),
        ("https://2130706433/", "host"),
        ("https://0x7f000001/", "host"),
        ("https://0177.0.0.1/", "host"),
        ("https://127.1/", "host"),
    ],
)
def test_an_improper_address_is_refused_with_a_cure(url: str, word: str) -> None:
    with pytest.raises(UsageError, match=word) as caught:
        hooks.check(url)
    assert (caught.value.code, caught.value.status) == ("bad-webhook", 400)
    assert caught.value.hint
    assert "sesame" not in str(caught.value) + caught.value.hint


def test_http_and_networks_of_one_s_own_are_for_who_allows_them() -> None:
    hooks.check("http://example.org/", plain=True)
    hooks.check("https://127.0.0.1/", allowed=LOOPBACK)
    with pytest.raises(UsageError):
        hooks.check("https://10.0.0.1/", allowed=LOOPBACK)
    assert hooks.terms_of({"plain": True, "allowed": ["127.0.0.0/8"]}) == HOME
    assert hooks.terms_of({}) == hooks.PUBLIC


@pytest.mark.parametrize("secret", ["", "whsec_", "secret", "whsec_???", "whsec_c2hvcnQ=", "whsec_é" + "A" * 40])
def test_a_secret_is_one_or_is_refused(secret: str) -> None:
    hooks.check_secret(SECRET)
    assert hooks.new_secret() != SECRET
    with pytest.raises(UsageError) as caught:
        hooks.check_secret(secret)
    assert caught.value.code == "bad-webhook"
    assert not secret or len(secret) < 7 or secret not in str(caught.value)


# ---------------------------------------------------------------- delivered


def test_a_message_arrives_signed_and_says_which_job_ended(either: sa.Engine, receiver: Receiver) -> None:
    (job,) = announce(either, receiver.url + "?a=b")
    assert delivery(either, job)[2:4] == ("waiting", 0)
    assert hooks.deliver_due(either, HOME) == 1
    assert hooks.deliver_due(either, HOME) == 0
    (got,) = receiver.got
    assert got.path == "/hooks?a=b"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["content-type"] == "application/json"
    said = Webhook(SECRET).verify(got.body, got.headers)
    assert (said["type"], said["data"]) == ("job.succeeded", {"id": job, "state": "succeeded"})
    found = delivery(either, job)
    assert found[:5] == (got.headers["webhook-id"], receiver.url + "?a=b", "delivered", 1, found.tried)
    assert found[5:] == (None, 204, "answered 204")
    assert found.tried
    assert abs(found.tried - time.time()) < 30
    assert not hasattr(found, "secret")


def test_its_signature_is_what_the_specification_says(engine: sa.Engine, receiver: Receiver) -> None:
    sent(engine, receiver.url)
    (got,) = receiver.got
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    made = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{made}"
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 30
    with pytest.raises(WebhookVerificationError):
        Webhook(hooks.new_secret()).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body + b" ", got.headers)


def test_a_failure_is_told_too(engine: sa.Engine, receiver: Receiver) -> None:
    (job,) = submit(engine, new(webhook={"url": receiver.url, "secret": SECRET}))
    (taken,) = queue.claim(engine, "w", 1)
    assert hooks.deliver_due(engine, HOME) == 0
    assert queue.fail(engine, taken, {"code": "empty"}, False, DAY)
    assert hooks.deliver_due(engine, HOME) == 1
    assert json.loads(receiver.got[0].body)["data"] == {"id": job.id, "state": "failed"}


def test_tls_is_held_to_the_name(engine: sa.Engine, authority: tuple[trustme.CA, str]) -> None:
    trusted = Terms(allowed=LOOPBACK, authority=authority[1], resolve=lambda _host, _port: ["127.0.0.1"])
    with receiving(tls=tls_for(authority[0], "hooks.example", "127.0.0.1")) as receiver:
        named = sent(engine, f"https://hooks.example:{receiver.port}/x", trusted)
        assert (named.state, receiver.names) == ("delivered", ["hooks.example"])
        assert receiver.got[0].headers["host"] == f"hooks.example:{receiver.port}"
        assert sent(engine, f"https://127.0.0.1:{receiver.port}/x", trusted).state == "delivered"
        other = sent(engine, f"https://other.example:{receiver.port}/x", trusted)
        assert (other.state, other.said) == ("waiting", "its certificate is not valid")
        stranger = sent(engine, f"https://hooks.example:{receiver.port}/x", replace(trusted, authority=None))
        assert (stranger.state, stranger.said) == ("waiting", "its certificate is not valid")
        assert len(receiver.got) == 2
    with receiving() as plain:
        assert sent(engine, f"https://hooks.example:{plain.port}/x", trusted).said == "no TLS connection"
        http = sent(engine, f"http://hooks.example:{plain.port}/x", trusted)
        assert (plain.got, http.status) == ([], None)
        assert "https" in http.said


def test_ipv6_has_its_brackets(engine: sa.Engine) -> None:
    try:
        with receiving("::1") as receiver:
            terms = Terms(plain=True, allowed=(ip_network("::1/128"),))
            assert sent(engine, f"http://[::1]:{receiver.port}/x", terms).state == "delivered"
            assert receiver.got[0].headers["host"] == f"[::1]:{receiver.port}"
    except OSError:
        pytest.skip("this machine has no IPv6")


def test_no_proxy_of_the_environment_is_asked(
    engine: sa.Engine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        assert sent(engine, receiver.url).state == "delivered"
        assert (len(receiver.got), proxy.got) == (1, [])


def test_the_next_address_is_tried_where_one_takes_no_connection(engine: sa.Engine, receiver: Receiver) -> None:
    terms = replace(HOME, resolve=lambda _host, _port: ["127.0.0.9", "127.0.0.1"])
    assert sent(engine, f"http://hooks.example:{receiver.port}/x", terms).state == "delivered"
    none = sent(engine, f"http://hooks.example:{receiver.port}/x", replace(terms, resolve=lambda *_: ["127.0.0.9"]))
    assert (none.state, none.status, none.said) == ("waiting", None, "no connection")


def examples(language: str) -> list[str]:
    """The examples of the manual, each a function `verified(secret, headers, body)`."""
    section = (ROOT / "docs" / "api.md").read_text("utf-8").split("## Webhooks")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.S)


def in_python(example: str, secret: str, headers: dict[str, str], body: bytes) -> Any:
    names: dict[str, Any] = {}
    exec(example, names)
    return names["verified"](secret, headers, body)


def in_node(example: str, secret: str, headers: dict[str, str], body: bytes) -> Any:
    from playwright._impl._driver import compute_driver_executable

    given = [json.dumps(headers), base64.b64encode(body).decode(), secret]
    call = "const [h, b, s] = process.argv.slice(1);"
    call += 'console.log(JSON.stringify(verified(s, JSON.parse(h), Buffer.from(b, "base64"))));'
    command = [compute_driver_executable()[0], "-e", example + call, *given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise ValueError(done.stderr)
    return json.loads(done.stdout)


def test_the_manual_s_examples_take_what_is_ours_and_nothing_else(engine: sa.Engine, receiver: Receiver) -> None:
    (job,) = announce(engine, receiver.url)
    assert hooks.deliver_due(engine, HOME) == 1
    (got,) = receiver.got
    headers = {name: value for name, value in got.headers.items() if name.startswith("webhook-")}
    late = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
    two = headers | {"webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}  # while a secret is changed
    tried = [(in_python, example) for example in examples("python")]
    tried += [(in_node, example) for example in examples("javascript")]
    assert len(tried) == 3
    for run, example in tried:
        assert run(example, SECRET, headers, got.body)["data"]["id"] == job
        assert run(example, SECRET, two, got.body)["data"]["id"] == job
        for secret, given, body in (
            (hooks.new_secret(), headers, got.body),
            (SECRET, late, got.body),
            (SECRET, headers, got.body.replace(b"succeeded", b"failed")),
        ):
            with pytest.raises((ValueError, WebhookVerificationError)):
                run(example, secret, given, body)


# ---------------------------------------------------------------- tried again


def test_what_failed_is_tried_again_with_its_own_time_and_the_same_id(either: sa.Engine, receiver: Receiver) -> None:
    receiver.answers = [500]
    (job,) = announce(either, receiver.url)
    assert hooks.deliver_due(either, HOME) == 1
    found = delivery(either, job)
    assert found[2:4] == ("waiting", 1)
    assert (found.status, found.said) == (500, "answered 500")
    assert found.next
    assert 3 < found.next - time.time() < 6.1
    assert hooks.deliver_due(either, HOME) == 0
    due_now(either)
    time.sleep(1.1)
    assert hooks.deliver_due(either, HOME) == 1
    assert delivery(either, job)[2:4] == ("delivered", 2)
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(first.headers["webhook-timestamp"]) < int(second.headers["webhook-timestamp"])
    assert Webhook(SECRET).verify(second.body, second.headers)


def test_waits_grow_and_end(engine: sa.Engine, receiver: Receiver) -> None:
    receiver.answers = [500, 404, 429, 503, 400, 302, 500, 500]
    (job,) = announce(engine, receiver.url)
    for tries, wait in enumerate(hooks.WAITS, 1):
        due_now(engine)
        assert hooks.deliver_due(engine, HOME) == 1
        found = delivery(engine, job)
        assert (found.state, found.tries) == ("waiting", tries)
        assert found.next
        assert wait - 2 < found.next - time.time() <= wait * 1.2
    due_now(engine)
    assert hooks.deliver_due(engine, HOME) == 1
    found = delivery(engine, job)
    assert (found.state, found.tries, found.next, found.said) == ("failed", 7, None, "answered 500")
    due_now(engine)
    assert hooks.deliver_due(engine, HOME) == 0
    assert len(receiver.got) == 7


def test_who_is_gone_is_left_alone(engine: sa.Engine, receiver: Receiver) -> None:
    receiver.answers = [410]
    found = sent(engine, receiver.url)
    assert (found.state, found.tries, found.status) == ("failed", 1, 410)
    due_now(engine)
    assert hooks.deliver_due(engine, HOME) == 0


@pytest.mark.parametrize(
    ("after", "least", "most"),
    [
        ("120", 118, 120.1),
        ("1", 4, 6.1),  # our own wait is longer
        ("999999999", 3598, 3600.1),
        ("9" * 5000, 3598, 3600.1),
        ("soon", 4, 6.1),
        ("-5", 4, 6.1),
        ("", 4, 6.1),
        ("Fri, 31 Dec 99999999 23:59:59 GMT", 4, 3600.1),
        ("in 900 seconds, as a date", 800, 901),
    ],
)
def test_a_receiver_s_wish_to_wait_is_heard(
    engine: sa.Engine, receiver: Receiver, after: str, least: float, most: float
) -> None:
    after = formatdate(time.time() + 900, usegmt=True) if "as a date" in after else after
    receiver.answers = [(503, {"Retry-After": after})]
    found = sent(engine, receiver.url)
    assert found.next
    assert least < found.next - time.time() <= most


def test_redirects_are_not_followed(engine: sa.Engine, receiver: Receiver) -> None:
    with receiving() as canary:
        for status in (301, 302, 303, 307, 308):
            receiver.answers = [(status, {"Location": canary.url})]
            found = sent(engine, receiver.url)
            assert (found.state, found.status) == ("waiting", status)
            assert "redirects are not followed" in found.said
        assert (canary.got, len(receiver.got)) == ([], 5)


def test_many_at_once_send_each_message_once(either: sa.Engine, receiver: Receiver) -> None:
    jobs = announce(either, receiver.url, 24)
    with ThreadPoolExecutor(6) as threads:
        counts = list(threads.map(lambda _: hooks.deliver_due(either, HOME), range(6)))
    assert sum(counts) == 24
    arrived = Counter(json.loads(got.body)["data"]["id"] for got in receiver.got)
    assert arrived == dict.fromkeys(jobs, 1)
    assert {delivery(either, job).state for job in jobs} == {"delivered"}


def test_who_dies_with_a_message_leaves_it_to_the_next_and_is_too_late(either: sa.Engine, receiver: Receiver) -> None:
    (job,) = announce(either, receiver.url)
    dead = hooks._claimed(either)
    assert dead
    assert hooks.deliver_due(either, HOME) == 0  # leased
    due_now(either)
    assert hooks.deliver_due(either, HOME) == 1
    hooks._recorded(either, dead, hooks.Ending(500, "answered 500"))
    assert delivery(either, job)[2:4] == ("delivered", 2)
    assert [got.headers["webhook-id"] for got in receiver.got] == [dead.id]


def test_those_never_tried_come_first(engine: sa.Engine, receiver: Receiver) -> None:
    receiver.answers = [500, 500]
    announce(engine, receiver.url, 2)
    assert hooks.deliver_due(engine, HOME) == 2
    due_now(engine)
    (fresh,) = announce(engine, receiver.url)
    assert hooks.deliver_due(engine, HOME, 1) == 1
    assert delivery(engine, fresh).state == "delivered"


def test_a_clock_that_was_set_back_holds_no_message_up(engine: sa.Engine, receiver: Receiver) -> None:
    (job,) = announce(engine, receiver.url)
    with table.writing(engine) as c:
        c.execute(table.DELIVERIES.update().values(next=time.time() + 10 * DAY))
    assert hooks.deliver_due(engine, HOME) == 1
    assert delivery(engine, job).state == "delivered"


def test_news_of_what_is_erased_or_expired_goes_with_it(engine: sa.Engine, receiver: Receiver) -> None:
    erased, told, untold = announce(engine, receiver.url, 3)
    assert queue.cancel(engine, erased, "")
    assert hooks.of_job(engine, erased) == []
    assert hooks.deliver_due(engine, HOME, 1) == 1
    if delivery(engine, told).state == "waiting":
        told, untold = untold, told
    with table.writing(engine) as c:
        c.execute(table.JOBS.update().values(expires=0.0))
    queue.expire(engine, DAY)
    assert hooks.of_job(engine, told) == []
    assert delivery(engine, untold).state == "waiting"
    with table.writing(engine) as c:
        c.execute(table.JOBS.update().values(expires=0.0))
    queue.expire(engine, DAY)
    assert hooks.of_job(engine, untold) == []


# ---------------------------------------------------------------- where nobody may reach

INSIDE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1",
    "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1",
    "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "3fff::1",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_however_it_is_come_by(engine: sa.Engine, address: str) -> None:
    """As a literal, at the door and in the table; as what a name resolves to, alone and beside a public one."""
    assert not hooks._public(ip_address(address))
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(UsageError, match="public"):
        hooks.check(f"https://{literal}/")
    for url, answer in (
        (f"https://{literal}/", []),
        ("https://hooks.example/", [address]),
        ("https://hooks.example/", ["8.8.8.8", address]),
    ):
        terms = Terms(resolve=lambda _host, _port, answer=answer: answer)  # type: ignore[misc]
        found = sent(engine, url, terms)
        assert (found.state, found.status) == ("waiting", None)
        assert found.said == "The webhook cannot be used: its address is not a public one."


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::808:808"])
def test_an_address_outside_is_not_refused(address: str) -> None:
    assert hooks._public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1",
        "127.1", "127.0.1", "127.0.0.01", "0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]",
    ],
)  # fmt: skip
def test_loopback_is_reached_under_none_of_its_names(engine: sa.Engine, host: str) -> None:
    with receiving() as canary:
        found = sent(engine, f"http://{host}:{canary.port}/", replace(HOME, allowed=()))
        assert (found.state, found.status) == ("waiting", None)
        assert "cannot be used" in found.said or found.said == "host not found"
        # Were the door ever to let a notation pass, what the system makes of it would be looked at all the same.
        place = hooks.Place(False, host.strip("[]"), canary.port, "/")
        with pytest.raises((UsageError, socket.gaierror)):
            hooks._addresses(place, replace(HOME, allowed=()))
        assert canary.got == []


def test_a_name_is_resolved_once_and_its_address_kept(
    engine: sa.Engine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    def watched(host: Any, *rest: Any, **more: Any) -> Any:
        ip_address(host)  # nothing but the address itself is ever looked up
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    terms = Terms(plain=True, allowed=(ip_network("127.0.0.1/32"),), resolve=rebinding)
    with receiving("127.0.0.2", receiver.port) as canary:
        (job,) = announce(engine, f"http://rebind.example:{receiver.port}/x")
        receiver.answers = [500]
        assert hooks.deliver_due(engine, terms) == 1
        assert (asked, len(receiver.got)) == (["rebind.example"], 1)
        assert receiver.got[0].headers["host"] == f"rebind.example:{receiver.port}"
        due_now(engine)
        assert hooks.deliver_due(engine, terms) == 1
        assert "not a public one" in delivery(engine, job).said
        assert (len(asked), len(receiver.got), canary.got) == (2, 1, [])


def test_a_host_that_is_not_found_is_said(engine: sa.Engine) -> None:
    def nothing(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    answers: list[Callable[[str, int], list[str]]] = [nothing, lambda _host, _port: []]
    for resolve in answers:
        found = sent(engine, "https://nowhere.example/", Terms(resolve=resolve))
        assert (found.state, found.said) == ("waiting", "host not found")


# ---------------------------------------------------------------- slow and strange receivers


def dripping(start: bytes, drop: bytes, pause: float = 0.1) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        while True:  # until the other side hangs up
            handler.wfile.write(drop)
            time.sleep(pause)

    return answer


def writing(data: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(data)

    return answer


SLOW: dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], int | None]] = {
    "status line": (dripping(b"HTTP/1.1 2", b"0"), None),
    "header": (dripping(b"HTTP/1.1 200 OK\r\nX: ", b"x"), None),
    "headers": (dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.3), None),
    "continue": (dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), None),
    "nothing": (lambda _handler: time.sleep(3), None),
    "body": (dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"x"), 200),
    "chunks": (dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), 200),
    "error's body": (dripping(b"HTTP/1.1 500 No\r\nContent-Length: 9000\r\n\r\n", b"x"), 500),
}


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("part", SLOW)
def test_a_slow_receiver_is_cut_off(
    engine: sa.Engine, authority: tuple[trustme.CA, str], part: str, secure: bool
) -> None:
    """Where its status came in time, that counts; its body is not waited for."""
    answer, status = SLOW[part]
    terms = replace(QUICK, authority=authority[1])
    with receiving(tls=tls_for(authority[0], "127.0.0.1") if secure else None) as receiver:
        receiver.answers = [answer]
        began = time.monotonic()
        found = sent(engine, f"http{'s' * secure}://127.0.0.1:{receiver.port}/", terms)
        assert time.monotonic() - began < 2
        assert found.status == status
        assert (found.state == "delivered") == (status == 200)
        assert status or found.said in ("no answer in time", "no answer in HTTP")


def test_an_endless_answer_is_not_read(engine: sa.Engine, receiver: Receiver) -> None:
    written = []

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            written.append(handler.wfile.write(b"x" * 65536))

    receiver.answers = [endless]
    began = time.monotonic()
    assert sent(engine, receiver.url).state == "delivered"
    assert time.monotonic() - began < 3
    assert len(written) * 65536 < 32_000_000  # what sockets hold on loopback


def test_who_accepts_and_says_nothing_is_cut_off(engine: sa.Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        for scheme in ("http", "https"):
            began = time.monotonic()
            found = sent(engine, f"{scheme}://127.0.0.1:{mute.getsockname()[1]}/", QUICK)
            assert time.monotonic() - began < 2
            assert (found.state, found.said) == ("waiting", "no answer in time")


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"\x00" * 4000, b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 99 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300, b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000,
        b"HTTP/1.1 101 Other\r\n\r\n", b"HTTP/1.1 999 Odd\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_proper_answer_is_a_failure(engine: sa.Engine, receiver: Receiver, answer: bytes) -> None:
    receiver.answers = [writing(answer)]
    found = sent(engine, receiver.url)
    assert (found.state, found.tries) == ("waiting", 1)
    assert found.said
    assert len(found.said) < 80


def test_neither_secrets_nor_addresses_are_said(
    engine: sa.Engine, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    odd = b"HTTP/1.1 500 No\r\nfolded\r\n : x\r\nContent-Length: 6\r\n\r\nCANARY"
    receiver.answers = [writing(odd), 204]
    for url, secret in (
        (f"{receiver.url}?token=TOKEN", SECRET),
        (f"{receiver.url}?token=TOKEN", SECRET),
        ("http://10.0.0.1/?token=TOKEN", SECRET),
        (f"{receiver.url}?token=TOKEN", "whsec_BROKEN"),
    ):
        found = sent(engine, url, secret=secret)
        assert not any(word in found.said for word in ("TOKEN", SECRET[6:], "BROKEN", "CANARY", "10.0.0.1"))
    assert "hook.tried" in caplog.text
    assert not any(word in caplog.text for word in ("TOKEN", SECRET[6:], "BROKEN", "CANARY", "10.0.0.1"))
    assert len(receiver.got) == 2


# ---------------------------------------------------------------- the supervisor


def wait_for(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_supervisor_sends_and_gets_over_whatever_fails(
    engine: sa.Engine, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, troubles = hooks.deliver_due, [Unavailable("gone"), RuntimeError("odd")] * 2

    def troubled(*arguments: Any) -> int:
        if troubles:
            raise troubles.pop()
        return real(*arguments)

    monkeypatch.setattr(hooks, "deliver_due", troubled)
    jobs = announce(engine, receiver.url, 5)
    one = Supervisor(engine, Store(str(tmp_path / "store")), Limits(), 0, DAY, terms=HOME)
    thread = threading.Thread(target=one.run)
    thread.start()
    wait_for(lambda: len(receiver.got) == 5)
    one.stopping.set()
    thread.join(10)
    assert not thread.is_alive()
    assert not any(postman.is_alive() for postman in one.postmen)
    assert {delivery(engine, job).state for job in jobs} == {"delivered"}


def test_a_job_s_end_is_told_by_the_process_that_did_it(engine: sa.Engine, receiver: Receiver, tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    store.put_text(TEXT)
    with ExitStack() as stack:
        supervisors = stack.enter_context(Supervisors(str(engine.url), store, tmp_path / "log"))
        supervisors.said["hooks"] = {"plain": True, "allowed": ["127.0.0.0/8"]}
        supervisors.start()
        (job,) = submit(engine, new(webhook={"url": receiver.url, "secret": SECRET}))
        wait_for(lambda: bool(receiver.got))
        wait_for(lambda: delivery(engine, job.id).state == "delivered")
    said = Webhook(SECRET).verify(receiver.got[0].body, receiver.got[0].headers)
    assert said["data"] == {"id": job.id, "state": "succeeded"}
    assert SECRET not in (tmp_path / "log").read_text()
