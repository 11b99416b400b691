"""What was said on a ticket: by IT to the operator, and whether IT has what the operator said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry
from kiosk.core.plant import Priority
from kiosk.core.terminal import Terminal
from kiosk.i18n import N_, Translator
from kiosk.ui.present import times

PRIORITIES = {Priority.CRITICAL: N_("critical"), Priority.HIGH: N_("high"), Priority.NORMAL: N_("normal")}

_OURS = (DeliveryKind.COMMENT, DeliveryKind.CONFIRM, DeliveryKind.REOPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """One thing that was said."""

    icon: str = "message-text"
    tone: str = "info"
    head: str = ""
    text: str = ""


def notes(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> tuple[NoteRow, ...]:
    """Give what was said, the newest remark first; a changed priority stays on top, and so does an unsent message."""
    told = [*_priority(entry, speak), *_joined(entry, speak), *_remarks(entry, terminal, speak, now)]
    own = _own_message(entry, speak)
    return (*told, own) if own and own.tone == "good" else (*filter(None, [own]), *told)


def _remarks(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> list[NoteRow]:
    ours = {delivery.id for delivery in entry.deliveries}
    from_it = [remark for remark in entry.progress.remarks if remark.id not in ours and remark.text]
    return [
        NoteRow(
            head=" · ".join(
                (
                    remark.who or speak.tr("Message"),
                    times.clock_time(remark.at, now=now, zone=terminal.plant.calendar.zone, speak=speak),
                )
            ),
            text=remark.text,
        )
        for remark in sorted(from_it, key=lambda remark: remark.at, reverse=True)
    ]


def _priority(entry: Entry, speak: Translator) -> list[NoteRow]:
    changed, agreed = entry.progress.priority, entry.ticket.priority
    if changed is None or changed is agreed:
        return []
    head = speak.tr(
        "IT says: {new} instead of {old}.", new=speak.tr(PRIORITIES[changed]), old=speak.tr(PRIORITIES[agreed])
    )
    reason = entry.progress.priority_reason
    text = speak.tr("Reason: {reason}", reason=reason) if reason else speak.tr("IT gave no reason.")
    return [NoteRow(icon="scale-balance", tone="warn", head=head, text=text)]


def _joined(entry: Entry, speak: Translator) -> list[NoteRow]:
    """Say that others have the same problem, so that nobody wonders about the number."""
    if not entry.joined or entry.ref is None:
        return []
    text = speak.tr("Your report was added to number {number}.", number=entry.ref.label)
    return [NoteRow(icon="account-multiple", head=speak.tr("Somebody reported this before you"), text=text)]


def _own_message(entry: Entry, speak: Translator) -> NoteRow | None:
    """Say how far the operator's last message is; the report itself is the screen's main words."""
    messages = [d for d in entry.deliveries if d.kind in _OURS]
    if not messages:
        return None
    latest = [d for d in messages if d.created_at == messages[-1].created_at]
    # With two ticket systems, one that has it is enough.
    return _message(next((d for d in latest if d.state is DeliveryState.DELIVERED), latest[0]), speak)


def _message(message: Delivery, speak: Translator) -> NoteRow:
    head = speak.tr("Your message")
    if message.state is DeliveryState.DELIVERED:
        return NoteRow(icon="send-check", tone="good", head=head, text=speak.tr("IT has it."))
    if message.state is DeliveryState.REJECTED:
        text = speak.tr("IT's system refused it. Please call IT.")
        return NoteRow(icon="alert-circle", tone="bad", head=head, text=text)
    return NoteRow(
        icon="tray-arrow-down", tone="warn", head=head, text=speak.tr("Saved here. IT does not have it yet.")
    )
