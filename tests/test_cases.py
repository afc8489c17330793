"""Every case file: rules give the blocks, marks the inlines, matter the metadata that the file says."""

from __future__ import annotations

from dataclasses import fields

import pytest

from convert import ledger, rules, text
from convert.article import Article, Metadata, Source
from convert.editions.markup import Setter
from convert.marks import MARKS, inlines
from convert.options import Options
from convert.parting import closed, parted
from convert.passes import PASSES
from convert.pipeline import read
from convert.rules import OPT_IN, RULES
from convert.survey import survey
from tests.cases import FOLDER, Case, cases, check


@pytest.mark.parametrize("case", cases("rules"), ids=str)
def test_rule(case: Case, accept: bool) -> None:
    source = text.split(case.text)
    lines = closed(source)
    habits = survey(lines, "en")
    body = text.lines_of(parted(lines, habits), habits)
    blocks, taken = rules.read(body)
    assert ledger.breach(source, Article(Metadata(), blocks, (), taken)) is None
    check(case, Setter().blocks(blocks).rstrip("\n"), accept)


@pytest.mark.parametrize("case", cases("marks"), ids=str)
def test_mark(case: Case, accept: bool) -> None:
    """A mark's cases are a line each; `de: ` or `rst: ` and the like before it say the language or the dialect."""
    said, _, rest = case.text.partition(": ")
    dialect = said if said in ("markdown", "rst", "asciidoc", "technical") else ""
    language, line = (said, rest) if len(said) == 2 else ("en", rest if dialect else case.text)
    habits = text.Habits(language=language, markup=dialect == "markdown", dialect=dialect)
    check(case, Setter().inlines(inlines(line, habits)), accept)


@pytest.mark.parametrize("case", cases("matter"), ids=str)
def test_matter(case: Case, accept: bool) -> None:
    article = read(Source("", case.text.encode()))
    assert not [r for r in article.remarks if r.code == "ledger"]
    check(case, _said(article), accept)


@pytest.mark.parametrize("case", cases("passes"), ids=str)
def test_pass(case: Case, accept: bool) -> None:
    asked = tuple(name for name in OPT_IN if name == case.path.stem)
    article = read(Source("", case.text.encode()), Options(detect=asked))
    title = f"title: {article.metadata.title}"
    remarks = "".join(f"remark: {r.code}\n" for r in article.remarks if r.code != "language")
    setter = Setter()
    body = setter.blocks(article.blocks) + setter.notes_found()
    check(case, f"{title}\n{remarks}{body}".rstrip("\n"), accept)


def test_every_rule_mark_and_pass_has_a_case_file() -> None:
    for folder, names in (
        ("rules", [name for name, _ in RULES]),
        ("marks", [mark.name for mark in MARKS]),
        ("passes", [name for name, _ in PASSES]),
    ):
        files = {path.stem for path in (FOLDER / folder).glob("*.txt")}
        assert set(names) <= files, f"tests/{folder} lacks {set(names) - files}"


def _said(article: Article) -> str:
    """The metadata recovered from the text, a field a line, and how the body begins."""
    said = []
    for f in fields(article.metadata):
        value, origin = getattr(article.metadata, f.name), article.metadata.origin(f.name)
        if f.name == "origins" or not value or (origin and origin.kind == "default") or f.name == "language":
            continue
        shown = (
            "; ".join(": ".join(v) if isinstance(v, tuple) else v for v in value) if isinstance(value, tuple) else value
        )
        said.append(f"{f.name}: {shown}")
    said += [f"remark: {r.code}" for r in article.remarks if r.code not in ("language",)]
    body = Setter().blocks(article.blocks[:1]).rstrip("\n")
    return "\n".join([*said, f"body: {body}"])
