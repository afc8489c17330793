"""Attacks: requests as they go over the wire, odd in what they ask, hold or how they are framed; the judge of answers.

The same dice make the same request, so a seed and a number are enough to send it again.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from convert import pipeline
from convert.article import Source
from tests import mutants
from tests.canary import BAITS, archive, options, page
from tests.mutants import ODD

HOST = "127.0.0.1"
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
CURED = (503, 504, 507)  # refusals that are the service's state, true and with a cure
FIELDS = {"type", "title", "status", "code", "detail", "hint", "line", "request_id"}
INSIDES = (b"Traceback", b'File "', b'.py"', b"site-packages", b"convert/", b"0x7f")
SEVERAL = ("/v1/convert", "/v1/convert", "/v1/convert", "/v1/inspect", "/v1/jobs", "/v1/batches")
QUICK = ("html", "html", "markdown", "json", "html,epub")


@dataclass(frozen=True, slots=True)
class Attack:
    """A request, and what it tries."""

    what: str
    data: bytes
    whole: bool = True  # else its sender breaks off, and nobody is there for an answer


class Answer(NamedTuple):
    """What came back; status 0: nothing."""

    status: int
    headers: Mapping[str, str]
    data: bytes


Kept = Mapping[str, bytes]  # sound editions and manuscripts by their endings, to be damaged

# ---------------------------------------------------------------- sending and judging


def sent(port: int, attack: Attack, timeout: float = 90.0) -> Answer:
    """The answer to it, on a connection of its own."""
    with socket.create_connection((HOST, port), timeout=timeout) as line:
        with suppress(BrokenPipeError, ConnectionResetError):  # who is refused may be cut off; the answer counts
            line.sendall(attack.data)
            if not attack.whole:
                return Answer(0, {}, b"")
            line.shutdown(socket.SHUT_WR)
        response = http.client.HTTPResponse(line, method="HEAD" if attack.data.startswith(b"HEAD ") else None)
        try:
            response.begin()
            return Answer(response.status, dict(response.getheaders()), response.read())
        except (http.client.HTTPException, OSError) as error:
            return Answer(0, {}, repr(error).encode())


def wrong_with(attack: Attack, answer: Answer) -> str:
    """What is wrong with an answer; "" where nothing is."""
    if not attack.whole:
        return ""
    if not answer.status:
        return f"no answer: {answer.data.decode()}"
    if answer.status >= 500 and answer.status not in CURED:
        return f"status {answer.status}"
    if found := next((sign for sign in INSIDES if answer.status >= 400 and sign in answer.data), b""):
        return f"tells its insides: {found.decode()}"
    return _no_problem(answer) if answer.status >= 400 and not attack.data.startswith(b"HEAD ") else ""


def _no_problem(answer: Answer) -> str:
    """What an error's answer lacks of a problem (RFC 9457)."""
    if answer.headers.get("Content-Type") != "application/problem+json":
        return f"status {answer.status} as {answer.headers.get('Content-Type')}"
    said = json.loads(answer.data)
    if set(said) != FIELDS or said["status"] != answer.status:
        return "a problem without its fields"
    return "" if said["detail"] and said["hint"] else "a problem without detail or cure"


# ---------------------------------------------------------------- requests


def attack(dice: random.Random, kept: Kept) -> Attack:
    """Any attack."""
    return dice.choice(_ATTACKS)(dice, kept)


