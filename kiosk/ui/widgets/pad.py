"""Our own keys: digits for the PIN, letters and digits for names and numbers."""

from __future__ import annotations

import string
from typing import Any

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets.card import TapCard
from kiosk.ui.widgets.layout import Grid, VBox

BACKSPACE, CLEAR, SWITCH = "backspace", "clear", "switch"
_ICONS = {BACKSPACE: "backspace-outline", CLEAR: "close", " ": "keyboard-space"}


class PadKey(TapCard):
    """One key; `key` is a character, `backspace`, `clear`, or `switch` with the first letters of what it leads to."""

    bounce = 0.06
    key = StringProperty("")
    icon = StringProperty("")
    face = StringProperty("")

    def on_key(self, *_: object) -> None:
        """Show the new key."""
        self.icon = _ICONS.get(self.key, "")
        self.face = "" if self.icon else self.key.removeprefix(SWITCH)


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

    alphabets = ListProperty([string.ascii_uppercase])
    """The letters to choose from; where there are more alphabets than one, a key leads to the next."""
    tall = NumericProperty(0)
    """The height that gives every key its least size."""

    def __init__(self, **kwargs: Any) -> None:
        self._shown = 0
        super().__init__(**kwargs)
        self.bind(alphabets=self._begin)
        self._lay_out()

    def _begin(self, *_: object) -> None:
        self._shown = 0
        self._lay_out()

    def _lay_out(self) -> None:
        count = len(self.alphabets)
        others = [SWITCH + self.alphabets[(self._shown + 1) % count][:3]] if count > 1 else []
        self.put_keys([*"1234567890", *self.alphabets[self._shown], *others, "-", " ", BACKSPACE])

    def _typed(self, key: PadKey) -> None:
        if key.key.startswith(SWITCH):
            self._shown = (self._shown + 1) % len(self.alphabets)
            self._lay_out()
        else:
            super()._typed(key)


class PinDot(Widget):
    """One digit of a PIN: in or not."""

    row = BooleanProperty(False)


class PinDots(VBox):
    """How many digits of a PIN are in."""

    entered = NumericProperty(0)
    length = NumericProperty(4)
    dots = ListProperty()
