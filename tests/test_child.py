"""The child: its limits hold, and whatever happens to it, the next request is answered."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from convert import child as frames
from convert.article import Source
from convert.child import Child, Reply
from convert.errors import ConvertError, InputError, LimitError, NotText, OverTime, Unavailable, UsageError
from convert.options import Limits, Options
from tests.serving import descendants, wait_until

ROOT = Path(__file__).parent.parent
SMALL = Source("a.txt", b"A Walk\n\nby Ann Lee\n\nThe path goes down to the river, and there it stops.\n")
BIG = Source("big.txt", b"".join(b"The river runs on past the mill, number %d.\n\n" % i for i in range(9000)))


@pytest.fixture(autouse=True)
def _checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture(params=[False, True], ids=["spawned", "forked"])
def child(request: pytest.FixtureRequest) -> Iterator[Child]:
    """A child with the usual limits, of either kind."""
    with Child(fork=request.param) as one:
        yield one


def works(one: Child, text: Source = SMALL) -> Reply:
    """The reply of a request that must succeed."""
    reply = one.convert(text, ("html",), Options())
    assert b"A Walk" in reply.editions[0].data
    return reply


def gone(pid: int) -> bool:
    """Whether there is no such process, or only what is left of one until its parent looks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def soon(true: Callable[[], bool], seconds: float = 2.0) -> bool:
    """Whether `true` comes true within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return true()


# ---------------------------------------------------------------- replies


def test_editions_come_in_the_order_asked(child: Child) -> None:
    reply = child.convert(SMALL, ("epub", "html", "markdown"), Options())
    assert [e.format for e in reply.editions] == ["epub", "html", "markdown"]
    assert [e.name for e in reply.editions] == ["a.epub", "a.html", "a.md"]
    assert reply.editions[0].data.startswith(b"PK")
    assert reply.editions[1].data.startswith(b"<!DOCTYPE html>")
    assert reply.report["metadata"]["title"]["value"] == "A Walk"


def test_without_formats_there_is_the_report_alone(child: Child) -> None:
    reply = child.convert(SMALL, (), Options())
    assert reply.editions == ()
    assert reply.report["blocks"]


def test_one_process_serves_many(child: Child) -> None:
    works(child)
    first = child.pid
    works(child)
    assert child.pid == first


def test_a_fresh_one_takes_over_in_time(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_LIFE", 1)
    works(child)
    first = child.pid
    works(child)
    assert child.pid != first
    assert first is not None
    assert gone(first)


def test_a_pdf_wears_a_child_and_other_formats_hardly_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_LIFE", 1000)
    with Child() as one:
        works(one)
        first = one.pid
        one.convert(SMALL, ("pdf",), Options())
        assert one.pid == first
        works(one)
        assert one.pid != first


def test_options_cross_whole(child: Child) -> None:
    options = Options(title="T — “ü” \U0001d11e", authors=("A", "B"), extra=(("series", "S"),), toc=False)
    report = child.convert(SMALL, (), options).report
    assert report["metadata"]["title"]["value"] == options.title
    assert report["metadata"]["authors"]["value"] == ["A", "B"]
    assert report["metadata"]["extra"]["value"] == {"series": "S"}


def test_closing_ends_the_process() -> None:
    one = Child()
    works(one)
    pid = one.pid
    one.close()
    one.close()
    assert pid is not None
    assert gone(pid)
    assert one.pid is None


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("source", "options", "kind", "code", "line"),
    [
        (Source("", b""), Options(), InputError, "empty", 0),
        (Source("", b"%PDF-1.7"), Options(), NotText, "not-text", 0),
        (Source("", b"\xef\xbb\xbfa\n\n\xff"), Options(), InputError, "undecodable", 3),
        (SMALL, Options(no_detect=("sonnet",)), UsageError, "", 0),
        (Source("", b"word " * 4_000_000), Options(), LimitError, "too-large", 0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_error_comes_out_as_it_was_raised(
    child: Child, source: Source, options: Options, kind: type[ConvertError], code: str, line: int
) -> None:
    with pytest.raises(ConvertError) as caught:
        child.convert(source, ("html",), options)
    error = caught.value
    assert type(error) is kind
    assert error.code == code or not code
    assert error.line == line
    assert str(error)
    assert error.hint
    pid = child.pid
    works(child)
    assert child.pid == pid, "an error is no reason for a new process"


def test_an_unknown_format_is_an_error(child: Child) -> None:
    with pytest.raises(UsageError) as caught:
        child.convert(SMALL, ("mobi",), Options())
    assert caught.value.code == "unknown-format"


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("fork", [False, True], ids=["spawned", "forked"])
def test_too_little_time(fork: bool) -> None:
    with Child(Limits(wall_seconds=0.3), fork) as one:
        one._ready()
        pid = one.pid
        start = time.monotonic()
        with pytest.raises(OverTime) as caught:
            one.convert(BIG, ("pdf",), Options())
        assert time.monotonic() - start < 2
        assert (caught.value.code, caught.value.exit_code) == ("time-out", 7)
        assert "0.3 seconds" in str(caught.value)
        assert pid is not None
        assert gone(pid)
        one.limits = Limits()
        works(one)


def test_too_little_memory() -> None:
    with Child(Limits(memory_bytes=300_000_000)) as one:
        with pytest.raises(LimitError) as caught:
            one.convert(BIG, ("pdf",), Options())
        assert caught.value.exit_code == 7
        assert caught.value.hint
        works(one)


# ---------------------------------------------------------------- deaths


def test_killed_between_requests(child: Child) -> None:
    works(child)
    pid = child.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert soon(lambda: gone(pid))
    works(child)
    assert child.pid != pid


def test_killed_before_a_large_request(child: Child) -> None:
    works(child)
    pid = child.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert soon(lambda: gone(pid))
    text = Source("a.txt", SMALL.data + BIG.data)
    assert child.convert(text, ("html",), Options()).editions


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_killed_during_a_request(child: Child, sign: signal.Signals) -> None:
    works(child)
    pid = child.pid
    assert pid is not None
    timer = threading.Timer(0.3, os.kill, (pid, sign))
    timer.start()
    with pytest.raises(ConvertError) as caught:
        child.convert(BIG, ("pdf",), Options())
    timer.join()
    assert caught.value.code in ("internal", "killed")
    assert caught.value.hint
    assert gone(pid)
    works(child)


@pytest.mark.parametrize("cut", [0, 3, 12, 13, 20, 24])
def test_a_frame_cut_short_is_a_death(cut: int) -> None:
    """A child that dies while it answers leaves part of a frame, head and data alike."""
    whole = io.BytesIO()
    frames._send(whole, {"error": 1}, b"")
    assert len(whole.getvalue()) == 24
    part = io.BytesIO(whole.getvalue()[:cut])
    if cut == 24:
        assert frames._receive(part) == ({"error": 1}, b"")
        return
    with pytest.raises(EOFError):
        frames._receive(part)


def parent_and_child(code: str, fork: bool) -> tuple[subprocess.Popen[bytes], int]:
    """A Python that holds a Child, and the pid of that Child."""
    start = (
        "import sys, time; from convert.child import Child; from convert.article import Source\n"
        "from convert.options import Options\n"
        f"one = Child(fork={fork}); one.convert(Source('', b'A text of some words.'), (), Options())\n"
        f"print(one.pid, flush=True)\n{code}"
    )
    parent = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


@pytest.mark.parametrize("fork", [False, True], ids=["spawned", "forked"])
@pytest.mark.parametrize(
    "code",
    [
        "time.sleep(30)",
        "one.convert(Source('', b'The river runs on past the mill.\\n\\n' * 9000), ('pdf',), Options())",
    ],
    ids=["idle", "at work"],
)
def test_it_dies_with_its_parent(code: str, fork: bool) -> None:
    parent, pid = parent_and_child(code, fork)
    with parent:
        assert not gone(pid)
        time.sleep(0.2)
        parent.kill()
        parent.wait()
        assert soon(lambda: gone(pid))


# ---------------------------------------------------------------- sleep


ALONE = """
from convert.article import Source
from convert.child import Child
from convert.options import Limits, Options
from tests.serving import descendants, wait_until
with Child(Limits(wall_seconds=5)) as child:
    print(child.convert(Source("a.txt", b"A Walk"), ("html",), Options()).editions[0].name)
"""


def test_no_sleep_counts_as_work() -> None:
    parent = subprocess.Popen([sys.executable, "-c", ALONE], stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: descendants(parent.pid) != [])
        both = (*descendants(parent.pid), parent.pid)
        for how, seconds in ((signal.SIGSTOP, 6), (signal.SIGCONT, 0)):
            for pid in both:
                os.kill(pid, how)
            time.sleep(seconds)
        assert parent.communicate(timeout=30)[0] == "a.html\n"
    finally:
        parent.kill()


def test_a_process_that_cannot_be_had_is_not_the_text_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: Limits) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    with Child() as one:
        with monkeypatch.context() as patch:
            patch.setattr(frames, "_spawned", none)
            with pytest.raises(Unavailable, match="temporarily"):
                works(one)
        works(one)
