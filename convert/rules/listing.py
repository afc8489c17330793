"""List: two or more items in a row, each begun by a bullet, a number or a letter, with what hangs below it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from convert.article import Taken
from convert.marks import inlines
from convert.rules.code import has_signs
from convert.rules.rule import DEEPEST, Found, Read, Sure
from convert.rules.starts import BULLET, NUMBER, begins_other
from convert.rules.words import ANNOUNCES
from convert.text import Line, Lines
from convert.tree import Block, Blocks, BulletList, ListAttributes, OrderedList, Para, Plain, Pos


class Marker(NamedTuple):
    """The sign an item begins with."""

    kind: str  # the bullet itself, or pandoc's numeral style with the delimiter
    value: int  # the item's number; 0 for bullets
    sign: str  # as it stands in the text
    width: int  # columns from the line's first character to the item's text

    @property
    def ordered(self) -> bool:
        """Whether the item is numbered or lettered."""
        return " " in self.kind


def listing(lines: Lines, read: Read, plain: bool = False) -> Found | None:
    """A run of items of one kind. `BulletList` or `OrderedList`; a lone item only where nothing else explains it.

    `plain`: all lines are known to be words behind marks.
    """
    first = marker_of(lines[0].text) or _dash(lines) or _odd(lines)
    if first is None or lines.depth >= DEEPEST or (first.kind == "box" and lines.opens_item()):
        return None
    if first.sign in "-–" and lines.habits.dialogue and _speaks(lines, first):
        return None
    items, count, loose = _items(lines, first)
    if not _believable(lines, first, items):
        return None
    contents, taken = _read_items(items, lines, read, loose, plain)
    signs = [
        Taken(item[0].number, mark.sign, "list mark") for mark, item in items if any(c.isalnum() for c in mark.sign)
    ]
    taken = [*signs, *taken]
    if first.ordered:
        style, delim = first.kind.split(" ")
        delim = delim if delim in ("Period", "OneParen", "TwoParens") else "DefaultDelim"
        block: Block = OrderedList(ListAttributes(first.value, style, delim), tuple(contents))
    else:
        block = BulletList(tuple(contents))
    sure: Sure = "certain" if len(items) > 1 else "likely"
    return Found((block,), count, tuple(taken), sure, f"{len(items)} items marked {first.sign!r}")


def _speaks(lines: Lines, first: Marker) -> bool:
    """Whether a dash opens speech, in a text whose people speak so: a capital follows, and no list was announced."""
    above = lines.above()
    if above is not None and above.text.endswith(":") and not ANNOUNCES.search(above.text[-60:]):
        return False
    return not lines[0].text[first.width : first.width + 1].islower()


def unmarked(lines: Lines, _read: Read) -> Found | None:
    """Lines ended on purpose in a text that is not wrapped: what is left of a list whose bullets are lost."""
    habits, count = lines.habits, lines.chunk()
    if habits.width or habits.paragraphs in ("mark", "indent") or lines.depth or count < 2 or lines.amid():
        return None
    items = list(lines.take(count))
    above = lines.above()
    announced = above is not None and above.text.endswith((":", "："))
    if _quantities(items):
        return _unmarked(items, lines, "a quantity begins each line")
    if not announced and (count < 3 or not any(len(line.text) > 75 for line in items)):
        return None
    signs = sum(has_signs(line.text) for line in items)
    if signs * 4 > count or sum(line.text.endswith((",", ";", "—")) for line in items) * 2 > count:
        return None  # code, or long lines of verse
    if not all(_opens_item(line.text) for line in items) or sum(len(x.text) for x in items) > 400 * count:
        return None
    return _unmarked(items, lines, "lines ended on purpose, one an item")


_QUANTITY = re.compile(
    r"(?:\d{1,4}(?:[.,/]\d{1,2})?|[½¼¾⅓⅔]|[Aa] (?:pinch|handful|little)|[Ee]ine? Prise|[Uu]ne? pincée) ?[^\W\d_]"
)


def _quantities(items: list[Line]) -> bool:
    """Whether short lines are a recipe's: most begin with a number of something."""
    measured = sum(
        bool(_QUANTITY.match(x.text)) and not x.text.endswith((".", ",")) and "|" not in x.text for x in items
    )
    return len(items) > 2 and measured * 3 >= len(items) * 2 and all(len(line.text) < 80 for line in items)


