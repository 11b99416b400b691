"""The rules of widgets and screens are all there, and each is loaded."""

from pathlib import Path

import pytest

import kiosk.ui
from kiosk.ui.rules import WIDGETS
from kiosk.ui.screens import SCREENS

FOLDER = Path(kiosk.ui.__file__).parent


def kv_files(folder):
    return {path.stem for path in (FOLDER / folder).glob("*.kv")}


def test_every_rule_of_a_widget_is_loaded():
    assert set(WIDGETS) == kv_files("widgets")


def test_every_rule_of_a_screen_belongs_to_a_screen_that_can_be_shown():
    assert {where.split(":")[0] for where in SCREENS.values()} == kv_files("screens")


@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_can_be_built(pilot, name):
    page = pilot.app.stage.page(name)

    assert page.name == name
    assert page.children


def test_colours_of_the_rules_are_names_of_the_theme():
    from kiosk.ui.theme import PALETTES, SIZES

    known = set(PALETTES["light"]) | set(SIZES) | {"portrait", "rtl", "frame", "still", "palette", "THEME"}
    used = set()
    for path in FOLDER.rglob("*.kv"):
        used |= {word.split(".")[1].split("[")[0] for word in _words(path.read_text()) if word.startswith("theme.")}

    assert used <= known


def _words(text):
    return "".join(char if char.isalnum() or char in "._" else " " for char in text).split()
