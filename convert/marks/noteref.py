"""Note references: what may point to a note, [1], [*], ¹, word.*, with its label; a pass decides whether it does.

The text of the `Span` is what stood there, so that a reference that is linked to nothing is set as it was written.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from convert.marks.mark import Made, Mark, Parse
from convert.tree import SHAPES, Attr, Span, Str, plain_text

NOTEREF = "noteref"  # the Span's class
BACK = "back"  # the key under which a note that stays keeps the place that refers to it
LABEL = "label"  # its key for what the note begins with
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_UNIT = re.compile(r"(?:^|[^\w])(?:[mckdµ]?m|in|ft|yd|mi|sec|s|mc|px|\w)\Z")  # m², cm³, x²: a power, not a note


def _ref(match: re.Match[str], _parse: Parse) -> Made | None:
    shown = match.group()
    before = match.string[max(0, match.start() - 30) : match.start()]
    if shown[0] in "²³" and _UNIT.search(before[-4:]):
        return None
    if shown[0] in "{^" and ("\\" in before or "$" in before):  # TeX
        return None
    label = shown.removesuffix("_").strip("[]{}^") or shown
    return Made(Span(Attr("", (NOTEREF,), ((LABEL, label.translate(_RAISED)),)), (Str(shown),)), len(shown))


_WORD = r"(?:(?<=[^\W\d_])|(?<=[.,;:!?)”’\"'»\]]))"  # a word or closing punctuation stands right before
_NEXT = "(?!(?![\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7a3])[\\w(])"  # no letter, but of a script without spaces
_FORMS = (
    r"(?:(?<=\S)|(?<=\S\s))\[(?:\d{1,3}|[*†‡§]{1,3}|\^[\w-]{1,20})\](?:_(?!\w))?" + _NEXT,
    r"(?<=[^\s(\[{])\[[a-z]\](?![\w(])",
    r"(?<=\S)\^\[\d{1,3}\](?!\w)",
    _WORD + r"\{\d{1,3}\}(?!\w)",
    r"(?:(?<=[^\W\d_][^\W\d_])|(?<=[.,;:!?)”’\"'»\]]))[¹²³⁰⁴-⁹]{1,3}(?!\w)",
    _WORD + r"(?:[*†‡]|§(?!\s?\d))(?=[\s.,;:!?)”’\"'»\]—–-]|$)(?!--|\.\w)",
)
REF = Mark("noteref", "[^{*†‡§¹²³⁰⁴⁵⁶⁷⁸⁹", "|".join(_FORMS), _ref)


def unlinked(node: Any) -> Any:
    """`node` with every reference that is linked to nothing as the text it was; neighbouring runs become one."""
    if isinstance(node, tuple) and not hasattr(node, "_fields"):
        return _joined(tuple(unlinked(x) for x in node))
    if isinstance(node, Span) and NOTEREF in node.attr.classes:
        return Str(plain_text(node))
    if type(node) not in SHAPES:
        return node
    return replace(node, **{name: unlinked(getattr(node, name)) for name, _ in SHAPES[type(node)]})


def _joined(nodes: tuple[Any, ...]) -> tuple[Any, ...]:
    joined: list[Any] = []
    for node in nodes:
        if joined and isinstance(node, Str) and isinstance(joined[-1], Str):
            node = Str(joined.pop().text + node.text)
        joined.append(node)
    return tuple(joined)
