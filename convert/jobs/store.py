"""The store: texts and editions by what they are, in a folder or an object store.

A place in it is `<2 hex>/<64 hex>/<name of a closed list>`, built here and nowhere else, so nothing a caller says is
ever a path. The manifest is written last, and what it names is complete.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from convert.editions import EDITIONS
from convert.places import Place

TEXT, MANIFEST = "text", "manifest.json"
NAMES = frozenset({TEXT, MANIFEST, "report.json", *EDITIONS})
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Store:
    """A place for texts and editions. `url` is a folder, or what fsspec takes: s3://bucket/prefix, memory://x."""

    def __init__(self, url: str) -> None:
        self.place = Place(url)

    def put_text(self, data: bytes) -> str:
        """Keep a text; its digest, by which it is found again."""
        digest = hashlib.sha256(data).hexdigest()
        self.put(digest, TEXT, data)
        return digest

    def put(self, digest: str, name: str, data: bytes) -> None:
        """Keep a file, whole or not at all. The same name is only ever given the same bytes."""
        self.place.write({_name(digest, name): data}, sure=True)

    def get(self, digest: str, name: str) -> bytes | None:
        """A file's bytes, or None where it is not there."""
        return self.place.read(_name(digest, name))

    def text(self, digest: str) -> bytes | None:
        """A text, or None where it is not there, or no longer what it was."""
        data = self.get(digest, TEXT)
        return data if data is not None and hashlib.sha256(data).hexdigest() == digest else None

    def publish(self, result: str, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
        """Keep all editions of a result, then the manifest that says so."""
        self.place.write({_name(result, name): data for name, data in files.items()}, sure=True)
        self.put(result, MANIFEST, json.dumps(manifest, ensure_ascii=False).encode())

    def manifest(self, result: str) -> dict[str, Any] | None:
        """What a result holds, or None where it is not complete."""
        data = self.get(result, MANIFEST)
        found: dict[str, Any] | None = json.loads(data) if data else None
        return found

    def forget(self, digest: str) -> None:
        """Drop a text or a result with all its files, the manifest first."""
        self.place.drop(_folder(digest), first=MANIFEST)

    def old(self, shelf: str, seconds: float) -> list[str]:
        """What lies on a shelf, its two hex digits, and was last written `seconds` ago or earlier."""
        newest: dict[str, float] = {}
        for name, about in self.place.below(shelf).items():
            digest = name.split("/")[1]
            newest[digest] = max(newest.get(digest, 0.0), about.written)
        before = time.time() - seconds
        return [digest for digest, written in newest.items() if _DIGEST.fullmatch(digest) and written <= before]


def _folder(digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"no place of the store: {digest[:70]!r}")
    return f"{digest[:2]}/{digest}"


def _name(digest: str, name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"no place of the store: {name!r}")
    return f"{_folder(digest)}/{name}"
