"""The real things that journeys share."""

from __future__ import annotations

import pytest
from floor import DeskProcess, TerminalProcess, VirtualScreen
from needs import missing, program


@pytest.fixture(scope="session")
def screen():
    """A virtual screen of 1280x800."""
    for name in ("xdotool", "openbox", "Xvfb"):
        program(name)
    screen = VirtualScreen()
    yield screen
    screen.close()


@pytest.fixture
def start_terminal(screen):
    """Start terminals; whatever still runs at the end of the test is stopped."""
    started = []

    def start(config):
        started.append(TerminalProcess(screen, config))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()


@pytest.fixture
def start_desk(tmp_path):
    """Start desks, likewise."""
    started = []

    def start(data=None, *, port=0):
        started.append(DeskProcess(data or tmp_path / "desk", port=port))
        return started[-1]

    yield start
    for desk in started:
        desk.close()


@pytest.fixture(scope="module")
def chromium():
    """A real browser; playwright allows one driver at a time, so it ends with the module."""
    path = program("chromium", "chromium-browser", "google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("the Python package playwright")
    with sync_playwright() as playwright:
        quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--no-first-run", *quiet])
        yield browser
        browser.close()
