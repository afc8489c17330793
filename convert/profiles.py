"""Profiles: a publisher's house style. What the caller said becomes one Profile, which the editions are set by."""

from __future__ import annotations

from dataclasses import dataclass

from convert.options import Options


@dataclass(frozen=True, slots=True)
class Profile:
    """A house style. Empty means: as the design has it."""

    name: str = "article"
    publisher: str = ""  # where neither caller nor text names one
    rights: str = ""
    page: str = "A5"  # CSS's page size: a name, or width and height
    margins: str = ""  # CSS's margins of a page: top, outer, bottom, inner
    text_face: str = ""  # families, as CSS has them, before the design's own
    head_face: str = ""
    mono_face: str = ""
    ink: str = ""  # colours, as CSS has them
    accent: str = ""
    css: str = ""  # rules after the design's own, in every edition
    cover: str = ""  # "", none, generated, or an image as a data: URL
    legal: str = ""  # text of the legal page; paragraphs parted by blank lines
    chapters: bool = False  # top sections begin a page
    toc: bool | None = None  # a table of contents, where the caller does not say
    quotes: str = ""  # a language whose quotation marks are set, whatever the article's
    dashes: str = ""  # em, spaced en
    file_name: str = "{stem}"  # of editions, with fields of the metadata in braces


def of(options: Options) -> Profile:
    """The Profile that `options` ask for."""
    del options
    return Profile()
