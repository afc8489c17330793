"""The one way through the house: a Source is read into an Article and set as Editions."""

from __future__ import annotations

import bisect
import contextlib
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from convert import (
    anthology,
    decoding,
    furniture,
    ledger,
    manuscript,
    matter,
    overrides,
    parting,
    passes,
    profiles,
    rules,
    survey,
    text,
)
from convert.article import Article, Metadata, Origin, Publication, Source
from convert.editions import EDITIONS, media_name
from convert.editions.naming import file_stem
from convert.errors import ConvertError, LimitError, UsageError
from convert.options import Limits, Options
from convert.passes.identifiers import slug
from convert.readers import TEXT
from convert.report import Reading, Rival
from convert.tree import plain_text

DEFAULT_FORMATS = ("html", "pdf", "epub")
_DEFAULTS = Limits()


def convert(
    source: Source,
    formats: Sequence[str] = DEFAULT_FORMATS,
    options: Options | None = None,
    limits: Limits = _DEFAULTS,
    told: Callable[[str], None] = lambda _: None,
) -> Publication:
    """The editions of `source`, in the order of `formats`. Raises a ConvertError that names the cure.

    `told` hears of each stage that is done: `read`, then each format.
    """
    options = options or Options()
    formats = known_formats(formats)
    options = styled(options, formats)
    is_text = manuscript.kind_of(source, options.reader) == TEXT
    _refuse_large(source, formats if is_text else (), limits)
    article = read(source, options, limits)
    if not is_text:  # its bytes say little of its length
        _refuse_large(Source("", plain_text(article.blocks).encode()), formats, limits)
    told("read")
    return _published(article, media_name(source.name), formats, options, limits, told)


def collect(
    texts: Sequence[tuple[Source, str]],
    formats: Sequence[str] = DEFAULT_FORMATS,
    options: Options | None = None,
    limits: Limits = _DEFAULTS,
    told: Callable[[str], None] = lambda _: None,
) -> Publication:
    """The editions of one issue of `texts`, each with its overrides. An error names the text that it is about."""
    options = options or Options()
    formats = known_formats(formats)
    options = styled(options, formats)
    _refuse_large(Source("", b"".join(source.data for source, _ in texts)), formats, limits)
    parts = tuple(_part(source, replace(anthology.alone(options), overrides=own), limits) for source, own in texts)
    issue = anthology.collected(parts, options)
    told("read")
    made = _published(issue, slug(issue.metadata.title), formats, options, limits, told)
    return replace(made, parts=parts)


def _part(source: Source, options: Options, limits: Limits) -> Article:
    try:
        return read(source, options, limits)
    except ConvertError as error:
        raise type(error)(f"{source.name}: {error}", error.hint, code=error.code, line=error.line) from error


def _published(
    article: Article,
    stem: str,
    formats: Sequence[str],
    options: Options,
    limits: Limits,
    told: Callable[[str], None],
) -> Publication:
    """The article in each of the formats, their files named by the house style, else `stem`."""
    _refuse_many(article, formats, limits)
    stem = file_stem(profiles.of(options).file_name, article.metadata, stem)
    editions = []
    for name in formats:
        editions.append(EDITIONS[name].set(article, options, stem))
        told(name)
    met = dict.fromkeys(remark for edition in editions for remark in edition.remarks)
    return Publication(replace(article, remarks=(*article.remarks, *met)), tuple(editions))


def stem_of(source: Source, options: Options, limits: Limits = _DEFAULTS) -> str:
    """The stem of the names that the editions of `source` get, without setting them."""
    stem = media_name(source.name)
    pattern = profiles.of(options).file_name
    return file_stem(pattern, read(source, options, limits).metadata, stem) if pattern else stem


def read(source: Source, options: Options | None = None, limits: Limits = _DEFAULTS) -> Article:
    """The Article that `source` holds: decoded, matter and structure recovered, passes done, its ledger even."""
    options = options or Options()
    options, said = _corrected(options)
    table = rules.without(options.no_detect, options.detect)
    kind = manuscript.kind_of(source, options.reader)
    if kind != TEXT:
        return _from_manuscript(source, kind, options, limits, said)
    return _even(source, options, limits, table, said)[0]


def inspect(source: Source, options: Options | None = None, limits: Limits = _DEFAULTS) -> Reading:
    """What `read` gives, with the source's lines and, for each doubtful block, what else it could have been."""
    options = options or Options()
    options, said = _corrected(options)
    table = rules.without(options.no_detect, options.detect)
    kind = manuscript.kind_of(source, options.reader)
    if kind != TEXT:
        return Reading(_from_manuscript(source, kind, options, limits, said), (), {})
    rivals: dict[tuple[int, int, str], Rival] = {}

    def seen(name: str, found: rules.Found, lines: text.Lines) -> None:
        other = None if found.sure == "certain" else rules.runner_up(lines, table, name)
        if other and other[1].blocks:
            rule, would = other
            first, last, end = (lines[i].number for i in (0, found.size - 1, would.size - 1))
            rivals[first, last, name] = Rival(rule, would.blocks[0], first, end)

    article, lines, raw = _even(source, options, limits, rules.watched(table, seen), said)
    return Reading(article, lines, rivals, raw)


