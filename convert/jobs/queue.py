"""What may become of a job: functions over the table, each one transaction, each true whoever else is at it.

A job is claimed under a lease with an `attempt`, which fences it: whoever comes back late with an older attempt changes
nothing. A supervisor that dies costs a job nothing; `failures` alone, its child's deaths, spend its retry budget.
"""

from __future__ import annotations

import json
import math
import os
import random
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from convert.errors import ConvertError
from convert.jobs.table import DELIVERIES, DIED, ENDED, JOBS, LISTED, now, reading, writing

INTERACTIVE, ORDINARY, BULK = 9, 5, 1  # priorities: somebody waits, a job by itself, one of a batch
LEASE = 15.0  # seconds; renewed three times in it
RETRIES = 5  # deaths of a child that a job survives
PATIENCE = 60.0  # seconds between two tries at most
EXACT = 10_000  # so many are counted each time; where there are more, what was counted holds for HOLDS seconds
HOLDS = 5.0
SWEPT = 500  # rows at a time: a sweep must not hold up who claims
DONE = ("succeeded", "failed")
_LIVE = ("queued", "running")


class Full(ConvertError):
    """Too many jobs wait already, of this caller or of all."""

    code, status, exit_code = "busy", 429, 7

    def __init__(self, message: str, hint: str, retry_after: int) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after  # seconds


class Conflict(ConvertError):
    """The same Idempotency-Key came with something else."""

    code, status, exit_code = "idempotency-conflict", 409, 2


@dataclass(frozen=True, slots=True)
class New:
    """A job to be submitted."""

    owner: str
    request: Mapping[str, Any]  # name, formats, options
    input: str
    result: str
    ttl: float  # seconds for which its result is kept
    priority: int = ORDINARY
    once: str | None = None
    fingerprint: str = ""
    batch: str | None = None
    trace: str = ""
    webhook: Mapping[str, str] | None = None
    manifest: Mapping[str, Any] | None = None  # what it gives, where that is there already
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


class Job(NamedTuple):
    """A job as the table has it."""

    id: str
    owner: str
    state: str
    priority: int
    attempt: int
    failures: int
    request: dict[str, Any]
    input: str
    result: str
    progress: float
    manifest: dict[str, Any] | None
    error: dict[str, Any] | None
    created: float
    started: float | None
    finished: float | None
    expires: float
    fingerprint: str
    batch: str | None
    trace: str
    webhook: dict[str, str] | None


_COLUMNS = [JOBS.c[name] for name in Job._fields]
_JSON = ("request", "manifest", "error", "webhook")


def _job(row: Any) -> Job:
    values = dict(zip(Job._fields, row, strict=True))
    return Job(**values | {name: json.loads(values[name]) if values[name] else None for name in _JSON})


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


# ---------------------------------------------------------------- in and out


def submit(engine: sa.Engine, jobs: Sequence[New], most: int, most_own: int) -> list[Job]:
    """The jobs in the table, all or none; one whose key came before is the job that it became then.

    Full where `most` wait, or `most_own` of one owner are under way; Conflict where a key came with something else.
    """
    made = []
    with writing(engine) as c:
        moment = now(c)
        fresh = [job for job in jobs if job.manifest is None]
        if fresh:
            _refuse_many(c, fresh, most, most_own)
        for job in jobs:
            made.append(_before(c, job.owner, job.once, job.fingerprint) or _inserted(c, job, moment))
    return made


def _refuse_many(c: sa.Connection, jobs: Sequence[New], most: int, most_own: int) -> None:
    owner = jobs[0].owner
    waiting = _count(c, None, most)
    if over := max(0, waiting + len(jobs) - most):
        said = f"{waiting} jobs wait; the limit is {most} (EDITIONS_QUEUE)."
        raise Full(said, "Send it again in a while.", _until_fewer(c, over))
    own = _count(c, owner, most_own)
    if over := max(0, own + len(jobs) - most_own):
        said = f"{own} jobs of this key are under way; the limit is {most_own} (EDITIONS_OWN_QUEUE)."
        raise Full(said, "Send it again when some of them are done.", _until_fewer(c, over))
    for counted in (_LONG.get((str(c.engine.url), name)) for name in (None, owner)):
        if counted:
            counted.count += len(jobs)


