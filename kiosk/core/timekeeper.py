"""When a ticket was really reported, whatever happened to the time of day since.

A terminal may start in 1970, and a time server or an admin may move its time of day at any moment. The monotonic clock tells how
long ago something was since the computer started; so from the time of day that is right now, the one of then follows.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from kiosk.core.model import Entry, Status, Ticket
from kiosk.core.plant import Plant
from kiosk.core.ports import EARLIEST, Clock
from kiosk.core.sla import deadlines

TOLERANCE = timedelta(seconds=2)
"""Smaller steps of the time of day are the daily work of a time server."""
_ONE_DAY = timedelta(days=1)
"""Two computers may differ by a wrong time zone, but not by more."""


class Timekeeper:
    """Notices that the time of day was moved."""

    def __init__(self, clock: Clock) -> None:
        """Compare with how the clocks stand now."""
        self._clock = clock
        self._offset = self._difference()

    def has_moved(self) -> bool:
        """Tell whether the time of day jumped since this was asked last."""
        before, self._offset = self._offset, self._difference()
        return abs(self._offset - before) > TOLERANCE

    def _difference(self) -> timedelta:
        return (
            self._clock.now()
            - datetime.min.replace(tzinfo=EARLIEST.tzinfo)
            - timedelta(seconds=self._clock.monotonic())
        )


def true_time(ticket: Ticket, clock: Clock) -> datetime:
    """Give the moment of the report on the time of day that `clock` shows now.

    Of a ticket from an earlier start of the computer only an impossible time is changed: to the last moment that was possible.
    """
    now, running = clock.now(), timedelta(seconds=clock.monotonic())
    if not ticket.boot:
        return ticket.reported_at
    if ticket.boot == clock.boot:
        by_monotonic = now - running + timedelta(seconds=ticket.reported_monotonic)
        return by_monotonic if abs(by_monotonic - ticket.reported_at) > TOLERANCE else ticket.reported_at
    is_possible = EARLIEST <= ticket.reported_at <= now - running or not clock.is_set
    return ticket.reported_at if is_possible else now - running


def can_be_corrected(ticket: Ticket, clock: Clock) -> bool:
    """Tell whether the clock is to be believed more than the time that the ticket was given."""
    is_impossible = not EARLIEST <= ticket.reported_at <= clock.now()
    return clock.is_set and (is_impossible or clock.is_synchronised())


def corrected(entry: Entry, *, plant: Plant, clock: Clock) -> Entry:
    """Give the entry its true time of report, and the agreed times that follow from it."""
    at = true_time(entry.ticket, clock)
    if at == entry.ticket.reported_at:
        return entry
    respond_by, resolve_by = deadlines(plant, entry.ticket.priority, at)
    ticket = dataclasses.replace(entry.ticket, reported_at=at, respond_by=respond_by, resolve_by=resolve_by)
    progress = dataclasses.replace(entry.progress, since={**entry.progress.since, Status.NEW: at})
    return dataclasses.replace(entry, ticket=ticket, progress=progress)


def believable(at: datetime, *, heard_at: datetime) -> datetime:
    """Take a time that another computer told; one that cannot be gives way to the moment at which it was heard."""
    return at if EARLIEST <= at <= heard_at + _ONE_DAY else heard_at
