"""The keeper: a thread of the web process that starts the supervisor of jobs, and starts it again when it dies.

The supervisor dies with the web process, which its server starts again, and with it the supervisor: whatever of the
three is killed, the service is whole a moment later, and no job is lost.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from convert.settings import Settings

_LOG = logging.getLogger("editions.jobs")


class Keeper:
    """Keeps one supervisor alive until it is closed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = threading.Event()
        # The supervisor dies with the thread that starts it: this one lives as long as the process.
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def hurry(self) -> None:
        """Have the supervisor give back what is under way, and end."""
        self._closed.set()
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """Have the supervisor finish what is under way, as long as one conversion may take; then kill it."""
        self._closed.set()
        process = self._process
        if process is None:
            return
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(self.settings.wall_seconds + 5)
        process.kill()

    def _keep(self) -> None:
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                self._process = _started(self.settings)
            except OSError as error:  # no memory or process to be had now
                _LOG.warning(json.dumps({"event": "supervisor.not-started", "detail": str(error)}))
                self._closed.wait(1)
                continue
            if self._closed.is_set():
                self._process.terminate()
            status = self._process.wait()
            if self._closed.is_set():
                return
            _LOG.warning(json.dumps({"event": "supervisor.died", "status": status}))
            if time.monotonic() - began < 1:  # it cannot even start: do not try a thousand times
                self._closed.wait(1)


def _started(settings: Settings) -> subprocess.Popen[bytes]:
    said = {
        "parent": os.getpid(),
        "database": settings.database_url,
        "store": settings.store_url,
        "limits": asdict(settings.limits),
        "jobs": settings.jobs,
        "ttl": settings.keep_seconds,
        "bell": str(settings.folder / "bell"),
        "lease": settings.lease,
        "hooks": settings.webhooks,
    }
    house = str(Path(__file__).resolve().parent.parent.parent)
    start = f"import sys; sys.path.insert(0, {house!r}); from convert.jobs.supervisor import main; main()"
    process = subprocess.Popen([sys.executable, "-P", "-c", start], stdin=subprocess.PIPE)
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.write(json.dumps(said).encode() + b"\n")
        process.stdin.close()
    return process
