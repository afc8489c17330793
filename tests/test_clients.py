"""The clients of the README, as they stand there: each against a real service, with a real webhook and a forged one."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from standardwebhooks import Webhook

from convert.jobs.hooks import new_secret
from tests.serving import ROOT, Server, serving, wait_until
from tests.test_hooks import Receiver, receiving

README = (ROOT / "README.md").read_text("utf-8")
SECRET = new_secret()
TEXT = "Of Gardens\n\nby Francis Bacon\n\nGod Almighty first planted a garden.\n"
NEWS = b'{"type": "job.succeeded", "timestamp": "2026-11-24T17:20:44Z", "data": {"id": "9f2c", "state": "succeeded"}}'


class Language(NamedTuple):
    """What a client is written in: its file, what runs it, what it cannot do without."""

    block: str
    file: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()


LANGUAGES = {
    "sh": Language("sh", "edition.sh", ("sh",), ("curl", "openssl")),
    "python": Language("python", "edition.py", (sys.executable, "-I"), ()),
    "javascript": Language("javascript", "edition.mjs", ("node",), ("node",)),
}


class Client(NamedTuple):
    """A client as somebody has it who copied it from the README."""

    language: Language
    folder: Path
    environment: Mapping[str, str]

    def run(self, *words: str, body: bytes = b"", **said: str) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end."""
        command = [*self.language.command, self.language.file, *words]
        return subprocess.run(
            command, cwd=self.folder, env={**self.environment, **said}, input=body, capture_output=True, check=False
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(EDITIONS_WEBHOOKS_PLAIN="1", EDITIONS_WEBHOOKS_ALLOWED="127.0.0.0/8") as server:
        yield server


@pytest.fixture(params=LANGUAGES)
def client(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Client:
    language = LANGUAGES[request.param]
    for program in language.needs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not here: tools/setup.sh test installs it")
    section = README.partition("\n## Clients\n")[2].partition("\n## ")[0]
    (code,) = re.findall(rf"```{language.block}\n(.*?)```", section, re.S)
    (tmp_path / language.file).write_text(code, "utf-8")
    (tmp_path / "gardens.txt").write_text(TEXT + request.param, "utf-8")
    said = {"EDITIONS": server.url.rstrip("/"), "SECRET": SECRET, "PATH": os.environ["PATH"]}
    return Client(language, tmp_path, said)


class Hook:
    """Where the news goes, and what the client says of it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.url = ""

    def taken(self) -> str:
        """All the news that the client took."""
        raise NotImplementedError

    def post(self, headers: Mapping[str, str], body: bytes) -> int:
        """The status that the client answers to a message."""
        raise NotImplementedError


class _Own(Hook):
    """A client that is a server itself."""

    port = 0

    def taken(self) -> str:
        return (self.client.folder / "out").read_text("utf-8")

    def post(self, headers: Mapping[str, str], body: bytes) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", "/hooks", body, dict(headers))
            return connection.getresponse().status
        finally:
            connection.close()


class _Script(Hook):
    """A client that a web server runs for each message, by CGI (RFC 3875)."""

    receiver: Receiver

    def taken(self) -> str:
        while self.receiver.got:
            got = self.receiver.got.pop()
            assert self.post(got.headers, got.body) == 204
        news = self.client.folder / "news.jsonl"
        lines = news.read_text("utf-8").splitlines() if news.exists() else []
        return "".join(f"{said['type']} {said['data']['id']}\n" for said in map(json.loads, lines))

    def post(self, headers: Mapping[str, str], body: bytes) -> int:
        said = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        done = self.client.run(body=body, CONTENT_LENGTH=str(len(body)), **said)
        assert (done.returncode, done.stderr) == (0, b"")
        return int(re.fullmatch(rb"Status: (\d+)\r\n\r\n", done.stdout)[1])  # type: ignore[index]


@contextmanager
def hooked(client: Client) -> Iterator[Hook]:
    """The client's end of the webhook, open."""
    with ExitStack() as ending:
        if client.language.file == "edition.sh":
            script = _Script(client)
            script.receiver = ending.enter_context(receiving())
            script.url = script.receiver.url
            yield script
            return
        own = _Own(client)
        with socket.create_server(("127.0.0.1", 0)) as free:
            own.port = free.getsockname()[1]
        own.url = f"http://127.0.0.1:{own.port}/hooks"
        out = ending.enter_context((client.folder / "out").open("wb"))
        process = subprocess.Popen(
            [*client.language.command, client.language.file],
            cwd=client.folder, env={**client.environment, "PORT": str(own.port)}, stdout=out, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        ending.callback(process.wait)
        ending.callback(process.terminate)
        wait_until(lambda: _listens(own.port))
        yield own


def _listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def signed(body: bytes, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    moment = datetime.now(UTC) - timedelta(seconds=age)
    signature = Webhook(secret).sign("msg_1", moment, body.decode())
    stamp = str(int(moment.timestamp()))
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def test_a_text_becomes_editions_and_its_news_is_verified(client: Client, server: Server) -> None:
    with hooked(client) as hook:
        for _ in range(2):  # the second time it is the same job
            done = client.run("gardens.txt", HOOK=hook.url)
            assert done.returncode == 0, done.stderr
            assert done.stdout.decode().split() == ["gardens.epub", "gardens.pdf"]
        assert (client.folder / "gardens.epub").read_bytes().startswith(b"PK")
        assert (client.folder / "gardens.pdf").read_bytes().startswith(b"%PDF")
        wait_until(lambda: "job.succeeded" in hook.taken())
        (line,) = hook.taken().splitlines()
    job = server.ask("GET", f"/v1/jobs/{line.split()[1]}").json
    assert (job["state"], job["webhook"]["deliveries"][0]["url"]) == ("succeeded", hook.url)


def test_what_is_forged_old_or_bare_is_refused(client: Client) -> None:
    with hooked(client) as hook:
        good = signed(NEWS)
        assert hook.post(good, NEWS) == 204
        assert hook.post(good | {"webhook-signature": f"v1,AAAA {good['webhook-signature']}"}, NEWS) == 204
        assert hook.post(signed(NEWS, new_secret()), NEWS) == 401
        assert hook.post(good, NEWS.replace(b"9f2c", b"9f2d")) == 401
        assert hook.post(good | {"webhook-id": "msg_2"}, NEWS) == 401
        assert hook.post(good | {"webhook-signature": "v1,"}, NEWS) == 401
        for age in (400, -400):
            assert hook.post(signed(NEWS, age=age), NEWS) == 401
        for moment in ("", "now", "0", "1e9", "99999999999999999999", "-1"):
            assert hook.post(good | {"webhook-timestamp": moment}, NEWS) == 401
        for name in good:
            assert hook.post({k: v for k, v in good.items() if k != name}, NEWS) == 401
        assert hook.taken() == 2 * "job.succeeded 9f2c\n"


def test_a_job_that_fails_says_why(client: Client) -> None:
    (client.folder / "bad.txt").write_text("x\0y" * 200, "utf-8")
    done = client.run("bad.txt", HOOK="http://127.0.0.1:9999/")
    assert done.returncode != 0
    assert b"NUL" in done.stderr or b"not text" in done.stderr, done.stderr
    assert not [*client.folder.glob("bad.[ep]*")]


def test_a_request_that_is_refused_says_why(client: Client) -> None:
    done = client.run("gardens.txt", HOOK="http://192.168.0.1/")
    assert done.returncode != 0
    assert b"its address is not a public one" in done.stderr
