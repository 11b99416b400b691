"""What both sides agreed for a report, told before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.core.draft import Draft
from kiosk.core.plant import Plant, Priority
from kiosk.core.priority import priority_of
from kiosk.core.sla import deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The agreed priority and times."""

    priority: Priority
    respond_within: timedelta
    respond_by: datetime
    resolve_by: datetime


def promise_of(plant: Plant, draft: Draft, *, now: datetime) -> Promise | None:
    """Give what would hold for `draft` if it were sent `now`; None while it lacks an answer that decides."""
    if draft.symptom is None or draft.stopped is None:
        return None
    priority = priority_of(plant, draft.symptom, stopped=draft.stopped)
    respond_by, resolve_by = deadlines(plant, priority, now)
    within = plant.slas[priority].respond
    return Promise(priority=priority, respond_within=within, respond_by=respond_by, resolve_by=resolve_by)