def request(
    path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, method: str = "POST", framed: bool = True
) -> bytes:
    """A request on a connection that ends with it."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if framed and (body or method == "POST"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def _query(dice: random.Random, said: Mapping[str, list[str]], to: str = "") -> str:
    pairs = [(name, value) for name, values in said.items() for value in values]
    pairs += [("to", to or dice.choice(QUICK))] if dice.random() < 0.95 else []
    words = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    return f"?{words[:4000].rsplit('%', 1)[0]}" if len(words) > 4000 else f"?{words}"


def _plain(dice: random.Random, _kept: Kept) -> Attack:
    """A mutant as a body of its own, its options in the query."""
    kind = dice.choice(("text/plain",) * 6 + ("text/markdown", "text/html", "text/x-rst", "application/rtf"))
    charset = dice.choice(
        ("", "", "", "; charset=utf-8", "; charset=rot13", "; charset=\u0130", "; charset=" + "x" * 200)
    )
    body = mutants.as_bytes(mutants.text(dice), dice)
    path = dice.choice(SEVERAL[:5]) + _query(dice, mutants.options(dice))
    return Attack("plain", request(path, body, {"Content-Type": kind + charset}))


def _json(dice: random.Random, _kept: Kept) -> Attack:
    """A mutant in a JSON object; now and then the object is odd, or none."""
    value: dict[str, object] = {"text": mutants.text(dice), "to": dice.choice(QUICK)}
    for name, values in mutants.options(dice).items():
        value[name] = dice.choice((values, values[0], values[0], *_VALUES))
    for _ in range(dice.choice((0, 0, 0, 1))):
        value[dice.choice(("to", "text", "name", "collect", "webhook", dice.choice(ODD)))] = dice.choice(_VALUES)
    body = json.dumps(value).encode()
    if dice.random() < 0.15:
        body = dice.choice((mutants.damaged(body, dice), *_BODIES))
    path = dice.choice(SEVERAL[:5])
    return Attack("json", request(path, body, {"Content-Type": "application/json"}))


_VALUES: tuple[object, ...] = (
    None, True, 0, -1, 1e308, 10**400, [], {}, [[]], [None], {"a": {"b": []}}, "\ud800", "\x00", "", "x" * 10_000,
    ["a"] * 3000, {"lines": "1", "is": "verse"}, float("inf"), float("nan"),
)  # fmt: skip
_BODIES = (
    b"", b"null", b"[]", b'"x"', b"{}", b"[" * 200_000, b'{"a":' * 100_000, b'{"text": "a", "text": 1}', b"\xff\xfe{}",
    b"9" * 9000,
    b'{"text": "\\ud800"}', b'{"text":"a","overrides":' + b'{"a":' * 500 + b"1" + b"}" * 501, b"\xef\xbb\xbf{}", b"NaN",
)  # fmt: skip


def _form(dice: random.Random, kept: Kept) -> Attack:
    """A form, its parts and their names, its boundary odd."""
    boundary = dice.choice(("b", "b", "b", "", "x" * 300, 'a"b', "é", "--", "a b"))
    parts = [(name, "", value.encode()) for name, values in mutants.options(dice).items() for value in values]
    parts += [("to", "", dice.choice(QUICK).encode())]
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        parts.append((dice.choice(("file", "file", "text", "edition", "cover", "overrides", "css", dice.choice(ODD))),
                      dice.choice(mutants.NAMES), _file(dice, kept)))  # fmt: skip
    if dice.random() < 0.03:
        parts *= 200
    dice.shuffle(parts)
    body = b"".join(_odd_part(boundary, *part, dice) for part in parts)
    body += dice.choice((f"--{boundary}--\r\n",) * 6 + (f"--{boundary}\r\n", "", "--")).encode()
    kind = dice.choice(
        (f"multipart/form-data; boundary={boundary}",) * 8 + ("multipart/form-data", "multipart/mixed; boundary=b")
    )
    return Attack("form", request(dice.choice(SEVERAL), body, {"Content-Type": kind}))


def _part(boundary: str, name: str, data: bytes, said: str = "", more: str = "") -> bytes:
    """A part of a form; `said` is what its disposition says besides, `more` are its other headers."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{said}\r\n{more}\r\n'
    return head.encode("utf-8", "replace") + data + b"\r\n"


def _odd_part(boundary: str, name: str, filename: str, data: bytes, dice: random.Random) -> bytes:
    said, more = f'; filename="{filename}"' if filename else "", ""
    if dice.random() < 0.05:
        said = dice.choice(_DISPOSITIONS)
    if dice.random() < 0.1:
        more = dice.choice(_PART_HEADERS)
    return _part(boundary, name, data, said, more)


