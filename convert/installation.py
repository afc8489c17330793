"""The installation: what editions depend on besides their text and options, as one digest."""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

import convert
from convert.article import Source
from convert.editions import media_name
from convert.templating import templates_folder

_ENGINES = ("weasyprint", "pydyf", "ebooklib", "fonttools", "pillow", "pypandoc_binary", "babel", "ftfy")


@cache
def installation() -> str:
    """The digest of our code, its engines and the faces that are installed (SHA-256)."""
    digest = hashlib.sha256()
    for folder in (Path(convert.__file__).parent, templates_folder()):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    for package in _ENGINES:
        digest.update(f"{package} {version(package)}\0".encode())
    asked = ["fc-list", "--format", "%{file} %{fontversion}\n"]
    with_faces = subprocess.run(asked, capture_output=True, check=False, env=os.environ | {"LC_ALL": "C"}).stdout
    digest.update(b"\n".join(sorted(with_faces.splitlines())))
    return digest.hexdigest()


def digest_of(source: Source, *said: str) -> str:
    """The digest of all that editions depend on: text and name, what is said of them, the installation (SHA-256)."""
    parts = (hashlib.sha256(source.data).hexdigest(), media_name(source.name), *said, installation())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
