"""What an operator reads who is about to report what is reported already."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from kiosk.core.model import Entry, Status
from kiosk.core.terminal import Terminal
from kiosk.i18n import N_, Translator
from kiosk.ui.present import times
from kiosk.ui.present.tickets import TicketRow, ticket_row

_TITLES = {
    "open": N_("This is already reported"),
    "fixed": N_("Is it running again?"),
    "over": N_("This problem is over"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinView:
    """One open report, beside its truth."""

    state: str = "open"
    """`open`, `fixed` (IT says so: then the question is whether it runs) or `over`."""
    title: str = ""
    reported: str = ""


def join_view(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> JoinView:
    """Say when, where and by whom it was reported."""
    ticket = entry.ticket
    at = times.clock_time(ticket.reported_at, now=now, zone=terminal.plant.calendar.zone, speak=speak)
    parts = [speak.tr("Reported at {time}", time=at)]
    if ticket.terminal not in ("", terminal.name):
        parts.append(speak.tr("at terminal {terminal}", terminal=ticket.terminal))
    if ticket.who:
        parts.append(speak.tr("by {name}", name=ticket.who))
    state = "over" if not entry.status.is_open else "fixed" if entry.status is Status.RESOLVED else "open"
    return JoinView(state=state, title=speak.tr(_TITLES[state]), reported=speak.listed(*parts))


def several(machine: str, terminal: Terminal, speak: Translator, now: datetime) -> list[TicketRow]:
    """Give what is open on one machine, the most urgent first; the machine is clear, so each is named by its words."""
    rows = [ticket_row(entry, terminal, speak, now) for entry in terminal.on_machine(machine)]
    return [dataclasses.replace(row, machine=row.words, words="") for row in rows]
