"""A real server in a process of its own, and the few tools with which tests look at it from outside."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.jobs import keys, table
from convert.settings import Settings

START = "import os; from convert.settings import settings_from; from convert.web.serve import serve; "
BOUNDARY = "a-line-no-text-has"
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        """The body, as JSON says it."""
        return json.loads(self.data)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: where, and as which process."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> int:
        """Its port on 127.0.0.1."""
        return int(self.url.rstrip("/").rpartition(":")[2])

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def post_file(self, path: str, data: bytes, name: str = "article.txt", **fields: str) -> Answer:
        """POST a file and fields as a browser's form does."""
        return self.ask("POST", path, form(data, name, **fields), FORM)

    def children(self) -> list[int]:
        """The conversion processes now alive under it."""
        return self.processes()["child"]

    def processes(self) -> dict[str, list[int]]:
        """The processes now alive by what they are."""
        found: dict[str, list[int]] = {"server": [self.process.pid], "web": [], "supervisor": [], "child": []}
        for pid in descendants(self.process.pid):
            command = command_of(pid)
            kind = "child" if "convert.child" in command else "supervisor" if "jobs.supervisor" in command else "web"
            found[kind].append(pid)
        return found


@contextmanager
def serving(first: str = "", **environment: str) -> Iterator[Server]:
    """A server on a free port with these settings and a folder of its own; `first` is run in it before it starts."""
    with tempfile.TemporaryDirectory(prefix="editions-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{START}{first}\nserve(settings_from(os.environ), port=0)"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=os.environ
            | {"EDITIONS_JOBS": "1", "EDITIONS_DATA": folder, "EDITIONS_CACHE_SECONDS": "0"}
            | environment,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("Editions is at http://127.0.0.1:"), line
            yield Server(process, line.split()[-1])
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()  # with all that is under it
                raise


@contextmanager
def serving_to(*names: str, **environment: str) -> Iterator[tuple[Server, dict[str, Mapping[str, str]]]]:
    """A server as `serving` has it, and for each name the headers that bring its key."""
    with tempfile.TemporaryDirectory(prefix="editions-", ignore_cleanup_errors=True) as folder:
        engine = table.opened(Settings(data=folder).database_url)
        made: dict[str, Mapping[str, str]] = {
            name: {"Authorization": f"Bearer {keys.create(engine, name)[1]}"} for name in names
        }
        engine.dispose()
        with serving(**environment, EDITIONS_DATA=folder) as server:
            yield server, made


PLAIN = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def form(data: bytes, name: str = "article.txt", **fields: str) -> bytes:
    """A multipart body with one file and these fields."""
    said = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return "".join([*said, head]).encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()


def descendants(pid: int) -> list[int]:
    """The processes under `pid`, whatever their depth."""
    children = [int(p.name) for p in Path("/proc").glob("[0-9]*") if parent_of(int(p.name)) == pid]
    return children + [deeper for child in children for deeper in descendants(child)]


def parent_of(pid: int) -> int:
    """The parent of `pid`; 0 where it is gone or is only waiting to be buried."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)


def command_of(pid: int) -> str:
    """The command line of `pid`, or "" where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether `pid` still runs."""
    return parent_of(pid) != 0


def wait_until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Return as soon as `true` is; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
