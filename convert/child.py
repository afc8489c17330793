"""The one killable child in which every conversion runs: a request goes in, editions and a report come out.

The parent holds a `Child`; the child is `python -m convert.child`, in its own session, with limits on memory,
processor time and file size set before it imports an engine. It dies with its parent; when its time is up, or it
does not answer, its whole process group is killed and the next request gets a new one.

Frames on the pipes are a JSON head, then as many raw bytes as the head says: nothing a text could make the child
send is ever executed or unpickled by the parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import fcntl
import gc
import json
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, NoReturn

from convert.article import Edition, Source
from convert.errors import KINDS, ConvertError, OverTime, Unavailable
from convert.options import Limits, Options

Told = Callable[[str], None]
_HEAD = struct.Struct(">IQ")  # length of the JSON head, length of the raw bytes
# How a process ends that ran out of time or memory; an engine in C may not survive a refused allocation.
_KILLED = [-s for s in (signal.SIGXCPU, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGTRAP)]
_GRACE = 5  # seconds of processor time past the wall limit, so that the wall limit is what people meet
_ROOM = 1 << 20  # bytes that a pipe holds, as far as the system allows
_TICK = 0.25  # seconds between two looks at the clock while a child works
_AWAKE = 1.0  # and the most that counts between two: who comes later than that was stopped meanwhile
# A fresh child takes over from one that has set so much text as PDF, for which the engine has by then kept some 40 MB.
# A text of a few words wears a child too; one that becomes no PDF hardly does.
_LIFE, _LEAST, _NO_PDF = 3_000_000, 1_500, 1 / 32  # bytes; bytes; share


@dataclass(frozen=True, slots=True)
class Reply:
    """What a conversion gave: the editions asked for, and the decision report."""

    editions: tuple[Edition, ...]
    report: dict[str, Any]


class Child:
    """One process that converts one text at a time. Use from one thread at a time; close it, or use `with`."""

    def __init__(self, limits: Limits = Limits(), fork: bool = False) -> None:  # noqa: B008 (a frozen value)
        """`fork`: the first child is a copy of this process, which saves a start; only where no other thread runs."""
        self.limits = limits
        self.fork = fork
        self.worn = 0.0  # bytes of text that it has set as PDF
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self._formats: tuple[str, ...] = ()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process now at work, for tests that kill it."""
        return self._process.pid if self._process else None

    def start(self, formats: Sequence[str] = ()) -> None:
        """Have the process ready, and what these formats need loaded in it, before it is asked."""
        self._formats = tuple(formats)
        self._ready()

    def convert(
        self, source: Source, formats: Sequence[str], options: Options, page: bool = False, told: Told | None = None
    ) -> Reply:
        """The editions of `source`, in the order of `formats`; without formats the report alone, or its page too.

        Raises what the conversion raised, or OverTime. `told` hears of each stage that is done: `read`, each format.
        """
        return self._asked([(source, options.overrides)], formats, options, told, page=page)

    def collect(
        self, texts: Sequence[tuple[Source, str]], formats: Sequence[str], options: Options, told: Told | None = None
    ) -> Reply:
        """The editions of one issue of `texts`, each with its overrides. Raises what `convert` does."""
        return self._asked(texts, formats, options, told, collect=True)

    def check(
        self, editions: Sequence[Edition], source: Source | None, formats: Sequence[str], options: Options
    ) -> dict[str, Any]:
        """The verdict on `editions`, held against `source` where it is known; without any, on those it gives."""
        texts = [(source, options.overrides)] if source else []
        return self._asked(texts, formats, options, check=[_head_of(e) for e in editions], more=editions).report

    def stem(self, source: Source, options: Options) -> str:
        """The stem of the names that its editions get, for which it must be read. Raises what `convert` does."""
        return str(self._asked([(source, options.overrides)], (), options, stem=True).report["stem"])

    def _asked(
        self,
        texts: Sequence[tuple[Source, str]],
        formats: Sequence[str],
        options: Options,
        told: Told | None = None,
        more: Sequence[Edition] = (),
        **said: Any,
    ) -> Reply:
        process = self._ready()
        heads = [{"name": source.name, "size": len(source.data), "overrides": own} for source, own in texts]
        request = {"texts": heads, "formats": list(formats), "options": _as_json(options), "told": bool(told), **said}
        late, answered = threading.Event(), threading.Event()
        watch = threading.Thread(target=self._watch, args=(process, late, answered), daemon=True)
        watch.start()
        try:
            _send(process.stdin, request, b"".join([*(source.data for source, _ in texts), *(e.data for e in more)]))
            while "stage" in (answer := _receive(process.stdout))[0]:
                if told:
                    told(answer[0]["stage"])
            head, data = answer
        except (EOFError, OSError):
            raise self._died(late.is_set()) from None
        finally:
            answered.set()
            watch.join()
        if late.is_set():
            self.close()  # the answer came in the instant its time was up: it stands, the child does not
        self.worn += (_LEAST + _size(texts)) * (1 if "pdf" in formats else _NO_PDF)
        if "error" in head:
            raise _error_from(head["error"])
        return Reply(tuple(_editions_from(head["editions"], data)), head["report"])

    def kill(self) -> None:
        """Kill what is at work, from another thread: whoever waits for it hears that it died."""
        if process := self._process:
            self._stop(process, threading.Event())

    def close(self) -> None:
        """Kill the process group, if there is one. Idle children hold nothing that could be lost."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()

    def _ready(self) -> subprocess.Popen[bytes] | Forked:
        if self._process is not None and (self._process.poll() is not None or self.worn >= _LIFE):
            self.close()
        if self._process is None:
            self.worn = 0.0
            try:
                self._process = Forked(self.limits, self._formats) if self.fork else _spawned(self.limits)
            except OSError as error:  # too many processes or files, too little memory: the machine's fault, no text's
                raise Unavailable(f"No process can be started: {error.strerror}.", "Try again in a moment.") from error
            _widen(self._process.stdout)
            self.fork = False  # by the time that another is wanted, there may be threads
        return self._process

    def _watch(
        self, process: subprocess.Popen[bytes] | Forked, late: threading.Event, answered: threading.Event
    ) -> None:
        """Stop the process once its time is up. No sleep counts as work: while this process was stopped, or its machine
        or container paused, nobody could take the answer."""
        left = self.limits.wall_seconds
        while left > 0:
            began = time.monotonic()
            if answered.wait(min(left, _TICK)):
                return
            left -= min(time.monotonic() - began, _AWAKE)
        self._stop(process, late)

    def _stop(self, process: subprocess.Popen[bytes] | Forked, late: threading.Event) -> None:
        late.set()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    def _died(self, late: bool) -> ConvertError:
        process = self._process
        code = process.wait() if process else None
        self.close()
        if late:
            return OverTime(
                f"The conversion took longer than {self.limits.wall_seconds:g} seconds and was stopped.",
                "Split the text, ask for -t html,epub only, or raise EDITIONS_WALL_SECONDS (--timeout).",
            )
        if code in _KILLED:
            return OverTime(
                "The conversion was killed: it took too much time or memory.",
                "Split the text, ask for -t html,epub only, or raise the limit.",
                code="time-out" if code == -signal.SIGXCPU else "killed",
            )
        return ConvertError(f"The conversion ended without an answer (status {code}).", "Try it again; then report it.")


def _spawned(limits: Limits) -> subprocess.Popen[bytes]:
    """A child started anew, in its own session."""
    command = [sys.executable, "-P", "-m", "convert.child", json.dumps(asdict(limits))]  # -P: no code from the folder
    house = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, env=house)


class Forked:
    """A child that is a copy of this process, with as much of Popen's face as `Child` looks at."""

    def __init__(self, limits: Limits, formats: Sequence[str] = ()) -> None:
        requests, to_child = os.pipe()
        from_child, replies = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:
            os.close(to_child)
            os.close(from_child)
            _live(limits, formats, requests, replies)
        os.close(requests)
        os.close(replies)
        self.stdin: IO[bytes] = os.fdopen(to_child, "wb")
        self.stdout: IO[bytes] = os.fdopen(from_child, "rb")

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        return self._waited(os.WNOHANG)

    def wait(self) -> int | None:
        """The exit status, once it has ended; minus the signal's number where one ended it."""
        return self._waited(0)

    def _waited(self, how: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, how)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode


