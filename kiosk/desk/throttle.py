"""Wrong logins made slow."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

LONGEST_WAIT = 60.0
MOST_KEYS = 1000


class Throttle:
    """Counts wrong tries per key; after a few, each further one must wait twice as long, a minute at most."""

    def __init__(self, clock: Callable[[], float], *, free_tries: int) -> None:
        """Measure with `clock`, in seconds; the first `free_tries` are not slowed."""
        self._clock = clock
        self._free_tries = free_tries
        self._lock = Lock()
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Tell how many seconds `key` has to wait before its next try."""
        with self._lock:
            _, until = self._wrong.get(key, (0, 0.0))
            return max(0.0, until - self._clock())

    def wrong(self, key: str) -> None:
        """Count a wrong try."""
        with self._lock:
            tries = self._wrong.pop(key, (0, 0.0))[0] + 1
            delay = 0.0 if tries < self._free_tries else min(LONGEST_WAIT, 2.0 ** min(tries - self._free_tries, 10))
            self._wrong[key] = (tries, self._clock() + delay)
            if len(self._wrong) > MOST_KEYS:
                self._wrong.popitem(last=False)

    def right(self, key: str) -> None:
        """Forget the wrong tries of `key`."""
        with self._lock:
            self._wrong.pop(key, None)
