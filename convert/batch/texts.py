"""Texts of a batch, found and not yet read: what its INPUTs name, in an order that is the same each time.

An INPUT is a file, a folder (searched for all that can be read), a pattern (`texts/**/*.txt`), a zip archive, a
manifest (CSV, JSON lines), an address that fsspec reaches (s3://bucket/texts/), or `-` for such names a line each.
"""

from __future__ import annotations

import codecs
import glob
import hashlib
import json
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from convert import files, parcel, places
from convert.article import Source
from convert.batch import manifest
from convert.errors import ConvertError, InputError, LimitError, UsageError
from convert.files import READABLE, SIDECAR

MANIFESTS = (".csv", ".jsonl", ".ndjson")
_MEMBERS = 1_000_000  # of one archive


@dataclass(frozen=True, slots=True)
class Text:
    """One text: where it is, where its editions go, and what is known of it beforehand."""

    name: str  # as people are told it: a path, an address, ARCHIVE: MEMBER
    folder: str = ""  # of its editions, below the output
    archive: str = ""  # the zip it lies in
    member: str = ""  # and as what
    stem: str = ""  # of its editions' names, where a manifest gives one
    said: Mapping[str, Any] = field(default_factory=dict)  # its options, where a manifest gives some

    @property
    def at(self) -> str:
        """Where its editions go, as far as it is known beforehand, and how: one text may be set twice, in two ways."""
        how = hashlib.sha256(json.dumps(self.said, sort_keys=True).encode()).hexdigest()[:16] if self.said else ""
        return f"{self.folder}/{self.stem}" + (f"\0{how}" if how else "")

    @property
    def last(self) -> str:
        """The last part of its name."""
        return (self.member or self.name).replace("\\", "/").rpartition("/")[2]


class Unfound(NamedTuple):
    """What was named and cannot be had."""

    name: str
    error: ConvertError


Found = Iterator[Text | Unfound]


def texts_in(names: Iterable[str]) -> Found:
    """Each text that `names` name; what cannot be had in its place."""
    for name in names:
        try:
            yield from next(find for is_one, find in KINDS if is_one(name))(name)
        except ConvertError as error:
            yield Unfound(name, error)


def _listed(_name: str) -> Found:
    """Names on standard input, a line each, or with a NUL after each as `find -print0` writes them."""
    said = sys.stdin.buffer.read().removeprefix(codecs.BOM_UTF8)
    names = said.split(b"\0" if b"\0" in said else b"\n")
    return texts_in(os.fsdecode(name.rstrip(b"\r")) for name in names if name.strip() and name.strip() != b"-")


def _rows(name: str) -> Found:
    for row in manifest.rows(name):
        if isinstance(row, ConvertError):
            yield Unfound(name, row)
        else:
            folder, _, stem = row.output.rpartition("/")
            yield Text(row.file, folder, stem=stem, said=row.said)


def _members(name: str) -> Found:
    for member in _one_each([member.filename for member in _opened(name).infolist() if parcel.is_text(member)]):
        folder = "/".join(_safe(member).split("/")[:-1])
        yield Text(f"{name}: {member}", folder, archive=name, member=member)


def _safe(name: str) -> str:
    """A member's name as a path that stays below where it is put."""
    parts = PurePosixPath(name.replace("\\", "/").replace(":", "_")).parts
    return "/".join(part for part in parts if part not in ("/", "..", "."))


def _afar(url: str) -> Found:
    folders = dict(places.found(url, READABLE))
    if not folders:
        raise InputError(f"There is no text at {url}.", "Check the address.", code="missing")
    return (Text(name, folders[name]) for name in _one_each(folders))


def _below(name: str) -> Found:
    """All texts in a folder and those within it; a folder that cannot be searched is named."""
    errors: list[OSError] = []
    for folder, inner, names in os.walk(name, onerror=errors.append):
        inner[:] = sorted(one for one in inner if not (_is_hidden(one) or _is_output(os.path.join(folder, one))))
        paths = [os.path.join(folder, one) for one in names if one.lower().endswith(READABLE) and not _is_hidden(one)]
        for path in _one_each(sorted(paths)):
            yield Text(path, "" if folder == name else os.path.relpath(folder, name))
        yield from (_unsearched(error) for error in errors)
        errors.clear()
    yield from (_unsearched(error) for error in errors)


def _is_hidden(name: str) -> bool:
    """Whether it is a program's and not a publisher's: what Word and macOS put beside a file, .git, our own state."""
    return name.startswith((".", "~$"))


def _is_output(folder: str) -> bool:
    """Whether a batch has written there: what lies in it are editions, and no texts."""
    return os.path.isdir(os.path.join(folder, files.STATE))


def _unsearched(error: OSError) -> Unfound:
    why = InputError(f"The folder cannot be searched: {error.strerror}.", "Check its permissions.")
    return Unfound(os.fsdecode(error.filename or ""), why)