def _until_fewer(c: sa.Connection, jobs: int) -> int:
    """Seconds until so many jobs will have ended, at the pace of the last minute; PATIENCE at most."""
    late = sa.select(JOBS.c.seq).where(ENDED, JOBS.c.finished > now(c) - 60, JOBS.c.started.is_not(None)).limit(1000)
    ended = int(c.scalar(sa.select(sa.func.count()).select_from(late.subquery())) or 0)
    return max(1, min(int(PATIENCE), math.ceil(60 * jobs / max(1, ended))))


@dataclass(slots=True)
class _Counted:
    """How many there were, and when; those that were let in since are added, those that ended are not taken off."""

    count: int
    at: float


_LONG: dict[tuple[str, str | None], _Counted] = {}


def _count(c: sa.Connection, owner: str | None, most: int) -> int:
    """How many wait (of `owner`: are under way), counted no further than `most`.

    A million would take a tenth of a second of each submission, so above EXACT what was counted holds for a while.
    """
    key = (str(c.engine.url), owner)
    last = _LONG.get(key)
    if last and time.monotonic() - last.at < HOLDS:
        return last.count
    count = _counted(c, owner, most)
    _LONG.pop(key, None)
    if count > EXACT:
        _LONG[key] = _Counted(count, time.monotonic())
    return count


def _counted(c: sa.Connection, owner: str | None, most: int) -> int:
    which = JOBS.c.state == "queued" if owner is None else (JOBS.c.owner == owner) & JOBS.c.state.in_(_LIVE)
    some = sa.select(JOBS.c.seq).where(which).limit(most).subquery()
    return int(c.scalar(sa.select(sa.func.count()).select_from(some)) or 0)


def before(engine: sa.Engine, owner: str, once: str, fingerprint: str) -> Job | None:
    """The job that this key was given for, if it was. Conflict where that asked for something else."""
    with reading(engine) as c:
        return _before(c, owner, once, fingerprint)


def _before(c: sa.Connection, owner: str, once: str | None, fingerprint: str) -> Job | None:
    if once is None:
        return None
    row = c.execute(sa.select(*_COLUMNS).where(JOBS.c.owner == owner, JOBS.c.once == once)).first()
    if row is None:
        return None
    found = _job(row)
    if found.fingerprint != fingerprint:
        raise Conflict(
            f"This Idempotency-Key was given for another request, job {found.id}.", "Take a new key for a new request."
        )
    return found


def _inserted(c: sa.Connection, job: New, moment: float) -> Job:
    done = job.manifest is not None
    values = {
        "id": job.id,
        "owner": job.owner,
        "state": "succeeded" if done else "queued",
        "priority": job.priority,
        "run_after": moment,
        "request": _text(job.request),
        "input": job.input,
        "result": job.result,
        "progress": 1.0 if done else 0.0,
        "manifest": _text(job.manifest),
        "created": moment,
        "finished": moment if done else None,
        "expires": moment + job.ttl,
        "once": job.once,
        "fingerprint": job.fingerprint,
        "batch": job.batch,
        "trace": job.trace,
        "webhook": _text(job.webhook),
    }
    try:
        # SQLite's writers take turns; a full disk would end its transaction, savepoint and all.
        with c.begin_nested() if c.dialect.name == "postgresql" else nullcontext():
            row = c.execute(JOBS.insert().values(**values).returning(*_COLUMNS)).one()
    except IntegrityError:  # PostgreSQL: the same key at the same time, from elsewhere
        before = _before(c, job.owner, job.once, job.fingerprint)
        if before is None:
            raise
        return before
    made = _job(row)
    if done:
        _announce(c, made, moment)
    return made


def get(engine: sa.Engine, name: str, owner: str | None = None) -> Job | None:
    """The job, where `owner` may see it (None: everybody's)."""
    with reading(engine) as c:
        row = c.execute(sa.select(*_COLUMNS).where(JOBS.c.id == name)).first()
    found = _job(row) if row else None
    return found if found and owner in (None, found.owner) else None


def of_batch(engine: sa.Engine, batch: str, owner: str) -> list[Job]:
    """The jobs of a batch in the order they came."""
    with reading(engine) as c:
        rows = c.execute(
            sa.select(*_COLUMNS).where(JOBS.c.batch == batch, JOBS.c.owner == owner).order_by(JOBS.c.seq)
        ).all()
    return [_job(row) for row in rows]


