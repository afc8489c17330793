"""The style sheet of a book: the design's own with its faces, and what older reading systems need beside it.

Many readers' engines are ten years old (Kindle's, Adobe's, Kobo's for EPUB): they know no custom properties and no
logical sides, so values are put in and a physical twin stands before each declaration they would drop. EPUB 3.3, 3.5.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from convert.editions.faces import TEXT, Face
from convert.editions.sheet import rules
from convert.profiles import Profile
from convert.templating import css

_PROPERTY = re.compile(r"(?<=[{;])\s*--([\w-]+)\s*:\s*([^;}]+)")
_USE = re.compile(r"var\(--([\w-]+)(?:,[^()]*)?\)")
_DECLARATION = re.compile(r"(?<=[{;])(\s*)([a-z-]+)(\s*:\s*)([^;{}]+)")
_SIDES = {"ltr": ("left", "right"), "rtl": ("right", "left")}
_OLDER = {
    "break-before": "page-break-before",
    "break-after": "page-break-after",
    "break-inside": "page-break-inside",
    "overflow-wrap": "word-wrap",
}


def style(faces: Sequence[Face], direction: str, house: Profile) -> str:
    """The style sheet for a book with these faces, in this direction of writing, in the style of this house."""
    rules = "".join(_rule(face) for face in faces)
    families = tuple(dict.fromkeys(face.family for face in faces))
    return rules + _sheet(families, direction, house)


def _rule(face: Face) -> str:
    slant = "italic" if "Italic" in face.style else "normal"
    weight = "bold" if "Bold" in face.style else "normal"
    return (
        f'@font-face {{ font-family: "{face.family}"; font-style: {slant}; font-weight: {weight}; '
        f"src: url(fonts/{face.name}); }}\n"
    )


@lru_cache(64)
def _sheet(families: tuple[str, ...], direction: str, house: Profile) -> str:
    """The sheets of the design and the house's own, for any engine; what callers wrote stands as they wrote it."""
    design = css("base.css") + css("epub.css") + css("scripts.css") + rules(house, "epub")
    sheet = re.sub(r"/\*.*?\*/\s*", "", design, flags=re.DOTALL)
    values = dict(_PROPERTY.findall(sheet)) | {"text": _text_faces(families, house)}
    sheet = _filled(_PROPERTY.sub("", sheet), values)
    sheet = re.sub(r":root\s*\{[\s;]*\}\s*", "", sheet)
    return _DECLARATION.sub(lambda said: _twins(said, *_SIDES[direction]), sheet) + _filled(house.css, values)


def _text_faces(families: Sequence[str], house: Profile) -> str:
    """The house's face, then those embedded for the text's scripts, then those that readers may have."""
    own = ", ".join(f'"{family}"' for family in families)
    theirs = dict(_PROPERTY.findall(css("base.css")))["text"]
    if TEXT in families:
        theirs = theirs.replace(f'"{TEXT}", ', "")
    return ", ".join(filter(None, (house.text_face, own, theirs)))


def _filled(sheet: str, values: Mapping[str, str]) -> str:
    """`sheet` with each value instead of its name."""
    for _ in range(3):  # a property may use another
        sheet = _USE.sub(lambda use: values.get(use[1], use[0]).strip(), sheet)
    return sheet


def _twins(said: re.Match[str], start: str, end: str) -> str:
    """A declaration, and before it the same as older engines have it."""
    space, name, colon, value = said.groups()
    older = []
    if name in _OLDER and value.strip() != "anywhere":
        older = [(_OLDER[name], "always" if value.strip() == "page" else value)]
    elif value.strip() == "anywhere":
        older = [("word-wrap", "break-word"), (name, "break-word")]
    elif name == "hyphens":
        older = [("-epub-hyphens", value), ("-webkit-hyphens", value)]
        older.append(("adobe-hyphenate", "auto" if value.strip() == "auto" else "none"))
    elif name == "font-variant-caps":
        older = [("font-variant", "small-caps" if "small-caps" in value else "normal")]
        return f"{space}{_written(older)}{name}{colon}{value}; font-variant-numeric: oldstyle-nums"
    elif name == "text-align" and value.strip() in ("start", "end"):
        older = [(name, start if value.strip() == "start" else end)]
    elif "-inline" in name:
        older = _sided(name, "-inline", value, start, end)
    elif "-block" in name:
        older = _sided(name, "-block", value, "top", "bottom")
    return f"{space}{_written(older)}{name}{colon}{value}"


def _sided(name: str, axis: str, value: str, start: str, end: str) -> list[tuple[str, str]]:
    """A logical property as physical ones: margin-inline: 1em 2em is margin-left: 1em; margin-right: 2em."""
    if f"{axis}-start" in name:
        return [(name.replace(f"{axis}-start", f"-{start}"), value)]
    if f"{axis}-end" in name:
        return [(name.replace(f"{axis}-end", f"-{end}"), value)]
    parts = value.split() if not name.startswith("border") else [value]
    first, last = parts[0], parts[-1] if len(parts) < 3 else parts[1]
    return [(name.replace(axis, f"-{start}"), first), (name.replace(axis, f"-{end}"), last)]


def _written(declarations: Sequence[tuple[str, str]]) -> str:
    return "".join(f"{name}: {value.strip()}; " for name, value in declarations)
