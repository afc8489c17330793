"""Faces: the gate to fontconfig, which finds them, and to fontTools, which subsets them once a script for EPUB.

A subset is kept in a cache folder, so that no article pays for it: EDITIONS_CACHE, else the folder that set-up filled
inside the environment, else the user's own. Where none can be written, a process keeps its own. `python -m
convert.editions.faces` fills the cache. The same face and fontTools give the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

RECIPE = 1  # a change of what a subset holds counts it up, so that no older one is taken from a cache
FEWEST = 10  # letters; a script of which a text has fewer is left to the reader's own faces
TEXT = "Linux Libertine O"


class Script(NamedTuple):
    """A script: its name in file names, the family that sets it, its characters, and the styles the family has."""

    name: str
    family: str
    ranges: str  # hexadecimal, as fontconfig writes them
    styles: tuple[str, ...]


_ALL = ("Regular", "Italic", "Bold", "Bold Italic")
_UPRIGHT = ("Regular", "Bold")

# Chinese, Japanese and Korean are not embedded: their faces are too large, and every system that reads them has one.
LATIN = Script(
    "latin", TEXT,
    "20-7e a0-17f 192 218-21b 237 2bc 2c6-2dd 300-304 306-308 30a-30c 323 327-328 1e80-1e85 1e9e 1ef2-1ef3 "
    "2000-206f 2070-209c 20a0-20bf 2113 2116 2117 2122 2126 212e 2150-215f 2190-2193 2202 2206 220f 2211-2212 2215 "
    "2219-221a 221e 2229 222b 2248 2260-2265 25ca 25cc fb00-fb06", _ALL,
)  # fmt: skip
SCRIPTS = (
    LATIN,
    Script("latinx", TEXT, "180-24f 250-2af 2b0-2ff 300-36f 1d00-1dbf 1e00-1eff", _ALL),
    Script("greek", TEXT, "370-3ff 1f00-1fff", _ALL),
    Script("cyrillic", TEXT, "400-52f", _ALL),
    Script("hebrew", "Noto Serif Hebrew", "590-5ff fb1d-fb4f", _UPRIGHT),
    Script("arabic", "Noto Naskh Arabic", "600-6ff 750-77f 8a0-8ff fb50-fdff fe70-feff", _UPRIGHT),
    Script("armenian", "Noto Serif Armenian", "530-58f", _UPRIGHT),
    Script("georgian", "Noto Serif Georgian", "10a0-10ff 1c90-1cbf 2d00-2d2f", _UPRIGHT),
    Script("devanagari", "Noto Serif Devanagari", "900-97f a8e0-a8ff", _UPRIGHT),
    Script("bengali", "Noto Serif Bengali", "980-9ff", _UPRIGHT),
    Script("gurmukhi", "Noto Serif Gurmukhi", "a00-a7f", _UPRIGHT),
    Script("gujarati", "Noto Serif Gujarati", "a80-aff", _UPRIGHT),
    Script("tamil", "Noto Serif Tamil", "b80-bff", _UPRIGHT),
    Script("telugu", "Noto Serif Telugu", "c00-c7f", _UPRIGHT),
    Script("kannada", "Noto Serif Kannada", "c80-cff", _UPRIGHT),
    Script("malayalam", "Noto Serif Malayalam", "d00-d7f", _UPRIGHT),
    Script("sinhala", "Noto Serif Sinhala", "d80-dff", _UPRIGHT),
    Script("thai", "Noto Serif Thai", "e00-e7f", _UPRIGHT),
    Script("lao", "Noto Serif Lao", "e80-eff", _UPRIGHT),
    Script("tibetan", "Noto Serif Tibetan", "f00-fff", _UPRIGHT),
    Script("myanmar", "Noto Serif Myanmar", "1000-109f", _UPRIGHT),
    Script("ethiopic", "Noto Serif Ethiopic", "1200-139f", _UPRIGHT),
    Script("khmer", "Noto Serif Khmer", "1780-17ff 19e0-19ff", _UPRIGHT),
)
_MARKS_AND_FIGURES = "20-40 5b-60 7b-7e a0 ab b7 bb 200b-200f 2010-2027 2030 2039-203a 25cc"  # for scripts of their own
_FEATURES = "kern liga clig calt ccmp locl mark mkmk smcp c2sc case onum lnum pnum tnum".split()


class Face(NamedTuple):
    """A face to be embedded: how style sheets call it, and the file."""

    family: str
    style: str  # Regular, Italic, Bold, Bold Italic
    name: str  # of the file
    data: bytes


# ---------------------------------------------------------------- what a text needs


def scripts(letters: Mapping[str, int]) -> tuple[Script, ...]:
    """The scripts of which a text has FEWEST letters or more, those it has most of first; `letters` counts them."""
    counts: Counter[str] = Counter()
    for letter, count in letters.items():
        for script in SCRIPTS:
            if ord(letter) in characters(script.ranges) and letter.isalpha():
                counts[script.name] += count
    found = [s for s in SCRIPTS if counts[s.name] >= FEWEST]
    return tuple(sorted(found, key=lambda s: -counts[s.name]))


def faces(found: Iterable[Script], styles: Iterable[str]) -> list[Face]:
    """The faces that set these scripts in these styles, those that are installed. Scripts of one family share files."""
    families: dict[str, list[Script]] = {}
    for script in found:
        families.setdefault(script.family, [LATIN] if script.family == TEXT else []).append(script)
    made = []
    for family, parts in families.items():
        together = [s for s in SCRIPTS if s in parts]
        for style in (s for s in together[0].styles if s in styles):
            if data := subset(family, style, tuple(s.name for s in together)):
                kind = "otf" if data.startswith(b"OTTO") else "ttf"
                made.append(Face(family, style, f"{together[-1].name}-{style.lower().replace(' ', '-')}.{kind}", data))
    return made


@cache
def characters(ranges: str) -> frozenset[int]:
    """The code points of hexadecimal ranges."""
    pairs = [part.partition("-") for part in ranges.split()]
    return frozenset(c for first, _, last in pairs for c in range(int(first, 16), int(last or first, 16) + 1))


# ---------------------------------------------------------------- fontconfig


class Place(NamedTuple):
    """Where a face is: its file, its number in it, its family, and the characters it has."""

    file: str
    number: int
    family: str
    covers: frozenset[int]


@cache
def find(pattern: str) -> Place | None:
    """The face that fontconfig finds nearest to `pattern`, scalable and without colours; None without fontconfig."""
    wanted = f"{pattern}:scalable=true:color=false"
    said = _fontconfig("fc-match", "--format=%{file}\t%{index}\t%{family[0]}\t%{charset}", wanted).split("\t")
    if len(said) != 4 or not os.path.isfile(said[0]):
        return None
    return Place(said[0], int(said[1] or 0) & 0xFFFF, said[2], characters(said[3]))


def _fontconfig(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=True, encoding="utf-8").stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""


def installed(family: str, style: str = "Regular") -> Place | None:
    """The face of this very family in this style, or None where it is not installed."""
    slant = ":italic" if "Italic" in style else ":roman"
    weight = ":bold" if "Bold" in style else ":regular"
    found = find(f"{family}{slant}{weight}")
    return found if found and found.family == family else None


# ---------------------------------------------------------------- subsets, once


@cache
def subset(family: str, style: str, names: tuple[str, ...]) -> bytes:
    """The face cut down to these scripts, as OpenType or TrueType; b"" where it is not installed."""
    place = installed(family, style)
    if place is None:
        return b""
    stat = os.stat(place.file)
    said = (RECIPE, place.file, place.number, stat.st_size, stat.st_mtime_ns, _version(), names)
    name = f"{'-'.join(names)}-{style.replace(' ', '')}-{hashlib.sha256(repr(said).encode()).hexdigest()[:16]}"
    for folder in folders():
        with contextlib.suppress(OSError):
            return (folder / name).read_bytes()
    data = _cut(place, names)
    _keep(name, data)
    return data


def folders() -> Iterator[Path]:
    """Where subsets are kept, those asked first first."""
    if said := os.environ.get("EDITIONS_CACHE"):
        yield Path(said)
        return
    yield Path(sys.prefix, "share", "editions", "faces")
    with contextlib.suppress(RuntimeError):  # a user without a home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "editions" / "faces"


def _version() -> str:
    from fontTools import version

    return str(version)


def _cut(place: Place, names: tuple[str, ...]) -> bytes:
    """The subset: of the text face with its small capitals, figures and ligatures, of others with all they need."""
    from fontTools import subset

    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
    parts = [s for s in SCRIPTS if s.name in names]
    own = parts[0].family != TEXT
    options = subset.Options(
        hinting=False, notdef_outline=True, recalc_timestamp=False, name_IDs=[0, 1, 2, 4, 6, 13, 14]
    )
    options.layout_features = ["*"] if own else _FEATURES
    options.drop_tables += ["FFTM", "DSIG"]
    options.font_number = place.number
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=frozenset().union(*(characters(s.ranges) for s in parts), characters(_MARKS_AND_FIGURES)))
    buffer = BytesIO()
    with subset.load_font(place.file, options) as font:
        cutter.subset(font)
        font.save(buffer)
    return buffer.getvalue()


def _keep(name: str, data: bytes) -> None:
    """Write a subset to the first folder that takes it, whole or not at all."""
    for folder in folders():
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(temporary, 0o644)
            os.replace(temporary, folder / name)
            return


def main() -> None:
    """Fill the cache with the subsets that texts in one script need."""
    for script in SCRIPTS:
        for face in faces((script,), script.styles):
            print(f"{face.family} {face.style}: {script.name}, {len(face.data) // 1000} KB")


if __name__ == "__main__":
    main()
