"""The endpoint, from outside: a real server, real children, real sockets."""

from __future__ import annotations

import hashlib
import http.client
import io
import itertools
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from convert import check
from convert.article import Source
from convert.child import Child, Reply
from convert.editions import EDITIONS
from convert.options import Options
from convert.settings import Settings
from convert.web import colophon, create_app
from convert.web.order import PROVABLE
from convert.web.pool import Line, Pool
from tests.serving import FORM, JSON, PLAIN, ROOT, START, Answer, Server, alive, descendants, form, serving, wait_until

TEXT = "Of Gardens\n\nby Francis Bacon\n\nGod Almighty first planted a garden.\n\nIt is the purest of our pleasures.\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


# ---------------------------------------------------------------- the ship-gate


def trial(server: Server, **files: tuple[str, bytes]) -> Answer:
    """POST these parts, a name and its bytes each, to be checked; `edition_2` is another `edition`."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{part.partition("_")[0]}"; filename="{name}"\r\n\r\n'.encode()
        + data
        for part, (name, data) in files.items()
    ]
    body = b"\r\n".join([*parts, b"--b--\r\n"])
    return server.ask("POST", "/v1/check", body, {"Content-Type": "multipart/form-data; boundary=b"})


def test_a_text_is_set_and_judged_by_every_bounded_validator(server: Server) -> None:
    said = server.ask("POST", "/v1/check?name=gardens.txt", TEXT.encode(), PLAIN).json
    states = {check["name"]: check["state"] for check in said["checks"]}
    ours = dict.fromkeys(("links", "agreement", "ledger", "EPUBCheck", "veraPDF"), "passed")
    assert (said["publishable"], {name: states[name] for name in ours}) == (True, ours)
    assert set(states) == {*ours, "Nu"}  # which is asked where it is installed


def test_editions_that_were_sent_are_held_against_their_text(server: Server) -> None:
    page = server.ask("POST", "/v1/convert?to=html", TEXT.encode(), PLAIN).data
    good = trial(server, edition=("a.html", page), file=("a.txt", TEXT.encode())).json
    assert [c["state"] for c in good["checks"] if c["name"] == "ledger"] == ["passed"]
    short = trial(server, edition=("a.html", page.replace(b"planted", b"")), file=("a.txt", TEXT.encode())).json
    assert not short["publishable"]
    assert "7 letters lost" in str(short["checks"])


@pytest.mark.parametrize(("name", "data"), [("a.pdf", b"none"), ("a.epub", b"PK\3\4"), ("a.html", b"<p id=a><p id=a>")])
def test_what_is_no_edition_is_judged_and_breaks_nothing(server: Server, name: str, data: bytes) -> None:
    answer = trial(server, edition=(name, data))
    assert (answer.status, answer.json["publishable"]) == (200, False)


PAGE = ("a.html", b"<title>T</title>")


@pytest.mark.parametrize(
    "files",
    [{"edition": ("a.docx", b"PK")}, {"edition": PAGE, "edition_2": PAGE}, {"edition": PAGE, "title": ("", b"T")}],
    ids=["no edition", "two of one format", "options without a text"],
)  # fmt: skip
def test_trials_that_cannot_be(server: Server, files: dict[str, tuple[str, bytes]]) -> None:
    answer = trial(server, **files)
    assert (answer.status, bool(answer.json["hint"])) == (400, True)


def test_an_edition_is_no_text(server: Server) -> None:
    body = form(b"<p>", "a.html").replace(b'name="file"', b'name="edition"')
    assert server.ask("POST", "/v1/convert", body, FORM).json["hint"].startswith("Send it to /v1/check")


def test_what_can_be_checked_is_what_the_gate_reads() -> None:
    assert PROVABLE == check.FORMATS


# ---------------------------------------------------------------- what comes back


def test_one_format_answers_the_file_itself(server: Server) -> None:
    answer = server.post_file("/v1/convert?to=epub", TEXT.encode(), "gardens.txt")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/epub+zip"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"gardens.epub\"; filename*=UTF-8''gardens.epub"
    )
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.data).hexdigest()}"'
    assert answer.headers["X-Remarks"].isdigit()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        assert book.read("mimetype") == b"application/epub+zip"
        assert "purest of our pleasures" in " ".join(book.read(n).decode() for n in book.namelist() if "xhtml" in n)


@pytest.mark.parametrize("name", list(EDITIONS))
def test_the_same_bytes_as_without_a_server(server: Server, name: str) -> None:
    with Child() as child:
        reply = child.convert(Source("gardens.txt", TEXT.encode()), [name], Options())
    assert server.post_file(f"/v1/convert?to={name}", TEXT.encode(), "gardens.txt").data == reply.editions[0].data


def test_house_styles_are_those_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "press.toml").write_text('[publisher]\nname = "The Rope Press"\n', "utf-8")
    with serving(EDITIONS_PROFILES=str(tmp_path), EDITIONS_ALLOW_CSS="yes") as server:
        assert [said["profile"] for said in server.ask("GET", "/v1/profiles").json] == ["article", "book", "press"]
        page = server.ask("POST", "/v1/convert?to=html&profile=press&css=h1%7Bcolor%3Anavy%7D", TEXT.encode(), PLAIN)
        assert b"The Rope Press" in page.data
        assert b"h1{color:navy}" in page.data
        refused = server.ask("POST", "/v1/convert?to=html&css=a%7Bb%3Aurl(x)%7D", TEXT.encode(), PLAIN)
        assert (refused.status, refused.json["code"]) == (400, "bad-css")


def test_several_formats_answer_a_zip_of_them_in_their_order(server: Server) -> None:
    answer = server.post_file("/v1/convert?to=epub,html", TEXT.encode(), "gardens.txt")
    assert answer.headers["Content-Type"] == "application/zip"
    assert 'filename="gardens.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["gardens.epub", "gardens.html"]
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        html = archive.read("gardens.html")
    assert html == server.post_file("/v1/convert?to=html", TEXT.encode(), "gardens.txt").data
    assert answer == again(server.post_file("/v1/convert?to=epub,html", TEXT.encode(), "gardens.txt"), answer)


def test_where_nothing_is_asked_the_three_editions_come(server: Server) -> None:
    answer = server.ask("POST", "/v1/convert", TEXT.encode(), PLAIN)
    assert 'filename="article.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["article.html", "article.pdf", "article.epub"]
        assert archive.read("article.pdf").startswith(b"%PDF-")


def test_text_and_options_may_come_in_each_way(server: Server) -> None:
    asked = {"text": TEXT, "name": "gardens.txt", "to": "html", "authors": ["A. One", "B. Two"], "title": "A Title"}
    query = "to=html&name=gardens.txt&title=A+Title&author=A.+One&author=B.+Two"
    as_form = form(TEXT.encode(), "gardens.txt", to="html", title="A Title")
    answers = [
        server.ask("POST", "/v1/convert", json.dumps(asked).encode(), JSON),
        server.ask("POST", f"/v1/convert?{query}", TEXT.encode(), PLAIN),
        server.ask("POST", "/v1/convert?author=A.+One&author=B.+Two", as_form, FORM),
    ]
    assert [a.status for a in answers] == [200, 200, 200]
    assert answers[0].data == answers[1].data == answers[2].data
    assert b"A Title" in answers[0].data
    assert b"B. Two" in answers[0].data


@pytest.mark.parametrize("path", ["?to=html&to=json", "?to=html,json", "?to=html,+json,html", "?to=html"])
def test_formats_may_be_repeated_or_joined(server: Server, path: str) -> None:
    fields = {} if "json" in path else {"to": "json"}
    answer = server.post_file("/v1/convert" + path, TEXT.encode(), **fields)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["article.html", "article.json"]


def test_a_legacy_text_is_read_as_well_from_a_field_as_from_a_file(server: Server) -> None:
    """`curl -F 'text=<old.txt'`: Werkzeug's own forms would make each é a U+FFFD."""
    old = "Un été à la campagne, très agréable et déjà passé.\n".encode("cp1252")
    body = form(old).replace(b'name="file"; filename="article.txt"', b'name="text"')
    for answer in (server.ask("POST", "/v1/convert?to=html", body, FORM), server.post_file("/v1/convert?to=html", old)):
        assert "été à la campagne" in answer.data.decode()


