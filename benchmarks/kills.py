"""Kills what serves, at random, for minutes, and looks whether a job suffered: on SQLite, then on a real PostgreSQL.

Two `editions serve` share a database and a store, as two machines would; whoever ends is started again, as systemd
does. Clients submit over HTTP, each text with a mark word of its own and an Idempotency-Key, and repeat what was not
answered; every tenth job more is erased while it is under way. Meanwhile children, supervisors, web processes and
whole servers are killed (kill -9), supervisors and children stopped past their lease, and woken late.

A child that is killed alone cannot be told from one that took too much memory, so that counts against its job, up to
five times (`queue.RETRIES`); all other deaths cost a job nothing. So the killer spares children while a job that is
under way has lost three, and once all is submitted; the column `budget` says how near a job came.

    python -m benchmarks.kills [--seed N] [--jobs N] [sqlite] [postgresql]

Exit status 1 where anything was lost, doubled, wrongly failed, mixed up, left over or came back.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import io
import json
import logging
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pypdf
import sqlalchemy as sa

from convert.errors import Unavailable
from convert.jobs import queue, table
from convert.jobs.store import Store
from convert.jobs.supervisor import DAY, Supervisor
from convert.options import Limits
from tests.engines import postgres, spare_port
from tests.serving import PLAIN, ROOT, Answer, Server

JOBS = 400
SITES = 2
CLIENTS = 32
PACE = 0.35  # seconds between two submissions
LEASE = 2.0
PATIENCE = 180.0  # seconds for whatever is under way when the last kill is done
# What is done, how often against the others: a kill of what, or a stop of what.
DEEDS = {"child": 10, "supervisor": 4, "web": 2, "server": 1, "stop supervisor": 4, "stop child": 2}
FORMATS = ("html", "html,epub", "html,epub,pdf", "pdf")
MARK = re.compile(r"Zzq[a-z]{4}")


def main() -> None:
    """Print a line for each database, then what was wrong."""
    said = _arguments()
    for how in (signal.SIGTERM, signal.SIGINT):
        signal.signal(how, lambda number, _: sys.exit(128 + number))  # so that all that was started is ended
    logging.disable()  # of the supervisor that tidies at the end
    print(f"seed {said.seed}, {said.jobs} jobs, {os.cpu_count()} processors", flush=True)
    faults: list[str] = []
    for n, name in enumerate(said.databases or DATABASES):
        with tempfile.TemporaryDirectory(prefix="editions-kills-") as folder, DATABASES[name](Path(folder)) as url:
            campaign = Campaign(name, url, Path(folder), said.seed, said.jobs)
            row = campaign.run()
        print("\n".join(_table([row])[0 if n == 0 else 1 :]), flush=True)
        faults += [f"{name}: {fault}" for fault in campaign.faults]
    print("\n".join(faults) or "nothing lost, doubled, wrongly failed, mixed up, left over or come back")
    sys.exit(1 if faults else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description="Kill the service, lose no job.")
    parser.add_argument(
        "databases", nargs="*", choices=[[], *DATABASES], help="sqlite postgresql; both if none is said"
    )
    parser.add_argument("--seed", type=int, default=1, help="of texts, kills and waits")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"how many; {JOBS} where nothing is said")
    return parser.parse_args()


def _table(rows: Sequence[Mapping[str, object]]) -> list[str]:
    widths = {name: max(len(name), *(len(str(row[name])) for row in rows), 6) for name in rows[0]}
    lines = [{name: name for name in widths}, *rows]
    return ["  ".join(str(line[name]).rjust(width) for name, width in widths.items()) for line in lines]


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'jobs.db'}"


@contextmanager
def _postgresql(_folder: Path) -> Iterator[str]:
    with postgres() as server:
        yield server.url


DATABASES = {"sqlite": _sqlite, "postgresql": _postgresql}


# ---------------------------------------------------------------- what is submitted


class Order(NamedTuple):
    """A job to be: its key, its mark and text, the rest of what is asked."""

    key: str
    mark: str
    text: str
    formats: str
    name: str  # a twin has the text of another under another name: set anew, and the same bytes
    hook: bool = False
    erased: bool = False


def orders(count: int, seed: int) -> list[Order]:
    """`count` jobs, every eighth the text of an earlier one; among them a tenth more that are erased."""
    chance = random.Random(seed)
    made: list[Order] = []
    for n in range(count):
        mark, hook = _mark(n), n % 5 == 0
        if n % 8 == 7:
            made.append(made[n - 7]._replace(key=f"job-{n}", name="twin.txt", hook=hook))
        else:
            made.append(Order(f"job-{n}", mark, _text(mark, chance), chance.choice(FORMATS), "one.txt", hook))
    for n in range(count, count + count // 10):
        gone = Order(f"job-{n}", _mark(n), _text(_mark(n), chance), chance.choice(FORMATS), "gone.txt", erased=True)
        made.insert(chance.randrange(len(made)), gone)
    return made


def _mark(n: int) -> str:
    return "Zzq" + "".join(chr(97 + n // 26**place % 26) for place in range(4))


def _text(mark: str, chance: random.Random) -> str:
    words = "river mill lamp garden stone letter harbour winter bread candle window orchard".split()
    lines = [" ".join(chance.choices(words, k=chance.randint(20, 60))) for _ in range(chance.randint(3, 40))]
    body = "\n\n".join(f"The {mark} {line}." for line in lines)
    return f"Of {mark}\n\nby Ada Brink\n\n{body}\n"


def marks_in(kind: str, data: bytes) -> set[str]:
    """The mark words that an edition holds, however its lines are broken."""
    return set(MARK.findall(re.sub(r"[^A-Za-z]", "", _words_of(kind, data))))


def _words_of(kind: str, data: bytes) -> str:
    match kind:
        case "pdf":
            return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
        case "epub":
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                return " ".join(book.read(n).decode() for n in book.namelist() if n.endswith((".xhtml", ".opf")))
        case _:
            return data.decode("utf-8", "replace")


# ---------------------------------------------------------------- servers, and who starts them again


class Site:
    """An `editions serve` on a port of its own; when it ends it is started again. It dies with this process."""

    def __init__(self, folder: Path, around: Mapping[str, str]) -> None:
        folder.mkdir()
        self.log, self.port, self.starts = folder / "log", spare_port(), 0
        self.around = os.environ | {"PYTHONPATH": str(ROOT)} | dict(around)
        serve = [sys.executable, "-m", "convert.cli", "serve", "--port", str(self.port), "--data", str(folder)]
        self._command = ["setpriv", "--pdeathsig", "KILL", "--", *serve]
        self._process: subprocess.Popen[str] | None = None
        self._ending = threading.Event()
        self._keeper = threading.Thread(target=self._keep)  # the server dies with the thread that starts it
        self._keeper.start()

    @property
    def server(self) -> Server | None:
        """What serves just now."""
        process = self._process
        return Server(process, f"http://127.0.0.1:{self.port}/") if process and process.poll() is None else None

    def end(self) -> None:
        """Have it finish what is under way; kill it where it does not."""
        self._ending.set()
        for how, seconds in ((signal.SIGTERM, 40), (signal.SIGKILL, 20)):
            if self._process and self._keeper.is_alive():
                self._process.send_signal(how)
            self._keeper.join(seconds)

    def _keep(self) -> None:
        while not self._ending.is_set():
            with self.log.open("a") as log:
                self._process = subprocess.Popen(self._command, stdout=log, stderr=log, env=self.around, text=True)
            self.starts += 1
            if self._ending.is_set():
                self._process.terminate()
            self._process.wait()
            self._ending.wait(0.2)


def _ours(folder: Path) -> list[int]:
    """Every process started for the campaign in `folder`, whoever its parent is now: its surroundings say so."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"EDITIONS_STORE={folder}/".encode() in (place / "environ").read_bytes():
                found.append(int(place.name))
    return found


