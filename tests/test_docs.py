"""The docs are code: generated parts are up to date, README's examples run, every option and setting has its entry."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from convert.editions import EDITIONS
from convert.settings import Settings, described
from tests.serving import serving  # the real server, on a spare port
from tools import docs

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("path", docs.pages(), ids=lambda p: p.name)
def test_generated_parts_are_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == docs.pages()[path], "run: .venv/bin/python tools/docs.py"


def test_every_format_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")
    assert all(f"`{name}`" in guide for name in EDITIONS)


def _block(language: str, holding: str) -> str:
    found: list[str] = [b for b in re.findall(rf"```{language}\n(.*?)```", README, re.S) if holding in b]
    assert len(found) == 1, f"README has {len(found)} blocks of {language} with {holding!r}"
    return found[0]


def test_the_commands_of_the_readme(tmp_path: Path) -> None:
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    steps = re.split(r"^\$ ", _block("console", "editions convert"), flags=re.M)[1:]
    for step in steps:
        command, _, expected = step.partition("\n")
        words = [sys.executable, "-m", "convert.cli", *command.split()[1:]]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env=_environment(), check=True)
        assert done.stdout.rstrip() == expected.rstrip()


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def test_the_library_call_of_the_readme() -> None:
    code = _block("python", "from convert import")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == _block("text", "Ivo Lindqvist")


def test_the_http_call_of_the_readme(tmp_path: Path) -> None:
    call = _block("sh", "curl -F")
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    with serving() as server:
        subprocess.run(
            call.replace("http://127.0.0.1:8000", server.url), shell=True, cwd=tmp_path, capture_output=True, check=True
        )
    words = [sys.executable, "-m", "convert.cli", "convert", "samples/on-mending.txt", "-t", "epub", "-o", "cli.epub"]
    subprocess.run(words, cwd=tmp_path, env=_environment(), capture_output=True, check=True)
    assert (tmp_path / "on-mending.epub").read_bytes() == (tmp_path / "cli.epub").read_bytes()


def test_compose_files_name_settings_that_there_are() -> None:
    known = {variable for variable, _, _ in described()}
    for path in ROOT.glob("compose*.yaml"):
        services = yaml.safe_load(path.read_text("utf-8"))["services"]
        ours = [service for service in services.values() if service.get("image") == "editions"]
        assert ours
        for service in ours:
            own = {name for name in service["environment"] if not name.startswith("AWS_")}
            assert own <= known
            grace = int(service["stop_grace_period"].removesuffix("s"))
            assert grace > Settings().wall_seconds + 5, "what is under way would be killed"
            assert service["read_only"]
            assert service["cap_drop"] == ["ALL"]


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", _block("sh", "make run"), re.M):
        assert re.search(rf"^{target}:", makefile, re.M)
