"""Sets 20 texts in every format again and again, each time in other surroundings, and compares the bytes of all.

The first run is plain; the others have another locale, hash seed and time zone, other folders, the texts in reverse
order and several at a time, the clock a day later, another home, umask and cache of faces. Exit status 1 where
bytes differ, 8 where libfaketime is missing, which sets the clock (apt-get install faketime).

    python -m benchmarks.same            all runs
    python -m benchmarks.same NAME…      these runs alone, against the plain one
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from benchmarks.validate import own
from convert import pandoc
from convert.editions import EDITIONS

ROOT = Path(__file__).parent.parent
COUNT = 20
DAY = 86_400
MISSING = 8  # exit code: a program is missing
CLOCK = "a day later"  # the run that libfaketime is needed for


class Run(NamedTuple):
    """One way to set the texts: what is said to the command, around it, and how it is started."""

    said: tuple[str, ...] = ("--jobs", "1")
    around: Mapping[str, str] = {}
    elsewhere: bool = False  # the texts copied to another folder, named relative to it, the last one first
    umask: int = 0o022
    before: tuple[str, ...] = ()


def runs(home: Path) -> dict[str, Run]:
    """The runs by their names, the plain one first; `home` is an empty folder."""
    later = {"EDITIONS_CACHE": str(home / "later")}
    stranger = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "EDITIONS_CACHE": str(home / "faces")}
    words = {"LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati"}
    return {
        "plain": Run(),
        "other words": Run(around=words),
        "other folders": Run(("--jobs", "2"), {"PYTHONHASHSEED": "1"}, elsewhere=True),
        CLOCK: Run(around=later, before=("faketime", "-f", f"+{DAY}s")),
        "another user": Run(around=stranger, umask=0o077),
    }


def main() -> None:
    """Print what each run gave, against the plain one."""
    asked = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="editions-same-") as folder:
        top = Path(folder)
        texts = [Path(shutil.copy(path, _made(top / "texts"))) for path in own(top / "own")[:COUNT]]
        wanted = {n: run for n, run in runs(_made(top / "home")).items() if n == "plain" or not asked or n in asked}
        lacking = CLOCK in wanted and not shutil.which("faketime")
        if lacking:
            del wanted[CLOCK]
        elif CLOCK in wanted:
            _prove_clock(wanted[CLOCK])
        _prove_pandoc()
        made = {name: editions(run, texts, top / f"run {i}") for i, (name, run) in enumerate(wanted.items())}
    found = list(differences(made))
    print("\n".join((*table(made), *found)))
    if lacking:
        print(f"not run: {CLOCK}: libfaketime is missing (apt-get install faketime)")
    sys.exit(1 if found else MISSING if lacking else 0)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# ---------------------------------------------------------------- one run


def editions(run: Run, texts: Sequence[Path], folder: Path) -> dict[str, bytes]:
    """The editions of `texts` by their files' names, as a run sets them."""
    output, here = folder / "out", ROOT
    names = [str(path) for path in texts]
    if run.elsewhere:
        here = _made(folder / "an other place")
        names = [Path(shutil.copy(path, here)).name for path in reversed(texts)]
    command = [sys.executable, "-m", "convert.cli", "batch", *names, "-o", str(output), "-t", ",".join(EDITIONS)]
    _started(run, [*command, "--cover", "generated", "-q", *run.said], here)
    return {path.name: path.read_bytes() for path in sorted(output.iterdir())}


