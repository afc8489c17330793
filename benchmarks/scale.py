"""What a million articles cost, and a milliard: plain arithmetic on figures measured here; and a trial of the table.

`python -m benchmarks.scale` measures an article's seconds and bytes, asks the table with a million rows and 200 workers
that only sleep how many jobs it hands out, and prints the tables of docs/scale.md. `write` puts them there.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from benchmarks.batch import CORES, article, articles, batch
from benchmarks.million import filled
from convert.jobs import queue
from tests.engines import postgres

PAGE = Path(__file__).parent.parent / "docs" / "scale.md"
MEASURED = 300  # articles
WORKERS, SECONDS = 200, 60.0  # that only sleep, and for how long they are watched
SLEEP = 0.2  # seconds a job of theirs takes, within a fifth
WINDOW = 4 * WORKERS
# What things cost, in euro, of a common cloud's list in 2026; put your own here.
CORE_HOUR, GB_MONTH, PUT_MILLION = 0.035, 0.022, 5.0
AMOUNTS = (1_000_000, 1_000_000_000)


class Measured(NamedTuple):
    """What one article takes."""

    seconds: float  # of a processor, for three editions
    text: int  # bytes
    editions: int  # bytes of the three


class Held(NamedTuple):
    """What the table held."""

    rate: float  # jobs a second, claimed and finished
    claim: float  # seconds, the median
    slowest: float  # the slowest hundredth
    doubled: int
    announced: float  # hints a second that the dispatcher could have sent


def main() -> None:
    """Print the tables; write them into the page where it is asked."""
    lines = [*costs(measured()), "", *trial(held())]
    print("\n".join(lines))
    if sys.argv[1:] == ["write"]:
        text = PAGE.read_text("utf-8")
        inner = "\n".join(lines)
        PAGE.write_text(
            re.sub(r"(<!-- measured -->\n).*(<!-- end -->)", rf"\1\n{inner}\n\n\2", text, flags=re.S), "utf-8"
        )


def measured() -> Measured:
    """Set a few hundred articles of 4 KB, and see what they take."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles(folder / "in", MEASURED)
        took = batch(folder, "html,pdf,epub")
        written = sum(path.stat().st_size for path in (folder / "out").iterdir() if path.is_file())
    size = statistics.mean(len(article(n).encode()) for n in range(MEASURED))
    return Measured(took * CORES / MEASURED, round(size), written // MEASURED)


def costs(one: Measured) -> list[str]:
    """The table of what many cost."""
    lines = [
        f"An article of {one.text / 1000:.1f} KB takes {one.seconds:.3f} s of a processor for its three editions, and",
        f"{one.editions / 1000:.0f} KB of store.",
        "",
        "| | " + " | ".join(f"{amount:,} articles" for amount in AMOUNTS) + " |",
        "|---|" + "---:|" * len(AMOUNTS),
    ]
    rows = (
        ("processor hours", lambda n: f"{n * one.seconds / 3600:,.0f}"),
        ("on 2 processors", lambda n: lasting(n * one.seconds / 2)),
        ("on 64", lambda n: lasting(n * one.seconds / 64)),
        ("on 1000", lambda n: lasting(n * one.seconds / 1000)),
        ("texts, GB", lambda n: f"{n * one.text / 1e9:,.0f}"),
        ("editions, GB", lambda n: f"{n * one.editions / 1e9:,.0f}"),
        ("rows of the table, GB (2 KB each)", lambda n: f"{n * 2000 / 1e9:,.0f}"),
        ("processors, €", lambda n: f"{n * one.seconds / 3600 * CORE_HOUR:,.0f}"),
        ("writes of the store (5 an article), €", lambda n: f"{n * 5 / 1e6 * PUT_MILLION:,.0f}"),
        ("a month of the store, €", lambda n: f"{n * one.editions / 1e9 * GB_MONTH:,.0f}"),
    )
    return lines + [f"| {words} | " + " | ".join(said(n) for n in AMOUNTS) + " |" for words, said in rows]


def lasting(seconds: float) -> str:
    """A span of time as people say it."""
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} s"


# ---------------------------------------------------------------- the table with a million rows and 200 workers


def held() -> Held:
    """Let WORKERS claim, sleep and finish for a while, at a PostgreSQL with a million jobs that wait."""
    with postgres() as server, filled(server.fresh()) as engine:
        claims: list[float] = []
        done: list[str] = []
        stopped, lock = threading.Event(), threading.Lock()
        threads = [
            threading.Thread(target=_worker, args=(engine, n, claims, done, stopped, lock)) for n in range(WORKERS)
        ]
        hints: list[int] = []
        threads.append(threading.Thread(target=_dispatcher, args=(engine, hints, stopped)))
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        stopped.set()
        for thread in threads:
            thread.join()
    claims.sort()
    return Held(
        len(done) / SECONDS, statistics.median(claims), claims[len(claims) * 99 // 100], len(done) - len(set(done)),
        sum(hints) / SECONDS,
    )  # fmt: skip


def _worker(
    engine: sa.Engine, number: int, claims: list[float], done: list[str], stopped: threading.Event, lock: threading.Lock
) -> None:
    chance = random.Random(number)
    while not stopped.is_set():
        began = time.perf_counter()
        jobs = queue.claim(engine, f"sleeper:{number}", 1)
        taken = time.perf_counter() - began
        for job in jobs:
            time.sleep(SLEEP * chance.uniform(0.8, 1.2))
            if queue.finish(engine, job, {"editions": []}, 86400.0):
                with lock:
                    done.append(job.id)
                    claims.append(taken)


def _dispatcher(engine: sa.Engine, hints: list[int], stopped: threading.Event) -> None:
    """Say as many jobs as there is room for in the broker's window, a few times a second."""
    while not stopped.wait(0.2):
        hints.append(len(queue.announce(engine, WINDOW, 10.0)))


def trial(held: Held) -> list[str]:
    """What the trial gave."""
    return [
        f"A million jobs wait in PostgreSQL, {WORKERS} workers sleep {SLEEP} s a job, all on {CORES} processors:",
        f"{held.rate:,.0f} jobs a second claimed and finished, a claim takes {held.claim * 1000:.0f} ms (the slowest "
        f"hundredth {held.slowest * 1000:.0f} ms), {held.doubled} done twice;",
        f"the dispatcher announced {held.announced:,.0f} a second beside them.",
    ]


if __name__ == "__main__":
    main()
