"""An Article against its gold: both become labels, and what agrees is counted. README.md has the form. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from convert import tree as t
from convert.article import Article, Metadata

KINDS = (
    "paragraph", "heading", "item", "quote", "verse", "code", "table", "definition", "note", "figure", "break", "aside",
)  # fmt: skip
FIELDS = ("title", "authors", "date", "language")
START = 10  # letters that tell where a block begins
_CALL = re.compile(r"\[(?:\d{1,3}|[A-Z])\]|\(\d\)|\[\^\w+\]|[¹²³⁴-⁹]")  # a note's mark: set or linked, it is no word
_LABEL = re.compile(r"(?P<kind>\w+) ?(?P<detail>[^:]*)(?:: (?P<said>.*))?")


class Label(NamedTuple):
    """One block, as gold or reader sees it. `said` is what is in it; gold may leave out its middle (` … `)."""

    kind: str
    detail: str
    said: str


class Gold(NamedTuple):
    """A gold file. What lies above line `body`, or in `free`, is not judged."""

    metadata: dict[str, str]
    body: int
    labels: tuple[Label, ...]
    free: tuple[tuple[int, int], ...]


class Count(NamedTuple):
    """How many were hit, how many there are in the gold, how many the reader gave."""

    hits: int = 0
    gold: int = 0
    found: int = 0

    def plus(self, other: Count) -> Count:
        return Count(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.gold + self.found) if self.gold + self.found else 1.0


class Said(NamedTuple):
    """How a field came out (right, wrong, missed, invented or silent), and what the reader said."""

    outcome: str
    value: str


class Score(NamedTuple):
    """What came of one article. `form`: level, depth, lines, rows; of hits only. `kept`: words of the body."""

    kinds: dict[str, Count]
    boundaries: Count
    form: Count
    kept: Count
    metadata: dict[str, Said]
    missed: tuple[Label, ...]
    extra: tuple[Label, ...]

    @property
    def blocks(self) -> Count:
        total = Count()
        for count in self.kinds.values():
            total = total.plus(count)
        return total


def letters(text: str) -> str:
    """What of `text` is compared."""
    return "".join(c for c in unicodedata.normalize("NFKC", _CALL.sub("", text)).casefold() if c.isalnum())


def parse(text: str) -> Gold:
    """The gold that a file's text holds."""
    metadata: dict[str, str] = {}
    body, labels, free = 1, [], []
    for line in text.splitlines():
        match = _LABEL.fullmatch(line)
        assert match, f"no label: {line!r}"
        kind, detail, said = match["kind"], match["detail"], match["said"] or ""
        if kind in FIELDS:
            metadata[kind] = said
        elif kind == "body":
            body = int(said)
        elif kind == "free":
            first, last = said.split("-")
            free.append((int(first), int(last)))
        else:
            assert kind in KINDS, f"no kind of block: {line!r}"
            labels.append(Label(kind, detail, said))
    return Gold(metadata, body, tuple(labels), tuple(free))


# ---------------------------------------------------------------- what the reader found


def labels_of(article: Article, gold: Gold) -> tuple[Label, ...]:
    """The blocks of `article` that are judged, as labels."""
    return tuple(_all([b for b in article.blocks if _judged(b, gold)], Label("paragraph", "", "")))


def _judged(block: t.Block, gold: Gold) -> bool:
    pos = block.pos
    return pos is None or (pos.last >= gold.body and not any(a <= pos.first and pos.last <= b for a, b in gold.free))


def _all(blocks: Iterable[t.Block], role: Label, depth: int = 0) -> Iterator[Label]:
    for block in blocks:
        yield from _labels(block, role, depth)


def _labels(block: t.Block, role: Label, depth: int) -> Iterator[Label]:
    match block:
        case t.Para(inlines) | t.Plain(inlines):
            yield from _text(inlines, role)
        case t.Header(level, _, inlines):
            yield Label("heading", str(level), t.plain_text(inlines))
        case t.HorizontalRule():
            yield Label("break", "", "")
        case t.BulletList(items):
            yield from _items(items, "bullet", depth + 1)
        case t.OrderedList(_, items):
            yield from _items(items, "number", depth + 1)
        case t.DefinitionList(entries):
            for term, said in entries:
                yield Label("definition", "", f"{t.plain_text(term)} | {t.plain_text(said)}")
        case t.LineBlock(lines):
            yield from _stanzas(lines)
        case t.CodeBlock(_, text) | t.RawBlock(_, text):
            yield Label("code", "", text)
        case t.Table():
            yield from _table(block)
        case t.Figure(_, caption, inner):
            yield from _all(inner, role, depth)
            yield from _caption(caption)
        case t.BlockQuote(inner):
            yield from _all(inner, Label("quote", "", ""), depth)
        case t.Div(attr, inner):
            yield from _division(attr.classes, inner, role, depth)


def _text(inlines: t.Inlines, role: Label) -> Iterator[Label]:
    lines = 1 + sum(isinstance(i, t.LineBreak) for i in inlines)
    detail = str(lines) if role.kind == "paragraph" and lines > 1 else role.detail
    yield Label(role.kind, detail, t.plain_text(inlines))
    for note in (n for n in t.nodes(inlines) if isinstance(n, t.Note)):
        yield Label("note", "", t.plain_text(note.blocks))


def _items(items: Iterable[t.Blocks], kind: str, depth: int) -> Iterator[Label]:
    for item in items:
        yield from _all(item[:1], Label("item", f"{depth} {kind}", ""), depth)
        yield from _all(item[1:], Label("item", f"{depth} more", ""), depth)


