"""The ship-gate: editions go in, one verdict with reasons comes out.

Our own checks always run: every address resolves, the editions agree, no letter of the source is lost or added.
The validators of `VALIDATORS` run where they are installed; where one is not, the verdict says so, with the cure.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convert import pipeline
from convert.article import Edition, Source
from convert.check import account, agreement, epub, html, pdf
from convert.check.seen import Seen, Unreadable
from convert.check.validators import BOUNDED, QUICK, VALIDATORS, Finding, Unable, Validator
from convert.check.verdict import Check, Reason, Verdict, judged, lines, unchecked
from convert.errors import ConvertError
from convert.options import Options

__all__ = ["BOUNDED", "FORMATS", "QUICK", "VALIDATORS", "Check", "Proof", "Reason", "Verdict", "check", "lines"]

READERS: dict[str, Callable[[str, bytes], Seen]] = {"html": html.read, "epub": epub.read, "pdf": pdf.read}
FORMATS = tuple(READERS)


@dataclass(frozen=True, slots=True)
class Proof:
    """A publication to be checked: its editions, and where it is known the text with the options they were set by."""

    name: str
    editions: tuple[Edition, ...]
    source: Source | None = None
    options: Options = field(default_factory=Options)


def check(proofs: Sequence[Proof], validators: Sequence[Validator] = VALIDATORS) -> list[Verdict]:
    """The verdict on each of `proofs`. A validator sees the files of all at once: its start is what costs."""
    outside = [_validated(proofs, validator) for validator in validators]
    return [
        Verdict(proof.name, (*_own(proof), *(said for found in outside if (said := found[i]))))
        for i, proof in enumerate(proofs)
    ]


# ---------------------------------------------------------------- our own


def _own(proof: Proof) -> list[Check]:
    seen: list[Seen] = []
    broken: list[Reason] = []
    for edition in (e for e in sorted(proof.editions, key=_rank) if e.format in READERS):
        try:
            seen.append(READERS[edition.format](edition.name, edition.data))
        except Unreadable as error:
            broken.append(Reason(edition.name, str(error)))
    files = [judged("files", broken)] if broken else []
    if not seen:
        return files or [unchecked("editions", f"There is none that can be checked: {', '.join(FORMATS)}.")]
    return [*files, agreement.links(seen), agreement.agreement(seen), _ledger(proof, seen)]


def _rank(edition: Edition) -> int:
    return FORMATS.index(edition.format) if edition.format in FORMATS else len(FORMATS)


def _ledger(proof: Proof, seen: Sequence[Seen]) -> Check:
    if proof.source is None:
        return unchecked("ledger", "Without its source nobody can say that no letter was lost. Give --source TEXT.")
    try:
        reading = pipeline.inspect(proof.source, proof.options)
    except ConvertError as error:
        return unchecked("ledger", f"The source cannot be read: {error} {error.hint}".rstrip())
    return account.account(reading, seen)


# ---------------------------------------------------------------- validators


def _validated(proofs: Sequence[Proof], validator: Validator) -> list[Check | None]:
    """What `validator` says of each proof; None where there is nothing of its formats."""
    with tempfile.TemporaryDirectory(prefix="editions-check-") as folder:
        files = {
            (i, e.name): _written(Path(folder), i, e)
            for i, proof in enumerate(proofs)
            for e in proof.editions
            if e.format in validator.formats
        }
        if not files:
            return [None] * len(proofs)
        why = validator.missing()
        if why:
            return [_of(files, i, lambda _: unchecked(validator.name, why)) for i in range(len(proofs))]
        try:
            found = validator.run(list(files.values()))
        except Unable as error:
            said = str(error)
            return [_of(files, i, lambda _: unchecked(validator.name, said)) for i in range(len(proofs))]
    return [_of(files, i, lambda own: _told(validator.name, own, found)) for i in range(len(proofs))]


def _of(files: Mapping[tuple[int, str], Path], i: int, tell: Callable[[dict[str, Path]], Check]) -> Check | None:
    own = {name: path for (number, name), path in files.items() if number == i}
    return tell(own) if own else None


def _told(name: str, files: Mapping[str, Path], found: Mapping[Path, Sequence[Finding]]) -> Check:
    reasons = [
        Reason(f"{file} {finding.place}".strip(), finding.message)
        for file, path in files.items()
        for finding in found.get(path, ())
    ]
    warnings = sum(finding.warning for path in files.values() for finding in found.get(path, ()))
    return judged(name, reasons, warnings=warnings)


def _written(folder: Path, number: int, edition: Edition) -> Path:
    path = folder / f"{number}.{edition.format}"
    path.write_bytes(edition.data)
    return path
