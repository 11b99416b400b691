"""Real keys in the real window, and a home folder, an environment and a command line that would open Kivy to anybody: nothing gives way."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from floor import TerminalProcess, until, write_config

pytestmark = pytest.mark.journey

WAYS_OUT = (
    "F1",
    "F11",
    "Escape",
    "ctrl+e",
    "ctrl+c",
    "ctrl+q",
    "ctrl+w",
    "alt+F4",
    "ctrl+alt+Delete",
    "ctrl+shift+Escape",
    "ctrl+Print",
    "Menu",
    "super+d",
    "XF86Back",
)
"""Kivy's settings, its full screen, its exit, its inspector, the end of the program, the window manager's close ..."""

MODULE = """
from pathlib import Path
Path({mark!r}).write_text("loaded")
def start(win, ctx): Path({mark!r}).write_text("started")
def stop(win, ctx): pass
"""


@pytest.fixture
def hostile_home(tmp_path):
    """A home folder, and an environment, in which somebody prepared Kivy for himself; `mark` appears if Kivy listens to them."""
    home, mark = tmp_path / "home", tmp_path / "mark"
    for folder in (home / ".kivy", home / "kivy_home"):
        (folder / "mods").mkdir(parents=True)
        (folder / "mods" / "evil.py").write_text(MODULE.format(mark=str(mark)))
        (folder / "config.ini").write_text(
            "[kivy]\nexit_on_escape = 1\nlog_enable = 1\nlog_dir = logs\n"
            "[graphics]\nwidth = 320\nheight = 240\nborderless = 1\n"
            "[modules]\nevil = \ninspector = \nconsole = \nwebdebugger = \n"
            "[input]\ntuio = tuio,0.0.0.0:3333\n"
        )
    environment = {
        "HOME": str(home),
        "KIVY_HOME": str(home / "kivy_home"),
        "KIVY_USE_DEFAULTCONFIG": "",
        "KCFG_KIVY_EXIT_ON_ESCAPE": "1",
        "KCFG_MODULES_EVIL": "1",
        "KCFG_MODULES_INSPECTOR": "1",
        "KCFG_GRAPHICS_WIDTH": "320",
        "KIVY_MODULES": "evil,inspector",
        "PYTHONWARNINGS": "ignore",
    }
    return environment, mark


def test_no_key_leads_out_and_no_configuration_of_kivys_is_heard(screen, tmp_path, hostile_home):
    environment, mark = hostile_home
    terminal = TerminalProcess(screen, write_config(tmp_path / "terminal", "", area="packaging"), **environment)
    try:
        until(lambda: terminal.ask("screen") == "home", "the start screen")
        for key in WAYS_OUT:
            screen.hand("key", key)
            time.sleep(0.3)  # as a person would: a burst of keys is a scan, and a wrong one is said to be none
            assert terminal.process.poll() is None, f"{key} ended the terminal"
        screen.hand("key", "--repeat", "200", "--delay", "1", "Escape")

        assert until(lambda: terminal.ask("screen"), "an answer") == "home"
        assert terminal.ask("size") == [1280, 800]
        assert terminal.ask("modules") == []
        assert terminal.ask("sheets") == 0
        assert not mark.exists(), "a module from the home folder was loaded"
        assert not list(Path(environment["KIVY_HOME"]).glob("logs/*"))
    finally:
        terminal.close()


def test_a_plain_kivy_would_have_loaded_it(screen, tmp_path, hostile_home):
    """The negative control: the trap works on an app that does not lock itself."""
    import subprocess
    import sys

    environment, mark = hostile_home
    program = (
        "from kivy.app import App\nfrom kivy.clock import Clock\nfrom kivy.uix.label import Label\n"
        "class Plain(App):\n"
        "    def build(self):\n        Clock.schedule_once(lambda _: self.stop(), 1)\n        return Label(text='x')\n"
        "Plain().run()\n"
    )
    plain = {**screen.environment, **environment, "SDL_VIDEODRIVER": "x11"}
    plain = {name: value for name, value in plain.items() if not name.startswith("KIVY_NO_")}
    subprocess.run([sys.executable, "-c", program], env=plain, check=False, capture_output=True, timeout=60)

    assert mark.exists()
