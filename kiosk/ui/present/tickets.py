"""How a ticket stands, in one icon, one colour and a few words; the three truths are never mixed up here.

Saved on this terminal, delivered to IT, taken by a person: only the third may say that somebody comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.core.model import DeliveryState, Entry, Status
from kiosk.core.terminal import Terminal
from kiosk.i18n import N_, Translator
from kiosk.ui.present import times

_AT_IT = {
    Status.NEW: ("send-check", "info", N_("Delivered to IT"), ""),
    Status.ACKNOWLEDGED: ("account-check", "info", N_("Somebody at IT has it"), N_("{name} has it")),
    Status.ON_THE_WAY: ("run-fast", "info", N_("IT is on its way"), N_("{name} is on the way")),
    Status.IN_PROGRESS: ("account-wrench", "info", N_("IT is working on it"), N_("{name} is working on it")),
    Status.WAITING: ("chat-question", "warn", N_("IT has a question for you"), ""),
    Status.RESOLVED: ("wrench-check", "good", N_("Is it running again?"), ""),
    Status.CLOSED: ("check-decagram", "good", N_("Solved"), ""),
    Status.CANCELLED: ("cancel", "warn", N_("IT closed it without a repair"), ""),
}
"""Status -> icon, tone, words, and words with the name of the person who has it."""

_ON_HOLD = ("pause-octagon", "info", N_("The work is on hold"), "")
"""IT waits, and not for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a ticket stands. `tone` is a colour family of the theme: info, good, warn or bad."""

    icon: str = "timer-sand"
    tone: str = "info"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    """One open problem in a list."""

    ticket: str = ""
    machine: str = ""
    place: str = ""
    words: str = ""
    icon: str = "timer-sand"
    tone: str = "info"
    status: str = ""
    left: str = ""
    """The time that is left, or is overdue."""
    share: float = 1.0
    is_late: bool = False
    is_stopped: bool = False


def standing(entry: Entry, speak: Translator) -> Standing:
    """Say how far the ticket is, without the clock."""
    if is_refused(entry):
        return Standing(icon="alert-circle", tone="bad", text=speak.tr("IT's system refused it. Please call IT."))
    if not entry.is_delivered:
        return Standing(icon="tray-arrow-down", tone="warn", text=speak.tr("Saved here. Not at IT yet."))
    return _at_it(entry, speak)


def is_refused(entry: Entry) -> bool:
    """Tell whether a ticket system refused the report for good and none has it."""
    reports = [d for d in entry.deliveries if d.kind.is_report]
    return bool(reports) and all(d.state is DeliveryState.REJECTED for d in reports)


def _at_it(entry: Entry, speak: Translator) -> Standing:
    asks_nothing = entry.status is Status.WAITING and entry.progress.question is None
    icon, tone, text, named = _ON_HOLD if asks_nothing else _AT_IT[entry.status]
    name = entry.progress.assignee
    return Standing(icon=icon, tone=tone, text=speak.tr(named, name=name) if name and named else speak.tr(text))


def ticket_row(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> TicketRow:
    """Say everything that a card in a list shows."""
    ticket, stands = entry.ticket, standing(entry, speak)
    awaited = terminal.countdown(entry)
    symptom = terminal.plant.symptoms.get(ticket.symptom)
    late = awaited is not None and awaited.is_late(now)
    return TicketRow(
        ticket=ticket.id,
        machine=ticket.machine_name,
        place=ticket.place,
        words=symptom.words.get(speak.language) if symptom else ticket.words,
        icon=stands.icon,
        tone="bad" if late else stands.tone,
        status=stands.text,
        left=times.brief(awaited.left(now), speak) if awaited else "",
        share=awaited.share_left(now) if awaited else 1.0,
        is_late=late,
        is_stopped=ticket.stopped,
    )