def _unmarked(items: list[Line], lines: Lines, why: str) -> Found:
    contents = tuple((_item(line, lines),) for line in items)
    return Found((BulletList(contents),), len(items), (), "guess", why)


def _item(line: Line, lines: Lines) -> Block:
    return Plain(inlines(line.text, lines.habits), pos=Pos(line.number, line.number, "unmarked"))


def _opens_item(text: str) -> bool:
    first = text.lstrip("“\"'‘«([")[:1]
    return first.isupper() or first.isdigit() or first > "\u2e80"


# ---------------------------------------------------------------- markers

_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def marker_of(text: str) -> Marker | None:
    """The marker that `text` begins with, or None."""
    bullet = BULLET.match(text)
    if bullet:
        sign = bullet.group(1) or bullet.group(2)
        return Marker("box" if _box(sign) else sign, 0, sign, bullet.end())
    number = NUMBER.match(text)
    if not number:
        return None
    group = number.groupdict()
    if sign := group["points"]:
        return Marker(f"Decimal {sign}", 1, sign, number.end())  # AsciiDoc's
    if sign := group["circled"]:
        return Marker("Decimal Circled", ord(sign) - 0x245F, sign, number.end())
    if sign := group["number3"] or group["number4"]:
        return Marker(f"Decimal {'TwoParens' if group['number3'] else 'Period'}", int(sign), sign, number.end())
    delim = "TwoParens" if text[0] == "(" else "Period" if number.group("close").endswith(".") else "OneParen"
    for name in ("number", "alpha", "roman"):
        sign = group[name] or group[name + "2"]
        if sign:
            kind, value = f"{_style(name, sign)} {delim}", _value(name, sign)
            return Marker(kind, value, sign + _ordinal(group["close"] or ""), number.end())
    return None


_BOXES = {"☐": "☐", "☑": "☑", "☒": "☒", "✓": "✓", "✗": "✗", "[ ]": "☐", "[x]": "☒", "[X]": "☒"}  # as pandoc has them


def _box(sign: str) -> str:
    """The box to tick that a sign stands for, ticked or not; "" where it is another sign."""
    return "☐" if sign.startswith("__") else _BOXES.get(sign, "")


def _ordinal(close: str) -> str:
    """The letter that makes a number an ordinal: 1.ª, 2º."""
    return next((c for c in close if c in "ªº"), "")


def _style(name: str, sign: str) -> str:
    if name == "number":
        return "Decimal"
    return ("Lower" if sign.islower() else "Upper") + ("Roman" if name == "roman" else "Alpha")


def _value(name: str, sign: str) -> int:
    if name == "number":
        return int(sign)
    if name == "alpha":
        return ord(sign.lower()) - 96
    values = [_ROMAN[c] for c in sign.lower()]
    return sum(-v if any(v < w for w in values[i + 1 : i + 2]) else v for i, v in enumerate(values))


_DASH = re.compile(r"[—―][ \t\u00a0]+(?=[^\W\d_])")


def _dash(lines: Lines) -> Marker | None:
    """A dash as a mark: below a colon, before small letters, twice; before a capital it is somebody who speaks."""
    above = lines.above() if lines[0].text[:1] in "—―" else None
    if above is None or not above.text.endswith(":"):
        return None
    first = Marker(lines[0].text[:1], 0, lines[0].text[:1], 2)
    several = [text for i in range(min(len(lines), 12)) if _dash_of(text := lines[i].text, first)]
    small = all(text[2:].lstrip()[:1].islower() for text in several)
    return _dash_of(lines[0].text, first) if len(several) > 1 and small else None


def _dash_of(text: str, first: Marker) -> Marker | None:
    match = _DASH.match(text) if first.sign in ("—", "―") else None
    return Marker(text[0], 0, text[0], match.end()) if match and text[0] == first.sign else None


_ODD = re.compile(r"(o|--|#\.|>>)[ \t]+(?=[^\W\d_])")  # a mark only where another line begins with it too
_O_IS_A_WORD = ("pt", "it", "gl", "ca", "cs", "sk", "pl", "hr", "sr", "sl", "mk", "ga", "ro", "vi")


