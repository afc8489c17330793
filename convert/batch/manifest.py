"""Manifests: a row a text, in CSV with a head line or as JSON lines; `file`, `output`, and any option by its name.

Names of files are as they stand beside the manifest. Of an option that may be repeated, semicolons part the values.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from convert import covers, files, places, profiles
from convert.errors import ConvertError, InputError, UsageError
from convert.options import BY_NAME, options_from
from convert.settings import settings_from

FILE, OUTPUT = "file", "output"
_NO_NAME = re.compile("[\0\ud800-\udfff]")
csv.field_size_limit(1 << 24)


class Row(NamedTuple):
    """What a row says: the text, where its editions go, its options."""

    file: str
    output: str  # folders and stem below the output; "" where the text's own name is good
    said: Mapping[str, Any]


def rows(name: str) -> Iterator[Row | ConvertError]:
    """Each row of the manifest in file `name`; in the place of one that is wrong, what is wrong with it."""
    try:
        with io.TextIOWrapper(places.opened(name), "utf-8-sig", newline="") as file:
            entries = _of_csv(file) if name.lower().endswith(".csv") else _of_lines(file)
            for line, entry in entries:
                try:
                    yield _row(entry, os.path.dirname(name))
                except ConvertError as error:
                    yield type(error)(f"Line {line}: {error}", error.hint, code=error.code, line=line)
    except FileNotFoundError:
        raise InputError(f"There is no file {name}.", "Check its name.", code="missing") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"The manifest {name} cannot be read: {why}.", "Save it as CSV or JSON lines in UTF-8."
        ) from None


def _of_csv(file: Any) -> Iterator[tuple[int, Any]]:
    head = file.readline()
    mark = max(",;\t", key=head.count)  # spreadsheets write what their country does
    names = [name.strip() for name in next(csv.reader([head], delimiter=mark), [])]
    table = csv.reader(file, delimiter=mark)
    for cells in table:
        if any(cell.strip() for cell in cells):
            entry = dict(zip(names, cells, strict=False))
            yield table.line_num + 1, entry if len(cells) <= len(names) else None


def _of_lines(file: Any) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, None


def _row(entry: Any, folder: str) -> Row:
    if not isinstance(entry, dict):
        raise UsageError("The row is no record.", "Write as many cells as the head has, or a JSON object.")
    said = {name: value for name, value in entry.items() if name and value not in ("", None, [])}
    file, output = said.pop(FILE, ""), said.pop(OUTPUT, "")
    if not isinstance(file, str) or not file:
        raise UsageError(f"The row names no {FILE}.", f"Give the text's name in a column `{FILE}`.")
    if _NO_NAME.search(f"{file}{output}"):
        raise UsageError(f"The row's {FILE} or {OUTPUT} is no name that a file can have.", "Write it without NUL.")
    said = {name: _parted(name, value) for name, value in said.items()}
    said |= {name: read(said[name], folder) for name, read in _FILES.items() if isinstance(said.get(name), str)}
    options_from(said, "cli")  # what does not fit is refused before any work
    return Row(_beside(folder, file), _below(str(output)), said)


def _beside(folder: str, file: str) -> str:
    """The file as it is named in a manifest that lies in the folder, here or afar."""
    if places.is_afar(file):
        return file
    kind, mark, rest = folder.rpartition("://")
    return f"{kind}{mark}{os.path.normpath(os.path.join(rest, file))}"


@lru_cache(16)
def _cover(said: str, folder: str) -> str:
    return said if said in covers.WORDS else covers.data_url(files.picture(_beside(folder, said)))


@lru_cache(16)
def _css(said: str, folder: str) -> str:
    return files.text_of(_beside(folder, said), "style sheet")


@lru_cache(16)
def _profile(said: str, folder: str) -> str:
    said = _beside(folder, said) if said.endswith(".toml") or "/" in said else said
    return profiles.packed(files.house_style(said, settings_from(os.environ).profiles))


# Options that name a file, beside the manifest as the texts are, or a house style: a row holds what stands in it.
_FILES: Mapping[str, Callable[[str, str], str]] = {"cover": _cover, "css": _css, "profile": _profile}


def _parted(name: str, value: Any) -> Any:
    known = BY_NAME.get(name.replace("-", "_"))
    if known is None or known.kind not in ("many", "pairs") or not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(";") if part.strip()]


def _below(output: str) -> str:
    """The output without what would lead out of its folder."""
    return "/".join(part for part in output.replace("\\", "/").split("/") if part not in ("", ".", ".."))
