"""The lint: a house style written in TOML becomes a Profile, or an error names the key, what is wrong and the cure.

`KEYS` is the whole of what a profile may hold; the documentation's table is made of it.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from convert import covers
from convert.errors import UsageError
from convert.options import is_language
from convert.paper import paper
from convert.profiles import Profile, built_in

Beside = Callable[[str], bytes]  # the content of a file beside the profile, by its name
FILLED = "title subtitle author authors date year publisher rights identifier language source".split()
NAMED = [*FILLED, "stem"]  # what a file's name may have besides
LARGEST = 100_000  # characters of a profile
GENERIC = {"serif", "sans-serif", "monospace", "system-ui", "ui-serif", "ui-sans-serif", "ui-monospace"}


class Key(NamedTuple):
    """One thing a profile may say: `value` gives what the Profile holds, or a ValueError that says what is wanted."""

    section: str
    name: str
    field: str
    value: Callable[[Any, Beside], Any]
    help: str

    @property
    def place(self) -> str:
        """Where it stands, as people would say it."""
        return f"[{self.section}] {self.name}" if self.section else self.name


# ---------------------------------------------------------------- kinds of values


def _text(value: Any, _: Beside) -> str:
    if not isinstance(value, str):
        raise ValueError("it must be text in quotation marks")
    return value.strip()


def _flag(value: Any, _: Beside) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it must be true or false")
    return value


def _page(value: Any, beside: Beside) -> str:
    said = _text(value, beside)
    try:
        paper(said)
    except UsageError as error:
        raise ValueError(f"{error} {error.hint}".rstrip(".")) from None
    return said


_LENGTH = re.compile(r"\d{1,3}(\.\d{1,2})?(mm|cm|in|pt)")


def _margins(value: Any, beside: Beside) -> str:
    lengths = _text(value, beside).split()
    if not 1 <= len(lengths) <= 4 or not all(_LENGTH.fullmatch(length) for length in lengths):
        raise ValueError("it must be one to four lengths: top, outer, bottom, inner, as in '18mm 15mm 22mm 18mm'")
    return " ".join(lengths)


_FACE = re.compile(r"[^\W_][\w .+'-]{0,60}")


def _faces(value: Any, _: Beside) -> str:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and _FACE.fullmatch(name.strip()) for name in names):
        raise ValueError("it must be the name of a face, or a list of names, the next where one lacks a letter")
    return ", ".join(name.strip() if name.strip() in GENERIC else f'"{name.strip()}"' for name in names)


def _colour(value: Any, beside: Beside) -> str:
    from convert.profiles.style import colour

    return colour(_text(value, beside))


def _css(value: Any, beside: Beside) -> str:
    from convert.profiles.style import checked

    said = _text(value, beside)
    if "{" in said or not said:
        return checked(said, "of the profile")
    try:
        return checked(beside(said).decode("utf-8-sig"), said)
    except UnicodeDecodeError:
        raise ValueError(f"{said} is not UTF-8; save it as UTF-8") from None


def _cover(value: Any, beside: Beside) -> str:
    said = _text(value, beside)
    if said in ("", *covers.WORDS):
        return said
    try:
        url = covers.data_url(beside(said))
        covers.check(url)
    except UsageError as error:
        raise ValueError(f"{error} {error.hint}".rstrip(".")) from None
    return url


def _language(value: Any, beside: Beside) -> str:
    said = _text(value, beside)
    if not is_language(said):
        raise ValueError("it must be the tag of a language whose marks are set: en, de, fr, de-CH")
    return said


def _dashes(value: Any, beside: Beside) -> str:
    said = _text(value, beside)
    if said not in ("em", "en"):
        raise ValueError("it must be 'em' (—, as books have it) or 'en' (– where spaces stand about it)")
    return said


def _pattern(allowed: Iterable[str]) -> Callable[[Any, Beside], str]:
    names = list(allowed)

    def checked(value: Any, beside: Beside) -> str:
        said = _text(value, beside)
        braced = re.findall(r"\{([^{}]*)\}", said)
        wrong = [name for name in braced if name not in names]
        if wrong or re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", said)):
            what = f"{{{wrong[0]}}} is no field" if wrong else "a brace stands alone"
            raise ValueError(f"{what}; the fields are {', '.join(f'{{{name}}}' for name in names)}")
        return said

    return checked


def name_pattern(said: str) -> str:
    """A pattern of files' names, found sound. UsageError names what is no field."""
    try:
        return _pattern(NAMED)(said, lambda _: b"")
    except ValueError as error:
        raise UsageError(f"The name {said} cannot be made: {error}.", "Write --name {date}-{author}-{title}.") from None