_DISPOSITIONS = (
    "; filename*=utf-8''%ff%fe", "; filename*=rot13''x", "; filename", '; filename="', "; filename=" + "\\" * 90, ";;;",
)  # fmt: skip
_PART_HEADERS = (
    "Content-Transfer-Encoding: base64\r\n", "Content-Type: \xff\r\n", "X: " + "y" * 9000 + "\r\n", "X\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n",
)  # fmt: skip


def _file(dice: random.Random, kept: Kept) -> bytes:
    if dice.random() < 0.7:
        return mutants.as_bytes(mutants.text(dice), dice)
    ending, data = dice.choice(sorted(kept.items()))
    return mutants.repacked(data, dice) if ending in ("docx", "odt", "epub") else mutants.damaged(data, dice)


def _manuscript(dice: random.Random, kept: Kept) -> Attack:
    """A damaged file of another format."""
    ending = dice.choice([e for e in kept if e != "pdf"])
    data = (
        mutants.repacked(kept[ending], dice)
        if ending in ("docx", "odt", "epub")
        else mutants.damaged(kept[ending], dice)
    )
    part = _part("b", "file", data, f'; filename="a.{ending}"') + b"--b--\r\n"
    return Attack(
        "manuscript",
        request(dice.choice(SEVERAL) + "?to=html", part, FORM),
    )


def editions(dice: random.Random, kept: Kept) -> Attack:
    """Damaged editions to be checked."""
    body = b""
    for ending in dice.sample(("html", "epub", "pdf"), dice.choice((1, 1, 2))):
        data = mutants.repacked(kept[ending], dice) if ending == "epub" else mutants.damaged(kept[ending], dice)
        body += _part("b", "edition", data, f'; filename="a.{ending}"')
    body += b"--b--\r\n"
    return Attack("editions", request("/v1/check", body, FORM))


def _parcel(dice: random.Random, kept: Kept) -> Attack:
    """A zip of texts: broken, nested, lying, with names that would be paths, or a bomb."""
    members = [(dice.choice(mutants.NAMES), _file(dice, kept)) for _ in range(dice.randrange(5))]
    if dice.random() < 0.2:
        members.append(("inner.zip", mutants.parcel(members, dice)))
    data = mutants.parcel(members, dice)
    if dice.random() < 0.3:
        data = mutants.damaged(data, dice)
    if dice.random() < 0.05:
        data = mutants.bomb(dice.choice(mutants.NAMES), 20_000_000)
    path = dice.choice(("/v1/batches", "/v1/batches", "/v1/convert", "/v1/jobs"))
    issue = dice.choice(("", "", "&collect=true&title=An+Issue"))
    return Attack("parcel", request(f"{path}?to=html{issue}", data, {"Content-Type": "application/zip"}))


def _framing(dice: random.Random, _kept: Kept) -> Attack:
    """A body that is framed wrongly: lengths, chunks, ends."""
    body, kind = b"A Walk\n\nThe path goes down.\n", {"Content-Type": "text/plain"}
    path = dice.choice(("/v1/convert?to=html", "/v1/jobs?to=html", "/v1/nowhere", "/v1/formats", "/v1/convert?nope=1"))
    lengths = ("-1", "+5", "0x5", "５", "", "9" * 30, "5, 5", "5\r\nContent-Length: 7", "1e3", str(len(body)), "3", "0")
    chunks = (
        b"1c\r\n" + body + b"\r\n0\r\n\r\n", b"zz\r\n" + body, b"ffffffffffffffff\r\n" + body, b"1c\r\n" + body,
        b"-1\r\n\r\n",
        b"1c;x=" + b"y" * 5000 + b"\r\n" + body + b"\r\n0\r\n\r\n", b"0\r\n\r\n", b"", b"1c\r\n" + body + b"0\r\n\r\n",
        b"1\r\nA\r\n" * 500 + b"0\r\nTrailer: x\r\n\r\n", b"0\r\n" + b"x: y\r\n" * 900 + b"\r\n",
        b"1C\n" + body + b"\n0\n\n",
    )  # fmt: skip
    codings = ("chunked",) * 8 + ("gzip, chunked", "chunked, chunked", "identity", "gzip", "\x0bchunked", "xchunked")
    if dice.random() < 0.5:
        headers = kind | {"Transfer-Encoding": dice.choice(codings)}
        if dice.random() < 0.2:
            headers["Content-Length"] = dice.choice(lengths)
        return Attack("chunks", request(path, dice.choice(chunks), headers, framed=False))
    headers = kind | {"Content-Length": dice.choice(lengths)}
    if dice.random() < 0.1:
        headers["Expect"] = dice.choice(("100-continue", "x"))
    whole = dice.random() < 0.9
    return Attack("length", request(path, body[: None if whole else 9], headers, framed=False), whole)


