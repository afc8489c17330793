"""Webhooks: the news of a job's end, signed, sent to where its caller said, and again until it arrives. The gate to
urllib3.

The host is resolved once a try; every address it has must be a public one, and the connection goes to one of just
those. Nothing is said of addresses or answers but a status: nobody learns through us what a network holds.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import random
import re
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http.client import HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa
import urllib3
from standardwebhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, InvalidHeader, NewConnectionError

from convert.errors import UsageError
from convert.jobs.table import DELIVERIES, now, reading, writing

Network = IPv4Network | IPv6Network

WAITS = (5.0, 30.0, 120.0, 600.0, 3600.0, 6 * 3600.0)  # seconds before each further try
PATIENT = 3600.0  # a Retry-After beyond it counts as this
LEASE = 120.0  # seconds; no try takes longer
READ = 10_240  # bytes of an answer
LONG = 2000  # characters of an address
PORTS = (443, 80)  # and all from 1024 on: below stand mail and the like, which are no webhooks
ADDRESSES = 3  # of one host that are tried in turn

_LOG = logging.getLogger("editions.hooks")
# It warns of odd headers with the whole address, which may hold a token.
logging.getLogger("urllib3").setLevel(logging.ERROR)


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms news is sent."""

    plain: bool = False  # whether http will do
    allowed: tuple[Network, ...] = ()  # networks that are no public ones, and may be reached all the same
    authority: str | None = None  # a file of certificates to trust instead of the system's
    resolve: Callable[[str, int], Sequence[str]] = resolved
    connect: float = 5.0  # seconds for a connection
    whole: float = 15.0  # and for the whole of the answer


PUBLIC = Terms()


def terms_of(said: Mapping[str, Any]) -> Terms:
    """Terms as JSON carried them."""
    return Terms(bool(said.get("plain")), tuple(ip_network(net) for net in said.get("allowed", ())))


# ---------------------------------------------------------------- at the door


class Place(NamedTuple):
    """Where a message goes: an address of the web, read once and by nobody else."""

    secure: bool
    host: str
    port: int
    path: str  # with its query


_AUTHORITY = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(:[0-9]{1,5})?", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_LIKE_A_NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")  # what resolvers read as IPv4: 2130706433, 0x7f.1
_VISIBLE = re.compile(r"[!-\[\]-~]+")  # ASCII without spaces and the backslash, which programs read each in their way


def check(url: str, plain: bool = False, allowed: Sequence[Network] = ()) -> None:
    """Refuse an address that no news could ever be sent to. Names are resolved when there is some."""
    place = _place(url, plain)
    literal = _literal(place.host)
    if literal and not _may(literal, allowed):
        raise _bad("its address is not a public one", "Give an address that the internet reaches.")


def check_secret(secret: str) -> None:
    """Refuse a secret that is not one of Standard Webhooks."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):  # ValueError: not ASCII
        key = b""
    if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise UsageError(
            "The webhook's secret is not one.",
            "Give whsec_ and 24 to 64 random bytes in Base64, or none, and one is made.",
            code="bad-webhook",
        )


def new_secret() -> str:
    """A secret for a webhook."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _bad(why: str, cure: str) -> UsageError:
    """Without the address itself, whose path or query may be a secret."""
    return UsageError(f"The webhook cannot be used: {why}.", cure, code="bad-webhook")


