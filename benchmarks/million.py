"""Measures what the service asks of its jobs while a million of them wait, on SQLite and on a real PostgreSQL.

Exit status 1 where a claim takes longer than its limit. Each question is one transaction, committed with the databases'
own care for a power cut; its time is the clock's, so a busy machine counts. PostgreSQL is started for it as Debian
installs it, with no setting of its own changed.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import sqlalchemy as sa

from convert.jobs import queue, table
from convert.jobs.queue import New
from convert.options import Options
from tests.engines import postgres, postgres_programs

MILLION = 1_000_000
MOST_CLAIM = 0.010  # seconds
REQUEST = {"name": "article.txt", "formats": ["html"], "options": asdict(Options())}
FILL = """
INSERT INTO jobs (id, owner, state, priority, attempt, failures, run_after, lease_until, worker, request, input, result,
                  progress, created, expires, fingerprint, trace)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
SELECT 'job' || i, 'owner' || (i % 1000), 'queued', 1 + 4 * (i % 3), 0, 0, 0, 0, '', :request, 'text' || i,
       'result' || i, 0, :moment, :moment + 86400, '', '' FROM n
"""

# What is asked, how often in a row, and how.
QUESTIONS: tuple[tuple[str, int, Callable[[sa.Engine], object]], ...] = (
    ("claim one", 200, lambda engine: queue.claim(engine, "here:1:1", 1)),
    ("claim a batch of 8", 50, lambda engine: queue.claim(engine, "here:1:1", 8)),
    ("submit, both bounds asked", 200, lambda engine: queue.submit(engine, [_job()], 2 * MILLION, 2 * MILLION)),
    ("refuse, the queue is full", 50, lambda engine: _refused(engine)),
    ("renew two leases", 50, lambda engine: queue.renew(engine, {"job2": 1, "job5": 1})),
    ("take back what ran out", 50, lambda engine: queue.reclaim(engine)),
    ("sweep what is over", 50, lambda engine: queue.expire(engine, 86400.0)),
    ("list a caller's newest", 50, lambda engine: queue.listed(engine, "owner5", 20)),
    ("all that /metrics asks", 10, lambda engine: queue.told(engine)),
)


def main() -> None:
    """Print a table for each database."""
    over = sum(asked(name, engine) for name, engine in databases())
    print(f"{over} over the limit" if over else "all within the limits")
    sys.exit(bool(over))


def databases() -> Iterator[tuple[str, sa.Engine]]:
    """Each database with a million jobs that wait."""
    with tempfile.TemporaryDirectory(prefix="editions-") as folder, filled(f"sqlite:///{folder}/jobs.db") as engine:
        yield "SQLite", engine
    if not postgres_programs():
        print("PostgreSQL is not installed: nothing was asked of it")
        return
    with postgres() as server, filled(server.fresh()) as engine:
        yield "PostgreSQL", engine


@contextmanager
def filled(url: str) -> Iterator[sa.Engine]:
    """The database at `url` with the jobs in it; its indexes are made after them, which is quicker."""
    engine = table.engine(url)
    table.migrate(engine)
    with table.writing(engine) as c:
        if engine.dialect.name == "postgresql":
            c.execute(sa.text("SET LOCAL statement_timeout = 0"))
        for index in table.JOBS.indexes:
            index.drop(c)
        c.execute(sa.text(FILL), {"count": MILLION, "request": json.dumps(REQUEST), "moment": time.time()})
        for index in table.JOBS.indexes:
            index.create(c)
        if engine.dialect.name == "postgresql":
            c.execute(sa.text("ANALYZE jobs"))  # as its autovacuum does within a minute
    yield engine
    engine.dispose()


def asked(name: str, engine: sa.Engine) -> int:
    """Print how long each question takes; how many claims take too long."""
    print(f"{name + ', a million jobs wait':<36}{'p50 ms':>9}{'p99 ms':>9}")
    over = 0
    for what, runs, ask in QUESTIONS:
        times = sorted(seconds(ask, engine) for _ in range(runs))
        late = what == "claim one" and statistics.median(times) > MOST_CLAIM
        limit = f"   (p50 at most {MOST_CLAIM * 1000:.0f})" if what == "claim one" else ""
        print(f"{what:<36}{percentile(times, 50) * 1000:>9.2f}{percentile(times, 99) * 1000:>9.2f}{limit}", flush=True)
        over += late
    print()
    return over


def seconds(ask: Callable[[sa.Engine], object], engine: sa.Engine) -> float:
    """How long the answer takes."""
    began = time.perf_counter()
    ask(engine)
    return time.perf_counter() - began


def percentile(times: Sequence[float], share: int) -> float:
    """The time within which `share` of a hundred ended; `times` are in order."""
    return times[min(len(times) - 1, len(times) * share // 100)]


def _job() -> New:
    return New("owner5", REQUEST, uuid.uuid4().hex, uuid.uuid4().hex, 86400.0)


def _refused(engine: sa.Engine) -> None:
    try:
        queue.submit(engine, [_job()], queue.EXACT, queue.EXACT)
    except queue.Full:
        return
    raise AssertionError("a full queue took one more")


if __name__ == "__main__":
    main()
