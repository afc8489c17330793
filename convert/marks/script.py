"""Raised and lowered signs, as transcribers write them: 10^{3}, H_{2}O, x^2^."""

from __future__ import annotations

import re

from convert.marks.mark import Made, Mark, Parse
from convert.tree import Str, Subscript, Superscript


def _script(match: re.Match[str], _parse: Parse) -> Made | None:
    """The signs without their braces; in TeX they are commands, and stay."""
    shown = match.group()
    before = match.string[max(0, match.start() - 40) : match.start()]
    if "\\" in before or "$" in before:
        return None
    inner = (Str(shown[1:].strip("{}^")),)
    return Made(Superscript(inner) if shown[0] == "^" else Subscript(inner), len(shown))


SCRIPT = Mark("script", "^_", r"(?<=[\w)\]’'.])(?:[\^_]\{[\w+−,-]{1,16}\}|\^[\w+−]{1,8}\^(?!\^))", _script)
