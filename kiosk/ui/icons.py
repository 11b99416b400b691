"""The icons of `assets/fonts/KioskIcons.ttf` by the names that kv and plant files use."""

from __future__ import annotations

from functools import cache

from kiosk import resources

UNKNOWN = "help-circle"
"""Shown where a plant file names an icon that the font has not."""


@cache
def codes() -> dict[str, int]:
    """Read the table of names and code points that was built with the font."""
    lines = resources.asset("icons/icons.txt").read_text(encoding="ascii").splitlines()
    return {name: int(code, 16) for name, code in map(str.split, lines)}


def glyph(name: str) -> str:
    """Give the character of the icon called `name`."""
    return chr(codes().get(name) or codes()[UNKNOWN])


def mirrored(name: str) -> str:
    """Name the icon that points the other way, for right-to-left screens."""
    swap = {"left": "right", "right": "left"}
    return "-".join(swap.get(part, part) for part in name.split("-"))
