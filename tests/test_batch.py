"""Batches: whatever an INPUT may be, names that never collide, runs that are killed, stopped, short of space."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from convert import batch
from convert.article import Source
from convert.batch import texts
from convert.batch.journal import Journal
from convert.batch.reports import Page, doubt
from convert.batch.texts import Text, Unfound
from convert.batch.watch import Watch
from convert.child import Child, Reply
from convert.errors import InputError, LimitError, NoSpace, OutputError
from convert.options import Limits, Options
from convert.places import Place
from tests.engines import s3
from tests.serving import ROOT, descendants

ORDER = batch.Order(("html",), Options(), Limits(), resume=True)
BODY = "\n\nBy Ada Moss\n\nThe rope lies on the quay, and nobody has asked for it since the spring.\n"


def written(folder: Path, names: Iterable[str], say: str = "Of ropes") -> Path:
    """The folder with a small article in each of these files."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{say} {name.replace('/', ' ')}{BODY}", "utf-8")
    return folder


def found(*names: str) -> list[str]:
    """What INPUTs name: `folder/: name` of each text, `!code` of what cannot be had."""
    return [
        f"!{one.error.code}" if isinstance(one, Unfound) else f"{one.folder}: {one.last}"
        for one in texts.texts_in(names)
    ]


def files_in(folder: Path) -> dict[str, bytes]:
    """All editions in an output."""
    names = [p for p in folder.rglob("*") if p.is_file() and ".editions" not in p.relative_to(folder).parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in names}


def command(*words: str) -> list[str]:
    """`editions batch` of this checkout."""
    return [sys.executable, "-m", "convert.cli", "batch", *words]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """What it says."""
    return subprocess.run(
        command(*words),
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        cwd=ROOT,
        timeout=110,
        check=False,
    )


# ---------------------------------------------------------------- what an INPUT may be


def test_a_folder_is_searched_and_keeps_its_folders(tmp_path: Path) -> None:
    written(tmp_path, ["b.txt", "a.md", "x/y/c.txt", ".editions/journal.txt", "a.editions.yaml", "p.png"])
    (tmp_path / "a.html").write_text("<p>An edition of a.md.")
    assert found(str(tmp_path)) == [": a.md", ": b.txt", "x/y: c.txt"]


def test_what_a_batch_wrote_is_no_text(tmp_path: Path) -> None:
    """Output and report in the very folder that is searched."""
    written(tmp_path, ["a.txt"])
    words = (str(tmp_path), "-o", str(tmp_path / "out"), "-t", "html", "--report", str(tmp_path / "r.html"), "-q")
    assert run(*words).returncode == 0
    assert run(*words).returncode == 0
    assert sorted(files_in(tmp_path)) == ["a.txt", "out/a.html", "r.html"]


def test_names_of_any_script_and_of_none(tmp_path: Path) -> None:
    """Whatever bytes a name is made of, the editions come; whatever comes out is JSON."""
    odd = os.fsencode(tmp_path) + b"/\xff\xfe.txt"
    for name in ("морской узел.txt", "綱.txt", "حبل.txt", "a\nb.txt", "-q.txt", " .txt"):
        written(tmp_path, [name])
    with open(odd, "wb") as file:
        file.write(b"Of ropes\n\nOne text more.\n")
    report = ("--report", str(tmp_path / "out/r.html"))
    done = run(str(tmp_path), "-o", str(tmp_path / "out"), "-t", "html", "--json", *report)
    assert done.returncode == 0, done.stderr
    (tmp_path / "out" / "r.html").unlink()
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 7 == len(files_in(tmp_path / "out"))
    again = run(str(tmp_path), "-o", str(tmp_path / "out"), "-t", "html", "--resume")
    assert "0 set, 7 unchanged" in again.stderr


def test_many_files_in_a_folder_are_found_in_their_order(tmp_path: Path) -> None:
    for n in range(20_000):
        os.close(os.open(tmp_path / f"{n:06}.txt", os.O_CREAT | os.O_WRONLY))
    names = [one.last for one in texts.texts_in([str(tmp_path)]) if isinstance(one, Text)]
    assert names == sorted(names)
    assert len(names) == 20_000


@pytest.mark.skipif(os.getuid() == 0, reason="root may search every folder")
def test_a_folder_that_cannot_be_searched_is_named(tmp_path: Path) -> None:
    written(tmp_path, ["a.txt", "shut/b.txt"])
    (tmp_path / "shut").chmod(0)
    assert found(str(tmp_path)) == [": a.txt", "!unreadable"]


