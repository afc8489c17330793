"""The gate to Ace by DAISY, the checker of accessibility in EPUB: npm's `@daisy/ace-core`, driven by `ace.js`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from convert.check.programs import Finding, Unable, node_modules, output_of


def missing() -> str:
    """Why Ace cannot run, with the cure; "" where it can."""
    if not (node_modules() / "@daisy" / "ace-core").is_dir():
        return "It is not installed: tools/setup.sh validators."
    if not shutil.which("node"):
        return "Node is not installed: apt-get install nodejs."
    return "" if _chromium() else "Chromium is not installed: apt-get install chromium."


def _chromium() -> str:
    return shutil.which("chromium") or ""


def run(files: Sequence[Path]) -> dict[Path, list[Finding]]:
    """The violations that Ace finds in each of `files`."""
    script = Path(__file__).with_name("ace.js")
    command = ["node", str(script), str(node_modules()), *map(str, files)]
    answer = output_of(command, len(files), {"PUPPETEER_EXECUTABLE_PATH": _chromium(), "NODE_NO_WARNINGS": "1"})
    found: dict[Path, list[Finding]] = {}
    for line in answer.splitlines():
        if not line.startswith(b'{"file"'):
            continue
        said = json.loads(line)
        if "error" in said:
            raise Unable(f"It failed: {said['error'][:200]}")
        found[files[said["file"]]] = list(_findings(said["assertions"]))
    if len(found) < len(files):
        raise Unable("It did not answer for each book.")
    return found


def _findings(assertions: Any) -> Iterator[Finding]:
    """Each failed assertion, those of one page under its name (EARL)."""
    for page in assertions:
        name = page.get("earl:testSubject", {}).get("url", "")
        for one in page.get("assertions", ()):
            if one.get("earl:result", {}).get("earl:outcome") != "fail":
                continue
            test, result = one.get("earl:test", {}), one["earl:result"]
            pointed = result.get("html") or result.get("dct:description") or ""
            yield Finding(
                name, f"{test.get('dct:title')} ({test.get('earl:impact')}): {' '.join(pointed.split())[:160]}"
            )
