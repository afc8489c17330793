"""The house: imports run downward only, each engine has one gate, and the middle is pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import convert

HOUSE = Path(convert.__file__).parent
MODULES = sorted(p for p in HOUSE.rglob("*.py"))

# Each room imports from those above it in this list, and from itself.
FLOORS = (
    ("tree", "errors", "readers"),
    ("covers", "paper"),
    ("article", "options"),
    ("decoding", "text", "templating", "settings"),
    ("profiles",),
    ("marks",),
    ("rules",),
    ("instructions",),
    ("survey", "parting", "furniture", "ledger", "pandoc"),
    ("changes",),
    ("matter", "passes", "editions"),
    ("report", "overrides", "manuscript", "anthology", "installation"),
    ("pipeline",),
    ("check",),
    ("child", "files"),
    ("parcel", "places"),
    ("jobs",),
    ("batch",),
    ("web",),
    ("cli",),
)
RANK = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
GATES = {
    "weasyprint": "editions/pdf.py",
    "ebooklib": "editions/epub/package.py",
    "fontTools": "editions/faces.py",
    "pypandoc": "pandoc.py",
    "eld": "survey.py",
    "tinycss2": "profiles/style.py",
    "ftfy": "text.py",
    "charset_normalizer": "decoding.py",
    "pypdf": "check/pdf.py",
    "sqlalchemy": "jobs/",
    "alembic": "jobs/",
    "flask_openapi3": "web/",
    "fsspec": "places.py",
    "rich": "batch/display.py",
    "celery": "jobs/broker.py",
    "kombu": "jobs/broker.py",
    "urllib3": "jobs/hooks.py",
    "standardwebhooks": "jobs/hooks.py",
    "limits": "web/quota.py",
    "prometheus_client": "web/metrics.py",
}
IMPURE = {
    "time",
    "random",
    "os",
    "socket",
    "subprocess",
    "tempfile",
    "shutil",
    "threading",
    "requests",
    "urllib.request",
}
PURE_FLOORS = (
    "tree",
    "readers",
    "article",
    "covers",
    "options",
    "paper",
    "profiles",
    "decoding",
    "text",
    "marks",
    "rules",
    "instructions",
    "survey",
    "parting",
    "ledger",
    "matter",
    "passes",
    "report",
    "anthology",
)


def room(path: Path) -> str:
    """The room of the house that a file belongs to."""
    first = path.relative_to(HOUSE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, type checking aside."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "convert":
                yield from (f"convert.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_imports_run_downward(path: Path) -> None:
    here = room(path)
    if here == "__init__":
        return
    for name in imports(path):
        if name.startswith("convert."):
            there = name.split(".")[1]
            if there.startswith("__"):
                continue
            assert there == here or RANK[there] < RANK[here], f"{path.name} imports {name}, which is not below it"


def test_every_room_has_its_floor() -> None:
    assert {room(p) for p in MODULES} - {"__init__"} == set(RANK)


def test_each_engine_has_one_gate() -> None:
    for path in MODULES:
        for name in imports(path):
            gate = GATES.get(name.split(".")[0])
            here = str(path.relative_to(HOUSE))
            good = gate is None or here == gate or (gate.endswith("/") and here.startswith(gate))
            assert good, f"{path} imports {name}; its gate is {gate}"


def test_the_middle_is_pure() -> None:
    for path in MODULES:
        if room(path) in PURE_FLOORS:
            touched = set(imports(path)) & IMPURE
            assert not touched, f"{path.relative_to(HOUSE)} imports {touched}"


def test_every_module_opens_with_a_sentence() -> None:
    for path in MODULES:
        said = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert said, path
        assert said.split("\n\n")[0].rstrip().endswith((".", ":")), f"{path}: {said[:60]!r}"


def test_no_function_is_a_giant() -> None:
    """A screen holds about fifty lines; what is longer hides a second idea."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno
                assert length <= 55, f"{path.relative_to(HOUSE)}: {node.name} has {length} lines"