def _odd(lines: Lines) -> Marker | None:
    """The letter o, two hyphens, `#.` as a mark: where two lines near each other begin so, at one indent."""
    match = _ODD.match(lines[0].text)
    if not match or (match.group(1) == "o" and lines.habits.language in _O_IS_A_WORD):
        return None
    again = (lines[i] for i in range(1, min(len(lines), 12)))
    if not any(x.indent == lines[0].indent and x.text.startswith(match.group(1) + " ") for x in again):
        return None
    if match.group(1) == "--" and (lines.habits.dialogue or lines[0].text[match.end()].isupper()):
        return None  # somebody speaks
    return Marker("Decimal Period" if match.group(1) == "#." else match.group(1), 1, match.group(1), match.end())


def _mark(text: str, first: Marker) -> Marker | None:
    """The marker of a line below the first item, which may have an occasional mark as that has."""
    odd = _ODD.match(text) if first.sign in ("o", "--", "#.") else None
    if odd and odd.group(1) == first.sign:
        return Marker(first.kind, 1, first.sign, odd.end())
    return marker_of(text) or _dash_of(text, first)


def follows(mark: Marker, before: Marker) -> bool:
    """Whether `mark` can be the next item after `before`."""
    if mark.kind == before.kind:
        return not mark.ordered or mark.value == before.value + 1 or mark.value == before.value == 1
    return mark.kind.replace("Roman", "Alpha") == before.kind and before.sign in "iIhH" and mark.value == 2


# ---------------------------------------------------------------- items

Items = list[tuple[Marker, list[Line]]]
_EMPTY = 3  # items in a row that say nothing: signs, not a list


def _items(lines: Lines, first: Marker) -> tuple[Items, int, bool]:
    """The items at the top, how many lines they take, and whether blank lines part them."""
    indent, everything = lines[0].indent, lines.all
    items: Items = [(first, [_rest(lines[0], first)])]
    i, loose, count = 1, False, len(lines)
    while i < count:
        line = everything[lines.start + i]
        if line.indent > indent + 1 and len(items) != _EMPTY:  # it hangs, whatever it says: most lines of a deep list
            column = line.indent - indent - items[-1][0].width
            items[-1][1].append(Line(line.number, line.text, column if column > 0 else 0))
            i += 1
            continue
        gap = _gap(lines, i)
        if i + gap >= len(lines) or lines[i + gap].blank:
            break  # the text ends here, or so many blank lines stand here that nobody counted them
        if len(items) == _EMPTY and not _said(items):
            break  # nor would the rest be believed
        line, last = lines[i + gap], items[-1]
        mark = _mark(line.text, first) if abs(line.indent - indent) <= 1 else None
        if mark and follows(mark, last[0]):
            loose = loose or gap > 0
            items.append((mark, [_rest(line, mark)]))
        elif _hangs(lines, i, gap, indent, last[0]):
            last[1].extend([Line(line.number, "", 0)] * (1 if gap else 0))
            last[1].append(_shifted(line, indent + last[0].width))
        else:
            break
        i += gap + 1
    return items, i, loose


def _shifted(line: Line, column: int) -> Line:
    """`line`, its indent counted from `column`."""
    indent = line.indent - column if line.indent > column else 0
    return line if indent == line.indent else Line(line.number, line.text, indent)


def _said(items: Items) -> bool:
    return bool(items[0][1][0].text) or any(line.text for _, item in items for line in item)


def _gap(lines: Lines, i: int) -> int:
    return lines.blanks_after(i) if lines[i].blank else 0


def _rest(line: Line, mark: Marker) -> Line:
    box = _box(mark.sign) if mark.kind == "box" else ""
    text = line.text[mark.width :]
    return Line(line.number, f"{box} {text}" if box and text else text, 0)


def _hangs(lines: Lines, i: int, gap: int, indent: int, mark: Marker) -> bool:
    """Whether the line after `gap` blank ones still belongs to the item that `mark` began at `indent`."""
    line, habits = lines[i + gap], lines.habits
    if gap:
        if line.indent == habits.margin + habits.first and line.text[0] > "\u2e80":
            return False  # a paragraph of ours: first lines in Chinese and Japanese are set in by a space as wide
        return line.indent >= indent + min(mark.width, 2) and line.indent > indent and gap <= 2
    if line.indent > indent:
        return True
    above = lines[i - 1]
    if mark.sign[:1] in ("*", ".") and line.text.startswith(mark.sign + mark.sign[0]) and line.indent == indent:
        return bool(marker_of(line.text))  # AsciiDoc's next level
    if marker_of(line.text) and line.text[0] == mark.sign[:1]:
        return False
    return _wrapped(above, line, lines.habits.width) and line.indent == indent


