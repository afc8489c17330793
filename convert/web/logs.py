"""Logs: a JSON object a line on standard error, each request one, with the id and the trace that its answer has."""

from __future__ import annotations

import logging
import time
from typing import Any

from flask import Flask, Response, g, request

_LOG = logging.getLogger("editions.request")
_HANDLER = {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
_QUIET = {"level": "INFO", "handlers": ["json"], "propagate": False}
CONFIG: dict[str, Any] = {  # for logging.config.dictConfig
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        }
    },
    "handlers": {"json": _HANDLER},
    "root": {"level": "INFO", "handlers": ["json"]},
    "loggers": {
        "gunicorn.error": _QUIET,
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},  # it tells the query
        "editions": _QUIET,
        "alembic": {"level": "WARNING"},
    },
}


def watch(app: Flask) -> None:
    """Log every request of `app`: no query and no header, for a title or a key may stand there."""

    @app.after_request
    def say(response: Response) -> Response:
        began = getattr(g, "began", None)
        _LOG.info(
            "request",
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "bytes": response.content_length,
                "milliseconds": round((time.perf_counter() - began) * 1000, 1) if began else None,
                "request_id": g.request_id,
                "trace": g.trace,
                "key": g.owner or None,
            },
        )
        return response
