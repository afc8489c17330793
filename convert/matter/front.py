"""Front matter: a YAML block between `---` lines at the very top, as static-site tools and pandoc write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convert.article import Remark
from convert.matter import fields
from convert.matter.draft import Draft
from convert.text import Line, tidy

LONGEST = 200  # lines; what is longer is no front matter
_LARGEST = 20_000  # characters
_DEEPEST = 16  # lists and mappings inside one another


def front_matter(lines: Sequence[Line], raw: Sequence[str], draft: Draft) -> int:
    """Read the block at the top of `lines` into the draft; how many lines it took, 0 where there is none.

    `raw` are the same lines with their indents. A block that is not YAML is left to the text, with a remark.
    """
    if not lines or lines[0].text != "---" or lines[0].indent:
        return 0
    end = next((i for i, line in enumerate(lines[1:LONGEST], 1) if line.text in ("---", "...") and not line.indent), 0)
    if not end or not any(":" in line.text for line in lines[1:end]):
        return 0
    try:
        values = mapping("\n".join(raw[1:end]), _LARGEST)
    except ValueError:
        draft.remarks.append(Remark("front-matter", 1, "The block between --- lines is no YAML; it was kept as text."))
        return 0
    if isinstance(values.get("structure"), list):
        draft.structure = values.pop("structure")
    for key, value in values.items():
        for item in flat(value):
            fields.note(fields.Entry(str(key), item, ()), draft, kind="front matter")
    for line in lines[: end + 1]:
        draft.take(line, "front matter")
    return end + 1


def mapping(text: str, largest: int) -> dict[str, Any]:
    """The mapping that `text` is as YAML, all scalars as text. ValueError says why it is none.

    Anchors are refused and depth is bounded: both can make a small text cost much.
    """
    import yaml  # 10 ms, and few texts have front matter

    if len(text) > largest:
        raise ValueError(f"more than {largest} characters")
    depth = 0
    try:
        for token in yaml.scan(text, yaml.BaseLoader):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                raise ValueError("an anchor or alias")
            depth += _step(type(token).__name__)
            if depth > _DEEPEST:
                raise ValueError("too many levels")
        value = yaml.load(text, yaml.BaseLoader)
    except (yaml.YAMLError, OverflowError) as error:
        raise ValueError(_reason(error)) from None
    if not isinstance(value, dict):
        raise ValueError("no mapping, `key: value` a line")
    return value


def _step(token: str) -> int:
    """How a token of this name changes the depth."""
    up, down = ("MappingStartToken", "SequenceStartToken"), ("BlockEndToken", "MappingEndToken", "SequenceEndToken")
    return token.endswith(up) - token.endswith(down)


def _reason(error: Exception) -> str:
    """The first line of what YAML says, with its line."""
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"line {mark.line + 1}: {reason}" if mark else str(reason)


def flat(value: Any) -> list[str]:
    """A field's values as text: a list gives each, a mapping its `name`, else its items."""
    if isinstance(value, list):
        return [item for v in value for item in flat(v)]
    if isinstance(value, dict):
        return flat(value["name"]) if "name" in value else [f"{k}: {v}" for k, v in value.items()]
    return [" ".join(tidy(str(value))[0].split())] if value else []  # an escape can hold what no edition may
