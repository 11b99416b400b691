"""A scanner, or a reader of badges, on a serial line (RS-232, or USB as CDC-ACM): what it sends becomes text. Needs the extra `serial`."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread

import serial

from kiosk.scanner.camera import pauses

log = logging.getLogger(__name__)

SILENCE = 0.15
"""Seconds without a byte after which a code without an end is complete."""
_SLICE = 0.05
_LONGEST = 512
_END = re.compile(rb"[\r\n\x03]+")
"""Carriage return, line feed, or the end of text of older readers."""


class SerialScanner:
    """Listens from `start` to `stop`, in a thread named after the device; one that is unplugged is waited for."""

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
        self._device, self._baud, self._prefix = device, baud, prefix
        self._pauses, self._monotonic = pauses, monotonic
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self, heard: Callable[[str], None]) -> None:
        """Give `heard` each code, on the thread that reads."""
        self._thread = Thread(target=self._run, args=(heard,), name=f"scanner:{self._device}", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """End, and wait so long for it."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self, heard: Callable[[str], None]) -> None:
        waits = self._pauses()
        while not self._stop.is_set():
            try:
                with serial.Serial(self._device, self._baud, timeout=_SLICE) as line:
                    log.info("listening to %s", self._device)
                    waits = self._pauses()
                    for text in self._codes(line):
                        heard(text)
            except (OSError, ValueError) as error:  # pyserial's own error is an OSError
                log.warning("%s: %s", self._device, error)
                self._stop.wait(next(waits))

    def _codes(self, line: serial.Serial) -> Iterator[str]:
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
