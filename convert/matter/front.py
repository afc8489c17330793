"""Front matter: a YAML block between `---` lines at the very top, as static-site tools and pandoc write it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from convert.article import Remark
from convert.matter import fields
from convert.matter.draft import Draft
from convert.text import Line

LONGEST = 200  # lines; what is longer is no front matter
_LARGEST = 20_000  # characters
_DEEPEST = 40  # brackets in one another; the scanner's time grows with their square


def front_matter(lines: Sequence[Line], raw: Sequence[str], draft: Draft) -> int:
    """Read the block at the top of `lines` into the draft; how many lines it took, 0 where there is none.

    `raw` are the same lines with their indents. A block that is not YAML is left to the text, with a remark.
    """
    if not lines or lines[0].text != "---" or lines[0].indent:
        return 0
    end = next((i for i, line in enumerate(lines[1:LONGEST], 1) if line.text in ("---", "...") and not line.indent), 0)
    if not end or not any(":" in line.text for line in lines[1:end]):
        return 0
    values = _load("\n".join(raw[1:end]))
    if values is None:
        draft.remarks.append(Remark("front-matter", 1, "The block between --- lines is no YAML; it was kept as text."))
        return 0
    for key, value in values.items():
        for item in _flat(value):
            fields.note(fields.Entry(str(key), item, ()), draft, kind="front matter")
    for line in lines[: end + 1]:
        draft.take(line, "front matter")
    return end + 1


def _load(text: str) -> dict[str, Any] | None:
    """The mapping that `text` is, all scalars as text; None where it is none or uses anchors (they can explode)."""
    if len(text) > _LARGEST or _depth(text) > _DEEPEST:
        return None
    import yaml  # 10 ms, and few texts have front matter

    try:
        if any(isinstance(t, yaml.AnchorToken | yaml.AliasToken) for t in yaml.scan(text, yaml.BaseLoader)):
            return None
        value = yaml.load(text, yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _depth(text: str) -> int:
    """How deep brackets stand in one another, whether or not quoted."""
    steps = (1 if c in "[{" else -1 for c in text if c in "[]{}")
    return max(itertools.accumulate(steps, lambda depth, step: max(0, depth + step)), default=0)


def _flat(value: Any) -> list[str]:
    """A field's values as text: a list gives each, a mapping its `name`, else its items."""
    if isinstance(value, list):
        return [item for v in value for item in _flat(v)]
    if isinstance(value, dict):
        return _flat(value["name"]) if "name" in value else [f"{k}: {v}" for k, v in value.items()]
    return [" ".join(str(value).split())] if value else []