def test_pasted_text_is_unicode_whatever_encoding_is_said_of_files(server: Server) -> None:
    asked = {"text": "Un été à la campagne.", "to": "html", "encoding": "cp1252"}
    answer = server.ask("POST", "/v1/convert", json.dumps(asked).encode(), JSON)
    assert "été à la campagne" in answer.data.decode()


def test_the_charset_of_a_plain_body_is_its_encoding(server: Server) -> None:
    headers = {"Content-Type": "text/plain; charset=koi8-r"}
    answer = server.ask("POST", "/v1/convert?to=html", "Утро в лесу".encode("koi8-r"), headers)
    assert "Утро в лесу" in answer.data.decode()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd.txt", "passwd"),
        ("Essays, vol. 2.txt", "Essays, vol. 2"),
        ("C:\\texts\\essay.txt", "essay"),
        ("Zürich – ein Bericht.txt", "Zürich – ein Bericht"),
        ("", "article"),
    ],
)
def test_only_the_stem_of_a_file_name_names_the_edition(server: Server, name: str, stem: str) -> None:
    asked = {"text": TEXT, "to": "html", "name": name}
    answer = server.ask("POST", "/v1/convert", json.dumps(asked).encode(), JSON)
    assert answer.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{quote(stem + '.html', safe='')}")


