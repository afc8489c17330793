"""The store: texts and editions by what they are, in a folder or anywhere that fsspec reaches. The gate to fsspec.

A place is `<2 hex>/<64 hex>/<name of a closed list>`, built here and nowhere else, so nothing a caller says is ever
a path. Files are whole or not there (temp and rename); the manifest is written last, and what it names is complete.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from convert.editions import EDITIONS
from convert.errors import NoSpace, Unavailable

TEXT, MANIFEST = "text", "manifest.json"
NAMES = frozenset({TEXT, MANIFEST, "report.json", *EDITIONS})
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Store:
    """A place for texts and editions. `url` is a folder, or what fsspec takes: s3://bucket/prefix, memory://x."""

    def __init__(self, url: str) -> None:
        import fsspec

        self.url = url
        cached = {"use_listings_cache": False} if "://" in url else {}  # else a blob of another process is not seen
        self.files, self.root = fsspec.core.url_to_fs(url, **cached)
        self.local = type(self.files).__name__ == "LocalFileSystem"
        with _told(url):
            self.files.makedirs(self.root, exist_ok=True)

    def put_text(self, data: bytes) -> str:
        """Keep a text; its digest, by which it is found again."""
        digest = hashlib.sha256(data).hexdigest()
        self.put(digest, TEXT, data)
        return digest

    def put(self, digest: str, name: str, data: bytes) -> None:
        """Keep a file, whole or not at all. The same name is only ever given the same bytes."""
        place = self._place(digest, name)
        with _told(self.url):
            if not self.local:
                self.files.pipe_file(place, data)  # an object appears whole
                return
            self.files.makedirs(os.path.dirname(place), exist_ok=True)
            temporary = f"{place}.{uuid.uuid4().hex[:8]}.tmp"
            try:
                with open(temporary, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, place)
            finally:
                with suppress(OSError):
                    os.unlink(temporary)

    def get(self, digest: str, name: str) -> bytes | None:
        """A file's bytes, or None where it is not there."""
        with _told(self.url):
            try:
                return bytes(self.files.cat_file(self._place(digest, name)))
            except FileNotFoundError:
                return None

    def text(self, digest: str) -> bytes | None:
        """A text, or None where it is not there, or no longer what it was."""
        data = self.get(digest, TEXT)
        return data if data is not None and hashlib.sha256(data).hexdigest() == digest else None

    def publish(self, result: str, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
        """Keep all editions of a result, then the manifest that says so."""
        for name, data in files.items():
            self.put(result, name, data)
        self.put(result, MANIFEST, json.dumps(manifest, ensure_ascii=False).encode())

    def manifest(self, result: str) -> dict[str, Any] | None:
        """What a result holds, or None where it is not complete."""
        data = self.get(result, MANIFEST)
        found: dict[str, Any] | None = json.loads(data) if data else None
        return found

    def forget(self, digest: str) -> None:
        """Drop a text or a result with all its files, the manifest first."""
        folder = os.path.dirname(self._place(digest, MANIFEST))
        with _told(self.url), suppress(FileNotFoundError):
            if self.files.exists(f"{folder}/{MANIFEST}"):
                self.files.rm_file(f"{folder}/{MANIFEST}")
            self.files.rm(folder, recursive=True)

    def old(self, shelf: str, seconds: float) -> list[str]:
        """What lies on a shelf, its two hex digits, and was last written `seconds` ago or earlier."""
        with _told(self.url):
            try:
                found = self.files.find(f"{self.root}/{shelf}", detail=True)
            except FileNotFoundError:
                return []
        newest: dict[str, float] = {}
        for place, about in found.items():
            digest = place.rsplit("/", 2)[-2]
            if _DIGEST.fullmatch(digest):
                newest[digest] = max(newest.get(digest, 0.0), _written(about))
        return [digest for digest, written in newest.items() if written <= time.time() - seconds]

    def _place(self, digest: str, name: str) -> str:
        if not _DIGEST.fullmatch(digest) or name not in NAMES:
            raise ValueError(f"no place of the store: {digest[:70]!r}, {name!r}")
        return f"{self.root}/{digest[:2]}/{digest}/{name}"


def _written(about: Mapping[str, Any]) -> float:
    """When a file was written: each kind of store says it in its own way; one that does not has none that is old."""
    said = about.get("mtime") or about.get("LastModified") or about.get("created") or about.get("last_modified")
    return float(said.timestamp() if isinstance(said, datetime) else said if said is not None else time.time())


@contextmanager
def _told(url: str) -> Iterator[None]:
    """What a store says where it fails, in our words."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        import errno

        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise NoSpace(f"The store {url} is full.", "Free some space, then send it again.") from error
        raise Unavailable(
            f"The store {url} does not answer: {error.strerror or error}.", "Try again in a moment."
        ) from error
