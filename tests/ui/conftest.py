"""One window per process, so one app per session; every test begins at home, in English, on a fresh terminal."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]


def _needs_a_screen():
    if not os.environ.get("DISPLAY"):
        # Real OpenGL through Mesa, no X server at all.
        os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")


@pytest.fixture(scope="session")
def open_window():
    """The app in its window, on a floor that `pilot` replaces for each test."""
    _needs_a_screen()
    with warnings.catch_warnings():
        # Kivy's own code uses what Python 3.12 calls deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        from fakes import Floor
        from stagehand import open_app

        app = open_app(Floor(), idle_seconds=3600)
    yield app
    from kivy.base import stopTouchApp

    stopTouchApp()
    app.on_stop()


@pytest.fixture
def floor():
    """The terminal behind the screens, with a working fake of everything outside."""
    from fakes import Floor

    return Floor()


@pytest.fixture
def pilot(open_window, floor, monkeypatch):
    """A person at a fresh terminal, looking at the start screen."""
    from pilot import Pilot
    from stagehand import reset

    from kiosk.ui.page import Stage
    from kiosk.ui.widgets.card import TapCard

    # Tests tap faster than people; the guards against that have tests of their own.
    monkeypatch.setattr(TapCard, "bounce", 0.0)
    monkeypatch.setattr(Stage, "settle", 0.0)
    reset(open_window, floor)
    person = Pilot(open_window)
    person.frames()
    return person
