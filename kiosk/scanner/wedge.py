"""A scanner that types like a keyboard: keystrokes become text by their timing.

A scanner in its factory setting types on a US keyboard, so its text arrives intact whatever layout the terminal has.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import median

from kiosk.scanner.layouts import LAYOUTS, Layout

SILENCE = 0.15
"""Seconds without a key after which a scan without Enter is complete."""
PACE = 0.035
"""A scanner's keys follow each other at least this fast, nobody's fingers do for long."""
_SHORTEST = 4
_LONGEST = 512

_ENTER = frozenset({40, 43, 88})  # Enter, Tab, keypad Enter


class Wedge:
    """Tells scans from typing: a scan is a burst of keys that no person could type."""

    def __init__(self, clock: Callable[[], float], *, prefix: str = "", layout: Layout = LAYOUTS["us"]) -> None:
        """Measure time by `clock`, in seconds; take `prefix`, which some scanners type first, off each code."""
        self._clock, self._prefix, self._layout = clock, prefix, layout
        self._keys: list[str] = []
        self._times: list[float] = []

    def press(self, scancode: int, *, shift: bool = False, capslock: bool = False) -> str | None:
        """Take one key; give the scanned text when this key ends a scan."""
        if scancode in _ENTER:
            return self._finish()
        if char := self._layout.char(scancode, shift=shift, capslock=capslock):
            self._take(char, self._clock())
        return None

    def settle(self) -> str | None:
        """Give the scanned text when the keys have been silent for `SILENCE`, for scanners that send no Enter."""
        if self._times and self._clock() - self._times[-1] >= SILENCE:
            return self._finish()
        return None

    @property
    def has_keys(self) -> bool:
        """True while keys are kept of which nobody knows yet what they are."""
        return bool(self._times)

    def _take(self, char: str, now: float) -> None:
        # Keys that somebody typed just before a scan must not end up in it. A pause inside a burst
        # that is fast so far is ours: a screen being built kept the keys waiting.
        if self._times and now - self._times[-1] >= SILENCE and not self._is_burst():
            self._forget()
        if len(self._keys) < _LONGEST:
            self._keys.append(char)
            self._times.append(now)

    def _is_burst(self) -> bool:
        gaps = [later - earlier for earlier, later in pairwise(self._times)]
        return len(self._keys) >= _SHORTEST and median(gaps) <= PACE

    def _finish(self) -> str | None:
        text = "".join(self._keys).removeprefix(self._prefix) if self._is_burst() else None
        self._forget()
        return text

    def _forget(self) -> None:
        self._keys.clear()
        self._times.clear()
