"""Agreement: the editions of one publication say the same, and every address in them leads somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import unquote

from convert.check.compare import around, arranged, body_of, differences, first_difference, same, settled, shown
from convert.check.seen import Heading, Piece, Seen, text_of
from convert.check.verdict import Check, Reason, judged, unchecked

_INSIDE = ("json-ld", "info")  # where an edition contradicts itself


def links(editions: Sequence[Seen]) -> Check:
    """Every address and identifier within each edition resolves."""
    return judged("links", [Reason(seen.name, said) for seen in editions for said in seen.dangling])


def agreement(editions: Sequence[Seen]) -> Check:
    """Headings, identifiers, notes, links, metadata and text are equal in all editions."""
    reasons = [Reason(s.name, said) for s in editions for key in _INSIDE for said in s.metadata.get(key, ())]
    if len(editions) < 2:
        return judged("agreement", reasons) if reasons else unchecked("agreement", "There is one edition only.")
    one = editions[0]
    for other in editions[1:]:
        reasons += [
            Reason(f"{one.name} and {other.name}", said) for compare in _COMPARED for said in compare(one, other)
        ]
    return judged("agreement", reasons)


def _metadata(one: Seen, other: Seen) -> Iterator[str]:
    for field in one.metadata.keys() & other.metadata.keys() - set(_INSIDE):
        here, there = ([" ".join(x.split()) for x in s.metadata[field] if x.strip()] for s in (one, other))
        if here != there:
            yield f"{field} is {here!r} and {there!r}"


def _headings(one: Seen, other: Seen) -> Iterator[str]:
    if len(one.headings) != len(other.headings):
        yield f"{len(one.headings)} headings and {len(other.headings)}"
        return
    for here, there in zip(one.headings, other.headings, strict=True):
        if here.level != there.level or not _alike(here.pieces, there.pieces, other.format):
            yield f"the heading {_shown(here)} and {_shown(there)}"


def _alike(here: Sequence[Piece], there: Sequence[Piece], form: str) -> bool:
    meant = shown(text_of(tuple(here)), form)
    return same(meant, settled(there, meant), form)


def _shown(heading: Heading) -> str:
    return f"{heading.level} {' '.join(text_of(heading.pieces).split())!r}"


def _ids(one: Seen, other: Seen) -> Iterator[str]:
    if other.format == "pdf" or one.format == "pdf":
        places = set(other.ids if other.format == "pdf" else one.ids)
        named = one.ids if other.format == "pdf" else other.ids
        yield from (f"the identifier {uid} is no place in the PDF" for uid in named if uid and uid not in places)
    elif one.ids != other.ids:
        missing = Counter(one.ids) - Counter(other.ids), Counter(other.ids) - Counter(one.ids)
        yield f"identifiers only in the first: {sorted(missing[0])}, only in the second: {sorted(missing[1])}"


def _notes(one: Seen, other: Seen) -> Iterator[str]:
    if len(one.notes) != len(other.notes):
        yield f"{len(one.notes)} notes and {len(other.notes)}"
        return
    for number, (here, there) in enumerate(zip(one.notes, other.notes, strict=True), 1):
        if not _alike(here, there, other.format):
            yield f"note {number} is {text_of(here).strip()!r} and {text_of(there, labels=False).strip()!r}"


def _links(one: Seen, other: Seen) -> Iterator[str]:
    here, there = ({unquote(link) for link in s.links} for s in (one, other))
    yield from (f"the link to {link} is in the first only" for link in sorted(here - there))
    yield from (f"the link to {link} is in the second only" for link in sorted(there - here))


def _text(one: Seen, other: Seen) -> Iterator[str]:
    meant = arranged(shown(text_of(one.body), other.format), one.tables, other)
    got = body_of(other, meant)
    if same(meant, got, other.format):
        return
    at = first_difference(meant, got)
    lost, added = differences(meant, got)
    yield (
        f"{lost.total()} letters of the text are in the first only, {added.total()} in the second only; "
        f"they part at {around(meant, at)} and {around(got, at)}"
    )


_COMPARED: tuple[Callable[[Seen, Seen], Iterator[str]], ...] = (_metadata, _headings, _ids, _notes, _links, _text)
