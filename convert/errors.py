"""What can go wrong, each with a code word, an HTTP status, an exit code and a cure.

ConvertError            1  500  internal
├── UsageError          2  400  usage
├── InputError          3  422  unreadable, undecodable, empty
│   └── NotText         3  415  not-text
├── LimitError          7  413  too-large
│   └── OverTime        7  504  time-out
├── MissingDependency   8  503  missing-dependency
├── Unavailable         1  503  unavailable
│   └── NoSpace         9  507  no-space
└── OutputError         9  409  output-exists, output-unwritable
"""

from __future__ import annotations

import errno


class ConvertError(Exception):
    """Something failed: `str(error)` names what and why, `hint` is the cure, `line` the source line (0: none)."""

    code = "internal"
    status = 500
    exit_code = 1

    def __init__(self, message: str, hint: str = "", *, code: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.hint = hint
        self.line = line
        self.code = code or type(self).code

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), str(self), self.hint, self.code, self.line)


class UsageError(ConvertError):
    """The caller asked for what does not exist."""

    code, status, exit_code = "usage", 400, 2


class InputError(ConvertError):
    """The text is missing, empty or cannot be decoded."""

    code, status, exit_code = "unreadable", 422, 3


class NotText(InputError):
    """The input is a picture, an archive, a program: anything but text."""

    code, status = "not-text", 415


class LimitError(ConvertError):
    """The text is larger than a limit allows."""

    code, status, exit_code = "too-large", 413, 7


class OverTime(LimitError):
    """The conversion took longer, or more memory, than it may."""

    code, status = "time-out", 504


class MissingDependency(ConvertError):
    """A program or library that an edition needs is not installed."""

    code, status, exit_code = "missing-dependency", 503, 8


class Unavailable(ConvertError):
    """What the service keeps things in does not answer now."""

    code, status, exit_code = "unavailable", 503, 1
    retry_after = 5  # seconds


class NoSpace(Unavailable):
    """What the service keeps things in is full."""

    code, status, exit_code = "no-space", 507, 9


class OutputError(ConvertError):
    """The result cannot be written where it was asked."""

    code, status, exit_code = "output-exists", 409, 9


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # what a place says that takes no more


def unwritable(what: str, error: OSError) -> ConvertError:
    """What is said of a file that takes no more, or nothing at all."""
    if error.errno in FULL:
        return NoSpace(f"{what} has no more room.", "Free some space, then go on.")
    return OutputError(f"{what} cannot be written: {error.strerror}.", "Check its folder and the permissions.",
                       code="output-unwritable")  # fmt: skip


KINDS: dict[str, type[ConvertError]] = {
    kind.__name__: kind
    for kind in (
        ConvertError,
        UsageError,
        InputError,
        NotText,
        LimitError,
        OverTime,
        MissingDependency,
        Unavailable,
        NoSpace,
        OutputError,
    )
}


def _rebuild(kind: type[ConvertError], message: str, hint: str, code: str, line: int) -> ConvertError:
    return kind(message, hint, code=code, line=line)
