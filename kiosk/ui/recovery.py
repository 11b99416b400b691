"""What becomes of a fault in a callback: it leads home, never out - unless there is no end to them."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from kivy.app import App
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock

log = logging.getLogger(__name__)

_FAULTS, _FAULTS_SECONDS = 5, 10.0
"""More faults than this in so many seconds end the process: a fresh start heals what going home does not."""
_FRESH_SECONDS = 60.0
"""But not sooner than this after a start: what that did not heal, the next will not either, and a screen is better than none."""


class GoHome(ExceptionHandler):
    """Keeps a fault in a callback from ending the terminal."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin to count; `monotonic` gives seconds."""
        super().__init__()
        self._monotonic, self._since = monotonic, monotonic()
        self._faults: deque[float] = deque(maxlen=_FAULTS)
        self._recover = Clock.create_trigger(lambda _: App.get_running_app().flow.recover())

    def handle_exception(self, fault: BaseException) -> Any:
        """Log the fault and go home; too many in a row are given back to Kivy, which ends the process."""
        if not isinstance(fault, Exception):
            return ExceptionManager.RAISE
        log.error("a screen failed", exc_info=fault)
        if self._is_beyond_help():
            return ExceptionManager.RAISE
        self._recover()
        return ExceptionManager.PASS

    def _is_beyond_help(self) -> bool:
        now = self._monotonic()
        self._faults.append(now)
        is_many = len(self._faults) == _FAULTS and now - self._faults[0] < _FAULTS_SECONDS
        return is_many and now - self._since > _FRESH_SECONDS
