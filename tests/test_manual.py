"""The manual at /docs: all that the description says, on a page that needs no script, at any width, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from convert.jobs import keys, table
from convert.settings import Settings
from convert.web import openapi
from convert.web.manual import Shape, shape_of
from tests.serving import Server, serving

TEMPLATES = Path(__file__).parent.parent / "templates"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.ask("GET", "/openapi.json").json
    return found


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The manual where no script runs; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    page = browser.new_page(java_script_enabled=False)
    page.on("console", lambda said: complaints.append(said.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(f"{server.url}docs")
    yield page
    page.close()
    assert not complaints


@pytest.mark.parametrize(
    ("schema", "shape"),
    [
        ({"type": "string"}, Shape(("text",))),
        ({"type": "boolean"}, Shape((), ("true", "false"))),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, Shape(("several",), ("a", "b"))),
        ({"type": "array", "items": {"type": "string", "format": "binary"}}, Shape(("several files",))),
        ({"anyOf": [{"$ref": "#/components/schemas/Job"}, {"type": "null"}]}, Shape(("null",), (), "Job")),
        ({"anyOf": [{"enum": ["A5"]}, {"pattern": "mm$"}]}, Shape(("text",), ("A5",))),
        ({"type": ["string", "object"]}, Shape(("text", "object"))),
    ],
)
def test_a_schema_is_told_at_a_glance(schema: dict[str, Any], shape: Shape) -> None:
    assert shape_of(schema) == shape


def test_every_operation_is_there_with_what_the_description_says(page: Page, document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            sheet = page.locator(f"#{operation['operationId']}")
            expect(sheet.locator("h3")).to_have_text(operation["summary"])
            expect(sheet.locator(".line")).to_have_text(f"{method.upper()} {path}")
            expect(sheet.locator("pre")).to_have_text(openapi.SAMPLES[operation["operationId"]])
            text = sheet.text_content() or ""
            for parameter in operation["parameters"]:
                assert parameter.get("name", "") in text
            for status in operation["responses"]:
                assert status in text
    options = page.locator("#options").text_content() or ""
    assert all(name in options for name in ("no_detect", "overrides", "cover", "smallcaps"))
    expect(page.locator("#problem-409")).to_contain_text("not done yet")
    expect(page.locator("#ended")).to_contain_text("webhook-signature")


def test_every_link_leads_somewhere(server: Server) -> None:
    html = server.ask("GET", "/docs").data.decode()
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    for path in set(re.findall(r'href="(/[^"#]*)"', html)):
        assert server.ask("GET", path).status == 200, path


def test_the_desk_leads_to_it(browser: Browser, server: Server) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(server.url)
    page.get_by_role("link", name="how they do").click()
    expect(page.get_by_role("heading", name="Set a text later: a job")).to_be_visible()
    page.get_by_role("link", name="Editions", exact=True).click()
    expect(page.get_by_role("button", name="Set the article")).to_be_visible()
    page.close()


def test_it_needs_no_key_and_keeps_the_policy(tmp_path: Path) -> None:
    engine = table.opened(Settings(data=str(tmp_path)).database_url)
    keys.create(engine, "newsroom")
    engine.dispose()
    with serving(EDITIONS_DATA=str(tmp_path)) as server:
        assert server.ask("GET", "/v1/formats").status == 401
        for path in ("/docs", "/docs/docs.css"):
            answer = server.ask("GET", path)
            assert answer.status == 200
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
        html = server.ask("GET", "/docs").data.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script", html)


def test_its_style_is_fetched_once(server: Server) -> None:
    first = server.ask("GET", "/docs/docs.css")
    again = server.ask("GET", "/docs/docs.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status, again.status, again.data) == (200, 304, b"")


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_overflows_at_any_width(browser: Browser, server: Server, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{server.url}docs")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_its_colours_are_the_desk_s_so_that_dark_is_dark() -> None:
    """Contrast is measured where the palette is, in tests/test_desk.py."""
    css = (TEMPLATES / "docs.css").read_text("utf-8")
    palette = set(re.findall(r"--([\w-]+):", (TEMPLATES / "desk.css").read_text("utf-8")))
    assert set(re.findall(r"var\(--([\w-]+)\)", css)) <= palette
    assert not re.search(r"#[0-9a-f]{3,6}\b|rgb", css)
