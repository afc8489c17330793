"""A few children for many requests: each conversion gets one to itself, waits its turn for one, or is turned away.

Nothing is converted in the web process. A child that dies or is killed starts itself anew at its next text.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from convert.article import Edition, Source
from convert.child import Child, Reply
from convert.errors import ConvertError, LimitError
from convert.options import Limits, Options


class Busy(LimitError):
    """Every child is at work, and enough texts wait already."""

    code, status = "busy", 429
    retry_after = 15  # seconds


class Pool:
    """At most `size` conversions at a time; as many again wait, each `wait` seconds at most."""

    def __init__(self, limits: Limits, size: int, wait: float = 30.0) -> None:
        self.size, self.wait = size, wait
        # The last one back is the first one out: the warm child works, the others need not start.
        self._idle: queue.LifoQueue[Child] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(Child(limits))
        # A place for each that works and for each that waits. The server has more threads than places, so that
        # it still answers "busy" and /health when all of these are taken.
        self._places = threading.BoundedSemaphore(2 * size)

    def convert(self, source: Source, formats: Sequence[str], options: Options) -> Reply:
        """What `Child.convert` gives. Busy where no child gets free in time."""
        with self._child() as child:
            return child.convert(source, formats, options)

    def collect(self, texts: Sequence[Source], formats: Sequence[str], options: Options) -> Reply:
        """What `Child.collect` gives. Busy where no child gets free in time."""
        with self._child() as child:
            return child.collect([(text, "") for text in texts], formats, options)

    def check(
        self, editions: Sequence[Edition], source: Source | None, formats: Sequence[str], options: Options
    ) -> dict[str, Any]:
        """What `Child.check` says. Busy where no child gets free in time."""
        with self._child() as child:
            return child.check(editions, source, formats, options)

    @property
    def busy(self) -> int:
        """How many children are at work."""
        return self.size - self._idle.qsize()

    def close(self) -> None:
        """Kill the idle children. One at work dies with the thread that waits for it."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    @contextmanager
    def _child(self) -> Iterator[Child]:
        if not self._places.acquire(blocking=False):
            raise self._busy()
        try:
            child = self._idle.get(timeout=self.wait)
        except queue.Empty:
            self._places.release()
            raise self._busy() from None
        try:
            yield child
        except ConvertError:
            raise
        except BaseException:
            child.close()  # what was on its pipes is not known: never let it answer the next text with this one
            raise
        finally:
            self._idle.put(child)
            self._places.release()

    def _busy(self) -> Busy:
        return Busy(
            f"All {self.size} conversions that run at a time (EDITIONS_JOBS) are under way, and others wait.",
            f"Send the text again in {Busy.retry_after} seconds.",
        )
