"""The gate: all articles read and scored, the measures against their floors, and the tables that say what changed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from convert import Options, Source, pipeline
from tests.quality.score import FIELDS, KINDS, Count, Gold, Score, parse, score

HERE = Path(__file__).parent
ARTICLES = HERE / "articles"
FLOORS = HERE / "floors.toml"
SLACK = 0.005  # how far below its floor a measure may fall
HELD = ("types", "metadata", "overall")  # what falls below here fails; [articles] is a record, shown as change

Measures = dict[str, dict[str, float]]


def names() -> list[str]:
    """The articles, by name."""
    return sorted(path.stem for path in ARTICLES.glob("*.gold"))


def gold(name: str) -> Gold:
    return parse((ARTICLES / f"{name}.gold").read_text("utf-8"))


def source(name: str) -> str:
    return (ARTICLES / f"{name}.txt").read_text("utf-8")


def scored(name: str, options: Options | None = None) -> Score:
    """One article, read as a publisher would have it read."""
    text = source(name)
    return score(pipeline.read(Source(f"{name}.txt", text.encode()), options), gold(name), text)


def scores(options: Options | None = None) -> dict[str, Score]:
    return {name: scored(name, options) for name in names()}


def measures(of: Mapping[str, Score]) -> Measures:
    """All that is held: F1 of each type over all articles, metadata, the means; and a line for each article."""
    types = {kind: _sum(s.kinds[kind] for s in of.values()).f1 for kind in KINDS}
    said = {field: [s.metadata[field].outcome for s in of.values()] for field in FIELDS}
    unstated = [x for outcomes in said.values() for x in outcomes if x in ("silent", "invented")]
    return {
        "types": types,
        "metadata": {
            **{f: x.count("right") / sum(o not in ("silent", "invented") for o in x) for f, x in said.items()},
            "uninvented": unstated.count("silent") / len(unstated) if unstated else 1.0,
        },
        "overall": {
            "macro": sum(types.values()) / len(types),
            "boundaries": _sum(s.boundaries for s in of.values()).f1,
            "form": _sum(s.form for s in of.values()).f1,
            "kept": _sum(s.kept for s in of.values()).f1,
        },
        "articles": {name: s.blocks.f1 for name, s in of.items()},
    }


def _sum(counts: Iterator[Count]) -> Count:
    total = Count()
    for count in counts:
        total = total.plus(count)
    return total


# ---------------------------------------------------------------- floors


def floors() -> Measures:
    """What was reached before; a measure that has no floor yet has 0."""
    return tomllib.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}


def fallen(now: Measures, before: Measures) -> list[str]:
    """The measures that are below their floors."""
    return [
        f"{part}.{name}: {now[part].get(name, 0.0):.3f}, its floor is {floor:.3f}"
        for part in HELD
        for name, floor in before.get(part, {}).items()
        if now[part].get(name, 0.0) < floor - SLACK
    ]


def raised(now: Measures, before: Measures) -> Measures:
    """The floors, each as high as it was or as high as it is, rounded down; articles that went lose theirs."""
    return {
        part: {name: max(int(value * 1000) / 1000, before.get(part, {}).get(name, 0.0)) for name, value in of.items()}
        for part, of in now.items()
    }


def written(floors: Measures) -> str:
    """The floors as TOML."""
    lines = ["# What the reader reached; `pytest tests/test_quality.py --accept` raises, never lowers. See README.md."]
    for part, of in floors.items():
        lines += ["", f"[{part}]", *(f"{name} = {value:.3f}" for name, value in of.items())]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- tables


def table(now: Measures, before: Measures) -> str:
    """Every measure, and how it stands to its floor."""
    lines = []
    for part, of in now.items():
        lines.append(part)
        for name, value in of.items():
            change = value - before.get(part, {}).get(name, 0.0)
            lines.append(f"  {name:<34} {value:.3f}" + (f"  {change:+.3f}" if abs(change) >= 0.001 else ""))
    return "\n".join(lines)


def differences(name: str, of: Score) -> str:
    """One article: what the gold has and the reader has not (-), what only the reader has (+), and wrong metadata."""
    lines = [f"{name}  {of.blocks.f1:.3f}"]
    lines += [
        f"  ! {field} {said.outcome}{': ' + said.value if said.value else ''}"
        for field, said in of.metadata.items()
        if said.outcome not in ("right", "silent")
    ]
    for sign, labels in (("-", of.missed), ("+", of.extra)):
        lines += [f"  {sign} {label.kind} {label.detail}: {_short(label.said)}" for label in labels]
    return "\n".join(lines)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 100 else f"{text[:70]} … {text[-25:]}"
