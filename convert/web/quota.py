"""Quotas: how much of the service one caller may have, counted in this process. The gate to `limits`."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from convert.errors import ConvertError

MINUTE = 60


class TooMany(ConvertError):
    """One caller asks more than its share."""

    code, status, exit_code = "rate", 429, 7

    def __init__(self, message: str, hint: str, retry_after: int) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after  # seconds


class Left(NamedTuple):
    """What a caller may still ask."""

    most: int
    left: int
    seconds: int  # until there is more


STREAMS = 32  # event streams of all callers at a time; each has a thread of the server


class Rate:
    """At most `most` of something a minute for each name; 0: any number."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._item = RateLimitItemPerMinute(most or 1)
        self._kept = MemoryStorage()
        self._window = MovingWindowRateLimiter(self._kept)
        self._ahead = time.time() - time.monotonic()

    def spend(self, name: str) -> bool:
        """Count one more, where it may be had."""
        self._mind_the_clock()
        return not self.most or self._window.hit(self._item, name)

    def left(self, name: str) -> Left:
        """What `name` may still have."""
        if not self.most:
            return Left(0, 1, 0)
        reset, left = self._window.get_window_stats(self._item, name)
        return Left(self.most, left, min(MINUTE, max(1, int(reset - time.time()) + 1)))

    def _mind_the_clock(self) -> None:
        """Forget what was counted where the clock was set back: `limits` would count it until that time came again."""
        ahead = time.time() - time.monotonic()
        if ahead < self._ahead - 1:
            self._kept.reset()
        self._ahead = ahead


class Places:
    """At most `most` of something at a time for each name."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, name: str) -> bool:
        """Take a place, where there is one: whoever got True gives it back."""
        with self._lock:
            if self._taken[name] >= self.most:
                return False
            self._taken[name] += 1
            return True

    def give_back(self, name: str) -> None:
        """Give a place back."""
        with self._lock:
            self._taken[name] -= 1
            if self._taken[name] <= 0:
                del self._taken[name]


class Streams:
    """Event streams, at most so many of each caller, and STREAMS of all."""

    def __init__(self, most: int) -> None:
        self._own, self._all = Places(most), Places(STREAMS)

    def take(self, name: str) -> Callable[[], None]:
        """Take a place for a stream of `name`; what gives it back. TooMany where there is none."""
        if not self._own.take(name):
            raise TooMany(
                f"{self._own.most} event streams of this caller are open, the limit here (EDITIONS_STREAMS).",
                "Close one, or ask for the job itself now and then.",
                1,
            )
        if not self._all.take(""):
            self._own.give_back(name)
            raise TooMany("No more event streams can be open here.", "Ask for the job itself now and then.", 5)
        return partial(self._leave, name)

    def _leave(self, name: str) -> None:
        self._own.give_back(name)
        self._all.give_back("")
