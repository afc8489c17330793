"""Languages: the words editions add, the faces and sides of each script, and texts that engines choke on."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from babel.units import format_unit

import convert.editions.words
from convert.editions.words import words

TABLE = tomllib.loads(Path(convert.editions.words.__file__).with_suffix(".toml").read_text("utf-8"))


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("language", TABLE)
def test_each_language_has_every_word(language: str) -> None:
    said = TABLE[language]
    assert said.keys() == TABLE["en"].keys()
    assert all(word.strip() == word and word for word in said.values())
    assert said["reading_time"].count("{n}") == 1


@pytest.mark.parametrize("language", TABLE)
@pytest.mark.parametrize("n", [2, 5, 21])
def test_minutes_are_written_as_cldr_writes_them(language: str, n: int) -> None:
    minutes = format_unit(n, "duration-minute", "short", locale=language.replace("-", "_"))
    assert minutes.replace("\u00a0", " ").strip() in words(language)["reading_time"].format(n=n)


@pytest.mark.parametrize(
    ("tag", "found"),
    [("de-AT", "de"), ("zh-TW", "zh-Hant"), ("zh-Hant-HK", "zh-Hant"), ("zh-CN", "zh"), ("nn", "nb"), ("PT-br", "pt")],
)
def test_a_tag_finds_its_language(tag: str, found: str) -> None:
    assert words(tag)["language"] == found


@pytest.mark.parametrize("tag", ["", "und", "tlh", "x-mine"])
def test_a_language_without_words_gets_the_english_ones_and_says_so(tag: str) -> None:
    assert words(tag)["language"] == "en"
    assert words(tag)["contents"] == "Contents"
