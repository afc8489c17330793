"""Sets the same article by calibre, by pandoc and by us, and takes pictures: for docs/gallery, and to be looked at.

calibre and pandoc, which read Markdown, are given the text marked up, so that typography is compared; then the text as
it stands, which is all that we get. Pictures of every page come into out/gallery, those in CHOSEN into docs/gallery.

    python -m benchmarks.gallery            the article of docs/gallery
    python -m benchmarks.gallery TEXT…      other texts, into out/gallery alone
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from convert import Metadata, Options, Publication, Source, convert
from convert.editions.describe import shown_date
from convert.pandoc import binary

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs" / "gallery"
TEXT = DOCS / "the-tide-clock.txt"
OUT = ROOT / "out" / "gallery"
CHROMIUM = "/usr/bin/chromium"
WIDTHS = (390, 820, 1440)  # a phone, a tablet, a desk
LEAF, LEAF_MARGIN = (600, 800), 40  # an e-reader's page
MOST_LEAVES = 8  # pages of one chapter
DPI = 96
EDITIONS = ("html", "pdf", "epub")


class Row(NamedTuple):
    """Pictures of the docs that show the same place: which of out/gallery, how high a part, how wide they are kept."""

    name: str
    pictures: tuple[str, ...]
    high: int = 1200
    wide: int = 480


CHOSEN = (
    Row("opening", ("calibre/pdf-01", "pandoc/pdf-1", "ours/pdf-1")),
    Row("table", ("calibre/pdf-08", "pandoc/pdf-6", "ours/pdf-3")),
    Row("desk", ("calibre/html-1440", "pandoc/html-1440", "ours/html-1440"), high=1000, wide=640),
    Row("tablet", ("calibre/html-820", "pandoc/html-820", "ours/html-820"), high=1000),
    Row("phone", ("calibre/html-390", "pandoc/html-390", "ours/html-390"), high=844, wide=390),
    Row("dark", ("ours/html-390-dark",), high=844, wide=390),  # the others have no dark sheet
    Row("book", ("calibre/epub-03-1", "pandoc/epub-02-2", "ours/epub-02-2")),
    Row("as-it-stands", ("calibre-unmarked/pdf-4", "pandoc-unmarked/pdf-3", "ours/pdf-2")),
)


def main() -> None:
    """Make all pictures; nothing, and a word, where a program is missing."""
    lacking = [name for name in ("ebook-convert", "pdftoppm") if not shutil.which(name)]
    lacking += [] if Path(CHROMIUM).exists() else ["chromium"]
    if lacking:
        print(f"no pictures made: {', '.join(lacking)} is missing (apt-get install calibre poppler-utils chromium)")
        return
    asked = [Path(name) for name in sys.argv[1:]]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for text in asked or [TEXT]:
            for maker, make in MAKERS.items():
                folder = OUT / text.stem / maker
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                make(text, folder)
                photograph(folder, browser)
                print(folder.relative_to(ROOT), len(list(folder.glob("*.png"))), "pictures", flush=True)
    if not asked:
        choose()


# ---------------------------------------------------------------- the three makers


def ours(text: Path, folder: Path) -> None:
    """Our editions of a text."""
    for edition in published(text, EDITIONS).editions:
        (folder / f"a{Path(edition.name).suffix}").write_bytes(edition.data)


def calibre(text: Path, folder: Path) -> None:
    """calibre's editions of a text that somebody marked up as Markdown first, its title block too."""
    read = published(text, ("markdown",))
    m = read.article.metadata
    head = [f"# {m.title}", m.subtitle, m.standfirst, ", ".join(x for x in (*m.authors, shown_date(m)) if x)]
    marked = folder / "a.md"
    marked.write_text(markdown(read), "utf-8")
    dialect = "--to=markdown_phpextra+four_space_rule"  # calibre's
    run(binary(), marked, "--from=markdown", dialect, "--wrap=none", "-o", marked)
    marked.write_text("\n\n".join((*filter(None, head), marked.read_text("utf-8"))), "utf-8")
    by_calibre(marked, folder, m, "--formatting-type=markdown", "--markdown-extensions=extra,sane_lists")


def calibre_unmarked(text: Path, folder: Path) -> None:
    """calibre's editions of a text as it stands."""
    by_calibre(text, folder, published(text, ("markdown",)).article.metadata)


def by_calibre(text: Path, folder: Path, m: Metadata, *reads: str) -> None:
    """calibre's three editions, told what a publisher would tell it: title, authors, language, date, an A5 page."""
    said = [*reads, f"--title={m.title}", f"--authors={' & '.join(m.authors)}", f"--language={m.language}"]
    said += [f"--pubdate={m.date}"] if m.date else []
    for suffix, more in (("epub", []), ("pdf", ["--paper-size=a5", "--pdf-page-numbers"]), ("htmlz", [])):
        run("ebook-convert", text, folder / f"a.{suffix}", *said, *more)
    with zipfile.ZipFile(folder / "a.htmlz") as archive:
        archive.extractall(folder / "htmlz")
    shutil.move(folder / "htmlz" / "index.html", folder / "htmlz" / "a.html")


def pandoc(text: Path, folder: Path) -> None:
    """pandoc's editions of a text that somebody marked up as Markdown first."""
    read = published(text, ("markdown",))
    m = read.article.metadata
    marked = folder / "a.md"
    marked.write_text(markdown(read), "utf-8")
    below = [f"--metadata=subtitle:{m.subtitle or m.standfirst}"] if m.subtitle or m.standfirst else []
    by_pandoc(marked, folder, *below, f"--metadata=date:{shown_date(m)}")


