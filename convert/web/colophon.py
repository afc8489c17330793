"""This version's source, handed out by the service that runs it, as AGPL-3.0 section 13 asks."""

from __future__ import annotations

import functools
from pathlib import Path

from convert import __version__
from convert.web.delivery import zipped

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent
FOLDERS = ("convert", "templates", "tests", "docs", "samples", "benchmarks", "tools")
FILES = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "Makefile",
    "Dockerfile",
    "*requirements*",
    "*lock*",
    "compose*.yaml",
)


@functools.cache
def source_zip() -> bytes:
    """A zip of what this version is built from: the checkout where there is one, else the installed package."""
    root, paths = _checkout() if (CHECKOUT / "pyproject.toml").is_file() else (CHECKOUT, _files_in(PACKAGE))
    top = f"editions-{__version__}"
    return zipped((f"{top}/{path.relative_to(root).as_posix()}", path.read_bytes()) for path in paths)


def _checkout() -> tuple[Path, list[Path]]:
    named = sorted({path for name in FILES for path in CHECKOUT.glob(name) if path.is_file()})
    return CHECKOUT, named + [path for folder in FOLDERS for path in _files_in(CHECKOUT / folder)]


def _files_in(folder: Path) -> list[Path]:
    """Its files in order, without caches, installed packages and whatever is hidden."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.suffix != ".pyc"
        and not any(part.startswith((".", "__pycache__", "node_modules")) for part in path.relative_to(folder).parts)
    ]
