"""READERS: each format that an article may come in, how pandoc calls it, and what the world does."""

from __future__ import annotations

from typing import NamedTuple


class Reader(NamedTuple):
    """One format that is read: pandoc's name of it, how its files end, what the web calls it."""

    pandoc: str
    endings: tuple[str, ...]
    media_types: tuple[str, ...]
    help: str


TEXT = "text"  # what our own reader reads
READERS: dict[str, Reader] = {
    "docx": Reader(
        "docx", (".docx",), ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",), "Word"
    ),
    "odt": Reader("odt", (".odt",), ("application/vnd.oasis.opendocument.text",), "OpenDocument text, LibreOffice"),
    "epub": Reader("epub", (".epub",), ("application/epub+zip",), "e-books, 2 and 3"),
    "rtf": Reader("rtf", (".rtf",), ("application/rtf", "text/rtf"), "Rich Text Format"),
    "html": Reader("html", (".html", ".htm", ".xhtml"), ("text/html", "application/xhtml+xml"), "web pages"),
    "markdown": Reader(
        # pandoc's own Markdown reader takes twice the time for each bracket more; this one is linear.
        "commonmark_x-smart-emoji-tex_math_dollars-yaml_metadata_block",
        (".md", ".markdown"), ("text/markdown", "text/x-markdown"), "CommonMark with pandoc's extensions",
    ),
    "rst": Reader("rst", (".rst",), ("text/x-rst", "text/prs.fallenstein.rst"), "reStructuredText"),
}  # fmt: skip
AUTO = "auto"
CHOICES = (AUTO, TEXT, *READERS)
BY_MEDIA_TYPE = {kind: name for name, reader in READERS.items() for kind in reader.media_types}
BY_ENDING = {ending: name for name, reader in READERS.items() for ending in reader.endings}
TEXT_ENDINGS = (".txt", ".text")
