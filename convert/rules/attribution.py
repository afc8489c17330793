"""Attribution: the line below a quotation or a poem that says whose words they are, begun by a dash."""

from __future__ import annotations

from convert.marks import inlines
from convert.rules.paragraph import join
from convert.rules.rule import Found, Read
from convert.rules.starts import credits
from convert.text import Habits, Lines
from convert.tree import Attr, Div, Para


def attribution(lines: Lines, _read: Read) -> Found | None:
    """`— Name, Work` alone, set in or inside a quotation. A `Div` of class attribution, its dash kept."""
    count = lines.chunk()
    if count > 2 or lines[0].text[:1] not in "-—–―" or not credits(" ".join(x.text for x in lines.take(count))):
        return None
    above = lines.above()
    if above is None or lines.item or (not lines.depth and lines[0].indent < _least(lines.habits)):
        return None
    text = join([line.text for line in lines.take(count)], lines.habits)
    block = Div(Attr("", ("attribution",)), (Para(inlines(text, lines.habits)),))
    return Found((block,), count, (), "likely", "a dash and a name below another's words")


def _least(habits: Habits) -> int:
    """Where it may begin: in from the margin, and further in than paragraphs do, whose dash is a dialogue's."""
    return habits.margin + (9 if habits.paragraphs == "indent" else 2)
