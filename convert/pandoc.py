"""The gate to pandoc: an Article becomes any format pandoc writes, and what pandoc reads becomes our tree, as JSON.

Always in its sandbox: it opens no file and no address. Plain text never goes in: pandoc would read it as Markdown and
take its signs away. The binary is pypandoc's own; it runs with a time-out and a bound on memory, which pypandoc cannot
give it.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from functools import cache

from convert import tree as t
from convert.article import Article, Metadata
from convert.errors import ConvertError, InputError, LimitError, MissingDependency, OverTime
from convert.marks.noteref import unlinked

SECONDS = 50  # just under the wall limit of a conversion, so that it is pandoc that is named
READING = 20  # seconds; so long pandoc reads megabytes, or a text that it cannot read in any time
MEMORY, READING_MEMORY = "512M", "1200M"  # a page of 2 MB takes 0.9 GB to read
_SHORT_OF_MEMORY = 251  # the exit status of a Haskell program whose heap is full


def write(article: Article, writer: str) -> bytes:
    """`article` in pandoc's format `writer`, with its metadata. The tree itself needs no pandoc."""
    if writer == "json":
        return _json(document(article)) + b"\n"
    return written(document(article), writer)


def written(whole: t.Pandoc, writer: str, *arguments: str) -> bytes:
    """A document in pandoc's format `writer`; references that were linked to no note are the text they were."""
    data = _json(replace(whole, blocks=unlinked(whole.blocks)))
    done = _run(data, SECONDS, MEMORY, "--from=json", f"--to={writer}", "--standalone", "--wrap=none", *arguments)
    if done.returncode:
        said = f"pandoc failed: {_reason(done)}"
        raise ConvertError(said, "Ask for html, pdf or epub, and report the text.", code="pandoc")
    return done.stdout


def read(data: bytes, reader: str) -> t.Pandoc:
    """The document that `data` holds in pandoc's format `reader`. InputError where pandoc cannot read it."""
    done = _run(data, READING, READING_MEMORY, f"--from={reader}", "--to=json", "--standalone")
    if done.returncode:
        said = f"The {reader.partition('-')[0]} cannot be read: {_reason(done)}"
        raise InputError(said, "Open it where it was written, and save it again.")
    try:
        return t.from_json(json.loads(done.stdout))
    except RecursionError:
        raise too_deep() from None


def too_deep() -> LimitError:
    """The refusal of a document whose parts stand too deep inside one another."""
    return LimitError("Lists, quotations or marks stand too deep inside one another.", "Set them less deep.")


def _json(whole: t.Pandoc) -> bytes:
    return json.dumps(t.to_json(whole), ensure_ascii=False, separators=(",", ":")).encode()


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


def _run(data: bytes, seconds: int, memory: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """pandoc's answer. OverTime where it took too long, or more memory than it may."""
    command = [binary(), "--sandbox", *arguments, "+RTS", f"-M{memory}", "-RTS"]
    same = {"LC_ALL": "C.UTF-8"}  # whatever the caller's: pandoc takes a language from it
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=seconds, check=False, env=same)
    except subprocess.TimeoutExpired:
        raise OverTime(f"pandoc took longer than {seconds} seconds.", "Split the text.") from None
    if done.returncode == _SHORT_OF_MEMORY or done.returncode < 0:
        raise OverTime(f"pandoc needed more than {memory} of memory, or was stopped.", "Split the text.")
    return done


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return said[-1][:200] if said else f"status {done.returncode}"