def test_no_file_name_can_add_a_header(server: Server) -> None:
    asked = {"text": TEXT, "to": "html", "name": 'x"\r\nSet-Cookie: a=b\r\n\r\n<p>\0.txt'}
    answer = server.ask("POST", "/v1/convert", json.dumps(asked).encode(), JSON)
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers


def test_the_formats_are_listed(server: Server) -> None:
    listed = server.ask("GET", "/v1/formats").json
    assert [entry["format"] for entry in listed] == list(EDITIONS)
    assert all(set(entry) == {"format", "name", "media_type", "extension"} for entry in listed)


def test_health(server: Server) -> None:
    assert server.ask("GET", "/health/live").json == {"status": "ok"}


def test_the_source_of_this_version_is_handed_out(server: Server) -> None:
    answer = server.ask("GET", "/source")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
        assert {"convert/web/colophon.py", "templates/desk.html", "pyproject.toml"} <= names
        assert not [name for name in names if "__pycache__" in name or "/." in name]
    assert answer == again(server.ask("GET", "/source"), answer)


def test_the_source_is_all_that_is_tracked() -> None:
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False)
    if tracked.returncode:
        pytest.skip("not in a clone")
    with zipfile.ZipFile(io.BytesIO(colophon.source_zip())) as archive:
        handed_out = {name.partition("/")[2] for name in archive.namelist()}
    missing = {name for name in tracked.stdout.splitlines() if (ROOT / name).exists()} - handed_out
    assert not [name for name in missing if not any(part.startswith(".") for part in name.split("/"))]


def test_the_source_may_be_elsewhere() -> None:
    client = create_app(Settings(source_url="https://example.org/editions")).test_client()
    answer = client.get("/source")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://example.org/editions")


