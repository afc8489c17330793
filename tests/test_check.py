"""The ship-gate: good editions pass, and each fault that an edition can have is found, named and placed."""

from __future__ import annotations

import json
import random
import re
import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter

from benchmarks import validate
from convert import Source, batch, check, pipeline
from convert.article import Edition
from convert.batch.texts import Text
from convert.check import ace, epubcheck, nu, verapdf
from convert.check.verdict import Check, Verdict
from convert.errors import ConvertError
from convert.options import Limits, Options, options_from
from convert.places import Place
from tests.nasty import GIVEN, TEXTS

ROOT = Path(__file__).parent.parent
SAMPLES = sorted((ROOT / "samples").glob("*.txt"))
FORMATS = ("html", "pdf", "epub")

TEXT = """The Tide Tables

by Ada Brun

2 March 2021

# Ebb

Water goes out twice a day, x^2^ times,[1] and the [harbour office](https://example.org/office "Open daily") knows when.

[1] The first note, at the foot.

# Flow

1. The bell

   rings.

2. The boats

   rise.

| port | high |
|------|------|
| Sund | 4.20 |
| Vik  | 5.05 |

## Spring tide

> It comes whether you wait or not.
"""

PLAIN = Options()


@cache
def made(text: str = TEXT, options: Options = PLAIN) -> tuple[Edition, ...]:
    """The editions of a text."""
    return pipeline.convert(Source("tides.txt", text.encode()), FORMATS, options).editions


def verdict(text: str = TEXT, change: Callable[[Edition], Edition] = lambda e: e, options: Options = PLAIN) -> Verdict:
    """What our own checks say of the editions of `text`, each changed."""
    editions = tuple(change(edition) for edition in made(text, options))
    return check.check([check.Proof("tides", editions, Source("tides.txt", text.encode()), options)], ())[0]


def failed(said: Verdict) -> dict[str, str]:
    """The reasons of each check that failed, in one text."""
    return {
        c.name: " | ".join(f"{r.place}: {r.message}" for r in c.reasons) for c in said.checks if c.state == "failed"
    }


# ---------------------------------------------------------------- what is good


def test_good_editions_pass() -> None:
    said = verdict()
    assert failed(said) == {}
    assert [c.name for c in said.checks if c.state == "passed"] == ["links", "agreement", "ledger"]
    assert said.sentence == "publishable: 3 checks passed"


def test_the_samples_and_nasty_texts_pass_every_quick_validator() -> None:
    """One Java for all books, one for all PDFs: a dozen seconds would be forty otherwise."""
    texts = {path.stem: path.read_bytes() for path in SAMPLES} | {n: text.encode() for n, text in TEXTS.items()}
    given = {"nasty-given": options_from(GIVEN, "cli")}
    proofs = []
    for name, data in texts.items():
        source, options = Source(name, data), given.get(name, PLAIN)
        proofs.append(check.Proof(name, pipeline.convert(source, FORMATS, options).editions, source, options))
    said = check.check(proofs, check.QUICK)
    assert {v.name: failed(v) for v in said if not v.publishable} == {}
    ran = {c.name for v in said for c in v.checks if c.state == "passed"}
    assert ran >= {"links", "agreement", "ledger"}
    if left := {c.name: c.reasons[0].message for v in said for c in v.checks if c.state == "not checked"}:
        pytest.skip(f"our own checks passed; not all validators are here: {left}")


