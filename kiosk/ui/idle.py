"""When nobody has touched the screen for a while."""

from __future__ import annotations

from collections.abc import Callable


class Idle:
    """Measures the time since the last touch or scan."""

    def __init__(self, *, seconds: float, monotonic: Callable[[], float]) -> None:
        """Call it idle after `seconds`."""
        self.seconds = seconds
        self._monotonic = monotonic
        self._touched_at = monotonic()

    def touch(self) -> None:
        """Somebody is there."""
        self._touched_at = self._monotonic()

    @property
    def left(self) -> float:
        """Seconds until the screen counts as left alone; 0 or less when it is."""
        return self.seconds - (self._monotonic() - self._touched_at)