# ---------------------------------------------------------------- what goes wrong

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.mark.parametrize(
    ("request_line", "headers", "body", "status", "code"),
    [
        ("GET /v1/nowhere", {}, b"", 404, "not-found"),
        ("GET /v1/convert", {}, b"", 405, "method-not-allowed"),
        ("POST /health/live", {}, b"", 405, "method-not-allowed"),
        ("POST /v1/convert", {}, b"", 415, "media-type"),
        ("POST /v1/convert", {"Content-Type": "application/x-www-form-urlencoded"}, b"text=a", 415, "media-type"),
        ("POST /v1/convert", PLAIN, PNG, 415, "not-text"),
        ("POST /v1/convert", PLAIN, b"", 422, "empty"),
        ("POST /v1/convert", PLAIN, b" \n\n", 422, "empty"),
        ("POST /v1/convert", FORM, form(b""), 422, "empty"),
        ("POST /v1/convert", FORM, form(b"", name=""), 422, "empty"),
        ("POST /v1/convert?encoding=ascii", PLAIN, "é".encode(), 422, "undecodable"),
        ("POST /v1/convert?to=doc", PLAIN, b"A text.", 400, "unknown-format"),
        ("POST /v1/convert?colour=red", PLAIN, b"A text.", 400, "unknown-option"),
        ("POST /v1/convert?css=/etc/passwd", PLAIN, b"A text.", 400, "css-refused"),
        ("POST /v1/convert?profile=../../etc/passwd", PLAIN, b"A text.", 400, "unknown-profile"),
        ("POST /v1/convert?page=A55", PLAIN, b"A text.", 400, "bad-page"),
        ("POST /v1/convert?date=yesterday", PLAIN, b"A text.", 400, "bad-date"),
        ("POST /v1/convert?date=%D9%A2%D9%A0%D9%A1%D9%A9", PLAIN, b"A text.", 400, "bad-date"),
        ("POST /v1/convert?modified=2019-03-14T25:61", PLAIN, b"A text.", 400, "bad-date"),
        ("POST /v1/convert?modified=9999-12-31T23:59-14:00", PLAIN, b"A text.", 400, "bad-date"),
        ("POST /v1/convert?title=a&title=b", PLAIN, b"A text.", 400, "usage"),
        ("POST /v1/convert", FORM, form(b"A text.", text="Another."), 400, "several-texts"),
        ("POST /v1/convert", FORM, form(b"A.").replace(b'"file"', b'"picture"'), 400, "unknown-option"),
        ("POST /v1/convert", FORM, b"no form at all", 400, "bad-form"),
        ("POST /v1/convert", FORM, form(b"A text.")[:-20], 400, "bad-form"),
        ("POST /v1/convert", {"Content-Type": "multipart/form-data"}, form(b"A text."), 400, "bad-form"),
        ("POST /v1/convert", FORM, form(b"A text.", **{f"x{n}": "" for n in range(300)}), 400, "bad-form"),
        ("POST /v1/convert", FORM, form(b"A text.", title="?").replace(b"?", b"\xff"), 400, "bad-form"),
        ("POST /v1/convert", JSON, b'{"text": ', 400, "bad-json"),
        ("POST /v1/convert", JSON, b"[" * 100_000, 400, "bad-json"),
        ("POST /v1/convert", JSON, b'["text"]', 400, "bad-json"),
        ("POST /v1/convert", JSON, b'{"text": 7}', 400, "bad-json"),
        ("POST /v1/convert", JSON, b'{"text": "a", "to": 7}', 400, "usage"),
        ("POST /v1/convert", JSON, b'{"text": "a", "name": {}}', 400, "usage"),
        ("POST /v1/convert", JSON, b'{"text": "one\\n\\ud800"}', 422, "undecodable"),
    ],
)  # fmt: skip
def test_errors_are_problems(
    server: Server, request_line: str, headers: Mapping[str, str], body: bytes, status: int, code: str
) -> None:
    method, path = request_line.split()
    answer = server.ask(method, path, body or None, headers)
    assert (answer.status, answer.json["code"]) == (status, code), answer.data
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.json) == {"type", "title", "status", "code", "detail", "hint", "line", "request_id"}
    assert answer.json["status"] == status
    assert answer.json["detail"]
    assert answer.json["hint"]
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_what_is_not_allowed_says_what_is(server: Server) -> None:
    assert server.ask("GET", "/v1/convert").headers["Allow"] == "OPTIONS, POST"


def test_an_error_names_its_line(server: Server) -> None:
    answer = server.ask("POST", "/v1/convert", b'{"text": "one\\n\\ud800"}', JSON)
    assert answer.json["line"] == 2


@pytest.mark.parametrize("given", ["a", "job-7_x.Y", "a" * 128])
def test_a_request_keeps_the_id_it_came_with(server: Server, given: str) -> None:
    assert server.ask("GET", "/health/live", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["a" * 129, "a b", "<script>", "ä".encode().decode("latin-1")])
def test_an_id_that_is_none_is_replaced(server: Server, given: str) -> None:
    answer = server.ask("GET", "/v1/nowhere", headers={"X-Request-Id": given})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])


class Broken(Pool):
    """A pool with a bug in it."""

    def convert(self, source: Source, formats: Sequence[str], options: Options, who: str = "") -> Reply:
        raise KeyError("secret detail", source.name, formats, options, who)