def batch_counts(engine: sa.Engine, batch: str, owner: str) -> dict[str, int]:
    """How many jobs of a batch are in each state."""
    with reading(engine) as c:
        asked = sa.select(JOBS.c.state, sa.func.count()).where(JOBS.c.batch == batch, JOBS.c.owner == owner)
        return {state: int(count) for state, count in c.execute(asked.group_by(JOBS.c.state))}


def listed(engine: sa.Engine, owner: str, most: int) -> list[Job]:
    """The newest jobs of `owner`; an answer that was waited for, and is kept, is none."""
    with reading(engine) as c:
        asked = sa.select(*_COLUMNS).where(JOBS.c.owner == owner, LISTED)
        rows = c.execute(asked.order_by(JOBS.c.seq.desc()).limit(most)).all()
    return [_job(row) for row in rows]


def states(engine: sa.Engine, names: Iterable[str]) -> dict[str, tuple[str, float]]:
    """State and progress of each of these jobs that there is."""
    with reading(engine) as c:
        asked = sa.select(JOBS.c.id, JOBS.c.state, JOBS.c.progress).where(JOBS.c.id.in_(list(names)))
        return {row.id: (row.state, row.progress) for row in c.execute(asked)}


def counts(engine: sa.Engine) -> dict[str, int]:
    """How many jobs wait and run."""
    with reading(engine) as c:
        asked = sa.select(JOBS.c.state, sa.func.count()).where(JOBS.c.state.in_(_LIVE)).group_by(JOBS.c.state)
        found = {state: int(count) for state, count in c.execute(asked)}
    return {state: found.get(state, 0) for state in _LIVE}


class Told(NamedTuple):
    """What the table says of all its jobs: how many in each state, how they ended, how long they took."""

    states: dict[str, int]
    endings: dict[str, int]  # by the error's code
    seconds: dict[str, float]  # by the formats of the newest thousand
    deaths: int


def told(engine: sa.Engine) -> Told:
    """What there is to know of all jobs, for those who watch."""
    with reading(engine) as c:
        rows = c.execute(sa.select(JOBS.c.state, sa.func.count()).group_by(JOBS.c.state))
        states = {state: int(count) for state, count in rows}
        deaths = int(c.scalar(sa.select(sa.func.sum(JOBS.c.failures)).where(DIED)) or 0)
        some = sa.select(JOBS.c.request, JOBS.c.error, JOBS.c.started, JOBS.c.finished)
        newest = c.execute(some.where(ENDED).order_by(JOBS.c.finished.desc()).limit(1000)).all()
    endings: dict[str, int] = {}
    took: dict[str, list[float]] = {}
    for request, error, started, finished in newest:
        if error:
            code = json.loads(error).get("code", "internal")
            endings[code] = endings.get(code, 0) + 1
        elif started and finished:
            took.setdefault("+".join(json.loads(request)["formats"]), []).append(finished - started)
    means = {formats: sum(some) / len(some) for formats, some in took.items()}
    return Told(states, endings, means, deaths)


def cancel(engine: sa.Engine, name: str, owner: str) -> bool:
    """Erase the job: its row goes, whoever is at it finds no lease to renew. Whether there was one."""
    with writing(engine) as c:
        gone = c.execute(JOBS.delete().where(JOBS.c.id == name, JOBS.c.owner == owner, JOBS.c.state != "expired"))
        if gone.rowcount:  # after it: whoever was ending the job has put the news of that there by now, or never will
            c.execute(DELIVERIES.delete().where(DELIVERIES.c.job == name))
        return gone.rowcount > 0


# ---------------------------------------------------------------- work


def claim(engine: sa.Engine, worker: str, most: int, lease: float = LEASE, only: str | None = None) -> list[Job]:
    """At most `most` jobs that wait, those first that matter most, now leased to `worker`."""
    with writing(engine) as c:
        moment = now(c)
        waiting = sa.select(JOBS.c.seq).where(JOBS.c.state == "queued", _due(moment))
        if only:
            waiting = waiting.where(JOBS.c.id == only)
        waiting = waiting.order_by(JOBS.c.priority.desc(), JOBS.c.seq).limit(most).with_for_update(skip_locked=True)
        taken = (
            JOBS.update()
            .where(JOBS.c.seq.in_(waiting.scalar_subquery()))
            .values(
                state="running",
                attempt=JOBS.c.attempt + 1,
                lease_until=moment + lease,
                worker=worker,
                started=moment,
                progress=0.0,
            )
            .returning(*_COLUMNS, JOBS.c.seq)
        )
        rows = c.execute(taken).all()
    rows = sorted(rows, key=lambda row: (-row.priority, row.seq))
    return [_job(tuple(row)[:-1]) for row in rows]


