"""Places that are taken: where a batch's texts lie, and its reports; and which of its texts it wrote itself before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from convert.batch.journal import Journal
from convert.batch.texts import Text, Unfound
from convert.places import Place, address


class Taken:
    """The places in an output where no edition of another text may go."""

    def __init__(self, output: Place, texts: Iterable[Text | Unfound] = (), reports: Iterable[str] = ()) -> None:
        self.output = output
        self._places = {at for one in texts if (at := _address(one))} | {address(name) for name in reports}

    def by_another(self, path: str, text: Text) -> bool:
        """Whether something lies at a path of the output that is not to be replaced by an edition of this text."""
        at = self.output.address(path)
        return at in self._places and at != _address(text)


def texts_alone(found: Iterable[Text | Unfound], output: Place, journal: Journal) -> Iterator[Text | Unfound]:
    """What was found, but for what the journal says was made there of other texts."""
    start = output.address("-")[:-1]
    written: dict[str, str] | None = None
    for one in found:
        at = _address(one)
        if at.startswith(start):
            written = journal.written() if written is None else written
            if written.get(at[len(start) :], one.name) != one.name:
                continue
        yield one


def _address(one: Text | Unfound) -> str:
    """Where a text lies; "" for what lies in an archive, or nowhere."""
    return "" if isinstance(one, Unfound) or one.archive else address(one.name)
