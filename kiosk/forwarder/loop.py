"""A thread that takes one step after the other, and waits in between for as long as the last one said."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
"""The longest sleep of the thread: a clock that lies cannot stop it for longer."""
LONGEST_TURN = 1800.0
"""Seconds that one step may take: twenty pages of changes at a minute each. A slow destination is no fault of the terminal."""


class Loop:
    """Calls `step`, which does one thing and gives the seconds until the next one is due (0: at once), until it is halted."""

    def __init__(self, name: str, step: Callable[[], float], *, monotonic: Callable[[], float]) -> None:
        """Start no thread yet."""
        self._name, self._step, self._monotonic = name, step, monotonic
        self._wake = threading.Event()
        self._halt = threading.Event()
        self._thread: threading.Thread | None = None
        self._turned_at = monotonic()

    @property
    def is_stuck(self) -> bool:
        """True when the thread was started and has ended by itself, or does not come back from a step."""
        if self._thread is None or self._halt.is_set():
            return False
        return not self._thread.is_alive() or self._monotonic() - self._turned_at > LONGEST_TURN

    def start(self) -> None:
        """Go on in a thread until `halt`."""
        self._turned_at = self._monotonic()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Tell the thread that there may be something to do."""
        self._wake.set()

    def halt(self) -> None:
        """Tell the thread to end after the step it is in."""
        self._halt.set()
        self.wake()

    def join(self, timeout: float) -> None:
        """Wait at most `timeout` seconds for the end of the thread."""
        if self._thread is not None:
            self._thread.join(timeout)

    def run_once(self, is_done: Callable[[], bool], *, timeout: float) -> bool:
        """Go on without a thread until nothing is due and `is_done`, or for `timeout` seconds; give what `is_done` says then."""
        deadline = self._monotonic() + timeout
        while True:
            wait = self._step()
            done = is_done()
            left = deadline - self._monotonic()
            if self._halt.is_set() or (wait > 0 and (done or left <= 0)):
                return done
            if wait > 0:
                self._halt.wait(min(wait, left))

    def _run(self) -> None:
        while not self._halt.is_set():
            self._turned_at = self._monotonic()
            try:
                wait = self._step()
            except Exception:  # the loop must outlive any bug of ours
                log.exception("%s failed and goes on", self._name)
                wait = IDLE_SECONDS
            if wait > 0:
                self._wake.wait(wait)
            self._wake.clear()
