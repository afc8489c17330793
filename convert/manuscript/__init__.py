"""A manuscript in another format becomes what an Article is made of: pandoc reads it, and its tree is made ours.

What it is: its first bytes say, then its name. A plain text is never read here: its reader is our own. Archives are
unpacked and counted before pandoc sees them; pictures and raw parts are left out, and each kind is remarked.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from convert import decoding, matter, pandoc, text
from convert.article import Article, Metadata, Remark, Source, Taken
from convert.errors import InputError, NotText
from convert.ledger import letters
from convert.manuscript import archive, cleaning, head, page, properties
from convert.matter.draft import Draft
from convert.matter.front import front_matter
from convert.options import Options
from convert.readers import BY_ENDING, READERS, TEXT, TEXT_ENDINGS
from convert.survey import detect
from convert.tree import Blocks, Note, Para, nodes, plain_text

_ARCHIVES = ("docx", "odt", "epub")
_DECODED = ("html", "markdown", "rst")
PASSES = tuple("language title notices frames passages levels smallcaps identifiers contents identity".split())
BREACH = Remark("ledger", 0, "The account of letters was not even here; what rearranges the text was left undone.")
SAFE_PASSES = ("language", "title", "levels", "identifiers", "identity")  # those that move nothing


class Manuscript(NamedTuple):
    """What a file holds: metadata, blocks without lines, and what was left out."""

    metadata: Metadata
    blocks: Blocks
    taken: tuple[Taken, ...]
    remarks: tuple[Remark, ...]
    language: str  # that its words look like; "und" where there are too few
    letters: Counter[str]  # of all that pandoc read: each stands in `blocks` or in `taken`


# ---------------------------------------------------------------- what it is

_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,99}(?:<\?xml[^>]{0,200}>\s{0,99})?(?:<!--[^>]{0,900}-->\s{0,99})?<(?:!doctype\s+html|html)\b",
    re.IGNORECASE,
)


def kind_of(source: Source, asked: str = "") -> str:
    """TEXT or the name of a reader: what the caller says `source` is, else its first bytes, else its name.

    NotText says what else it is that cannot be read, and what to send instead.
    """
    if asked in READERS or asked == TEXT:
        return asked
    ending = _ending(source.name)
    if source.data.startswith(b"PK\x03\x04"):
        return archive.kind_of(source.data)
    if source.data.startswith(b"{\\rtf"):
        return "rtf"
    if source.data.startswith(archive.OLD_OFFICE):
        raise archive.old_office(source.data)
    if source.data.startswith(b"%PDF-"):
        raise NotText(
            "The input is a PDF file: pages, not a text.", "Send what it was made from: .docx, .odt, .html, .txt."
        )
    if ending in TEXT_ENDINGS:
        return TEXT
    return "html" if _PAGE.match(source.data) else BY_ENDING.get(ending, TEXT)


def _ending(name: str) -> str:
    return "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""


# ---------------------------------------------------------------- reading


def read(source: Source, kind: str, options: Options) -> Manuscript:
    """What `source`, of that kind, holds. InputError where it cannot be read, LimitError where it is too much."""
    if not source.data.strip():
        raise _empty()
    draft = Draft(language=options.language or "und")
    data, found, doubts = _opened(source.data, kind, options, draft)
    document = pandoc.read(data, READERS[kind].pandoc)
    blocks, odd = cleaning.tidied(document.blocks)
    blocks = cleaning.with_verse(blocks) if kind == "markdown" else blocks
    counted = account(blocks)
    cleaned = cleaning.cleaned(blocks, kind)
    properties.stated(document.meta, kind, draft)
    properties.noted(found, kind, draft)
    blocks = head.taken_off(cleaned.blocks, kind, draft)
    matter.given(options, draft)
    if not plain_text(blocks).strip() and not counted and "title" not in draft.values:
        raise _empty()
    language = detect(_sample(blocks))
    blocks = cleaning.set_by_language(blocks, draft.values.get("language") or language)
    remarks = (*doubts, *draft.remarks, *odd, *cleaned.remarks, *_doubted(draft, language))
    return Manuscript(draft.metadata(), blocks, (*cleaned.taken, *draft.taken), remarks, language, counted)


def _empty() -> InputError:
    return InputError("There are no words in the input.", "Give a file that has text in it.", code="empty")


def _opened(
    data: bytes, kind: str, options: Options, draft: Draft
) -> tuple[bytes, properties.Properties, tuple[Remark, ...]]:
    """What pandoc is given, what the file says of itself, and what was doubtful. Front matter goes into the draft."""
    if kind in _ARCHIVES:
        opened = archive.opened(data, kind)
        return opened.data, properties.of_archive(opened.members, kind), ()
    if kind == "rtf":  # seven bits, and what programs wrote that did not know it
        return data.decode("cp1252", "replace").encode() if not _is_utf_8(data) else data, (), ()
    encoding = options.encoding or ("" if _is_utf_8(data) else page.charset(data))
    decoded, doubts = decoding.decode(data, encoding)
    written, more = text.tidy(decoded)
    if kind == "markdown":
        lines = text.split(written)
        size = front_matter(lines, [" " * line.indent + line.text for line in lines[:250]], draft)
        written = "\n".join(written.split("\n")[size:])
    if kind == "rst":
        properties.authors(written, draft)
    if kind != "html":
        return written.encode(), (), (*doubts, *more)
    found, left_out = page.of_page(written)
    own = page.ours(page.without_stray_title(written))
    draft.taken += own.taken
    return own.page.encode(), (*found, *own.found), (*doubts, *more, *left_out)


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sample(blocks: Blocks) -> str:
    """Enough of the words to tell the language by: of paragraphs, where there are any."""
    told = " ".join(plain_text(block) for block in blocks[:200] if isinstance(block, Para))
    return told if len(told) > 200 else " ".join(plain_text(block) for block in blocks[:200])


def _doubted(draft: Draft, language: str) -> tuple[Remark, ...]:
    """A remark where the file says another language than its words look like: word processors say their own."""
    stated = draft.values.get("language", "")
    origin = draft.origins.get("language")
    if not stated or language == "und" or (origin and origin.kind == "given"):
        return ()
    if stated.split("-")[0].lower() == language.split("-")[0]:
        return ()
    said = f"The file says that its language is {stated}; its words look like {language}. Say it with --language."
    return (Remark("language", 0, said),)


# ---------------------------------------------------------------- nothing lost


def account(blocks: Blocks) -> Counter[str]:
    """How often each letter stands in `blocks` and in their notes."""
    notes = (plain_text(node.blocks) for node in nodes(blocks) if isinstance(node, Note))
    return Counter(letters("".join((plain_text(blocks), *notes))))


def finished(found: Manuscript, article: Article) -> Article | None:
    """The article with its inner links led to where their headings are now; None where a letter was lost."""
    taken = Counter(letters("".join(one.text for one in article.taken)))
    if found.letters - (account(article.blocks) + taken):
        return None
    return replace(article, blocks=cleaning.linked(article.blocks, article.metadata.language))
