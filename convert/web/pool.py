"""A few children for many requests: each conversion gets one to itself, waits its turn for one, or is turned away.

Nothing is converted in the web process. A child that dies or is killed starts itself anew at its next text.
"""

from __future__ import annotations

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

LATELY = 60.0  # seconds


class Busy(LimitError):
    """Every child is at work, and enough texts wait already."""

    code, status = "busy", 429
    retry_after = 15  # seconds


class Place:
    """A caller's place in the line."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.lost = False  # to a caller who had fewer


class Pool:
    """At most `size` conversions at a time; as many again wait, each `wait` seconds at most.

    Whose turn it is: of who waits the caller with the fewest at work, then who came first. The last idle child is kept
    for others, where any asked lately. Where every place is taken, a caller who has fewer gets the newest one of the
    caller who has most. So nobody shuts others out by asking often, or for what takes long.
    """

    def __init__(self, limits: Limits, size: int, wait: float = 30.0) -> None:
        self.size, self.wait = size, wait
        # The last one back is the first one out: the warm child works, the others need not start.
        self._idle = [Child(limits) for _ in range(size)]
        self._at_work: Counter[str] = Counter()
        # With those at work 2 * size at most. The server has more threads than that, so that it still answers "busy"
        # and /health when all of these are taken.
        self._line: list[Place] = []
        self._asked: dict[str, float] = {}  # when each caller asked last
        self._changed = threading.Condition()

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

    @property
    def busy(self) -> int:
        """How many children are at work."""
        return self.size - len(self._idle)

    def close(self) -> None:
        """Kill the idle children. One at work dies with the thread that waits for it."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _child(self, who: str) -> Iterator[Child]:
        child = self._waited_for(who)
        try:
            yield child
        except ConvertError:
            raise
        except BaseException:
            child.close()  # what was on its pipes is not known: never let it answer the next text with this one
            raise
        finally:
            with self._changed:
                self._idle.append(child)
                self._at_work[who] -= 1
                self._changed.notify_all()

    def _waited_for(self, who: str) -> Child:
        """An idle child, once it is the turn of `who`. Busy where there is no place in the line, or it takes long."""
        with self._changed:
            self._asked[who] = time.monotonic()
            place = self._place(who)
            self._changed.wait_for(lambda: place.lost or (self._idle and self._next() is place), self.wait)
            if place.lost:
                raise self._busy()
            is_next = bool(self._idle) and self._next() is place
            self._line.remove(place)
            self._changed.notify_all()  # who is next now may be next for another child
            if not is_next:
                raise self._busy()
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

    def _place(self, who: str) -> Place:
        """A place at the end of the line, be it another's. Busy where nobody has as many more."""
        if len(self._line) + self._at_work.total() >= 2 * self.size:
            newest = max(reversed(self._line), key=lambda place: self._share(place.who))
            if self._share(newest.who) <= self._share(who) + 1:
                raise self._busy()
            newest.lost = True
            self._line.remove(newest)
            self._changed.notify_all()
        place = Place(who)
        self._line.append(place)
        return place

    def _share(self, who: str) -> int:
        return self._at_work[who] + sum(place.who == who for place in self._line)

    def _busy(self) -> Busy:
        return Busy(
            f"All {self.size} conversions that run at a time (EDITIONS_JOBS) are under way, and others wait.",
            f"Send the text again in {Busy.retry_after} seconds.",
        )
