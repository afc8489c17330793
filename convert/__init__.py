"""Editions: a plain-text article goes in; clean HTML, PDF and EPUB editions with full metadata come out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convert.article import Article as Article
from convert.article import Edition as Edition
from convert.article import Metadata as Metadata
from convert.article import Publication as Publication
from convert.article import Remark as Remark
from convert.article import Source as Source
from convert.errors import ConvertError as ConvertError
from convert.options import Options as Options

if TYPE_CHECKING:
    from convert.pipeline import convert as convert
    from convert.pipeline import read as read

__version__ = "0.1.0"
__all__ = [
    "Article", "ConvertError", "Edition", "Metadata", "Options", "Publication", "Remark", "Source", "convert", "read",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """`convert` and `read` load the pipeline when first asked for: the shells need only the values above."""
    if name in ("convert", "read"):
        from convert import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'convert' has no attribute {name!r}")
