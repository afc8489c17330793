"""Where the validators' programs are, and how one is run: bounded in time, its answer as bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

JAVA_MISSING = "Java 17 is not installed: apt-get install default-jre-headless."
START, EACH = 120, 30  # seconds a program may take, and more for each file


class Finding(NamedTuple):
    """One thing that a validator has against a file."""

    place: str
    message: str
    warning: bool = False


class Unable(Exception):
    """The validator could not be asked: the message says why."""


# What keeps Java within the limit on a child's memory (RLIMIT_AS counts what it only reserves), and its start short.
_JAVA = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:CompressedClassSpaceSize=64m", "-XX:ReservedCodeCacheSize=64m",
         "-XX:TieredStopAtLevel=1")  # fmt: skip


def java() -> list[str]:
    """The command that starts Java, its memory bounded; [] where there is none."""
    found = shutil.which("java")
    return [found, *_JAVA] if found else []


def in_package(package: str, *inside: str) -> Path | None:
    """A file inside an installed Python package, or None. The package itself is not imported."""
    found = find_spec(package)
    path = Path(found.origin).parent.joinpath(*inside) if found and found.origin else None
    return path if path and path.is_file() else None


def node_modules() -> Path:
    """The folder of the validators that npm installs: EDITIONS_VALIDATORS, else the checkout's own."""
    said = os.environ.get("EDITIONS_VALIDATORS", "")
    return Path(said) if said else Path(__file__).parents[2] / "tools" / "validators" / "node_modules"


def output_of(command: Sequence[str], files: int, environment: dict[str, str] | None = None) -> bytes:
    """What a program prints, whatever its exit status says. Unable where it does not end or says nothing at all."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=START + EACH * files, check=False,
            env=os.environ | {"MALLOC_ARENA_MAX": "2"} | (environment or {}), stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unable(f"It did not end within {START + EACH * files} seconds.") from None
    except OSError as error:
        raise Unable(f"It could not be started: {error.strerror}.") from None
    if not done.stdout:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Unable(f"It gave no answer (status {done.returncode}): {' '.join(last)[:200]}")
    return done.stdout
