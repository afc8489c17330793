"""The gate to the Nu HTML checker, the validator of the HTML Living Standard: the jar inside npm's `vnu-jar`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from convert.check.programs import JAVA_MISSING, Finding, Unable, java, node_modules, output_of


def missing() -> str:
    """Why the checker cannot run, with the cure; "" where it can."""
    if not _jar().is_file():
        return "It is not installed: tools/setup.sh validators."
    return "" if java() else JAVA_MISSING


def _jar() -> Path:
    return node_modules() / "vnu-jar" / "build" / "dist" / "vnu.jar"


def run(files: Sequence[Path]) -> dict[Path, list[Finding]]:
    """What the checker has against each of `files`, errors and warnings."""
    options = ["--format", "json", "--exit-zero-always", "--stdout"]
    answer = output_of([*java(), "-Xss8m", "-jar", str(_jar()), *options, *map(str, files)], len(files))
    try:
        messages = json.loads(answer)["messages"]
    except (ValueError, KeyError):
        raise Unable(f"It answered {answer[:100]!r}.") from None
    found: dict[Path, list[Finding]] = {file: [] for file in files}
    for message in messages:
        file = Path(unquote(urlsplit(message.get("url", "")).path))
        if file in found and not (message["type"] == "info" and message.get("subType") != "warning"):
            place = f"line {message.get('lastLine', 0)}"
            said = f"{message['message']} {message.get('extract', '').strip()[:120]!r}"
            found[file].append(Finding(place, said, message["type"] == "info"))
    return found
