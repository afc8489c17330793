"""The decision report: an Article becomes a JSON object that says what was found where, by which rule, how sure.

Obeys `schema.json` beside this file (JSON Schema 2020-12). `text.py` says the same in lines, `page.py` as a page.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from convert.article import Article, Metadata, Publication
from convert.changes import changes
from convert.text import Line
from convert.tree import Block, Blocks, BulletList, DefinitionList, Div, Header, OrderedList, plain_text

SCHEMA = "editions-report-1"
SURE = ("certain", "likely", "guess")
_LONGEST = 80  # characters of a block's text that are told
# pandoc's names in a publisher's words; a Div is called by its class.
_NAMES = {
    "Para": "paragraph", "Plain": "paragraph", "Header": "heading", "LineBlock": "verse", "BlockQuote": "quotation",
    "BulletList": "list", "OrderedList": "numbered list", "DefinitionList": "definitions", "CodeBlock": "code",
    "HorizontalRule": "break", "Table": "table", "Figure": "caption", "RawBlock": "code",
}  # fmt: skip
# Said where the rule itself gives no reason, because there is only one.
_REASONS = {"paragraph": "running text, as no other rule took it", "unmarked": "a line that was ended on purpose"}


class Rival(NamedTuple):
    """The rule that would have taken a block's first line, were it not for the one that did."""

    rule: str
    block: Block  # what it would have made
    first: int  # source lines, from 1
    last: int


Rivals = Mapping[tuple[int, int, str], Rival]  # by first and last line and rule of the block that was made


class Reading(NamedTuple):
    """An article with what it was read from."""

    article: Article
    lines: Sequence[Line]
    rivals: Rivals
    raw: str = ""  # the text as decoded, before it was tidied


def schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    found: dict[str, Any] = json.loads(_schema_text())
    return found


@cache
def _schema_text() -> str:
    return (Path(__file__).parent / "schema.json").read_text("utf-8")


def of(publication: Publication) -> dict[str, Any]:
    """The report on what was published; an issue's has instead of blocks the reports on its `articles`."""
    said = report(publication.article)
    if not publication.parts:
        return said
    return said | {"blocks": [], "articles": [report(part) for part in publication.parts]}


def report(article: Article, rivals: Rivals | None = None, raw: str = "") -> dict[str, Any]:
    """`{schema, summary, metadata: {field: {value, from, line, sure, why}}, blocks, remarks, taken}`.

    Where `raw`, the text as decoded, is given, also `changes`: each character changed, dropped or added.

    A block is `{type, name, text, lines: [first, last], rule, sure, why}`, with `level`, `runner_up` and, where it
    holds others, `blocks`; `text` is its first 80 characters.
    """
    blocks = [entry_of(block, rivals or {}) for block in article.blocks]
    remarks = [remark._asdict() for remark in sorted(article.remarks, key=lambda r: r.line)]
    return {
        "schema": SCHEMA,
        "summary": _summary(blocks, remarks),
        "metadata": metadata_report(article.metadata),
        "blocks": blocks,
        "remarks": remarks,
        "taken": [taken._asdict() for taken in article.taken],
        **({"changes": [change._asdict() for change in changes(raw, article)]} if raw else {}),
    }


def metadata_report(metadata: Metadata) -> dict[str, Any]:
    """Each field that is not empty, with where its value comes from."""
    result = {}
    for f in fields(metadata):
        value = getattr(metadata, f.name)
        if f.name == "origins" or not value:
            continue
        origin = metadata.origin(f.name)
        result[f.name] = {"value": _told(value, f.name)}
        if origin:
            result[f.name] |= {"from": origin.kind, "line": origin.line, "sure": origin.sure, "why": origin.why}
    return result


def _told(value: Any, name: str) -> Any:
    """A field's value in JSON; contributors as `{name: parts}`, a part of several parted by commas."""
    if name == "contributors":
        return {who: ", ".join(part for other, part in value if other == who) for who, _ in value}
    return dict(value) if name == "extra" else list(value) if isinstance(value, tuple) else value


# ---------------------------------------------------------------- blocks


def entry_of(block: Block, rivals: Rivals) -> dict[str, Any]:
    """What is told of one block, and of those inside it."""
    text = " ".join(plain_text(block).split())
    entry: dict[str, Any] = {
        "type": _type(block),
        "name": name_of(block),
        "text": text[: _LONGEST - 1] + "…" if len(text) > _LONGEST else text,
    }
    if isinstance(block, Header):
        entry["level"] = block.level
    if pos := block.pos:
        why = pos.why or _REASONS.get(pos.rule, f"a part of the {pos.rule}")
        entry |= {"lines": [pos.first, pos.last], "rule": pos.rule, "sure": pos.sure, "why": why}
        if rival := rivals.get((pos.first, pos.last, pos.rule)):
            entry["runner_up"] = _runner_up(rival)
    inner = [entry_of(part, rivals) | item for part, item in _parts(block)]
    return entry | {"blocks": inner} if inner else entry


