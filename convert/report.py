"""The decision report: an Article becomes a JSON object that says what was found where, by which rule, how sure."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from convert.article import Article, Metadata
from convert.changes import changes
from convert.tree import Block, Div, plain_text

SCHEMA = "editions-report-1"


def report(article: Article, raw: str = "") -> dict[str, Any]:
    """`{schema, metadata: {field: {value, from, line, sure, why}}, blocks: […], remarks: […], taken: […]}`.

    A block is `{type, lines: [first, last], rule, sure, why, text}`; `text` is its first 80 characters. Where `raw`,
    the text as decoded, is given: also `changes: [{line, before, after, why, at}, …]`, each character changed.
    """
    return {
        "schema": SCHEMA,
        "metadata": metadata_report(article.metadata),
        "blocks": [_block(block) for block in article.blocks],
        "remarks": [remark._asdict() for remark in sorted(article.remarks, key=lambda r: r.line)],
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
        value = dict(value) if f.name == "extra" else list(value) if isinstance(value, tuple) else value
        result[f.name] = {"value": value}
        if origin:
            result[f.name] |= {"from": origin.kind, "line": origin.line, "sure": origin.sure, "why": origin.why}
    return result


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__
    if isinstance(block, Div) and block.attr.classes:
        kind += "." + ".".join(block.attr.classes)
    text = " ".join(plain_text(block).split())
    entry: dict[str, Any] = {"type": kind, "text": text[:79] + "…" if len(text) > 80 else text}
    if level := getattr(block, "level", None):
        entry["level"] = level
    if block.pos:
        entry |= {"lines": [block.pos.first, block.pos.last], "rule": block.pos.rule}
        entry |= {"sure": block.pos.sure, "why": block.pos.why}
    return entry
