"""Overrides: what a publisher says against what was read, as YAML; parsed, and found again in the text.

A file `NAME.editions.yaml` beside the text, a part `overrides` of a request, or `structure:` in the text's own front
matter. Each entry names its lines and, so that it is found again when lines move, its first or last words.
"""

from __future__ import annotations

import itertools
import json
import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from convert.article import Metadata, Origin, Remark
from convert.errors import UsageError
from convert.ledger import letters
from convert.matter import Matter, fields
from convert.matter.draft import Draft
from convert.matter.front import flat, mapping
from convert.options import Options
from convert.rules.forced import KINDS, Forced
from convert.text import Line
from convert.text import bare as letters_of

OVERRIDES, FRONT_MATTER = "the overrides", "the front matter"  # where things are said
LARGEST = 100_000  # characters
SHOWN = 6  # words of a line that find it again
_LOOKED_AT = 12  # words of `begins` and `ends`; what agrees so far is the same line
_KEYS = ("metadata", "detect", "no-detect", "structure")
_SAID = ("lines", "is", "level", "begins", "ends")
_LINES = re.compile(r"(\d{1,8})(?:\s?[-–]\s?(\d{1,8}))?")


class Entry(NamedTuple):
    """What is said of some lines."""

    number: int  # from 1, in the order of the list
    first: int
    last: int
    kind: str  # one of KINDS
    level: int = 0
    begins: str = ""
    ends: str = ""


class Overrides(NamedTuple):
    """All that is said."""

    metadata: tuple[tuple[str, Any], ...] = ()
    origins: tuple[tuple[str, Origin], ...] = ()
    detect: tuple[str, ...] = ()
    no_detect: tuple[str, ...] = ()
    structure: tuple[Entry, ...] = ()


# ---------------------------------------------------------------- what is said


def parse(text: str, language: str = "") -> Overrides:
    """The Overrides that `text` says; `language` settles dates. UsageError names what does not fit, and the cure."""
    if not text.strip():
        return Overrides()
    try:
        said = mapping(text, LARGEST)
    except ValueError as error:
        raise _wrong(
            f"there is no YAML: {error}", "Mend them; editions inspect --overrides-template shows how."
        ) from None
    for key in said:
        if key not in _KEYS:
            raise _wrong(f"there is {key!r}", f"They may say: {', '.join(_KEYS)}.")
    metadata, origins = _metadata(said.get("metadata") or {}, language)
    return Overrides(
        metadata, origins, _names(said, "detect"), _names(said, "no-detect"), entries(said.get("structure") or [])
    )


def _wrong(message: str, cure: str) -> UsageError:
    return UsageError(f"In {OVERRIDES}, {message}.", cure, code="bad-overrides")


