"""Measures the service as users start it, `editions serve` with its children and supervisor, from many clients.

Texts set while the caller waits against pandoc in the same run, PDFs against bare WeasyPrint, then jobs taken, answers
kept, and memory. Exit status 1 where a figure is over its limit. Times are the clock's: clients, server and peers share
the machine's processors. Each article is another, so nothing comes from the store unless that is what is measured.

Settings are the defaults but for what would turn one busy caller away: no limit of requests a minute, and a queue long
enough for what is submitted.
"""

from __future__ import annotations

import http.client
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pypandoc

from benchmarks import editions, speed
from benchmarks.million import percentile
from convert import Source, pipeline
from convert.options import Options
from convert.templating import css
from tests.serving import PLAIN, ROOT, Server, descendants, parent_of

SETTINGS = {"EDITIONS_RATE": "0", "EDITIONS_QUEUE": "100000", "EDITIONS_OWN_QUEUE": "100000"}
CORES = os.cpu_count() or 1
SIZE = 4096
CLIENTS = ((1, 200), (8, 400), (64, 800))  # so many at once, so many texts in all
MOST_RATIO = 1.0  # of pandoc's time for the same text, by as many callers
LEAST_PDF = 0.7  # of what the bare engine sets in the same time, a process for each processor
MOST_CACHED = 0.005  # seconds, the median
EARLY, LATE = 1_000, 10_000  # requests after which the web process is looked at
MOST_GROWTH = 1.10  # of its memory from the one to the other
MOST_CHILD = 400  # MB that a child may come to in its life
ROUNDS, PDFS, BARE = 2, 96, 24  # so many times in turn: PDFs of the service, and of each bare process

Ask = Callable[[http.client.HTTPConnection, int], int]  # one request on a client's connection; its status


def main() -> None:
    """Print all figures; or, as the process that `bare_rate` starts, set PDFs by the engine alone."""
    if sys.argv[1:2] == ["bare"]:
        return bare(sys.argv[2])
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    print(f"{moment}, {CORES} processors, load {os.getloadavg()[0]:.1f}\n", flush=True)
    parts = (waited_for, pdfs, submitted, cached, memory)
    over = sum(part() for part in parts)
    print(f"\nload {os.getloadavg()[0]:.1f}; {over} over the limit" if over else "\nall within the limits")
    sys.exit(bool(over))


# ---------------------------------------------------------------- server and clients


@contextmanager
def served(**settings: str) -> Iterator[Server]:
    """`editions serve` at a free port, with a new folder; all that it started ends with it."""
    with tempfile.TemporaryDirectory(prefix="editions-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "convert.cli", "serve", "--port", "0", "--data", folder],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
            env=os.environ | SETTINGS | settings | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        try:
            assert process.stdout is not None
            server = Server(process, process.stdout.readline().split()[-1])
            for number in range(2 * CORES):  # each child has its engine, as after a minute of use
                server.ask("POST", "/v1/convert?to=html,pdf", article(-number - 1), PLAIN)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)


def article(number: int) -> bytes:
    """An article of 4 KB like no other."""
    return speed.article(SIZE).replace("On Lamps", f"On Lamps, {number}").encode()


def long(number: int) -> bytes:
    """One of our longest texts, like no other."""
    texts = editions.longest()
    return texts[number % len(texts)].read_bytes() + f"\n\nThis is number {number}.\n".encode()


def load(server: Server, clients: int, numbers: Sequence[int], ask: Ask) -> tuple[list[float], Counter[int]]:
    """The seconds that each request took, in order of length, and the statuses; each client has one connection."""
    left, taken, said = iter(numbers), list[float](), Counter[int]()
    lock = threading.Lock()

    def client(_: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        while True:
            with lock:
                number = next(left, None)
            if number is None:
                return connection.close()
            began = time.perf_counter()
            status = ask(connection, number)
            with lock:
                taken.append(time.perf_counter() - began)
                said[status] += 1

    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(client, range(clients)))
    return sorted(taken), said


def post(path: str, connection: http.client.HTTPConnection, number: int, text: Callable[[int], bytes] = article) -> int:
    """POST the text of this number; the status."""
    connection.request("POST", path, text(number), PLAIN)
    response = connection.getresponse()
    response.read()
    return response.status


HTML = partial(post, "/v1/convert?to=html")


def told(words: str, over: bool) -> bool:
    """Print a line, marked where it is over its limit."""
    print(words + "   OVER" * over, flush=True)
    return over


