"""Which ticket comes first: the agreed time that counts now, and the order of the board."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from kiosk.core.model import Status
from kiosk.core.plant import Priority, Sla
from kiosk.core.sla import Aim, Countdown
from kiosk.desk.tables import TicketRow, first_reached

ASSUMED = {
    Priority.CRITICAL: Sla(respond=timedelta(minutes=15), resolve=timedelta(hours=4)),
    Priority.HIGH: Sla(respond=timedelta(hours=1), resolve=timedelta(hours=8)),
    Priority.NORMAL: Sla(respond=timedelta(hours=4), resolve=timedelta(days=3)),
}
"""Where a ticket without agreed times stands in the order. Never shown: nobody has agreed to it."""


def countdown(ticket: TicketRow, agreed: Mapping[Priority, Sla]) -> Countdown | None:
    """Choose the clock that the floor sees as well; None when nothing is awaited from IT, or nothing was agreed."""
    status, reported_at = ticket.status, ticket.reported_at
    if status is not Status.NEW and not status.is_taken:
        return None
    if status is Status.ON_THE_WAY and ticket.eta_at is not None:
        since = first_reached(ticket.since)[status]
        return Countdown(aim=Aim.ARRIVE, started_at=since, due_at=ticket.eta_at)
    due_at = _agreed_moment(ticket, agreed)
    aim = Aim.RESOLVE if status.is_taken else Aim.RESPOND
    return Countdown(aim=aim, started_at=reported_at, due_at=due_at) if due_at else None


def by_urgency(ticket: TicketRow, agreed: Mapping[Priority, Sla]) -> tuple[bool, datetime, int]:
    """Sort the most urgent first; what only waits for the operator's word comes last."""
    clock = countdown(ticket, agreed)
    due_at = clock.due_at if clock else ticket.reported_at + _span(ticket, ASSUMED[ticket.priority_now])
    return ticket.status is Status.RESOLVED, due_at, ticket.number


def _agreed_moment(ticket: TicketRow, agreed: Mapping[Priority, Sla]) -> datetime | None:
    if ticket.priority_now is ticket.priority:
        return ticket.resolve_by if ticket.status.is_taken else ticket.respond_by
    # The report's own times belong to the priority that it no longer has.
    sla = agreed.get(ticket.priority_now)
    return ticket.reported_at + _span(ticket, sla) if sla else None


def _span(ticket: TicketRow, sla: Sla) -> timedelta:
    return sla.resolve if ticket.status.is_taken else sla.respond