def _runner_up(rival: Rival) -> dict[str, Any]:
    name, kind = name_of(rival.block), _type(rival.block)
    return {"rule": rival.rule, "type": kind, "name": name, "lines": [rival.first, rival.last]}


def _parts(block: Block) -> Iterable[tuple[Block, dict[str, int]]]:
    """The blocks inside `block`; those of a list with the number of the item that they stand in."""
    items: Sequence[Blocks] = ()
    if isinstance(block, BulletList | OrderedList):
        items = block.items
    elif isinstance(block, DefinitionList):
        items = [definition for _, definitions in block.items for definition in definitions]
    if items:
        return [(part, {"item": n}) for n, item in enumerate(items, 1) for part in item]
    return [(part, {}) for part in getattr(block, "blocks", ())]


def _type(block: Block) -> str:
    kind = type(block).__name__
    if isinstance(block, Div) and block.attr.classes:
        kind += "." + ".".join(block.attr.classes)
    return kind


def name_of(block: Block) -> str:
    """What a publisher calls such a block."""
    if isinstance(block, Div):
        return block.attr.classes[0] if block.attr.classes else "part"
    return _NAMES[type(block).__name__]


# ---------------------------------------------------------------- in sum


def _summary(blocks: Sequence[dict[str, Any]], remarks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How many blocks there are and how sure; a block is as sure as the least sure block inside it."""
    counts = Counter(least_sure(block) for block in blocks)
    return {
        "blocks": len(blocks),
        **{sure: counts[sure] for sure in SURE},
        "remarks": len(remarks),
        "as_paragraphs": any(remark["code"] == "ledger" for remark in remarks),
    }


def least_sure(entry: Mapping[str, Any]) -> str:
    """The certainty of a reported block or of the least certain one inside it."""
    inner = [least_sure(part) for part in entry.get("blocks", ())]
    return max((str(entry.get("sure", "certain")), *inner), key=SURE.index)


def summed_up(summary: Mapping[str, Any]) -> str:
    """The summary in a line: `41 blocks: 30 certain, 9 likely, 2 guesses; 3 remarks; nothing lost`."""
    sure = [_count(summary[word], *names) for word, names in _COUNTED.items() if summary[word]]
    parts = [": ".join(filter(None, (_count(summary["blocks"], "block", "blocks"), ", ".join(sure))))]
    parts.append(_count(summary["remarks"], "remark", "remarks"))
    parts.append("set as plain paragraphs, so nothing lost" if summary["as_paragraphs"] else "nothing lost")
    return "; ".join(parts)


_COUNTED = {"certain": ("certain", "certain"), "likely": ("likely", "likely"), "guess": ("guess", "guesses")}


def _count(number: int, one: str, many: str) -> str:
    return f"{number or 'no'} {one if number == 1 else many}"


class Doubt(NamedTuple):
    """One thing for the publisher to look at first."""

    line: int  # 0: the whole text
    last: int
    sure: str  # guess, likely, or remark
    by: str  # the rule, the field or the remark's code
    why: str
    text: str = ""


def doubts(said: Mapping[str, Any]) -> list[Doubt]:
    """What to look at first in a report: guesses of fields and blocks, and remarks, in the order of their lines."""
    found = [Doubt(r["line"], r["line"], "remark", r["code"], r["message"]) for r in said["remarks"]]
    for name, entry in said["metadata"].items():
        if entry.get("sure") == "guess":
            found.append(Doubt(entry["line"], entry["line"], "guess", name, entry["why"], shown(entry["value"])))
    for entry in every(said["blocks"]):
        if entry.get("sure") == "guess":
            first, last = entry["lines"]
            found.append(Doubt(first, last, "guess", entry["name"], reason(entry), entry["text"]))
    return sorted(found, key=lambda doubt: doubt.line)


def every(blocks: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Each reported block and those inside it, in reading order."""
    for entry in blocks:
        yield entry
        yield from every(entry.get("blocks", ()))


def telling(entry: Mapping[str, Any]) -> bool:
    """Whether a block inside another is worth a line to people: anything but a paragraph that is certainly one."""
    return "lines" in entry and (entry["name"] != "paragraph" or entry["sure"] != "certain")


def reason(entry: Mapping[str, Any]) -> str:
    """Why a block is what it is, and what it would be else."""
    rival = entry.get("runner_up")
    return f"{entry['why']}; else {rival['name']}" if rival else str(entry["why"])


def shown(value: Any) -> str:
    """The value of a metadata field as text."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {said}" for key, said in value.items())
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
