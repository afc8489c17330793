"""Measures batches: against pandoc and calibre on as many processors, against the bare engine, from one job to two.

All figures are of one run, by the clock, taken in turn. The peers set a share of the same articles; a page is of one
size for all. Exit status 1 where a figure is over its limit. `python -m benchmarks.batch long` sets 5 000 articles,
twenty of them bad, and looks at the memory of each job and at a second run; `kills` kills a batch ten times at random;
`machines` gives a batch to one worker and to two.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pypandoc

from benchmarks import editions
from tests.engines import broker, postgres

ROOT = Path(__file__).parent.parent
CORES = 2
ARTICLES, BY_PANDOC, BY_CALIBRE, BARE = 200, 60, 16, 100
LONG, BAD = 5000, 20
KILLS = 10
BY_MACHINES, MOST_OF_ONE, ASLEEP = 100, 0.56, 0.2  # articles; of one worker's time; seconds
MOST_MEMORY = 250  # MB a job
MOST_GROWTH = 1.15  # of its largest from the first fifth of a long batch to the last
PAGE = "@page { size: A5 }"

_WORDS = (
    "harbour lamp rope quay keeper winter list name tide letter boat signal window morning road bridge river stone "
    "market paper reader editor column ferry island engine wheel garden orchard ladder barrel anchor compass north"
).split()


def main() -> None:
    """Print the tables."""
    match sys.argv[1:]:
        case ["bare", folder]:
            return bare(Path(folder))
        case ["long"]:
            sys.exit(long())
        case ["machines"]:
            sys.exit(machines())
        case ["sleeper"]:
            return sleeper()
        case ["kills", *seed]:
            sys.exit(kills(int(seed[0]) if seed else 1))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles(folder / "in", ARTICLES)
        sys.exit(bool(against_peers(folder) + against_bare(folder) + scaling(folder)))


# ---------------------------------------------------------------- articles


def articles(folder: Path, number: int, bad: int = 0) -> Path:
    """The folder with so many articles of about 4 KB, no two alike, and so many files that are none among them."""
    folder.mkdir(parents=True)
    for n in range(number):
        (folder / f"{n:05}.txt").write_text(article(n), "utf-8")
    for n in range(bad):
        (folder / f"{n * (number // bad):05}.txt").write_bytes((b"", b"\x00\x01\x02\xff" * 400)[n % 2])
    return folder


def article(number: int) -> str:
    """An article: title, byline, date, sections, a list, a quotation."""
    chance = random.Random(number)

    def sentence() -> str:
        words = chance.choices(_WORDS, k=chance.randrange(8, 20))
        return f"The {' '.join(words)}.".replace(" name ", " name, ")

    def paragraph() -> str:
        return " ".join(sentence() for _ in range(chance.randrange(3, 6)))

    parts = [f"On the {chance.choice(_WORDS).title()} of {chance.choice(_WORDS).title()}, {number}"]
    parts += [
        f"By {chance.choice(('Ada Moss', 'Jo Fell', 'Maren Holt'))}",
        f"2021-03-{number % 28 + 1:02}",
        paragraph(),
    ]
    for _ in range(3):
        parts += [chance.choice(_WORDS).upper() + " AND " + chance.choice(_WORDS).upper(), paragraph(), paragraph()]
    parts += ["\n".join(f"- {sentence()}" for _ in range(4)), "    " + sentence(), paragraph()]
    return "\n\n".join(parts) + "\n"


# ---------------------------------------------------------------- against peers


def against_peers(folder: Path) -> int:
    """Print the table of articles a second; how many ratios are too small."""
    css = folder / "page.css"
    css.write_text(PAGE)
    print(f"{'articles a second, ' + str(CORES) + ' processors':<44}{'editions':>9}{'peer':>8}{'times':>8}")
    over = 0
    for words, formats, peer, share, least in (
        ("html, pdf, epub / pandoc", "html,pdf,epub", pandoc(css, pdf=True), BY_PANDOC, 4),
        ("html, epub / pandoc", "html,epub", pandoc(css, pdf=False), BY_PANDOC, 4),
        ("html, pdf, epub / calibre (htmlz, pdf, epub)", "html,pdf,epub", calibre(), BY_CALIBRE, 15),
    ):
        if not peer:
            print(f"{words:<44}    the peer is not installed")
            continue
        ours, theirs = ARTICLES / batch(folder, formats), share / looped(folder, peer, share)
        few = ours / theirs < least
        print(
            f"{words:<44}{ours:>9.2f}{theirs:>8.2f}{ours / theirs:>8.1f}   (at least {least}){'   FEW' * few}",
            flush=True,
        )
        over += few
    return over


def batch(folder: Path, formats: str, jobs: int = CORES) -> float:
    """The seconds that `editions batch` takes, from its start to its end."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "convert.cli", "batch", str(folder / "in"), "-o", str(out), "-q", "-t", formats]
    return timed([*command, "--jobs", str(jobs)])


def timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def pandoc(css: Path, pdf: bool) -> str:
    """The shell's words that set $1 by pandoc, once for each edition."""
    program, engine = pypandoc.get_pandoc_path(), Path(sys.executable).parent / "weasyprint"
    words = f'{program} -s -f markdown "$1" -t html5 -o "$2.html" && {program} -f markdown "$1" -t epub3 -o "$2.epub"'
    by_engine = f'{program} -s -f markdown "$1" --css {css} --pdf-engine={engine} -o "$2.pdf"'
    return f"{words} && {by_engine}" if pdf else words


def calibre() -> str:
    """The shell's words that set $1 by calibre; "" where it is not here."""
    if not shutil.which("ebook-convert"):
        return ""
    each = (f'ebook-convert "$1" "$2.{kind}"' for kind in ("htmlz", "epub"))
    return " && ".join([*each, 'ebook-convert "$1" "$2.pdf" --paper-size a5'])


def looped(folder: Path, words: str, share: int) -> float:
    """The seconds that a peer takes for the first `share` articles, one process a processor at a time."""
    out = folder / "theirs"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    (folder / "one.sh").write_text(f'set -e\nset -- "$1" "{out}/$(basename "$1" .txt)"\n{words}\n')
    names = "\n".join(str(path) for path in sorted((folder / "in").glob("*.txt"))[:share])
    began = time.perf_counter()
    subprocess.run(
        ["xargs", "-P", str(CORES), "-n", "1", "bash", str(folder / "one.sh")], input=names, text=True, check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"QTWEBENGINE_DISABLE_SANDBOX": "1"},
    )  # fmt: skip
    return time.perf_counter() - began


# ---------------------------------------------------------------- against the bare engine, and from one job to two


