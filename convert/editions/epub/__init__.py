"""The EPUB edition: EPUB 3.3 with navigation, landmarks, an NCX, a title page, faces, and a cover where one is asked.

The text is set and packed a chapter at a time, so that a book takes little more memory than its article. Times and
order in the archive are fixed, for equal bytes.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

from markupsafe import Markup

from convert import covers, profiles
from convert.article import Article, Metadata, Remark
from convert.editions import faces as face
from convert.editions.contents import wanted
from convert.editions.describe import direction, frame, meta_elements
from convert.editions.epub.chapters import TITLE_PAGE, Chapter, Way, cut, places, ways
from convert.editions.epub.package import FOLDER, Facts, File, package
from convert.editions.epub.style import style
from convert.editions.markup import Setter
from convert.editions.numerals import numerals
from convert.editions.sheet import legal
from convert.editions.words import words
from convert.options import Options
from convert.profiles import Profile
from convert.templating import render
from convert.tree import Block, Emph, Header, Note, Strong, nodes, plain_text

_XHTML = "application/xhtml+xml"


class Cover(NamedTuple):
    """The picture of a cover."""

    name: str
    media_type: str
    data: bytes


def write(article: Article, options: Options) -> tuple[bytes, tuple[Remark, ...]]:
    """The EPUB file, and what it could not have."""
    m = article.metadata
    house = profiles.of(options)
    chapters, said = cut(article, house.chapters or bool(article.parts)), legal(house, m)
    found, figures = places(chapters), numerals(article)
    contents = ways(article, chapters, found)
    cover = _cover(m, house, options)
    faces, remarks = _faces(article)
    files = _files(chapters, cover, faces, wanted(article, options.toc), bool(said))
    facts = Facts(
        headings=any(isinstance(b, Header) for b in article.blocks),
        notes=any(isinstance(n, Note) for n in nodes(article.blocks)),
        cover=cover is not None,
        faces=bool(faces),
    )
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _put(archive, "mimetype", b"application/epub+zip", stored=True)
        for name, data in package(m, files, contents, facts, _leading(article, chapters)).items():
            _put(archive, name, data)
        _put(archive, f"{FOLDER}nav.xhtml", _nav(m, contents, files))
        _put(archive, f"{FOLDER}style.css", style(faces, direction(m.language), house).encode())
        for made in faces:
            _put_packed(archive, f"{FOLDER}fonts/{made.name}", made.data)
        if cover:
            _put(archive, FOLDER + cover.name, cover.data, stored=True)
            _put(archive, f"{FOLDER}cover.xhtml", _page(m, _described(m), "cover", cover=cover.name))
        _put(archive, FOLDER + TITLE_PAGE, _page(m, m.title, "titlepage"))
        if said:
            _put(archive, f"{FOLDER}legal.xhtml", _page(m, m.title, "legal", body=said))
        parts = {part.id: part.metadata for part in article.parts}
        for chapter in chapters:
            _put(archive, FOLDER + chapter.name, _text(chapter, parts.get(chapter.begins, m), m, found, figures))
        _put(archive, f"{FOLDER}colophon.xhtml", _page(m, m.title, "colophon", families=_named(faces)))
    return buffer.getvalue(), remarks


def _put(archive: zipfile.ZipFile, name: str, data: bytes, stored: bool = False) -> zipfile.ZipInfo:
    """Add a file; every time is 1980-01-01, the first that an archive can say."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, data, compresslevel=9)
    return info


