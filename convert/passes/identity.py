"""Identity: an identifier and a time of change that are the same whenever and wherever the same text is set."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

from convert.article import Article, Metadata, Origin
from convert.text import Habits
from convert.tree import plain_text

SPACE = uuid.UUID("5b6ff0d4-5d0c-5f6b-9f0e-0d3f6f5f3c11")  # ours, drawn once
LONG_AGO = "1980-01-01T00:00:00Z"  # the first moment a zip archive can name


def identity(article: Article, _habits: Habits) -> Article:
    """The article with `identifier` and `modified` said."""
    metadata = article.metadata
    origins = dict(metadata.origins)
    changes: dict[str, str] = {}
    if not metadata.identifier:
        changes["identifier"], why = _identifier(article)
        origins["identifier"] = Origin("default", why=why)
    modified = utc(metadata.modified or metadata.date)
    if not metadata.modified:
        origins["modified"] = Origin("default", why="the date" if metadata.date else "no date is known")
    changes["modified"] = modified
    return replace(article, metadata=replace(metadata, **changes, origins=tuple(origins.items())))  # type: ignore[arg-type]


def _identifier(article: Article) -> tuple[str, str]:
    """A UUID of the source URL, else of title, authors and date, else of the text."""
    metadata: Metadata = article.metadata
    if metadata.source:
        return _urn(metadata.source), "made from the source URL"
    if metadata.authors or metadata.date:
        return _urn("\n".join((metadata.title, *metadata.authors, metadata.date))), "made from title, authors and date"
    return _urn(metadata.title + "\n" + "\n".join(plain_text(b) for b in article.blocks)), "made from the text"


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(SPACE, name)}"


def utc(date: str) -> str:
    """An ISO 8601 date, perhaps with a time, as YYYY-MM-DDThh:mm:ssZ; LONG_AGO where it is empty."""
    if not date:
        return LONG_AGO
    day = (date[:10] + "-01-01"[len(date[:10]) - 4 :])[:10] if len(date) < 10 else date[:10]
    if len(date) <= 10:
        return f"{day}T00:00:00Z"
    moment = datetime.fromisoformat(date)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"  # strftime writes the year 9 as 9
