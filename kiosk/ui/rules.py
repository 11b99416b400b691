"""Loads the kv rules: those of the widgets at start, those of a screen when it is first shown."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from kivy.lang import Builder

_HERE = Path(__file__).parent

WIDGETS = (
    "layout",
    "label",
    "card",
    "button",
    "ring",
    "timeline",
    "header",
    "sheet",
    "pad",
    "typing",
    "paged",
    "cards",
    "ask",
    "countdown",
    "call",
    "truth",
    "panels",
    "languages",
    "picture",
)
"""The modules of `widgets/`. Kivy applies rules in the order of loading, so a class comes before its subclasses."""


def load_widgets() -> None:
    """Load every widget module with its rules."""
    for name in WIDGETS:
        import_module(f"kiosk.ui.widgets.{name}")
        Builder.load_file(str(_HERE / "widgets" / f"{name}.kv"), rulesonly=True)


@cache
def load_screen(module_name: str) -> Any:
    """Import `kiosk.ui.screens.<module_name>` and load the rules beside it, once."""
    module = import_module(f"kiosk.ui.screens.{module_name}")
    Builder.load_file(str(_HERE / "screens" / f"{module_name}.kv"), rulesonly=True)
    return module