def _due(moment: float) -> Any:
    """Which jobs are not put off. Beyond PATIENCE none ever is: a time further ahead is of a clock set back since."""
    return (JOBS.c.run_after <= moment) | (JOBS.c.run_after > moment + 2 * PATIENCE)


def announce(engine: sa.Engine, most: int, again: float) -> list[str]:
    """The jobs that wait and matter most, `most` of them, which nobody was told of in the last `again` seconds.

    Of a job that waits, `lease_until` says until when others are not to be told of it.
    """
    with writing(engine) as c:
        moment = now(c)
        untold = (JOBS.c.lease_until < moment) | (JOBS.c.lease_until > moment + 4 * again)  # a clock was set back
        waiting = sa.select(JOBS.c.seq).where(JOBS.c.state == "queued", _due(moment), untold)
        waiting = waiting.order_by(JOBS.c.priority.desc(), JOBS.c.seq).limit(most).with_for_update(skip_locked=True)
        told = JOBS.update().where(JOBS.c.seq.in_(waiting.scalar_subquery())).values(lease_until=moment + again)
        rows = c.execute(told.returning(JOBS.c.id, JOBS.c.priority, JOBS.c.seq)).all()
    return [row.id for row in sorted(rows, key=lambda row: (-row.priority, row.seq))]


def renew(engine: sa.Engine, held: Mapping[str, int], lease: float = LEASE) -> set[str]:
    """Renew the lease of each job held under its attempt; the names of those that are no longer ours."""
    lost = set()
    with writing(engine) as c:
        until = now(c) + lease
        for name, attempt in held.items():
            if not c.execute(_held(name, attempt).values(lease_until=until)).rowcount:
                lost.add(name)
    return lost


def progress(engine: sa.Engine, name: str, attempt: int, share: float) -> bool:
    """Say how far it is, from 0 to 1; False where it is no longer ours."""
    with writing(engine) as c:
        return bool(c.execute(_held(name, attempt).values(progress=share)).rowcount)


def finish(engine: sa.Engine, job: Job, manifest: Mapping[str, Any], ttl: float) -> bool:
    """The one moment in which a result becomes visible; False where the job is no longer ours."""
    with writing(engine) as c:
        moment = now(c)
        values = {"state": "succeeded", "progress": 1.0, "manifest": _text(manifest), "finished": moment}
        done = c.execute(_held(job.id, job.attempt).values(**values, expires=moment + ttl))
        if done.rowcount:
            _announce(c, job._replace(state="succeeded", manifest=dict(manifest), finished=moment), moment)
        return done.rowcount > 0


def fail(engine: sa.Engine, job: Job, error: Mapping[str, Any], again: bool, ttl: float) -> bool:
    """The job failed: for good, or `again` while its budget lasts. False where it is no longer ours."""
    spent = job.failures + 1
    with writing(engine) as c:
        moment = now(c)
        if again and spent < RETRIES:
            wait = min(PATIENCE, 0.5 * 2**spent) * random.uniform(0.8, 1.2)
            values = {"state": "queued", "failures": spent, "run_after": moment + wait, "lease_until": 0.0}
            return c.execute(_held(job.id, job.attempt).values(**values)).rowcount > 0
        values = {"state": "failed", "failures": spent, "error": _text(error), "finished": moment}
        done = c.execute(_held(job.id, job.attempt).values(**values, expires=moment + ttl))
        if done.rowcount:
            _announce(c, job._replace(state="failed", error=dict(error), finished=moment), moment)
        return done.rowcount > 0


def give_back(engine: sa.Engine, held: Mapping[str, int]) -> None:
    """Jobs that could not be begun or finished wait again, at no cost to their budget."""
    with writing(engine) as c:
        for name, attempt in held.items():
            c.execute(_held(name, attempt).values(state="queued", lease_until=0.0, run_after=now(c)))


