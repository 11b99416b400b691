"""A scanner, or a reader of badges, on a serial line (RS-232, or USB as CDC-ACM): what it sends becomes text. Needs the extra `serial`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import serial

from kiosk.scanner.camera import pauses
from kiosk.scanner.device import ScannerDevice

SILENCE = 0.15
"""Seconds without a byte after which a code without an end is complete."""
_SLICE = 0.05
_LONGEST = 512
_END = re.compile(rb"[\r\n\x03]+")
"""Carriage return, line feed, or the end of text of older readers."""


class SerialScanner(ScannerDevice):
    """What is connected to the serial line `device`."""

    def __init__(
        self,
        device: str,
        *,
        baud: int = 9600,
        prefix: str = "",
        pauses: Callable[[], Iterator[float]] = pauses,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open nothing yet; `prefix` is taken off each code."""
        super().__init__(device, pauses=pauses)
        self._baud, self._prefix, self._monotonic = baud, prefix, monotonic

    def _codes(self) -> Iterator[str]:
        # pyserial's own error is an OSError.
        with serial.Serial(self._device, self._baud, timeout=_SLICE) as line:
            yield ""
            yield from self._heard(line)

    def _heard(self, line: serial.Serial) -> Iterator[str]:
        kept, last = b"", self._monotonic()
        while not self._stop.is_set():
            came = line.read(line.in_waiting or 1)
            now = self._monotonic()
            if came:
                *whole, kept = _END.split(kept + came)
                kept, last = kept[-_LONGEST:], now
                yield from filter(None, map(self._text, whole))
            elif kept and now - last >= SILENCE:
                text, kept = self._text(kept), b""
                if text:
                    yield text

    def _text(self, code: bytes) -> str:
        if len(code) > _LONGEST:
            return ""  # no label is as long; a line that rattles is
        return code.strip(b"\x02").decode("utf-8", "replace").removeprefix(self._prefix)
