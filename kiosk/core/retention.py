"""When a ticket that is over may leave the screens: after a day in which the terminal ran, whatever the time of day says.

A clock that jumps ahead by fifteen years must not clean up early. So what counts is the time for which the terminal has run in
its life, added up over its starts on the monotonic clock. Power that fails between two reviews only makes the stay longer.
"""

from __future__ import annotations

from typing import Any

from kiosk.core.outbox import Outbox, is_over
from kiosk.core.ports import Clock

STAY_SECONDS = 24 * 3600.0
_NOTE = "retention"


class Retention:
    """How long this terminal has run, and at which point of that each ticket was found to be over."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        """Go on counting where the last review of an earlier run ended."""
        self._outbox, self._clock = outbox, clock
        self._started_at = clock.monotonic()
        note = outbox.note(_NOTE)
        self._ran_before = _seconds(note.get("ran"))
        self._over_since = {ticket: _seconds(since) for ticket, since in dict(note.get("over_since", {})).items()}

    @property
    def ran(self) -> float:
        """For how many seconds this terminal has run in its life."""
        return self._ran_before + self._clock.monotonic() - self._started_at

    def review(self) -> list[str]:
        """Look which tickets are over, keep what was found, and name those that have stayed long enough.

        Raises:
            StorageError: it was not kept; the next review finds the same.
        """
        ran = self.ran
        over = {entry.ticket.id for entry in self._outbox.entries() if is_over(entry)}
        self._over_since = {ticket: self._over_since.get(ticket, ran) for ticket in sorted(over)}
        self._outbox.keep_note(_NOTE, {"ran": ran, "over_since": self._over_since})
        return [ticket for ticket, since in self._over_since.items() if ran - since >= STAY_SECONDS]


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