KEYS = (
    Key("", "name", "name", _text, "What the house style is called."),
    Key("publisher", "name", "publisher", _text, "The publisher, where neither caller nor text names one."),
    Key("publisher", "rights", "rights", _text, "The rights, where neither caller nor text states them."),
    Key("publisher", "legal", "legal", _pattern(FILLED), "The legal page of PDF and EPUB, with fields in braces."),
    Key("page", "size", "page", _page, "Paper: A6, A5, A4, B6, B5, letter, legal, `129x198mm`, `6x9in`."),
    Key("page", "margins", "margins", _margins, "Top, outer, bottom, inner; else as fits the page."),
    Key("page", "title", "title_page", _flag, "Whether the title has a page of its own."),
    Key("page", "chapters", "chapters", _flag, "Whether top sections begin a page."),
    Key("page", "toc", "toc", _flag, "Whether there is a table of contents, where the caller does not say."),
    Key("faces", "text", "text_face", _faces, "The face of the text, or a list; for PDF the first must be installed."),
    Key("faces", "head", "head_face", _faces, "The face of titles and headings."),
    Key("faces", "mono", "mono_face", _faces, "The face of code."),
    Key("colours", "ink", "ink", _colour, "The colour of the text, in HTML and PDF."),
    Key("colours", "accent", "accent", _colour, "The colour of headings and links; it must be readable on white."),
    Key("style", "css", "css", _css, "Rules after the design's own: a file beside it, or the rules."),
    Key("cover", "image", "cover", _cover, "`none`, `generated`, or a JPEG or PNG beside the profile."),
    Key("names", "file", "file_name", _pattern(NAMED), "Names of the files: `{date}-{author}-{title}`."),
    Key("words", "quotes", "quotes", _language, "The language whose quotation marks are set for straight ones."),
    Key("words", "dashes", "dashes", _dashes, "`em`: every dash is —; `en`: – where spaces stand about it."),
)  # fmt: skip
SECTIONS = tuple(dict.fromkeys(key.section for key in KEYS if key.section))
BASE = "base"  # a built-in profile whose values hold where this one says none


def parse(text: str, name: str, beside: Beside | None = None) -> Profile:
    """The Profile that `text` is; `beside` gives the files it names. UsageError says what is wrong in `name`."""
    said = _toml(text, name)
    base = said.pop(BASE, "")
    fields: dict[str, Any] = {}
    for section, key, value in _entries(said, name):
        known = _known(section, key, name)
        try:
            fields[known.field] = known.value(value, beside or _nothing_beside)
        except ValueError as error:
            raise _refused(name, f"{known.place}: {error}", "Mend the line") from None
    return replace(_base(base, name), **{"name": name.removesuffix(".toml"), **fields})


def _base(said: Any, name: str) -> Profile:
    if not said:
        return Profile()
    if not isinstance(said, str):
        raise _refused(name, f"{BASE}: it must be text in quotation marks", "Mend the line")
    return built_in(said)


def _toml(text: str, name: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise _refused(name, f"it has more than {LARGEST} characters", "A house style is some forty lines")
    try:
        return tomllib.loads(text.lstrip("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _refused(
            name, f"it is no TOML: {error}", "Write [section] lines, and name = 'value' below them"
        ) from None


def _entries(said: dict[str, Any], name: str) -> Iterable[tuple[str, str, Any]]:
    """Each value with its section and its key; those before the first section have none."""
    for section, values in said.items():
        if not isinstance(values, dict):
            yield "", section, values
        elif section not in SECTIONS:
            raise _refused(name, f"[{section}] is no section", _near(section, SECTIONS, "The sections are"))
        else:
            yield from ((section, key, value) for key, value in values.items())


def _known(section: str, name: str, profile: str) -> Key:
    there = {key.name: key for key in KEYS if key.section == section}
    if name not in there:
        place = f"[{section}] {name}" if section else name
        names = [*there, *(() if section else (BASE, *(f"[{s}]" for s in SECTIONS)))]
        said = f"[{section}] may hold" if section else "Before the first section may stand"
        raise _refused(profile, f"{place} is not known", _near(name, names, said))
    return there[name]


def _near(word: str, words: Iterable[str], said: str) -> str:
    """The words there are, the nearest to `word` first of all."""
    words = list(words)
    near = difflib.get_close_matches(word, words, 1)
    return (f"Did you mean {near[0]}? " if near else "") + f"{said} {', '.join(words)}"


def _refused(name: str, why: str, cure: str) -> UsageError:
    return UsageError(f"The profile {name}: {why}.", f"{cure}.", code="bad-profile")


def _nothing_beside(name: str) -> bytes:
    raise ValueError(f"no file can be named here, and {name!r} is one")
