"""A device of the machine itself whose codes are read in a thread of their own, beside the keys that come to the window."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from threading import Event, Thread

from kiosk.scanner.camera import pauses

log = logging.getLogger(__name__)


class ScannerDevice(ABC):
    """Listens from `start` to `stop`, in a thread named after the device; one that is unplugged is waited for."""

    def __init__(self, device: str, *, pauses: Callable[[], Iterator[float]] = pauses) -> None:
        """Open nothing yet; between tries it waits for `pauses`, in seconds."""
        self._device, self._pauses = device, pauses
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

    @abstractmethod
    def _codes(self) -> Iterator[str]:
        """Open the device, say so by an empty text, and give what is scanned until `_stop` is set.

        Raises:
            OSError: it is not there, or was unplugged.
        """

    def _run(self, heard: Callable[[str], None]) -> None:
        waits = self._pauses()
        while not self._stop.is_set():
            try:
                for text in self._codes():
                    if text:
                        heard(text)
                    else:
                        log.info("listening to %s", self._device)
                        waits = self._pauses()
            except (OSError, ValueError) as error:
                log.warning("%s: %s", self._device, error)
                self._stop.wait(next(waits))
