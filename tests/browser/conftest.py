"""A browser, a server on an empty workspace, and a visitor; a file may have its own of each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.studio import DESKTOP, Screen, Visit, chromium, server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def address(workspace: Path) -> Iterator[str]:
    with server(workspace, forked=True) as found:
        yield found


@pytest.fixture
def screen() -> Screen:
    return DESKTOP, False


@pytest.fixture
def visit(browser: Browser, address: str, screen: Screen) -> Iterator[Visit]:
    found = Visit(browser, address, *screen)
    yield found
    found.leave()