def pandoc_unmarked(text: Path, folder: Path) -> None:
    """pandoc's editions of a text as it stands."""
    by_pandoc(text, folder, f"--metadata=title:{published(text, ('markdown',)).article.metadata.title}")


def by_pandoc(text: Path, folder: Path, *said: str) -> None:
    """pandoc's three editions, each with the options that its manual proposes."""
    reads: list[str | Path] = [binary(), text, "--from=markdown", "--standalone", "--toc", *said]
    run(*reads, "--to=html5", "-o", folder / "a.html")
    run(*reads, "--to=epub3", "-o", folder / "a.epub")
    sheet = folder / "page.css"
    sheet.write_text("@page { size: A5; margin: 17mm }\n", "utf-8")  # its own page is A4, its sheet made for a screen
    weasyprint = Path(sys.executable).parent / "weasyprint"
    run(
        *reads,
        "--to=html5",
        f"--pdf-engine={weasyprint}",
        f"--pdf-engine-opt=--stylesheet={sheet}",
        "-o",
        folder / "a.pdf",
    )


MAKERS: dict[str, Callable[[Path, Path], None]] = {
    "calibre": calibre,
    "calibre-unmarked": calibre_unmarked,
    "pandoc": pandoc,
    "pandoc-unmarked": pandoc_unmarked,
    "ours": ours,
}


def published(text: Path, formats: tuple[str, ...]) -> Publication:
    """What we make of a text."""
    return convert(Source(text.name, text.read_bytes()), formats, Options())


def markdown(read: Publication) -> str:
    """An article as an editor would mark it up: our Markdown edition less its fenced divs, which only pandoc knows."""
    return re.sub(r"(?m)^(> )?:::.*\n", "", read.editions[0].data.decode("utf-8"))


def run(*command: str | Path) -> None:
    """Run a program in silence; its own words where it fails. calibre's engine refuses root without the variable."""
    environment = os.environ | {"QTWEBENGINE_DISABLE_SANDBOX": "1"}
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stderr[-2000:]}")


# ---------------------------------------------------------------- pictures


def photograph(folder: Path, browser: Browser) -> None:
    """Take pictures of the three editions in a folder, all pages."""
    run("pdftoppm", "-r", str(DPI), "-png", folder / "a.pdf", folder / "pdf")
    page = next(path for path in (folder / "a.html", folder / "htmlz" / "a.html") if path.exists())
    for width in WIDTHS:
        screen(browser, page, width, folder / f"html-{width}.png")
    screen(browser, page, 390, folder / "html-390-dark.png", dark=True)
    screen(browser, page, 1440, folder / "html-1440-dark.png", dark=True)
    leaves(browser, folder)


def screen(browser: Browser, page: Path, width: int, picture: Path, dark: bool = False) -> None:
    """A page of the web at a window's width, from its head to its foot."""
    window = browser.new_page(viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light")
    window.goto(page.as_uri())
    window.screenshot(path=picture, full_page=True)
    window.close()


def leaves(browser: Browser, folder: Path) -> None:
    """The pages of an EPUB, each chapter in columns of a page's width, as reading systems lay it out."""
    wide, high = LEAF
    inside = folder / "epub"
    with zipfile.ZipFile(folder / "a.epub") as book:
        book.extractall(inside)
    window = browser.new_page(viewport={"width": wide, "height": high})
    for number, chapter in enumerate(spine(inside)):
        window.goto(chapter.as_uri())
        window.add_style_tag(content=paged(wide, high))
        across = window.evaluate("document.scrollingElement.scrollWidth")
        for leaf in range(min(MOST_LEAVES, max(1, round(across / wide)))):
            window.evaluate(f"window.scrollTo({leaf * wide}, 0)")
            window.screenshot(path=folder / f"epub-{number:02}-{leaf + 1}.png")
    window.close()


def paged(wide: int, high: int) -> str:
    """What a reading system adds to a book's own sheet."""
    gap, top = 2 * LEAF_MARGIN, LEAF_MARGIN
    return (
        f"html {{ height: {high}px; margin: 0; padding: {top}px; box-sizing: border-box; overflow: hidden;"
        f" columns: {wide - gap}px; column-gap: {gap}px; column-fill: auto; background: #fff; font-size: 20px }}"
        f" img, svg {{ max-height: {high - 2 * top}px; max-width: 100% }}"
    )


def spine(folder: Path) -> Iterator[Path]:
    """The chapters of an EPUB that lies unpacked in a folder, in order."""
    container = (folder / "META-INF" / "container.xml").read_text("utf-8")
    found = re.search(r'full-path="([^"]+)"', container)
    assert found, "a container without a package"
    package = ElementTree.parse(folder / found[1]).getroot()
    hrefs = {item.get("id"): item.get("href") for item in package.iter("{http://www.idpf.org/2007/opf}item")}
    for item in package.iter("{http://www.idpf.org/2007/opf}itemref"):
        yield folder / posixpath.dirname(found[1]) / (hrefs[item.get("idref")] or "")


def choose() -> None:
    """Put the pictures of the docs into docs/gallery: cut, made small, as WebP."""
    for row in CHOSEN:
        for name in row.pictures:
            picture = Image.open(OUT / TEXT.stem / f"{name}.png").convert("RGB")
            picture = picture.crop((0, 0, picture.width, min(row.high, picture.height)))
            picture.thumbnail((row.wide, row.high), Image.Resampling.LANCZOS)
            maker = name.split("/")[0].removesuffix("-unmarked")
            picture.save(DOCS / f"{row.name}-{maker}.webp", quality=60, method=6)


if __name__ == "__main__":
    main()
