"""What both sides agreed for a report: told before it is sent, and written into the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.core.draft import NOTE_LIMIT, WHO_LIMIT, Draft
from kiosk.core.model import Ticket
from kiosk.core.plant import Plant, Priority
from kiosk.core.ports import Clock
from kiosk.core.priority import priority_of
from kiosk.core.sla import deadlines
from kiosk.core.text import clean_text


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


def ticket_of(plant: Plant, draft: Draft, *, clock: Clock, terminal: str, language: str) -> Ticket:
    """Make the ticket of a finished draft, reported now.

    Raises:
        ValueError: the draft still lacks an answer.
    """
    machine, symptom, now = draft.machine, draft.symptom, clock.now()
    promise = promise_of(plant, draft, now=now)
    if machine is None or symptom is None or draft.stopped is None or promise is None:
        raise ValueError(f"the draft still asks for: {draft.step}")
    return Ticket(
        id=draft.id,
        machine=machine.id,
        machine_name=machine.name,
        place=machine.place,
        area=machine.area,
        area_name=plant.areas[machine.area].name.get(language),
        symptom=symptom.id,
        words=symptom.words.get(language),
        it_term=symptom.it_term,
        priority=promise.priority,
        stopped=draft.stopped,
        reported_at=now,
        respond_by=promise.respond_by,
        resolve_by=promise.resolve_by,
        terminal=terminal,
        language=language,
        note=clean_text(draft.note, limit=NOTE_LIMIT),
        who=clean_text(draft.who, limit=WHO_LIMIT),
        photo=draft.photo,
        catch_all=symptom.catch_all,
        boot=clock.boot,
        reported_monotonic=clock.monotonic(),
    )
