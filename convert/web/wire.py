"""The server's worker: gunicorn's, but it ends when it is told to, and refuses what is no HTTP request by a problem.

gunicorn answers what is no request (RFC 9112) itself, in HTML with what was sent in it, and closes on who still sends.
"""

from __future__ import annotations

import signal
import socket
import time
import uuid
from contextlib import suppress
from http import HTTPStatus
from types import FrameType
from typing import Any

from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from convert.web.problems import OUR_BUG, Problem, written

HURRY = 5  # seconds that SIGINT leaves
HEARD = 1.0  # seconds for which what follows is still read
MOST = 1 << 20  # and bytes of it

# The first that fits says it; whatever else the parser raises is no request at all.
_REFUSALS: tuple[tuple[type[Exception], Problem], ...] = (
    (errors.LimitRequestLine, Problem(414, "uri-too-long", "The first line of the request is too long.",
                                      "Send options in a form or as JSON, not in the query.")),
    (errors.LimitRequestHeaders, Problem(431, "headers-too-large", "The headers are too many or too long.",
                                         "Send fewer, and options in the body.")),
    (errors.ExpectationFailed, Problem(417, "expectation-failed", "The Expect header asks for what is not done here.",
                                       "Expect: 100-continue is all it may say.")),
    (errors.UnsupportedTransferCoding, Problem(400, "transfer-coding", "The body is in no transfer coding known here.",
                                               "Send it chunked, or with its Content-Length.")),
    (errors.ParseException, Problem(400, "bad-request", "What was sent is no HTTP request.",
                                    "Let a library or curl write it.")),
)  # fmt: skip
_BUG = Problem(500, "internal", "The server failed inside; nothing was set.", OUR_BUG)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's worker with threads, in our words, which ends when it is told to."""

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Have the kernel end what has not ended by itself.

        gunicorn ends its worker inside this handler, which asks for locks that the very thread it interrupted may hold,
        its pool's to begin with; then nobody ever comes back from it.
        """
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(HURRY)
        super().handle_quit(sig, frame)

    def handle_error(self, _req: Any, client: socket.socket, _addr: Any, exc: Exception) -> None:
        """Answer what could not be read as a request, and whatever fails outside the application."""
        problem = refusal(exc)
        if problem is _BUG:
            self.log.error("a request failed outside the application", exc_info=exc)
        else:
            self.log.info("no request: %s", type(exc).__name__)  # what was sent may hold a key
        with suppress(OSError):
            client.sendall(answer(problem))
            client.shutdown(socket.SHUT_WR)
            _hear_out(client)


def refusal(error: Exception) -> Problem:
    """What is said of what the parser raised; of an error of the application's, that it is a bug."""
    if isinstance(error, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName | errors.ConfigurationProblem):
        return _BUG
    return next((problem for kind, problem in _REFUSALS if isinstance(error, kind)), _BUG)


def answer(problem: Problem) -> bytes:
    """The whole answer, as it goes over the wire."""
    name = uuid.uuid4().hex
    body = written(problem, name).encode()
    head = (
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        f"X-Request-Id: {name}",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def _hear_out(client: socket.socket) -> None:
    """Read on for nothing, within bounds: closed with bytes unread, a connection breaks off, its answer unread."""
    client.settimeout(HEARD)
    heard, late = 0, time.monotonic() + HEARD
    while heard < MOST and time.monotonic() < late and (piece := client.recv(1 << 16)):
        heard += len(piece)