GOOD = {
    "a title that we made": "The harbour was quiet that morning and nobody came.\n\nThen a boat did, at last.\n",
    "numbers that are no labels": "# Sums\n\nE = m c^2^ and *1* and 10^3^[1] and ~3~ and a^1^[2].\n\n"
    "[1] One.\n\n[2] Two.\n",
    "a long table": "# Ports\n\n| port | high |\n|---|---|\n" + "".join(f"| Port {n} | {n}.30 |\n" for n in range(90)),
    "notes on many pages": "# Notes\n\n"
    + "".join(f"{'Water went out. ' * 25}[{n}]\n\n[{n}] {'Note words here. ' * 20}\n\n" for n in range(1, 9)),
    "a book of chapters": "The Long Walk\n\n"
    + "".join(
        f"# Part {n}\n\n{'We walked on and saw nothing new. ' * 110}[{n}]\n\n## Rest\n\nWe sat.\n\n"
        for n in range(1, 6)
    )
    + "# Notes\n\n"
    + "".join(f"[{n}] The note of part {n}.\n\n" for n in range(1, 6)),
    "right to left": "# השעון\n\nהשעון בכיכר העיירה מאחר בשבע דקות. כולם יודעים (1984) ומחכים.\n",
    "Chinese": "# 渡船人\n\n河水不问你是谁。渡船人也不问。\n\n- 一\n- 二\n",
    "a character without a glyph": "# Signs\n\nThe sign \U00012000 is old, and \U0001f600 is new.\n",
    "the same heading twice": "# Part\n\nOne.\n\n# Part\n\nTwo.\n",
    "an address with letters of its own": "See <https://exämple.org/ü?q=é> and [this](https://example.org/b%20c).\n",
    "contents of its own": "A Manual\n\n# Contents\n\nThe bells ...... 1\nThe boats ...... 3\nThe tides ...... 5\n\n"
    "# The bells\n\nThey ring.\n\n# The boats\n\nThey rise.\n\n# The tides\n\nThey turn.\n",
    "quotations with their speakers": "> Plant trees.\n>\n> — John Morton\n\n> See clearly.\n>\n> — Ann Ruskin\n",
    "tables turned, with rows that are short, and in parts": "# Wide\n\nOne:\n\n| "
    + " | ".join(f"head {n}" for n in range(18))
    + f" |\n{'|---' * 18}|\n|"
    + " | ".join(f"cell {n}" for n in range(18))
    + " |\n| a | b^2^ | c |\n\nTwo:\n\n| "
    + " | ".join(f"column{n}" for n in range(14))
    + f" |\n{'|---' * 14}|\n"
    + "".join(f"| {' | '.join(f'{r}.{n}' for n in range(14))} |\n" for r in range(40))
    + "\nAnd so on.\n",
    "tables of one figure": "# Zeros\n\n"
    + "\n\nThen:\n\n".join("\n".join(["| " + " | ".join("0" * n) + " |"] * 12) for n in (40, 31)),
    "headings that are called as parts of the page are": "# Contents\n\nOne.[1]\n\n# Text\n\nTwo.\n\n# Note 1\n\n"
    "Three.\n\n# Ref 1\n\nFour.\n\n[1] A note.\n",
    "emphasis in a line from right to left": "# השעון\n\nהשעון בכיכר *מאחר* בשבע **דקות** ו *so* הוא.[1]"
    "\n\n[1] כך כתוב.\n",
    "contents that are longer than a page": "The Long Walk\n\n# The only part\n\n"
    + "".join(f"## Rest {n}\n\nWe sat down.\n\n" for n in range(45)),
    "signs that no page shows": "# Thumbs 👍🏽\n\nA pile Z" + "\u0301" * 40 + ", an astronaut 👩🏿‍🚀, a key 1️⃣ and ❤️.\n",
    "letters before words": "# Bells\n\na) alpha\nb) beta\n\n   so\n\nThen:\n\na) *alpha* is\n\nb) *beta*\n\n   so\n",
    "nested": "- a\n  - b\n    - c\n      - d\n\n> one\n>\n> > two\n",
    "verse and code": "Roses are red,\nViolets are blue,\nSugar is sweet,\nAnd so are you.\n\n```\nx = 1  # <b>\n```\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_what_looks_like_a_fault_and_is_none(name: str) -> None:
    assert failed(verdict(GOOD[name])) == {}


def test_a_wide_table_is_looked_at_cell_by_cell() -> None:
    """A table in parts has other rows than the source; a cell that changes, or changes its place, is found."""
    rows = [[f"{r}x{n}" for n in range(30)] for r in range(12)]
    text = "# Wide\n\n{}\n\nEnd.\n"
    good = text.format("\n".join(f"| {' | '.join(row)} |" for row in rows))
    assert "30 letters" not in failed(verdict(good)).get("ledger", "")
    assert any("first column of a wide table" in note for note in verdict(good).checks[-1].notes)
    for old, new in (("3x7 |", "3y7 |"), ("| 3x7 | 3x8 |", "| 3x8 | 3x7 |")):
        pdf = next(e for e in made(good.replace(old, new)) if e.format == "pdf")
        said = failed(verdict(good, lambda e, pdf=pdf: pdf if e.format == "pdf" else e))  # type: ignore[misc]
        assert {"agreement", "ledger"} <= said.keys()


def test_letters_that_a_pdf_cannot_give_back_are_named() -> None:
    text = "# नदी\n\nनदी कभी नहीं पूछती कि तुम कौन हो, क्षत्रिय या विद्यार्थी; वह बस बहती है और स्मृति छोड़ती है।\n"
    said = verdict(text)
    assert failed(said) == {}
    ledger = said.checks[-1]
    assert any("limit of the engine" in note for note in ledger.notes)


def test_given_metadata_are_no_letters_too_many() -> None:
    options = Options(title="Given", authors=("Someone Else",), publisher="Press", rights="CC BY")
    assert failed(verdict(options=options)) == {}


# ---------------------------------------------------------------- each fault

HTML_FAULTS = [
    ("twice a day", "a day", "ledger", "5 letters lost and 0 added, first at line 9"),
    ("twice a day", "twice nearly a day", "ledger", "0 letters lost and 6 added"),
    ("twice a day", "a day twice", "ledger", "another order"),
    ("twice a day", "a day", "agreement", "0 letters of the text are in the first only, 5 in the second only"),
    ("The first note", "The note", "ledger", "note 1: lost 'first'"),
    ("The first note", "The note", "agreement", "note 1 is"),
    ('<li id="note_1">', '<li id="note_x">', "links", "#note_1 leads nowhere"),
    ('id="flow"', 'id="ebb"', "links", "the identifier ebb stands there 2 times"),
    ('id="flow"', 'id="flood"', "agreement", "only in the first: ['flood'], only in the second: ['flow']"),
    ('<h2 id="flow">Flow</h2>', '<h3 id="flow">Flow</h3>', "agreement", "the heading 3 'Flow' and 2 'Flow'"),
    ('<h2 id="flow">Flow</h2>', '<h2 id="flow">Flood</h2>', "agreement", "the heading 2 'Flood' and 2 'Flow'"),
    ("https://example.org/office", "https://example.org/other", "ledger", "https://example.org/office is lost"),
    ("https://example.org/office", "https://example.org/other", "agreement", "is in the first only"),
    ("https://example.org/office", "office.html", "links", "office.html is no file beside this one"),
    (' title="Open daily"', "", "ledger", "the title 'Open daily' of a link is lost"),
    ('name="author" content="Ada Brun"', 'name="author" content="Ida Brun"', "agreement", "authors is ['Ida Brun']"),
    ('<html lang="en"', '<html lang="de"', "agreement", "language is ['de'] and ['en']"),
    ('"headline": "The Tide', '"headline": "A Tide', "agreement", "headline is 'A Tide Tables'"),
    ("<h1>The Tide Tables</h1>", "<h1>The Tables</h1>", "ledger", "4 letters lost and 0 added in the title block"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "name", "said"), HTML_FAULTS, ids=[f"{f[2]}: {f[3]}" for f in HTML_FAULTS])
def test_a_fault_in_html_is_found(old: str, new: str, name: str, said: str) -> None:
    def spoil(edition: Edition) -> Edition:
        if edition.format != "html":
            return edition
        page = edition.data.decode()
        assert old in page
        return _with(edition, page.replace(old, new).encode())

    assert said in failed(verdict(change=spoil)).get(name, "")


EPUB_FAULTS = [
    ("text.xhtml", "twice a day", "a day", "ledger", "5 letters lost"),
    ("text.xhtml", 'id="flow"', 'id="flood"', "links", "#flow leads nowhere"),
    ("nav.xhtml", "#ebb", "#gone", "links", "nav.xhtml: text.xhtml#gone leads nowhere"),
    ("toc.ncx", "text.xhtml#ebb", "none.xhtml", "links", "toc.ncx: none.xhtml leads nowhere"),
    ("content.opf", 'href="style.css"', 'href="lost.css"', "links", "the manifest names EPUB/lost.css"),
    ("content.opf", ">Ada Brun<", ">Ida Brun<", "agreement", "authors is ['Ada Brun'] and ['Ida Brun']"),
    ("content.opf", "<package", "<broken", "files", "content.opf is no XML"),
]


@pytest.mark.parametrize(("file", "old", "new", "name", "said"), EPUB_FAULTS, ids=[f[4] for f in EPUB_FAULTS])
def test_a_fault_in_epub_is_found(file: str, old: str, new: str, name: str, said: str) -> None:
    def spoil(edition: Edition) -> Edition:
        return _with(edition, _spoilt(edition.data, file, old, new)) if edition.format == "epub" else edition

    assert said in failed(verdict(change=spoil)).get(name, "")


PDF_FAULTS = [
    (TEXT.replace("goes out ", ""), "ledger", "7 letters lost and 0 added, first at line 9"),
    (TEXT.replace("goes out ", ""), "agreement", "7 letters of the text are in the first only"),
    (TEXT.replace("The first note", "The note"), "ledger", "note 1: lost 'first'"),
    (TEXT.replace("# Flow", "# Flood"), "agreement", "the heading 2 'Flow' and 2 'Flood'"),
    (TEXT.replace("Ada", "Ida"), "agreement", "authors is ['Ada Brun'] and ['Ida Brun']"),
    (TEXT.replace("/office", "/other"), "ledger", "the address https://example.org/office is lost"),
    (TEXT.replace("x^2^", "x"), "ledger", "1 letters lost"),
]


@pytest.mark.parametrize(("other", "name", "said"), PDF_FAULTS, ids=[f"{f[1]}: {f[2]}" for f in PDF_FAULTS])
def test_a_pdf_of_another_text_is_found(other: str, name: str, said: str) -> None:
    pdf = next(e for e in made(other) if e.format == "pdf")
    assert said in failed(verdict(change=lambda e: pdf if e.format == "pdf" else e)).get(name, "")


def test_what_is_no_edition_is_said_to_be_none() -> None:
    said = failed(verdict(change=lambda e: _with(e, b"\xff\xfe not this")))
    assert re.findall(r"tides\.(\w+): It", said["files"]) == ["html", "epub", "pdf"]


def test_broken_files_are_said_to_be_broken() -> None:
    """Whatever stands in a file, there is a verdict."""
    dice = random.Random(4)
    for edition in made():
        for _ in range(40):
            data = bytearray(edition.data)
            for _ in range(dice.randint(1, 8)):
                data[dice.randrange(len(data))] = dice.choice(b'<>/&"= az09\x00\xff')
            broken = _with(edition, bytes(data[: dice.randint(len(data) // 2, len(data) * 2)]))
            assert check.check([check.Proof("a", (broken,))], ())[0].checks


def test_a_pdf_without_tags_cannot_be_read() -> None:
    buffer = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(buffer)
    said = failed(verdict(change=lambda e: _with(e, buffer.getvalue()) if e.format == "pdf" else e))
    assert "It is not tagged" in said["files"]


def test_without_a_source_the_letters_are_not_checked() -> None:
    said = check.check([check.Proof("tides", made())], ())[0]
    assert said.publishable
    assert said.sentence == "publishable: 2 checks passed; not checked: ledger"


# ---------------------------------------------------------------- validators


def _asked(edition: Edition, index: int) -> Check:
    """What one of the validators says of one edition; skips where it is not installed."""
    validator = check.VALIDATORS[index]
    if why := validator.missing():
        pytest.skip(f"{validator.name}: {why}")
    return check.check([check.Proof("a", (edition,))], (validator,))[0].checks[-1]


def _made(name: str) -> Edition:
    return next(e for e in made() if e.format == name)


def test_epubcheck_finds_and_places_a_fault() -> None:
    book = _made("epub")
    said = _asked(_with(book, _spoilt(book.data, "nav.xhtml", "#ebb", "#gone")), 0)
    assert said.state == "failed"
    assert said.reasons[0].message.startswith("RSC-012 Fragment identifier is not defined")
    assert "nav.xhtml:" in said.reasons[0].place


def test_verapdf_finds_a_pdf_that_claims_nothing() -> None:
    from weasyprint import HTML

    said = _asked(Edition("pdf", "a.pdf", "", HTML(string="<p>Plain.").write_pdf()), 1)
    assert said.state == "failed"
    assert {r.message.split(" ")[0] for r in said.reasons} == {"PDF/A-3a", "PDF/UA-1"}


def test_nu_tells_errors_from_warnings() -> None:
    page = _made("html")
    said = _asked(_with(page, page.data.replace(b"<h1>", b"<h1><p>")), 2)
    assert said.state == "failed"
    assert len(said.reasons) > said.warnings
    assert any("line " in reason.place for reason in said.reasons)


def test_what_is_missing_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EDITIONS_VALIDATORS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nu.missing() == ace.missing() == "It is not installed: tools/setup.sh validators."
    for gate in (epubcheck, verapdf):
        assert "apt-get install default-jre-headless" in gate.missing()
    said = check.check([check.Proof("tides", made())])[0]
    assert said.publishable
    assert "not checked: ledger, EPUBCheck, veraPDF, Nu, Ace" in said.sentence


def test_a_validator_that_breaks_down_proves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'out of memory' >&2\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    said = check.check([check.Proof("tides", made())], check.QUICK)[0]
    broken = {c.name: c.reasons[0].message for c in said.checks if c.name in ("EPUBCheck", "veraPDF")}
    assert all(c.state == "not checked" for c in said.checks if c.name in broken)
    assert {m for m in broken.values() if "out of memory" not in m} == set()


def test_the_verdict_is_json() -> None:
    said = json.loads(json.dumps(verdict(change=lambda e: _with(e, b"no")).to_json()))
    assert not said["publishable"]
    assert said["checks"][0]["reasons"][0].keys() == {"place", "message"}


# ---------------------------------------------------------------- batches


def test_a_batch_judges_what_it_wrote_and_goes_on(tmp_path: Path) -> None:
    """Good, spoilt, failed, and gone before it was looked at; in their order."""
    page = _made("html").data
    outcomes, order = [], batch.Order(("html",), PLAIN, Limits())
    for name, data in (("good", page), ("spoilt", page.replace(b"twice", b"")), ("failed", page), ("gone", page)):
        text, written = tmp_path / f"{name}.txt", tmp_path / f"{name}.html"
        text.write_text(TEXT)
        if name != "gone":
            written.write_bytes(data)
        error = ConvertError("It broke.") if name == "failed" else None
        outcomes.append(batch.Outcome(batch.Task(Text(str(text)), name, ("html",)), error))
    said = list(batch.checked(outcomes, order, Place(str(tmp_path))))
    assert [o.verdict.publishable if o.verdict else str(o.error)[:9] for o in said] == [
        True, False, "It broke.", "gone.html",
    ]  # fmt: skip


# ---------------------------------------------------------------- make validate


def test_the_target_sets_sixty_texts_in_a_dozen_languages(tmp_path: Path) -> None:
    texts = validate.own(tmp_path)
    assert len(texts) == len(set(texts)) == 60
    assert len({validate.language(p) for p in texts if p.with_suffix(".gold").exists()}) >= 12


def test_the_table_of_the_target_is_in_the_docs(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "validation.md").read_text("utf-8")
    assert "60 texts of this project in " in page
    for name in ("links", "agreement", "ledger", *(v.name for v in check.VALIDATORS), "axe"):
        assert re.search(rf"^\| {name} \| \d+ \|", page, re.M), name
    told = [validate.Told("a", "Nu", "failed", 1, 2, ()), validate.Told("b", "Nu", "not checked", 0, 0, ())]
    assert validate.table(told).endswith("\n| Nu | 2 | 0 | 1 | 2 | 1 |")


# ---------------------------------------------------------------- what the tests share


def _with(edition: Edition, data: bytes) -> Edition:
    return Edition(edition.format, edition.name, edition.media_type, data)


def _spoilt(book: bytes, file: str, old: str, new: str) -> bytes:
    """The book with `old` replaced in one of its files."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(book)) as before, zipfile.ZipFile(out, "w") as after:
        for info in before.infolist():
            data = before.read(info)
            if info.filename.endswith(file):
                assert old.encode() in data, (file, old)
                data = data.replace(old.encode(), new.encode())
            after.writestr(info, data)
    return out.getvalue()