def _put_packed(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a file that many books have: it is packed once. Packing two faces takes as long as all the rest of a book."""
    packed = _packed(data)
    info = _put(archive, name, packed, stored=True)
    info.compress_type, info.file_size, info.CRC = zipfile.ZIP_DEFLATED, len(data), zlib.crc32(data)
    assert archive.fp is not None
    end = archive.fp.tell()
    archive.fp.seek(info.header_offset)
    archive.fp.write(info.FileHeader())  # in the place of the one that says it is stored: of the same length
    archive.fp.seek(end)


@lru_cache(16)
def _packed(data: bytes) -> bytes:
    pack = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return pack.compress(data) + pack.flush()


def _files(
    chapters: Sequence[Chapter], cover: Cover | None, faces: Sequence[face.Face], toc: bool, legal: bool
) -> list[File]:
    """The manifest, what is read in its order; the contents are a page of the book where they are wanted."""
    files = []
    if cover:
        files.append(File("cover-image", cover.name, cover.media_type, ("cover-image",), read=""))
        files.append(File("cover", "cover.xhtml", _XHTML, guide="cover"))
    files.append(File("title", TITLE_PAGE, _XHTML, guide="title-page"))
    if legal:
        files.append(File("legal", "legal.xhtml", _XHTML, guide="copyright-page"))
    files.append(File("nav", "nav.xhtml", _XHTML, ("nav",), guide="toc" if toc else "", read="yes" if toc else ""))
    for i, c in enumerate(chapters):
        files.append(File(c.name.removesuffix(".xhtml"), c.name, _XHTML, guide="" if i else "text"))
    files.append(File("colophon", "colophon.xhtml", _XHTML, guide="colophon"))
    files.append(File("style", "style.css", "text/css", read=""))
    for made in faces:
        kind = "font/" + made.name.rpartition(".")[2]
        files.append(File("face-" + made.name.replace(".", "-"), f"fonts/{made.name}", kind, read=""))
    return files


def _leading(article: Article, chapters: Sequence[Chapter]) -> dict[str, Metadata]:
    """What is known of each article of an issue, by the file that it begins."""
    files = {c.begins: c.name.removesuffix(".xhtml") for c in chapters}
    return {files[part.id]: part.metadata for part in article.parts if part.id in files}


# ---------------------------------------------------------------- pages


def _page(m: Metadata, title: str, kind: str, **values: Any) -> bytes:
    said = {**frame(m), "body": "", "own": (), "title": title, "kind": kind, **values}
    return render("chapter.xhtml", **said).encode("utf-8")


def _text(chapter: Chapter, own: Metadata, m: Metadata, elsewhere: Mapping[str, str], figures: str) -> bytes:
    """A chapter with its notes at its end, numbered in it, so that a note more renames none of another chapter."""
    setter = Setter(
        xhtml=True, notes="aside", hanging=True, numerals=figures, words=words(m.language), elsewhere=elsewhere
    )
    body = setter.blocks(chapter.blocks) + setter.notes_found()
    return _page(m, chapter.title, "chapter", body=Markup(body), own=meta_elements(own) if own is not m else ())


_LANDMARKS = {  # of EPUB's vocabulary, and the words for each
    "cover": ("cover", "cover"),
    "title-page": ("titlepage", "title_page"),
    "copyright-page": ("copyright-page", "rights"),
    "toc": ("toc", "contents"),
    "text": ("bodymatter", "text"),
    "colophon": ("colophon", "made_with"),
}


def _nav(m: Metadata, contents: Sequence[Way], files: Sequence[File]) -> bytes:
    said = frame(m)
    known = [(*_LANDMARKS[f.guide], f.name) for f in files if f.guide]
    landmarks = [(kind, name, said["words"][label]) for kind, label, name in known]
    return render("nav.xhtml", **said, title=m.title, ways=contents, landmarks=landmarks).encode("utf-8")


# ---------------------------------------------------------------- cover and faces


def _cover(m: Metadata, profile: Profile, options: Options) -> Cover | None:
    """The cover that is asked for: none by itself, since an article among many needs none."""
    asked = options.cover or profile.cover
    if asked in ("", "none"):
        return None
    if asked == "generated":
        from convert.editions.epub.cover import draw

        return Cover("cover.jpg", "image/jpeg", draw(m, profile))
    media_type, data = covers.image(asked)
    return Cover("cover.png" if media_type == "image/png" else "cover.jpg", media_type, data)


def _described(m: Metadata) -> str:
    """What stands on a cover, in words; none of ours, whose language might not be the book's."""
    return " · ".join(dict.fromkeys(x for x in (m.title, *m.authors, m.publisher or m.site) if x))


def _faces(article: Article) -> tuple[list[face.Face], tuple[Remark, ...]]:
    """The faces that the text needs, and a remark where they are not installed."""
    letters: Counter[str] = Counter(_title_page_text(article.metadata))
    for block in article.blocks:
        letters.update(plain_text(block))
    needed = face.scripts(letters)
    found = face.faces(needed, _styles(article.blocks))
    missing = sorted({s.family for s in needed} - {f.family for f in found})
    if not missing:
        return found, ()
    message = f"The EPUB embeds no {', '.join(missing)}, not installed here: readers see it in a face of their own."
    return found, (Remark("face", 0, message),)


def _title_page_text(m: Metadata) -> str:
    return " ".join((m.title, m.subtitle, m.standfirst, *m.authors))


def _styles(blocks: Sequence[Block]) -> set[str]:
    """Regular and italic, which headings and the title page have; bold where the text has some, and both in one."""
    styles = {"Regular", "Italic"}
    for node in nodes(blocks):
        if isinstance(node, Strong):
            styles.add("Bold")
            if any(isinstance(n, Emph) for n in nodes(node.inlines)):
                styles.add("Bold Italic")
        elif isinstance(node, Emph) and any(isinstance(n, Strong) for n in nodes(node.inlines)):
            styles.add("Bold Italic")
    return styles


def _named(faces: Sequence[face.Face]) -> str:
    return ", ".join(dict.fromkeys(f.family.removesuffix(" O") for f in faces))
