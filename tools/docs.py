"""Writes the generated parts of docs/: options, settings, formats, each structure with its first case as example."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from convert.editions import EDITIONS  # noqa: E402
from convert.options import FIELDS  # noqa: E402
from convert.profiles.lint import KEYS  # noqa: E402
from convert.readers import READERS, TEXT, TEXT_ENDINGS  # noqa: E402
from convert.rules import RULES, Rule  # noqa: E402
from convert.settings import described  # noqa: E402
from tests.cases import FOLDER, Case, cases_in  # noqa: E402


def options(door: str) -> str:
    """A table of the options of one door."""
    name = "option" if door == "cli" else "name"
    rows = [f"| {name} | meaning |", "|---|---|"]
    for f in FIELDS:
        if door in f.doors:
            shown = f.flag if door == "cli" else f.name
            rows.append(f"| `{shown}` | {f.help} |")
    return "\n".join(rows)


def settings() -> str:
    """A table of the settings, with the variable that says each."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for variable, default, help in described():
        shown = default if default in ("", "processors") else f"`{default}`"
        rows.append(f"| `{variable}` | {shown} | {help} |")
    return "\n".join(rows)


def written() -> str:
    """A table of the formats that are set."""
    rows = ["| format | what it is | file | media type |", "|---|---|---|---|"]
    for name, kind in EDITIONS.items():
        rows.append(f"| `{name}` | {kind.help} | `{kind.extension}` | `{kind.media_type}` |")
    return "\n".join(rows)


def read() -> str:
    """A table of the formats that are read."""
    rows = ["| format | what it is | file | media type |", "|---|---|---|---|"]
    rows.append(f"| `{TEXT}` | plain text in any encoding; our own reader | {_codes(TEXT_ENDINGS)} | `text/plain` |")
    for name, reader in READERS.items():
        rows.append(f"| `{name}` | {reader.help} | {_codes(reader.endings)} | {_codes(reader.media_types)} |")
    return "\n".join(rows)


def profile() -> str:
    """A table of what a house style may say."""
    rows = ["| section | key | what it says |", "|---|---|---|"]
    rows += [f"| {f'`[{k.section}]`' if k.section else ''} | `{k.name}` | {k.help} |" for k in KEYS]
    return "\n".join(rows)


def _codes(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def structures() -> str:
    """Each rule's first case, as it stands in a text and as it is set."""
    parts = [
        "# Structures",
        "",
        "Each structure that is read, in the order the rules are asked; examples are the rules' first cases.",
        "",
        "| structure | what it is | as it stands in a text | as it is set |",
        "|---|---|---|---|",
        *[_row(name, rule) for name, rule in RULES],
        "",
    ]
    for name, rule in RULES:
        case, said = _first_case(name), _said(rule)
        parts += [f"## {name}", "", said, "", "```text", case.text, "```", "", "```html", case.expected, "```", ""]
    return "\n".join(parts).rstrip() + "\n"


def _first_case(name: str) -> Case:
    return cases_in(FOLDER / "rules" / f"{name}.txt")[0]


def _said(rule: Rule) -> str:
    """What the structure is: the first paragraph of its room, in a line."""
    return " ".join((sys.modules[rule.__module__].__doc__ or "").split("\n\n")[0].split())


def _row(name: str, rule: Rule) -> str:
    """A rule's line of the table: the line of its first case that shows it, and the element it becomes."""
    case = _first_case(name)
    lines = [x.strip() for x in case.text.split("\n") if x.strip()]
    tags = re.findall(r'<\w+(?: class="[^"]*")?', case.expected)
    shown = next((x for x in lines if not x[0].isalnum()), lines[0])
    own = next((tag for tag in tags if tag not in ("<p", "<em", "<a", "<br")), tags[0])
    what = " ".join((rule.__doc__ or "").split("\n\n")[0].split()).replace("|", "\\|")
    text = shown[:50].replace("|", "\\|")
    return f"| [{name}](#{name}) | {what} | {_code(text)} | `{own}>` |"


def _code(text: str) -> str:
    """`text` as code in a table's cell, whatever backticks it holds."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def filled(text: str, mark: str, table: str) -> str:
    """`text` with the table after `<!-- mark -->` written anew."""
    return re.sub(
        rf"<!-- {mark} -->\n(?:\n\|[^\n]*(?:\n\|[^\n]*)*\n)?", lambda _: f"<!-- {mark} -->\n\n{table}\n", text
    )


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    cli, api = ROOT / "docs" / "cli.md", ROOT / "docs" / "api.md"
    formats, profiles = ROOT / "docs" / "formats.md", ROOT / "docs" / "profiles.md"
    return {
        cli: filled(filled(cli.read_text("utf-8"), "options", options("cli")), "settings", settings()),
        api: filled(api.read_text("utf-8"), "options", options("http")),
        formats: filled(filled(formats.read_text("utf-8"), "read", read()), "written", written()),
        profiles: filled(profiles.read_text("utf-8"), "keys", profile()),
        ROOT / "docs" / "structures.md": structures(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
