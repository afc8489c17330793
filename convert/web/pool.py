"""A few children for many requests: each conversion gets one to itself, waits its turn for one, or is turned away.

Nothing is converted in the web process. A child that dies or is killed starts itself anew at its next text.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from convert.article import Edition, Source
from convert.child import Child, Reply
from convert.errors import ConvertError, LimitError
from convert.options import Limits, Options

WAITING = 80  # requests that wait for a child; each has a thread of the server
LONGEST = 60  # seconds: nobody is told to come back later than that


class Busy(LimitError):
    """Every child is at work, and enough texts wait already."""

    code, status = "busy", 429

    def __init__(self, message: str, hint: str, retry_after: int) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after  # seconds


class Pool:
    """At most `size` conversions at a time; WAITING more wait, each as long as a conversion may take at most."""

    def __init__(self, limits: Limits, size: int) -> None:
        self.size, self.wait = size, limits.wall_seconds
        self._turns = Turns([Child(limits) for _ in range(size)])
        # The server has more threads than places, so that it still answers what needs no child, and says "busy".
        self._places = threading.BoundedSemaphore(size + WAITING)
        self._pace = 1.0  # seconds of a conversion, the later ones counting more

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

    def attempt(self, source: Source, formats: Sequence[str], options: Options) -> Reply:
        """What `convert` gives, where a child is idle; else Busy at once."""
        with self._child(0.0) as child:
            return child.convert(source, formats, options)

    @property
    def busy(self) -> int:
        """How many children are at work."""
        return self.size - self._turns.idle

    def close(self) -> None:
        """Kill the idle children. One at work dies with the thread that waits for it."""
        while child := self._turns.take(0.0):
            child.close()

    @contextmanager
    def _child(self, wait: float | None = None) -> Iterator[Child]:
        if not self._places.acquire(blocking=False):
            raise self._busy()
        try:
            child = self._turns.take(self.wait if wait is None else wait)
            if child is None:
                raise self._busy()
            with self._lent(child):
                yield child
        finally:
            self._places.release()

    @contextmanager
    def _lent(self, child: Child) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        except ConvertError:
            raise
        except BaseException:
            child.close()  # what was on its pipes is not known: never let it answer the next text with this one
            raise
        finally:
            self._pace += 0.1 * (time.monotonic() - began - self._pace)
            self._turns.give(child)

    def _busy(self) -> Busy:
        """At the pace of late, half of those who wait will have had their turn by then."""
        seconds = min(LONGEST, max(1, math.ceil(self._pace * (self._turns.waiting / 2 + 1) / self.size)))
        return Busy(
            f"All {self.size} conversions that run at a time (EDITIONS_JOBS) are under way, and others wait.",
            f"Send the text again in {seconds} seconds, or as a job.",
            seconds,
        )


class Turns:
    """Children, and those who wait for one in the order in which they came: no newcomer overtakes them."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._lock = threading.Lock()
        self._idle = list(children)  # the last one back is the first one out: the warm child works
        self._waiting: deque[queue.SimpleQueue[Child]] = deque()

    @property
    def idle(self) -> int:
        """How many children have nothing to do."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return len(self._waiting)

    def take(self, seconds: float) -> Child | None:
        """A child, once it is this caller's turn; None where that did not come in time."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            if seconds <= 0:
                return None
            mine: queue.SimpleQueue[Child] = queue.SimpleQueue()
            self._waiting.append(mine)
        try:
            return mine.get(timeout=seconds)
        except queue.Empty:
            return self._late(mine)

    def _late(self, mine: queue.SimpleQueue[Child]) -> Child | None:
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return None
        return mine.get()  # it came in that very instant

    def give(self, child: Child) -> None:
        """Give a child back, to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().put(child)
            else:
                self._idle.append(child)
