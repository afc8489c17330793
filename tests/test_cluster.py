"""Several machines: a real PostgreSQL, a real broker, an S3 endpoint; workers are killed, the broker is wiped.

`--broker redis` takes Redis; RabbitMQ else.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from convert.jobs import queue
from convert.jobs.queue import New
from convert.jobs.store import Store
from convert.jobs.table import engine as engine_of
from convert.jobs.table import migrate
from convert.options import Options
from tests.engines import Broker, Postgres, broker, postgres, s3
from tests.serving import ROOT
from tests.test_batch import files_in

JOBS = 400
LEASE = 3.0


@dataclass
class Site:
    """What all machines share."""

    database: str
    store: str
    broker: Broker

    @property
    def environment(self) -> dict[str, str]:
        """As its workers are told of it."""
        return {
            "EDITIONS_DATABASE": self.database,
            "EDITIONS_STORE": self.store,
            "EDITIONS_BROKER": self.broker.url,
            "EDITIONS_LEASE": str(LEASE),
            "EDITIONS_JOBS": "2",
        }


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="module")
def site(server: Postgres, request: pytest.FixtureRequest) -> Iterator[Site]:
    kind = request.config.getoption("--broker")
    with s3() as bucket, broker(kind) as messages:
        yield Site(server.fresh(), f"{bucket}/store", messages)


class Workers:
    """`editions worker`, so many; whichever is killed is started again, as on a machine that looks after it."""

    def __init__(self, site: Site, number: int, log: Path) -> None:
        self.site, self.log = site, log
        self.all = [self._started() for _ in range(number)]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.all:
            process.send_signal(signal.SIGTERM)
        for process in self.all:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kill(self, which: int) -> None:
        """Kill one as if its machine had lost its power; another takes its place."""
        self.all[which].kill()
        self.all[which].wait()
        self.all[which] = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "convert.cli", "worker"]
        with self.log.open("ab") as log:
            return subprocess.Popen(words, cwd=ROOT, env=os.environ | self.site.environment, stderr=log)


def submitted(site: Site, number: int, priority: int = queue.BULK, start: int = 0) -> list[str]:
    """So many jobs, each with a text of its own; their names."""
    engine, store = engine_of(site.database), Store(site.store)
    migrate(engine)
    jobs = []
    for n in range(start, start + number):
        text = store.put_text(f"Of rope {n}\n\nBy Ada Moss\n\nThe rope of number {n} lies on the quay.\n".encode())
        request = {"name": f"{n}.txt", "formats": ["html"], "options": _plain()}
        jobs.append(New("batch", request, text, f"{n:064x}", 86400.0, priority))
    made = queue.submit(engine, jobs, 10_000, 10_000)
    engine.dispose()
    return [job.id for job in made]


def _plain() -> dict[str, object]:
    return asdict(Options())


def ended(site: Site, names: list[str], seconds: float) -> Counter[str]:
    """How many have ended, and how, once all have or the time is over."""
    engine, until = engine_of(site.database), time.monotonic() + seconds
    try:
        while True:
            states = Counter(state for state, _ in queue.states(engine, names).values())
            if sum(states[state] for state in queue.DONE) == len(names) or time.monotonic() > until:
                return states
            time.sleep(0.1)
    finally:
        engine.dispose()


@pytest.mark.timeout(300)
def test_no_job_is_lost_or_done_twice_when_workers_die_and_the_broker_is_wiped(site: Site, tmp_path: Path) -> None:
    chance = random.Random(7)
    names = submitted(site, JOBS)
    kills = 0
    with Workers(site, 2, tmp_path / "log") as workers:
        wiped = [threading.Timer(seconds, site.broker.wipe) for seconds in (4, 12)]
        for timer in wiped:
            timer.start()
        until = time.monotonic() + 240
        while (states := ended(site, names, 0)) and states["succeeded"] < JOBS and time.monotonic() < until:
            time.sleep(chance.uniform(1.5, 4))
            if kills < 6:
                workers.kill(chance.randrange(2))
                kills += 1
        for timer in wiped:
            timer.join()
    assert ended(site, names, 0) == {"succeeded": JOBS}
    assert kills >= 3
    store, engine = Store(site.store), engine_of(site.database)
    for n in range(0, JOBS, 7):
        assert f"The rope of number {n} lies".encode() in (store.get(f"{n:064x}", "html") or b"")
    done = Counter(said["job"] for said in _logged(tmp_path / "log") if said.get("ended") == "succeeded")
    assert set(done) <= set(names)
    assert all(queue.get(engine, name).attempt <= 9 for name in names)  # type: ignore[union-attr]
    assert max(done.values()) == 1  # whoever ends second finds his lease gone
    engine.dispose()


def _logged(path: Path) -> Iterator[dict[str, str]]:
    for line in path.read_text("utf-8", "replace").splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def test_who_waits_goes_before_a_batch(site: Site, tmp_path: Path) -> None:
    many = submitted(site, 150, start=1000)
    with Workers(site, 1, tmp_path / "log"):
        engine = engine_of(site.database)
        until = time.monotonic() + 60
        while "running" not in {state for state, _ in queue.states(engine, many).values()}:
            assert time.monotonic() < until
            time.sleep(0.05)
        (first,) = submitted(site, 1, queue.INTERACTIVE, start=2000)
        assert ended(site, [first], 60) == {"succeeded": 1}
        left = Counter(state for state, _ in queue.states(engine, many).values())
        assert left["queued"] > 50
        engine.dispose()
        assert ended(site, many, 100) == {"succeeded": 150}


def test_a_batch_goes_to_the_workers_and_comes_back(site: Site, tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{n}.txt").write_text(f"Of knots {n}\n\nThe knot of number {n % 11} holds.\n")
    (tmp_path / "in" / "bad.txt").write_text("")
    words = [sys.executable, "-m", "convert.cli", "batch", str(tmp_path / "in"), "-t", "html,epub"]
    with Workers(site, 1, tmp_path / "log"):
        afar = [*words, "-o", str(tmp_path / "afar"), "--queue", site.database]
        done = subprocess.run(
            afar, cwd=ROOT, env=os.environ | site.environment, capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 5, done.stderr
        assert "The input is empty" in done.stderr
    here = subprocess.run([*words, "-o", str(tmp_path / "here")], cwd=ROOT, capture_output=True, timeout=100)
    assert here.returncode == 5
    assert len(files_in(tmp_path / "here")) == 24
    assert files_in(tmp_path / "afar") == files_in(tmp_path / "here")
    engine = engine_of(site.database)
    kept = queue.listed(engine, "batch", 1000)
    engine.dispose()
    assert {job.state for job in kept if job.request["formats"] == ["html", "epub"]} == {
        "failed"
    }  # what was fetched goes


def test_a_worker_without_a_broker_looks_at_the_table(server: Postgres, tmp_path: Path) -> None:
    environment = {"EDITIONS_DATABASE": server.fresh(), "EDITIONS_STORE": str(tmp_path / "store"), "EDITIONS_JOBS": "1"}
    engine = engine_of(environment["EDITIONS_DATABASE"])
    migrate(engine)
    text = Store(environment["EDITIONS_STORE"]).put_text(b"Of rope\n\nThe rope lies on the quay.\n")
    request = {"name": "a.txt", "formats": ["html"], "options": _plain()}
    (job,) = queue.submit(engine, [New("batch", request, text, "0" * 64, 86400.0)], 10, 10)
    words = [sys.executable, "-m", "convert.cli", "worker"]
    process = subprocess.Popen(words, cwd=ROOT, env=os.environ | environment, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while queue.states(engine, [job.id])[job.id][0] != "succeeded":
        assert time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    engine.dispose()


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [("EDITIONS_BROKER", "http://x", "Name RabbitMQ"), ("EDITIONS_DATABASE", "nonsense", "EDITIONS_DATABASE")],
)
def test_a_worker_says_what_it_lacks(setting: str, value: str, why: str, tmp_path: Path) -> None:
    environment = {"EDITIONS_DATA": str(tmp_path), setting: value}
    words = [sys.executable, "-m", "convert.cli", "worker"]
    done = subprocess.run(words, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert why in done.stderr
