"""What both sides measure: what stays of a ticket that is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.core.model import Entry, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What stays of a ticket that left the outbox: the shared goals of both sides, and no personal data."""

    ticket: str
    machine: str
    symptom: str
    priority: str
    stopped: bool
    reported_at: datetime
    taken_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    joined: str = ""
    """The ticket that it was added to, whose figures count for both."""

    @property
    def response(self) -> timedelta | None:
        """How long it took until a person had it."""
        return None if self.taken_at is None else _span(self.reported_at, self.taken_at)

    @property
    def downtime(self) -> timedelta | None:
        """How long the machine stood, when it stood."""
        end = self.resolved_at or self.closed_at
        return None if end is None or not self.stopped else _span(self.reported_at, end)


def _span(start: datetime, end: datetime) -> timedelta | None:
    """Give no figure rather than a wrong one, where a clock was wrong at one end."""
    return end - start if end >= start else None


def figure_of(entry: Entry) -> Figure:
    """Keep of `entry` what both sides measure."""
    ticket, since = entry.ticket, entry.progress.since
    taken = [at for status, at in since.items() if status.is_taken]
    return Figure(
        ticket=ticket.id,
        machine=ticket.machine,
        symptom=ticket.symptom,
        priority=str(entry.priority),
        stopped=ticket.stopped,
        reported_at=ticket.reported_at,
        taken_at=min(taken, default=None),
        resolved_at=since.get(Status.RESOLVED),
        closed_at=since.get(Status.CLOSED),
        joined=entry.joined,
    )