# ---------------------------------------------------------------- answers that are waited for


def waited_for() -> int:
    """HTML of a 4 KB article by 1, 8 and 64 clients; how many medians are slower than pandoc's, or were refused."""
    over = 0
    print(f"{'HTML, 4 KB, clients':<22}{'p50 s':>8}{'p99 s':>8}{'pandoc p50':>12}{'p99':>8}{'ratio':>8}{'p99':>7}")
    with served() as server:
        first = 0
        for clients, count in CLIENTS:
            times, said = load(server, clients, range(first, first + count), HTML)
            first += count
            theirs = by_pandoc(clients, count // 4)
            over += compared(clients, times, theirs, {k: n for k, n in said.items() if k != 200})
    texts = [Source("", article(number)) for number in range(40)]
    alone = sorted(timed(partial(pipeline.convert, text, ("html",))) for text in texts)
    print(f"the same read and set in one warm process, no service: p50 {percentile(alone, 50):.3f} s\n")
    return over


def compared(clients: int, times: list[float], theirs: list[float], refused: dict[int, int]) -> bool:
    """Print the line of so many clients."""
    (a, b), (c, d) = ((percentile(some, 50), percentile(some, 99)) for some in (times, theirs))
    line = f"{clients:<22}{a:>8.3f}{b:>8.3f}{c:>12.3f}{d:>8.3f}{a / c:>8.2f}{b / d:>7.2f}   (p50 at most {MOST_RATIO})"
    return told(line + (f"   refused: {refused}" if refused else ""), a / c > MOST_RATIO or bool(refused))


def by_pandoc(clients: int, count: int) -> list[float]:
    """The seconds that as many callers wait, in their turn, for pandoc's page; it has a process for each processor."""
    command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "html", "-s", "--metadata", "title=On Lamps"]

    def work(number: int) -> None:
        subprocess.run(command, input=article(number), check=True, stdout=subprocess.DEVNULL)

    with ThreadPoolExecutor(min(clients, CORES)) as processors, ThreadPoolExecutor(clients) as callers:
        return sorted(callers.map(lambda n: timed(processors.submit(work, n).result), range(max(count, 2 * clients))))


def timed(work: Callable[[], object]) -> float:
    """The seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# ---------------------------------------------------------------- PDFs


class Rate(NamedTuple):
    """PDFs a second by the clock, and the seconds of the processors that one took."""

    by_clock: float
    seconds: float


def pdfs() -> int:
    """PDFs of our longest texts against the bare engine's, as `make setting` has it; how many limits are passed."""
    with served() as server, watched(server) as grown:
        turns = [(ours(server, turn), bare_rate("dressed"), bare_rate("plain")) for turn in range(ROUNDS)]
    service, dressed, plain = (
        Rate(*(statistics.mean(of_one) for of_one in zip(*rates, strict=True))) for rates in zip(*turns, strict=True)
    )
    print(
        f"PDF, our {editions.TEXTS} longest texts, a second: {service.by_clock:.1f}; by bare WeasyPrint, {CORES} "
        f"processes, {plain.by_clock:.1f} with a plain sheet, {dressed.by_clock:.1f} with ours"
    )
    part = service.by_clock / plain.by_clock
    over = told(f"  the service's part of bare {part:.2f} (at least {LEAST_PDF}), of bare with our sheets "
                f"{service.by_clock / dressed.by_clock:.2f}", part < LEAST_PDF)  # fmt: skip
    print(f"  by the seconds of processors, which no neighbour changes: {plain.seconds / service.seconds:.2f} and "
          f"{dressed.seconds / service.seconds:.2f}")  # fmt: skip
    most = max(grown.values())
    words = f"  children: {len(grown)} lives for {ROUNDS * PDFS} PDFs, the largest came to {most:.0f} MB"
    return over + told(f"{words} (at most {MOST_CHILD})\n", most > MOST_CHILD)


def ours(server: Server, turn: int) -> Rate:
    """The rate of the service, asked by four clients a processor."""
    began, before = time.perf_counter(), spent(server)
    _, said = load(
        server, 4 * CORES, range(turn * PDFS, (turn + 1) * PDFS), partial(post, "/v1/convert?to=pdf", text=long)
    )
    assert set(said) == {200}, said
    return Rate(PDFS / (time.perf_counter() - began), (spent(server) - before) / PDFS)


