"""The icons of `assets/fonts/KioskIcons.ttf` by the names that kv and plant files use."""

from __future__ import annotations

from kiosk import resources

UNKNOWN = "help-circle"
"""Shown where a plant file names an icon that the font has not."""


def _read() -> dict[str, int]:
    lines = resources.asset("icons/icons.txt").read_text(encoding="ascii").splitlines()
    return {name: int(code, 16) for name, code in map(str.split, lines)}


ICONS = _read()
"""Name -> code point, written with the font by `assets/icons/build.py`."""


def glyph(name: str) -> str:
    """Give the character of the icon called `name`."""
    return chr(ICONS.get(name, ICONS[UNKNOWN]))


def mirrored(name: str) -> str:
    """Name the icon that points the other way, for right-to-left screens."""
    swap = {"left": "right", "right": "left"}
    return "-".join(swap.get(part, part) for part in name.split("-"))
