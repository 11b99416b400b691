"""The door to the admin's screen."""

from __future__ import annotations

from collections.abc import Callable

TRIES = 5
LOCKED_SECONDS = 300.0


class PinLock:
    """Asks `check` for a PIN. After five wrong ones, every further try waits for five minutes."""

    def __init__(self, check: Callable[[str], bool] | None, monotonic: Callable[[], float]) -> None:
        """Without `check` there is no PIN, and the door stays shut."""
        self._check, self._monotonic = check, monotonic
        self._wrong = 0
        self._locked_until = float("-inf")

    @property
    def exists(self) -> bool:
        """Tell whether a PIN opens this door at all."""
        return self._check is not None

    @property
    def locked_for(self) -> float:
        """Seconds until the next try counts; 0 when it does now. The wall clock plays no part in it."""
        return max(0.0, self._locked_until - self._monotonic())

    @property
    def tries_left(self) -> int:
        """How many wrong PINs are free before the door is locked."""
        return max(0, TRIES - self._wrong)

    def open(self, pin: str) -> bool:
        """Try `pin`; while the door is locked not even the right one opens it."""
        if self._check is None or self.locked_for:
            return False
        if self._check(pin):
            self._wrong = 0
            return True
        self._wrong += 1
        if self._wrong >= TRIES:
            # The count stays: whoever guesses gets one more try per five minutes, not five.
            self._locked_until = self._monotonic() + LOCKED_SECONDS
        return False