# ---------------------------------------------------------------- who kills


class Killer(threading.Thread):
    """It kills or stops a random process of a random site every second or two, and wakes whom it stopped, late."""

    def __init__(self, sites: Sequence[Site], seed: int, spares: Callable[[], bool]) -> None:
        """`spares`: whether children are to be left alone just now."""
        super().__init__(daemon=True)
        self.sites, self.chance, self.spares = sites, random.Random(seed), spares
        self.done: Counter[str] = Counter()
        self.ending = threading.Event()
        self._asleep: dict[int, float] = {}  # until when

    def run(self) -> None:
        """Go on until `ending` is set; then nobody is asleep any more."""
        due = 0.0
        while not self.ending.wait(0.05):
            self._wake(time.monotonic())
            if time.monotonic() >= due:
                deed = self.chance.choices([*DEEDS], [*DEEDS.values()])[0]
                due = time.monotonic() + (self.chance.uniform(0.8, 2.2) if self._do(deed) else 0.0)
        self._wake(float("inf"))

    def end(self) -> None:
        """Kill no more."""
        self.ending.set()
        if self.is_alive():
            self.join()

    def _do(self, deed: str) -> bool:
        """Kill or stop one; False where there is none."""
        server, stop = self.chance.choice(self.sites).server, deed.startswith("stop ")
        if deed == "child" and self.spares():
            return False
        if server and (found := server.processes()[deed.removeprefix("stop ")]):
            pid = self.chance.choice(found)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP if stop else signal.SIGKILL)
                self.done[deed] += 1
                if stop:
                    self._asleep[pid] = time.monotonic() + self.chance.uniform(1.5, 3) * LEASE
                return True
        return False

    def _wake(self, moment: float) -> None:
        for pid in [pid for pid, until in self._asleep.items() if until <= moment]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            del self._asleep[pid]


