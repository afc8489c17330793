"""The sheet on which the readers of the head write what they find, each value with its line and its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from convert.article import Metadata, Origin, Remark, Taken
from convert.text import Line, bare

Kind = Literal["given", "overrides", "front matter", "text", "default"]
_MANY = ("authors", "subjects", "extra")


@dataclass(slots=True)
class Draft:
    """Metadata in the making. What is said first stays, except where lists grow."""

    language: str = "und"  # what settles 09-10-2017
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    structure: Any = None  # what front matter says stands where, as it was read

    def say(self, name: str, value: Any, line: int, why: str, kind: Kind = "text") -> None:
        """Note that field `name` is `value`, unless something was said before."""
        if not value:
            return
        if name in _MANY and name in self.values:
            self.values[name] += tuple(v for v in value if v not in self.values[name])
        elif name not in self.values:
            self.values[name] = value
            self.origins[name] = Origin(kind, line, why)

    def override(self, name: str, value: Any) -> None:
        """Let field `name` be `value`, as the caller said, whatever the text says."""
        if value:
            self.values[name] = value
            self.origins[name] = Origin("given", 0, "given by the caller")

    def take(self, line: Line, into: str) -> None:
        """Account for the letters of a line that will stand in no block."""
        self.taken.append(Taken(line.number, line.text, into))

    def metadata(self) -> Metadata:
        """What has been said so far."""
        return Metadata(**self.values, origins=tuple(self.origins.items()))


def same(one: str, two: str) -> bool:
    """Whether two lines say the same but for case, punctuation and spaces."""
    return bare(one) == bare(two) != ""


def joined(lines: Sequence[Line]) -> str:
    """The text of a few wrapped lines."""
    return " ".join(line.text for line in lines)
