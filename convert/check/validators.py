"""VALIDATORS: each outside program that judges editions, with what it reads. A new one is one gate and one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from convert.check import ace, epubcheck, nu, verapdf
from convert.check.programs import Finding, Unable

__all__ = ["BOUNDED", "QUICK", "VALIDATORS", "Finding", "Unable", "Validator"]


class Validator(NamedTuple):
    """One program: what it is called, what it reads, why it cannot run ("" where it can), and how it is asked."""

    name: str
    formats: tuple[str, ...]
    missing: Callable[[], str]
    run: Callable[[Sequence[Path]], Mapping[Path, Sequence[Finding]]]


VALIDATORS = (
    Validator("EPUBCheck", ("epub",), epubcheck.missing, epubcheck.run),
    Validator("veraPDF", ("pdf",), verapdf.missing, verapdf.run),
    Validator("Nu", ("html",), nu.missing, nu.run),
    Validator("Ace", ("epub",), ace.missing, ace.run),
)
BOUNDED = VALIDATORS[:3]  # what the service asks: each runs within the limits of a child
QUICK = VALIDATORS[:2]  # what `--check` on convert and batch asks: each needs a second or two
