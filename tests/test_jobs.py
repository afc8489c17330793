"""Jobs: whatever is killed, stopped or set back, each job ends once; on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from convert.child import Child
from convert.errors import NoSpace, Unavailable
from convert.jobs import queue, supervisor, table
from convert.jobs.queue import Conflict, Full, Job, New
from convert.jobs.store import Store
from convert.jobs.supervisor import Supervisor, ring
from convert.jobs.work import do
from convert.options import Limits, Options
from tests.engines import Postgres, postgres
from tests.serving import wait_until

ROOT = Path(__file__).parent.parent
TEXT = b"The Lamps\n\nby Ada Brink\n\nThey burned until dawn.\n"
DAY = 86400.0


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.db"
    server: Postgres = request.getfixturevalue("server")
    return server.fresh()


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    made = table.engine(url)
    table.migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def new(n: int = 0, **said: Any) -> New:
    digest = hashlib.sha256(TEXT).hexdigest()
    result = hashlib.sha256(f"result {n}".encode()).hexdigest()
    request = {"name": "a.txt", "formats": ["html"], "options": asdict(Options())}
    return New(**{"owner": "", "request": request, "input": digest, "result": result, "ttl": DAY, **said})


def submit(engine: sa.Engine, *jobs: New, most: int = 1000, own: int = 1000) -> list[Job]:
    return queue.submit(engine, jobs, most, own)


def state(engine: sa.Engine, job: Job) -> str:
    found = queue.get(engine, job.id)
    return found.state if found else "gone"


def turn_clock(engine: sa.Engine, **columns: float) -> None:
    with table.writing(engine) as c:
        c.execute(table.JOBS.update().values(**columns))


# ---------------------------------------------------------------- the table


def test_tables_are_made_once_and_by_one_at_a_time(url: str) -> None:
    made, *others = (table.engine(url) for _ in range(4))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(table.migrate, (made, *others)))
    names = set(sa.inspect(made).get_table_names())
    assert names == {*table.METADATA.tables, "alembic_version"}
    for name, wanted in table.METADATA.tables.items():
        assert {c["name"] for c in sa.inspect(made).get_columns(name)} == set(wanted.c.keys())
        assert {i.name for i in wanted.indexes} <= {i["name"] for i in sa.inspect(made).get_indexes(name)}
    for one in (made, *others):
        one.dispose()


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """SQLite itself says in one of thirty turns that it is locked, and waits for nobody."""
    together = threading.Barrier(4)

    def opened(turn: int) -> str:
        engine = table.engine(f"sqlite:///{tmp_path}/{turn}.db")
        together.wait()
        with engine.connect() as c:
            mode = str(c.exec_driver_sql("PRAGMA journal_mode").scalar())
        engine.dispose()
        return mode

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(opened, [n // 4 for n in range(200)])) == {"wal"}


def test_a_job_goes_through_its_states(engine: sa.Engine) -> None:
    (job,) = submit(engine, new())
    assert (job.state, job.attempt, job.progress) == ("queued", 0, 0)
    (taken,) = queue.claim(engine, "w", 5)
    assert (taken.id, taken.state, taken.attempt) == (job.id, "running", 1)
    assert queue.claim(engine, "w", 5) == []
    assert queue.progress(engine, job.id, 1, 0.5)
    assert queue.finish(engine, taken, {"editions": []}, DAY)
    done = queue.get(engine, job.id)
    assert done
    assert (done.state, done.progress, done.manifest) == ("succeeded", 1.0, {"editions": []})


def test_those_that_matter_most_come_first_then_those_that_came_first(engine: sa.Engine) -> None:
    names = [submit(engine, new(priority=p))[0].id for p in (1, 5, 9, 5, 1)]
    first, others = queue.claim(engine, "w", 1), queue.claim(engine, "w", 9)
    assert [names.index(job.id) for job in (*first, *others)] == [2, 1, 3, 0, 4]


def test_many_who_claim_at_once_get_each_job_once(engine: sa.Engine) -> None:
    submit(engine, *(new(n) for n in range(60)))
    with ThreadPoolExecutor(6) as threads:
        taken = list(threads.map(lambda n: queue.claim(engine, f"w{n}", 5), range(14)))
    names = [job.id for some in taken for job in some]
    assert len(names) == len(set(names)) == 60


def test_who_comes_late_changes_nothing(engine: sa.Engine) -> None:
    (job,) = submit(engine, new())
    (late,) = queue.claim(engine, "slow", 1)
    turn_clock(engine, lease_until=0.0)
    assert queue.reclaim(engine) == 1
    (taken,) = queue.claim(engine, "fast", 1)
    assert queue.finish(engine, taken, {"by": "fast"}, DAY)
    assert not queue.finish(engine, late, {"by": "slow"}, DAY)
    assert not queue.fail(engine, late, {}, False, DAY)
    assert queue.renew(engine, {late.id: late.attempt}) == {job.id}
    found = queue.get(engine, job.id)
    assert found
    assert (found.manifest, found.failures) == ({"by": "fast"}, 0)


def test_a_lease_that_is_renewed_is_kept(engine: sa.Engine) -> None:
    (job,) = submit(engine, new())
    (taken,) = queue.claim(engine, "w", 1, lease=0.3)
    for _ in range(4):
        time.sleep(0.15)
        assert queue.renew(engine, {job.id: taken.attempt}, lease=0.3) == set()
        assert queue.reclaim(engine, lease=0.3) == 0
    time.sleep(0.4)
    assert queue.reclaim(engine, lease=0.3) == 1


def test_a_supervisor_s_death_is_not_the_job_s_failure(engine: sa.Engine) -> None:
    (job,) = submit(engine, new())
    for n in range(1, 12):
        (taken,) = queue.claim(engine, "w", 1)
        assert (taken.attempt, taken.failures) == (n, 0)
        turn_clock(engine, lease_until=0.0)
        queue.reclaim(engine)
    assert state(engine, job) == "queued"


def test_jobs_of_the_dead_wait_for_no_lease(engine: sa.Engine) -> None:
    """One is gone, one lies there until its parent looks, one lives, one is on another machine."""
    gone, lies, lives = (subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in range(3))
    for process in (gone, lies):
        process.kill()
    gone.wait()
    os.waitid(os.P_PID, lies.pid, os.WEXITED | os.WNOWAIT)
    submit(engine, *(new(n) for n in range(4)))
    names = [f"here:{gone.pid}:1", f"here:{lies.pid}:1", f"here:{lives.pid}:1", f"there:{gone.pid}:1"]
    taken = [queue.claim(engine, name, 1)[0] for name in names]
    assert queue.reclaim_dead(engine, "here") == 2
    assert [state(engine, job) for job in taken] == ["queued", "queued", "running", "running"]
    for process in (gone, lies, lives):
        process.kill()
        process.communicate()


def test_a_child_s_death_is_tried_again_later_and_in_the_end_no_more(engine: sa.Engine) -> None:
    (job,) = submit(engine, new())
    for n in range(1, queue.RETRIES + 1):
        assert n == 1 or queue.claim(engine, "w", 1) == []
        turn_clock(engine, run_after=0.0)
        (taken,) = queue.claim(engine, "w", 1)
        assert queue.fail(engine, taken, {"code": "killed"}, True, DAY)
    found = queue.get(engine, job.id)
    assert found
    assert (found.state, found.failures, found.error) == ("failed", queue.RETRIES, {"code": "killed"})


def test_a_clock_that_was_set_back_holds_nothing_up(engine: sa.Engine) -> None:
    (job,) = submit(engine, new())
    turn_clock(engine, run_after=time.time() + 40_000)
    (taken,) = queue.claim(engine, "w", 1)
    turn_clock(engine, lease_until=time.time() + 40_000)
    assert queue.reclaim(engine) == 1
    assert taken.id == job.id


def test_what_is_erased_is_gone_and_its_worker_learns_it(engine: sa.Engine) -> None:
    (job,) = submit(engine, new(owner="a"))
    (taken,) = queue.claim(engine, "w", 1)
    assert not queue.cancel(engine, job.id, "b")
    assert queue.cancel(engine, job.id, "a")
    assert queue.renew(engine, {job.id: taken.attempt}) == {job.id}
    assert not queue.finish(engine, taken, {}, DAY)
    assert state(engine, job) == "gone"


def test_each_sees_its_own(engine: sa.Engine) -> None:
    (job,) = submit(engine, new(owner="a", batch="x"))
    assert queue.get(engine, job.id, "b") is None
    assert queue.get(engine, job.id, "a")
    assert [j.id for j in queue.listed(engine, "a", 9)] == [j.id for j in queue.of_batch(engine, "x", "a")] == [job.id]
    assert queue.listed(engine, "b", 9) == queue.of_batch(engine, "x", "b") == []


def test_the_news_of_a_job_that_ends_while_it_is_erased_goes_with_it(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce, said, go_on = queue._announce, threading.Event(), threading.Event()

    def slowly(*about: Any) -> None:
        announce(*about)
        said.set()
        go_on.wait(10)

    monkeypatch.setattr(queue, "_announce", slowly)
    (job,) = submit(engine, new(webhook={"url": "https://hooks.example/x", "secret": "s"}))
    (taken,) = queue.claim(engine, "w", 1)
    with ThreadPoolExecutor(2) as threads:
        finished = threads.submit(queue.finish, engine, taken, {}, DAY)
        assert said.wait(10)
        erased = threads.submit(queue.cancel, engine, job.id, "")
        time.sleep(0.3)
        go_on.set()
        assert (finished.result(), erased.result()) == (True, True)
    with table.reading(engine) as c:
        assert c.execute(sa.select(table.DELIVERIES.c.id)).all() == []


@pytest.mark.parametrize("shared", [False, True])
def test_what_is_erased_while_it_is_set_does_not_come_back(engine: sa.Engine, store: Store, shared: bool) -> None:
    store.put_text(TEXT)
    job, *_ = submit(engine, *(new() for _ in range(2 if shared else 1)))
    (taken,) = queue.claim(engine, "w", 1)

    def erase(stage: str) -> None:
        if stage == "html":
            queue.cancel(engine, job.id, "")

    with Child() as child:
        assert do(taken, engine, store, child, DAY, erase) == "late"
    assert len([*Path(store.place.root).rglob("html")]) == (1 if shared else 0)


# ---------------------------------------------------------------- keys, limits, expiry


def test_a_key_makes_one_job_whoever_comes_first(engine: sa.Engine) -> None:
    asked = [new(once="k", fingerprint="f") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        made = [jobs[0] for jobs in threads.map(lambda job: submit(engine, job), asked)]
    assert len({job.id for job in made}) == 1
    with pytest.raises(Conflict):
        submit(engine, new(once="k", fingerprint="other"))
    assert submit(engine, new(once="k", fingerprint="other", owner="b"))[0].id != made[0].id


def test_a_queue_that_is_full_says_so_and_takes_none_of_several(engine: sa.Engine) -> None:
    submit(engine, new(owner="a"), new(owner="a"))
    with pytest.raises(Full, match="EDITIONS_QUEUE"):
        submit(engine, new(owner="b"), new(owner="b"), most=3)
    with pytest.raises(Full, match="EDITIONS_OWN_QUEUE"):
        submit(engine, new(owner="a"), own=2)
    assert submit(engine, new(owner="b"), most=3, own=2)
    assert queue.counts(engine) == {"queued": 3, "running": 0}


def test_who_finds_the_queue_full_hears_when_there_will_be_room_at_its_pace(engine: sa.Engine) -> None:
    submit(engine, *(new() for _ in range(8)))

    def told(jobs: int) -> int:
        with pytest.raises(Full) as refused:
            submit(engine, *(new() for _ in range(jobs)), most=4)
        return refused.value.retry_after

    assert told(1) == 60  # none ended in the last minute
    for job in queue.claim(engine, "w", 4):
        queue.finish(engine, job, {}, DAY)
    assert (told(1), told(2), told(9)) == (15, 30, 60)  # four wait, four a minute end


def test_a_long_queue_is_counted_now_and_then(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "EXACT", 3)
    submit(engine, *(new(owner="a") for _ in range(4)), most=7)
    submit(engine, new(owner="b"), most=7)  # counted: 4, and one more
    assert len(queue.claim(engine, "w", 4)) == 4
    submit(engine, *(new(owner="b") for _ in range(2)), most=7)
    with pytest.raises(Full, match="7 jobs wait"):  # as long as that holds, who was claimed is still counted
        submit(engine, new(owner="b"), most=7)
    monkeypatch.setattr(queue, "HOLDS", 0.0)
    submit(engine, *(new(owner="b") for _ in range(4)), most=7)
    with pytest.raises(Full, match="7 jobs wait"):
        submit(engine, new(owner="b"), most=7)


def test_a_result_that_is_there_is_a_job_that_is_done(engine: sa.Engine) -> None:
    (job,) = submit(engine, new(manifest={"editions": []}), most=0)
    assert (job.state, job.progress) == ("succeeded", 1.0)


def test_what_is_over_its_time_leaves_a_tombstone_then_nothing(engine: sa.Engine, store: Store) -> None:
    store.put_text(TEXT)
    (kept,), (over,) = submit(engine, new(1)), submit(engine, new(2, ttl=-1.0))
    (again,) = submit(engine, new(3, ttl=-1.0, result=kept.result))
    forgotten = queue.expire(engine, tombstone=DAY)
    assert forgotten == [over.result]  # the text is the other job's too, and so is the other result
    assert [state(engine, job) for job in (kept, over, again)] == ["queued", "expired", "expired"]
    assert json.dumps(queue.get(engine, over.id)).count("Lamps") == 0
    turn_clock(engine, expires=0.0)
    queue.expire(engine, tombstone=-1.0)
    queue.expire(engine, tombstone=-1.0)
    assert state(engine, over) == "gone"


def test_an_answer_that_is_over_its_time_leaves_nothing_behind(engine: sa.Engine, store: Store) -> None:
    (answer,) = submit(engine, new(ttl=-1.0, input="", manifest={"editions": []}))
    Supervisor(engine, store, Limits(), 0, DAY)._sweep()
    assert state(engine, answer) == "expired"


def test_what_runs_is_never_expired(engine: sa.Engine) -> None:
    (job,) = submit(engine, new(ttl=-1.0))
    queue.claim(engine, "w", 1)
    assert queue.expire(engine, DAY) == []
    assert state(engine, job) == "running"


def test_news_of_an_end_is_written_with_it(engine: sa.Engine) -> None:
    hook = {"url": "https://hooks.example/x", "secret": "s"}
    submit(engine, new(1, webhook=hook), new(2, webhook=hook), new(3))
    for job in queue.claim(engine, "w", 3):
        queue.finish(engine, job, {}, DAY)
        queue.finish(engine, job, {}, DAY)
    with table.reading(engine) as c:
        said = [json.loads(body)["type"] for (body,) in c.execute(sa.select(table.DELIVERIES.c.body))]
    assert said == ["job.succeeded"] * 2


def test_writers_of_one_process_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (table.opened(f"sqlite:///{tmp_path}/{name}.db") for name in "ab")
    monkeypatch.setattr(table, "TURN", 0.05)
    with ThreadPoolExecutor(1) as threads, table.writing(one):
        with pytest.raises(Unavailable, match="being written"):
            threads.submit(submit, one, new()).result()
        assert threads.submit(submit, other, new()).result()
        assert threads.submit(queue.get, one, "nobody").result() is None
    assert submit(one, new())


def test_a_database_that_is_gone_is_unavailable_and_back_without_a_restart(server: Postgres) -> None:
    with postgres() as other:
        engine = table.engine(other.url)
        table.migrate(engine)
        (job,) = submit(engine, new())
        other.stop(signal.SIGQUIT)
        with pytest.raises(Unavailable):
            queue.get(engine, job.id)
        with pytest.raises(Unavailable):
            submit(engine, new(2))
        other.start()
        assert state(engine, job) == "queued"
        engine.dispose()


# ---------------------------------------------------------------- a long table

OTHERS = """
INSERT INTO jobs (id, owner, state, priority, attempt, failures, run_after, lease_until, worker, request, input, result,
                  progress, created, finished, expires, fingerprint, trace)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