def _held(name: str, attempt: int) -> Any:
    return JOBS.update().where(JOBS.c.id == name, JOBS.c.attempt == attempt, JOBS.c.state == "running")


# ---------------------------------------------------------------- sweep


def reclaim_dead(engine: sa.Engine, host: str) -> int:
    """Jobs whose supervisor on this machine is dead wait again at once; how many. Its name tells its process."""
    with writing(engine) as c:
        here = (JOBS.c.state == "running") & JOBS.c.worker.startswith(f"{host}:")
        dead = [name for (name,) in c.execute(sa.select(JOBS.c.worker).distinct().where(here)) if not _lives(name)]
        back = JOBS.update().where(JOBS.c.state == "running", JOBS.c.worker.in_(dead))
        return c.execute(back.values(state="queued", lease_until=0.0, run_after=now(c))).rowcount if dead else 0


def _lives(worker: str) -> bool:
    """Whether a process of this machine works; one that ended may lie there until its parent looks, which may be never.

    Where it cannot be told, it counts as alive: its lease will run out.
    """
    try:
        pid = int(worker.split(":")[1])
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1] != b"Z"
    except ProcessLookupError:
        return False
    except (OSError, ValueError, IndexError):
        return True


def reclaim(engine: sa.Engine, lease: float = LEASE) -> int:
    """Jobs whose lease ran out wait again; how many. A lease longer than any is of a clock that was set back."""
    with writing(engine) as c:
        moment = now(c)
        over = (JOBS.c.lease_until < moment) | (JOBS.c.lease_until > moment + 4 * lease)
        rows = sa.select(JOBS.c.seq).where(JOBS.c.state == "running", over).with_for_update(skip_locked=True)
        back = JOBS.update().where(JOBS.c.seq.in_(rows.scalar_subquery()))
        return c.execute(back.values(state="queued", lease_until=0.0, run_after=moment)).rowcount


def expire(engine: sa.Engine, tombstone: float) -> list[str]:
    """Forget what is over its time: rows become tombstones, old tombstones go; the results that nobody names now."""
    with writing(engine) as c:
        moment = now(c)
        over = sa.select(JOBS.c.seq).where(JOBS.c.state.in_((*DONE, "queued")), JOBS.c.expires < moment).limit(SWEPT)
        empty = {"request": "{}", "manifest": None, "error": None, "webhook": None, "once": None, "trace": ""}
        rows = c.execute(
            JOBS.update()
            .where(JOBS.c.seq.in_(over.scalar_subquery()))
            .values(**empty, state="expired", expires=moment + tombstone)
            .returning(JOBS.c.result, JOBS.c.input, JOBS.c.id)
        ).all()
        over_too = DELIVERIES.c.job.in_([row.id for row in rows]) & (DELIVERIES.c.state != "waiting")
        c.execute(DELIVERIES.delete().where(over_too))
        old = (JOBS.c.state == "expired") & (JOBS.c.expires < moment)
        gone = list(c.scalars(sa.select(JOBS.c.id).where(old).limit(SWEPT)))
        c.execute(DELIVERIES.delete().where(DELIVERIES.c.job.in_(gone)))
        c.execute(JOBS.delete().where(JOBS.c.id.in_(gone)))
        names = {name for row in rows for name in row[:2] if name}  # an answer that was waited for keeps no text
    return [name for name in names if not named(engine, name)]


def named(engine: sa.Engine, blob: str) -> bool:
    """Whether a job that is not expired needs this text or result."""
    with reading(engine) as c:
        either = (JOBS.c.result == blob) | (JOBS.c.input == blob)
        return c.execute(sa.select(JOBS.c.seq).where(either, JOBS.c.state != "expired").limit(1)).first() is not None


def _announce(c: sa.Connection, job: Job, moment: float) -> None:
    """Put the news of a job's end where webhooks are delivered from, in the transaction that makes it true."""
    if not job.webhook:
        return
    body = {"type": f"job.{job.state}", "timestamp": _iso(moment), "data": {"id": job.id, "state": job.state}}
    c.execute(
        DELIVERIES.insert().values(
            id=f"msg_{uuid.uuid4().hex[:24]}",
            job=job.id,
            url=job.webhook["url"],
            secret=job.webhook["secret"],
            body=_text(body),
            state="waiting",
            next=moment,
        )
    )


def _iso(moment: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
