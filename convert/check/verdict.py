"""The verdict: what each check said of a publication, in values, in a line for people, as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

State = Literal["passed", "failed", "not checked"]


class Reason(NamedTuple):
    """One thing that speaks against an edition, or why nothing could be said."""

    place: str  # the file, and where in it
    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """What one check said."""

    name: str
    state: State
    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()  # counted and named, held against nobody
    warnings: int = 0  # how many of the reasons are a validator's warnings


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that the checks said of one publication."""

    name: str
    checks: tuple[Check, ...]

    @property
    def publishable(self) -> bool:
        """Whether no check failed. What was not checked is told, and stops nothing."""
        return all(check.state != "failed" for check in self.checks)

    @property
    def sentence(self) -> str:
        """The verdict in one line."""
        failed = [f"{c.name} ({len(c.reasons)})" for c in self.checks if c.state == "failed"]
        passed = sum(c.state == "passed" for c in self.checks)
        open_ = [c.name for c in self.checks if c.state == "not checked"]
        left = f"; not checked: {', '.join(open_)}" if open_ else ""
        if failed:
            return f"not publishable: {', '.join(failed)}{left}"
        return f"publishable: {passed} checks passed{left}"

    def to_json(self) -> dict[str, Any]:
        """`{input, publishable, checks: [{name, state, reasons: [{place, message}], notes}]}`."""
        checks = [{**asdict(check), "reasons": [reason._asdict() for reason in check.reasons]} for check in self.checks]
        return {"input": self.name, "publishable": self.publishable, "verdict": self.sentence, "checks": checks}


MOST = 10  # reasons of one check that people are shown


def lines(verdict: Verdict) -> list[str]:
    """The verdict for people: its sentence, then each reason with its place."""
    said = [f"{verdict.name}: {verdict.sentence}"]
    for check in verdict.checks:
        if check.state == "passed":
            said += [f"  {check.name}: {note}" for note in check.notes]
            continue
        said += [f"  {check.name}: {_placed(reason)}" for reason in check.reasons[:MOST]]
        if len(check.reasons) > MOST:
            said.append(f"  {check.name}: and {len(check.reasons) - MOST} more (--json has all)")
        said += [f"  {check.name}: {note}" for note in check.notes]
    return said


def _placed(reason: Reason) -> str:
    return f"{reason.place}: {reason.message}" if reason.place else reason.message


def judged(name: str, reasons: list[Reason], notes: tuple[str, ...] = (), warnings: int = 0) -> Check:
    """A check that ran: it passed where there are no reasons."""
    return Check(name, "failed" if reasons else "passed", tuple(reasons), notes, warnings)


def unchecked(name: str, why: str) -> Check:
    """A check that could not run, and the cure."""
    return Check(name, "not checked", (Reason("", why),))
