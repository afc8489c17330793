"""Streams of server-sent events (HTML standard, 9.2): each change of a job or a batch, until it has ended."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from flask import Response

STREAM = 30.0  # seconds after which a stream of events ends, with the time to come back in
LOOK = 0.25  # seconds between two looks


class News(NamedTuple):
    """How something stands: the event's name, its data, and whether nothing comes after it."""

    event: str
    data: dict[str, Any]
    is_last: bool


def streamed(look: Callable[[], News], leave: Callable[[], None]) -> Response:
    """The answer that tells what `look` finds; `leave` is called when it has ended, or its reader is gone."""
    response = Response(_events(look), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})
    response.call_on_close(leave)
    return response


def _events(look: Callable[[], News]) -> Iterator[bytes]:
    """Each change as an event; the stream ends with the last, or after STREAM, when callers come back."""
    end, last = time.monotonic() + STREAM, ""
    yield b"retry: 1000\n\n"
    while True:
        news = look()
        if (now := json.dumps(news.data, ensure_ascii=False)) != last:
            last = now
            yield f"event: {news.event}\ndata: {now}\n\n".encode()
        if news.is_last or time.monotonic() > end:
            return
        time.sleep(LOOK)
