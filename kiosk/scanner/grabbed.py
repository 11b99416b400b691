"""A scanner that types, taken away from the window system: its keys come here and nowhere else. Needs the extra `evdev`.

Nothing that it sends can reach another program, and two scanners on one terminal are told apart, for each has a device of its own.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import evdev
from evdev import ecodes

from kiosk.scanner.camera import pauses
from kiosk.scanner.device import ScannerDevice
from kiosk.scanner.layouts import LAYOUTS, Layout
from kiosk.scanner.wedge import Wedge

_SLICE = 0.05
"""Seconds in which being stopped, and a code without Enter, are noticed."""
_SHIFTS = frozenset({ecodes.KEY_LEFTSHIFT, ecodes.KEY_RIGHTSHIFT})
_USAGES: dict[int, int] = {}
"""Linux's number of a key -> the number of USB. The order is that of USB (HID Usage Tables, keyboard page), as Linux itself maps it."""
for _first, _names in (
    (4, "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z 1 2 3 4 5 6 7 8 9 0 ENTER ESC BACKSPACE TAB SPACE"),
    (45, "MINUS EQUAL LEFTBRACE RIGHTBRACE BACKSLASH"),
    (51, "SEMICOLON APOSTROPHE GRAVE COMMA DOT SLASH"),
    (84, "KPSLASH KPASTERISK KPMINUS KPPLUS KPENTER KP1 KP2 KP3 KP4 KP5 KP6 KP7 KP8 KP9 KP0 KPDOT 102ND"),
):
    _USAGES |= {getattr(ecodes, f"KEY_{name}"): usage for usage, name in enumerate(_names.split(), start=_first)}


class Device(Protocol):
    """What is needed of `evdev.InputDevice`."""

    def fileno(self) -> int:
        """Give what `select` waits for."""

    def grab(self) -> None:
        """Take it away from everybody else."""

    def read(self) -> Iterable[Any]:
        """Give the events that are there."""

    def close(self) -> None:
        """Give it back."""


class GrabbedScanner(ScannerDevice):
    """The scanner at `device`, best named by `/dev/input/by-id/...`, for itself alone."""

    def __init__(
        self,
        device: str,
        *,
        prefix: str = "",
        layout: Layout = LAYOUTS["us"],
        pauses: Callable[[], Iterator[float]] = pauses,
        opened: Callable[[str], Device] = evdev.InputDevice,
    ) -> None:
        """Open nothing yet; `prefix` is taken off each code, `layout` is the keyboard that the scanner is set to."""
        super().__init__(device, pauses=pauses)
        self._prefix, self._layout, self._opened = prefix, layout, opened

    def _codes(self) -> Iterator[str]:
        device = self._opened(self._device)
        try:
            device.grab()
            yield ""
            yield from filter(None, self._heard(device))
        finally:
            device.close()

    def _heard(self, device: Device) -> Iterator[str | None]:
        # The kernel says when each key was pressed, so a busy terminal tears no scan apart.
        now, shift = 0.0, False
        wedge = Wedge(lambda: now, prefix=self._prefix, layout=self._layout)
        while not self._stop.is_set():
            ready, _, _ = select.select([device.fileno()], [], [], _SLICE)
            if not ready:
                now += _SLICE
                yield wedge.settle()
                continue
            for event in device.read():
                if event.type != ecodes.EV_KEY:
                    continue
                now = event.timestamp()
                if event.code in _SHIFTS:
                    shift = event.value != 0
                elif event.value == 1 and event.code in _USAGES:
                    yield wedge.press(_USAGES[event.code], shift=shift)
