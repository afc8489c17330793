"""Measures setting: a PDF's time against the bare engine's on the same page, and the memory of a long text's EPUB.

Bare is the same HTML in the same warm process with a plain sheet of the same page, face and pdf_variant: what is over
is our design's and our metadata's. Bare is used as its manual shows, `HTML(string=…)`, so what we save by reading our
page as XML and by keeping the map of faces between articles counts for us; `kept` is the ratio to an engine that is
given our map too. Exit status 1 where one is over its limit. Seconds are the processor's.

`python -m benchmarks.editions features` prints instead what each feature of the design takes of a PDF's time.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.reading import article, peak
from convert import Source, pipeline
from convert.article import Article
from convert.editions import pdf
from convert.options import Options
from convert.templating import css

ROOT = Path(__file__).parent.parent
TEXTS = 12  # the longest of our own
RUNS = 7
MOST_RATIO, MOST_MEGABYTES = 1.25, 300
LONG = 6_000_000  # bytes of the text whose EPUB is measured
PLAIN = '@page { size: A5; margin: 17mm 17mm 20mm } body { font: 10.5pt/1.32 "Linux Libertine O", "Noto Serif", serif }'


# What is taken out of our sheets, to see what it takes of the time: name, pattern, what stands instead.
FEATURES = (
    ("justified lines", "text-align: justify;", ""),
    ("hyphenation", "hyphens: auto;", ""),
    ("running heads", r"@top-center { content: string[^}]*}", ""),
    ("folios", r"@bottom-center { content: counter[^}]*}", ""),
    ("old-style figures", "font-variant-numeric: oldstyle-nums;", ""),
    ("small caps", r'font-feature-settings: "smcp"[^;]*;', ""),
    ("leaders of the contents", r'leader\("[. ]*"\)', '" "'),
    ("page numbers of the contents", r"\.contents a::after {[^}]*}", ""),
    ("all of our sheets", r"\A.*", PLAIN),
)


def main() -> None:
    """Print both tables; or that of the features; or, as the child that `epub_memory` starts, set what comes in."""
    if sys.argv[1:] == ["child"]:
        return child()
    if sys.argv[1:] == ["features"]:
        return features()
    over = against_bare() + epub_memory()
    print(f"{over} over the limit" if over else "all within the limits")
    sys.exit(bool(over))


# ---------------------------------------------------------------- PDF against the bare engine


def against_bare() -> int:
    """Print the table of the longest texts; 1 where the median of their ratios is over the limit."""
    print(f"{'PDF of':<32}{'KB':>6}{'pages':>7}{'ours s':>9}{'bare s':>9}{'ratio':>7}{'kept':>7}")
    ratios, kept = zip(*(measure(path) for path in longest()), strict=True)
    middle = statistics.median(ratios)
    print(
        f"{'median':<32}{middle:>38.2f}{statistics.median(kept):>7.2f}"
        f"   (at most {MOST_RATIO}){'   OVER' * (middle > MOST_RATIO)}"
    )
    return middle > MOST_RATIO


def longest() -> list[Path]:
    """Our longest texts: samples and the articles of the tests."""
    texts = [*(ROOT / "samples").glob("*.txt"), *(ROOT / "tests" / "quality").rglob("*.txt")]
    return sorted(texts, key=lambda path: (-path.stat().st_size, path.name))[:TEXTS]


def measure(path: Path) -> tuple[float, float]:
    """How many times the bare engine's time the PDF of a text takes, and of the bare engine's with faces kept."""
    read = pipeline.read(Source(path.name, path.read_bytes()))
    page = stripped(read)
    works = lambda: pdf.write(read, Options()), lambda: bare(page), lambda: bare(page, kept=True)
    ours, theirs, kept = best(works)
    size = path.stat().st_size / 1000
    figures = f"{size:>6.1f}{bare(page):>7}{ours:>9.3f}{theirs:>9.3f}{ours / theirs:>7.2f}{ours / kept:>7.2f}"
    print(f"{path.stem[:31]:<32}{figures}")
    return ours / theirs, ours / kept


def stripped(read: Article) -> str:
    """The page that the PDF is set from, with the plain sheet instead of ours."""
    page = pdf._page(read, Options())
    return page.replace("</head>", f"<style>{PLAIN}</style></head>", 1)


def bare(page: str, kept: bool = False) -> int:
    """Set a page by WeasyPrint alone; how many pages it made."""
    from weasyprint import HTML

    fonts = pdf._fonts() if kept else None
    document = HTML(string=page).render(font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True)
    document.write_pdf(BytesIO(), pdf_variant="pdf/a-3a", pdf_tags=True)
    return len(document.pages)


def best(works: Sequence[Callable[[], Any]]) -> list[float]:
    """The fewest seconds of the processor that each of `works` took, in turn, so that a busy machine is fair."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(RUNS):
        for work, times in zip(works, taken, strict=True):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
    return [min(times) for times in taken]


# ---------------------------------------------------------------- what each feature takes


def features() -> None:
    """Print how much less of its time a PDF takes without each feature: the median of the texts, and the most."""
    ours = "".join(css(name) for name in pdf.SHEETS)
    sheets = [ours, *(re.sub(pattern, instead, ours, flags=re.DOTALL) for _, pattern, instead in FEATURES)]
    shares = [without(path, sheets) for path in longest()]
    print(f"{'without':<32}{'median':>8}{'most':>8}")
    for (name, *_), of_texts in zip(FEATURES, zip(*shares, strict=True), strict=True):
        print(f"{name:<32}{statistics.median(of_texts):>8.1%}{max(of_texts):>8.1%}")


def without(path: Path, sheets: Sequence[str]) -> list[float]:
    """How much less time a text takes with each of `sheets` than with the first."""
    from weasyprint import CSS

    page = pdf._page(pipeline.read(Source(path.name, path.read_bytes())), Options())
    parsed = [CSS(string=sheet) for sheet in sheets]
    whole, *others = best([partial(dressed, page, sheet) for sheet in parsed])
    return [1 - other / whole for other in others]


def dressed(page: str, sheet: Any) -> None:
    """Set a page as the PDF edition does, with another sheet."""
    document = pdf._parsed(page).render(
        font_config=pdf._fonts(), stylesheets=[sheet], pdf_variant="pdf/a-3a", pdf_tags=True
    )
    document.write_pdf(BytesIO(), pdf_variant="pdf/a-3a", pdf_tags=True)


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
