"""What the tests share: --accept, the case files, and real engines found or the reason why a test is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
SHARED = Path(__file__).parent.parent.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="Rewrite the expected output of case files; then read the diff."
    )
    parser.addoption("--broker", choices=("rabbitmq", "redis"), default="rabbitmq", help="What tells workers of work.")


@pytest.fixture(scope="session", autouse=True)
def _no_state_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever a test keeps without naming a folder goes with the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether expected output is to be rewritten."""
    return bool(request.config.getoption("--accept"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of texts that belong to others; a test that wants it skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared is not here")
    return SHARED


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A chromium of the module's own."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