SELECT 'job' || i, 'o' || (i % 10), CASE i % 4 WHEN 0 THEN 'queued' WHEN 1 THEN 'expired' ELSE 'succeeded' END,
       1 + i % 9, 0, 0, 0, 0, '', '{"formats": ["html"]}', 'i' || i, 'r' || i, 0, 0, i, 2000000000, '', '' FROM n
"""


@pytest.fixture
def long(engine: sa.Engine) -> sa.Engine:
    """A table of twenty thousand other jobs, of which PostgreSQL would rather read all than use an index badly."""
    with table.writing(engine) as c:
        c.execute(sa.text(OTHERS))
        if engine.dialect.name == "postgresql":
            c.execute(sa.text("ANALYZE jobs"))
    return engine


def plans(engine: sa.Engine, ask: Callable[[], Any]) -> list[str]:
    """How the database goes about each statement that `ask` sends it, as its own planner tells."""
    said: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(engine, "before_cursor_execute", note)
    explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with table.writing(engine) as c:
        asked = [(s, p) for s, p in said if " jobs" in s.lower() and not s.startswith("INSERT")]
        found = ["\n".join(str(row[-1]) for row in c.exec_driver_sql(f"{explain} {s}", p)) for s, p in asked]
    return [
        plan for plan in found if "HashAggregate" not in plan or "LockRows" in plan
    ]  # counts of all states read all


def refused(engine: sa.Engine) -> None:
    with pytest.raises(Full):
        submit(engine, new(owner="o2"), most=9000, own=500)


# What is asked, and the indexes that may answer it: SQLite names those of constraints itself.
QUESTIONS: dict[str, tuple[Callable[[sa.Engine], Any], str]] = {
    "claimed": (lambda engine: queue.claim(engine, "w", 2), "jobs_queue"),
    "leases that ran out": (lambda engine: queue.reclaim(engine), "jobs_queue|jobs_expiry"),
    "jobs of the dead": (lambda engine: queue.reclaim_dead(engine, "here"), "jobs_queue|jobs_expiry"),
    "those of one owner": (lambda engine: submit(engine, new(owner="o1"), most=9000, own=9000), "jobs_owner"),
    "those that wait": (lambda engine: submit(engine, new(owner="z"), most=9000), "jobs_queue|jobs_expiry"),
    "over their time": (lambda engine: queue.expire(engine, DAY), "jobs_expiry"),
    "the newest": (lambda engine: queue.listed(engine, "nobody", 5), "jobs_listed"),
    "the pace": (lambda engine: refused(engine), "jobs_ended"),
    "the last that ended": (lambda engine: queue.told(engine), "jobs_ended"),
    "deaths": (lambda engine: queue.told(engine), "jobs_deaths"),
    "a result": (lambda engine: queue.named(engine, "r7"), "jobs_result"),
    "a text": (lambda engine: queue.named(engine, "i7"), "jobs_input"),
    "a key": (lambda engine: queue.before(engine, "o1", "k", "f"), "jobs_once|sqlite_autoindex"),
    "a batch": (lambda engine: queue.of_batch(engine, "b", "o1"), "jobs_batch"),
    "a job": (lambda engine: queue.get(engine, "job7"), "jobs_id_key|sqlite_autoindex"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_asked_of_a_long_table_is_answered_from_an_index(long: sa.Engine, question: str) -> None:
    ask, indexes = QUESTIONS[question]
    found = plans(long, lambda: ask(long))
    assert any(re.search(indexes, plan) for plan in found), found
    lines = [line for plan in found for line in plan.splitlines() if "COVERING INDEX" not in line]
    assert not [line for line in lines if re.search("SCAN jobs|Seq Scan on jobs|TEMP B-TREE FOR ORDER BY", line)], found


def test_a_sweep_looks_at_nothing_that_is_within_its_time(long: sa.Engine) -> None:
    found = plans(long, lambda: queue.expire(long, DAY))
    assert not [plan for plan in found if re.search(r"jobs_(queue|owner)|jobs_expiry \(state=\?\)", plan)], found


# ---------------------------------------------------------------- the store


def test_the_store_keeps_and_forgets(store: Store) -> None:
    digest = store.put_text(TEXT)
    assert store.text(digest) == TEXT
    result = "b" * 64
    assert store.manifest(result) is None
    store.publish(result, {"html": b"<p>"}, {"editions": ["html"]})
    assert (store.get(result, "html"), store.manifest(result)) == (b"<p>", {"editions": ["html"]})
    store.forget(result)
    store.forget(result)
    assert store.get(result, "html") is None


def test_a_text_that_is_not_what_it_was_is_none(store: Store, tmp_path: Path) -> None:
    digest = store.put_text(TEXT)
    next((tmp_path / "store").rglob("text")).write_bytes(b"other")
    assert store.text(digest) is None


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    made = table.opened(f"sqlite:///{tmp_path}/jobs.db")
    queue.submit(made, [new()], 1, 1)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("jobs.db*")} == {0o600}
    made.dispose()


def test_what_no_job_names_is_tidied_away_after_a_day(engine: sa.Engine, store: Store) -> None:
    lost, named, fresh = (store.put_text(text) for text in (b"lost", TEXT, b"fresh"))
    result = store.put_text(b"a result")
    queue.submit(engine, [new(1, input=named, result=result)], 9, 9)
    for place in Path(store.place.root).glob("??/*/*"):
        if fresh not in str(place):
            os.utime(place, (time.time() - DAY - 9,) * 2)
    one = Supervisor(engine, store, Limits(), 0, DAY)
    for blob in (lost, named, fresh, result):
        one.tidy(blob[:2])
    assert [store.text(blob) for blob in (lost, named, fresh, result)] == [None, TEXT, b"fresh", b"a result"]
    assert store.old("zz", 0.0) == []


@pytest.mark.parametrize("digest", ["../../etc/passwd", "a" * 63, "A" * 64, "", "a" * 64 + "\n"])
def test_nothing_but_a_digest_is_a_place(store: Store, digest: str) -> None:
    for name in ("text", "../x", "passwd"):
        with pytest.raises(ValueError, match="no place"):
            store.get(digest, name)
    with pytest.raises(ValueError, match="no place"):
        store.get("a" * 64, "../text")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk_is_said_and_what_was_there_stays(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        engine, store = table.engine(f"sqlite:///{small}/jobs.db"), Store(str(small / "store"))
        table.migrate(engine)
        (job,) = submit(engine, new())
        digest = store.put_text(TEXT)
        with pytest.raises(NoSpace):
            store.put_text(b"x" * 2_000_000)
        assert not list(small.rglob("*.tmp"))
        many = [new(n, trace="x" * 190, fingerprint="y" * 60) for n in range(4000)]
        with pytest.raises(NoSpace):
            submit(engine, *many, most=9999, own=9999)
        assert state(engine, job) == "queued"
        assert store.text(digest) == TEXT
        engine.dispose()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


# ---------------------------------------------------------------- supervisors


class Supervisors(ExitStack):
    """Supervisors of one table, as processes of their own."""

    def __init__(self, url: str, store: Store, log: Path, limits: Limits | None = None) -> None:
        super().__init__()
        self.said = {"database": url, "store": store.place.url, "jobs": 2, "ttl": DAY, "lease": 2.0}
        self.said["limits"] = asdict(limits or Limits())
        self.log, self.running = log, list[subprocess.Popen[bytes]]()
        self.callback(self.end)

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "convert.jobs.supervisor"]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=log, cwd=ROOT)
        assert process.stdin
        process.stdin.write(json.dumps(self.said).encode() + b"\n")
        process.stdin.close()
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        self.running.remove(process)

    def children(self) -> list[int]:
        found: list[int] = []
        for process in self.running:
            said = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
            found += map(int, said.stdout.split())
        return found

    def end(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


def until(engine: sa.Engine, jobs: list[Job], seconds: float = 60) -> Counter[str]:
    """The states of the jobs once all are done."""
    late = time.monotonic() + seconds
    while True:
        found = Counter(s for s, _ in queue.states(engine, [job.id for job in jobs]).values())
        if not (found["queued"] or found["running"]):
            return found
        assert time.monotonic() < late, found
        time.sleep(0.05)


def test_whatever_is_killed_each_job_ends_once(engine: sa.Engine, url: str, store: Store, tmp_path: Path) -> None:
    store.put_text(TEXT)
    jobs = submit(engine, *(new(n) for n in range(40)))
    chance = random.Random(7)
    with Supervisors(url, store, tmp_path / "log") as supervisors:
        supervisors.start()
        supervisors.start()
        for _ in range(8):
            time.sleep(chance.uniform(0.3, 0.9))
            if chance.random() < 0.5:
                supervisors.kill(chance.choice(supervisors.running))
                supervisors.start()
            elif children := supervisors.children():
                os.kill(chance.choice(children), signal.SIGKILL)
        assert until(engine, jobs) == {"succeeded": 40}
    for job in jobs:
        manifest = store.manifest(job.result)
        assert manifest
        data = store.get(job.result, "html")
        assert data
        assert hashlib.sha256(data).hexdigest() == manifest["editions"][0]["sha256"]


def stop_between_transactions(process: subprocess.Popen[bytes], url: str) -> None:
    """Stop it where it does not hold SQLite's one lock: that would stop everybody, and no fencing could help."""
    impatient = sa.create_engine(url, connect_args={"timeout": 0.3} if url.startswith("sqlite") else {})
    while True:
        process.send_signal(signal.SIGSTOP)
        try:
            with impatient.begin() as c:
                c.execute(table.KEYS.delete())
            break
        except sa.exc.OperationalError:
            process.send_signal(signal.SIGCONT)
            time.sleep(0.05)
    impatient.dispose()


