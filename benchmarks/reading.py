"""Measures reading, bytes to Article: ordinary texts against pandoc in the same run, and texts made to be slow.

Exit status 1 where one is over its limit. Seconds are the processor's, so that a busy machine does not count. Time is
limited for the texts that people are known to send (`PROMISED`), memory for all; the worst text of each rule is held to
linear time by the laws (`tests/test_laws.py`), and marked here where it takes long.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pypandoc

from convert import ConvertError, Source, pipeline
from tests.hostile import HOSTILE

ROOT = Path(__file__).parent.parent
RUNS = 3
SIZES = (50_000, 500_000, 2_000_000)  # bytes
LEAST = 0.7  # MB of ordinary text a second
PATIENCE = 15.0  # seconds by the clock; what takes longer is over every limit
MOST_SECONDS, MOST_MEGABYTES = 1.0, 150


def main() -> None:
    """Print both tables; or, as the child that `read` starts, read what comes in and print what it took."""
    if sys.argv[1:] == ["child"]:
        return child()
    over = ordinary() + hostile()
    print(f"{over} over the limit" if over else "all within the limits")
    sys.exit(bool(over))


# ---------------------------------------------------------------- ordinary texts


def ordinary() -> int:
    """Print the table of ordinary texts; how many are too slow, or slower than pandoc."""
    over = 0
    print(f"{'an article of':<16}{'editions':>12}{'pandoc':>12}{'ratio':>8}   (at least {LEAST} MB/s, ratio over 1)")
    for size in SIZES:
        text = article(size)
        ours = size / 1e6 / min(read(text)[0] for _ in range(RUNS))
        theirs = size / 1e6 / min(by_pandoc(text) for _ in range(RUNS))
        slow = ours < LEAST or ours < theirs
        over += slow
        print(f"{size / 1000:>11.0f} KB {ours:>10.2f}/s {theirs:>10.2f}/s {ours / theirs:>7.1f}{'   OVER' * slow}")
    return over


def article(size: int) -> bytes:
    """An article of `size` bytes: prose, headings, lists, quotations and code, the samples over and over.

    Each time round the text says another number, so that no two sections are the same.
    """
    samples = "\n\n".join(path.read_text("utf-8") for path in sorted((ROOT / "samples").glob("*.txt")))
    parts: list[str] = []
    written = 0
    while written < size:
        parts.append(f"Section {len(parts) + 1}\n\n{samples}\n\n{MORE}\n\n")
        written += len(parts[-1].encode())
    return "".join(parts).encode()[:size].decode("utf-8", "ignore").encode()


MORE = """What to bring

- a lamp, and oil for it
- two blankets
- the book of tides

1. Walk down to the quay.
2. Ask for the harbour master.

> What is kept in a list is not kept, he said,
> but it is not lost either.

    def tide(hour):
        return 3 * hour % 12"""


def by_pandoc(text: bytes) -> float:
    """Seconds of the processor that pandoc takes to read `text` as Markdown and write its tree."""
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        file.write(text)
        file.flush()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "json", file.name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# ---------------------------------------------------------------- hostile texts

# What is no text yet: bytes that decode badly, or not at all.
RAW: dict[str, Callable[[], bytes]] = {
    "UTF-16 with an odd byte": lambda: "a b\n".encode("utf-16") * 125_000 + b"x",
    "UTF-16 with lone surrogates": lambda: b"\xff\xfe" + b"\x00\xd8a\x00" * 125_000,
    "UTF-16 without a mark, lone surrogates": lambda: b"\x00\xdc a\x00b\x00" * 100_000,
    "surrogates in UTF-8": lambda: b"\xed\xa0\x80 and " * 60_000,
    "zero bytes": lambda: b"a\0" * 500_000,
    "zero bytes, few": lambda: (b"word " * 300 + b"\0") * 300,
    "every byte over 127": lambda: bytes(range(128, 256)) * 4000,
    "a code page": lambda: "café au lait\n".encode("latin-1") * 40_000,
}


# The texts promised to be read within `MOST_SECONDS`.
PROMISED = {
    "stray stars and underscores",
    "brackets",
    "quotation signs in a line",
    "words in one line",
    "one line without a space",
    "one word a line",
    "nested bullets",
    "digits",
    "punctuation",
    "combining marks of one kind",
    "combining marks out of order",
    "UTF-16 with lone surrogates",
    "UTF-16 without a mark, lone surrogates",
}


def hostile() -> int:
    """Print the table of hostile texts; how many take too long where that is promised, or too much memory."""
    texts = {name: lambda h=h: h.make(h.size).encode() for name, h in HOSTILE.items()} | RAW
    assert texts.keys() >= PROMISED
    over = 0
    print(f"\n{'hostile':<42}{'KB':>8}{'s':>8}{'MB':>7}   (at most {MOST_SECONDS} s and {MOST_MEGABYTES} MB)")
    for name, make in texts.items():
        data = make()
        seconds, megabytes, what = read(data)
        slow = seconds > MOST_SECONDS
        heavy = megabytes > MOST_MEGABYTES or (slow and name in PROMISED)
        over += heavy
        mark = "   OVER" if heavy else "   slow" if slow else ""
        print(f"{name:<42}{len(data) / 1000:>8.0f}{seconds:>8.2f}{megabytes:>7.0f}   {what}{mark}")
    return over


def read(data: bytes) -> tuple[float, float, str]:
    """Seconds and peak megabytes of a fresh process that reads `data`, and what came of it."""
    command = [sys.executable, "-m", "benchmarks.reading", "child"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, check=True, cwd=ROOT, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return PATIENCE, 0, "given up"
    seconds, megabytes, what = done.stdout.decode().split(" ", 2)
    return float(seconds), float(megabytes), what.strip()


def child() -> None:
    """Read what comes in; print seconds, the peak of memory in MB, and what came of it."""
    data = sys.stdin.buffer.read()
    start = time.process_time()
    try:
        what = f"{len(pipeline.read(Source('', data)).blocks)} blocks"
    except ConvertError as error:
        what = f"refused: {error.code}"
    print(time.process_time() - start, peak(), what)


def peak() -> float:
    """The most memory in MB that this process has held since it began.

    Not `ru_maxrss`: Linux lets a child begin with the peak of the process that started it.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000


if __name__ == "__main__":
    main()
