"""Measures setting: a PDF's time against the bare engine's on the same page, and the memory of a long text's EPUB.

Bare is the same HTML in the same warm process with a plain sheet of the same page, face and pdf_variant: what is over
is our design's and our metadata's. Exit status 1 where one is over its limit. Seconds are the processor's.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.reading import article, peak
from convert import Source, pipeline
from convert.article import Article
from convert.editions import pdf
from convert.options import Options

ROOT = Path(__file__).parent.parent
TEXTS = 12  # the longest of our own
RUNS = 5
MOST_RATIO, MOST_MEGABYTES = 1.25, 300
LONG = 6_000_000  # bytes of the text whose EPUB is measured
PLAIN = '@page { size: A5; margin: 17mm 17mm 20mm } body { font: 10.5pt/1.32 "Linux Libertine O", "Noto Serif", serif }'


def main() -> None:
    """Print both tables; or, as the child that `epub_memory` starts, set what comes in and print what it took."""
    if sys.argv[1:] == ["child"]:
        return child()
    over = against_bare() + epub_memory()
    print(f"{over} over the limit" if over else "all within the limits")
    sys.exit(bool(over))


# ---------------------------------------------------------------- PDF against the bare engine


def against_bare() -> int:
    """Print the table of the longest texts; 1 where the median of their ratios is over the limit."""
    print(f"{'PDF of':<44}{'KB':>6}{'pages':>7}{'ours s':>9}{'bare s':>9}{'ratio':>7}")
    ratios = [measure(path) for path in longest()]
    middle = statistics.median(ratios)
    print(f"{'median':<44}{middle:>38.2f}   (at most {MOST_RATIO}){'   OVER' * (middle > MOST_RATIO)}")
    return middle > MOST_RATIO


def longest() -> list[Path]:
    """Our longest texts: samples and the articles of the tests."""
    texts = [*(ROOT / "samples").glob("*.txt"), *(ROOT / "tests" / "quality").rglob("*.txt")]
    return sorted(texts, key=lambda path: (-path.stat().st_size, path.name))[:TEXTS]


def measure(path: Path) -> float:
    """How many times the bare engine's time the PDF of a text takes, the best of each."""
    read = pipeline.read(Source(path.name, path.read_bytes()))
    page = stripped(read)
    ours, theirs = best(lambda: pdf.write(read, Options())), best(lambda: bare(page))
    pages = bare(page)
    size = path.stat().st_size / 1000
    print(f"{path.stem[:43]:<44}{size:>6.1f}{pages:>7}{ours:>9.3f}{theirs:>9.3f}{ours / theirs:>7.2f}")
    return ours / theirs


def stripped(read: Article) -> str:
    """The page that the PDF is set from, with the plain sheet instead of ours."""
    page = pdf._page(read, Options())
    return page.replace("</head>", f"<style>{PLAIN}</style></head>", 1)


def bare(page: str) -> int:
    """Set a page by WeasyPrint alone; how many pages it made."""
    from weasyprint import HTML

    document = HTML(string=page).render(pdf_variant="pdf/a-3a", pdf_tags=True)
    document.write_pdf(BytesIO(), pdf_variant="pdf/a-3a", pdf_tags=True)
    return len(document.pages)


def best(work: Callable[[], Any]) -> float:
    """The fewest seconds of the processor that `work` took."""
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


# ---------------------------------------------------------------- EPUB of a long text


def epub_memory() -> int:
    """Print what the EPUB of a long text takes; 1 where it takes too much memory."""
    command = [sys.executable, "-m", "benchmarks.editions", "child"]
    done = subprocess.run(command, input=article(LONG), capture_output=True, check=True, cwd=ROOT)
    seconds, megabytes, size = (float(x) for x in done.stdout.split())
    heavy = megabytes > MOST_MEGABYTES
    print(
        f"\nEPUB of {LONG / 1e6:.0f} MB: {seconds:.1f} s, {megabytes:.0f} MB of memory (at most {MOST_MEGABYTES}), "
        f"a file of {size / 1e6:.1f} MB{'   OVER' * heavy}"
    )
    return heavy


def child() -> None:
    """Set what comes in as an EPUB; print seconds, the peak of memory in MB and the file's size."""
    source = Source("long.txt", sys.stdin.buffer.read())
    start = time.process_time()
    made = pipeline.convert(source, ("epub",))
    print(time.process_time() - start, peak(), len(made.editions[0].data))


if __name__ == "__main__":
    main()
