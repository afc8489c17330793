"""Editions written: where those of an input go, what is said of them, and one issue of several texts."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convert import files
from convert.article import Edition, Source
from convert.child import Child, Reply
from convert.cli.said import INVALID, WARNED, corrected, judge, settings_said
from convert.editions import EDITIONS, media_name
from convert.errors import UsageError
from convert.options import Options
from convert.report import shown

if TYPE_CHECKING:
    from convert.check import Proof


def paths_of(name: str, output: str, wanted: Sequence[str], inputs: int) -> list[Path]:
    """Where the editions of input `name` go; [] for standard output."""
    if output == "-":
        if inputs * len(wanted) > 1:
            raise UsageError("Standard output takes one edition.", "Ask for one input and one format.")
        return []
    several = inputs > 1 or len(wanted) > 1
    if output and not (several or output.endswith("/") or files.is_folder(Path(output))):
        return [Path(output)]
    stem = media_name("" if name == "-" else Path(name).name)
    return [Path(output) / (stem + EDITIONS[f].extension) for f in wanted]


def deliver(reply: Reply, paths: Sequence[Path], force: bool) -> None:
    if paths:
        files.write_editions(reply.editions, paths, force)
        return
    sys.stdout.buffer.write(reply.editions[0].data)
    sys.stdout.buffer.flush()


def tell(name: str, reply: Reply, paths: Sequence[Path], said: dict[str, Any]) -> None:
    """Say what was written, and the remarks on standard error."""
    if said["as_json"]:
        written = [{"format": e.format, "path": str(p)} for e, p in zip(reply.editions, paths, strict=False)]
        line = {"input": name, "editions": written, "remarks": reply.report["remarks"]}
        click.echo(json.dumps(line, ensure_ascii=False), err=not paths)
        return
    if said["quiet"]:
        return
    for path in paths:
        click.echo(path)
    if said["verbose"]:
        for field, entry in reply.report["metadata"].items():
            click.echo(f"{name}: {field}: {shown(entry['value'])}", err=True)
    for remark in reply.report["remarks"]:
        where = f"{name}:{remark['line']}" if remark["line"] else name
        click.echo(f"{where}: {remark['code']}: {remark['message']}", err=True)


def set_issue(
    inputs: Sequence[str], output: str, force: bool, wanted: Sequence[str], options: Options, said: dict[str, Any]
) -> int:
    """Set one issue of the texts in `inputs`, in their order; the exit status."""
    texts = _texts(inputs, options, settings_said(said).limits.max_bytes, said)
    with Child(settings_said(said).limits, fork=True) as child:
        reply = child.collect([(source, own) for _, source, own in texts], wanted, options)
    paths = [path.with_name(e.name) if path != Path(output) else path
             for path, e in zip(paths_of("issue", output, wanted, 1), reply.editions, strict=False)]  # fmt: skip
    for name, _, _ in texts:
        files.refuse_source(name, paths)
    files.refuse_existing(paths, force)
    deliver(reply, paths, force)
    tell(options.title, reply, paths, said)
    proofs = [proof_of(options.title, reply.editions, None, options)] if said["checked"] else []
    if not all_good(proofs, said, to_stdout=output == "-"):
        return INVALID
    return WARNED if reply.report["remarks"] and said["fail_on"] else 0


def proof_of(name: str, editions: tuple[Edition, ...], source: Source | None, options: Options) -> Proof:
    from convert.check import Proof

    return Proof(name, editions, source, options)


def all_good(proofs: Sequence[Proof], said: dict[str, Any], to_stdout: bool) -> bool:
    """Check what was set, and say each verdict; whether all are good."""
    if not proofs:
        return True
    from convert import check

    judged = [judge(v, said, err=to_stdout or not said["as_json"]) for v in check.check(proofs, check.QUICK)]
    return all(judged)


def _texts(inputs: Sequence[str], options: Options, most: int, said: dict[str, Any]) -> list[tuple[str, Source, str]]:
    """Each text by its name, with its overrides, in the order of the inputs. One that cannot be had is refused."""
    from convert.batch import texts

    if list(inputs) == ["-"]:
        return [("-", files.read_source("-"), corrected(options, "-", said).overrides)]
    found = []
    for text in texts.texts_in(inputs):
        if isinstance(text, texts.Unfound):
            raise text.error
        if text.said:
            raise UsageError(
                f"{text.name} has options of its own.", "In an issue, put them beside it: NAME.editions.yaml."
            )
        found.append((text.name, texts.read(text, most), texts.overrides(text)))
    if not found:
        raise UsageError("There is no text among the inputs.", "Name files, or folders that hold some.", code="empty")
    return found
