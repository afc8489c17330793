"""Code: text for a machine, kept to the letter; between fences, or set in and looking like it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from convert.article import Taken
from convert.rules.rule import Found, Read
from convert.rules.starts import CAPTION, PROMPT, heads_table, leaves_margin
from convert.text import Lines
from convert.tree import NO_ATTR, Attr, CodeBlock

FENCE = re.compile(r"(`{3,}|~{3,}|-{4,}|\.{4,}|={4,}|_{4,}|\+{4,})[ \t]*([\w+#.-]{0,30})")
FENCE_SIGNS = frozenset("`~-.=_+")  # what a fence begins with: most lines need no pattern
_KEYWORD = re.compile(
    r"\s*(?:def|class|import|from|return|function|var|let|const|if|for|while|else|elif|"
    r"try|print|public|static|void|int|char|struct|end|do|raise|try:|with|yield|assert|case|except|git|sudo|require|include|select|"
    r"insert|update|create)\b"
)
_SIGNS = re.compile(
    r"[;{}\\]$| /$|^;|^[$%#>]\s?\S"
    r"|[=!<>]=|[-=]>|::|&&|\|\||\(\)|\w\(|</?\w+|/>|^\s*[@#/]{1,2}\w|\w\.\w+\(|=\s*[\"'\d\[{(]|\[\d+\]|^\s*[)\]}]"
    r"|\b[0-9a-f]{24,}\b|^[A-Z0-9]{3,8}:\s"
    r"|\b0x[0-9a-f]+\b|^\s*[\w.'’]+\s*[:+*/-]?=\s|^\s*-{1,2}[a-z]|%[sd]\b|\|.*\||\s--[a-z]|^-- [a-z]|-{4,}"
    r"|\w_\w|^[+-]{3} |^@@ |\[-{1,2}[a-z]"
)
# Each alternative of _SIGNS has one of these, and most lines of prose none: the look for one sign is cheap.
_SIGN_OF_SIGNS = re.compile(r"[;{}\\/$%#<>=&|():@\[\]_+\d-]")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af、。，]{12}")
_STATEMENT = re.compile(r"from [\w.]+ import|import |def |class |return |#include")
_PROSE = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,30}(?: [^\W\d_]{2,30}){3}")
_ENOUGH = 300  # characters of a line; what it is shows by then


def fenced(lines: Lines, _read: Read) -> Found | None:
    """What stands between two equal fences (``` or ~~~ with a language, AsciiDoc's ---- and ....)."""
    text = lines[0].text
    match = FENCE.fullmatch(text) if text[:1] in FENCE_SIGNS else None
    if not match:
        return None
    if match.group(1)[0] not in "`~" and match.group(2):
        return None
    count = _to_fence(lines, match.group(1))
    if count < 2 or not any(c.isalnum() for line in lines.take(count).rest(1) for c in line.text):
        return None
    if match.group(1)[0] not in "`~" and not _block_between(lines, count):
        return None
    classes = (match.group(2).lower(),) if match.group(2) else ()
    block = CodeBlock(Attr("", classes), kept(lines.take(count - 1).rest(1)))
    taken = (Taken(lines[0].number, match.group(2), "language of the code"),) if classes else ()
    return Found((block,), count, taken, "certain", f"between fences {match.group(1)}")


def _to_fence(lines: Lines, fence: str) -> int:
    """How many lines there are up to the next equal fence, it included; 0 where none closes."""
    numbers = lines.habits.fences.get(fence, ())
    at = bisect_right(numbers, lines[0].number)
    if at >= len(numbers):
        return 0
    place = bisect_left(lines.all, numbers[at], lines.start, lines.stop, key=lambda line: line.number)
    return place - lines.start + 1 if place < lines.stop and lines.all[place].text == fence else 0


def _block_between(lines: Lines, count: int) -> bool:
    """Whether two rules of dashes hold code between them, and are not a heading's or a table's."""
    inner = lines.take(count - 1).rest(1)
    if inner[0].blank or inner.blanks_before() or count > 400 or inner[0].text.startswith("|"):
        return False
    if len(inner) == 1:
        return has_signs(inner[0].text) or inner[0].text[0].islower() or inner[0].indent > 0  # else a heading in a box
    return lines[0].text[0] in "-." or looks_like_code(inner, set_in=True)


def indented(lines: Lines, _read: Read) -> Found | None:
    """Chunks set in from the margin, or whole chunks of unwrapped text, most of whose lines look like code."""
    if lines.opens_item() and not PROMPT.match(lines[0].text):
        return None  # whoever put a mark before it meant words
    if _is_plain(lines) and not _announced(lines, 1):
        return None
    if heads_table(lines.rest(1), lines[0]):
        return None  # the line that announces a table
    if _left_of_margin(lines):
        count = lines.chunk()
        block = CodeBlock(NO_ATTR, kept(lines.take(count)))
        return Found((block,), count, (), "likely", "left of the margin, right below a paragraph")
    braced = _braced(lines)
    if braced:
        return Found((CodeBlock(NO_ATTR, kept(lines.take(braced))),), braced, (), "likely", "from brace to brace")
    least = lines.habits.margin + 2
    set_in = lines[0].indent >= least
    chunk = lines.chunk()
    above = lines.above()
    literal = above is not None and above.text.endswith("::") and lines.habits.dialect != "asciidoc" and set_in
    if literal or (lines.habits.markup and lines[0].indent >= lines.habits.margin + 4 and not lines.depth):
        return _set_in(lines, "set in below ::" if literal else "set in by four columns, among Markdown")
    if lines.amid():
        return None
    looks = (chunk > 1 or set_in) and looks_like_code(lines.take(chunk), set_in)
    if not looks and not _announced(lines, chunk):
        return None
    count = end = chunk
    while end < len(lines):
        gap = lines.blanks_after(end)
        more = lines.rest(end + gap)
        if gap > 2 or not len(more) or (set_in and more[0].indent < least):
            break
        size = more.chunk()
        if not looks_like_code(more.take(size), set_in) and not _goes_on(more.take(size), lines[0].indent):
            break
        count = end = end + gap + size
    block = CodeBlock(NO_ATTR, kept(lines.take(count)))
    return Found((block,), count, (), "likely", "looks like code" + (", set in" if set_in else ""))


def _is_plain(lines: Lines) -> bool:
    """Whether a line stands alone at the margin and opens no brace: nothing of its own says that it is code."""
    line = lines[0]
    return lines.chunk() == 1 and line.indent == lines.habits.margin and not line.text.endswith("{")


def _goes_on(lines: Lines, indent: int) -> bool:
    """Whether a chunk deeper than the listing's first line is more of it: no line of it reads like prose."""
    if CAPTION.match(lines[0].text) or not any(c.isalnum() for c in lines[0].text):
        return False
    return all(line.indent > indent and not _reads(line.text) for line in lines)


def _set_in(lines: Lines, why: str) -> Found:
    """In Markdown what stands four columns in is code, whatever it says; so is what `::` announces."""
    count = end = 0
    least = min(lines[0].indent, lines.habits.margin + 4)
    while end < len(lines) and (lines[end].blank or lines[end].indent >= least):
        end += 1
        count = count if lines[end - 1].blank else end
    block = CodeBlock(NO_ATTR, kept(lines.take(count)))
    return Found((block,), count, (), "likely", why)


def _left_of_margin(lines: Lines) -> bool:
    """Whether all of a chunk's rest, right below a paragraph, stands left of the margin, as browsers print listings."""
    if lines.start == 0 or lines.all[lines.start - 1].blank or not lines[0].text:
        return False
    if not leaves_margin(lines[0], lines.all[lines.start - 1], lines):
        return False
    rest = lines.take(min(lines.chunk(), _LONGEST_LOOK))
    if len(rest) == 1 and not has_signs(rest[0].text) and not PROMPT.match(rest[0].text):
        return False  # a heading that hangs, close below its neighbour
    return not any(_reads(x.text[:40]) for x in rest)


_LONGEST_LOOK = 60  # lines; prose shows within them
_LONGEST_BRACE = 200  # lines; one that is not closed by then was no listing's


def _braced(lines: Lines) -> int:
    """How many lines stand from one that ends with a brace to the one that closes it at the same indent; 0: none."""
    first = lines[0]
    if not first.text.endswith("{") or first.indent < lines.habits.margin:
        return 0
    for i in range(1, min(_LONGEST_BRACE, len(lines))):
        line = lines[i]
        if line.text.startswith("}") and line.indent == first.indent:
            return i + 1
        if not line.blank and line.indent <= first.indent:
            return 0
    return 0


def _announced(lines: Lines, chunk: int) -> bool:
    """Whether a chunk begins with a machine's prompt, or stands below a colon with nothing but lines of signs."""
    if PROMPT.match(lines[0].text):
        return True
    above = lines.above()
    if lines.depth or above is None or not above.text.endswith(":") or chunk > 20:
        return False
    return all(has_signs(x.text) and not _reads(x.text) and "://" not in x.text for x in lines.take(chunk))


def has_signs(text: str) -> bool:
    """Whether a line carries a sign of code."""
    text = text[:_ENOUGH]
    return bool(_KEYWORD.match(text) or (_SIGN_OF_SIGNS.search(text) and _SIGNS.search(text)))


def _reads(text: str) -> bool:
    """Whether four words stand in a row, and not as a statement of a program."""
    return not _STATEMENT.match(text) and bool(_PROSE.search(text, 0, _ENOUGH))


def is_prose(text: str) -> bool:
    """Whether a line has four words in a row, or a dozen letters of a script without spaces, and no sign of code."""
    return (_reads(text) or bool(_UNSPACED.search(text))) and not has_signs(text)


def looks_like_code(lines: Lines, set_in: bool) -> bool:
    """Whether most lines of a chunk carry code's signs and few read like prose."""
    texts = [line.text for line in lines]
    if not set_in and len(texts) < 2:
        return False
    signs = sum(has_signs(t) for t in texts)
    if signs * 3 < len(texts):
        return False
    prose = sum(_reads(t) and not t.startswith(("#", "//", "/*", "*", "--", "$", ";")) for t in texts)
    if set_in:
        if not prose and signs * 3 >= len(texts):
            return True
        return signs * 2 >= len(texts) and prose * 2 <= len(texts) and (signs > prose or len(texts) > 3)
    return signs * 4 >= len(texts) * 3 and prose * 4 <= len(texts)


def kept(lines: Lines) -> str:
    """The lines with their indents, less what all of them share."""
    shared = min((line.indent for line in lines if not line.blank), default=0)
    return "\n".join(" " * max(0, line.indent - shared) + line.text for line in lines).strip("\n")
