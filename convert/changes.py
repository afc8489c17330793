"""The changes: every character of a source that its article has otherwise, or not at all, with its line and a reason.

Source and blocks are walked side by side, once, in linear time. The walk is exact whatever it meets: `undone` takes
the changes back and gives the source's characters again, which is the proof that nothing else was changed.
White space that only lays out (line wraps, indents, columns) is not counted; no-break spaces are.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from convert.article import Article, Change
from convert.ledger import leaves
from convert.text import BREAK, LIGATURES, mended_line

_LAYOUT = re.compile("[\t-\r \x85\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+")
_NO_BREAK = frozenset("\u00a0\u2007\u202f")

# What typography sets for what is typed, the longest first.
SET = (
    ("...", "…", "points set as an ellipsis"),
    ("---", "—–", "hyphens set as a dash"),
    ("--", "—–", "hyphens set as a dash"),
    ("-", "—–", "hyphen set as a dash"),
    ('"', "“”„«»", "quote set by language"),
    ("'", "‘’‚“”„‹›«»", "quote set by language"),
)
_SAME = str.maketrans({c: before[0] for before, after, _ in reversed(SET) for c in after})

_RUNS = re.compile(r"\.{3}|-{2,3}")

# Signs that go into structure: by the block they stand in where they begin a line, else by the sign.
_OPENING = {
    "BulletList": "list mark", "OrderedList": "list mark", "DefinitionList": "list mark", "Header": "mark of a heading",
    "BlockQuote": "mark of a quotation", "CodeBlock": "fence of code", "Table": "rule of a table",
    "HorizontalRule": "ornament of a break", "Figure": "bracket of a caption",
}  # fmt: skip
_SIGNS = (
    ("*_", "mark of emphasis"), ("`", "mark of code"), ("[]()<>", "mark of a link"), ("\\", "escape"),
    ("|+", "rule of a table"),
    ("\u00ad\u200b\u2060\ufeff", "invisible character"),
)  # fmt: skip

_FAR, _NEAR, _ALIKE = 40, 8, 3  # characters: how far what was dropped or replaced may reach, and what ends it


def counted(text: str) -> str:
    """`text` without white space that only lays it out."""
    return _LAYOUT.sub("", text)


def characters(article: Article) -> str:
    """What the blocks of `article` hold, as the changes count it."""
    return "".join(counted(leaf.text) for leaf in leaves(article.blocks))


def changes(raw: str, article: Article) -> tuple[Change, ...]:
    """Every change between `raw`, as it was decoded, and the blocks of `article`, in order."""
    lines = BREAK.split(raw)
    taken: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, text, into in article.taken:
        taken[number].append((counted(text), into))
    found: list[Change] = []
    done = at = 0
    for leaf in leaves(article.blocks):
        first, last = (leaf.first, leaf.last) if leaf.block.pos else (done + 1, done)
        written = counted(leaf.text)
        found += _walk(_Part(lines, done + 1, first - 1, "", at), "", taken)
        found += _walk(_Part(lines, max(first, done + 1), last, type(leaf.block).__name__, at), written, taken)
        done, at = max(done, last), at + len(written)
    found += _walk(_Part(lines, done + 1, len(lines), "", at), "", taken)
    return tuple(found)


def undone(written: str, made: Iterable[Change]) -> str:
    """The characters of the source, from those of the blocks with each change taken back."""
    parts: list[str] = []
    done = 0
    for change in made:
        parts += written[done : change.at], change.before
        done = change.at + len(change.after)
    return "".join([*parts, written[done:]])


# ---------------------------------------------------------------- the walk


class _Part(NamedTuple):
    """Some lines of the source, and the block that was made of them."""

    lines: Sequence[str]
    first: int
    last: int
    kind: str  # the block's; "" between blocks
    at: int  # where the block's characters begin among all


def _walk(part: _Part, written: str, taken: Mapping[int, list[tuple[str, str]]]) -> list[Change]:
    """The changes between the lines of `part` and what was `written` of them."""
    found: list[Change] = []
    j = 0
    for number in range(part.first, part.last + 1):
        source = counted(part.lines[number - 1])
        if not source:
            continue
        j = _line(part, number, source, written, j, _entries(source, number, part, taken), found)
    if j < len(written):
        found.append(Change(max(1, part.last), "", written[j:], "set by structure", part.at + j))
    return found


def _entries(
    source: str, number: int, part: _Part, taken: Mapping[int, list[tuple[str, str]]]
) -> list[tuple[str, str]]:
    """What took letters of line `number`; between blocks, also what took it together with a line near it."""
    own = taken.get(number, [])
    if part.kind:
        return own
    near = [entry for n in range(number - 4, number + 5) for entry in taken.get(n, ())]
    return own + [(source, into) for text, into in near if _bare(source) and _bare(source) in _bare(text)][:1]


def _line(
    part: _Part, number: int, source: str, written: str, j: int, taken: list[tuple[str, str]], found: list[Change]
) -> int:
    """Add the changes of one line to `found`; where in `written` the next line begins."""
    whole = next((into for text, into in taken if _bare(text) == _bare(source)), "")
    if whole or not part.kind:
        found.append(Change(number, source, "", whole or _why(part, number, source, 0, source, "", taken), part.at + j))
        return j
    if written.startswith(source, j):
        return j + len(source)
    if len(source) >= _ALIKE and not _bare(source) and not _stands(written, j, source):
        found.append(Change(number, source, "", _why(part, number, source, 0, source, "", taken), part.at + j))
        return j
    there, here = source.translate(_SAME), written[j : j + 2 * len(source) + _FAR]
    same, start, i, k = here.translate(_SAME), len(found), 0, 0
    while i < len(source):
        if k < len(here) and source[i] == here[k]:
            i, k = i + 1, k + 1
            continue
        drop, put = _edit(source, there, i, here, same, k)
        before, after = source[i : i + drop], here[k : k + put]
        why = _why(part, number, source, i, before, after, taken)
        _add(found, start, Change(number, before, after, why, part.at + j + k))
        i, k = i + drop, k + put
    return j + k


def _stands(written: str, j: int, source: str) -> bool:
    """Whether a line of signs stands in the block after all, set or as it was."""
    here = written[j : j + len(source)].translate(_SAME)
    if here.startswith(_RUNS.sub(lambda m: m.group()[0], source).translate(_SAME)):
        return True  # points and hyphens set as one sign each
    return here == source.translate(_SAME) or any(typed == source and here[:1] == typed[0] for typed, _, _ in SET)


def _add(found: list[Change], start: int, change: Change) -> None:
    """Add a change, joined to the one right before it where both have one reason."""
    last = found[-1] if len(found) > start else None
    if last and last.why == change.why and last.at + len(last.after) == change.at and _touch(last, change):
        found[-1] = last._replace(before=last.before + change.before, after=last.after + change.after)
    else:
        found.append(change)


def _touch(last: Change, change: Change) -> bool:
    """Whether nothing that stayed may stand between two changes: both drop, or both replace."""
    return not last.after and not change.after


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _edit(source: str, there: str, i: int, here: str, same: str, k: int) -> tuple[int, int]:
    """How many characters of `source` became how many of `here`, at a place where they differ; never none of both."""
    if k >= len(here):
        return len(source) - i, 0
    for before, after, _ in SET:
        if here[k] in after and source.startswith(before, i):
            return len(before), 1
    composed = _composed(source, i, here, k)
    if composed:
        return composed
    if here[k] in _NO_BREAK:
        return 0, 1
    for d in range(1, min(_NEAR, len(source) - i)):
        if source[i + d - 1].isalnum():
            break
        if there[i + d] == same[k]:
            return d, 0
    next_there, next_here = there[i : i + _ALIKE], same[k : k + _ALIKE]
    for d in range(1, min(_FAR, len(source) - i)):
        if there.startswith(next_here[: len(source) - i - d], i + d):
            return d, 0
    if len(next_there) < _ALIKE:
        return len(next_there), 0
    for d in range(1, _NEAR):
        if same.startswith(next_there, k + d):
            return 0, d
    for d in range(1, _NEAR):
        for e in range(1, _NEAR):
            if i + d < len(source) and same.startswith(there[i + d : i + d + _ALIKE], k + e):
                return d, e
    return (1, 1) if source[i].isalnum() and here[k].isalnum() else (1, 0)


def _composed(source: str, i: int, here: str, k: int) -> tuple[int, int] | None:
    """A ligature and its letters, or a letter with its accents apart and in one."""
    letters = LIGATURES.get(source[i])
    if letters and here.startswith(letters, k):
        return 1, len(letters)
    if source[i] < "\x80" and (i + 1 == len(source) or source[i + 1] < "\u0300"):
        return None
    for d in range(1, _NEAR):
        one = unicodedata.normalize("NFC", source[i : i + d])
        if one != source[i : i + d] and here.startswith(one, k):
            return d, len(one)
    return None


# ---------------------------------------------------------------- reasons


def _why(part: _Part, number: int, source: str, i: int, before: str, after: str, taken: list[tuple[str, str]]) -> str:
    if after:
        why = _why_set(part.lines[number - 1], before, after)
        return "set in its cell" if part.kind == "Table" and why in ("set otherwise", "set by structure") else why
    into = next((into for text, into in taken if _bare(text) and _bare(text) == _bare(before)), "")
    if into:
        return into
    if any(c < " " or "\x7f" <= c <= "\x9f" for c in before):
        return "overstrike" if "\x08" in before else "control character"
    if before == "-" and i + 1 == len(source) and i:
        return "hyphen at the line's end"
    if not i and part.kind in _OPENING:
        return _OPENING[part.kind]
    named = next((why for signs, why in _SIGNS if all(c in signs for c in before)), "")
    return named or _why_gone(part, before)


def _why_gone(part: _Part, before: str) -> str:
    if all(c in _NO_BREAK for c in before):
        return "space at the line's edge"
    if any(c.isalnum() for c in before):
        return "set elsewhere"
    return _OPENING.get(part.kind, "signs of layout")


def _why_set(line: str, before: str, after: str) -> str:
    """Why something stands in the blocks that does not stand so in the source's `line`."""
    if not before:
        return "space set by language" if all(c in _NO_BREAK for c in after) else "set by structure"
    if after in ("☐", "☒"):
        return "box to tick"
    named = next((why for typed, set_, why in SET if typed == before and after in set_), "")
    if named:
        return named
    if before in LIGATURES:
        return "ligature set as its letters"
    if unicodedata.normalize("NFC", before) == unicodedata.normalize("NFC", after):
        return "letter and accent made one"
    if not before.isascii() and mended_line(line) != line:
        return "decoded wrongly, set right"
    return "overstrike" if "\x08" in before else "set otherwise"