def _place(url: str, plain: bool) -> Place:
    if len(url) > LONG:
        raise _bad(f"it has {len(url)} characters; the limit is {LONG}", "Give a shorter address.")
    if not _VISIBLE.fullmatch(url):
        raise _bad("it holds characters that no address has", "Write them %-encoded, and names as xn--….")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad("it is no address", "Give one such as https://example.org/hooks.") from None
    if parts.scheme not in (("https", "http") if plain else ("https",)):
        raise _bad("it is not https", "Give an address that begins with https://.")
    if "@" in parts.netloc:
        raise _bad("it has a user name or password in it", "Take it out; messages are signed instead.")
    if not _AUTHORITY.fullmatch(parts.netloc) or not _host(host):
        raise _bad("it has no proper host", "Give one such as https://example.org/hooks.")
    secure = parts.scheme == "https"
    port = port if port is not None else (443 if secure else 80)
    if port not in PORTS and port < 1024:
        raise _bad(f"port {port} is none for webhooks", "Use 443, or one from 1024 on.")
    return Place(secure, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _host(host: str) -> bool:
    return bool(_literal(host) or (_NAME.fullmatch(host) and not _LIKE_A_NUMBER.fullmatch(host)))


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


# ---------------------------------------------------------------- public addresses

_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # where a network has IPv6 alone, hosts with IPv4 alone are found here
_NEVER = tuple(
    ip_network(net)
    for net in (
        "192.0.0.0/24",  # protocols' own, and where clouds tell machines about themselves
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # a public address, at which Azure does so
        "2001::/23",  # Teredo and other protocols' own
        "2001:db8::/32",
        "2002::/16",  # 6to4: holds an IPv4 address, and nobody needs it today
        "3fff::/20",  # documentation, which Python 3.11 does not know yet
    )
)


def _may(address: IPv4Address | IPv6Address, allowed: Sequence[Network]) -> bool:
    return any(address in net for net in allowed) or _public(address)


def _public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return _public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _UNICAST:  # with it go ::1, ::ffff:0:0/96, fc00::/7, fe80::/10, ff00::/8
            return False
    odd = address.is_multicast or address.is_reserved or any(address in net for net in _NEVER)
    return address.is_global and not odd


def _addresses(place: Place, terms: Terms) -> list[str]:
    """The addresses of a place, asked for once: who answers otherwise the next time is not asked again."""
    found = [place.host] if _literal(place.host) else [*terms.resolve(place.host, place.port)]
    if not found:
        raise socket.gaierror("no address")
    if not all(_may(ip_address(address), terms.allowed) for address in found):
        raise _bad("its address is not a public one", "")
    return found[:ADDRESSES]


# ---------------------------------------------------------------- one try


class Ending(NamedTuple):
    """How a try ended."""

    status: int | None
    said: str
    state: str = "waiting"  # delivered failed; waiting: to be tried again
    after: float = 0.0  # seconds that the receiver asks to wait


class _Message(NamedTuple):
    id: str
    job: str
    url: str
    secret: str
    body: str
    tries: int  # this one too
    moment: float


# In order: a connection refused is one of urllib3's time-outs, too.
_WORDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (ssl.SSLError, "no TLS connection"),
    (socket.gaierror, "host not found"),
    (NewConnectionError, "no connection"),
    ((TimeoutError, ConnectTimeoutError), "no answer in time"),
    (OSError, "the connection was cut"),
    ((HTTPError, HTTPException), "no answer in HTTP"),
    (ValueError, "cannot be sent"),
)
_FAILURES = (HTTPError, HTTPException, OSError, ValueError)


def _tried(message: _Message, terms: Terms) -> Ending:
    """Send the message once. It never fails: whatever happens is an ending."""
    try:
        place = _place(message.url, terms.plain)
        check_secret(message.secret)
        status, after = _posted(place, _addresses(place, terms), message, terms)
    except UsageError as error:
        return Ending(None, str(error))
    except _FAILURES as error:
        return Ending(None, next(words for kind, words in _WORDS if isinstance(error, kind)))
    return _answered(status, after)


def _answered(status: int, after: str) -> Ending:
    if 200 <= status < 300:
        return Ending(status, f"answered {status}", "delivered")
    if status == 410:
        return Ending(status, "answered 410: gone, so not tried again", "failed")
    if 300 <= status < 400:
        return Ending(status, f"answered {status}: redirects are not followed", after=_wished(after))
    return Ending(status, f"answered {status}", after=_wished(after))


def _wished(after: str) -> float:
    """The seconds of a Retry-After, a number or a date; 0 where it is neither."""
    try:
        return min(urllib3.Retry().parse_retry_after(after[:40]), PATIENT)
    except (InvalidHeader, ValueError, OverflowError):
        return 0.0


def _posted(place: Place, addresses: Sequence[str], message: _Message, terms: Terms) -> tuple[int, str]:
    """Status and Retry-After of the answer. Its body is read a little, so that it can be sent, and is nobody's."""
    headers = _headers(place, message)
    connection = _connected(place, addresses, terms)
    try:
        with _cut_off(connection, terms.whole) as late:
            connection.request(
                "POST", place.path, message.body.encode(), headers, preload_content=False, decode_content=False
            )
            answer = connection.getresponse()
            if late.is_set():  # headers that stop in their midst look as if that were all
                raise TimeoutError("no answer in time")
            with suppress(*_FAILURES):  # the status says it all
                answer.read(READ, decode_content=False)
            return answer.status, answer.headers.get("Retry-After", "")
    finally:
        connection.close()


def _headers(place: Place, message: _Message) -> dict[str, str]:
    host = f"[{place.host}]" if ":" in place.host else place.host
    usual = place.port == (443 if place.secure else 80)
    moment = datetime.fromtimestamp(int(message.moment), UTC)
    return {
        "Host": host if usual else f"{host}:{place.port}",
        "Content-Type": "application/json",
        "User-Agent": "editions-webhooks",
        "Connection": "close",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(message.moment)),
        "webhook-signature": Webhook(message.secret).sign(message.id, moment, message.body),
    }


def _connected(place: Place, addresses: Sequence[str], terms: Terms) -> HTTPConnection:
    """A connection to the first of the addresses that takes one."""
    for n, address in enumerate(addresses, 1):
        connection = _connection(place, address, terms)
        try:
            connection.connect()
            return connection
        except (HTTPError, OSError):
            connection.close()
            if n == len(addresses):
                raise
    raise AssertionError("no address")  # pragma: no cover


