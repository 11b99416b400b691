"""Takes every key of the window for the scanner: nothing on our screens is typed on a keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock

from kiosk.scanner.wedge import SILENCE, Wedge

_COMMANDS = frozenset({"ctrl", "alt", "meta"})
"""With one of these a key is a command, not a character: to us it means nothing, and no label contains it."""


class Keys:
    """Feeds the window's keys to a `Wedge` and hands on what was scanned."""

    def __init__(self, window: Any, wedge: Wedge, scanned: Callable[[str], None]) -> None:
        """Listen to `window` before any widget does."""
        self._wedge, self._scanned = wedge, scanned
        self._quiet = Clock.create_trigger(self._look_again, SILENCE)
        # Bound last is asked first; True keeps the key from everybody else.
        window.bind(on_key_down=self._pressed, on_key_up=self._swallow, on_textinput=self._swallow)

    def _pressed(self, _: Any, __: int, scancode: int, ___: str | None, modifiers: list[str]) -> bool:
        if _COMMANDS.isdisjoint(modifiers):
            self._quiet.cancel()
            self._hand_on(self._wedge.press(scancode, shift="shift" in modifiers, capslock="capslock" in modifiers))
            self._quiet()
        return True

    def _look_again(self, _: float) -> None:
        # Keys that arrived during a long frame are still queued: let the window deliver them first.
        Clock.schedule_once(self._settle)

    def _settle(self, _: float) -> None:
        self._hand_on(self._wedge.settle())
        if self._wedge.has_keys:
            # The trigger counts from the beginning of a frame, the wedge from the last key: it was asked too early.
            self._quiet()

    def _hand_on(self, text: str | None) -> None:
        if text is not None:
            self._scanned(text)

    def _swallow(self, *_: Any) -> bool:
        return True
