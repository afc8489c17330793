"""The supervisor: it claims jobs, gives each to a child, renews their leases, and sweeps up what is over its time.

Whoever kills it loses nothing: its children die with it, its leases run out, and the next supervisor goes on. It says
what it does in JSON lines on standard error.
"""

from __future__ import annotations

import json
import logging
import os
import queue as waiting
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from convert.child import Child, die_with_parent
from convert.errors import ConvertError, Unavailable
from convert.jobs import hooks, queue
from convert.jobs.queue import Job
from convert.jobs.store import Store
from convert.jobs.table import engine as engine_of
from convert.jobs.table import migrate
from convert.jobs.work import do, problem
from convert.options import Limits

REST = 1.0  # seconds before the next try of what is not available, or broke
IDLE = 0.05  # seconds between two looks at the queue, unless woken
SWEEP = 10.0  # seconds between two sweeps at most
DAY = 86400.0
POST = 1.0  # seconds between two looks at what webhooks are to be sent
POSTMEN = 4  # so many receivers may be slow at once before others wait
_LOG = logging.getLogger("editions.jobs")
BROKEN = ConvertError("The service failed at this job.", "This is our bug: please report it with the job's id.")


def _host() -> str:
    """This machine, and whose numbers its processes have: two containers may be called alike."""
    try:
        numbers = f".{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        numbers = ""
    return socket.gethostname().replace(":", "-")[:40] + numbers


_HOST = _host()


class Hand:
    """A thread with a child of its own; it does one job at a time. The thread lives as long as the process, since the
    child dies with the thread that started it."""

    def __init__(self, limits: Limits, work: Callable[[Job, Child], None]) -> None:
        self.child = Child(limits)
        self.job: Job | None = None
        self.rested = threading.Event()  # since it was last given a job
        self._work = work
        self._given: waiting.SimpleQueue[Job | None] = waiting.SimpleQueue()
        self.thread = threading.Thread(target=self._live, daemon=True)
        self.thread.start()

    def give(self, job: Job) -> None:
        """Have it do the job."""
        self.rested.clear()
        self.job = job
        self._given.put(job)

    def drop(self) -> None:
        """Kill the child at what it does: its job is somebody else's now, or nobody's."""
        self.child.kill()

    def _live(self) -> None:
        while (job := self._given.get()) is not None:
            try:
                self._work(job, self.child)
            except Exception as error:  # no bug may end a hand: its job waits for the end of its lease
                _broke("hand", error, job)
            self.job = None
            self.rested.set()


