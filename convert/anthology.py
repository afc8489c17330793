"""Anthology: several Articles become the Article of an issue, each a section of it under its title and byline.

The issue is an Article like any other, so that every edition and every pass of the design holds for it; `parts` says
which headings begin an article, and what is known of that article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from convert import tree as t
from convert.article import Article, Metadata, Origin, Part
from convert.editions.describe import direction, title_block
from convert.errors import UsageError
from convert.options import Options
from convert.passes.identifiers import slug, unique
from convert.passes.identity import identity
from convert.text import Habits

TOP, DEEPEST = 2, 6  # levels of headings: an article's title, the last there is
_OWN = ("publisher", "rights", "site")  # fields that the issue has where all of its articles have the same


def collected(articles: Sequence[Article], options: Options) -> Article:
    """The issue that `options` entitle, of these articles in their order. UsageError where it has no title."""
    if not options.title:
        raise UsageError("An issue has a title of its own, and none was given.", "Give it: --title.", code="no-title")
    metadata = _metadata([a.metadata for a in articles], options)
    seen: dict[str, int] = {}
    names = [unique(slug(a.metadata.title), seen) for a in articles]
    blocks = tuple(b for a, name in zip(articles, names, strict=True) for b in _section(a, name, metadata.language))
    parts = tuple(Part(name, a.metadata) for a, name in zip(articles, names, strict=True))
    remarks = tuple(r._replace(message=f"{a.metadata.title}: {r.message}") for a in articles for r in a.remarks)
    issue = Article(metadata, blocks, remarks, tuple(x for a in articles for x in a.taken), parts)
    return identity(issue, Habits())


def alone(options: Options) -> Options:
    """The options that an article of an issue is read with: what they say of the issue itself is not its."""
    issue = Options(publisher=options.publisher, rights=options.rights)
    names = ("title", "authors", "date", "identifier", "subjects", "description", "source", "modified", "extra")
    return replace(options, **{name: getattr(issue, name) for name in names})


# ---------------------------------------------------------------- metadata


def _metadata(parts: Sequence[Metadata], options: Options) -> Metadata:
    """What is known of the issue: as given, else what its articles say together."""
    found = {
        "authors": _each(a for m in parts for a in m.authors),
        "date": max((m.date for m in parts), default=""),
        "modified": max((m.modified for m in parts if m.origin("modified")), default=""),
        "language": Counter(m.language for m in parts).most_common(1)[0][0],
        "subjects": _each(s for m in parts for s in m.subjects),
        **{name: _common(getattr(m, name) for m in parts) for name in _OWN},
    }
    given = {name: getattr(options, name) for name in (*found, "title", "description", "source", "identifier", "extra")
             if getattr(options, name, None)}  # fmt: skip
    origins = dict.fromkeys((n for n, v in found.items() if v), Origin("default", why="what its articles say"))
    origins |= dict.fromkeys(given, Origin("given"))
    return Metadata(**{**found, **given}, origins=tuple(origins.items()))


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _common(values: Iterable[str]) -> str:
    said = set(values)
    return said.pop() if len(said) == 1 else ""


# ---------------------------------------------------------------- blocks


def _section(article: Article, name: str, language: str) -> t.Blocks:
    """An article as a section: its title, its head, its blocks a level deeper, their identifiers its own."""
    m = article.metadata
    own = t.walk(article.blocks, lambda node: _deeper(node, name))
    title = t.Header(TOP, t.Attr(name, ("article",)), (t.Str(m.title),))
    blocks = (title, *_head(m), *own)
    return blocks if m.language == language else tuple(_spoken(blocks, m.language))


def _deeper(node: Any, name: str) -> Any:
    """A node as it stands in the issue: identifiers and the links to them begin with the article's name."""
    if isinstance(node, t.Header):
        node = replace(node, level=min(node.level + 1, DEEPEST))
    if isinstance(node, t.Link) and node.target.url.startswith("#"):
        node = replace(node, target=node.target._replace(url=f"#{name}--{node.target.url[1:]}"))
    attr = getattr(node, "attr", None)
    return replace(node, attr=attr._replace(id=f"{name}--{attr.id}")) if attr and attr.id else node


def _head(m: Metadata) -> t.Blocks:
    """What stands between an article's title and its text: each line of its title block, in a Div that names it."""
    said = title_block(m)
    byline = [x for x in (said["authors"], said["site"], said["shown_date"]) if x]
    lines = [
        ("kicker", said["kicker"]),
        ("subtitle", said["subtitle"]),
        ("standfirst", said["standfirst"]),
        ("byline", " · ".join(byline)),
        *(("field", f"{key}: {value}") for key, value in said["fields"]),
    ]
    shown = tuple(t.Div(t.Attr("", (kind,)), (t.Para((t.Str(text),)),)) for kind, text in lines if text)
    return (t.Div(t.Attr("", ("article-head",)), shown),) if shown else ()


def _spoken(blocks: t.Blocks, language: str) -> Iterable[t.Block]:
    """`blocks` saying their language: headings by themselves, so that they stay at the top, the others together."""
    pairs = (("lang", language), ("dir", direction(language)))
    for is_header, run in groupby(blocks, lambda block: isinstance(block, t.Header)):
        if not is_header:
            yield t.Div(t.Attr("", (), pairs), tuple(run))
            continue
        for header in run:
            assert isinstance(header, t.Header)
            yield replace(header, attr=header.attr._replace(pairs=(*header.attr.pairs, *pairs)))