# ---------------------------------------------------------------- who is told


class Receiver(ThreadingHTTPServer):
    """It hears what webhooks say: the ids of the messages about each job."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Heard)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        self.heard: dict[str, list[str]] = defaultdict(list)
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Hear no more."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that was killed hangs up."""


class _Heard(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard[said["data"]["id"]].append(self.headers["webhook-id"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


# ---------------------------------------------------------------- the campaign


@dataclass
class Campaign:
    """Jobs, clients and a killer over one database."""

    database: str
    url: str
    folder: Path
    seed: int
    count: int
    faults: list[str] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # of jobs, by key
    ended: dict[str, dict[str, str]] = field(default_factory=dict)  # digests by format, by job
    tally: Counter[str] = field(default_factory=Counter)
    until: float = float("inf")  # when clients give up

    def run(self) -> dict[str, object]:
        """The table's line."""
        began = time.monotonic()
        wanted = orders(self.count, self.seed)
        with ExitStack() as stack:
            receiver = Receiver()
            stack.callback(receiver.end)
            self.hook = receiver.url
            self.sites: list[Site] = []
            for n in range(SITES):
                self.sites.append(Site(self.folder / f"site{n}", self._settings()))
                stack.callback(self.sites[-1].end)
            engine = table.engine(self.url)
            stack.callback(engine.dispose)
            killer = Killer(self.sites, self.seed, lambda: _hard_pressed(engine))
            stack.callback(killer.end)
            self._submit_all(wanted, killer)
            self._judge(wanted, receiver, engine)
            rows = self._rows(engine)
        self._look_at_what_is_left(wanted)
        return self._line(killer, rows, time.monotonic() - began)

    def _settings(self) -> dict[str, str]:
        return {
            "EDITIONS_DATABASE": self.url,
            "EDITIONS_STORE": f"{self.folder}/store",
            "EDITIONS_LEASE": str(LEASE),
            "EDITIONS_JOBS": "2",
            "EDITIONS_RATE": "0",
            "EDITIONS_WEBHOOKS_PLAIN": "yes",
            "EDITIONS_WEBHOOKS_ALLOWED": "127.0.0.0/8",
        }

    def _submit_all(self, wanted: Sequence[Order], killer: Killer) -> None:
        """Have clients follow each order to its end; the killing ends when the last one is submitted."""
        self._ask("GET", "/health/live", PATIENCE)
        killer.start()
        began = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as clients:
            try:
                following = []
                for n, order in enumerate(wanted):
                    time.sleep(max(0.0, began + n * PACE - time.monotonic()))
                    following.append(clients.submit(self._follow, order))
                self.until = time.monotonic() + PATIENCE
                killer.end()
                for done in following:
                    done.result()
            except BaseException:  # interrupted: nobody waits for answers any more
                self.until = float("-inf")
                clients.shutdown(wait=False, cancel_futures=True)
                raise

    # ------------------------------------------------------------ clients

    def _follow(self, order: Order) -> None:
        """Submit an order, repeat it now and then, and wait for its end or erase it."""
        chance = random.Random(f"{self.seed} {order.key}")
        job = self._submit(order)
        if job and order.erased:
            time.sleep(chance.uniform(0, 2.5))
            self._erase(job)
        elif job:
            if chance.random() < 0.1:
                self._submit(order)
            self._wait(order, job)

    def _submit(self, order: Order) -> str:
        hook = f"&webhook={self.hook}" if order.hook else ""
        path = f"/v1/jobs?to={order.formats}&name={order.name}{hook}"
        answer = self._ask("POST", path, PATIENCE, order.text.encode(), PLAIN | {"Idempotency-Key": order.key})
        if answer is None or answer.status != 202:
            self.faults.append(f"{order.key} was not taken: {answer and answer.data[:300]!r}")
            return ""
        name = str(answer.json["id"])
        self.names[order.key].add(name)
        return name

    def _erase(self, job: str) -> None:
        answer = self._ask("DELETE", f"/v1/jobs/{job}", PATIENCE)
        if answer is None or answer.status not in (204, 404):  # 404: the answer to an earlier try was lost
            self.faults.append(f"{job} was not erased: {answer and answer.data[:300]!r}")

    def _wait(self, order: Order, job: str) -> None:
        """Wait for the job's end, and keep what its editions are."""
        while True:
            answer = self._ask("GET", f"/v1/jobs/{job}", PATIENCE)
            state = answer.json["state"] if answer and answer.status == 200 else "gone"
            if answer and state == "succeeded":
                self.ended[job] = self._fetched(order, answer.json["results"])
            elif answer and state == "failed":
                self._count("wrongly failed", f"{order.key} ({job}): {answer.json['error']}")
            elif state == "gone" or time.monotonic() > self.until:
                self._count("lost", f"{order.key} ({job}): {answer and answer.data[:300]!r}")
            else:
                time.sleep(1)
                continue
            return

    def _fetched(self, order: Order, results: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """The digest of each edition, which is what it is said to be and has its own mark alone."""
        found = {}
        for entry in results:
            answer = self._ask("GET", entry["href"], PATIENCE)
            data = answer.data if answer and answer.status == 200 else b""
            found[entry["format"]] = hashlib.sha256(data).hexdigest()
            if found[entry["format"]] != entry["sha256"]:
                self._count("lost", f"{order.key}: {entry['href']} is not what it was")
            elif (marks := marks_in(entry["format"], data)) != {order.mark}:
                self.faults.append(f"{order.key}: {entry['format']} holds {sorted(marks)}, not {order.mark}")
        if set(found) != set(order.formats.split(",")):
            self.faults.append(f"{order.key}: {order.formats} were asked, {sorted(found)} came")
        return found

    def _digest(self, href: str) -> str:
        answer = self._ask("GET", href, PATIENCE)
        return hashlib.sha256(answer.data).hexdigest() if answer else ""

    def _ask(
        self,
        method: str,
        path: str,
        seconds: float,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer | None:
        """An answer of any site; what is not answered, or not now, is asked again. None where time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < min(end, self.until + PATIENCE):
            server = random.choice(self.sites).server
            with suppress(OSError, http.client.HTTPException):
                answer = server.ask(method, path, body, headers) if server else None
                if answer and answer.status not in (429, 503):
                    return answer
            self.tally["repeated"] += 1
            time.sleep(0.3)
        return None

    def _count(self, what: str, said: str) -> None:
        self.tally[what] += 1
        self.faults.append(f"{what}: {said}")

    # ------------------------------------------------------------ what must be true

    def _judge(self, wanted: Sequence[Order], receiver: Receiver, engine: sa.Engine) -> None:
        """What the service says once everybody was woken and all is done."""
        time.sleep(2 * LEASE)
        kept = [order for order in wanted if not order.erased]
        for key, names in self.names.items():
            if len(names) > 1:
                self._count("doubled", f"{key} became {sorted(names)}")
        pairs = [(order, job) for order in wanted for job in self.names[order.key]]
        with ThreadPoolExecutor(4) as clients:
            list(clients.map(self._ask_again, *zip(*pairs, strict=True)))
        self._compare(kept)
        self._hear(kept, receiver, engine)

    def _ask_again(self, order: Order, job: str) -> None:
        """An erased job stays away; the others are what they were when they ended: who came late changed nothing."""
        answer = self._ask("GET", f"/v1/jobs/{job}", PATIENCE)
        if order.erased:
            if answer is None or answer.status != 404:
                self.faults.append(f"{order.key} ({job}) came back: {answer and answer.data[:300]!r}")
        elif job in self.ended and answer and answer.status == 200:
            if {entry["format"]: self._digest(entry["href"]) for entry in answer.json["results"]} != self.ended[job]:
                self.faults.append(f"{order.key} ({job}) changed after its end")
        elif job in self.ended:
            self._count("lost", f"{order.key} ({job}) had ended: {answer and answer.data[:300]!r}")

    def _compare(self, kept: Sequence[Order]) -> None:
        """Twins are the same bytes."""
        seen: dict[tuple[str, str, str], str] = {}
        for order in kept:
            for job in self.names[order.key]:
                for kind, digest in self.ended.get(job, {}).items():
                    if seen.setdefault((order.mark, order.formats, kind), digest) != digest:
                        self.faults.append(f"{order.key}: {kind} is not that of the same text before")

    def _hear(self, kept: Sequence[Order], receiver: Receiver, engine: sa.Engine) -> None:
        """Each event was told, once or again, under one id. Who was killed with a message holds it for two minutes."""
        hooked = [job for order in kept if order.hook for job in self.names[order.key] if job in self.ended]
        end = time.monotonic() + PATIENCE
        while not all(job in receiver.heard for job in hooked) and time.monotonic() < end:
            time.sleep(0.5)
        for job in hooked:
            ids = receiver.heard.get(job, [])
            self.tally["told"] += len(ids)
            if len(set(ids)) != 1:
                self.faults.append(f"{job}: its end was told under the ids {ids}")
        self.tally["hooks"] = len(hooked)
        with table.reading(engine) as c:
            per_job = c.execute(
                sa.select(sa.func.count()).select_from(table.DELIVERIES).group_by(table.DELIVERIES.c.job)
            )
            self.tally["doubled"] += sum(count > 1 for (count,) in per_job)

    def _rows(self, engine: sa.Engine) -> tuple[int, int]:
        """Attempts and failures at most. No row is under way, and there are no more than keys."""
        jobs = table.JOBS.c
        with table.reading(engine) as c:
            counted = c.execute(sa.select(jobs.state, sa.func.count()).group_by(jobs.state))
            states = {state: int(count) for state, count in counted}
            most = c.execute(sa.select(sa.func.max(jobs.attempt), sa.func.max(jobs.failures))).one()
        if states.keys() & {"queued", "running"}:
            self.faults.append(f"rows are under way for ever: {states}")
        if sum(states.values()) > self.count:
            self._count("doubled", f"{sum(states.values())} rows for {self.count} jobs")
        return int(most[0]), int(most[1])

    def _look_at_what_is_left(self, wanted: Sequence[Order]) -> None:
        """No process, no file that no job names, nothing of what was erased; no bug in the logs."""
        end = time.monotonic() + 10
        while (left := _ours(self.folder)) and time.monotonic() < end:
            time.sleep(0.2)
        if left:
            self.faults.append(f"processes are left: {left}")
        logs = [site.log.read_text("utf-8", "replace") for site in self.sites]
        self.faults += [line[:500] for log in logs for line in log.splitlines() if '"job.broke"' in line]
        self.tally["late"] = sum(log.count('"ended": "late"') for log in logs)
        self.tally["tidied"] = self._tidied()
        gone = {order.mark for order in wanted if order.erased}
        for place in Path(self.folder / "store").glob("??/*/*"):
            kind = place.name if place.suffix == "" else "json"
            if found := marks_in(kind, place.read_bytes()) & gone:
                self.faults.append(f"of {sorted(found)}, which was erased, {place.name} is there")

    def _tidied(self) -> int:
        """How many places of the store no job named before it was tidied; none is named by nobody after."""
        engine, store = table.engine(self.url), Store(str(self.folder / "store"))
        day_ago = time.time() - DAY - 1
        for place in Path(store.place.root).glob("??/*/*"):
            os.utime(place, (day_ago, day_ago))
        supervisor = Supervisor(engine, store, Limits(), 0, DAY)
        before = _nameless(engine, store)
        for n in range(256):
            supervisor.tidy(f"{n:02x}")
        self.faults += [f"{blob} is in the store, and no job names it" for blob in _nameless(engine, store)]
        engine.dispose()
        return len(before)

    def _line(self, killer: Killer, most: tuple[int, int], seconds: float) -> dict[str, object]:
        kills = {f"kill {deed}" if "stop" not in deed else deed: killer.done[deed] for deed in DEEDS}
        tally = {name: self.tally[name] for name in ("late", "repeated", "hooks", "told", "tidied")}
        worst = {name: self.tally[name] for name in ("lost", "doubled", "wrongly failed")}
        jobs = {"jobs": len(self.ended), "erased": self.count // 10}
        spent = {"attempts": most[0], "budget": f"{most[1]}/{queue.RETRIES}", "seconds": round(seconds)}
        return {"database": f"{self.database:<10}", "seed": self.seed} | jobs | kills | tally | spent | worst


def _hard_pressed(engine: sa.Engine) -> bool:
    """Whether a job that is under way may lose few more children; where nobody can tell, it may be so."""
    jobs = table.JOBS.c
    worn = sa.select(jobs.seq).where(jobs.state.in_(("queued", "running")), jobs.failures >= queue.RETRIES - 2).limit(1)
    try:
        with table.reading(engine) as c:
            return c.execute(worn).first() is not None
    except Unavailable:
        return True


def _nameless(engine: sa.Engine, store: Store) -> list[str]:
    blobs = {place.parent.name for place in Path(store.place.root).glob("??/*/*")}
    return sorted(blob for blob in blobs if not queue.named(engine, blob))


if __name__ == "__main__":
    main()
