"""When a report does not arrive, somebody has to be told by telephone: when that is so, and whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.core.model import Entry
from kiosk.core.plant import Priority
from kiosk.core.terminal import Terminal
from kiosk.i18n import Translator
from kiosk.ui.present.tickets import is_refused

PATIENCE = timedelta(seconds=60)
"""A critical or late report that has not reached IT after this long is a case for the telephone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """Whom to call because the report itself does not arrive."""

    reason: str = ""
    text: str = ""
    phone: str = ""


def must_call(entry: Entry, terminal: Terminal, now: datetime) -> bool:
    """Tell whether the report does not arrive and somebody has to be told by telephone."""
    if entry.is_delivered or not entry.status.is_open:
        return False
    if is_refused(entry):
        return True
    awaited = terminal.countdown(entry)
    is_urgent = entry.priority is Priority.CRITICAL or (awaited is not None and awaited.is_late(now))
    return is_urgent and now - entry.ticket.reported_at >= PATIENCE


def call(entry: Entry, terminal: Terminal, speak: Translator) -> CallRow:
    """Say whom to call, and why."""
    reason = speak.tr("IT does not have it yet.") if terminal.is_connected else speak.tr("No connection.")
    if is_refused(entry):
        reason = speak.tr("IT's system refused the report.")
    return call_row(terminal, speak, area=entry.ticket.area, reason=reason)


def call_row(terminal: Terminal, speak: Translator, *, area: str, reason: str) -> CallRow:
    """Name the first contact of `area` that has a telephone."""
    contact = next((c for c in terminal.contacts(area) if c.phone), None)
    if contact is None:
        return CallRow(reason=reason, text=speak.tr("Please call IT."))
    return CallRow(
        reason=reason, text=speak.tr("Please call {name}:", name=contact.name), phone=speak.isolate(contact.phone)
    )