def test_a_file_that_vanishes_is_one_bad_text(tmp_path: Path) -> None:
    written(tmp_path, ["a.txt", "b.txt"])
    tasks = list(batch.plan(list(texts.texts_in([str(tmp_path)])), ("html",), {}))
    (tmp_path / "a.txt").unlink()
    with batch.Hands(Limits(), 2, afar=True) as hands:
        place = Place(str(tmp_path / "out"))
        outcomes = list(batch.run((t for t in tasks if isinstance(t, batch.Task)), ORDER, place, hands))
    assert sorted(str(o.error) for o in outcomes) == ["None", f"There is no file {tmp_path / 'a.txt'}."]


def test_what_is_named_twice_is_set_once(tmp_path: Path) -> None:
    written(tmp_path, ["a.txt"])
    both = list(texts.texts_in([str(tmp_path), str(tmp_path / "*.txt"), str(tmp_path / "a.txt")]))
    assert len(both) == 3
    assert len(list(batch.plan(both, ("html",), {}))) == 1


def archive(path: Path, members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> str:
    """A zip with these members."""
    with zipfile.ZipFile(path, "w", how) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return str(path)


def test_an_archive_cannot_lead_out_of_the_output(tmp_path: Path) -> None:
    names = ("../../up.txt", "/etc/abs.txt", "..\\..\\w.txt", "C:\\x\\y.txt", "a/./../b.txt", "__MACOSX/._a.txt")
    name = archive(tmp_path / "t.zip", dict.fromkeys(names, b"A text\n\nOf some words.\n"))
    tasks = [t for t in batch.plan(list(texts.texts_in([name])), ("html",), {}) if isinstance(t, batch.Task)]
    assert [t.paths[0] for t in tasks] == ["up.html", "etc/abs.html", "w.html", "C_/x/y.html", "a/b.html"]


def test_a_bomb_in_an_archive_is_one_bad_text(tmp_path: Path) -> None:
    name = archive(tmp_path / "t.zip", {"bomb.txt": b"0" * 50_000_000, "a.txt": b"A text\n\nOf some words.\n"})
    texts_of = [t for t in texts.texts_in([name]) if isinstance(t, Text)]
    with pytest.raises(LimitError, match="unpacks to more than"):
        texts.read(texts_of[0], 16_000_000)
    assert texts.read(texts_of[1], 16_000_000) == Source("a.txt", b"A text\n\nOf some words.\n")


def test_an_archive_takes_its_overrides_along(tmp_path: Path) -> None:
    members = {"x/a.txt": b"A text\n\nOf some words.\n", "x/a.editions.yaml": b"title: Another\n"}
    (text,) = texts.texts_in([archive(tmp_path / "t.zip", members)])
    assert isinstance(text, Text)
    assert texts.overrides(text) == "title: Another\n"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip at all", b"PK\x05\x06" + b"\xff" * 18])
def test_a_broken_archive_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.zip").write_bytes(data)
    assert found(str(tmp_path / "t.zip"))[:1] in ([], ["!bad-archive"])
    assert found(str(tmp_path / "none.zip")) == ["!missing"]


MANIFESTS = {
    "comma.csv": "file,title\na.txt,One\nb.txt,\n",
    "semicolon.csv": "\ufefffile;title\na.txt;One\nb.txt;\n",
    "quoted.csv": 'file,title\n"a.txt","One, and\nmore"\nb.txt,x\n',
    "lines.jsonl": '{"file": "a.txt", "title": "One"}\n\n{"file": "b.txt"}\n',
    "gaps.csv": "file,title\n\na.txt,One\n , \nb.txt,\n",
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_names_texts_and_what_is_known_of_them(tmp_path: Path, name: str) -> None:
    written(tmp_path, ["a.txt", "b.txt"])
    (tmp_path / name).write_text(MANIFESTS[name], "utf-8")
    one, two = texts.texts_in([str(tmp_path / name)])
    assert isinstance(one, Text)
    assert isinstance(two, Text)
    assert (one.last, two.last) == ("a.txt", "b.txt")
    assert str(one.said["title"]).startswith("One")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("file,title\na.txt,One,two\n", "The row is no record."),
        ("title\nOne\n", "The row names no file."),
        ("file,no-such\na.txt,x\n", "no-such"),
        ("file,date\na.txt,soon\n", "date 'soon' is not"),
    ],
)
def test_a_row_that_is_wrong_is_one_bad_text(tmp_path: Path, said: str, why: str) -> None:
    (tmp_path / "list.csv").write_text(said)
    (one,) = texts.texts_in([str(tmp_path / "list.csv")])
    assert isinstance(one, Unfound)
    assert "Line 2: " in str(one.error)
    assert why in str(one.error)


