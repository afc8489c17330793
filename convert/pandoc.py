"""The gate to pandoc: an Article becomes any format pandoc writes, through its JSON, in its sandbox.

Plain text never goes in: pandoc would read it as Markdown and take its signs away. The binary is pypandoc's own; it
runs with a time-out and a bound on memory, which pypandoc cannot give it.
"""

from __future__ import annotations

import json
import subprocess
from functools import cache

from convert import tree as t
from convert.article import Article, Metadata
from convert.errors import ConvertError, MissingDependency, OverTime
from convert.marks.noteref import unlinked

SECONDS = 50  # just under the wall limit of a conversion, so that it is pandoc that is named
MEMORY = "512M"


def write(article: Article, writer: str) -> bytes:
    """`article` in pandoc's format `writer`, with its metadata. The tree itself needs no pandoc."""
    data = json.dumps(t.to_json(document(article)), ensure_ascii=False, separators=(",", ":")).encode()
    if writer == "json":
        return data + b"\n"
    return _run(data, "--from=json", f"--to={writer}", "--standalone", "--wrap=none", "--sandbox")


def document(article: Article) -> t.Pandoc:
    """`article` as pandoc's document: its metadata under the names that pandoc's writers know."""
    return t.Pandoc(t.MetaMap(tuple(sorted(_meta(article.metadata)))), unlinked(article.blocks))


def _meta(m: Metadata) -> list[tuple[str, t.MetaValue]]:
    texts = {
        "title": m.title,
        "subtitle": m.subtitle,
        "date": m.date,
        "lang": "" if m.language == "und" else m.language,
        "description": m.description or m.standfirst,
        "publisher": m.publisher,
        "site": m.site,
        "source": m.source,
        "rights": m.rights,
        "identifier": m.identifier,
        "kicker": m.kicker,
        "dateline": m.dateline,
        "modified": m.modified,
    }
    made: list[tuple[str, t.MetaValue]] = [(k, t.MetaInlines((t.Str(v),))) for k, v in texts.items() if v]
    if m.authors:
        made.append(("author", t.MetaList(tuple(t.MetaInlines((t.Str(a),)) for a in m.authors))))
    if m.contributors:
        made.append(("contributor", t.MetaList(tuple(t.MetaInlines((t.Str(who),)) for who, _ in m.contributors))))
    if m.subjects:
        made.append(("subject", t.MetaList(tuple(t.MetaInlines((t.Str(s),)) for s in m.subjects))))
    if m.extra:
        pairs = {k: t.MetaInlines((t.Str(v),)) for k, v in m.extra if v}
        made.append(("extra", t.MetaMap(tuple(sorted(pairs.items())))))
    return made


@cache
def binary() -> str:
    """The path of pypandoc's pandoc. MissingDependency where it has none."""
    import pypandoc

    try:
        return str(pypandoc.get_pandoc_path())
    except OSError:
        raise MissingDependency("pandoc is not installed.", "Install the package pypandoc_binary.") from None


def _run(data: bytes, *arguments: str) -> bytes:
    command = [binary(), *arguments, "+RTS", f"-M{MEMORY}", "-RTS"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise OverTime(f"pandoc took longer than {SECONDS} seconds.", "Split the text.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1][:200] if said else f"status {done.returncode}"
        raise ConvertError(f"pandoc failed: {reason}", "Ask for html, pdf or epub, and report the text.", code="pandoc")
    return done.stdout
