"""A terminal out of the box: files that are the same everywhere, a finger, a scanner, and no text editor."""

from __future__ import annotations

import shutil

import pytest
from floor import EXAMPLE, until

pytestmark = pytest.mark.journey


def test_a_new_terminal_is_set_up_on_its_own_screen(start_terminal, tmp_path):
    for name in ("plant.toml", "machines.csv", "texts.csv"):
        shutil.copy(EXAMPLE.with_name(name), tmp_path)
    config = tmp_path / "kiosk.toml"
    config.write_text('# the same on every terminal\n[[destinations]]\ntype = "memory"\n')
    terminal = start_terminal(config)

    terminal.wait_for("Which language is spoken here?")
    terminal.touch("English")
    terminal.touch("Packaging")
    terminal.touch("Next")
    terminal.wait_for("Scan the label of any machine.")
    terminal.scan("KIOSK:P-0007")
    terminal.wait_for("(P-0007)")
    terminal.touch("Next")
    terminal.wait_for("Connected")
    terminal.touch("Done")

    until(lambda: terminal.ask("screen") == "home", "the start screen, after the program began again")
    terminal.wait_for("Packaging")
    text = config.read_text()
    assert text.startswith("# the same on every terminal")
    assert 'area = "packaging"' in text
