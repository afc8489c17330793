"""The command line: every page of tests/commands runs as it reads, and what a page cannot show is tested here."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from convert.article import Edition
from convert.errors import OutputError
from convert.files import write_editions

ROOT = Path(__file__).parent.parent
PAGES = Path(__file__).parent / "commands"
TEXT = "A Walk\n\nby Ann Lee\n\nThe path goes down to the river, and there it stops.\n"
_BLOCK = re.compile(r"^```(file|console) ?([^\n]*)\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Page:
    """One case of a page: its heading, its sentence, its files and commands."""

    path: Path
    text: str

    def __str__(self) -> str:
        return f"{self.path.stem}: {self.text.splitlines()[0].lstrip('# ')}"


def pages() -> list[Page]:
    """Every case of every page, by file and in their order."""
    return [
        Page(path, "## " + part)
        for path in sorted(PAGES.glob("*.md"))
        for part in re.split(r"^## ", path.read_text("utf-8"), flags=re.M)[1:]
    ]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A plain environment in which `editions` is this checkout and `python` this Python."""
    folder = tmp_path_factory.mktemp("bin")
    start = "import sys; sys.argv[0] = 'editions'; from convert.cli import main; main()"
    for name, words in (("editions", f'-P -c "{start}"'), ("python", "")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec env PYTHONPATH="{ROOT}" "{sys.executable}" {words} "$@"\n', "utf-8")
        script.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "COLUMNS": "100"}


def run(command: str, folder: Path, environment: dict[str, str]) -> tuple[str, int]:
    """What a shell command says, both streams together, and its exit status."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
    )
    return done.stdout.decode("utf-8"), done.returncode


def played(text: str, folder: Path, environment: dict[str, str]) -> str:
    """The case again, with its files written and its commands run, showing what they said this time."""

    def block(match: re.Match[str]) -> str:
        kind, name, body = match.groups()
        if kind == "file":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(body, "utf-8")
            return match[0]
        commands = [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(shown(command, folder, environment) for command in commands) + "```"

    return _BLOCK.sub(block, text)


def shown(command: str, folder: Path, environment: dict[str, str]) -> str:
    """A command with what it said, as a page shows it."""
    said, status = run(command, folder, environment)
    said = said.rstrip("\n") + "\n" if said.strip() else ""
    return f"$ {command}\n{said}" + (f"[{status}]\n" if status else "")


@pytest.mark.parametrize("page", pages(), ids=str)
def test_page(page: Page, tmp_path: Path, environment: dict[str, str], accept: bool) -> None:
    assert "$ " in page.text
    got = played(page.text, tmp_path, environment)
    if accept:
        page.path.write_text(page.path.read_text("utf-8").replace(page.text, got), "utf-8")
        return
    assert got == page.text


# ---------------------------------------------------------------- what a page cannot show


def test_html_costs_no_other_engine() -> None:
    code = (
        "import sys; from convert import pipeline; from convert.article import Source\n"
        f"pipeline.convert(Source('a.txt', {TEXT.encode()!r}), ('html',))\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "convert" in loaded
    assert not loaded & {"weasyprint", "ebooklib", "pypandoc", "flask", "gunicorn", "charset_normalizer"}


def test_the_command_itself_loads_no_engine() -> None:
    code = "import sys, convert.cli\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"weasyprint", "ebooklib", "pypandoc", "eld", "flask", "gunicorn"}


@pytest.mark.parametrize("target", ["blocked/a.html", "blocked/under/a.html"])
def test_where_a_folder_is_a_file_nothing_is_left(target: str, tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "blocked").write_text("here first", "utf-8")
    said, status = run(f"editions convert a.txt -t html -o {target}", tmp_path, environment)
    assert status == 9, said
    assert said.startswith("editions: a.txt: ")
    assert "Traceback" not in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "blocked"]
    assert (tmp_path / "blocked").read_text("utf-8") == "here first"


def test_one_edition_that_cannot_be_written_holds_back_all(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("here first", "utf-8")
    editions = [Edition("html", "a.html", "text/html", b"1"), Edition("pdf", "a.pdf", "application/pdf", b"2")]
    with pytest.raises(OutputError) as caught:
        write_editions(editions, [tmp_path / "out" / "a.html", tmp_path / "blocked" / "a.pdf"], force=False)
    assert caught.value.code == "output-unwritable"
    assert list((tmp_path / "out").iterdir()) == []


def test_one_output_that_exists_holds_back_all(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "a.epub").write_text("here first", "utf-8")
    said, status = run("editions convert a.txt", tmp_path, environment)
    assert status == 9, said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.epub", "a.txt"]
    assert (tmp_path / "a.epub").read_text("utf-8") == "here first"


@pytest.mark.parametrize(
    "command",
    [
        "editions batch a.txt -o out --report nowhere/report.jsonl",
        f"editions convert a.txt -t html -o {'n' * 300}.html",
        "editions convert a.txt -t html -o out/ --timeout nan",
        "EDITIONS_MAX_BYTES=many editions doctor",
        "editions convert a.txt -t html --encoding no-such",
        "editions convert a.txt -t html --encoding base64",
    ],
)
def test_a_bad_word_is_a_sentence_never_a_traceback(command: str, tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    said, status = run(command, tmp_path, environment)
    assert status in (2, 3, 9), said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["convert", "batch"])
@pytest.mark.parametrize("name", ["convert", "yaml"])
def test_python_files_beside_the_text_are_never_run(
    command: str, name: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / f"{name}.py").write_text("open('ran', 'w').close()\nraise SystemExit(1)\n", "utf-8")
    said, _ = run(f"editions {command} a.txt -t html,epub -o out/", tmp_path, environment)
    assert not (tmp_path / "ran").exists(), said


def modified(command: str, folder: Path, environment: dict[str, str]) -> str:
    """The time of change that the HTML edition holds."""
    said, status = run(command, folder, environment)
    assert status == 0, said
    found = re.findall(r'<meta name="dcterms\.modified" content="([^"]*)"', said)
    assert len(found) == 1, said
    return str(found[0])


def test_source_date_epoch_is_the_time_of_change(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    command = "editions convert a.txt -q -t html -o -"
    epoch = environment | {"SOURCE_DATE_EPOCH": "1505692800"}
    assert modified(command, tmp_path, epoch) == "2017-09-18T00:00:00Z"
    assert modified(command + " --modified 2020-02-29T12:00:00Z", tmp_path, epoch) == "2020-02-29T12:00:00Z"
    assert modified(command, tmp_path, environment) == "1980-01-01T00:00:00Z"


def test_every_line_of_json_is_json(tmp_path: Path, environment: dict[str, str]) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT, "utf-8")
    said, status = run("editions convert a.txt b.txt --json -t html,markdown -o out/", tmp_path, environment)
    assert status == 0, said
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["input"] for line in lines] == ["a.txt", "b.txt"]
    for line in lines:
        assert [e["format"] for e in line["editions"]] == ["html", "markdown"]
        assert all((tmp_path / e["path"]).is_file() for e in line["editions"])