def test_a_supervisor_that_slept_changes_nothing(engine: sa.Engine, url: str, store: Store, tmp_path: Path) -> None:
    store.put_text(TEXT)
    with Supervisors(url, store, tmp_path / "log") as supervisors:
        sleeper = supervisors.start()
        jobs = submit(engine, *(new(n) for n in range(20)))
        while not any(s == "running" for s, _ in queue.states(engine, [j.id for j in jobs]).values()):
            time.sleep(0.01)
        stop_between_transactions(sleeper, url)
        supervisors.start()
        assert until(engine, jobs) == {"succeeded": 20}
        before = [queue.get(engine, job.id) for job in jobs]
        sleeper.send_signal(signal.SIGCONT)
        time.sleep(2.5)
        assert [queue.get(engine, job.id) for job in jobs] == before


def test_a_job_that_takes_too_long_fails_and_one_that_is_erased_is_killed(
    engine: sa.Engine, url: str, store: Store, tmp_path: Path
) -> None:
    slow = ("A Title\n\n" + "word " * 200_000).encode()
    digest = store.put_text(slow)
    request = {"name": "a.txt", "formats": ["pdf"], "options": asdict(Options())}
    with Supervisors(url, store, tmp_path / "log", replace(Limits(), wall_seconds=4.0)) as supervisors:
        supervisors.start()
        late, erased = submit(engine, new(1, input=digest, request=request), new(2, input=digest, request=request))
        while state(engine, erased) != "running":
            time.sleep(0.05)
        time.sleep(1)
        busy = supervisors.children()
        assert queue.cancel(engine, erased.id, "")
        end = time.monotonic() + 3
        while all(Path(f"/proc/{pid}").exists() for pid in busy):
            assert time.monotonic() < end, "the child went on"
            time.sleep(0.05)
        assert until(engine, [late]) == {"failed": 1}
        found = queue.get(engine, late.id)
        assert found and found.error  # noqa: PT018 (for the types)
        assert found.error["code"] == "time-out"