def _live(limits: Limits, formats: Sequence[str], requests: int, replies: int) -> NoReturn:
    """The life of a forked child, from its own session to its end; it never returns into the parent's code."""
    try:
        faulthandler.disable()  # the parent's, if it has one, is not ours to write to
        os.setsid()
        _bound(limits)
        _warm(limits, formats)
        gc.freeze()  # what is loaded stays: a collector that looks through it writes to pages shared with the parent
        _serve(limits, os.fdopen(requests, "rb"), os.fdopen(replies, "wb"))
    finally:
        os._exit(0)


# ---------------------------------------------------------------- frames


@lru_cache(64)
def _as_json(options: Options) -> dict[str, Any]:
    """The options of a request, which are mostly those of the one before. Not to be changed."""
    return asdict(options)


def _widen(pipe: IO[bytes] | None) -> None:
    """Make room in a pipe for an answer, which its child is then rid of at once. Linux only."""
    assert pipe is not None
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _ROOM)


def _send(pipe: IO[bytes] | None, head: dict[str, Any], data: bytes) -> None:
    assert pipe is not None
    text = json.dumps(head).encode()
    pipe.write(_HEAD.pack(len(text), len(data)) + text)
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> tuple[dict[str, Any], bytes]:
    assert pipe is not None
    lengths = pipe.read(_HEAD.size)
    if len(lengths) < _HEAD.size:
        raise EOFError
    head_length, data_length = _HEAD.unpack(lengths)
    head, data = pipe.read(head_length), pipe.read(data_length)
    if len(head) < head_length or len(data) < data_length:
        raise EOFError
    return json.loads(head), data


