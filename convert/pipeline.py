"""The one way through the house: a Source is read into an Article and set as Editions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from convert import decoding, furniture, ledger, matter, passes, rules, survey, text
from convert.article import Article, Publication, Source
from convert.editions import EDITIONS, media_name
from convert.errors import LimitError, UsageError
from convert.options import Limits, Options

DEFAULT_FORMATS = ("html", "pdf", "epub")
_DEFAULTS = Limits()


def convert(
    source: Source,
    formats: Sequence[str] = DEFAULT_FORMATS,
    options: Options | None = None,
    limits: Limits = _DEFAULTS,
) -> Publication:
    """The editions of `source`, in the order of `formats`. Raises a ConvertError that names the cure."""
    options = options or Options()
    formats = known_formats(formats)
    _refuse_large(source, formats, limits)
    article = read(source, options, limits)
    _refuse_many(article, formats, limits)
    stem = media_name(source.name)
    return Publication(article, tuple(EDITIONS[f].set(article, options, stem) for f in formats))


def read(source: Source, options: Options | None = None, limits: Limits = _DEFAULTS) -> Article:
    """The Article that `source` holds: decoded, matter and structure recovered, passes done, its ledger even."""
    options = options or Options()
    _refuse_large(source, (), limits)
    decoded, doubts = decoding.decode(source.data, options.encoding)
    tidied, more = text.tidy(decoded)
    lines = text.split(tidied)
    cleared = furniture.clear(lines, text.page_tops(decoded))
    article = _read(cleared, options, rules.without(options.no_detect))
    breach = ledger.breach(lines, article)
    if breach is not None:
        article = _read(furniture.Cleared(lines), options, rules.PARAGRAPHS_ONLY)
        article = replace(article, remarks=(*article.remarks, breach))
    return replace(article, remarks=(*doubts, *more, *article.remarks))


def known_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """`formats`, each once. UsageError names one that there is not, and those that there are."""
    for name in formats:
        if name not in EDITIONS:
            raise UsageError(
                f"There is no format {name!r}.", f"The formats are: {', '.join(EDITIONS)}.", code="unknown-format"
            )
    if not formats:
        raise UsageError("No format was asked for.", f"Ask for some of: {', '.join(EDITIONS)}.", code="unknown-format")
    return tuple(dict.fromkeys(formats))


def _read(cleared: furniture.Cleared, options: Options, table: rules.Table) -> Article:
    found = matter.read(cleared.lines, options)
    habits = survey.survey(found.body, found.metadata.language)
    body = text.lines_of(found.body, habits)
    blocks, taken = rules.read(body, table)
    remarks, taken = (*cleared.remarks, *found.remarks), (*cleared.taken, *found.taken, *taken)
    article = Article(found.metadata, blocks, remarks, taken)
    for _, step in passes.PASSES:
        article = step(article, habits)
    return article


def _refuse_large(source: Source, formats: Sequence[str], limits: Limits) -> None:
    size = len(source.data)
    if size > limits.max_bytes:
        raise LimitError(
            f"The text has {size} bytes; the limit is {limits.max_bytes} (EDITIONS_MAX_BYTES).", "Split the text."
        )
    if "pdf" in formats and size > limits.max_pdf_bytes:
        raise LimitError(
            f"The text has {size} bytes; the limit for PDF is {limits.max_pdf_bytes} (EDITIONS_MAX_PDF_BYTES).",
            "Ask for -t html,epub, or split the text.",
        )


def _refuse_many(article: Article, formats: Sequence[str], limits: Limits) -> None:
    count = len(article.blocks)
    if count > limits.max_blocks:
        raise LimitError(
            f"The text has {count} blocks; the limit is {limits.max_blocks} (EDITIONS_MAX_BLOCKS).", "Split the text."
        )
    if "pdf" in formats and count > limits.max_pdf_blocks:
        raise LimitError(
            f"The text has {count} blocks; the limit for PDF is {limits.max_pdf_blocks} (EDITIONS_MAX_PDF_BLOCKS).",
            "Ask for -t html,epub, or split the text.",
        )