def _stanzas(lines: Sequence[t.Inlines]) -> Iterator[Label]:
    stanza: list[str] = []
    for line in (*(t.plain_text(line) for line in lines), ""):
        if line.strip():
            stanza.append(line)
        elif stanza:
            yield Label("verse", str(len(stanza)), " ".join(stanza))
            stanza = []


def _table(table: t.Table) -> Iterator[Label]:
    yield from _caption(table.caption)
    rows = [row for body in table.bodies for row in (*body.head, *body.rows)]
    rows = [*table.head.rows, *rows, *table.foot.rows]
    cells = " ".join(t.plain_text(cell.blocks) for row in rows for cell in row.cells)
    yield Label("table", f"{len(rows)}x{len(table.columns)}", cells)


def _caption(caption: t.Caption) -> Iterator[Label]:
    if caption.blocks:
        yield Label("figure", "", t.plain_text(caption.blocks))


def _division(classes: Sequence[str], inner: t.Blocks, role: Label, depth: int) -> Iterator[Label]:
    if "footnote" in classes:
        yield Label("note", "", t.plain_text(inner))
    elif "epigraph" in classes or "pullquote" in classes:
        yield from _all(inner, Label("quote", "", ""), depth)
    elif {"notice", "aside", "admonition"} & set(classes):
        yield from _all(inner, Label("aside", "", ""), depth)
    else:
        yield from _all(inner, role, depth)


# ---------------------------------------------------------------- what agrees


def score(article: Article, gold: Gold, source: str) -> Score:
    """`article`, which was read from `source`, against its gold."""
    found = labels_of(article, gold)
    pairs, missed, extra = _paired(_anchored(gold.labels), _anchored(found))
    hits = Counter(g.kind for g, _ in pairs)
    there, given = Counter(g.kind for g in gold.labels), Counter(f.kind for f in found)
    formed = [(g, f) for g, f in pairs if g.detail]
    return Score(
        {kind: Count(hits[kind], there[kind], given[kind]) for kind in KINDS},
        _starts(gold.labels, found),
        Count(sum(g.detail == f.detail for g, f in formed), len(formed), len(formed)),
        _kept(gold, found, source),
        metadata_of(article.metadata, gold.metadata),
        missed,
        extra,
    )


def _anchored(labels: Sequence[Label]) -> tuple[Label, ...]:
    """The labels, a break's words being the letters before it and those after it, so that a break has its place."""
    worded = [(i, letters(x.said)) for i, x in enumerate(labels) if x.kind != "break"]
    result = list(labels)
    for place, label in enumerate(labels):
        if label.kind == "break":
            before = next((w[-START:] for i, w in reversed(worded) if i < place), "")
            after = next((w[:START] for i, w in worded if i > place), "")
            result[place] = label._replace(said=f"{before} {after}")
    return tuple(result)


def _paired(
    gold: Sequence[Label], found: Sequence[Label]
) -> tuple[list[tuple[Label, Label]], tuple[Label, ...], tuple[Label, ...]]:
    left, pairs, missed = list(found), [], []
    for label in gold:
        match = next((f for f in left if agree(label, f)), None)
        if match is None:
            missed.append(label)
        else:
            left.remove(match)
            pairs.append((label, match))
    return pairs, tuple(missed), tuple(left)


def agree(gold: Label, found: Label) -> bool:
    """The same kind of block, beginning and ending with the same words; a break: one of its neighbours the same."""
    if gold.kind != found.kind:
        return False
    if gold.kind == "break":
        return any(a == b for a, b in zip(gold.said.split(" "), found.said.split(" "), strict=True))
    compared = _signs if gold.kind == "code" else letters
    first, dots, last = gold.said.partition(" … ")
    text, first, last = compared(found.said), compared(first), compared(last)
    return text.startswith(first) and text.endswith(last) if dots else text == first


def _signs(text: str) -> str:
    """Of code every sign counts, and only how much space there is does not."""
    return "".join(text.split())


def _starts(gold: Sequence[Label], found: Sequence[Label]) -> Count:
    starts = [Counter(letters(x.said)[:START] for x in labels if x.kind != "break") for labels in (gold, found)]
    return Count((starts[0] & starts[1]).total(), starts[0].total(), starts[1].total())


def _kept(gold: Gold, found: Sequence[Label], source: str) -> Count:
    lines = enumerate(source.splitlines(), 1)
    judged = " ".join(x for n, x in lines if n >= gold.body and not any(a <= n <= b for a, b in gold.free))
    there, given = _words(judged), _words(" ".join(label.said for label in found))
    return Count((there & given).total(), there.total(), there.total())


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W\d_]+", unicodedata.normalize("NFKC", text).casefold()))


def metadata_of(got: Metadata, gold: dict[str, str]) -> dict[str, Said]:
    """How each field came out. What the house makes up for want of better is silence, and says so itself."""
    values = {
        "title": got.title,
        "authors": "; ".join(got.authors),
        "date": got.date.split("T")[0],
        "language": got.language.split("-")[0],
    }
    said = {name: "" if _default(got, name) else values[name] for name in FIELDS}
    return {name: Said(_outcome(gold[name], said[name]), said[name]) for name in FIELDS}


def _default(got: Metadata, name: str) -> bool:
    origin = got.origin(name)
    return origin is not None and origin.kind == "default"


def _outcome(stated: str, value: str) -> str:
    if stated == "none":
        return "invented" if value else "silent"
    if not value:
        return "missed"
    return "right" if [letters(x) for x in stated.split(";")] == [letters(x) for x in value.split(";")] else "wrong"
