"""The Jinja environment over templates/: strict about what is undefined, escaping everything that is not markup."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup


def templates_folder() -> Path:
    """Where the templates are: inside the installed package, else beside it in a checkout."""
    inside = Path(__file__).parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "templates"


@cache
def environment() -> Environment:
    """The one environment of this process."""
    found = Environment(
        loader=FileSystemLoader(templates_folder()),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.globals["css"] = lambda *names: Markup("".join(css(name) for name in names))
    return found


@cache
def css(name: str) -> str:
    """The style sheet `name`."""
    return (templates_folder() / name).read_text("utf-8")


def render(name: str, **values: Any) -> str:
    """Template `name` filled with `values`."""
    return environment().get_template(name).render(**values)