def test_a_bug_is_answered_without_its_insides(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings()
    client = create_app(settings, pool=Broken(settings.limits, 1)).test_client()
    answer = client.post("/v1/convert", data=b"A text.", content_type="text/plain")
    assert (answer.status_code, answer.json and answer.json["code"]) == (500, "internal")
    assert b"secret" not in answer.data
    assert "secret detail" in caplog.text
    page = client.post("/", data={"text": "A text.", "to": "html"}, content_type="multipart/form-data")
    assert (page.status_code, page.mimetype) == (500, "text/html")


# ---------------------------------------------------------------- limits

LIMIT = 50_000
BEGUN = (
    b"POST /v1/convert?to=html HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
)


@pytest.fixture(scope="module")
def strict() -> Iterator[Server]:
    with serving(EDITIONS_MAX_BYTES=str(LIMIT), EDITIONS_WALL_SECONDS="3") as server:
        yield server


def chunked(server: Server, path: str, body: bytes, content_type: str) -> Answer:
    """POST `body` with Transfer-Encoding: chunked, 7,000 bytes a chunk, over a socket."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n"
        head += "Transfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        for at in range(0, len(body), 7_000):
            piece = body[at : at + 7_000]
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
        response = http.client.HTTPResponse(connection)
        response.begin()
        return Answer(response.status, dict(response.getheaders()), response.read())


def words(size: int) -> bytes:
    """A text of `size` bytes that ends in a word found nowhere else."""
    return (b"One word after another. " * (size // 24 + 1))[: size - 10] + b"\nThe last."


def test_a_text_at_the_limit_is_set_whole(strict: Server) -> None:
    body = words(LIMIT)
    for answer in (
        strict.post_file("/v1/convert?to=html", body),
        strict.ask("POST", "/v1/convert?to=html", body, PLAIN),
        chunked(strict, "/v1/convert?to=html", body, "text/plain"),
        chunked(strict, "/v1/convert?to=html", form(body), FORM["Content-Type"]),
        strict.ask("POST", "/v1/convert?to=html", json.dumps({"text": body.decode()}).encode(), JSON),
    ):
        assert answer.status == 200
        assert b"The last." in answer.data


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT * 2, LIMIT * 60])
def test_a_text_over_the_limit_is_refused_and_never_cut(strict: Server, size: int) -> None:
    body = words(size)
    for answer in (
        strict.post_file("/v1/convert?to=html", body),
        strict.ask("POST", "/v1/convert?to=html", body, PLAIN),
        chunked(strict, "/v1/convert?to=html", body, "text/plain"),
        chunked(strict, "/v1/convert?to=html", form(body), FORM["Content-Type"]),
        strict.ask("POST", "/v1/convert?to=html", json.dumps({"text": body.decode()}).encode(), JSON),
    ):
        assert (answer.status, answer.json["code"]) == (413, "too-large")
        assert "EDITIONS_MAX_BYTES" in answer.json["detail"]


def test_a_chunk_that_is_none_is_the_callers_error(strict: Server) -> None:
    with socket.create_connection(("127.0.0.1", strict.port), timeout=30) as connection:
        connection.sendall(
            b"POST /v1/convert HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_breaks_off_is_no_text(strict: Server) -> None:
    """gunicorn hands out what came of it as if it were all."""
    with socket.create_connection(("127.0.0.1", strict.port), timeout=30) as connection:
        connection.sendall(BEGUN + b"The beginning of a text.")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("sent", "answered"), [(BEGUN + b"A beginning", b"HTTP/1.1 408 "), (b"POST /v1/convert HTTP/1.1\r\nHost", b"")]
)
def test_callers_who_stall_give_their_threads_back(sent: bytes, answered: bytes) -> None:
    with serving("import convert.web.serve as shell; shell.PATIENCE = 1") as server, ExitStack() as stack:
        for _ in range(8):  # the server has six threads
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            connection.sendall(sent)
        assert server.ask("GET", "/health/live").status == 200
        assert connection.recv(100).startswith(answered)


# ---------------------------------------------------------------- children


def convert_html(server: Server) -> Answer:
    return server.ask("POST", "/v1/convert?to=html", TEXT.encode(), PLAIN)


def the_child(server: Server) -> int:
    """The one child, started if need be."""
    assert convert_html(server).status == 200
    [child] = server.children()
    return child


def test_one_child_serves_many_connections(server: Server) -> None:
    child = the_child(server)
    with ThreadPoolExecutor(2) as callers:
        answers = list(callers.map(lambda _: convert_html(server).status, range(40)))
    assert set(answers) == {200}
    assert server.children() == [child]


def test_a_child_that_was_killed_is_replaced(server: Server) -> None:
    child = the_child(server)
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not alive(child))
    assert the_child(server) != child


def test_a_conversion_over_time_is_killed_and_named(strict: Server) -> None:
    child = the_child(strict)
    os.kill(child, signal.SIGSTOP)
    answer = convert_html(strict)
    assert (answer.status, answer.json["code"]) == (504, "time-out")
    assert not alive(child)
    assert the_child(strict) != child


def test_when_enough_wait_the_next_are_turned_away_and_health_answers() -> None:
    with serving("import convert.web.pool as pool; pool.WAITING = 1") as server:
        child = the_child(server)
        os.kill(child, signal.SIGSTOP)
        with ThreadPoolExecutor(5) as callers:
            try:
                calls = [callers.submit(convert_html, server) for _ in range(5)]
                turned_away = [call.result() for call in itertools.islice(as_completed(calls), 3)]
                assert server.ask("GET", "/health/live").status == 200
            finally:
                os.kill(child, signal.SIGCONT)
            assert sorted(call.result().status for call in calls) == [200, 200, 429, 429, 429]
    for answer in turned_away:
        assert (answer.status, answer.json["code"]) == (429, "busy")
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert "EDITIONS_JOBS" in answer.json["detail"]


def test_many_wait_and_hold_up_nobody_who_needs_no_child() -> None:
    with serving(EDITIONS_CACHE_SECONDS="60", EDITIONS_AT_ONCE="70") as server:
        kept, child = convert_html(server), the_child(server)
        os.kill(child, signal.SIGSTOP)
        with ThreadPoolExecutor(64) as callers:
            try:
                texts = [f"{TEXT}\n\nNumber {n}.\n".encode() for n in range(64)]
                path = "/v1/convert?to=html"
                calls = [callers.submit(server.ask, "POST", path, text, PLAIN) for text in texts]
                wait_until(lambda: b"editions_children_busy 1.0" in server.ask("GET", "/metrics").data)
                assert server.ask("GET", "/health/live").status == 200
                ready = server.ask("GET", "/health/ready")
                assert (ready.status, ready.json["rendering"][:5]) == (200, "busy:")
                assert again(convert_html(server), kept) == kept
            finally:
                os.kill(child, signal.SIGCONT)
            assert {call.result().status for call in calls} == {200}


def test_whoever_waited_longest_has_the_next_turn() -> None:
    one, order, turns = Child(), queue.SimpleQueue[int](), Line([], 9)

    def wait(number: int) -> None:
        child = turns.take("", 20)
        order.put(number)
        assert child is one
        turns.give(child, "")

    with ThreadPoolExecutor(5) as callers:
        for number in range(5):
            callers.submit(wait, number)
            wait_until(lambda: turns.waiting == number + 1)  # noqa: B023 (it is waited for here)
        assert turns.take("", 0.01) is None
        turns.give(one, "")
    assert [order.get(timeout=1) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert (turns.idle, turns.waiting) == (1, 0)


def test_who_is_turned_away_hears_when_half_of_those_who_wait_had_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(Settings().limits, 2)
    monkeypatch.setattr(Line, "waiting", 80)
    for pace, seconds in ((0.01, 1), (0.5, 11), (30, 60)):
        pool._pace = pace
        assert pool._busy().retry_after == seconds


def test_sigterm_finishes_what_is_under_way_and_leaves_nobody() -> None:
    with serving() as server:
        child = the_child(server)
        family = descendants(server.process.pid)
        os.kill(child, signal.SIGSTOP)
        with begun(server, TEXT.encode()) as under_way:
            os.kill(server.process.pid, signal.SIGTERM)
            os.kill(child, signal.SIGCONT)
            assert under_way.recv(100).startswith(b"HTTP/1.1 200 ")
        assert server.process.wait(20) == 0
        wait_until(lambda: not any(map(alive, family)), 5)


@contextmanager
def begun(server: Server, body: bytes) -> Iterator[socket.socket]:
    """The connection of a conversion that the server has surely begun to answer: it has said 100 Continue."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(
            b"POST /v1/convert?to=html HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        yield connection


def test_sigkill_leaves_nobody() -> None:
    with serving() as server:
        the_child(server)
        family = descendants(server.process.pid)
        assert len(family) == 3  # gunicorn's worker, its child, the supervisor
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(20)
        wait_until(lambda: not any(map(alive, family)), 5)


def test_a_port_that_is_taken_is_named_at_once(server: Server) -> None:
    code = f"{START}serve(settings_from(os.environ), port={server.port})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=20)
    assert f"port {server.port}: Address already in use" in done.stderr


def test_the_web_process_holds_no_engine() -> None:
    code = (
        "import sys; from convert.settings import Settings; import convert.web, convert.web.serve\n"
        "client = convert.web.create_app(Settings()).test_client()\n"
        "assert client.get('/').status_code == client.get('/v1/formats').status_code == 200\n"
        "print(sorted({'weasyprint', 'ebooklib', 'pypandoc', 'fontTools'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


CALL_BY_CALL = ("Date", "X-Request-Id", "RateLimit-Remaining", "RateLimit-Reset")


def again(second: Answer, first: Answer) -> Answer:
    """`second` with what differs from call to call taken from `first`."""
    kept = {name: first.headers[name] for name in CALL_BY_CALL if name in first.headers}
    return Answer(second.status, dict(second.headers) | kept, second.data)
