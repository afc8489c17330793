"""Scores reading against ../shared/corpus, where it is: prints the table, and the change since the last run here."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

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


def _compare(before: dict[str, dict[str, dict[str, float]]], now: dict[str, dict[str, dict[str, float]]]) -> None:
    """Print each family whose MACRO moved by more than a hundredth."""
    for family, figures in now["families"].items():
        old = before["families"].get(family, {}).get("macro_f1")
        new = figures.get("macro_f1")
        if old is not None and new is not None and abs(new - old) > 0.01:
            print(f"{family}: {old:.3f} → {new:.3f}")


if __name__ == "__main__":
    main()