class Supervisor:
    """Children at work on the jobs of one table."""

    def __init__(self, engine: sa.Engine, store: Store, limits: Limits, size: int, ttl: float, bell: Path | None = None,
                 lease: float = queue.LEASE, tombstone: float = 7 * 86400.0,
                 terms: hooks.Terms = hooks.PUBLIC) -> None:  # fmt: skip
        self.engine, self.store, self.ttl, self.lease, self.tombstone = engine, store, ttl, lease, tombstone
        self.name = f"{_HOST}:{os.getpid()}:{time.time_ns() % 10**9}"
        self.stopping = threading.Event()
        self.hurried = threading.Event()  # and what is under way is not to be finished
        self.bell = _Bell(bell)
        self.hands = [Hand(limits, self._work) for _ in range(size)]
        self.told = False  # whether others say when there is work (`take`), rather than it looking itself
        self._spare: waiting.SimpleQueue[Hand] = waiting.SimpleQueue()
        for hand in self.hands:
            self._spare.put(hand)
        self.terms = terms
        self._shelf = ""  # of the store, looked through last
        self.postmen = [threading.Thread(target=self._post, daemon=True) for _ in range(POSTMEN)]

    def run(self) -> None:
        """Work until `stopping` is set and what is under way is done."""
        renewed = swept = 0.0
        for postman in self.postmen:
            postman.start()
        while not (self.stopping.is_set() and not self._held()):
            if self.hurried.is_set():
                self.abandon()
                return
            moment = time.monotonic()
            try:
                if moment - renewed >= self.lease / 3:
                    self._renew()
                    renewed = moment
                if not (self.stopping.is_set() or self.told):
                    self._claim()
                if moment - swept >= min(SWEEP, self.lease):  # a lease that ran out is seen within another
                    swept = moment
                    self._sweep()
            except Unavailable as error:  # it goes on by itself once the database is back
                _log("unavailable", detail=str(error))
                time.sleep(REST)
            except Exception as error:  # what is under way must not end with what broke beside it
                _broke("supervisor", error)
                time.sleep(REST)
            self.bell.wait(IDLE)
        for postman in self.postmen:
            postman.join(POST)  # a receiver that is slow now is tried again by whoever comes next

    def take(self) -> None:
        """Do the job that matters most, if one waits, to its end: somebody was told that there is work."""
        hand = self._spare.get()
        try:
            for job in queue.claim(self.engine, self.name, 1, self.lease):
                hand.give(job)
                hand.rested.wait()
        except Unavailable as error:  # the hint is gone, the job is not: it is told of again
            _log("unavailable", detail=str(error))
        finally:
            self._spare.put(hand)

    def abandon(self) -> None:
        """Kill what is under way and give its jobs back, so that they wait for no lease."""
        with suppress(Unavailable):  # first: a hand whose child is killed would count that as a failure of its job
            queue.give_back(self.engine, self._held())
        for hand in self.hands:
            hand.drop()

    def _held(self) -> dict[str, int]:
        return {job.id: job.attempt for hand in self.hands if (job := hand.job)}

    def _claim(self) -> None:
        idle = [hand for hand in self.hands if hand.job is None]
        if not idle:
            return
        for hand, job in zip(idle, queue.claim(self.engine, self.name, len(idle), self.lease), strict=False):
            hand.give(job)

    def _renew(self) -> None:
        held = self._held()
        if not held:
            return
        lost = queue.renew(self.engine, held, self.lease)
        for hand in self.hands:
            job = hand.job
            if job and job.id in lost and job.attempt == held.get(job.id):
                _log("dropped", job)
                hand.drop()

    def _sweep(self) -> None:
        if back := queue.reclaim_dead(self.engine, _HOST):
            _log("reclaimed", count=back, why="their supervisor is dead")
        if back := queue.reclaim(self.engine, self.lease):
            _log("reclaimed", count=back, why="their lease ran out")
        for blob in queue.expire(self.engine, self.tombstone):
            self.store.forget(blob)
        shelf = f"{int(time.time() / DAY * 256) % 256:02x}"  # the whole store in a day, and never all at once
        if shelf != self._shelf:
            self._shelf = shelf
            self.tidy(shelf)

    def tidy(self, shelf: str) -> None:
        """Drop from a shelf of the store what no job names: a submission was killed before its job was in the table."""
        for blob in self.store.old(shelf, DAY):
            if not queue.named(self.engine, blob):
                self.store.forget(blob)

    def _post(self) -> None:
        """Send the news of jobs that ended; whatever goes wrong with one, the next is sent."""
        while not self.stopping.is_set():
            sent = 0
            try:
                sent = hooks.deliver_due(self.engine, self.terms, 1)
            except Unavailable as error:
                _log("unavailable", detail=str(error))
            except Exception as error:  # the message waits for the end of its lease, and its tries are counted
                _log("post-broke", detail=type(error).__name__)
            if not sent:
                self.stopping.wait(POST)

    def _work(self, job: Job, child: Child) -> None:
        began = time.monotonic()
        stages = [*job.request["formats"]]

        def told(stage: str) -> None:
            if stage in stages:
                with suppress(Unavailable):
                    queue.progress(
                        self.engine, job.id, job.attempt, round((stages.index(stage) + 1) / (len(stages) + 1), 2)
                    )

        try:
            ended = do(job, self.engine, self.store, child, self.ttl, told)
        except Unavailable as error:
            ended = f"unavailable: {error}"
            self._rest(lambda: queue.give_back(self.engine, {job.id: job.attempt}))
        except Exception as error:
            _broke("hand", error, job)
            ended = f"broke: {type(error).__name__}"
            child.close()  # what is on its pipes is not known: never let it answer the next text with this one
            self._rest(lambda: queue.fail(self.engine, job, problem(BROKEN), True, self.ttl))
        _log("done", job, ended=ended, seconds=round(time.monotonic() - began, 3))

    def _rest(self, say: Callable[[], object]) -> None:
        """Say what is to become of a job that something beside it ended, after a while in which that may pass."""
        self.stopping.wait(REST)
        with suppress(Unavailable):
            say()


class _Bell:
    """A datagram socket that others ring when they have put something into the queue; without a path, only time."""

    def __init__(self, path: Path | None) -> None:
        self.socket: socket.socket | None = None
        if path is None:
            return
        bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with suppress(FileNotFoundError):
            path.unlink()
        try:
            bell.bind(str(path))
        except OSError as error:  # a path longer than 107 bytes, a file system without sockets
            bell.close()
            _log("no-bell", detail=str(error))
            return
        self.socket = bell

    def wait(self, seconds: float) -> None:
        """Wait for a ring, `seconds` at most."""
        if self.socket is None:
            time.sleep(seconds)
            return
        self.socket.settimeout(seconds)
        with suppress(TimeoutError):
            self.socket.recv(16)


def ring(path: Path) -> None:
    """Wake the supervisor; where there is none, its own clock does."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.setblocking(False)
        bell.sendto(b"!", str(path))


def _broke(who: str, error: Exception, job: Job | None = None) -> None:
    """Say what is our bug, with the place where it happened; its message may hold a text."""
    place = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    _log("broke", job, who=who, error=type(error).__name__, place=place[-6:])


def _log(event: str, job: Job | None = None, **more: object) -> None:
    said = {
        "event": f"job.{event}",
        **({"job": job.id, "attempt": job.attempt, "trace": job.trace} if job else {}),
        **more,
    }
    _LOG.info(json.dumps(said, ensure_ascii=False))


def main() -> None:
    """Work on the table and the store that standard input names, until SIGTERM; SIGINT is in a hurry."""
    stopped, hurried = threading.Event(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())

    def hurry(*_: object) -> None:
        hurried.set()
        stopped.set()

    signal.signal(signal.SIGINT, hurry)
    die_with_parent()
    said = json.loads(sys.stdin.readline())
    if said.get("parent", os.getppid()) != os.getppid():
        return  # it died before it could be said that this process dies with it
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    engine = engine_of(said["database"])
    migrate(engine)
    bell = Path(said["bell"]) if said.get("bell") else None
    supervisor = Supervisor(
        engine,
        Store(said["store"]),
        Limits(**said["limits"]),
        said["jobs"],
        said["ttl"],
        bell,
        said.get("lease", queue.LEASE),
        terms=hooks.terms_of(said.get("hooks", {})),
    )
    supervisor.stopping, supervisor.hurried = stopped, hurried
    supervisor.run()


if __name__ == "__main__":
    main()
