"""One ticket and its deliveries, for tests that need no other."""

from __future__ import annotations

from datetime import UTC, datetime

from kiosk.core.model import Delivery, DeliveryKind, Ticket
from kiosk.core.plant import Priority

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TICKET = Ticket(
    id="T1",
    machine="press-4",
    machine_name="Press 4",
    place="Line 2",
    area="hall-2",
    symptom="no-print",
    words="It prints nothing",
    it_term="Label printer: no output",
    priority=Priority.HIGH,
    stopped=True,
    reported_at=NOON,
    terminal="K7",
)


def sent(kind: DeliveryKind, **more) -> Delivery:
    return Delivery(**{"id": "D1", "ticket": "T1", "destination": "it", "kind": kind, "created_at": NOON, **more})
