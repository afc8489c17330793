"""Places: folders of files, here or in anything that fsspec reaches (s3://bucket/prefix). The gate to fsspec.

A file is whole or not there: written beside, then renamed; an object store shows an object when it is whole.
"""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple

from convert.errors import FULL, ConvertError, NoSpace, Unavailable

_TRIES = 100  # of a file whose folder goes while it comes
S3 = {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 2}}  # seconds


class About(NamedTuple):
    """What is known of a file without reading it."""

    size: int  # bytes
    written: float  # seconds since 1970; now, where the place does not say


class Place:
    """The folder at `url`: a path, or what fsspec takes. Unavailable where it does not answer, NoSpace where full."""

    def __init__(self, url: str, waiting: str = "") -> None:
        """`waiting`: the folder in it where files wait until they are whole; beside their place, where it is empty."""
        import fsspec

        self.url, self.waiting = url, waiting
        with _told(url):
            self.files, self.root = fsspec.core.url_to_fs(url, **_terms(url))
            self.local = type(self.files).__name__ == "LocalFileSystem"
            if hasattr(self.files, "call_s3"):
                self._look()
            else:
                self.files.makedirs(self.root, exist_ok=True)

    def _look(self) -> None:
        """Look whether the bucket is there. Who misspells its name gets no new one, and hears of it at once."""
        bucket = self.root.partition("/")[0]
        try:
            self.files.call_s3("head_bucket", Bucket=bucket)
        except FileNotFoundError:
            raise Unavailable(f"There is no bucket {bucket}.", "Correct its name, or make it first.") from None
        except PermissionError:
            pass  # who may not look may still write

    def read(self, name: str) -> bytes | None:
        """A file's bytes, or None where it is not there."""
        with _told(self.url):
            try:
                return bytes(self.files.cat_file(self.at(name)))
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

    def write(self, files: Mapping[str, bytes], sure: bool = False) -> None:
        """Write files: all beside their places first, then each in one step. `sure`: they outlast a power cut."""
        with _told(self.url):
            if not self.local:
                for name, data in files.items():
                    self.files.pipe_file(self.at(name), data)
                return
            for _ in range(_TRIES):
                with suppress(FileNotFoundError, FileExistsError):  # its folder was dropped meanwhile: it is made again
                    self._place(files, sure)
                    return
            self._place(files, sure)

    def _place(self, files: Mapping[str, bytes], sure: bool) -> None:
        beside = {name: self._beside(name) for name in files}
        for folder in {os.path.dirname(path) for path in (*beside.values(), *map(self.at, files))}:
            os.makedirs(folder, exist_ok=True)
        try:
            for name, data in files.items():
                _write(beside[name], data, sure)
            for name in files:
                os.replace(beside[name], self.at(name))
        finally:
            for temporary in beside.values():
                with suppress(OSError):
                    os.unlink(temporary)

    def about(self, name: str) -> About | None:
        """What is known of a file; None where it is not there."""
        with _told(self.url):
            try:
                return _about(self.files.info(self.at(name)))
            except (FileNotFoundError, NotADirectoryError):
                return None

    def below(self, folder: str = "") -> dict[str, About]:
        """Every file in the folder and those within it, by name."""
        with _told(self.url):
            try:
                found = self.files.find(self.at(folder) if folder else self.root, detail=True)
            except FileNotFoundError:
                return {}
        start = len(self.root.rstrip("/")) + 1
        return {place[start:]: _about(about) for place, about in found.items()}

    def drop(self, folder: str, first: str = "") -> None:
        """Drop a folder with all its files, `first` of them before the others."""
        with _told(self.url), suppress(FileNotFoundError):
            if first and self.files.exists(self.at(f"{folder}/{first}")):
                self.files.rm_file(self.at(f"{folder}/{first}"))
            try:
                self.files.rm(self.at(folder), recursive=True)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EISDIR):  # else somebody puts a file there: it stays
                    raise

    def at(self, name: str) -> str:
        """Where a file is, as its file system has it."""
        return f"{self.root.rstrip('/')}/{name}"

    def address(self, name: str) -> str:
        """The file as `address` has it."""
        return address(self.at(name)) if self.local else str(self.files.unstrip_protocol(self.at(name)))

    def _beside(self, name: str) -> str:
        folder, last = os.path.split(self.at(name))
        folder = self.at(self.waiting) if self.waiting else folder
        return f"{folder}/{last[:60] if len(last) < 200 else ''}.{uuid.uuid4().hex[:8]}.tmp"


