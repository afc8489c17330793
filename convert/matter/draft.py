"""The sheet on which the readers of the head write what they find, each value with its line and its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from convert.article import Metadata, Origin, Remark, Taken
from convert.matter import dates, names
from convert.text import Line, bare

Kind = Literal["given", "overrides", "front matter", "text", "default"]
_MANY = ("authors", "contributors", "subjects", "extra")


@dataclass(slots=True)
class Draft:
    """Metadata in the making. What is said first stays, except where lists grow."""

    language: str = "und"  # what settles 09-10-2017, where the text's other dates do not
    lines: Sequence[Line] = ()  # the whole text
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    structure: Any = None  # what front matter says stands where, as it was read
    order: str | None = None  # how the text writes its other dates in figures; None: not asked yet

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

    def origin_line(self, name: str) -> int:
        """The line on which field `name` was said, 0 where it was not."""
        return self.origins[name].line if name in self.origins else 0

    def dated(self, text: str) -> dates.Dated | None:
        """The first date in `text`, its doubt settled by the other dates where they can."""
        found = dates.find(text, self.language)
        return dates.find(text, self.language, self._order()) if found and found.doubt else found

    def stated(self, text: str) -> dates.Stated | None:
        """What a line says that is all dates, its doubt settled by the other dates where they can."""
        found = dates.stated(text, self.language)
        doubtful = found and any(x and x.doubt for x in (found.published, found.modified))
        return dates.stated(text, self.language, self._order()) if doubtful else found

    def say_date(self, name: str, found: dates.Dated | None, line: int, why: str, kind: Kind = "text") -> None:
        """Note a date, and the doubt about it."""
        if found and name not in self.values:
            self.say(name, found.iso, line, why, kind)
            if found.doubt:
                self.remarks.append(Remark("date", line, found.doubt))

    def say_part(self, part: names.Part, line: int, why: str, kind: Kind = "text") -> None:
        """Note who did what else for the article; whoever led an interview that nobody else wrote is its author."""
        if part.role == "ivr" and " " in part.label and "authors" not in self.values:
            self.say("authors", part.who, line, why, kind)
        else:
            self.say("contributors", tuple((name, part.role) for name in part.who), line, why, kind)
        self.say("extra", tuple((part.label, name) for name in part.who), line, why, kind)
        self.say("extra", (("Byline", part.station),) if part.station else (), line, why, kind)

    def _order(self) -> str:
        if self.order is None:
            self.order = dates.order(" ".join(line.text for line in self.lines[:4000]))
        return self.order

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
