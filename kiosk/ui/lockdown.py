"""Kivy, made fit for a public terminal. `prepare` must run before anything imports Kivy."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass

_ENVIRONMENT = {
    # Nothing is read from or written to the home folder, the command line or the environment.
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_ENV_CONFIG": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "KIVY_WINDOW": "sdl2",
    "KIVY_CLIPBOARD": "dummy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """How this terminal's screen is set up."""

    width: int = 1280
    height: int = 800
    fullscreen: bool = False
    cursor: bool = False
    """Show a mouse pointer; a touch screen needs none."""
    palette: str = "light"
    still: bool = False
    """No movement at all, for people whom it disturbs and for pictures."""
    max_fps: int = 30


def prepare(display: Display) -> None:
    """Set Kivy up for `display` and lock everything that is for developers."""
    os.environ.update(_ENVIRONMENT)
    from kivy.config import Config  # noqa: PLC0415  it reads the environment set above

    for section, options in _options(display).items():
        for name, value in options.items():
            Config.set(section, name, str(value))
    for name, _ in list(Config.items("input")):
        # Two providers for one panel would be two touches for one finger.
        if name != "mouse":
            Config.remove_option("input", name)
    from kiosk.ui import text  # noqa: PLC0415  it imports Kivy

    text.install()
    # Kivy sets its own level when it is imported: what it says of drivers and versions is not worth a line each.
    logging.getLogger("kivy").setLevel(logging.WARNING)


def _options(display: Display) -> dict[str, dict[str, object]]:
    return {
        "kivy": {"exit_on_escape": 0, "log_level": "warning", "keyboard_mode": "system", "pause_on_minimize": 0},
        "graphics": {
            "width": display.width,
            "height": display.height,
            "fullscreen": "auto" if display.fullscreen else 0,
            "resizable": 0,
            "multisamples": 0,
            "maxfps": display.max_fps,
            "show_cursor": int(display.cursor),
            "allow_screensaver": 0,
        },
        "input": {"mouse": "mouse,disable_multitouch"},
    }