def _header(dice: random.Random, _kept: Kept) -> Attack:
    """Header junk."""
    name = dice.choice(_HEADERS)
    value = dice.choice((*_JUNK, *ODD)).replace("\n", " ").replace("\r", " ")
    headers = {"Content-Type": "text/plain", name: value}
    path = dice.choice(("/v1/convert?to=html", "/v1/jobs?to=html", "/v1/inspect"))
    data = request(path, b"A Walk\n\nThe path goes down.\n", headers)
    if dice.random() < 0.1:
        data = data.replace(b"Connection", b"X: " + b"y" * 70_000 + b"\r\nConnection", 1)
    return Attack("header", data)


_HEADERS = (
    "Accept", "Content-Type", "Prefer", "Idempotency-Key", "X-Request-Id", "traceparent", "Authorization", "Cookie",
    "If-None-Match",
    "Range", "Accept-Encoding", "Content-Encoding", "Accept-Language", "User-Agent", "Host", "X",
    "Content-Disposition", "Sec-Fetch-Site",
    "Upgrade", "HTTP2-Settings", "Date", "Content-Type ", "X(Y)", "", "Accept-Charset", "Content-MD5", "Origin",
    "Referer", "Forwarded",
)  # fmt: skip
_JUNK = (
    "*/*;q=x", "text/html;q=9", "application/pdf;q=0.1,*;q=0", ",,,", ";;;", '"', "\xff\xfe", "\x01", "a" * 9000,
    "text/plain; charset=",
    "text/plain;;;=;", "multipart/form-data; boundary=\x00", "respond-async", "respond-async, wait=x", "Bearer",
    "Bearer \xff", "Basic Og==",
    "bytes=9-1", "bytes=-", "bytes=0-0,5-9", 'W/"x"', "h2c", "http://[", "null", "http://[::1]:x", "for=;by=",
    "localhost:99999", "00-" + "0" * 32 + "-" + "0" * 16 + "-00", "gzip", "session=.eJx", "session=" + "A" * 4000,
)  # fmt: skip