def _head_of(edition: Edition) -> dict[str, Any]:
    size = len(edition.data)
    return {"format": edition.format, "name": edition.name, "media_type": edition.media_type, "size": size}


def _editions_from(heads: list[dict[str, Any]], data: bytes) -> list[Edition]:
    editions, at = [], 0
    for head in heads:
        editions.append(Edition(head["format"], head["name"], head["media_type"], data[at : at + head["size"]]))
        at += head["size"]
    return editions


def _error_from(head: dict[str, Any]) -> ConvertError:
    kind = KINDS.get(head["kind"], ConvertError)
    return kind(head["message"], head["hint"], code=head["code"], line=head["line"])


# ---------------------------------------------------------------- inside the child


def _bound(limits: Limits) -> None:
    """Give this process its limits; make it die with its parent."""
    seconds = int(limits.wall_seconds) + _GRACE
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _allow_cpu(seconds)
    die_with_parent()


def die_with_parent() -> None:
    """Have this process killed when the thread that started it ends. Linux only; a pipe's end is the other sign."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _allow_cpu(seconds: int) -> None:
    """Let this process use `seconds` more of processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _answer(head: dict[str, Any], data: bytes, limits: Limits, told: Told) -> tuple[dict[str, Any], bytes]:
    from convert import pipeline, report

    options = Options(**{k: _tuples(v) for k, v in head["options"].items()})
    texts, formats = _texts(head["texts"], data), head["formats"]
    try:
        if "check" in head:
            return _checked(texts, _editions_from(head["check"], data[_size(texts) :]), formats, options, limits)
        if head.get("stem"):
            return {"editions": [], "report": {"stem": pipeline.stem_of(texts[0][0], options, limits)}}, b""
        if not formats:
            return _inspected(texts[0][0], options, limits, head["page"])
        if head.get("collect"):
            publication = pipeline.collect(texts, formats, options, limits, told)
        else:
            publication = pipeline.convert(texts[0][0], formats, options, limits, told)
    except ConvertError as error:
        return {"error": _error_head(error)}, b""
    except (MemoryError, SystemError):  # the second is what a C extension makes of the first
        short = OverTime(
            f"The conversion needed more than {limits.memory_bytes // 1_000_000} MB of memory.",
            "Split the text, ask for -t html,epub only, or raise EDITIONS_MEMORY_BYTES.",
        )
        return {"error": _error_head(short)}, b""
    return (
        {"editions": [_head_of(e) for e in publication.editions], "report": report.of(publication)},
        b"".join(e.data for e in publication.editions),
    )