def _wrapped(above: Line, line: Line, width: int) -> bool:
    """Whether `above` ended only because the next word had no room."""
    word = line.text.split(" ", 1)[0]
    return bool(width) and above.indent + len(above.text) + 1 + len(word) > width - 2


_NAME = re.compile(r"[A-Z]\. [A-Z]")


def _believable(lines: Lines, first: Marker, items: Items) -> bool:
    """Whether this is a list, and not a sentence that happens to begin with a letter and a point."""
    text = lines[0].text
    if not _said(items):
        return False
    if len(items) > 1:
        return not first.ordered or first.value <= 1 or len(items) > 2 or lines[0].indent > lines.habits.margin
    if first.kind == "–" or first.sign[0] == ".":
        return False
    above = lines.above()
    introduced = above is not None and above.text.endswith(":")
    if _hangs_from(lines, first):
        return True
    if first.ordered:
        if _NAME.match(text) or "Alpha" in first.kind or "Roman" in first.kind:
            return False
        return introduced or lines[0].indent > lines.habits.margin or lines.depth > 0 or len(text) > 70
    return introduced or lines.depth > 0 or lines[0].indent > lines.habits.margin or first.sign in "•·▪‣●*"


def _hangs_from(lines: Lines, first: Marker) -> bool:
    """Whether the second line stands exactly below the first's text, not below its mark."""
    return (
        lines.chunk() > 1
        and lines[1].indent == lines[0].indent + first.width
        and first.sign != "–"
        and not marker_of(lines[1].text)
    )


def _read_items(items: Items, lines: Lines, read: Read, loose: bool, plain: bool) -> tuple[list[Blocks], list[Taken]]:
    contents: list[Blocks] = []
    taken: list[Taken] = []
    for mark, item in items:
        if len(item) == 1 and (item[0].text[:1].isalpha() or item[0].text[:1].isdigit()) and "::" not in item[0].text:
            contents.append((_simple(item[0], lines, loose),))
            continue
        nested = _nested(item, lines, mark, read, loose, plain)
        if nested:
            contents.append(nested[0])
            taken += nested[1]
            continue
        blocks, more = read(lines.inside(item, lines[0].indent + mark.width, item=True))
        several = loose or sum(isinstance(b, Para) for b in blocks) > 1
        contents.append(blocks if several else tuple(_tight(b) for b in blocks))
        taken += more
    return contents, taken


_WORDS = re.compile(
    r"[^\W_](?:[^|.:\t ]|[.:](?![.:])| (?! )){0,200}"
)  # what begins with a letter and is no table's row
_ITEM = re.compile(rf"(?:[-*+•]|\d{{1,3}}[.)]) {_WORDS.pattern}")


def _nested(
    item: list[Line], lines: Lines, mark: Marker, read: Read, loose: bool, plain: bool
) -> tuple[Blocks, tuple[Taken, ...]] | None:
    """A line of words with nothing but a list set in below it, read at once; None where it is more than that.

    Lists in lists are all like that, and the other rules need not be asked at each depth about each line.
    """
    if len(item) < 2 or not _WORDS.fullmatch(item[0].text):
        return None
    if not (plain or all(_ITEM.fullmatch(line.text) for line in item[1:])):
        return None
    below = lines.inside(item, lines[0].indent + mark.width, item=True).rest(1)
    found = listing(below, read, True) if begins_other(below, item[0]) else None
    if found is None or found.size != len(below):
        return None
    pos = Pos(item[1].number, item[-1].number, "list", found.sure, found.why)
    return (_simple(item[0], lines, loose), *(_at(block, pos) for block in found.blocks)), found.taken


def _at(block: Block, pos: Pos) -> Block:
    """The list with its lines; `dataclasses.replace` would say the same and take three times the time."""
    match block:
        case BulletList(items):
            return BulletList(items, pos=pos)
        case OrderedList(attributes, items):
            return OrderedList(attributes, items, pos=pos)
    return replace(block, pos=pos)


def _simple(line: Line, lines: Lines, loose: bool) -> Block:
    """An item of one line that begins with a letter, which no other rule would take: most items are such."""
    kind = Para if loose else Plain
    return kind(inlines(line.text, lines.habits), pos=Pos(line.number, line.number, "paragraph"))


def _tight(block: Block) -> Block:
    """A paragraph of a list whose items stand close is `Plain`."""
    return Plain(block.inlines, pos=block.pos) if isinstance(block, Para) else block