def styled(options: Options, formats: Sequence[str]) -> Options:
    """The options with what their profile says where they say nothing. UsageError where a house style is unsound."""
    profile = profiles.of(options)
    if "pdf" in formats:
        from convert.editions import glyphs

        glyphs.refuse_missing(profile)
    return replace(options, toc=profile.toc if options.toc is None else options.toc)


def _corrected(options: Options) -> tuple[Options, overrides.Overrides]:
    """The options with the rules switched as the overrides say, and what else these say."""
    said = overrides.parse(options.overrides, options.language)
    return overrides.switched(options, said), said


def _even(
    source: Source, options: Options, limits: Limits, table: rules.Table, said: overrides.Overrides
) -> tuple[Article, tuple[text.Line, ...], str]:
    """The Article that `table` reads in `source`, its ledger even, the source's lines, and its text as decoded."""
    _refuse_large(source, (), limits)
    decoded, doubts = decoding.decode(source.data, options.encoding)
    tidied, more = text.tidy(decoded)
    lines = text.split(tidied)
    cleared = furniture.clear(lines, text.page_tops(decoded))
    with _uncollected():
        article = _read(lines, cleared, options, table, said)
        breach = ledger.breach(lines, article)
        if breach is not None:
            article = _read(lines, furniture.Cleared(lines), options, rules.PARAGRAPHS_ONLY, said)
            article = replace(article, remarks=(*article.remarks, breach))
    return replace(article, remarks=(*doubts, *more, *article.remarks)), lines, decoded


def _from_manuscript(source: Source, kind: str, options: Options, limits: Limits, said: overrides.Overrides) -> Article:
    """The Article that `source`, in another format, holds: the same passes, and not a letter lost either."""
    _refuse_large(source, (), limits)
    with _uncollected():
        found = manuscript.read(source, kind, options)
        metadata = _signed(overrides.applied(found.metadata, said, options), profiles.of(options))
        unplaced = overrides.unplaced(said)
        article = Article(metadata, found.blocks, (*found.remarks, *unplaced), found.taken)
        habits = text.Habits(language=found.language)
        done = manuscript.finished(found, _passed(article, habits, options, manuscript.PASSES))
        if done is None:
            article = replace(article, remarks=(*article.remarks, manuscript.BREACH))
            safe = _passed(article, habits, options, manuscript.SAFE_PASSES)
            done = manuscript.finished(found._replace(letters=Counter()), safe)
    assert done is not None
    return done


def _passed(article: Article, habits: text.Habits, options: Options, names: Sequence[str]) -> Article:
    """`article` after the passes among `names`, in their order."""
    for name, step in passes.PASSES:
        if name in names and (name not in rules.OPT_IN or name in options.detect):
            article = step(article, habits)
    return article


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: a tree in the making has none, and the search takes a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def lines_of(source: Source, options: Options) -> tuple[text.Line, ...]:
    """The lines of `source`, numbered as in remarks and in the report; a manuscript in another format has none."""
    if manuscript.kind_of(source, options.reader) != TEXT:
        return ()
    return text.split(text.tidy(decoding.decode(source.data, options.encoding)[0])[0])


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


def _read(
    source: tuple[text.Line, ...],
    cleared: furniture.Cleared,
    options: Options,
    table: rules.Table,
    said: overrides.Overrides,
) -> Article:
    lines = cleared.lines
    found = matter.read(lines, options)
    forced, doubts = overrides.placed(said, found, source)
    if forced and (top := _place(lines, forced[0].first)) <= len(lines) - len(found.body):
        found = matter.read(lines[:top], options)  # the head ends where something is forced
        found = found._replace(body=(*found.body, *lines[top:]))
    profile = profiles.of(options)
    metadata = _signed(overrides.applied(found.metadata, said, options), profile)
    typed = parting.closed(found.body)
    habits = survey.survey(typed, metadata.language)
    if profile.quotes or profile.dashes:
        habits = replace(habits, quotes=profile.quotes, dashes=profile.dashes)
    body = text.lines_of(parting.parted(typed, habits), habits)
    blocks, taken = rules.read(body, table, () if table is rules.PARAGRAPHS_ONLY else forced)
    remarks = (*cleared.remarks, *found.remarks, *doubts)
    article = Article(metadata, blocks, remarks, (*cleared.taken, *found.taken, *taken))
    return _passed(article, habits, options, [name for name, _ in passes.PASSES])


def _signed(metadata: Metadata, profile: profiles.Profile) -> Metadata:
    """The metadata with the house's publisher and rights where it has none."""
    own = {name: getattr(profile, name) for name in ("publisher", "rights") if not getattr(metadata, name)}
    said = {name: value for name, value in own.items() if value}
    if not said:
        return metadata
    origins = dict(metadata.origins) | dict.fromkeys(said, Origin("default", why=f"the profile {profile.name}"))
    return replace(metadata, **said, origins=tuple(origins.items()))


def _place(lines: Sequence[text.Line], number: int) -> int:
    """How many of `lines` stand before the source line `number`."""
    return bisect.bisect_left(lines, number, key=lambda line: line.number)


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
