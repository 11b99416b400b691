"""Which delivery leaves next: one ticket's in their order, and between tickets none waits for another for long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kiosk.core.model import Delivery, DeliveryState, Entry
from kiosk.core.outbox import Outbox

SUSPICIOUS_ATTEMPTS = 3
"""A delivery that failed this often while the destination is well is held apart from the others."""
HOLD_SECONDS = 60.0
"""Younger reports wait this long at most for an older one whose outcome is uncertain, so that the order holds."""
_UNSURE = (DeliveryState.SENDING, DeliveryState.UNCERTAIN)


class Queue:
    """The open deliveries to one destination, with the waits of each. Times are those of the monotonic clock."""

    def __init__(self, destination: str, outbox: Outbox, *, settle: float, grace: float = 0.0) -> None:
        """Let a report that is younger than `grace` wait: it can still be taken back.

        `settle`: for so many seconds the destination's look-up may miss what is there.
        """
        self._destination, self._outbox = destination, outbox
        self._settle, self._grace = settle, grace
        self._not_before: dict[str, float] = {}
        self._unsure_since: dict[str, float] = {}
        self._looks: Counter[str] = Counter()

    def __len__(self) -> int:
        """Count what is still to be delivered."""
        waiting = (delivery for entry in self._outbox.waiting() for delivery in entry.deliveries)
        return sum(delivery.is_open and delivery.destination == self._destination for delivery in waiting)

    def due(self, now: float) -> tuple[Entry, Delivery] | None:
        """Give the delivery that may leave now, and its ticket."""
        for entry, delivery in self._candidates():
            if self._due_at(entry, delivery, now) <= now:
                return entry, delivery
            if self._holds_back_others(delivery, now):
                return None
        return None

    def times(self, now: float) -> list[float]:
        """Give when each may leave."""
        return [self._due_at(entry, delivery, now) for entry, delivery in self._candidates()]

    def _candidates(self) -> Iterator[tuple[Entry, Delivery]]:
        """The first open delivery of each ticket."""
        for entry in self._outbox.waiting():
            mine = (d for d in entry.deliveries if d.destination == self._destination and d.is_open)
            delivery = next(mine, None)
            if delivery is not None:
                yield entry, delivery

    def _due_at(self, entry: Entry, delivery: Delivery, now: float) -> float:
        """A report that can be taken back does not leave. An uncertain outcome is not even looked at before the destination's look-up can be trusted.

        The time counts from when this process first saw the uncertainty, so a restart makes it longer, never shorter.
        """
        due_at = self._not_before.get(delivery.id, 0.0)
        reported_at = entry.ticket.reported_monotonic
        if reported_at <= now < reported_at + self._grace:  # another start of the computer counts from elsewhere
            due_at = max(due_at, reported_at + self._grace)
        if delivery.state in _UNSURE:
            since = self._unsure_since.setdefault(delivery.id, now)
            due_at = max(due_at, since + self._settle)
        return due_at

    def _holds_back_others(self, delivery: Delivery, now: float) -> bool:
        if delivery.state not in _UNSURE or self.trouble(delivery) >= SUSPICIOUS_ATTEMPTS:
            return False
        return now < self._unsure_since[delivery.id] + HOLD_SECONDS

    # ------------------------------------------------------------ what became of them

    def trouble(self, delivery: Delivery) -> int:
        """Count how often it was sent or looked up in vain."""
        return delivery.attempts + self._looks[delivery.id]

    def looked(self, delivery: Delivery) -> None:
        """It is looked up."""
        self._looks[delivery.id] += 1

    def hold(self, delivery: Delivery, until: float) -> None:
        """Let it wait."""
        self._not_before[delivery.id] = until

    def recorded(self, delivery: Delivery) -> None:
        """Forget the waits that its new state ends."""
        if delivery.state not in _UNSURE:
            self._unsure_since.pop(delivery.id, None)
            self._looks.pop(delivery.id, None)
        if not delivery.is_open:
            self._not_before.pop(delivery.id, None)

    def hurry(self) -> None:
        """Forget every wait but those that keep a ticket from being sent twice."""
        self._not_before.clear()
