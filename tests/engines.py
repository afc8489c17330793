"""Real databases for the tests: started on spare ports by the tests themselves, ended by their process id."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to be root


def spare_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest; None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    return found[-1].parent if found else None


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server with an empty database."""
    programs = postgres_programs()
    assert programs, "PostgreSQL is not installed: tools/setup.sh test"
    with tempfile.TemporaryDirectory(prefix="editions-pg-") as folder:
        shutil.chown(folder, UNPRIVILEGED) if os.getuid() == 0 else None
        server = Postgres(programs, Path(folder) / "data", spare_port())
        server.run("initdb", "-A", "trust", "-U", "editions", "-E", "UTF8", "--no-sync", "-D", str(server.data))
        try:
            server.start()
            yield server
        finally:
            server.stop()


class Postgres:
    """One server; it can be stopped, killed and started again."""

    def __init__(self, programs: Path, data: Path, port: int) -> None:
        self.programs, self.data, self.port = programs, data, port
        self.url = f"postgresql+psycopg://editions@127.0.0.1:{port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None

    def fresh(self) -> str:
        """The URL of a new database, empty."""
        name = f"t{random.getrandbits(48):x}"
        root = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with root.connect() as c:
            c.execute(sa.text(f"CREATE DATABASE {name}"))
        root.dispose()
        return self.url.replace("/postgres", f"/{name}")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs to its end."""
        subprocess.run([*self._guarded(), str(self.programs / program), *arguments], check=True, capture_output=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["-D", str(self.data), "-p", str(self.port), "-h", "127.0.0.1", "-k", "", "-c", "fsync=on"]
        self._process = subprocess.Popen(
            [*self._guarded(), str(self.programs / "postgres"), *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        ready = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        until = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode:
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT cuts connections, SIGQUIT is a crash. Where it does not, it is killed."""
        process, self._process = self._process, None
        if process is None:
            return
        for one, seconds in ((how, 20.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            process.send_signal(one)  # setpriv became the server: it has its process id
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
                return

    def _guarded(self) -> list[str]:
        """Before a command: as whom it runs, and that it ends with the thread that starts it."""
        whom = ["--reuid", UNPRIVILEGED, "--clear-groups"] if os.getuid() == 0 else []
        return ["setpriv", *whom, "--pdeathsig", "QUIT", "--"]


@contextmanager
def s3() -> Iterator[str]:
    """An S3 endpoint with an empty bucket, its address; the environment says how to reach it."""
    port = spare_port()
    endpoint = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    said = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "editions",
        "AWS_SECRET_ACCESS_KEY": "editions",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        _until_listening(port)
        import s3fs

        s3fs.S3FileSystem.clear_instance_cache()  # of an endpoint of before
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("editions")
        yield "s3://editions"
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        endpoint.kill()
        endpoint.wait()


def _until_listening(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens at {port}")


# ---------------------------------------------------------------- brokers


class Broker:
    """A broker that can be wiped: killed, and started again with nothing in it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder, self.port = kind, folder, spare_port()
        self.url = f"redis://127.0.0.1:{self.port}/0" if kind == "redis" else f"amqp://127.0.0.1:{self.port}//"
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start it, and wait until it answers."""
        data = self.folder / f"data-{time.monotonic_ns()}"
        data.mkdir()
        for words, environment in self._redis(data) if self.kind == "redis" else self._rabbitmq(data):
            quiet: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            self._processes.append(
                subprocess.Popen(words, env=os.environ | environment, cwd=data, start_new_session=True, **quiet)
            )
        _until_listening(self.port)

    def wipe(self) -> None:
        """Kill it, and start it again empty."""
        self.kill()
        self.start()

    def kill(self) -> None:
        """Kill it with all that it started."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes = []

    def _redis(self, data: Path) -> list[tuple[list[str], dict[str, str]]]:
        said = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(data)]
        return [(["redis-server", *said], {})]

    def _rabbitmq(self, data: Path) -> list[tuple[list[str], dict[str, str]]]:
        """Its own port mapper first: the one that it would start lives on without it."""
        mapper = str(spare_port())
        (plugins := data / "plugins").write_text("[].")
        said = {
            "HOME": str(data),
            "ERL_EPMD_PORT": mapper,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"editions{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(spare_port()),
            "RABBITMQ_MNESIA_BASE": str(data),
            "RABBITMQ_LOG_BASE": str(data),
            "RABBITMQ_PID_FILE": str(data / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }
        return [
            (["epmd", "-port", mapper], said),
            (["/usr/lib/rabbitmq/bin/rabbitmq-server"], said),
        ]


@contextmanager
def broker(kind: str) -> Iterator[Broker]:
    """A RabbitMQ or a Redis that runs."""
    with tempfile.TemporaryDirectory(prefix=f"editions-{kind}-", ignore_cleanup_errors=True) as folder:
        made = Broker(kind, Path(folder))
        try:
            made.start()
            yield made
        finally:
            made.kill()
