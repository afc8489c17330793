"""Style sheets and colours that others wrote, and the gate to tinycss2: what an edition may take, or why it may not.

Obeys CSS Syntax 3. An edition is one file that fetches nothing, so that nothing in a sheet may name another; what is
refused is named with its line. Contrast is WCAG 2.2's, since every edition promises it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2
from tinycss2.color3 import parse_color

from convert.errors import UsageError

LARGEST = 200_000  # characters
DEEPEST = 20  # brackets inside brackets
_AT_RULES = {"media", "supports", "page", "counter-style", "container", "layer"}
_MARGINS = {
    f"{side}-{place}"
    for side, places in {
        "top": ("left", "center", "right", "left-corner", "right-corner"),
        "bottom": ("left", "center", "right", "left-corner", "right-corner"),
        "left": ("top", "middle", "bottom"),
        "right": ("top", "middle", "bottom"),
    }.items()
    for place in places
} | {"footnote"}
_FETCHING = {"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "element", "paint", "expression"}
_OURS = {"direction", "unicode-bidi"}  # EPUB 3.3, 6.3.1.2: said by the markup
_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


def checked(css: str, name: str) -> str:
    """`css`, where an edition can take it. UsageError names the line of `name`, what is wrong and the cure."""
    if len(css) > LARGEST:
        raise _refused(name, 0, f"has more than {LARGEST} characters", "Leave out what the editions do not need")
    css = css.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").strip("\ufeff\n")
    if at := max(css.find("</"), css.find("\x00")) + 1:
        line = css.count("\n", 0, at) + 1
        raise _refused(name, line, "holds what could end a style element", "Write `<` as `\\3c ` in a string")
    _refuse_unclosed(css, name)
    tokens = tinycss2.parse_component_value_list(css)
    for token, depth in _every(tokens):
        _refuse_token(token, depth, name)
    _refuse_rules(tinycss2.parse_stylesheet(tokens, skip_comments=True, skip_whitespace=True), name)
    return css


def colour(said: str) -> str:
    """`said` as #rrggbb: a name or a code of CSS. ValueError says what is wrong with it."""
    found = parse_color(said)
    if found is None or found == "currentColor":
        raise ValueError(f"{said!r} is no colour; write it like #7a2e1d")
    if found.alpha < 1:
        raise ValueError(f"{said!r} is not opaque, and print has no such colours; write it like #7a2e1d")
    code = "#" + "".join(f"{round(part * 255):02x}" for part in found[:3])
    if (against := contrast(code, "#ffffff")) < _CONTRAST:
        raise ValueError(
            f"{said!r} has a contrast of {against:.1f} on white, people need {_CONTRAST}; take a darker one"
        )
    return code


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, #rrggbb, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lightened(code: str, paper: str) -> str:
    """The colour `code`, mixed with as little white as it takes to be read on the dark `paper`."""
    parts = _parts(code)
    for share in range(0, 101, 5):
        mixed = "#" + "".join(f"{round((p + (1 - p) * share / 100) * 255):02x}" for p in parts)
        if contrast(mixed, paper) >= _CONTRAST:
            return mixed
    return "#ffffff"


def _luminance(code: str) -> float:
    """Relative luminance, as WCAG defines it."""
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in _parts(code)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(code: str) -> list[float]:
    return [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]


# ---------------------------------------------------------------- what is refused


def _refused(name: str, line: int, why: str, cure: str) -> UsageError:
    where = f", line {line}," if line else ""
    return UsageError(f"The style sheet {name}{where} {why}.", f"{cure}.", code="bad-css", line=line)


def _refuse_unclosed(css: str, name: str) -> None:
    """CSS closes by itself what is open at its end; whoever wrote it forgot something."""
    last = tinycss2.parse_component_value_list(css + "\n}")[-1:]
    if not (last and last[0].type == "error" and last[0].kind == "}"):
        rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        line = rules[-1].source_line if rules else 1
        raise _refused(name, line, "opens what is never closed", "Add the missing } or */ or quotation mark")


def _every(tokens: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    """Each token with its depth; no recursion, since brackets may be many."""
    stack = [(iter(tokens), 1)]
    while stack:
        row, depth = stack[-1]
        token = next(row, None)
        if token is None:
            stack.pop()
            continue
        yield token, depth
        inner = getattr(token, "content", None) or getattr(token, "arguments", None)
        if isinstance(inner, list):
            stack.append((iter(inner), depth + 1))


def _refuse_token(token: Any, depth: int, name: str) -> None:
    line = token.source_line
    if depth > DEEPEST:
        raise _refused(name, line, f"has more than {DEEPEST} brackets inside each other", "Write it more simply")
    match token.type:
        case "url":
            raise _refused(name, line, "has a url()", "Leave it out: an edition fetches nothing")
        case "function" if token.lower_name in _FETCHING:
            raise _refused(name, line, f"has {token.lower_name}()", "Leave it out: an edition fetches nothing")
        case "error":
            raise _refused(name, line, f"is no CSS ({token.message})", "Mend the line")


def _refuse_rules(rules: Iterable[Any], name: str) -> None:
    """Refuse what is no rule, at whatever depth of media and page."""
    waiting = list(rules)[::-1]
    while waiting:
        rule = waiting.pop()
        match rule.type:
            case "error":
                raise _refused(name, rule.source_line, f"is no CSS ({rule.message})", "Mend the line")
            case "qualified-rule":
                waiting += _inside(rule)[::-1]
            case "at-rule":
                _refuse_at_rule(rule, name)
                waiting += _inside(rule)[::-1] if rule.content else ()
            case "declaration" if rule.lower_name in _OURS:
                raise _refused(
                    name, rule.source_line, f"sets {rule.lower_name}", "Leave it out: the language of the text says it"
                )


def _inside(rule: Any) -> list[Any]:
    """The declarations or rules between the braces of `rule`."""
    if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports", "container", "layer"):
        return list(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
    return list(tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True))


def _refuse_at_rule(rule: Any, name: str) -> None:
    keyword = rule.lower_at_keyword
    if keyword in _AT_RULES or keyword in _MARGINS:
        return
    why = "fetches another sheet (@import)" if keyword == "import" else f"has @{keyword}"
    cure = {
        "import": "Copy its rules into this one",
        "font-face": "Name an installed face under [faces] of a profile instead",
    }.get(keyword, f"An edition takes only {', '.join('@' + word for word in sorted(_AT_RULES))}")
    raise _refused(name, rule.source_line, why, cure)
