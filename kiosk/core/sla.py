"""The SLA clock: agreed minutes on the plant's working calendar, counted from the operator's tap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from kiosk.core.model import Entry, Status
from kiosk.core.plant import Calendar, Plant, Priority

_HORIZON = timedelta(days=800)
"""Farther ahead no working minute is looked for: a calendar of holidays only must not hang the terminal."""


class Aim(StrEnum):
    """What a countdown runs towards."""

    RESPOND = "respond"
    """A person takes the ticket."""
    ARRIVE = "arrive"
    """The person who is on the way arrives, at the time that person gave."""
    RESOLVE = "resolve"
    """It works again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """What the ring on the screen shows."""

    aim: Aim
    started_at: datetime
    due_at: datetime

    def left(self, now: datetime) -> timedelta:
        """Give the time that is left; negative when it is late."""
        return self.due_at - now

    def is_late(self, now: datetime) -> bool:
        """True once the agreed moment has passed."""
        return now > self.due_at

    def share_left(self, now: datetime) -> float:
        """Give the part of the agreed time that is left, from 1 down to 0."""
        whole = (self.due_at - self.started_at).total_seconds()
        return min(1.0, max(0.0, self.left(now).total_seconds() / whole)) if whole > 0 else 0.0


def spans(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give the working spans that end after `start`, in order, as aware UTC times."""
    day = start.astimezone(calendar.zone).date() - timedelta(days=1)
    end_of_search = day + _HORIZON
    while day < end_of_search:
        for opens, closes in () if day in calendar.holidays else calendar.hours.get(day.weekday(), ()):
            # A span that closes at or before its opening runs past midnight.
            last_day = day if closes > opens else day + timedelta(days=1)
            begin = datetime.combine(day, opens, calendar.zone).astimezone(UTC)
            end = datetime.combine(last_day, closes, calendar.zone).astimezone(UTC)
            if end > start:
                yield max(begin, start), end
        day += timedelta(days=1)


def due_at(start: datetime, allowance: timedelta, calendar: Calendar) -> datetime:
    """Give the moment at which `allowance` of working time has passed since `start`."""
    left = allowance
    for begin, end in spans(calendar, start.astimezone(UTC)):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return start.astimezone(UTC) + allowance


def deadlines(plant: Plant, priority: Priority, reported_at: datetime) -> tuple[datetime, datetime]:
    """Give the agreed moments (respond by, resolve by) of a ticket reported at `reported_at`."""
    sla = plant.slas[priority]
    if sla.around_the_clock:
        return reported_at + sla.respond, reported_at + sla.resolve
    return due_at(reported_at, sla.respond, plant.calendar), due_at(reported_at, sla.resolve, plant.calendar)


def countdown(plant: Plant, entry: Entry) -> Countdown | None:
    """Choose what the operator waits for now; None once nothing is awaited from IT."""
    status, progress, reported_at = entry.status, entry.progress, entry.ticket.reported_at
    if not status.is_open or status is Status.RESOLVED:
        return None
    respond_by, resolve_by = deadlines(plant, entry.priority, reported_at)
    if not status.is_taken:
        return Countdown(aim=Aim.RESPOND, started_at=reported_at, due_at=respond_by)
    if status in (Status.ON_THE_WAY, Status.ACKNOWLEDGED) and progress.eta_at is not None:
        since = progress.since.get(status, reported_at)
        return Countdown(aim=Aim.ARRIVE, started_at=since, due_at=progress.eta_at)
    return Countdown(aim=Aim.RESOLVE, started_at=reported_at, due_at=resolve_by)