def _line(dice: random.Random, _kept: Kept) -> Attack:
    """An odd request line: method, path, query, version."""
    odd = quote(dice.choice(ODD))
    path = dice.choice((
        "/v1/convert?%ff=%fe", "/v1/convert?to=%00", "/v1/convert?&&==&", "/v1/convert?title=%C3%28&to=html",
        "/v1/convert?" + "a=b&" * 2000,
        "/v1/convert?" + "x" * 9000, "/v1/%ff", "/v1/../v1/formats", "//v1/formats", "/v1/jobs/%00",
        "/v1/jobs/" + "9" * 300, "/v1/jobs/../x",
        "/v1/jobs/x/results/%2e%2e%2f", "/v1/batches/\xc3\xa9", "/v1/jobs?limit=x", "/v1/jobs?limit=-1",
        "/v1/jobs?limit=" + "9" * 5000,
        "/v1/jobs?limit=%D9%A3", "http://other.example/v1/formats", "*", "v1", "/v1/formats#x", "/v1/formats\x00",
        "/v1/%0d%0aX:%20y", f"/v1/{odd}",
        f"/v1/jobs/{odd}", f"/v1/jobs/{odd}/results/{odd}", f"/v1/batches/{odd}/archive", f"/v1/jobs/{odd}/events",
        f"/v1/formats?{odd}={odd}",
    ))  # fmt: skip
    method = dice.choice(
        ("GET", "POST", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "G(T", "X" * 40, "PRI")
    )
    data = request(path, b"A text." if dice.random() < 0.5 else b"", {"Content-Type": "text/plain"}, method)
    version = dice.choice((b"HTTP/1.1",) * 9 + (b"HTTP/1.0", b"HTTP/9.9", b"HTTP/x", b"", b"ICY"))
    data = data.replace(b"HTTP/1.1", version, 1)
    if dice.random() < 0.1:
        data = dice.choice(
            (
                b"\r\n" * 50 + data,
                data.replace(b"\r\n", b"\n"),
                dice.randbytes(200) + b"\r\n\r\n",
                data.replace(b"H", b"h", 2),
            )
        )
    return Attack(f"line {method}", data)


_ATTACKS: tuple[Callable[[random.Random, Kept], Attack], ...] = (
    *[_plain] * 6, *[_json] * 4, *[_form] * 5, *[_manuscript] * 2, *[_parcel] * 3, *[_framing] * 2, *[_header] * 2,
    *[_line] * 2,
)  # fmt: skip


def sound_files() -> Kept:
    """An article in each format that is read or checked, by its ending."""
    text = (mutants.FOLDER.parent / "samples" / "harbour-lights.txt").read_bytes()
    formats = ("html", "epub", "pdf", "docx", "odt", "markdown", "rst")
    made = pipeline.convert(Source("a.txt", text), formats).editions
    rtf = rb"{\rtf1\ansi{\fonttbl{\f0 Times;}}{\info{\title A Walk}{\author Ada}}\pard It is {\b bold} \u228?x\'e4\par}"
    return {edition.name.rpartition(".")[2]: edition.data for edition in made} | {"rtf": rtf}


def baits(urls: Iterable[str], kept: Kept, dice: random.Random) -> Iterator[Attack]:
    """For each way to name the canary a text or a manuscript that does, alone and with an option that does, too."""
    for url in urls:
        ending = dice.choice(("docx", "odt", "epub", *BAITS))
        data = BAITS[ending](url) if ending in BAITS else archive(kept[ending], url)
        for said in ({}, options(url, dice)):
            fields = {"to": [dice.choice(("html", "pdf", "epub", "html,pdf,epub"))]} | said
            yield Attack(f"bait {url}", request(dice.choice(SEVERAL), as_form(f"a.{ending}", data, fields), FORM))


def lures(urls: Iterable[str], kept: Kept, dice: random.Random) -> Iterator[Attack]:
    """For each an edition to be checked that names the canary."""
    for url in urls:
        lure = {"html": page(url), "epub": archive(kept["epub"], url), "pdf": _pointed(kept["pdf"], url)}
        name = dice.choice(sorted(lure))
        part = _part("b", "edition", lure[name], f'; filename="a.{name}"')
        yield Attack(f"lure {url}", request("/v1/check", part + b"--b--\r\n", FORM))


def _pointed(pdf: bytes, url: str) -> bytes:
    """A PDF whose addresses are the canary's, as far as there are any."""
    return pdf.replace(b"/S /URI", b"/S /URI /URI (%b) /F (%b)" % (url.encode(), url.encode()))


def as_form(name: str, data: bytes, fields: Mapping[str, list[str]]) -> bytes:
    """A sound form of a file and fields."""
    said = [_part("b", field, value.encode()) for field, values in fields.items() for value in values]
    return b"".join([*said, _part("b", "file", data, f'; filename="{name}"')]) + b"--b--\r\n"
