"""The whole app by a keyboard: arrows and Tab go from button to button, Enter or the space bar touches one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kivy.core.window import Window

from kiosk.ui.keys import Key
from kiosk.ui.theme import THEME
from kiosk.ui.widgets.card import TapCard
from kiosk.ui.widgets.hold import Hold
from kiosk.ui.widgets.pad import BACKSPACE

_ENTER, _KEYPAD_ENTER, _BACKSPACE, _TAB, _SPACE = 40, 88, 42, 43, 44
_RIGHT, _LEFT, _DOWN, _UP = 79, 80, 81, 82
_WAYS = {_RIGHT: (1, 0), _LEFT: (-1, 0), _DOWN: (0, -1), _UP: (0, 1)}
_Touchable = TapCard | Hold
_ASIDE = 2.5
"""How much farther away a button counts that is not straight ahead."""


class Focus:
    """Which button the keyboard would touch. There is none until somebody uses a keyboard, and none after a touch."""

    def __init__(self, root: Any) -> None:
        """Go about what `root` shows."""
        self._root = root
        # What was shown is gone: so is what could be touched.
        root.ids.sheets.bind(children=lambda *_: self.clear())
        root.ids.stage.bind(current=lambda *_: self.clear())

    def take(self, keys: Sequence[Key]) -> None:
        """Take what a person pressed. Only a key by itself moves or touches: what comes in a row is text."""
        key = keys[0]
        if len(keys) == 1 and key.scancode in _WAYS:
            self._go(*_WAYS[key.scancode])
        elif len(keys) == 1 and key.scancode == _TAB:
            self._turn(-1 if key.shift else 1)
        elif len(keys) == 1 and key.scancode in (_ENTER, _KEYPAD_ENTER):
            self._touch()
        elif self._field is not None:
            for one in keys:
                self._type(one)
        elif len(keys) == 1 and key.scancode == _SPACE:
            self._touch()

    def clear(self) -> None:
        """Somebody uses a finger."""
        self._put(None)

    # ------------------------------------------------------------ typing

    @property
    def _field(self) -> Any:
        """What takes letters now, if anything does."""
        return getattr(self._shown, "type", None)

    def _type(self, key: Key) -> None:
        if key.scancode == _BACKSPACE:
            self._field(BACKSPACE)
        elif key.char.isprintable() and len(key.char) == 1:
            self._field(key.char.upper())

    # ------------------------------------------------------------ going

    @property
    def _shown(self) -> Any:
        sheets = self._root.ids.sheets.children
        return sheets[0] if sheets else self._root.ids.stage.current_screen

    def _cards(self) -> list[_Touchable]:
        """Give what can be touched, in the order of reading."""
        return sorted(_within(self._shown), key=_place)

    def _turn(self, steps: int) -> None:
        cards = self._cards()
        if self._card in cards:
            self._put(cards[(cards.index(self._card) + steps) % len(cards)])
        elif cards:
            self._put(cards[0 if steps > 0 else -1])

    def _go(self, right: int, up: int) -> None:
        cards = self._cards()
        if self._card not in cards:
            self._turn(1)
            return
        x, y = _middle(self._card)
        ahead = {}
        for card in cards:
            across, along = _middle(card)[0] - x, _middle(card)[1] - y
            far, aside = across * right + along * up, abs(across * up) + abs(along * right)
            if far > 1:
                ahead[card] = far + _ASIDE * aside
        if ahead:
            self._put(min(ahead, key=ahead.__getitem__))

    @property
    def _card(self) -> _Touchable | None:
        card: _Touchable | None = self._root.ids.ring.card
        return card

    def _put(self, card: _Touchable | None) -> None:
        self._root.ids.ring.card = card

    def _touch(self) -> None:
        card = self._card
        if card is not None and card in self._cards() and self._root.ids.stage.is_settled:
            card.press()


def _within(widget: Any) -> Iterator[_Touchable]:
    if widget is None or widget.opacity == 0 or getattr(widget, "disabled", False):
        return
    if isinstance(widget, TapCard | Hold) and not getattr(widget, "gone", False) and min(widget.size) > 1:
        yield widget
    for child in widget.children:
        yield from _within(child)


def _middle(card: Any) -> tuple[float, float]:
    x, y = card.to_window(*card.center)
    return float(x), float(y)


def _place(card: _Touchable) -> tuple[int, float]:
    """Rows from above, each from the side where the language begins."""
    x, y = _middle(card)
    return round((Window.height - y) / (THEME.touch / 2)), -x if THEME.rtl else x