def against_bare(folder: Path) -> int:
    """Three editions against the PDF alone by the warm engine, a process for each processor; 1 where too slow."""
    shares = [folder / f"share{n}" for n in range(CORES)]
    for n, share in enumerate(shares):
        share.mkdir()
        for path in sorted((folder / "in").glob("*.txt"))[n:BARE:CORES]:
            shutil.copy(path, share)
    command = [sys.executable, "-m", "benchmarks.batch", "bare"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = [subprocess.Popen([*command, str(share)], cwd=ROOT, text=True, **pipes) for share in shares]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    began = time.perf_counter()
    for process in processes:
        process.communicate("go\n")
    theirs = (time.perf_counter() - began) / BARE
    ours = batch(folder, "html,pdf,epub") / ARTICLES
    slow = ours / theirs > 1.5
    print(f"three editions {ours:.3f} s an article, bare PDF {theirs:.3f} s: {ours / theirs:.2f} times (at most 1.5)"
          f"{'   SLOW' * slow}", flush=True)  # fmt: skip
    return int(slow)


def bare(folder: Path) -> None:
    """Set the PDF of each article by WeasyPrint, given the finished page with a plain sheet; begin when told to."""
    from convert import Source, pipeline

    pages = [
        editions.stripped(pipeline.read(Source(path.name, path.read_bytes()))) for path in sorted(folder.iterdir())
    ]
    editions.bare(pages[0])
    print("ready", flush=True)
    sys.stdin.readline()
    for page in pages:
        editions.bare(page)


def scaling(folder: Path) -> int:
    """Two jobs against one, the middle of three turns; 1 where the second adds too little."""
    turns = [(batch(folder, "html,pdf,epub", 1), batch(folder, "html,pdf,epub", 2)) for _ in range(3)]
    middle = sorted(one / two for one, two in turns)[1]
    few = middle < 1.8
    said = ", ".join(f"{one:.1f} s to {two:.1f} s" for one, two in turns)
    print(f"from 1 job to 2: {said}: {middle:.2f} times (at least 1.8){'   FEW' * few}", flush=True)
    return int(few)


# ---------------------------------------------------------------- long batches


def long() -> int:
    """5 000 articles, twenty of them bad: what comes, what a second run does, and the memory of each job."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles(folder / "in", LONG, BAD)
        command = [sys.executable, "-m", "convert.cli", "batch", str(folder / "in"), "-o", str(folder / "out"), "-q"]
        began = time.perf_counter()
        with watched() as (run, peaks):
            status = run([*command, "--report", str(folder / "report.jsonl")])
        took = time.perf_counter() - began
        came = sum(1 for path in (folder / "out").iterdir() if path.is_file())
        lines = [json.loads(line) for line in (folder / "report.jsonl").read_text("utf-8").splitlines()]
        failed = sum(not line["ok"] for line in lines)
        print(f"{LONG} articles, {BAD} of them bad: exit {status}, {came} editions, {failed} named as failed,")
        print(f"  {took:.0f} s, {LONG / took:.1f} a second", flush=True)
        again = time.perf_counter()
        second = run_to_end([*command, "--resume"])
        print(f"  the second run: exit {second}, {time.perf_counter() - again:.1f} s")
        first, last = max(peaks[: len(peaks) // 5]), max(peaks[-len(peaks) // 5 :])
        print(f"  a job's memory: at most {max(peaks):.0f} MB (at most {MOST_MEMORY}),")
        print(f"  in the first fifth {first:.0f}, in the last {last:.0f}")
        good = (status, came, failed, second) == (5, (LONG - BAD) * 3, BAD, 5)
        return int(not (good and max(peaks) <= MOST_MEMORY and last <= first * MOST_GROWTH))


@contextmanager
def watched() -> Iterator[tuple[Callable[[list[str]], int], list[float]]]:
    """A way to run a command, and the largest memory (MB) of its children at each look while it runs."""
    peaks: list[float] = []

    def run(command: list[str]) -> int:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ended = threading.Event()
        looks = threading.Thread(target=_look, args=(process.pid, peaks, ended))
        looks.start()
        status = process.wait()
        ended.set()
        looks.join()
        return status

    yield run, peaks


def _look(pid: int, peaks: list[float], ended: threading.Event) -> None:
    while not ended.wait(0.5):
        with suppress(OSError, ValueError):
            children = Path(f"/proc/{pid}/task").glob("*/children")
            pids = [child for path in children for child in path.read_text().split()]
            if sizes := [_resident(child) for child in [*pids, str(pid)]]:
                peaks.append(max(sizes))


def _resident(pid: str) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1000
    return 0.0


def run_to_end(command: list[str]) -> int:
    """Its exit status."""
    return subprocess.run(
        command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode


# ---------------------------------------------------------------- machines


def machines() -> int:
    """PDFs by one worker and by two, each with one job and a processor; then by workers that only sleep."""
    over = 0
    with tempfile.TemporaryDirectory() as name, postgres() as server, broker("rabbitmq") as messages:
        folder = Path(name)
        articles(folder / "in", BY_MACHINES)
        for words, command in (("PDF", ["convert.cli", "worker"]), ("asleep", ["benchmarks.batch", "sleeper"])):
            took = []
            for number in (1, 2):
                environment = os.environ | {
                    "EDITIONS_DATABASE": server.fresh(), "EDITIONS_STORE": str(folder / f"store-{words}-{number}"),
                    "EDITIONS_BROKER": messages.url, "EDITIONS_JOBS": "1",
                }  # fmt: skip
                with _workers(command, number, environment):
                    took.append(_sent(folder, environment))
            slow = took[1] / took[0] > MOST_OF_ONE
            over += slow and words == "asleep"
            print(f"{BY_MACHINES} articles, {words}: one worker {took[0]:.1f} s, two {took[1]:.1f} s, "
                  f"{took[1] / took[0]:.2f} of it (at most {MOST_OF_ONE}){'   SLOW' * slow}", flush=True)  # fmt: skip
    return over


@contextmanager
def _workers(command: list[str], number: int, environment: dict[str, str]) -> Iterator[None]:
    processes = [
        subprocess.Popen(["taskset", "-c", str(n % CORES), sys.executable, "-m", *command], cwd=ROOT, env=environment,
                         start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for n in range(number)
    ]  # fmt: skip
    try:
        time.sleep(3)  # until they listen
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _sent(folder: Path, environment: dict[str, str]) -> float:
    """The seconds in which a batch that is sent to the workers is there."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "convert.cli", "batch", str(folder / "in"), "-o", str(out), "-q", "-t", "pdf"]
    began = time.perf_counter()
    subprocess.run([*command, "--queue", environment["EDITIONS_DATABASE"]], check=True, cwd=ROOT, env=environment)
    return time.perf_counter() - began


def sleeper() -> None:
    """`editions worker` with a stand-in for its child that sleeps as long as a PDF takes."""
    from convert.article import Edition
    from convert.child import Child, Reply
    from convert.jobs.worker import work
    from convert.settings import settings_from

    def asleep(*_: object, **__: object) -> Reply:
        time.sleep(ASLEEP)
        report = {"remarks": [], "metadata": {}, "summary": {}}
        return Reply((Edition("pdf", "a.pdf", "application/pdf", b"%PDF"),), report)

    Child.convert = asleep  # type: ignore[method-assign]
    work(settings_from(os.environ))


# ---------------------------------------------------------------- kills


def kills(seed: int) -> int:
    """A batch killed ten times at random and taken up again, against one that nobody disturbed; 1 where they differ."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles(folder / "in", ARTICLES)
        command = [sys.executable, "-m", "convert.cli", "batch", str(folder / "in"), "--resume", "-q", "-o"]
        assert run_to_end([*command, str(folder / "calm")]) == 0
        done = []
        for _ in range(KILLS):
            process = subprocess.Popen([*command, str(folder / "out")], cwd=ROOT, start_new_session=True)
            time.sleep(chance.uniform(0.2, 3))
            process.send_signal(signal.SIGKILL)
            process.wait()
            done.append(len(_files(folder / "out")))
        status = run_to_end([*command, str(folder / "out")])
        same = _files(folder / "out") == _files(folder / "calm")
        print(f"seed {seed}: killed {KILLS} times, with {done} editions there; then exit {status}, "
              f"{len(_files(folder / 'out'))} editions, {'the same bytes' if same else 'OTHER BYTES'}")  # fmt: skip
        return int(not (same and status == 0))


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}


if __name__ == "__main__":
    main()