def spent(server: Server) -> float:
    """Seconds of the processors that the service has had: its processes, and those of theirs that have ended."""
    ticks = 0
    for pid in descendants(server.process.pid):
        with suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def bare_rate(how: str) -> Rate:
    """The rate of the engine alone, a process for each processor, all of them warm before the clock starts."""
    command = [sys.executable, "-m", "benchmarks.service", "bare", how]
    some = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)
        for _ in range(CORES)
    ]
    for process in some:
        assert process.stdout is not None
        process.stdout.readline()
    for process in some:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [[float(x) for x in process.communicate()[0].split()] for process in some]
    return Rate(sum(BARE / by_clock for by_clock, _ in said), statistics.mean(seconds for _, seconds in said) / BARE)


def bare(how: str) -> None:
    """Set articles by WeasyPrint, given the finished page; begin when told to, and print what it took."""
    from convert.editions import pdf

    sheet = editions.PLAIN if how == "plain" else "".join(css(name) for name in pdf.SHEETS)
    read = [pipeline.read(Source("", long(number))) for number in range(BARE)]
    style = f"<style>{sheet}</style></head>"
    pages = [pdf._page(one, Options()).replace("</head>", style, 1) for one in read]
    pdf.write(read[0], Options())  # the fonts are looked for where the service does
    editions.bare(pages[0])
    print("ready", flush=True)
    sys.stdin.readline()
    began, before = time.perf_counter(), time.process_time()
    for page in pages:
        editions.bare(page)
    print(time.perf_counter() - began, time.process_time() - before)


# ---------------------------------------------------------------- jobs, and what is kept


def submitted() -> int:
    """Jobs taken a second while the supervisor works at them; none of these is over a limit."""
    with served() as server:
        began = time.perf_counter()
        times, said = load(server, 8, range(1000), partial(post, "/v1/jobs?to=html"))
        rate = said[202] / (time.perf_counter() - began)
    p50, p99 = percentile(times, 50) * 1000, percentile(times, 99) * 1000
    return told(f"jobs taken (202) from 8 clients: {rate:.0f} a second, p50 {p50:.0f} ms, p99 {p99:.0f} ms",
                set(said) != {202})  # fmt: skip


def cached() -> int:
    """The same article again and again, by one client."""
    with served() as server:
        times, _ = load(server, 1, [0] * 500, HTML)
    p50, p99 = percentile(times, 50), percentile(times, 99)
    words = f"an answer that is kept: p50 {p50 * 1000:.1f} ms (at most {MOST_CACHED * 1000:.0f}), p99 {p99 * 1000:.1f}"
    return told(f"{words} ms\n", p50 > MOST_CACHED)


# ---------------------------------------------------------------- memory


def memory() -> int:
    """The web process after many requests of all kinds and after ten times as many, and the largest child of theirs."""
    with served() as server, watched(server) as grown:
        web = next(pid for pid in descendants(server.process.pid) if parent_of(pid) == server.process.pid)
        load(server, 8, range(EARLY), anything)
        early = resident(web)
        load(server, 8, range(EARLY, LATE), anything)
        late = resident(web)
    over = told(f"web process: {early:.0f} MB after {EARLY} requests, {late:.0f} MB after {LATE}: {late / early:.2f} "
                f"(at most {MOST_GROWTH})", late / early > MOST_GROWTH)  # fmt: skip
    most = max(grown.values())
    return over + told(f"  children: {len(grown)} lives, the largest came to {most:.0f} MB", most > MOST_CHILD)


def anything(connection: http.client.HTTPConnection, number: int) -> int:
    """Of ten requests two set another text, five one that is kept, one makes a job, two look around."""
    match number % 10:
        case 0 | 1:
            return HTML(connection, number)
        case 2:
            return post("/v1/jobs?to=html", connection, number)
        case 3 | 4:
            connection.request("GET", "/v1/jobs?limit=5" if number % 2 else "/v1/formats")
            response = connection.getresponse()
            response.read()
            return response.status
        case _:
            return HTML(connection, number % 50 - 60)


@contextmanager
def watched(server: Server) -> Iterator[dict[int, float]]:
    """The most MB that each child under the server was seen to hold, by its process; filled while it runs."""
    grown: dict[int, float] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            for pid in server.children():
                grown[pid] = max(grown.get(pid, 0.0), resident(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield grown
    finally:
        done.set()
        thread.join()


def resident(pid: int) -> float:
    """MB of a process that are in memory; 0 where it has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS:"))


if __name__ == "__main__":
    main()
