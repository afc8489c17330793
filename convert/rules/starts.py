"""Where another structure begins inside a chunk: the signs by which a paragraph knows that it has ended."""

from __future__ import annotations

import re

from convert.text import Line, Lines

BULLET = re.compile(
    r"([*\-+•·◦▪‣∙●○■□►–・☐☑☒✓✗]|\*{2,5}|o(?=  |\s[A-Z(“\"])|_{2,4}(?=\s+[^\W\d_])|\[[ xX]\])(?:[ \t\u00a0\u3000]+|$)"
    r"|([・●○◎■□◆◇▶])(?=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
)
NUMBER = re.compile(
    r"(?:(?P<number>\d{1,3})|(?P<alpha>[A-Za-z])|(?P<roman>[ivxlcIVXLC]{2,7}))"
    r"(?P<close>\\?[.)]|\.?[ªº]\.?)[ \t\u00a0]+(?=\S)"
    r"|\((?:(?P<number2>\d{1,3})|(?P<alpha2>[A-Za-z])|(?P<roman2>[ivxlcIVXLC]{2,7}))\)[ \t\u00a0]+(?=\S)"
    r"|（(?P<number3>\d{1,3})）\s*(?=\S)|(?P<number4>\d{1,3})[、．]\s*(?=\S)|(?P<circled>[①-⑳])\s*(?=\S)"
    r"|(?P<points>\.{1,5})[ \t]+(?=[^\W_])"
)

CAPTION = re.compile(
    r"(?:Figure|Fig\.|Table|Plate|Abbildung|Abb\.|Tabelle|Tableau|Figura|Tabla|Tabella|Рис\.|Рисунок|Таблица|图|図|表)"
    r"\s?\d{1,3}[:.：]\s?\S"
)

PROMPT = re.compile(r"(?:\$ (?=[a-z./~])|>>> |In \[\d+\]: )\S")  # a machine's, before what is typed
ATTRIBUTION = re.compile(
    r"(?:--|[—–―])[ \t]?_?[\"“(]?[^\W\d_a-z][^!?;]{0,100}"
)  # a dash, then a name; never a sentence

# Who speaks: a letter or a name, then a colon or a dash; or one without points in it, then a point.
_SPEAKER, _UNPOINTED = (rf"[^\W\d_a-z]{c}(?: [^\W\d_a-z]{c}){{0,2}}" for c in (r"[\w.'’-]{0,20}", r"[\w'’-]{0,20}"))
LABEL = re.compile(
    rf"({_SPEAKER}(?=[:：]|\.?\s?[—–])|{_UNPOINTED}(?=\.\s))(?:[:：]|\.?\s?[—–]|\.(?=\s))(?:\s+|(?<=：))(?=\S)"
)

ENTRY = re.compile(r"[\[(]?\d{1,2}:\d\d(?::\d\d)?[\])]?\s|<[@+ ]?[\w|^-]{1,20}> ")  # the time or the name, in a log
_KEYWORDS = re.compile(
    r"(?:Key ?words|Index Terms|Schlüsselwörter|Schlagwörter|Mots[- ]clés|Palabras clave|Parole chiave"
    r"|Ключевые слова)\s?[:—]",
    re.IGNORECASE,
)


def credits(text: str) -> bool:
    """Whether a line is a dash and a name, perhaps with a work: most of its words begin large."""
    if not ATTRIBUTION.fullmatch(text):
        return False
    words = re.findall(r"[^\W\d_]+", text)
    large = sum(not word[0].islower() for word in words)
    return len(words) <= 12 and (len(words) <= 3 or large * 2 >= len(words))


_IN_WORDS = re.compile(r"[^\W\d_ªº]{2,}[ ,;’']")  # how most lines begin, and none of the signs below


def begins_other(lines: Lines, above: Line) -> bool:
    """Whether the first of `lines`, right below `above`, begins a list or a marked quotation."""
    line = lines[0]
    if _IN_WORDS.match(line.text):
        return leaves_margin(line, above, lines)
    if signs_off(lines, above) or heads_table(lines, above):
        return True
    if line.text.startswith(">") or framed_lines(lines) or _ruled(line, above) or leaves_margin(line, above, lines):
        return True
    if lines.item and line.text[:1] in "*+•◦▪‣-" and BULLET.match(line.text) and _ended(line, above, lines):
        return True  # what hangs below an item's mark and has one of its own
    if BULLET.match(line.text) and len(line.text) > 1:
        return line.indent > above.indent or above.text.endswith(":") or bool(_again(lines, BULLET))
    if NUMBER.match(line.text):
        return above.text.endswith(":") or line.indent > above.indent
    return False


def _ended(line: Line, above: Line, lines: Lines) -> bool:
    """Whether a line was ended on purpose: a hyphen, unlike other signs, may also stand where a wrapped one goes on."""
    width = lines.habits.width
    full = bool(width) and above.indent + len(above.text) + 1 + len(line.text.split(" ", 1)[0]) > width - 6
    return line.text[0] != "-" or not full


def signs_off(lines: Lines, above: Line) -> bool:
    """Whether the last line of a chunk is a dash and a name set in, or the end of a quotation."""
    line = lines[0]
    if lines.chunk() > 1 or line.text[:1] not in "-—–―" or not credits(line.text):
        return False
    return line.indent > above.indent + 1 or lines.depth > 0


def heads_table(lines: Lines, above: Line) -> bool:
    """Whether a box begins right below words, or cells between bars with a rule below them, as Markdown has them."""
    if len(lines) < 2 or lines[0].text[:1] not in "|+┌" or above.text[:1] in "|+│":
        return False
    first, second = lines[0].text, lines[1].text
    if first[:2] in ("+-", "+=", "┌─"):
        return second[:1] in "|│"
    return first[-1:] == second[:1] == second[-1:] == "|" and "--" in second and set(second) <= set("|:-+ ")


def leaves_margin(line: Line, above: Line, lines: Lines) -> bool:
    """Whether a line stands left of the margin right below one that keeps it: what was set as typed, by a browser."""
    return line.indent < lines.habits.margin <= above.indent and lines.habits.margin > 1 and not lines.depth


_RULE = re.compile(r"([-=_*~])\1{19,}")


def _ruled(line: Line, above: Line) -> bool:
    """Whether a line is a rule across the page, and no underline of the one above."""
    return bool(_RULE.fullmatch(line.text)) and abs(len(line.text) - len(above.text)) > 3


_FRAME = re.compile(r"(\*{3,6}) \S")


def framed_lines(lines: Lines) -> int:
    """How many lines a heading framed by stars takes (`*** so ***`), at most four; 0 where none begins here."""
    opening = _FRAME.match(lines[0].text)
    if not opening:
        return 0
    closing = f" {opening.group(1)}"
    return next((i + 1 for i in range(min(4, lines.chunk())) if lines[i].text.endswith(closing)), 0)


def _again(lines: Lines, marker: re.Pattern[str]) -> bool:
    """Whether a second item follows within a few lines at the same indent."""
    first = lines[0]
    return any(
        lines[i].indent == first.indent and marker.match(lines[i].text) and lines[i].text[0] == first.text[0]
        for i in range(1, min(6, len(lines)))
    )