def _names(said: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(name.strip() for item in flat(said.get(key)) for name in item.split(",") if name.strip())


def _metadata(said: Any, language: str) -> tuple[tuple[tuple[str, Any], ...], tuple[tuple[str, Origin], ...]]:
    """Fields as front matter has them, each with its origin."""
    if not isinstance(said, dict):
        raise _wrong("metadata holds no fields", "Write `title: …`, a field a line.")
    draft = Draft(language=language or "und")
    for key, value in said.items():
        for item in flat(value):
            read = Draft(language=draft.language)
            entry = fields.Entry(str(key), item, ())
            fields.note(entry, read, kind="overrides")
            if (fields.home(entry) or "extra") not in read.values:
                raise _wrong(f"{key} {item!r} cannot be read", f"Write {key} as front matter would.")
            for name, found in read.values.items():
                draft.say(name, found, 0, read.origins[name].why, "overrides")
    return tuple(draft.values.items()), tuple(draft.origins.items())


def entries(said: Any) -> tuple[Entry, ...]:
    """The entries of a `structure`. UsageError names the first that does not fit by its number."""
    if not isinstance(said, list):
        raise _wrong("structure is no list", "Write `- lines: 34-40` and `is: verse`, an entry for each.")
    found = tuple(_entry(number, value) for number, value in enumerate(said, 1))
    ordered = sorted(found, key=lambda e: e.first)
    for above, below in itertools.pairwise(ordered):
        if below.first <= above.last:
            one, two = sorted((above.number, below.number))
            raise _misfit(two, f"overlaps entry {one}", "Let each line stand in one entry.")
    return found


def _misfit(number: int, message: str, cure: str) -> UsageError:
    return _wrong(f"entry {number} {message}", cure)


def _entry(number: int, said: Any) -> Entry:
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise _misfit(number, "is no mapping of words", "Write `lines: 34-40` and `is: verse`.")
    for key in said:
        if key not in _SAID:
            raise _misfit(number, f"says {key!r}", f"An entry may say: {', '.join(_SAID)}.")
    kind = said.get("is", "")
    if kind not in KINDS:
        raise _misfit(
            number, f"is {kind!r}" if kind else "does not say what it is", f"`is` may be: {', '.join(KINDS)}."
        )
    first, last = _range(number, said.get("lines", ""))
    return Entry(number, first, last, kind, _level(number, said), said.get("begins", ""), said.get("ends", ""))


def _range(number: int, said: str) -> tuple[int, int]:
    match = _LINES.fullmatch(said.strip())
    if not match:
        raise _misfit(number, f"has the lines {said!r}", "Write one line, 34, or its first and last, 34-40.")
    first, last = int(match[1]), int(match[2] or match[1])
    if not first or last < first:
        raise _misfit(number, f"has the lines {said!r}", "Lines count from 1, and the first comes before the last.")
    return first, last


def _level(number: int, said: Mapping[str, str]) -> int:
    level = said.get("level", "")
    if not level:
        return 0
    if said["is"] != "heading" or level not in ("2", "3", "4", "5", "6"):
        raise _misfit(number, f"has the level {level!r}", "A heading's level is 2 to 6; the title has 1, others none.")
    return int(level)


# ---------------------------------------------------------------- metadata and rules


def switched(options: Options, said: Overrides) -> Options:
    """`options` with the rules switched as both say: what the caller says last counts, and on before off."""
    off, on = set(options.no_detect), set(options.detect)
    detect = on | (set(said.detect) - (off - on))
    no_detect = (off | (set(said.no_detect) - set(said.detect))) - detect
    return replace(options, detect=tuple(sorted(detect)), no_detect=tuple(sorted(no_detect)))


def applied(metadata: Metadata, said: Overrides, options: Options) -> Metadata:
    """`metadata` with what is said in place of what the text says; what the caller gave stays."""
    if not said.metadata:
        return metadata
    values = {name: value for name, value in said.metadata if not getattr(options, name, None)}
    origins = dict(metadata.origins) | {name: origin for name, origin in said.origins if name in values}
    own = dict(dict(said.metadata).get("extra", ()))
    if own:
        given = dict(options.extra)
        rest = tuple((key, value) for key, value in metadata.extra if key in given or key not in own)
        values["extra"] = (*((key, value) for key, value in own.items() if key not in given), *rest)
    return replace(metadata, **values, origins=tuple(origins.items()))


# ---------------------------------------------------------------- where it stands


def placed(said: Overrides, found: Matter, lines: Sequence[Line]) -> tuple[tuple[Forced, ...], tuple[Remark, ...]]:
    """The blocks that are forced, in the text's order, and what of the entries could not be done as they stand."""
    if said.structure or not found.structure:
        unused = [Remark("override", 1, "The structure in the front matter was left aside for that in the overrides.")]
        places, remarks = _places(said.structure, lines, OVERRIDES)
        return places, (*(unused if found.structure else ()), *remarks)
    try:
        own = entries(found.structure)
    except UsageError as error:  # a text never fails for its own front matter
        message = str(error).replace(OVERRIDES, FRONT_MATTER)
        return (), (Remark("override", 1, f"{message} {error.hint} Nothing of its structure was done."),)
    head = max((taken.line for taken in found.taken if taken.into == "front matter"), default=0)
    return _places(own, lines[head:], FRONT_MATTER)


def unplaced(said: Overrides) -> tuple[Remark, ...]:
    """What is said of a manuscript without lines: each entry is lost there."""
    message = "The structure in the overrides names lines, and a manuscript in another format has none."
    return (Remark("override-lost", 0, message),) if said.structure else ()


def _places(said: Sequence[Entry], lines: Sequence[Line], where: str) -> tuple[tuple[Forced, ...], tuple[Remark, ...]]:
    openings = _index(lines, [e.begins for e in said], _opening)
    endings = _index(lines, [e.ends for e in said], _ending)
    places: list[Forced] = []
    remarks: list[Remark] = []
    for entry in said:
        first, last, trouble = _found(entry, openings, endings)
        moved = (first, last) != (entry.first, entry.last)
        if not trouble:
            first, last, trouble = _worded(entry, first, last, lines)
        place = Forced(first, last, entry.kind, entry.level, f"said by the publisher in {where}")
        if not trouble and _taken(place, places):
            trouble = "another entry has some of its lines"
        if trouble:
            remarks.append(_lost(entry, trouble, lines, where))
            continue
        insort(places, place)
        if moved:
            remarks.append(_moved(entry, first, last, where))
    return tuple(places), tuple(remarks)


def _taken(place: Forced, places: Sequence[Forced]) -> bool:
    """Whether one of the `places`, which are in order, has a line of `place`."""
    at = bisect_left(places, place)
    return any(p.first <= place.last and place.first <= p.last for p in places[max(0, at - 1) : at + 1])


def _lost(entry: Entry, trouble: str, lines: Sequence[Line], where: str) -> Remark:
    line = entry.first if lines and entry.first <= lines[-1].number else 0
    message = (
        f"In {where}, entry {entry.number} ({entry.kind}) was left out: {trouble}. Correct its lines or its words."
    )
    return Remark("override-lost", line, message)


def _moved(entry: Entry, first: int, last: int, where: str) -> Remark:
    lines = f"{first}-{last}" if last > first else str(first)
    message = f"In {where}, entry {entry.number} ({entry.kind}) was found by its words: write lines: {lines}."
    return Remark("override-moved", first, message)


Words = tuple[str, ...]
Index = Mapping[Words, Sequence[int]]


def _found(entry: Entry, openings: Index, endings: Index) -> tuple[int, int, str]:
    """First and last line of an entry, found again by its words, and why they are not found ("": they are)."""
    first, last = entry.first, entry.last
    if entry.begins:
        first = _nearest(openings[_opening(_words(entry.begins))], first)
        last = first + entry.last - entry.first
        if not first:
            return 0, 0, f"no line begins with {entry.begins[:60]!r}"
    if entry.ends:
        last = _nearest(endings[_ending(_words(entry.ends))], last, first)
        if not last:
            return 0, 0, f"no line from {first} on ends with {entry.ends[:60]!r}"
    return first, last, ""


def _worded(entry: Entry, first: int, last: int, lines: Sequence[Line]) -> tuple[int, int, str]:
    """The same lines without blank ones at top and bottom, and why the entry cannot stand there ("": it can)."""
    start = lines[0].number if lines else 1
    if first < start or last >= start + len(lines):
        return 0, 0, f"the lines are {start} to {start + len(lines) - 1}"
    worded = [line for line in lines[first - start : last - start + 1] if not line.blank]
    if not worded:
        return 0, 0, "nothing stands there"
    if entry.kind == "break" and any(letters(line.text) for line in worded):
        return 0, 0, "words stand there, and a break would drop them"
    return worded[0].number, worded[-1].number, ""


def _index(lines: Sequence[Line], wanted: Iterable[str], part: Callable[[Words, int], Words]) -> Index:
    """For all words that are looked for the numbers of the lines that have them there; one look at each line."""
    found: dict[Words, list[int]] = {part(_words(text), _LOOKED_AT): [] for text in wanted if text}
    lengths = {len(words) for words in found}
    for line in lines if found else ():
        all_words = _words(line.text)
        for length in lengths:
            if len(all_words) >= length and (words := part(all_words, length)) in found:
                found[words].append(line.number)
    return found


def _opening(words: Words, length: int = _LOOKED_AT) -> Words:
    return words[:length]


def _ending(words: Words, length: int = _LOOKED_AT) -> Words:
    return words[-length:]


def _words(text: str) -> Words:
    """The words of a line in lower case without their signs; a line of signs alone is one word."""
    words = tuple(word for part in text.split() if (word := letters_of(part)))
    return words or (" ".join(text.split()),)


def _nearest(numbers: Sequence[int], wanted: int, least: int = 0) -> int:
    """The one of ascending `numbers`, from `least` on, that is nearest to `wanted`; 0 where there is none."""
    at = bisect_left(numbers, wanted)
    near = [n for n in numbers[max(0, at - 1) : at + 1] if n >= least]
    return min(near, key=lambda n: abs(n - wanted), default=0)


# ---------------------------------------------------------------- the template

TYPES = {
    "Para": "paragraph", "Header": "heading", "BulletList": "list", "OrderedList": "list", "DefinitionList": "list",
    "CodeBlock": "code", "LineBlock": "verse", "BlockQuote": "quote", "Table": "table", "Div.footnote": "footnote",
    "Figure": "figure", "HorizontalRule": "break", "Div.notice": "aside",
}  # fmt: skip


def template(report: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """Overrides that say of each doubtful block of a report what it was read as, ready to be edited."""
    said = [b for b in report["blocks"] if b.get("sure") == "guess" and b["type"] in TYPES and b.get("lines", [0])[0]]
    top = ["# What was doubtful, as it was read. Correct `is` where it is wrong and delete what is right.",
           f"# `is` may be: {', '.join(KINDS)}; a heading may have a level, 2 to 6."]  # fmt: skip
    return "\n".join([*top, "structure:" if said else "structure: []", *(_asked(b, lines) for b in said)])


def _asked(block: Mapping[str, Any], lines: Sequence[Line]) -> str:
    first, last = block["lines"]
    words = " ".join(lines[first - 1].text.split()[:SHOWN])
    where = f"{first}-{last}" if last > first else first
    return f"  - lines: {where}\n    is: {TYPES[block['type']]}\n    begins: {json.dumps(words, ensure_ascii=False)}"