def test_who_is_in_a_hurry_gives_jobs_back_at_no_cost(
    engine: sa.Engine, url: str, store: Store, tmp_path: Path
) -> None:
    digest = store.put_text(("A Title\n\n" + "word " * 200_000).encode())
    request = {"name": "a.txt", "formats": ["pdf"], "options": asdict(Options())}
    with Supervisors(url, store, tmp_path / "log") as supervisors:
        hurried = supervisors.start()
        jobs = submit(engine, *(new(n, input=digest, request=request) for n in range(2)))
        while len(supervisors.children()) < 2:
            time.sleep(0.02)
        hurried.send_signal(signal.SIGINT)
        hurried.wait(10)
        found = [queue.get(engine, job.id) for job in jobs]
    assert [(job.state, job.failures) for job in found if job] == [("queued", 0)] * 2


def test_no_bug_ends_a_hand_and_none_is_tried_for_ever(
    engine: sa.Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(job: Job, *said: Any) -> str:
        return do(job, *said) if job.priority != queue.INTERACTIVE else str(1 / 0)

    monkeypatch.setattr(supervisor, "do", broken)
    monkeypatch.setattr(supervisor, "REST", 0.01)
    monkeypatch.setattr(queue, "RETRIES", 2)
    monkeypatch.setattr(Supervisor, "_sweep", lambda _: 1 / 0)
    store.put_text(TEXT)
    bad, good = submit(engine, new(1, priority=queue.INTERACTIVE), new(2))
    one = Supervisor(engine, store, Limits(), 1, DAY)
    with running(one):
        assert until(engine, [bad, good]) == {"succeeded": 1, "failed": 1}
    found = queue.get(engine, bad.id)
    assert found and found.error  # noqa: PT018 (for the types)
    assert (found.error["code"], found.failures) == ("internal", 2)


def test_a_hand_outlives_whatever_its_work_raises() -> None:
    done: list[str] = []

    def work(job: Job, _child: Child) -> None:
        done.append(job.id)
        raise MemoryError

    hand, asked = supervisor.Hand(Limits(), work), queue.Job(**dict.fromkeys(Job._fields, ""))  # type: ignore[arg-type]
    for name in "ab":
        hand.give(asked._replace(id=name))
        wait_until(lambda: hand.job is None)
    assert done == ["a", "b"]


def test_a_database_that_goes_away_costs_no_hand_and_no_job(store: Store, tmp_path: Path) -> None:
    store.put_text(TEXT)
    with postgres() as other, Supervisors(other.url, store, tmp_path / "log") as supervisors:
        engine = table.engine(other.url)
        table.migrate(engine)
        jobs = submit(engine, *(new(n) for n in range(40)))
        process = supervisors.start()
        wait_until(lambda: queue.counts(engine)["running"] > 0)
        other.stop(signal.SIGQUIT)
        time.sleep(0.5)
        other.start()
        assert until(engine, jobs) == {"succeeded": 40}
        assert process.poll() is None
        assert queue.told(engine).deaths == 0
        engine.dispose()


def test_a_bell_that_cannot_be_hung_is_done_without(engine: sa.Engine, store: Store, tmp_path: Path) -> None:
    one = Supervisor(engine, store, Limits(), 0, DAY, tmp_path / ("long" * 30))
    one.bell.wait(0.01)


@contextmanager
def running(one: Supervisor) -> Iterator[None]:
    """The supervisor at work, in a thread."""
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        yield
    finally:
        one.stopping.set()
        thread.join(20)
    assert not thread.is_alive()


def test_two_supervisors_hear_a_bell_or_their_clock(engine: sa.Engine, url: str, store: Store, tmp_path: Path) -> None:
    store.put_text(TEXT)
    with running(Supervisor(engine, store, Limits(), 1, DAY, tmp_path / "bell")):
        (job,) = submit(engine, new())
        ring(tmp_path / "bell")
        ring(tmp_path / "nobody")
        assert until(engine, [job]) == {"succeeded": 1}


def test_what_is_dropped_while_it_is_put_there_is_put_there_all_the_same(tmp_path: Path) -> None:
    """Two threads at one digest: one puts it, the other forgets it; no put ever fails."""
    store, stopped = Store(str(tmp_path)), threading.Event()

    def forget() -> None:
        while not stopped.wait(0.005):
            store.forget(hashlib.sha256(TEXT).hexdigest())

    thread = threading.Thread(target=forget)
    thread.start()
    try:
        for _ in range(1500):
            store.put_text(TEXT)
    finally:
        stopped.set()
        thread.join()
    store.put_text(TEXT)
    assert store.text(hashlib.sha256(TEXT).hexdigest()) == TEXT
