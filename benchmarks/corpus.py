"""Scores reading against ../shared/corpus, where it is: prints the table, and the change since the last run here."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

Scores = dict[str, Any]  # as the scorer writes them
ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
OUT = ROOT / "out" / "corpus"


def main() -> None:
    """Run the scorer in an environment of its own; extra arguments go to it (`--family pep --worst 5`)."""
    OUT.mkdir(parents=True, exist_ok=True)
    now, before = OUT / "now.json", OUT / "before.json"
    if now.exists():
        now.replace(before)
    system = f"{ROOT}/.venv/bin/editions convert {{input}} -t html -o {{output}} --force -q"
    command = [str(_python()), str(CORPUS / "score.py"), "--split", "dev", "--system", system, "--jobs", "2"]
    subprocess.run([*command, "--json", str(now), *sys.argv[1:]], check=True, cwd=CORPUS)
    if before.exists():
        _compare(json.loads(before.read_text()), json.loads(now.read_text()))


def _python() -> Path:
    folder = OUT / "venv"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "lxml==6.1.3", "html5lib==1.1"], check=True)
    return python


def _compare(before: Scores, now: Scores) -> None:
    """Print what moved by more than a hundredth: each family's MACRO, and each of its types."""
    for family, figures in now["families"].items():
        old = before["families"].get(family)
        moved = [] if old is None else _moved({"MACRO": old["macro_f1"], **old["types"]}, figures)
        if moved:
            print(f"{family}: {', '.join(moved)}")


def _moved(old: dict[str, float | None], figures: dict[str, Any]) -> list[str]:
    new = {"MACRO": figures["macro_f1"], **figures["types"]}
    pairs = ((name, old.get(name), value) for name, value in new.items())
    return [f"{n} {a:.3f} → {b:.3f}" for n, a, b in pairs if a is not None and b is not None and abs(b - a) > 0.01]


if __name__ == "__main__":
    main()
