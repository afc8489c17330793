"""Real databases for the tests: started on spare ports by the tests themselves, ended by their process id."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
