"""The ledger: letters of the source = letters of the tree + letters that rules and matter say they took.

Letters are all characters but white space, punctuation and the signs that structures are made of, so what typography
changes does not count and what a reader reads does: also $ % & @ © £ ° × ± € and the signs of mathematics. What the
account leaves out, `changes` lists. Every source line with letters stands in exactly one leaf: a block, or `taken`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from convert.article import Article, Remark
from convert.marks.link import AS_WRITTEN, WRITTEN_BEFORE
from convert.text import Line
from convert.tree import WITH_TEXT, Block, Blocks, Image, Link, Note, Table, parts

_NO_LETTERS = re.compile(
    "[\x00-#'-/:-?\\[-`{-\u00a0¡§¨«-\u00ad¯´¶-¸»¿\u2000-\u206f\u2190-\u21ff\u2217-\u221a\u22c5\u2300-\u2bff"
    "\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u30fb\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    "\uff5b-\uff65]+"
)
_PLAIN = bytes(code for code in range(128) if _NO_LETTERS.match(chr(code)))  # most of them, struck out at a stroke


def letters(text: str) -> str:
    """What of `text` the ledger counts."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")
    return rest if rest.isascii() else _NO_LETTERS.sub("", rest)


def breach(lines: Sequence[Line], article: Article) -> Remark | None:
    """The first place where the account of `article` and the source `lines` differ, as a remark; None: even."""
    taken = defaultdict(list)
    for line, text, _ in article.taken:
        taken[line].append(letters(text))
    done = 0
    for leaf in leaves(article.blocks):
        missed = _loose(lines, done, leaf.first - 1, taken) or _uneven(lines[leaf.first - 1 : leaf.last], leaf, taken)
        if missed or leaf.first <= done:
            return _remark(missed or leaf.first)
        done = leaf.last
    missed = _loose(lines, done, len(lines), taken)
    return _remark(missed) if missed else None


class Leaf(NamedTuple):
    """A block as the account sees it: its lines, and all that can be read in it."""

    first: int
    last: int
    block: Block
    text: str


def leaves(blocks: Blocks) -> list[Leaf]:
    """The blocks in the order of their lines; a note is one of its own, wherever the tree has it."""
    found: list[Leaf] = []
    moved: list[Note] = []
    for block in blocks:
        found.append(_leaf(block, moved))
    for note in moved:
        found += [_leaf(block, []) for block in note.blocks]
    return sorted(found, key=lambda leaf: leaf.first) if moved else found


def _leaf(block: Block, moved: list[Note]) -> Leaf:
    first, last = (block.pos.first, block.pos.last) if block.pos else (0, -1)
    return Leaf(first, last, block, "".join(words(block, moved)))


def _loose(lines: Sequence[Line], start: int, stop: int, taken: dict[int, list[str]]) -> int:
    """The number of the first line between blocks whose letters nobody took; 0 where all are accounted for."""
    between = lines[start:stop]
    source = "".join(letters(line.text) for line in between)
    if source == "".join(t for line in between for t in taken.get(line.number, ())):
        return 0
    # What was taken of a line need not be told in its order: a heading that became the title, notes that stood by it.
    return next((x.number for x in between if sorted(letters(x.text)) != sorted("".join(taken.get(x.number, ())))), 0)


def _uneven(lines: Sequence[Line], leaf: Leaf, taken: dict[int, list[str]]) -> int:
    """The first line of a block where its letters are not its source's, in order; 0 where they are."""
    source = letters("".join(line.text for line in lines))
    tree = letters(leaf.text)
    if source == tree:
        return 0
    out = "".join(t for line in lines for t in taken.get(line.number, ()))
    if len(source) != len(tree) + len(out) or Counter(source) != Counter(tree + out):
        return lines[0].number if lines else 1
    if _has_table(leaf.block):
        return 0  # a row's cells are read one after the other, though their lines run through all of them
    rest = iter(source)
    return 0 if all(c in rest for c in tree) else lines[0].number


def _has_table(node: Any) -> bool:
    if isinstance(node, Table):
        return True
    inner = (getattr(node, name) for name in ("blocks", "items") if isinstance(node, Block) and hasattr(node, name))
    return any(_has_table(x) for part in inner for x in (part if isinstance(part, tuple) else ())) or (
        isinstance(node, tuple) and any(_has_table(x) for x in node)
    )


def words(node: Any, moved: list[Note]) -> list[str]:
    """All that can be read in `node`, in order; a link's address with its words, where the text had both.

    Notes are left out and added to `moved`.
    """
    said: list[str] = []
    _say(node, said, moved)
    return said


def _say(node: Any, said: list[str], moved: list[Note]) -> None:
    kind = type(node)
    if kind is tuple:
        for x in node:
            _say(x, said, moved)
    elif kind in WITH_TEXT:
        said.append(node.text)
    elif kind is Note:
        moved.append(node)
    elif kind is Link or kind is Image:
        before = node.attr.get(WRITTEN_BEFORE) or ""
        url = "" if node.attr.classes or before else node.attr.get(AS_WRITTEN) or node.target.url
        said.append(before)
        _say(node.inlines, said, moved)
        said += (url, node.target.title)
    else:
        for name in parts(kind):
            _say(getattr(node, name), said, moved)


def _remark(line: int) -> Remark:
    message = "The account of letters was not even here; the text was set as plain paragraphs, and nothing is lost."
    return Remark("ledger", line, message)
