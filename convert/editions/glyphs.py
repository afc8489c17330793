"""Glyphs: a page whose words no installed face can show in full says so before a PDF of it is released.

The engine takes any face that fontconfig knows, one after the other, so what can be set is the union of them all. What
none has is set as its number, [U+12000], and remarked with the cure; so is private use, since each face means its own
by it (ISO 19005-3, 6.2.11.8). What shows nothing (joiners, selectors, tags) is left alone. The gate to fontconfig.
"""

from __future__ import annotations

import difflib
import logging
import os
import re
import subprocess
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from convert.article import Article, Remark
from convert.errors import UsageError
from convert.profiles import Profile
from convert.profiles.lint import GENERIC
from convert.tree import WITH_TEXT, nodes

_EVERYDAY = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) | frozenset("\n\t–—‘’“”„‚…•·‹›€™−↩")
_NAMED = 5  # characters a remark names


class Faces(NamedTuple):
    """What can be set here: the characters that some installed face has, as runs, and the names of the families."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    families: frozenset[str]

    def has(self, char: str) -> bool:
        """Whether a face has a glyph for `char`."""
        run = bisect_right(self.starts, ord(char)) - 1
        return run >= 0 and ord(char) <= self.ends[run]


@cache
def installed() -> Faces:
    """The faces of this machine, colour ones aside; read once, 25 ms with all of Noto."""
    prepare()
    asked = ("fc-list", "--format", "%{family[0]}|%{charset}\\n")
    try:
        listed = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return Faces((0,), (0x10FFFF,), frozenset())  # the engine itself still says what it lacked
    families, charsets = set(), set()
    for line in listed.splitlines():
        family, _, charset = line.partition("|")
        families.add(family)
        charsets.add(charset)
    return faces(charsets, families)


def faces(charsets: Iterable[str], families: Iterable[str]) -> Faces:
    """The union of `charsets`, each as fontconfig writes them: `20-7e a0 2013-2015`, hexadecimal."""
    runs = sorted(
        {run for charset in charsets for run in charset.split()}, key=lambda run: int(run.partition("-")[0], 16)
    )
    starts: list[int] = []
    ends: list[int] = []
    for run in runs:
        first, _, last = run.partition("-")
        start, end = int(first, 16), int(last or first, 16)
        if ends and start <= ends[-1] + 1:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Faces(tuple(starts), tuple(ends), frozenset(families))


def prepare() -> None:
    """Fontconfig leaves colour faces out from now on. To be called before the engine is imported."""
    os.environ.setdefault("FONTCONFIG_FILE", str(Path(__file__).with_name("fonts.conf")))


def refuse_missing(profile: Profile) -> None:
    """UsageError for the first face that `profile` asks for and pages cannot be set in."""
    there = {family.casefold(): family for family in installed().families}
    for key, families in (("text", profile.text_face), ("head", profile.head_face), ("mono", profile.mono_face)):
        face = families.split(",")[0].strip('"')
        if there and face and face not in GENERIC and face.casefold() not in there:
            near = difflib.get_close_matches(face.casefold(), there, 1)
            other = f"or say {there[near[0]]!r}" if near else "or name another"
            raise UsageError(
                f"The profile {profile.name}: [faces] {key}: the face {face!r} is not installed.",
                f"Install it (fc-list shows what is there), {other}, or ask for -t html,epub.",
                code="unknown-face",
            )


# ---------------------------------------------------------------- what is missing


def missing(page: str, faces: Faces) -> frozenset[str]:
    """The characters of `page` that no face shows as they are meant."""
    return frozenset(c for c in set(page) - _EVERYDAY if not _shows_nothing(c) and (_is_private(c) or not faces.has(c)))


# Default_Ignorable_Code_Point of DerivedCoreProperties.txt; Pango sets nothing where a face has no glyph for them.
_NOTHING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def _shows_nothing(char: str) -> bool:
    return bool(_NOTHING.match(char)) or unicodedata.category(char) in ("Zs", "Cc", "Zl", "Zp")


def _is_private(char: str) -> bool:
    return unicodedata.category(char) == "Co"


_TEXT = re.compile(r'>[^<]+<|data-running="[^"]*"')  # a running head is read too


def marked(page: str, chars: Iterable[str]) -> str:
    """`page` with each of `chars` set as its number where it is read; what stands in tags and before the body stays."""
    codes = str.maketrans({c: f"[{code(c)}]" for c in chars})
    head, tag, body = page.partition("<body")
    return head + tag + _TEXT.sub(lambda run: run.group().translate(codes), body)


def code(char: str) -> str:
    """A character's number as Unicode writes it: U+12000."""
    return f"U+{ord(char):04X}"


