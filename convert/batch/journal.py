"""The journal of an output: a line for each text that was done there, so that a second run picks up where one ended.

It stands in `.editions` in the output folder; of an output afar, in the state folder of this machine. Whoever writes
there has it alone. A line that was cut off by a kill is none, and its text is done again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from convert.errors import OutputError, unwritable

_HALVES = re.compile("[\ud800-\udfff]")
NAME, LOCK, WAITING = "journal.jsonl", "lock", "waiting"


class Journal:
    """What was done, by the names of texts. Use `with`: it lets others in at the end."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = open(folder / LOCK, "w")  # noqa: SIM115 (held as long as this lives)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file = open(self.path, "ab+")  # noqa: SIM115 (closed by `close`)
        except BlockingIOError:
            self._lock.close()
            raise OutputError(
                f"Another batch is at work in {folder.parent}.", "Wait for it, or name another output.", code="taken"
            ) from None
        except OSError as error:
            raise unwritable(error.filename or str(folder), error) from None
        shutil.rmtree(folder / WAITING, ignore_errors=True)  # what a kill left half written
        self._at = dict(self._lines())

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others in."""
        with contextlib.suppress(OSError):  # what a full disk did not take has been said
            self._file.close()
        self._lock.close()

    def last(self, text: str, at: str) -> dict[str, Any] | None:
        """The last line on a text whose editions go `at` such a place; None where there is none."""
        place = self._at.get(_short(text, at))
        return None if place is None else _parsed(os.pread(self._file.fileno(), place[1], place[0]))

    def owners(self) -> dict[str, str]:
        """The texts whose editions have a name, by that name without its ending, in small letters."""
        return {line["base"].casefold(): line["input"] for line in self._last() if line.get("base")}

    def written(self) -> dict[str, str]:
        """The texts that editions were made of, by the paths of these below the output."""
        return {e["path"]: line["input"] for line in self._last() for e in line.get("editions", ())}

    def _last(self) -> Iterator[dict[str, Any]]:
        """The last line on each text."""
        lines = (_parsed(os.pread(self._file.fileno(), size, at)) for at, size in self._at.values())
        return (line for line in lines if line)

    def note(self, line: dict[str, Any]) -> None:
        """Add a line on a text."""
        data = json_line(line).encode()
        at = self._file.seek(0, os.SEEK_END)
        try:
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise unwritable(str(self.path), error) from None
        self._at[_short(line["input"], line["at"])] = (at, len(data))

    def _lines(self) -> Any:
        """Where each whole line is: beginning and length. What a kill cut off is cut off for good."""
        self._file.seek(0)
        at = 0
        for data in self._file:
            line = _parsed(data)
            if not data.endswith(b"\n"):
                self._file.truncate(at)
                return
            if line and isinstance(line.get("input"), str):
                yield _short(line["input"], line.get("at", "")), (at, len(data))
            at += len(data)


def json_line(line: Any) -> str:
    """JSON in one line; half a surrogate, which stands for a byte of a name that is no UTF-8, is escaped."""
    return _HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", json.dumps(line, ensure_ascii=False)) + "\n"


def _short(text: str, at: str) -> bytes:
    """A name in 16 bytes: of a million texts the journal keeps no more in memory."""
    return hashlib.sha256(f"{text}\0{at}".encode("utf-8", "surrogatepass")).digest()[:16]


def _parsed(data: bytes) -> dict[str, Any] | None:
    with contextlib.suppress(ValueError):
        line = json.loads(data)
        return line if isinstance(line, dict) else None
    return None
