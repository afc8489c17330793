"""The laws of DESIGN §3, for any text: total, nothing lost, stable, same bytes, linear, every href and id resolves."""

from __future__ import annotations

import gc
import json
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from convert import ConvertError, Source, ledger, pandoc, pipeline, rules, text
from convert import tree as t
from convert.article import Article
from convert.editions import MARKDOWN
from convert.options import Options
from tests.cases import FOLDER, cases
from tests.hostile import HOSTILE

TEXTS = [c.text for folder in ("rules", "passes", "matter") for c in cases(folder)] + [
    path.read_text("utf-8") for path in sorted((FOLDER.parent / "samples").glob("*.txt"))
]

# Lines that rules look for, so that random texts meet them, and each other.
_SIGNS = """
* a;- b;1. one;2. two;  - deep;> quote;>> twice;---;===;***;* * *;# Head;```;    indented;Title;By A. Person;A Head
Chapter 1;a: b;Date: 2017-09-18;-->;[a](http://b.example);_x_ *y* **z** `c`;"quoted" 'text';--;word;;Key: value
"""
_line = st.sampled_from([x for row in _SIGNS.strip().split("\n") for x in row.split(";")]) | st.text(max_size=30)
_text = st.lists(_line, max_size=25).map("\n".join)


@given(st.binary(max_size=400))
def test_total(data: bytes) -> None:
    """Any bytes give an Article or a ConvertError."""
    try:
        article = pipeline.read(Source("", data))
    except ConvertError as error:
        assert str(error)
        assert error.exit_code in (3, 7)
    else:
        assert article.metadata.title


@given(_text)
def test_nothing_lost(written: str) -> None:
    """The rules account for every letter themselves: the fallback is for the bugs we do not know of."""
    article = _read(written)
    assert article is None or not [r for r in article.remarks if r.code == "ledger"]


@pytest.mark.parametrize("written", TEXTS, ids=range(len(TEXTS)))
def test_nothing_lost_in_our_own_texts(written: str) -> None:
    article = _read(written)
    assert article is not None
    assert not [r for r in article.remarks if r.code == "ledger"]


def test_a_breach_is_remarked_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that loses letters is caught: the text is set as paragraphs, and the remark names the line."""

    def thief(lines: text.Lines, _read: rules.rule.Read) -> rules.rule.Found | None:
        return rules.rule.Found((t.HorizontalRule(),), 1) if lines[0].text == "stolen" else None

    monkeypatch.setattr(rules, "RULES", (("thief", thief), *rules.RULES))
    article = pipeline.read(Source("", b"Kept text here.\n\nstolen\n\nKept again."))
    assert [(r.code, r.line) for r in article.remarks if r.code == "ledger"] == [("ledger", 3)]
    assert "stolen" in t.plain_text(article.blocks)


def test_the_ledger_sees_what_is_lost_doubled_or_moved() -> None:
    lines = text.split("one two\n\nthree")
    good = (t.Para((t.Str("one two"),), pos=t.Pos(1, 1)), t.Para((t.Str("three"),), pos=t.Pos(3, 3)))
    metadata = pipeline.read(Source("", b"x")).metadata
    assert ledger.breach(lines, Article(metadata, good)) is None
    lost, doubled = good[:1], (good[0], good[0], good[1])
    moved = (t.Para((t.Str("two one"),), pos=t.Pos(1, 1)), good[1])
    added = (t.Para((t.Str("one two!2"),), pos=t.Pos(1, 1)), good[1])
    for bad in (lost, doubled, moved, added):
        assert ledger.breach(lines, Article(metadata, bad)) is not None


@settings(max_examples=30)
@given(_text)
def test_stable_as_json(written: str) -> None:
    """The JSON edition reads back equal."""
    article = _read(written)
    if article is not None:
        value = json.loads(pandoc.write(article, "json"))
        assert t.from_json(value) == pandoc.document(article)


@pytest.mark.parametrize("path", sorted((FOLDER.parent / "samples").glob("*.txt")), ids=lambda p: p.stem)
def test_stable_as_markdown(path: object) -> None:
    """The Markdown edition, through pandoc and back, is a fixed point after one round."""
    article = _read(path.read_text("utf-8"))  # type: ignore[attr-defined]
    assert article is not None
    once = _round(pandoc.write(article, MARKDOWN))
    assert _round(once) == once


def _round(markdown: bytes) -> bytes:
    command = [pandoc.binary(), "-f", "markdown-smart", "-t", "markdown-smart", "-s", "--wrap=none"]
    return subprocess.run(command, input=markdown, capture_output=True, check=True).stdout


@settings(max_examples=30)
@given(_text)
def test_every_href_and_id_resolves(written: str) -> None:
    try:
        page = pipeline.convert(Source("", written.encode()), ("html",), Options(toc=True)).editions[0].data
    except ConvertError:
        return
    root = html.fromstring(page)
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    for href in root.xpath("//@href"):
        assert href[1:] in ids if href.startswith("#") else href.split(":")[0] in ("http", "https", "ftp", "mailto")


# ---------------------------------------------------------------- linear

LINEAR = 10_000  # characters of the shorter text
MOST = 13  # times the time that ten times the text may take


@pytest.mark.parametrize("name", HOSTILE)
def test_linear(name: str) -> None:
    """Ten times the text takes at most 13 times the time, best of five."""
    small, large = (HOSTILE[name].make(size) for size in (LINEAR, 10 * LINEAR))
    base, taken = _seconds(small), _seconds(large)
    for _ in range(4):
        if taken <= MOST * base:
            break
        base, taken = min(base, _seconds(small)), min(taken, _seconds(large))
    assert taken <= MOST * base


def _seconds(written: str) -> float:
    """Seconds of the processor, not of the clock, that one reading takes; what is short is read until it can be told.

    A busy machine slows both readings, but seldom alike: so the least of several counts, the shorter one's too.
    """
    gc.collect()
    gc.disable()
    times = 0
    start = time.process_time()
    while not times or (time.process_time() - start < 0.02 and times < 20):
        _read(written)
        times += 1
    taken = (time.process_time() - start) / times
    gc.enable()
    return taken


def _read(written: str) -> Article | None:
    """The article, or None where the text is refused as empty."""
    try:
        return pipeline.read(Source("", written.encode("utf-8", "replace")))
    except ConvertError as error:
        assert error.code in ("empty", "not-text")
        return None
