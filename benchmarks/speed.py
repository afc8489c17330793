"""Measures the command line against calibre's `ebook-convert` in the same run, as ratios, and peak memory.

Prints medians of several runs taken in turn, so that a drift of the machine's speed touches both alike.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
EDITIONS = ROOT / ".venv" / "bin" / "editions"
RUNS = 7


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "article.txt"
        text.write_text(article(4096), "utf-8")
        ours = [str(EDITIONS), "convert", str(text), "-t", "html", "-o", f"{folder}/a.html", "--force", "-q"]
        if shutil.which("ebook-convert"):
            theirs = ["ebook-convert", str(text), f"{folder}/a.htmlz"]
            a, b = in_turn(ours, theirs)
            print(f"HTML of a 4 KB article: editions {a:.2f} s, calibre {b:.2f} s, ratio {a / b:.2f} (at most 0.50)")
        else:
            print("calibre is not installed: no ratio against it")
        three = [*ours[:3], "-o", folder + "/", "--force", "-q"]
        print(f"Peak memory, three editions of a 4 KB article, all processes: {peak(three) / 1e6:.0f} MB (under 150)")


def article(size: int) -> str:
    """A plain article of about `size` characters."""
    paragraph = (
        "The harbour master keeps a list, and since the lamps went out it has grown by two names and a dog. " * 4
    )
    return "On Lamps\n\nBy Maren Holt\n2019-03-14\n\n" + "\n\n".join([paragraph.strip()] * (size // len(paragraph)))


def in_turn(one: list[str], two: list[str]) -> tuple[float, float]:
    """The median seconds of two commands, run one after the other RUNS times, after a warm-up of each."""
    times: tuple[list[float], list[float]] = ([], [])
    for run in range(RUNS + 1):
        for command, taken in zip((one, two), times, strict=True):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
            if run:
                taken.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def peak(command: list[str]) -> int:
    """The most memory in bytes that the command and all below it held at once, looked at every few milliseconds.

    What processes share is counted once (Pss, /proc/PID/smaps_rollup).
    """
    most = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(held(pid) for pid in family(process.pid)))
            time.sleep(0.003)
    return most


def family(pid: int) -> list[int]:
    """`pid` and every process below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(p for child in below for p in family(int(child)))]


def held(pid: int) -> int:
    """The memory of one process in bytes; 0 where it has gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