def _matched(pattern: str) -> Found:
    """All that match, in the folders that the pattern leaves open."""
    matches = sorted(_searched(pattern) if "**" in pattern else glob.glob(pattern))
    if not matches:
        raise InputError(f"Nothing matches {pattern}.", "Check the pattern.", code="missing")
    root, made = places.fixed(pattern), lru_cache(None)(_is_output)
    for path in _one_each(path for path in matches if not os.path.isdir(path)):
        inner = Path(path[len(root) :]).parents
        if path.lower().endswith((*MANIFESTS, ".zip")):
            yield from texts_in([path])
        elif not any(made(os.path.join(root, folder)) for folder in inner[:-1]):
            yield Text(path, os.path.dirname(path[len(root) :]))


def _searched(pattern: str) -> Iterator[str]:
    """All that match a pattern with `**` in it, which follows no link to a folder: glob goes round in rings."""
    root = places.fixed(pattern)
    parts = [part if part == "**" else re.sub(r"\*+", "*", part) for part in pattern[len(root) :].split("/")]
    parts += ["*"] if parts[-1] == "**" else []
    asked = any(part.startswith(".") for part in parts)  # else what is hidden is left out, as glob.glob does
    for path in Path(root or ".").glob("/".join(parts)):
        inner = path.relative_to(root or ".")
        if files.STATE not in inner.parts and (asked or not any(part.startswith(".") for part in inner.parts)):
            yield os.path.join(root, inner)


def _one_each(names: Iterable[str]) -> list[str]:
    """The names in their order; of those that differ in their ending only, the manuscript and no editions of it."""
    by_path = {Path(name): name for name in names if not name.endswith(SIDECAR)}
    readable = [path for path in by_path if path.suffix.lower() in READABLE]
    editions = set(readable) - set(files.one_each(readable))
    return [name for path, name in by_path.items() if path not in editions]


def _file(name: str) -> Found:
    return iter(() if name.endswith(SIDECAR) else (Text(name),))


# What an INPUT is, the first that it may be.
KINDS: tuple[tuple[Callable[[str], bool], Callable[[str], Found]], ...] = (
    (lambda name: name == "-", _listed),
    (lambda name: places.fixed(name) != name and not (places.is_afar(name) or os.path.exists(name)), _matched),
    (lambda name: name.lower().endswith(MANIFESTS), _rows),
    (lambda name: name.lower().endswith(".zip"), _members),
    (places.is_afar, _afar),
    (os.path.isdir, _below),
    (lambda _name: True, _file),
)


# ---------------------------------------------------------------- reading


def read(text: Text, most: int) -> Source:
    """The Source. InputError says why it cannot be read, LimitError that it is larger than `most` bytes."""
    if text.archive:
        archive = _opened(text.archive)
        with parcel.named(text.archive):
            return Source(text.last, parcel.read(archive, archive.getinfo(text.member), most))
    if not places.is_afar(text.name):
        if os.path.isfile(text.name):
            _refuse_large(text.name, os.path.getsize(text.name), most)
        elif os.path.exists(text.name) and not os.path.isdir(text.name):
            raise InputError(f"{text.name} is a pipe or a device, no file.", "Name a file.", code="no-file")
        return files.read_source(text.name)
    try:
        data = places.fetched(text.name, most)
    except FileNotFoundError:
        raise _missing(text.name) from None
    _refuse_large(text.name, len(data), most)
    return Source(text.last, data)


def _refuse_large(name: str, size: int, most: int) -> None:
    if size > most:
        raise LimitError(f"{name} is larger than {most} bytes, the limit (EDITIONS_MAX_BYTES).", "Split the text.")


def _missing(name: str) -> InputError:
    return InputError(f"There is no file {name}.", "Check its name.", code="missing")


def overrides(text: Text) -> str:
    """What stands beside it to correct it; "" where nothing does, or it is afar."""
    if text.archive:
        archive, beside = _opened(text.archive), str(PurePosixPath(text.member).with_suffix("")) + SIDECAR
        if beside not in archive.NameToInfo:
            return ""
        with parcel.named(text.archive):
            return parcel.read(archive, archive.getinfo(beside), files.LARGEST_SIDECAR).decode("utf-8-sig", "replace")
    return "" if places.is_afar(text.name) else files.sidecar(text.name)


@lru_cache(4)
def _opened(name: str) -> zipfile.ZipFile:
    """The archive, kept open: to find its members costs as much as there are."""
    with parcel.named(name):
        try:
            archive = zipfile.ZipFile(places.opened(name) if places.is_afar(name) else name)
        except FileNotFoundError:
            raise _missing(name) from None
    if len(archive.infolist()) > _MEMBERS:
        raise UsageError(f"{name} has {len(archive.infolist())} members.", f"Make archives of {_MEMBERS} at most.")
    return archive
