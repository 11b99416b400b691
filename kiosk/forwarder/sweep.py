"""Looks, some time after a report had to be sent again, whether it arrived twice after all, and withdraws the twin.

Before anything is sent again the ticket is looked up. But a search may lag longer than its maker says, and a request may
wait for minutes in some proxy: what was certain then may be wrong later.
"""

from __future__ import annotations

import dataclasses
import logging

from kiosk.core.errors import DeliveryError, StorageError
from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry, RemoteRef
from kiosk.core.outbox import Outbox
from kiosk.core.ports import Clock
from kiosk.forwarder.guard import Guard
from kiosk.forwarder.join import withdraw_twin

log = logging.getLogger(__name__)

DELAYS = (60.0, 3600.0)
"""Seconds after the second sending, on top of the time that a search may lag: soon, before a person begins to work on the
wrong one, and once more for what came late."""


class Sweep:
    """The looks for twins that are owed to one backend."""

    def __init__(self, backend: Guard, *, outbox: Outbox, clock: Clock) -> None:
        """Owe what an earlier run left owing; its waits begin anew, because nobody knows how long the terminal was off."""
        self._backend, self._outbox, self._clock = backend, outbox, clock
        self._due: dict[str, float] = {}
        for entry in outbox.entries():
            report = entry.report_to(backend.name)
            if report is not None:
                self.owe(report)

    def owe(self, report: Delivery) -> None:
        """Take note of a report that was delivered, if it had been sent more than once."""
        if report.sweeps and report.state is DeliveryState.DELIVERED and report.kind is DeliveryKind.CREATE:
            delay = DELAYS[-min(report.sweeps, len(DELAYS))] + self._backend.settle.total_seconds()
            self._due[report.ticket] = self._clock.monotonic() + delay

    @property
    def due_at(self) -> float:
        """When the next look is due, on the monotonic clock; infinity when none is owed."""
        return min(self._due.values(), default=float("inf"))

    def look(self) -> bool:
        """Make the look that is due; True when there was a twin.

        Raises:
            DeliveryError: one of its four kinds; the look stays owed.
        """
        ticket_id = min(self._due, key=self._due.__getitem__)
        entry = self._outbox.get(ticket_id)
        report = entry.report_to(self._backend.name) if entry is not None else None
        if entry is None or report is None or report.ref is None or report.kind is not DeliveryKind.CREATE:
            del self._due[ticket_id]
            return False
        try:
            return self._withdraw(entry, report, report.ref)
        except (DeliveryError, StorageError):
            # Whatever ails, the other tickets' looks come first now.
            self._due[ticket_id] = self._clock.monotonic() + DELAYS[0]
            raise

    def _withdraw(self, entry: Entry, report: Delivery, ref: RemoteRef) -> bool:
        kept, *twins = self._backend.twins(entry.ticket.id, ref) or [ref]
        swept = dataclasses.replace(report, sweeps=report.sweeps - 1, ref=kept)

        def edit(known: Entry) -> Entry:
            known = known.with_delivery(swept)
            for twin in twins:
                known = withdraw_twin(known, twin, destination=self._backend.name, now=self._clock.now())
            return known

        self._outbox.change(entry.ticket.id, edit)
        for twin in twins:
            log.warning(
                "ticket %s arrived twice at %s: %s is withdrawn", entry.ticket.id, self._backend.name, twin.label
            )
        del self._due[entry.ticket.id]
        self.owe(swept)
        return bool(twins)