def _started(run: Run, command: Sequence[str], here: Path) -> str:
    """What a command prints, started as a run says."""
    around = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"} | dict(run.around)
    done = subprocess.run(
        [*run.before, *command], cwd=here, env=around, umask=run.umask, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


# ---------------------------------------------------------------- clocks


def _prove_clock(run: Run) -> None:
    """The run's clock is a day ahead for a process and for the child that it starts."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; print(time.time())'])"
    ahead = float(_started(run, [sys.executable, "-c", code], ROOT)) - time.time()
    if abs(ahead - DAY) > 60:
        sys.exit(f"libfaketime did not move the clock: it is {ahead:.0f} s ahead")


def _prove_pandoc() -> None:
    """pandoc is linked so that no library can move its clock. In its sandbox it has none: every time is 1970."""
    empty = b'{"pandoc-api-version":[1,23],"meta":{},"blocks":[]}'
    command = [pandoc.binary(), "--sandbox", "--from=json", "--to=docx"]
    done = subprocess.run(command, input=empty, capture_output=True, check=True)
    with zipfile.ZipFile(BytesIO(done.stdout)) as archive:
        said = archive.read("docProps/core.xml")
        years = {info.date_time[0] for info in archive.infolist()}
    if said.count(b"1970-01-01T00:00:00Z") != 2 or not years <= {1970, 1980}:
        sys.exit(f"pandoc's sandbox has a clock: {sorted(years)}, {said.decode()}")


# ---------------------------------------------------------------- what was found


def table(made: Mapping[str, Mapping[str, bytes]]) -> Iterator[str]:
    """A row for each run: how many files of each format are those of the plain run."""
    plain = made["plain"]
    yield f"{'run':<16}" + "".join(f"{name:>10}" for name in EDITIONS)
    for name, files in made.items():
        yield f"{name:<16}" + "".join(f"{_same(plain, files, kind.extension):>10}" for kind in EDITIONS.values())


def _same(plain: Mapping[str, bytes], files: Mapping[str, bytes], ending: str) -> str:
    mine = [name for name in plain if _is(name, ending)]
    return f"{sum(_digest(plain[name]) == _digest(files.get(name, b'')) for name in mine)}/{len(mine)}"


def _is(name: str, ending: str) -> bool:
    return name[name.index(".") :] == ending


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def differences(made: Mapping[str, Mapping[str, bytes]]) -> Iterator[str]:
    """A line for each file that a run has otherwise than the plain one, not at all, or besides."""
    plain = made["plain"]
    for run, files in made.items():
        for name in sorted(plain.keys() | files.keys()):
            one, other = plain.get(name), files.get(name)
            if one is None or other is None:
                yield f"{run}: {name} is {'missing' if other is None else 'one too many'}"
            elif _digest(one) != _digest(other):
                yield f"{run}: {name} differs {_place(one, other)}"


def _place(one: bytes, other: bytes) -> str:
    """Where two files part: in an archive, the first member and where in that."""
    for described in (_in_archive, _at):
        if said := described(one, other):
            return said
    return "in its last byte"


def _in_archive(one: bytes, other: bytes) -> str:
    if not (zipfile.is_zipfile(BytesIO(one)) and zipfile.is_zipfile(BytesIO(other))):
        return ""
    with zipfile.ZipFile(BytesIO(one)) as here, zipfile.ZipFile(BytesIO(other)) as there:
        if here.namelist() != there.namelist():
            odd = next((a or b for a, b in _pairs(here.namelist(), there.namelist()) if a != b), "")
            return f"in its members, first {odd}"
        for mine, its in zip(here.infolist(), there.infolist(), strict=True):
            if here.read(mine) != there.read(its):
                return f"in {mine.filename} {_at(here.read(mine), there.read(its))}"
            if (mine.date_time, mine.external_attr) != (its.date_time, its.external_attr):
                return f"in the time or rights of {mine.filename}"
    return "in how it is packed"


def _pairs(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[str, str]]:
    for i in range(max(len(one), len(other))):
        yield "".join(one[i : i + 1]), "".join(other[i : i + 1])


def _at(one: bytes, other: bytes) -> str:
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"at byte {at}: {one[max(0, at - 20) : at + 30]!r} and {other[max(0, at - 20) : at + 30]!r}"


if __name__ == "__main__":
    main()