def _connection(place: Place, address: str, terms: Terms) -> HTTPConnection:
    """To that address, under the name of the place: for its certificate and for which of several hosts is meant."""
    if not place.secure:
        return HTTPConnection(address, place.port, timeout=terms.connect)
    return HTTPSConnection(
        address,
        place.port,
        timeout=terms.connect,
        ssl_context=_trust(terms.authority),
        server_hostname=place.host,
    )


@lru_cache(4)
def _trust(authority: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority)


@contextmanager
def _cut_off(connection: HTTPConnection, seconds: float) -> Iterator[threading.Event]:
    """End the connection when its time is over: a socket's own limit begins anew with each byte that drips in."""
    connection.timeout = seconds
    connection.sock.settimeout(seconds)
    late = threading.Event()
    twin = socket.fromfd(connection.sock.fileno(), connection.sock.family, connection.sock.type)

    def cut() -> None:
        late.set()
        with suppress(OSError):
            twin.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    except _FAILURES as error:
        if late.is_set():
            raise TimeoutError("no answer in time") from error
        raise
    finally:
        timer.cancel()
        twin.close()


# ---------------------------------------------------------------- all that is due


class Delivery(NamedTuple):
    """What became of a message, for whoever's job it is about."""

    id: str
    url: str
    state: str  # waiting delivered failed
    tries: int
    tried: float | None  # when last
    next: float | None  # when again
    status: int | None
    said: str


def deliver_due(engine: sa.Engine, terms: Terms = PUBLIC, most: int = 100) -> int:
    """Send what is due, one after another, `most` at most; how many were tried.

    Any number of threads and machines may do so at once: each message is leased to one of them. Who dies with one
    leaves it to the next, so it may arrive twice, and its webhook-id says so.
    """
    for count in range(most):
        message = _claimed(engine)
        if message is None:
            return count
        ending = _tried(message, terms)
        _recorded(engine, message, ending)
        _LOG.info("%s", _line(message, ending))
    return most


def of_job(engine: sa.Engine, job: str) -> list[Delivery]:
    """What was sent about a job, and what came of it."""
    columns = [DELIVERIES.c[name] for name in Delivery._fields]
    with reading(engine) as c:
        rows = c.execute(sa.select(*columns).where(DELIVERIES.c.job == job).order_by(DELIVERIES.c.id)).all()
    found = [Delivery(*row) for row in rows]
    return [one if one.state == "waiting" else one._replace(next=None) for one in found]


def _claimed(engine: sa.Engine) -> _Message | None:
    """The message that is due first, leased. Those never tried come first: who never answers holds up nobody else."""
    with reading(engine) as c:  # most of the time there is none, and no turn to write need be taken to know it
        if c.execute(sa.select(DELIVERIES.c.id).where(_due(now(c))).limit(1)).first() is None:
            return None
    with writing(engine) as c:
        moment = now(c)
        first = sa.select(DELIVERIES.c.id).where(_due(moment)).order_by(DELIVERIES.c.tries, DELIVERIES.c.next).limit(1)
        taken = (
            DELIVERIES.update()
            .where(DELIVERIES.c.id == first.with_for_update(skip_locked=True).scalar_subquery())
            .values(tries=DELIVERIES.c.tries + 1, next=moment + LEASE)
            .returning(*(DELIVERIES.c[name] for name in _Message._fields[:-1]))
        )
        row = c.execute(taken).first()
    return _Message._make((*row, moment)) if row else None


def _due(moment: float) -> Any:
    # Beyond the longest wait nothing is ever put off: a time further ahead is of a clock that was set back since.
    when = (DELIVERIES.c.next <= moment) | (DELIVERIES.c.next > moment + 2 * WAITS[-1])
    return (DELIVERIES.c.state == "waiting") & when


def _recorded(engine: sa.Engine, message: _Message, ending: Ending) -> None:
    state = ending.state
    if state == "waiting" and message.tries > len(WAITS):
        state = "failed"
    values: dict[str, Any] = {"state": state, "status": ending.status, "said": ending.said, "tried": message.moment}
    mine = (DELIVERIES.c.id == message.id) & (DELIVERIES.c.tries == message.tries)
    with writing(engine) as c:
        if state == "waiting":
            wait = WAITS[message.tries - 1] * random.uniform(1, 1.2)
            values["next"] = now(c) + max(wait, ending.after)
        c.execute(DELIVERIES.update().where(mine).values(**values))


def _line(message: _Message, ending: Ending) -> str:
    """For the log: neither the address, which may hold a token, nor the secret."""
    said = {"event": "hook.tried", "message": message.id, "job": message.job, "try": message.tries}
    return json.dumps(said | {"state": ending.state, "status": ending.status, "said": ending.said}, ensure_ascii=False)
