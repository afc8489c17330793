"""House styles: what a profile and a style sheet may say, how each is refused, what a style does to editions."""

from __future__ import annotations

import re
import zipfile
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from convert import Source, covers, files, pipeline, profiles
from convert.article import Metadata
from convert.editions import naming
from convert.editions.glyphs import refuse_missing
from convert.errors import UsageError
from convert.options import Options, options_from
from convert.paper import paper
from convert.profiles import Profile
from convert.profiles.lint import KEYS, parse
from convert.profiles.style import checked, contrast, lightened
from tests.cases import Case, cases_in, check

ROOT = Path(__file__).parent
MAGAZINE = ROOT.parent / "samples" / "profiles" / "magazine.toml"
TEXT = """The Lamps of the Harbour
By Ada Brink
March 3, 2019

Morning

"The lamps -- all of them -- burned until dawn," said the keeper.

Evening

They do not burn now, and nobody in the town remembers why.

Night

The water is low, and the boats wait for somebody to say so.
"""


def _refusal(error: UsageError) -> str:
    return f"refused: {error}\n  {error.hint}"


@pytest.mark.parametrize("case", cases_in(ROOT / "profiles" / "toml.txt"), ids=str)
def test_a_profile(case: Case, accept: bool) -> None:
    try:
        said = asdict(parse(case.text, "house.toml"))
        got = "\n".join(f"{k}: {v!r}" for k, v in said.items() if v != getattr(Profile(), k))
    except UsageError as error:
        got = _refusal(error)
    check(case, got, accept)


@pytest.mark.parametrize("case", cases_in(ROOT / "profiles" / "css.txt"), ids=str)
def test_a_style_sheet(case: Case, accept: bool) -> None:
    try:
        checked(case.text, "house.css")
        got = "sound"
    except UsageError as error:
        got = _refusal(error)
    check(case, got, accept)


def test_every_field_of_a_profile_can_be_said() -> None:
    assert {key.field for key in KEYS} == set(asdict(Profile()))


def test_what_comes_along_is_sound() -> None:
    for name in profiles.BUILT_IN:
        assert profiles.built_in(name).name == name
    assert files.house_style(str(MAGAZINE)).publisher == "The Weekday Review"


def test_a_style_sheet_of_many_brackets_ends() -> None:
    for sheet in ("(" * 50_000, "{" * 50_000, "h1{" + "a:(" * 20_000, "@media x {" * 20_000):
        with pytest.raises(UsageError):
            checked(sheet, "x.css")


def test_contrast_is_wcag_s() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast(lightened("#7a2e1d", "#191816"), "#191816") >= 4.5


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("A5", (148, 210)),
        ("letter", (215.9, 279.4)),
        ("129x198mm", (129, 198)),
        ("6 x 9 in", (152.4, 228.6)),
        ("12cm×19cm", (120, 190)),
    ],
)
def test_paper(said: str, size: tuple[float, float]) -> None:
    assert paper(said) == size


@pytest.mark.parametrize("said", ["A0", "5x", "10x10mm", "9000x9000mm", "", "A5 landscape", "1e3x9in"])
def test_no_paper(said: str) -> None:
    with pytest.raises(UsageError):
        paper(said)


# ---------------------------------------------------------------- names


def test_files_are_named_by_the_article() -> None:
    m = Metadata(title="L’été: “à/la” plage?", authors=("Ada van Loon",), date="2017-09-18")
    assert naming.file_stem("{date}-{author}-{title}", m, "x") == "2017-09-18-van-loon-lété-à-la-plage"
    assert naming.file_stem("{publisher}-{title}", m, "x") == "lété-à-la-plage"
    assert naming.file_stem("{publisher}", m, "x") == "x"
    assert naming.file_stem("", m, "my text") == "my text"
    assert naming.file_stem("../{title}/..", replace(m, title=".. / .."), "x") == "x"
    assert len(naming.file_stem("{title}{title}{title}", replace(m, title="word " * 99), "x")) <= naming.LONGEST


def test_lines_of_empty_fields_are_left_out() -> None:
    m = Metadata(title="A", publisher="")
    assert naming.paragraphs("{title}\n{publisher}\n\n{rights}\n\nAll of it.", m) == [["A"], ["All of it."]]


# ---------------------------------------------------------------- editions


