"""The production server: gunicorn in this process' foreground, one worker process with threads (PEP 3333)."""

from __future__ import annotations

import atexit
import socket
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from convert.child import die_with_parent
from convert.errors import UsageError
from convert.jobs.table import opened
from convert.settings import Settings
from convert.web import create_app
from convert.web.guard import refuse_open
from convert.web.keeper import Keeper
from convert.web.logs import CONFIG
from convert.web.pool import WAITING
from convert.web.quota import STREAMS
from convert.web.wire import Worker

PATIENCE = 30  # seconds for which a connection may neither bring nor take a byte while a thread attends to it


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 8000, data: Path | None = None) -> None:
    """Serve until SIGTERM (what is under way is finished) or SIGINT (it is not). Port 0 is any that is free.

    UsageError where the address cannot be had. Never returns: gunicorn ends the process.
    """
    if data is not None:
        settings = replace(settings, data=str(data))
    engine = opened(settings.database_url)
    refuse_open(host, engine)
    engine.dispose()  # before anything forks
    listener = _listen(host, port)
    Server(settings, listener, host).run()


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, told all by us: no file, argument or variable of its own is read."""

    def __init__(self, settings: Settings, listener: socket.socket, host: str) -> None:
        self.settings, self.listener = settings, listener
        self.keeper: Keeper | None = None  # in the worker
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{listener.getsockname()[1]}/"
        super().__init__()

    def load_config(self) -> None:
        """What gunicorn asks first."""
        for name, value in self._wishes().items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in the worker: the children's parent must be the process that answers."""
        app = create_app(self.settings)
        self.keeper = Keeper(self.settings)
        atexit.register(self.keeper.close)
        return app

    def _hurry(self, _worker: Any) -> None:
        """SIGINT: nothing that is under way is waited for."""
        if self.keeper:
            self.keeper.hurry()

    def _wishes(self) -> dict[str, Any]:
        jobs = self.settings.jobs
        return {
            "bind": f"fd://{self.listener.fileno()}",
            "workers": 1,
            "worker_class": Worker,
            # One for each conversion and each that waits (see Pool), one for each stream, eight to answer the rest.
            "threads": 8 + jobs + WAITING + STREAMS,
            "graceful_timeout": int(self.settings.wall_seconds) + 5,
            "timeout": 60,  # without a sign of life of the worker's main thread; a conversion does not count
            "keepalive": 5,
            "control_socket_disable": True,
            "when_ready": lambda _server: print(f"Editions is at {self.address}", flush=True),
            "worker_int": self._hurry,
            "post_fork": lambda _server, _worker: die_with_parent(),
            "logconfig_dict": CONFIG,
        }


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound there: before gunicorn, which tries a taken port for five seconds and then only logs."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        reason = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
        raise UsageError(
            f"The service cannot be at {host}, port {port}: {reason}.",
            "Name another with --host and --port; port 0 takes any that is free.",
            code="address",
        ) from None
    # gunicorn's threads read and write without a time-out: a handful of stalled callers would stop the service.
    # Connections inherit these from the socket that accepts them (Linux), and gunicorn does not undo them.
    for way in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        listener.setsockopt(socket.SOL_SOCKET, way, struct.pack("@ll", PATIENCE, 0))
    return listener
