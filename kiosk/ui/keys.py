"""Takes every key of the window before any widget does, and tells a scanner's keys from a person's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from kivy.clock import Clock

from kiosk.scanner.wedge import PACE, SILENCE, Wedge

_COMMANDS = frozenset({"ctrl", "alt", "meta"})
"""With one of these a key is a command, not a character: to us it means nothing, and no label contains it."""
_HELD = frozenset((57, 83, *range(224, 232)))
"""Caps Lock, Num Lock, Shift and their like: by themselves they are no key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a person pressed: the physical key, and the character of the terminal's keyboard layout, if it is one."""

    scancode: int
    char: str = ""
    shift: bool = False


class Keys:
    """Feeds the window's keys to a `Wedge`, and hands on what was scanned, or else what a person typed.

    What follows so fast that no fingers do it is never a person's, also when it is no scan: a code that cannot be read
    must not type into a field, let alone touch a button.
    """

    def __init__(
        self,
        window: Any,
        wedge: Wedge,
        scanned: Callable[[str], None],
        *,
        typed: Callable[[Sequence[Key]], None],
        monotonic: Callable[[], float],
    ) -> None:
        """Listen to `window` before any widget does; `typed` gets a person's keys once they pause."""
        self._wedge, self._scanned, self._typed, self._monotonic = wedge, scanned, typed, monotonic
        self._burst: list[Key] = []
        self._times: list[float] = []
        self._quiet = Clock.create_trigger(self._look_again, SILENCE)
        # Bound last is asked first; True keeps the key from everybody else.
        window.bind(on_key_down=self._pressed, on_key_up=self._swallow, on_textinput=self._swallow)

    def _pressed(self, _: Any, __: int, scancode: int, char: str | None, modifiers: list[str]) -> bool:
        if _COMMANDS.isdisjoint(modifiers) and scancode not in _HELD:
            self._quiet.cancel()
            self._note(Key(scancode, char or "", "shift" in modifiers))
            self._hand_on(self._wedge.press(scancode, shift="shift" in modifiers, capslock="capslock" in modifiers))
            self._quiet()
        return True

    def _note(self, key: Key) -> None:
        now = self._monotonic()
        if self._times and now - self._times[-1] >= SILENCE:
            self._end_burst()
        self._burst.append(key)
        self._times.append(now)

    def _look_again(self, _: float) -> None:
        # Keys that arrived during a long frame are still queued: let the window deliver them first.
        Clock.schedule_once(self._settle)

    def _settle(self, _: float) -> None:
        self._hand_on(self._wedge.settle())
        if self._wedge.has_keys or (self._times and self._monotonic() - self._times[-1] < SILENCE):
            # The trigger counts from the beginning of a frame, the wedge from the last key: it was asked too early.
            self._quiet()
        else:
            self._end_burst()

    def _end_burst(self) -> None:
        keys, times = self._burst, self._times
        self._burst, self._times = [], []
        gaps = [later - earlier for earlier, later in pairwise(times)]
        if keys and (not gaps or median(gaps) > PACE):
            self._typed(keys)

    def _hand_on(self, text: str | None) -> None:
        if text is not None:
            self._burst, self._times = [], []
            self._scanned(text)

    def _swallow(self, *_: Any) -> bool:
        return True