def _inside(epub: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(epub)) as archive:
        return {name.removeprefix("EPUB/"): archive.read(name) for name in archive.namelist()}


def _made(options: Options, *formats: str) -> tuple[bytes, ...]:
    return tuple(e.data for e in pipeline.convert(Source("a.txt", TEXT.encode()), formats, options).editions)


def test_a_book_has_its_pages() -> None:
    pdf, epub = _made(Options(profile="book", rights="CC0"), "pdf", "epub")
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    assert ["Morning" in pages[0], "CC0" in pages[1], "Contents" in pages[2]] == [False, True, True]
    assert [("Morning" in p, "Evening" in p, "Night" in p) for p in pages[3:6]] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    inside = _inside(epub)
    assert {"cover.jpg", "legal.xhtml", "text-morning.xhtml", "text-night.xhtml"} <= set(inside)
    assert b"CC0" in inside["legal.xhtml"]


@pytest.mark.parametrize(("page", "points"), [("A4", (595, 842)), ("letter", (612, 792)), ("6x9in", (432, 648))])
def test_pages_have_the_size_that_is_asked(page: str, points: tuple[int, int]) -> None:
    (pdf,) = _made(Options(page=page), "pdf")
    box = PdfReader(BytesIO(pdf)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == points


def test_a_house_style_speaks_for_its_house() -> None:
    house = Profile(
        publisher="The Press", rights="CC0", quotes="fr", dashes="em", accent="#7a2e1d", css="p { color: red }"
    )
    article = pipeline.read(Source("a.txt", TEXT.encode()), Options(profile=profiles.packed(house)))
    assert (article.metadata.publisher, article.metadata.rights) == ("The Press", "CC0")
    page, epub = _made(Options(profile=profiles.packed(house), publisher="Mine"), "html", "epub")
    said = page.decode()
    assert "«The lamps — all of them — burned until dawn,»" in re.sub("[\u202f\xa0]", "", said)
    assert "Mine" in said
    assert "The Press" not in said
    for sheet in (said, _inside(epub)["style.css"].decode()):
        assert "p { color: red }" in sheet
        assert "#7a2e1d" in sheet


def test_what_the_caller_says_comes_last() -> None:
    (page,) = _made(Options(profile="book", toc=False, css="h1 { color: navy; }"), "html")
    assert b'class="contents"' not in page
    assert b"h1 { color: navy; }\n</style>" in page


def test_a_face_that_is_not_there_is_refused_before_any_work() -> None:
    with pytest.raises(UsageError, match="is not installed") as refused:
        refuse_missing(replace(Profile(), text_face='"Linux Libertime O", serif'))
    assert "Linux Libertine O" in refused.value.hint
    with pytest.raises(UsageError, match="is not installed"):
        _made(Options(profile=profiles.packed(Profile(head_face='"No Such Face"'))), "pdf")
    assert _made(Options(profile=profiles.packed(Profile(head_face='"No Such Face"'))), "html")


def test_a_cover_beside_the_profile(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (60, 90), "navy").save(tmp_path / "front.png")
    (tmp_path / "house.toml").write_text('[cover]\nimage = "front.png"\n', "utf-8")
    profile = files.house_style(str(tmp_path / "house.toml"))
    (epub,) = _made(Options(profile=profiles.packed(profile)), "epub")
    assert covers.image(profile.cover)[1] == _inside(epub)["cover.png"]
    (tmp_path / "front.png").write_bytes(b"no image")
    with pytest.raises(UsageError, match="no JPEG or PNG"):
        files.house_style(str(tmp_path / "house.toml"))


def test_a_profile_is_named_among_those_there_are() -> None:
    with pytest.raises(UsageError, match="no profile 'bok'"):
        profiles.of(options_from({"profile": "bok"}, "cli"))


# ---------------------------------------------------------------- the source, attached


def test_the_markdown_is_attached_where_asked() -> None:
    plain, pdf, again = (_made(Options(attach_source=x), "pdf")[0] for x in (None, True, True))
    assert not PdfReader(BytesIO(plain)).attachments
    reader = PdfReader(BytesIO(pdf))
    assert b"keeper" in reader.attachments["article.md"][0]
    files_of_it: Any = reader.root_object["/AF"]  # WeasyPrint names the one file twice
    assert {file.get_object()["/AFRelationship"] for file in files_of_it} == {"/Source"}
    assert pdf == again