def test_a_manifest_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"file\n\xff\xfe\n")
    assert found(str(tmp_path / "list.csv")) == ["!unreadable"]
    assert found(str(tmp_path / "none.jsonl")) == ["!missing"]


def test_a_list_on_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written(tmp_path, ["a.txt", "b\nc.txt"])
    said = b"\0".join(os.fsencode(tmp_path / name) for name in ("a.txt", "b\nc.txt"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(said)))
    assert found("-") == [": a.txt", ": b\nc.txt"]


# ---------------------------------------------------------------- names


def test_names_by_metadata_are_the_same_each_time(tmp_path: Path) -> None:
    """Texts whose metadata are alike get numbers in the order that they are found, however many work at them."""
    written(tmp_path / "in", [f"{n}.txt" for n in range(6)])
    for path in (tmp_path / "in").glob("*.txt"):
        path.write_text(f"Of ropes{BODY}And of number {path.stem}.\n")
    outs = []
    for jobs in ("1", "4"):
        out = tmp_path / f"out{jobs}"
        words = (
            str(tmp_path / "in"),
            "-o",
            str(out),
            "-t",
            "plain",
            "--name",
            "{author}-{title}",
            "--jobs",
            jobs,
            "-q",
        )
        assert run(*words).returncode == 0
        outs.append(files_in(out))
    assert outs[0] == outs[1]
    assert sorted(outs[0]) == sorted(
        ["moss-of-ropes.plain.txt", *(f"moss-of-ropes-{n}.plain.txt" for n in range(2, 7))]
    )
    assert b"number 3" in outs[0]["moss-of-ropes-4.plain.txt"]


