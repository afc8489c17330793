"""Health: whether the service lives, and whether it can set a text right now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from flask import Blueprint, Response

from convert.article import Source
from convert.errors import ConvertError
from convert.jobs import queue
from convert.options import Options
from convert.web.delivery import as_json
from convert.web.service import Service

FRESH = 30.0  # seconds for which what was found holds
_TEXT = Source("", b"Ready\n\nby Nobody\n\nA sentence is enough.\n")
FORMATS = ("html", "pdf", "epub")


def blueprint(service: Service) -> Blueprint:
    """The routes below /health."""
    health = Blueprint("health", __name__)
    ready = _Ready(service)

    @health.get("/health/live")
    def live() -> Response:
        return as_json({"status": "ok"})

    @health.get("/health/ready")
    def is_ready() -> Response:
        found = ready.found()
        return as_json(found, 200 if found["status"] == "ok" else 503)

    return health


class _Ready:
    """What the last trial found: a small text set in each format, the table and the store asked."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._lock = threading.Lock()
        self._at, self._found = 0.0, dict[str, str]()

    def found(self) -> dict[str, str]:
        """What was found, at most FRESH seconds ago."""
        with self._lock:
            if not self._found or self._found["status"] != "ok" or time.monotonic() - self._at > FRESH:
                self._found, self._at = self._tried(), time.monotonic()
            return self._found

    def _tried(self) -> dict[str, str]:
        found = {}
        trials: dict[str, Callable[[], object]] = {
            "rendering": lambda: self.service.pool.attempt(_TEXT, FORMATS, Options()),  # never behind who waits
            "database": lambda: queue.get(self.service.engine, ""),
            "store": lambda: self.service.store.put_text(_TEXT.data),
        }
        for name, trial in trials.items():
            try:
                trial()
                found[name] = "ok"
            except ConvertError as error:
                found[name] = f"{error.code}: {error}"
        # All children at work is no fault: they render.
        good = all(said == "ok" or said.startswith("busy:") for said in found.values())
        return {"status": "ok" if good else "failing", **found}