@contextmanager
def heard() -> Iterator[set[str]]:
    """The characters for which the engine meanwhile says that it drew a box, whatever fontconfig thought of them."""
    boxes: set[str] = set()

    class Boxes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if str(record.msg).startswith(".notdef") and record.args:
                boxes.add(str(record.args[0]))  # type: ignore[index]  # a tuple: the character, its number

    logger, ear = logging.getLogger("weasyprint"), Boxes(logging.WARNING)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    logger.addHandler(ear)
    try:
        yield boxes
    finally:
        logger.removeHandler(ear)
        logger.setLevel(logging.CRITICAL)


# ---------------------------------------------------------------- what is said of it


def remarks(article: Article, chars: Iterable[str], faces: Faces) -> tuple[Remark, ...]:
    """A remark for each cure, with the characters it would cure and the first line that has one."""
    by_cure: dict[str, list[str]] = {}
    for char in sorted(chars):
        by_cure.setdefault(_cure(char, faces), []).append(char)
    return tuple(Remark("glyph", _line(article, some), _said(some, cure)) for cure, some in by_cure.items())


def _said(chars: Sequence[str], cure: str) -> str:
    names = ", ".join(_named(c) for c in chars[:_NAMED])
    more = f" and {len(chars) - _NAMED} more" if len(chars) > _NAMED else ""
    why = "Of private use" if _is_private(chars[0]) else "In no installed face"
    return f"{why}: {names}{more}; set in the PDF by number, [{code(chars[0])}]. {cure}"


def _named(char: str) -> str:
    return f"{code(char)} {unicodedata.name(char, '')}".strip()


# Characters, and the Debian packages that have faces for them, each with a family that tells whether it is installed.
_IDEOGRAPHS = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HANGUL = re.compile("[\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff]")
_SYMBOLS = re.compile("[\u2190-\u2bff\U0001f000-\U0001fbff]")
_PACKAGES = (
    (_IDEOGRAPHS, (("fonts-noto-cjk", "Noto Serif CJK JP"), ("fonts-hanazono", "HanaMinA"))),
    (_HANGUL, (("fonts-noto-cjk", "Noto Serif CJK JP"),)),
    (_SYMBOLS, (("fonts-symbola", "Symbola"), ("fonts-noto-core", "Noto Sans Symbols2"))),
    (re.compile("[\0-\uffff]"), (("fonts-noto-core", "Noto Sans"), ("fonts-unifont", "Unifont"))),
    (re.compile("."), (("fonts-noto-core", "Noto Sans"),)),
)


def _cure(char: str, faces: Faces) -> str:
    if _is_private(char):
        return "Such a character means what one font says: replace it in the text."
    if unicodedata.category(char) == "Cn":
        return "Unicode, as far as known here, has no such character: replace it in the text."
    packages = next(some for chars, some in _PACKAGES if chars.match(char))
    wanted = next((name for name, family in packages if family not in faces.families), "")
    return f"Install {wanted}." if wanted else "Install a face that has it in black, or replace it in the text."


def _line(article: Article, chars: Sequence[str]) -> int:
    """The first source line of the first block that has one of `chars`; 0 where they stand in the title or about it."""
    for block in article.blocks:
        if block.pos and any(type(n) in WITH_TEXT and not set(chars).isdisjoint(n.text) for n in nodes(block)):
            return block.pos.first
    return 0
