"""Profiles: a publisher's house style. What the caller said becomes one Profile, which the editions are set by.

A profile is a TOML file; `lint.py` says what it may hold. What reaches an edition is a Profile that is known to be
sound: one that is built in, or one that a door has read and packed into the options.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from convert.errors import UsageError
from convert.options import Options
from convert.paper import paper

BUILT_IN = ("article", "book")


@dataclass(frozen=True, slots=True)
class Profile:
    """A house style. Empty means: as the design has it."""

    name: str = "article"
    publisher: str = ""  # where neither caller nor text names one
    rights: str = ""
    legal: str = ""  # text of the legal page; paragraphs parted by blank lines, fields of the metadata in braces
    page: str = "A5"  # a size of paper, as `paper` reads it
    margins: str = ""  # CSS's margins of a page: top, outer, bottom, inner
    title_page: bool = False  # the title has a page of its own
    chapters: bool = False  # top sections begin a page
    toc: bool | None = None  # a table of contents, where the caller does not say
    text_face: str = ""  # families, as CSS has them, before the design's own
    head_face: str = ""
    mono_face: str = ""
    ink: str = ""  # colours, #rrggbb
    accent: str = ""
    css: str = ""  # rules after the design's own, in every edition
    cover: str = ""  # "", none, generated, or an image as a data: URL
    file_name: str = ""  # of editions, with fields of the metadata in braces; "": the text's own name
    quotes: str = ""  # a language whose quotation marks are set, whatever the article's
    dashes: str = ""  # em, en


@lru_cache(maxsize=16)
def of(options: Options) -> Profile:
    """The Profile that `options` ask for, its page and its CSS those of the options where they say some."""
    profile = _said(options.profile)
    css = profile.css
    if css or options.css:
        from convert.profiles.style import checked

        css = "\n".join(filter(None, (css and checked(css, "of the profile"), checked(options.css, "given"))))
    page = options.page or profile.page
    paper(page)
    return replace(profile, page=page, css=css)


def _said(said: str) -> Profile:
    """The Profile that is packed in `said`, written there in TOML, or built in under that name."""
    from convert.profiles.lint import parse

    if said.startswith("{"):
        return Profile(**json.loads(said))
    return parse(said, "profile") if "=" in said else built_in(said or "article")


def packed(profile: Profile) -> str:
    """`profile` as options carry it to where editions are set."""
    return json.dumps(asdict(profile), ensure_ascii=False)


def built_in(name: str) -> Profile:
    """The house style `name` that comes with Editions. UsageError names those that do."""
    if name not in BUILT_IN:
        raise unknown(name, BUILT_IN)
    from convert.profiles.lint import parse
    from convert.templating import css as text_of

    return parse(text_of(f"profiles/{name}.toml"), name)


def unknown(name: str, there: tuple[str, ...]) -> UsageError:
    """The refusal of a profile that is not among those `there`."""
    return UsageError(
        f"There is no profile {name!r}.", f"The profiles are: {', '.join(there)}.", code="unknown-profile"
    )
