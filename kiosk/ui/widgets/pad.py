"""Our own keys: digits for the PIN, letters and digits for names and numbers."""

from __future__ import annotations

import string
from typing import Any

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets.card import TapCard
from kiosk.ui.widgets.layout import Grid, VBox

BACKSPACE, CLEAR = "backspace", "clear"
_ICONS = {BACKSPACE: "backspace-outline", CLEAR: "close", " ": "keyboard-space"}


class PadKey(TapCard):
    """One key; `key` is a character, `backspace` or `clear`."""

    bounce = 0.06
    key = StringProperty("")
    icon = StringProperty("")
    face = StringProperty("")

    def on_key(self, *_: object) -> None:
        """Show the new key."""
        self.icon = _ICONS.get(self.key, "")
        self.face = "" if self.icon else self.key


class _Keys(Grid):
    """Keys that report what is typed as the event `on_key`."""

    __events__ = ("on_key",)

    def put_keys(self, keys: list[str]) -> None:
        """Show these keys, in this order; what is there already is used again, for a keyboard takes a while to build."""
        there = self.children[::-1]
        for widget in there[len(keys) :]:
            self.remove_widget(widget)
        for widget, key in zip(there, keys, strict=False):
            widget.key = key
        for key in keys[len(there) :]:
            widget = PadKey(key=key)
            widget.bind(on_release=self._typed)
            self.add_widget(widget)

    def _typed(self, key: PadKey) -> None:
        self.dispatch("on_key", key.key)

    def on_key(self, key: str) -> None:
        """A key was touched."""


class NumberPad(_Keys):
    """The digits as on a telephone, with clear and backspace."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.put_keys([*"123456789", CLEAR, "0", BACKSPACE])


class KeyPad(_Keys):
    """Digits and letters in the order of the alphabet, which needs no keyboard layout."""

    extra = StringProperty("")
    """Letters of the operator's language beyond A to Z."""
    tall = NumericProperty(0)
    """The height that gives every key its least size."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bind(extra=self._lay_out)
        self._lay_out()

    def _lay_out(self, *_: object) -> None:
        self.put_keys([*"1234567890", *string.ascii_uppercase, *self.extra, "-", " ", BACKSPACE])


class PinDot(Widget):
    """One digit of a PIN: in or not."""

    row = BooleanProperty(False)


class PinDots(VBox):
    """How many digits of a PIN are in."""

    entered = NumericProperty(0)
    length = NumericProperty(4)
    dots = ListProperty()