def address(name: str) -> str:
    """A path or an address, in the one form in which two are compared."""
    if is_afar(name):
        import fsspec

        files, path = fsspec.core.url_to_fs(name, **_terms(name))
        if type(files).__name__ != "LocalFileSystem":
            return str(files.unstrip_protocol(path))
        name = path
    folder, last = os.path.split(os.path.abspath(name))
    return os.path.join(_real(folder), last)


@lru_cache(1024)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def is_afar(url: str) -> bool:
    """Whether it names a place that is reached over something, rather than a path."""
    return "://" in url


def fixed(pattern: str) -> str:
    """The folders at the start of a pattern that it does not leave open; all of what is none."""
    wild = min((at for c in "*?[" if (at := pattern.find(c)) >= 0), default=None)
    return pattern if wild is None else pattern[: pattern.rfind("/", 0, wild) + 1]


def found(url: str, endings: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each file that an address names, with the folder that it lies in below it: one, a folder's, a pattern's."""
    import fsspec

    with _told(url):
        files, path = fsspec.core.url_to_fs(url, **_terms(url))
        if fixed(path) != path:
            names, root = sorted(files.glob(path)), fixed(path)
        elif not url.endswith("/") and files.isfile(path):
            names, root = [path], ""
        else:
            root = path.rstrip("/") + "/"
            names = sorted(name for name in files.find(path) if name.lower().endswith(endings))
    folders = [name[len(root) :].rpartition("/")[0] if root else "" for name in names]
    return [(files.unstrip_protocol(name), folder) for name, folder in zip(names, folders, strict=True)]


def opened(name: str) -> BinaryIO:
    """A file to be read, here or afar. FileNotFoundError where there is none."""
    if not is_afar(name):
        return open(name, "rb")
    import fsspec

    with _told(name):
        return fsspec.open(name, "rb", **_terms(name)).open()  # type: ignore[no-any-return]


def fetched(url: str, most: int) -> bytes:
    """A file's bytes, at most `most` of them and one more. FileNotFoundError where there is none."""
    with opened(url) as file, _told(url):
        return file.read(most + 1)


def _terms(url: str) -> dict[str, Any]:
    """On which terms a place is reached: its listings are never kept, or files of other processes would not be seen;
    who does not answer is not waited for long."""
    bounded = {"config_kwargs": S3} if url.startswith(("s3://", "s3a://")) else {}
    return {"use_listings_cache": False, **bounded} if is_afar(url) else {}


def _write(path: str, data: bytes, sure: bool) -> None:
    with open(path, "wb") as file:
        file.write(data)
        if sure:
            file.flush()
            os.fsync(file.fileno())


def _about(said: Mapping[str, Any]) -> About:
    """Each kind of place says it in its own way."""
    written = said.get("mtime") or said.get("LastModified") or said.get("last_modified") or said.get("created")
    moment = written.timestamp() if isinstance(written, datetime) else written if written is not None else time.time()
    return About(int(said.get("size") or 0), float(moment))


@contextmanager
def _told(url: str) -> Iterator[None]:
    """What a place says where it fails, in our words."""
    try:
        yield
    except FileNotFoundError:
        raise
    except ImportError as error:
        raise Unavailable(
            f"{url} cannot be reached: {error}.", "Install what it needs: pip install editions[s3]."
        ) from None
    except ConvertError:
        raise
    except Exception as error:  # each library for a kind of store has errors of its own
        if not isinstance(error, OSError):
            if not is_afar(url):
                raise
            raise Unavailable(f"{url} does not answer: {str(error).rstrip('.')}.", "Try again in a moment.") from error
        if error.errno in FULL:
            raise NoSpace(f"{url} is full.", "Free some space, then go on.") from error
        raise Unavailable(f"{url} does not answer: {error.strerror or error}.", "Try again in a moment.") from error
