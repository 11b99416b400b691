"""The steps of a ticket in their order, with the times that are known."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from kiosk.core.model import DeliveryState, Entry, Status
from kiosk.core.terminal import Terminal
from kiosk.i18n import N_, Translator
from kiosk.ui.present import times
from kiosk.ui.present.rows import TimelineRow

_STEPS = (
    (Status.NEW, "send-check", N_("IT has it"), ""),
    (Status.ACKNOWLEDGED, "eye", N_("Seen by IT"), N_("Seen by {name}")),
    (Status.ON_THE_WAY, "run-fast", N_("On the way"), N_("{name} is on the way")),
    (Status.IN_PROGRESS, "wrench", N_("Working on it"), N_("{name} is working on it")),
    (Status.RESOLVED, "check-bold", N_("Fixed"), ""),
)
"""Status, icon, words for everybody, and words for the person who is at it now."""

_ORDER = [status for status, *_ in _STEPS]
_FIXED = _ORDER.index(Status.RESOLVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A row before its time is put into words."""

    icon: str
    text: str
    at: datetime | None
    state: str


def timeline(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> tuple[TimelineRow, ...]:
    """Give what happened and what comes next; steps that were skipped are left out."""
    steps = [_reported(entry, terminal, speak), *_worked(entry, speak), *_ended(entry, speak)]
    rows = [_row(step, terminal, speak, now) for step in steps]
    rows[0] = dataclasses.replace(rows[0], is_first=True)
    rows[-1] = dataclasses.replace(rows[-1], is_last=True)
    return tuple(rows)


def _row(step: _Step, terminal: Terminal, speak: Translator, now: datetime) -> TimelineRow:
    is_known = step.at is not None and step.state != "todo"
    zone = terminal.plant.calendar.zone
    when = times.clock_time(step.at, now=now, zone=zone, speak=speak) if is_known and step.at else ""
    return TimelineRow(icon=step.icon, text=step.text, when=when, state=step.state)  # type: ignore[arg-type]


def _reported(entry: Entry, terminal: Terminal, speak: Translator) -> _Step:
    ticket = entry.ticket
    is_ours = ticket.terminal in ("", terminal.name)
    text = speak.tr("Saved here") if is_ours else speak.tr("Reported at {terminal}", terminal=ticket.terminal)
    state = "done" if entry.is_delivered else "now"
    return _Step(icon="tray-arrow-down", text=text, at=ticket.reported_at, state=state)


def _worked(entry: Entry, speak: Translator) -> list[_Step]:
    reached = _reached(entry)
    steps = []
    for place, (status, icon, plain, named) in enumerate(_STEPS):
        state, at = _state(entry, place, reached), _at(entry, status)
        if state == "skipped" or (state == "done" and at is None):
            continue
        # Who did an earlier step is not known: the assignee may have changed since.
        name = entry.progress.assignee if state == "now" and named else ""
        text = speak.tr(named, name=name) if name else speak.tr(plain)
        steps.append(_Step(icon=icon, text=text, at=at, state=state))
        if place == reached and entry.status is Status.WAITING:
            steps.append(_on_hold(entry, speak))
    return steps


def _state(entry: Entry, place: int, reached: int) -> str:
    if place > reached:
        return "todo" if entry.status.is_open else "skipped"
    waits_here = place == reached != _FIXED and entry.status.is_open and entry.status is not Status.WAITING
    return "now" if waits_here else "done"


def _reached(entry: Entry) -> int:
    """Give the place in `_STEPS` that the work has come to; before the first, IT does not have it."""
    if not entry.is_delivered:
        return -1
    if entry.status in _ORDER:
        return _ORDER.index(entry.status)
    return max((_ORDER.index(status) for status in entry.progress.since if status in _ORDER), default=0)


def _at(entry: Entry, status: Status) -> datetime | None:
    if status is not Status.NEW:
        return entry.progress.since.get(status)
    reports = (d for d in entry.deliveries if d.kind.is_report)
    return next((d.delivered_at for d in reports if d.state is DeliveryState.DELIVERED), None)


def _on_hold(entry: Entry, speak: Translator) -> _Step:
    asks = entry.progress.question is not None
    text = speak.tr("IT has a question for you") if asks else speak.tr("On hold")
    icon = "message-question" if asks else "pause"
    return _Step(icon=icon, text=text, at=entry.progress.since.get(Status.WAITING), state="now")


def _ended(entry: Entry, speak: Translator) -> list[_Step]:
    since = entry.progress.since
    if entry.status is Status.CLOSED:
        text = speak.tr("It works again") if Status.RESOLVED in since else speak.tr("IT closed it")
        return [_Step(icon="check-decagram", text=text, at=since.get(Status.CLOSED), state="done")]
    if entry.status is Status.CANCELLED:
        text = speak.tr("IT closed it without a repair")
        return [_Step(icon="cancel", text=text, at=since.get(Status.CANCELLED), state="done")]
    return []
