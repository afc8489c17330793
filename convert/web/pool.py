"""A few children for many requests: each conversion gets one to itself, waits its turn for one, or is turned away.

Nothing is converted in the web process. A child that dies or is killed starts itself anew at its next text.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from convert.article import Edition, Source
from convert.child import Child, Reply
from convert.errors import ConvertError, LimitError
from convert.options import Limits, Options

WAITING = 80  # requests that wait for a child; each has a thread of the server
LONGEST = 60  # seconds: nobody is told to come back later than that
LATELY = 60.0  # seconds for which a child is kept for who has asked


class Busy(LimitError):
    """Every child is at work, and enough texts wait already."""

    code, status = "busy", 429

    def __init__(self, message: str, hint: str, retry_after: int) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after  # seconds


class Pool:
    """At most `size` conversions at a time; WAITING more wait, each `wait` seconds at most: as long as one may take."""

    def __init__(self, limits: Limits, size: int, wait: float | None = None) -> None:
        self.size, self.wait = size, limits.wall_seconds if wait is None else wait
        # The server has more threads than places, so that it still answers what needs no child, and says "busy".
        self._line = Line([Child(limits) for _ in range(size)], size + WAITING)
        self._pace = 1.0  # seconds of a conversion, the later ones counting more

    def convert(self, source: Source, formats: Sequence[str], options: Options, who: str = "") -> Reply:
        """What `Child.convert` gives. Busy where no child gets free in time for `who`."""
        with self._child(who) as child:
            return child.convert(source, formats, options)

    def collect(self, texts: Sequence[Source], formats: Sequence[str], options: Options, who: str = "") -> Reply:
        """What `Child.collect` gives. Busy where no child gets free in time for `who`."""
        with self._child(who) as child:
            return child.collect([(text, "") for text in texts], formats, options)

    def check(
        self, editions: Sequence[Edition], source: Source | None, formats: Sequence[str], options: Options,
        who: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """What `Child.check` says. Busy where no child gets free in time for `who`."""
        with self._child(who) as child:
            return child.check(editions, source, formats, options)

    def attempt(self, source: Source, formats: Sequence[str], options: Options) -> Reply:
        """What `convert` gives, where a child is idle; else Busy at once."""
        with self._child("", 0.0) as child:
            return child.convert(source, formats, options)

    @property
    def busy(self) -> int:
        """How many children are at work."""
        return self.size - self._line.idle

    def close(self) -> None:
        """Kill the idle children. One at work dies with the thread that waits for it."""
        while child := self._line.take("", 0.0):
            child.close()

    @contextmanager
    def _child(self, who: str, wait: float | None = None) -> Iterator[Child]:
        child = self._line.take(who, self.wait if wait is None else wait)
        if child is None:
            raise self._busy()
        began = time.monotonic()
        try:
            yield child
        except ConvertError:
            raise
        except BaseException:
            child.close()  # what was on its pipes is not known: never let it answer the next text with this one
            raise
        finally:
            self._pace += 0.1 * (time.monotonic() - began - self._pace)
            self._line.give(child, who)

    def _busy(self) -> Busy:
        """At the pace of late, half of those who wait will have had their turn by then."""
        seconds = min(LONGEST, max(1, math.ceil(self._pace * (self._line.waiting / 2 + 1) / self.size)))
        return Busy(
            f"All {self.size} conversions that run at a time (EDITIONS_JOBS) are under way, and others wait.",
            f"Send the text again in {seconds} seconds, or as a job.",
            seconds,
        )


class Place:
    """A caller's place in the line, and the child that comes there; None where the place goes to another."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.given: queue.SimpleQueue[Child | None] = queue.SimpleQueue()


class Line:
    """Children, and those who wait for one, `most` with those whom they work for.

    Whose turn it is: of who waits the caller with the fewest at work, then who came first. The last idle child is kept
    for others, where any asked lately. Where every place is taken, a caller who has fewer gets the newest one of the
    caller who has most. So nobody shuts others out by asking often, or for what takes long.
    """

    def __init__(self, children: Sequence[Child], most: int) -> None:
        self._lock = threading.Lock()
        self._idle = list(children)  # the last one back is the first one out: the warm child works
        self._most = most
        self._line: list[Place] = []
        self._at_work: Counter[str] = Counter()
        self._asked: dict[str, float] = {}  # when each caller asked last

    @property
    def idle(self) -> int:
        """How many children have nothing to do."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return len(self._line)

    def take(self, who: str, seconds: float) -> Child | None:
        """A child, once it is the turn of `who`; None where that did not come in time, or no place is left.

        With no time at all, one that is idle, whoever it is kept for.
        """
        with self._lock:
            if seconds <= 0:
                return self._lent(who) if self._idle else None
            place = self._place(who)
            if place is None:
                return None
            self._hand_out()
        try:
            return place.given.get(timeout=seconds)
        except queue.Empty:
            return self._late(place)

    def give(self, child: Child, who: str) -> None:
        """Give back the child that worked for `who`; whoever is next has it."""
        with self._lock:
            self._idle.append(child)
            self._at_work[who] -= 1
            self._hand_out()

    def _late(self, place: Place) -> Child | None:
        with self._lock:
            if place in self._line:
                self._line.remove(place)
                return None
        return place.given.get()  # it came in that very instant

    def _hand_out(self) -> None:
        while self._idle and (place := self._next()):
            self._line.remove(place)
            place.given.put(self._lent(place.who))

    def _lent(self, who: str) -> Child:
        self._at_work[who] += 1
        return self._idle.pop()

    def _next(self) -> Place | None:
        able = (place for place in self._line if self._may(place.who))
        return min(able, key=lambda place: self._at_work[place.who], default=None)

    def _may(self, who: str) -> bool:
        """Whether an idle child is for `who` to have."""
        lately = time.monotonic() - LATELY
        others = any(moment > lately for name, moment in self._asked.items() if name != who)
        return len(self._idle) > 1 or not self._at_work[who] or not others

    def _place(self, who: str) -> Place | None:
        """A place at the end of the line, be it another's. None where nobody has as many more."""
        self._asked[who] = time.monotonic()
        if len(self._line) + self._at_work.total() >= self._most:
            newest = max(reversed(self._line), key=lambda place: self._share(place.who), default=None)
            if newest is None or self._share(newest.who) <= self._share(who) + 1:
                return None
            self._line.remove(newest)
            newest.given.put(None)
        place = Place(who)
        self._line.append(place)
        return place

    def _share(self, who: str) -> int:
        return self._at_work[who] + sum(place.who == who for place in self._line)
