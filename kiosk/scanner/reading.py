"""The thread that reads labels while the camera shows its picture: always the newest picture, and none waits in a queue."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event, Thread

from kiosk.scanner.camera import CameraError, Viewfinder
from kiosk.scanner.decode import Decoder, Hint, Sight

log = logging.getLogger(__name__)

PER_SECOND = 15
"""Pictures that are looked at; a hand holds still for a tenth of a second and longer."""
PATIENCE = 4.0
"""Seconds without a code after which it helps to come closer, mostly."""
_STEADY = 1.2
"""Seconds for which a hint stays, so that it can be read."""
_SLICE = 0.01


class LabelReader:
    """Reads from `open` to `close`, in a thread named `decoder`."""

    def __init__(
        self,
        viewfinder: Viewfinder,
        *,
        decoder: Callable[[], Decoder] = Decoder,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read what `viewfinder` sees; somebody else switches it on and off."""
        self._viewfinder, self._decoder, self._monotonic = viewfinder, decoder, monotonic
        self._stop = Event()
        self.text = ""
        """What was read; empty until then, and made so by who has taken it."""
        self._hint, self._hinted_at = Hint.NOTHING, 0.0

    @property
    def hint(self) -> Hint:
        """What would help now."""
        return self._hint

    def open(self) -> None:
        """Begin to read."""
        self.close()
        self._stop, self.text, self._hint = Event(), "", Hint.NOTHING
        Thread(target=self._run, args=(self._stop, self._decoder()), name="decoder", daemon=True).start()

    def close(self) -> None:
        """End; does not wait for the picture that is being looked at."""
        self._stop.set()

    def _run(self, stop: Event, decoder: Decoder) -> None:
        seen, read_at = None, self._monotonic()
        while not stop.is_set():
            view, began = self._viewfinder.newest, self._monotonic()
            if view is None or view is seen:
                stop.wait(_SLICE)
                continue
            seen = view
            try:
                sight = decoder.look(view.frame)
            except CameraError as error:
                log.debug("%s", error)
                continue
            if stop.is_set():
                return
            if sight.text:
                self.text = sight.text
                return
            self._advise(sight, waited=self._monotonic() - read_at)
            stop.wait(max(0.0, began + 1 / PER_SECOND - self._monotonic()))

    def _advise(self, sight: Sight, *, waited: float) -> None:
        hint = sight.hint or (Hint.CLOSER if waited > PATIENCE else Hint.NOTHING)
        now = self._monotonic()
        # What is seen in one picture in four only must not flicker.
        if hint is self._hint or (not hint and now - self._hinted_at < _STEADY):
            return
        if now - self._hinted_at >= _STEADY or hint is Hint.ONE:
            self._hint, self._hinted_at = hint, now
