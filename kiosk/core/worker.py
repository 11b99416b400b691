"""One thread that does what it is asked to do, in that order."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from kiosk.core.errors import KioskError

log = logging.getLogger(__name__)


class Worker(ThreadPoolExecutor):
    """A thread that loses no fault, and that can be asked whether it still moves."""

    def __init__(self, name: str, *, monotonic: Callable[[], float]) -> None:
        """Start no thread before there is something to do."""
        super().__init__(max_workers=1, thread_name_prefix=name)
        self.name, self._monotonic = name, monotonic
        self._probe: tuple[float, Future[None]] | None = None

    def submit(self, *task: Any, **details: Any) -> Future[Any]:
        """Do it later. A bug is logged here, because not everybody who asks looks at what became of it."""
        future = super().submit(*task, **details)
        future.add_done_callback(self._tell_of_a_bug)
        return future

    def is_stuck(self, seconds: float) -> bool:
        """Tell whether a question put to the thread waits for its answer longer than this; asked now and then."""
        now = self._monotonic()
        if self._probe is None or self._probe[1].done():
            self._probe = now, self.submit(_answer)
        return now - self._probe[0] > seconds

    def _tell_of_a_bug(self, future: Future[Any]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, KioskError):
            log.error("a bug on the thread %s", self.name, exc_info=error)


def _answer() -> None:
    """Being called is the answer."""
