"""The desk, as a publisher meets it: Debian's chromium, with its script and without, over a real server."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from convert.editions import EDITIONS
from convert.options import FIELDS
from tests.serving import FORM, Server, form, serving

TEXT = "Of Gardens\n\nby Francis Bacon\n\nGod Almighty first planted a garden.\n\nIt is the purest of our pleasures.\n"
TEMPLATES = Path(__file__).parent.parent / "templates"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(EDITIONS_MAX_BYTES="20000") as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The desk with its script; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    page = browser.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.goto(server.url)
    yield page
    page.close()
    assert not complaints


@pytest.fixture
def plain_page(browser: Browser, server: Server) -> Iterator[Page]:
    """The desk where no script runs."""
    page = browser.new_page(java_script_enabled=False)
    page.goto(server.url)
    yield page
    page.close()


@pytest.fixture
def manuscript(tmp_path: Path) -> Path:
    path = tmp_path / "gardens.txt"
    path.write_text(TEXT, "utf-8")
    return path


def is_a_book_of_gardens(download: Download) -> bool:
    """Whether it is an EPUB that opens, with the text in it."""
    with zipfile.ZipFile(download.path()) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert book.read("mimetype") == b"application/epub+zip"
        assert book.testzip() is None
        return "purest of our pleasures" in "".join(book.read(n).decode() for n in book.namelist() if "xhtml" in n)


def only(page: Page, *formats: str) -> None:
    page.locator("details.more").evaluate("fold => { fold.open = true }")
    for name in EDITIONS:
        page.locator(f"#to-{name}").set_checked(name in formats)


# ---------------------------------------------------------------- with the script


def test_a_file_is_set_on_the_page_itself(page: Page, manuscript: Path) -> None:
    page.get_by_label("A text file").set_input_files(manuscript)
    page.get_by_role("button", name="Set the article").click()
    expect(page.get_by_role("heading", name="Of Gardens")).to_be_visible(timeout=60_000)
    expect(page.locator("#result-byline")).to_contain_text("Francis Bacon")
    links = page.locator("#result-editions a")
    expect(links).to_have_text(["gardens.html", "gardens.pdf", "gardens.epub"])
    expect(page.locator("#result-editions span").first).to_have_text(re.compile(r"^\d+ (bytes|KB)$"))
    with page.expect_download() as started:
        links.nth(2).click()
    assert started.value.suggested_filename == "gardens.epub"
    assert is_a_book_of_gardens(started.value)


def test_pasted_text_is_set_too(page: Page) -> None:
    page.get_by_label("pasted here").fill(TEXT)
    only(page, "epub")
    page.get_by_role("button", name="Set the article").click()
    expect(page.locator("#result-editions a")).to_have_text(["article.epub"], timeout=60_000)
    with page.expect_download() as started:
        page.locator("#result-editions a").click()
    assert is_a_book_of_gardens(started.value)


def test_what_was_doubtful_is_listed_with_its_line(page: Page, tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_bytes("Un été à la campagne, très agréable et déjà passé.\n".encode("cp1252"))
    page.get_by_label("A text file").set_input_files(old)
    only(page, "html")
    page.get_by_role("button", name="Set the article").click()
    expect(page.locator("#result-remarks")).to_contain_text("windows-1252", timeout=60_000)


def test_a_file_may_be_dropped_on_the_sheet(page: Page) -> None:
    dropped = page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['A dropped text.'], 'dropped.txt')); return d }"
    )
    page.dispatch_event("#manuscript", "dragover", {"dataTransfer": dropped})
    expect(page.locator("#manuscript")).to_have_class(re.compile("over"))
    page.dispatch_event("#manuscript", "drop", {"dataTransfer": dropped})
    expect(page.locator("#manuscript")).not_to_have_class(re.compile("over"))
    only(page, "html")
    page.get_by_role("button", name="Set the article").click()
    expect(page.locator("#result-editions a")).to_have_text(["dropped.html"], timeout=60_000)


def test_an_error_is_named_and_nothing_typed_is_touched(page: Page) -> None:
    page.get_by_label("pasted here").fill(TEXT)
    page.get_by_text("Title page and details").click()
    page.get_by_label("Date", exact=True).fill("yesterday")
    page.get_by_role("button", name="Set the article").click()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("'yesterday' is not an ISO 8601 date. Write it like 2017-09-18.")
    expect(problem).to_be_focused()
    expect(page.get_by_label("pasted here")).to_have_value(TEXT)
    page.get_by_label("Date", exact=True).fill("1625")
    only(page, "html")
    page.get_by_role("button", name="Set the article").click()
    expect(page.locator("#result-editions a")).to_have_count(1, timeout=60_000)
    expect(problem).to_be_hidden()


def test_too_large_a_file_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(b"A word. " * 3_000)
    page.get_by_label("A text file").set_input_files(large)
    page.get_by_role("button", name="Set the article").click()
    expect(page.get_by_role("alert")).to_contain_text("large.txt has 24 KB; the limit here is 20 KB.")


# ---------------------------------------------------------------- without


def test_without_script_one_edition_is_downloaded(plain_page: Page, manuscript: Path) -> None:
    plain_page.get_by_label("A text file").set_input_files(manuscript)
    only(plain_page, "epub")
    with plain_page.expect_download(timeout=60_000) as started:
        plain_page.get_by_role("button", name="Set the article").click()
    assert started.value.suggested_filename == "gardens.epub"
    assert is_a_book_of_gardens(started.value)


def test_without_script_several_come_in_a_zip(plain_page: Page) -> None:
    plain_page.get_by_label("pasted here").fill(TEXT)
    with plain_page.expect_download(timeout=60_000) as started:
        plain_page.get_by_role("button", name="Set the article").click()
    assert started.value.suggested_filename == "article.zip"
    with zipfile.ZipFile(started.value.path()) as archive:
        assert archive.namelist() == ["article.html", "article.pdf", "article.epub"]


def test_without_script_details_reach_the_edition(plain_page: Page) -> None:
    plain_page.get_by_label("pasted here").fill(TEXT)
    plain_page.get_by_text("Title page and details").click()
    plain_page.get_by_label("Title", exact=True).fill("On Gardens & <Groves>")
    plain_page.get_by_label("Authors").fill("Ada One; Ben Two")
    only(plain_page, "html")
    with plain_page.expect_download(timeout=60_000) as started:
        plain_page.get_by_role("button", name="Set the article").click()
    html = started.value.path().read_text("utf-8")
    assert "On Gardens &amp; &lt;Groves&gt;" in html
    for author in ("Ada One", "Ben Two"):
        assert f'<meta name="author" content="{author}"' in html


def test_without_script_an_error_keeps_what_was_typed(plain_page: Page) -> None:
    typed = "\n\nTwo empty lines came first & <tags> stay.\n"
    plain_page.get_by_label("pasted here").fill(typed)
    plain_page.get_by_text("Title page and details").click()
    plain_page.get_by_label("Title", exact=True).fill('A "title" & <more>')
    plain_page.get_by_label("Date", exact=True).fill("yesterday")
    plain_page.get_by_label("Table of contents").select_option("Yes")
    only(plain_page, "html", "json")
    with plain_page.expect_response("**/") as answered:
        plain_page.get_by_role("button", name="Set the article").click()
    assert answered.value.status == 400
    alert = plain_page.get_by_role("alert")
    expect(alert).to_contain_text("'yesterday' is not an ISO 8601 date. Write it like 2017-09-18.")
    expect(alert).not_to_contain_text("Choose the file again")
    expect(plain_page.get_by_label("pasted here")).to_have_value(typed)
    expect(plain_page.get_by_label("Title", exact=True)).to_have_value('A "title" & <more>')
    expect(plain_page.get_by_label("Table of contents")).to_have_value("true")
    assert [name for name in EDITIONS if plain_page.locator(f"#to-{name}").is_checked()] == ["html", "json"]


def test_without_script_a_lost_file_is_asked_for_again(plain_page: Page, tmp_path: Path) -> None:
    picture = tmp_path / "picture.txt"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    plain_page.get_by_label("A text file").set_input_files(picture)
    plain_page.get_by_role("button", name="Set the article").click()
    expect(plain_page.get_by_role("alert")).to_contain_text("PNG picture")
    expect(plain_page.get_by_role("alert")).to_contain_text("Choose the file again")


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (form(b"", name="", to="html"), 422, "There is no text to set."),
        (form(b"A text."), 400, "No edition was ticked."),
        (form(b"A text.", to="html", text="Another."), 400, "There are 2 texts"),
        (form(b"A text. " * 3_000, to="html"), 413, "EDITIONS_MAX_BYTES"),
        (form(b"A text. " * 300_000, to="html"), 413, "EDITIONS_MAX_BYTES"),
        (b"no form", 400, "not well-formed"),
    ],
)
def test_each_error_of_the_form_is_a_sentence_on_the_page(
    server: Server, body: bytes, status: int, sentence: str
) -> None:
    answer = server.ask("POST", "/", body, FORM)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert sentence in answer.data.decode()


def test_a_page_that_is_none_says_so_in_html(server: Server) -> None:
    answer = server.ask("GET", "/nowhere")
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "There is nothing at this address." in answer.data.decode()


# ---------------------------------------------------------------- how it is made


def test_every_option_of_the_http_door_has_its_labelled_field(page: Page) -> None:
    names = page.eval_on_selector_all("[name]", "fields => fields.map(f => f.name)")
    assert set(names) - {"viewport", "color-scheme"} == {
        "file", "text", "to", *(f.name for f in FIELDS if "http" in f.doors and f.name != "css")  # a setting allows css
    }  # fmt: skip
    assert page.eval_on_selector_all("input, select, textarea", "all => all.filter(f => !f.labels.length).length") == 0


def test_nothing_comes_from_elsewhere_and_no_script_or_style_stands_in_the_page(server: Server) -> None:
    answer = server.ask("GET", "/")
    policy, html = answer.headers["Content-Security-Policy"], answer.data.decode()
    assert "unsafe" not in policy
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src)|(src|href)=\"(?!/)", html)


def test_the_page_names_its_source(page: Page) -> None:
    assert page.get_by_role("link", name="source of this version").get_attribute("href") == "/source"


def test_style_and_script_are_fetched_once(server: Server) -> None:
    for name in ("desk.css", "desk.js", "desk.svg"):
        first = server.ask("GET", f"/{name}")
        second = server.ask("GET", f"/{name}", headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status, second.status, second.data) == (200, 304, b"")


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_nothing_overflows_at_any_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_text("Title page and details").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "desk", 7), ("ink", "sheet", 7), ("ink", "wash", 7), ("soft", "desk", 4.5), ("soft", "sheet", 4.5),
        ("mark", "desk", 4.5), ("mark", "sheet", 4.5), ("mark-deep", "desk", 4.5), ("on-button", "button", 4.5),
        ("on-button", "button-deep", 4.5), ("edge", "desk", 3), ("edge", "sheet", 3), ("mark", "wash", 3),
    ],
)  # fmt: skip
def test_contrast_is_enough_in_light_and_dark(front: str, back: str, least: float) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11: 4.5 for text, 3 for the edges of fields."""
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", (TEMPLATES / "desk.css").read_text("utf-8"), re.S)
    )
    for palette in (light, dark):
        assert contrast(palette[front], palette[back]) >= least


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