def _texts(heads: list[dict[str, Any]], data: bytes) -> list[tuple[Source, str]]:
    texts, at = [], 0
    for head in heads:
        texts.append((Source(head["name"], data[at : at + head["size"]]), head["overrides"]))
        at += head["size"]
    return texts


def _size(texts: Sequence[tuple[Source, str]]) -> int:
    return sum(len(source.data) for source, _ in texts)


def _checked(
    texts: Sequence[tuple[Source, str]], editions: Sequence[Edition], formats: Sequence[str], options: Options,
    limits: Limits,
) -> tuple[dict[str, Any], bytes]:  # fmt: skip
    """The verdict on the editions sent, else on those that the text gives."""
    from convert import check, pipeline

    source = texts[0][0] if texts else None
    if source and not editions:
        editions = pipeline.convert(source, formats, options, limits).editions
    name = source.name if source and source.name else editions[0].name
    proof = check.Proof(name, tuple(editions), source, options)
    (verdict,) = check.check([proof], check.BOUNDED)
    return {"editions": [], "report": verdict.to_json()}, b""


def _inspected(source: Source, options: Options, limits: Limits, page: bool) -> tuple[dict[str, Any], bytes]:
    """The report on `source`, and where it is asked for its page in the place of an edition."""
    from convert import pipeline, report

    reading = pipeline.inspect(source, options, limits)
    said = report.report(reading.article, reading.rivals, reading.raw)
    if not page:
        return {"editions": [], "report": said}, b""
    from convert.report.page import page_of

    data = page_of(reading, said, source.name)
    head = {"format": "report", "name": "report.html", "media_type": "text/html; charset=utf-8", "size": len(data)}
    return {"editions": [head], "report": said}, data


def _tuples(value: Any) -> Any:
    return tuple(_tuples(x) for x in value) if isinstance(value, list) else value


def _error_head(error: ConvertError) -> dict[str, Any]:
    kind = type(error).__name__
    return {"kind": kind, "message": str(error), "hint": error.hint, "code": error.code, "line": error.line}


def _crash(error: BaseException) -> dict[str, Any]:
    import traceback

    traceback.print_exception(error)
    broken = ConvertError(
        f"The conversion failed inside ({type(error).__name__}).", "This is our bug: please report it with the text."
    )
    return {"error": _error_head(broken)}


def _warm(limits: Limits, formats: Sequence[str]) -> None:
    """Load what these formats need, by setting a word in each: whoever asks later waits for less."""
    with contextlib.suppress(Exception):  # what is missing is said to who asks
        if formats:
            from convert import pipeline, report

            report.of(pipeline.convert(Source("", b"Words\n\nHere are some."), formats, Options(), limits))


def main() -> None:
    """Answer requests from standard input on standard output until it closes."""
    limits = Limits(**json.loads(sys.argv[1]))
    _bound(limits)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever an engine prints goes to standard error, never into a frame
    _serve(limits, sys.stdin.buffer, replies)


def _serve(limits: Limits, requests: IO[bytes], replies: IO[bytes]) -> None:
    """Answer each request until the pipe closes."""
    while True:
        try:
            head, data = _receive(requests)
        except EOFError:
            return
        _allow_cpu(int(limits.wall_seconds) + _GRACE)
        try:
            reply, raw = _answer(head, data, limits, _telling(replies) if head["told"] else lambda _: None)
        except Exception as error:
            reply, raw = _crash(error), b""
        _send(replies, reply, raw)


def _telling(replies: IO[bytes]) -> Told:
    """Each stage as a frame of its own."""
    return lambda stage: _send(replies, {"stage": stage}, b"")


if __name__ == "__main__":
    main()