def test_a_text_is_never_replaced_by_its_edition(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>Of ropes, and of nothing else.")
    done = run(str(tmp_path / "a.html"), "-o", str(tmp_path), "-t", "html")
    assert done.returncode == 5
    assert "is the input itself" in done.stderr
    assert (tmp_path / "a.html").read_text() == "<p>Of ropes, and of nothing else."


# ---------------------------------------------------------------- a second run


def again(folder: Path, out: Path, **changed: object) -> list[bool | str]:
    """Run the batch with a journal: of each text whether it was done before, or its error."""

    order = replace(ORDER, **changed)  # type: ignore[arg-type]
    said = []
    with Journal(out / ".editions") as journal, batch.Hands(Limits(), 2, afar=True) as hands:
        tasks = [
            t for t in batch.plan(list(texts.texts_in([str(folder)])), order.formats, {}) if isinstance(t, batch.Task)
        ]
        for outcome in batch.run(tasks, order, Place(str(out)), hands, journal):
            line = batch.line_of(outcome)
            if not outcome.before:
                journal.note(line)
            mark = line["error"]["code"] if line["error"] else bool(outcome.before)
            said.append((line["input"], (mark, bool(outcome.before)) if line["error"] else mark))
    return [mark for _, mark in sorted(said)]  # type: ignore[misc]


def test_a_second_run_sets_what_has_changed_and_nothing_else(tmp_path: Path) -> None:
    written(tmp_path / "in", ["a.txt", "b.txt"])
    (tmp_path / "in" / "c.txt").write_text("")
    out = tmp_path / "out"
    assert again(tmp_path / "in", out) == [False, False, ("empty", False)]
    assert again(tmp_path / "in", out) == [True, True, ("empty", True)]
    written(tmp_path / "in", ["b.txt"], "Of other ropes")
    assert again(tmp_path / "in", out) == [True, False, ("empty", True)]
    (out / "a.html").unlink()
    assert again(tmp_path / "in", out) == [False, True, ("empty", True)]
    (out / "a.html").write_bytes((out / "a.html").read_bytes()[:100])
    assert again(tmp_path / "in", out) == [False, True, ("empty", True)]
    (tmp_path / "in" / "b.editions.yaml").write_text("metadata:\n  title: Hemp\n")
    assert again(tmp_path / "in", out) == [True, False, ("empty", True)]
    assert again(tmp_path / "in", out, options=Options(publisher="Quay")) == [False, False, ("empty", False)]
    assert again(tmp_path / "in", out, options=Options(publisher="Quay"), resume=False)[0] is False


def test_a_journal_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    written(tmp_path / "in", ["a.txt", "b.txt"])
    out = tmp_path / "out"
    again(tmp_path / "in", out)
    path = out / ".editions" / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert sorted(map(str, again(tmp_path / "in", out))) == ["False", "True"]
    assert again(tmp_path / "in", out) == [True, True]
    assert all(json.loads(line) for line in path.read_bytes().splitlines())


def test_two_batches_cannot_write_to_one_output(tmp_path: Path) -> None:
    with Journal(tmp_path / ".editions"), pytest.raises(OutputError, match="Another batch is at work"):
        Journal(tmp_path / ".editions")


def test_kill_9_loses_nothing(tmp_path: Path) -> None:
    """Killed at moments of no choosing and taken up again: the files of a run that nobody disturbed, and no others."""
    chance = random.Random(6)
    written(tmp_path / "in", [f"{n % 3}/{n}.txt" for n in range(16)])
    words = (str(tmp_path / "in"), "-t", "html,epub", "-q", "-o")
    assert run(*words, str(tmp_path / "calm")).returncode == 0
    killed = 0
    for _ in range(3):
        process = subprocess.Popen(command(*words, str(tmp_path / "out"), "--resume"), cwd=ROOT)
        waited = _until_some(tmp_path / "out", process, chance.randrange(1, 6))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL and waited
    assert run(*words, str(tmp_path / "out"), "--resume").returncode == 0
    assert files_in(tmp_path / "out") == files_in(tmp_path / "calm")
    assert killed >= 1
    assert not list((tmp_path / "out" / ".editions").glob("waiting/*"))


def _until_some(out: Path, process: subprocess.Popen[bytes], more: int) -> bool:
    """Wait until so many editions more have come, or the batch has ended."""
    start = len(files_in(out)) if out.exists() else 0
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if out.exists() and len(files_in(out)) >= start + more:
            return True
        time.sleep(0.01)
    return False


def test_ctrl_c_finishes_what_runs_and_a_second_run_goes_on(tmp_path: Path) -> None:
    written(tmp_path / "in", [f"{n}.txt" for n in range(30)])
    words = (str(tmp_path / "in"), "-t", "html", "-o", str(tmp_path / "out"), "--resume")
    process = subprocess.Popen(command(*words), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert _until_some(tmp_path / "out", process, 2)  # type: ignore[arg-type]
    process.send_signal(signal.SIGINT)
    said, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "Finishing what is under way" in told
    assert "left: go on with --resume" in told
    assert len(said.splitlines()) == len(files_in(tmp_path / "out")) < 30
    rest = run(*words)
    assert rest.returncode == 0
    assert f"{len(said.splitlines())} unchanged" in rest.stderr
    assert len(files_in(tmp_path / "out")) == 30


def test_ctrl_c_twice_ends_it_at_once(tmp_path: Path) -> None:
    """Though each of its children stands still."""
    written(tmp_path / "in", [f"{n}.txt" for n in range(9)])
    words = (str(tmp_path / "in"), "-t", "html,epub", "-o", str(tmp_path / "out"))
    process = subprocess.Popen(command(*words), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert _until_some(tmp_path / "out", process, 1)  # type: ignore[arg-type]
    for child in descendants(process.pid):
        os.kill(child, signal.SIGSTOP)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "What was written is whole" in told


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk_stops_the_batch_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    written(tmp_path / "in", [f"{n}.txt" for n in range(20)])
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(small)], check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        words = (str(tmp_path / "in"), "-t", "html", "-o", str(small), "--resume", "-q", "--jobs", "1")
        done = run(*words)
        assert done.returncode == 9, done.stderr
        assert "is full" in done.stderr
        assert 0 < len(files_in(small)) < 20
        assert all(data.endswith(b"</html>\n") for data in files_in(small).values())
        subprocess.run(["mount", "-o", "remount,size=4m", str(small)], check=True)
        assert run(*words).returncode == 0
        assert len(files_in(small)) == 20
    finally:
        subprocess.run(["umount", str(small)], check=True)


# ---------------------------------------------------------------- afar


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A real S3 endpoint with an empty bucket."""
    with s3() as url:
        yield url


def test_from_a_bucket_into_a_bucket(bucket: str, tmp_path: Path) -> None:
    texts_at = Place(f"{bucket}/texts")
    texts_at.write({"a.txt": f"Of ropes{BODY}".encode(), "x/b.txt": f"Of knots{BODY}".encode(), "c.png": b"x"})
    words = (f"{bucket}/texts/", "-o", f"{bucket}/out", "-t", "html,epub", "--resume")
    done = run(*words)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == [f"{bucket}/out/{n}" for n in ("a.epub", "a.html", "x/b.epub", "x/b.html")]
    assert (Place(f"{bucket}/out").read("x/b.html") or b"").startswith(b"<!DOCTYPE html>")
    assert "0 set, 2 unchanged" in run(*words).stderr
    here = run(f"{bucket}/texts/**/*.txt", f"{bucket}/none/", "-o", str(tmp_path), "-t", "html")
    assert here.returncode == 5
    assert sorted(files_in(tmp_path)) == ["a.html", "x/b.html"]
    assert "There is no text at" in here.stderr


def test_a_bucket_that_is_not_there_is_named_and_not_made(bucket: str, tmp_path: Path) -> None:
    written(tmp_path, ["a.txt"])
    for _ in range(2):
        done = run(str(tmp_path / "a.txt"), "-o", "s3://buckett/out", "-t", "html")
        assert (done.returncode, "There is no bucket buckett" in done.stderr) == (1, True), done.stderr


class Refusing(BaseHTTPRequestHandler):
    """A store that is too busy for everything."""

    def do_ANY(self) -> None:
        """503, as S3 says it."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = do_POST = do_ANY

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("kind", ["away", "busy"])
def test_a_store_that_does_not_answer_is_said(kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written(tmp_path, ["a.txt"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1] if kind == "busy" else 9
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    done = run(str(tmp_path / "a.txt"), "-o", "s3://none/out", "-t", "html", "--resume")
    server.shutdown()
    server.server_close()
    assert done.returncode in (1, 5), done.stderr
    assert "does not answer" in done.stderr
    assert ".." not in done.stderr


# ---------------------------------------------------------------- reports


def line(name: str, **more: object) -> dict[str, object]:
    """A line of a batch."""
    sure = {"blocks": 10, "certain": 10, "likely": 0, "guess": 0}
    plain = {"input": name, "ok": True, "unchanged": False, "editions": [], "metadata": {}, "sure": sure,
             "remarks": [], "error": None, "verdict": None}  # fmt: skip
    return plain | more


def test_the_doubtful_stand_first() -> None:
    failed = line("failed", ok=False, error={"code": "empty", "message": "It is empty.", "hint": "Fill it."})
    unsound = line("unsound", verdict={"publishable": False})
    remarked = line("remarked", remarks=[{"code": "language", "message": "Which?", "line": 0}])
    guessed = line("guessed", sure={"blocks": 10, "certain": 5, "likely": 0, "guess": 5})
    likely = line("likely", sure={"blocks": 10, "certain": 5, "likely": 5, "guess": 0})
    lines = [line("sure"), likely, guessed, remarked, unsound, failed]
    said = [one["input"] for one in sorted(lines, key=doubt, reverse=True)]
    assert said == ["failed", "unsound", "guessed", "remarked", "likely", "sure"]


def test_the_page_of_a_large_batch_keeps_the_doubtful_ones(tmp_path: Path) -> None:
    page = Page(str(tmp_path), "out")
    for n in range(3000):
        page.tell(line(f"<{n}>", remarks=[{"code": "x", "message": "y", "line": 1}] * (n % 7)))
    html = page.html()
    assert html.count("<article>") == 1000
    assert "The 1000 that want looking at most" in html
    assert "&lt;6&gt;" in html
    assert "<b>3000</b> set" in html


def test_an_unreadable_text_is_named_in_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    done = run(str(tmp_path / "none.txt"), "-o", str(tmp_path / "out"), "--report", str(report), "-q")
    assert done.returncode == 5
    (said,) = map(json.loads, report.read_text("utf-8").splitlines())
    assert said["error"]["code"] == "missing"
    assert "key" not in said


def test_errors_keep_their_code() -> None:
    with pytest.raises(InputError) as refused:
        texts.read(Text("/no/such/file.txt"), 100)
    assert refused.value.code == "missing"


# ---------------------------------------------------------------- what is taken


HOUSE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>By hand, with words enough.</p></body></html>"
IN_MEMORY = """
import fsspec, sys
from convert.cli import main
files = fsspec.filesystem("memory")
files.pipe_file("/t/a.txt", b"Hand\\n\\nBy Ada Moss\\n\\nThe rope lies on the quay.\\n")
files.pipe_file("/t/b.html", sys.argv.pop(1).encode())
for _ in range(2):
    try:
        main()
    except SystemExit as end:
        print(end.code)
for name in sorted(files.find("/")):
    print(name, "" if b"Editions" in files.cat_file(name) else "by hand")
"""


@pytest.mark.parametrize(
    ("output", "there"),
    [
        ("memory://t/", ["5", "5", "/t/a.html", "/t/a.txt by hand", "/t/b.html by hand"]),
        ("memory://t/o", ["0", "0", "/t/a.txt by hand", "/t/b.html by hand", "/t/o/a.html", "/t/o/b.html"]),
    ],
)
def test_afar_no_edition_takes_a_text_s_place_and_none_is_a_text(
    output: str, there: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITIONS_DATA", str(tmp_path))
    words = ("batch", "memory://t/", "-o", output, "-t", "html", "-q")
    alone = [sys.executable, "-c", IN_MEMORY, HOUSE.format("Hand"), *words]
    done = subprocess.run(alone, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert [line.strip() for line in done.stdout.splitlines()] == there, done.stderr


def test_no_edition_takes_the_place_of_another_text_or_of_a_report(tmp_path: Path) -> None:
    for name in ("a.txt", "report.txt"):
        (tmp_path / name).write_text(f"page{BODY}Of {name}.\n")
    (tmp_path / "page.html").write_text(HOUSE.format("Other"))
    page = tmp_path / "report.html"
    words = (str(tmp_path), "-o", str(tmp_path), "-t", "html", "--report", str(page))
    first = [run(*words, "--name", "{title}", "--resume").returncode for _ in range(3)]
    assert first == [0, 0, 0]
    assert (tmp_path / "page.html").read_text() == HOUSE.format("Other")
    assert sorted(files_in(tmp_path)) == [
        "a.txt", "other.html", "page-2.html", "page-3.html", "page.html", "report.html", "report.txt"
    ]  # fmt: skip
    assert run(*words).returncode == 5  # page.html cannot be made of itself
    assert 'href="report-2.html"' in page.read_text("utf-8")


def test_no_pattern_finds_what_was_made_or_goes_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop = written(tmp_path, ["t/a.html", "t/deep/b.txt", "t/deep/b.epub", "out/t/a.html", "t/.no/c.txt"])
    (drop / "out" / ".editions").mkdir()
    for name in ("again", "t/again", "t/deep/again"):
        (drop / name).symlink_to(".")
    archive(drop / "t" / "z.zip", {"c.txt": b"C", "c.html": b"C"})
    (drop / "t" / "rows.csv").write_text("file\ndeep/b.txt\n")
    assert found(f"{drop}/**/*.html") == ["t: a.html"]
    assert found(f"{drop}/**") == ["t: a.html", "t/deep: b.txt", ": b.txt", ": c.txt"]
    assert found(f"{drop}/t/*.zip") == [": c.txt"]
    monkeypatch.chdir(drop)
    assert found("**/b.*") == ["t/deep: b.txt"]
    assert found("t/**/b.txt", "t/**/.no/*.txt") == ["deep: b.txt", ".no: c.txt"]


def test_a_row_is_set_as_it_says_though_another_names_the_same_text(tmp_path: Path) -> None:
    written(tmp_path, ["m/a.txt"])
    (tmp_path / "m" / "house.css").write_text("body { color: maroon }")
    (tmp_path / "m" / "house.toml").write_text('name = "house"\n')
    (tmp_path / "m" / "rows.csv").write_text(
        "file,title,css,profile,cover\na.txt,Alpha,house.css,,\na.txt,Beta,,house.toml,none\na.txt,Gamma,,,no.png\n"
    )
    words = (str(tmp_path / "m" / "rows.csv"), "-o", str(tmp_path / "out"), "-t", "html", "--resume")
    done = run(*words, "--name", "{title}")
    assert (done.returncode, "no.png" in done.stderr) == (5, True), done.stderr
    there = files_in(tmp_path / "out")
    assert {name: f"<title>{name[:-5].title()}<".encode() in data for name, data in there.items()} == {
        "alpha.html": True, "beta.html": True
    }  # fmt: skip
    assert [b"maroon" in there[name] for name in ("alpha.html", "beta.html")] == [True, False]
    assert "2 unchanged" in run(*words, "--name", "{title}").stderr


# ---------------------------------------------------------------- what is odd


def test_what_is_odd_is_named_and_the_rest_is_done(tmp_path: Path) -> None:
    drop = written(tmp_path / "in", ["good.txt", "._good.txt", "~$good.txt", ".git/no.txt", "x" * 246 + ".txt"])
    os.mkfifo(drop / "pipe.txt")
    (drop / "device.txt").symlink_to("/dev/zero")
    rows = [{"file": "good.txt", "output": "by-row"}, {"file": "a\0.txt"}, {"file": "b.txt", "output": "\ud800/y"}]
    (tmp_path / "in" / "rows.jsonl").write_text("\n".join([*map(json.dumps, rows), "[" * 200_000]))
    done = run(str(drop), str(drop / "rows.jsonl"), "-o", str(tmp_path / "out"), "-t", "html")
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert {"by-row.html", "good.html"} < set(files_in(tmp_path / "out"))
    assert len(files_in(tmp_path / "out")) == 3  # the long name is a name
    assert len(done.stderr.splitlines()) == 5  # the pipe, the device, three rows
    again = run(str(drop / "good.txt"), "-o", str(tmp_path / "out"), "-t", "html")
    assert (again.returncode, again.stderr) == (0, "")


def test_a_manifest_afar_names_what_lies_beside_it(tmp_path: Path) -> None:
    written(tmp_path, ["l/17.txt"])
    (tmp_path / "list.csv").write_text("file,output\nl/17.txt,quay\n")
    done = run(f"file://{tmp_path}/list.csv", "-o", str(tmp_path / "out"), "-t", "html")
    assert (done.returncode, list(files_in(tmp_path / "out"))) == (0, ["quay.html"]), done.stderr


def test_a_page_names_folders_that_are_not_utf_8(tmp_path: Path) -> None:
    written(tmp_path / "in" / os.fsdecode(b"caf\xe9"), ["a.txt"])
    page = tmp_path / "report.html"
    done = run(str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-t", "html", "--report", str(page))
    assert done.returncode == 0, done.stderr
    assert 'href="out/caf%E9/a.html"' in page.read_text("utf-8")


def test_failures_of_before_do_not_count_and_a_signal_is_no_success(tmp_path: Path) -> None:
    drop = written(tmp_path / "in", [f"good{n}.txt" for n in range(3)])
    for n in range(3):
        (drop / f"bad{n}.txt").write_bytes(b"")
    words = (str(drop), "-o", str(tmp_path / "out"), "-t", "html", "--jobs", "1", "--resume")
    first = run(*words, "--max-failures", "3")
    assert (first.returncode, "left: go on with --resume" in first.stderr) == (5, True)
    assert run(*words, "--max-failures", "3").returncode == 5
    assert len(files_in(tmp_path / "out")) == 3
    many = written(tmp_path / "many", [f"{n}.txt" for n in range(400)])
    process = subprocess.Popen(command(str(many), "-o", str(tmp_path / "o"), "-q", "--max-failures", "9"), cwd=ROOT)
    try:
        _until(lambda: files_in(tmp_path / "o") != {})
        process.terminate()
        assert process.wait(60) == 130
    finally:
        process.kill()
        process.wait()


def test_a_report_or_a_journal_without_room_is_said(tmp_path: Path) -> None:
    written(tmp_path, ["a.txt"])
    done = run(str(tmp_path / "a.txt"), "-o", str(tmp_path / "out"), "-t", "html", "--report", "/dev/full")
    assert (done.returncode, done.stderr) == (
        9, "editions: The report /dev/full has no more room. Free some space, then go on.\n"
    )  # fmt: skip
    with Journal(tmp_path / "j") as journal:
        journal._file.close()
        journal._file = open("/dev/full", "rb+")  # noqa: SIM115 (the journal closes it)
        with pytest.raises(NoSpace, match="no more room"):
            journal.note({"input": "a.txt", "at": "/"})


# ---------------------------------------------------------------- a watched folder


def watching(folder: Path, out: Path) -> subprocess.Popen[str]:
    """`editions watch` at work."""
    words = [sys.executable, "-m", "convert.cli", "watch", str(folder), "-o", str(out), "-t", "html", "--every", "0.1"]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_what_is_dropped_becomes_editions(tmp_path: Path) -> None:
    drop, out = written(tmp_path / "drop", ["a.txt"]), tmp_path / "out"
    process = watching(drop, out)
    try:
        _until(lambda: (drop / "done" / "a.txt").exists())
        written(drop, ["deep/b.txt"])
        (drop / "deep" / "b.editions.yaml").write_text("metadata:\n  title: Hemp\n")
        (drop / "bad.txt").write_text("")
        _until(lambda: (drop / "failed" / "bad.txt").exists() and (drop / "done" / "deep" / "b.txt").exists())
        written(drop, ["a.txt"], "Of newer ropes")
        _until(lambda: (drop / "done" / "a-2.txt").exists())
    finally:
        process.send_signal(signal.SIGTERM)
        said, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert sorted(files_in(out)) == ["a.html", "deep/b.html"]
    assert b"Of newer ropes" in files_in(out)["a.html"]
    assert b"<title>Hemp" in files_in(out)["deep/b.html"]
    assert (drop / "done" / "deep" / "b.editions.yaml").exists()
    assert (
        drop / "failed" / "bad.txt.error.txt"
    ).read_text() == "The input is empty. Give a file that has text in it.\n"
    assert said.splitlines() == [str(out / "a.html"), str(out / "deep/b.html"), str(out / "a.html")]
    assert not [p for p in drop.rglob("*") if p.is_file() and p.parts[-2] in ("drop", "deep") and "done" not in p.parts]


def test_a_file_that_grows_is_left_until_it_has_grown(tmp_path: Path) -> None:
    drop = written(tmp_path / "drop", ["a.txt", ".hidden.txt"])
    order = batch.Order(("html",), Options(), Limits())
    with Journal(tmp_path / "out" / ".editions") as journal, batch.Hands(Limits(), 1, afar=True) as hands:
        watch = Watch(drop, Place(str(tmp_path / "out")), order, hands, journal, drop / "done", drop / "failed")
        assert not list(watch.look())
        with (drop / "a.txt").open("a") as file:
            file.write("It goes on.\n")
        assert not list(watch.look())
        assert [o.error for o in watch.look()] == [None]
        assert not list(watch.look())
    assert b"It goes on." in files_in(tmp_path / "out")["a.html"]
    assert (drop / ".hidden.txt").exists()


def test_two_dropped_texts_of_one_name_by_metadata_do_not_share_it(tmp_path: Path) -> None:
    drop, out = tmp_path / "drop", tmp_path / "out"
    from convert import profiles

    named = Options(profile=profiles.packed(replace(profiles.built_in("article"), file_name="{title}")))
    order = batch.Order(("html",), named, Limits())
    with Journal(out / ".editions") as journal, batch.Hands(Limits(), 1, afar=True) as hands:
        watch = Watch(drop, Place(str(out)), order, hands, journal, drop / "done", drop / "failed")
        for name in ("a.txt", "b.txt"):
            drop.mkdir(exist_ok=True)
            (drop / name).write_text(f"Of ropes{BODY}And of {name}.\n")
            assert not list(watch.look())
            assert [o.error for o in watch.look()] == [None]
    assert sorted(files_in(out)) == ["of-ropes-2.html", "of-ropes.html"]


def test_what_is_dropped_while_its_like_is_set_is_set_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop, out = written(tmp_path / "drop", ["a.txt"]), tmp_path / "out"
    order, convert = batch.Order(("html",), Options(), Limits()), Child.convert

    def slowly(*said: Any, **more: Any) -> Reply:
        monkeypatch.undo()
        written(drop, ["a.txt"], "Of newer ropes")
        return convert(*said, **more)

    with Journal(out / ".editions") as journal, batch.Hands(Limits(), 1, afar=True) as hands:
        watch = Watch(drop, Place(str(out)), order, hands, journal, drop / "done", drop / "failed")
        assert not list(watch.look())
        monkeypatch.setattr(Child, "convert", slowly)
        assert [o.error for o in watch.look()] == [None]
        assert (drop / "a.txt").exists()
        for _ in range(2):
            list(watch.look())
    assert b"Of newer ropes" in files_in(out)["a.html"]
    assert (drop / "done" / "a.txt").exists()


def test_what_cannot_be_moved_is_said_once_and_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And folders named in full are known for what they are."""
    drop, out = written(tmp_path / "drop", ["a.txt"]), tmp_path / "out"
    (drop / "done").write_text("A file of that name.")
    monkeypatch.chdir(tmp_path)
    order = batch.Order(("html",), Options(), Limits())
    with Journal(out / ".editions") as journal, batch.Hands(Limits(), 1, afar=True) as hands:
        watch = Watch(Path("drop"), Place(str(out)), order, hands, journal, drop / "done", drop / "failed")
        assert not list(watch.look())
        assert ["cannot be moved" in str(o.error) for o in watch.look()] == [True]
        assert not list(watch.look())
        (drop / "done").unlink()
        os.utime(drop / "a.txt")
        assert not list(watch.look())
        assert [o.error for o in watch.look()] == [None]
        for _ in range(3):
            assert not list(watch.look())
    assert sorted(files_in(drop)) == ["done/a.txt"]
