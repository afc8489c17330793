"""Whole articles: each sample read, against what a reader agreed to; `--accept` rewrites, then read the diff.

tests/articles/NAME.txt holds the metadata, the blocks with their lines and rules, the remarks, and the markup.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from convert import Source, pipeline
from convert.editions.markup import Setter
from convert.report import report
from tests.cases import FOLDER

SAMPLES = sorted((FOLDER.parent / "samples").glob("*.txt"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_article(path: Path, accept: bool) -> None:
    golden = FOLDER / "articles" / path.name
    got = shown(path)
    if accept:
        golden.write_text(got, "utf-8")
    assert got == golden.read_text("utf-8")


def shown(path: Path) -> str:
    """What was read out of a text, as a page to look at."""
    article = pipeline.read(Source(path.name, path.read_bytes()))
    said = report(article)
    parts = [f"{name}: {entry['value']} ({entry.get('from')})" for name, entry in said["metadata"].items()]
    parts.append("")
    for block in said["blocks"]:
        parts.append(f"{block['lines'][0]}-{block['lines'][1]} {block['type']} {block['rule']} {block['sure']}")
    parts += ["", *(f"remark {r['line']} {r['code']}: {r['message']}" for r in said["remarks"])]
    return "\n".join([*parts, Setter().blocks(article.blocks)])
