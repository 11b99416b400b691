"""What is open on which machine now, whoever reported it, from whatever terminal."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry, Progress, RemoteChange, Status, Ticket
from kiosk.core.outbox import Outbox
from kiosk.core.plant import Machine
from kiosk.core.priority import urgency


class Board:
    """The open tickets of the plant: this terminal's from the outbox, the others' from what destinations tell."""

    def __init__(self, outbox: Outbox) -> None:
        """Show what `outbox` holds beside what other terminals reported; nothing here waits for a disk."""
        self._outbox = outbox
        self._others: dict[str, Entry] = {}

    def put(self, entry: Entry) -> bool:
        """Keep what another terminal's ticket looks like now; True when that changed anything."""
        before = self._others.get(entry.ticket.id)
        if before is not None and before.deliveries[0].destination != entry.deliveries[0].destination:
            return False  # two systems of record have it; the one that told first is believed
        if not entry.status.is_open:
            return self._others.pop(entry.ticket.id, None) is not None
        self._others[entry.ticket.id] = entry
        return entry != before

    def adopted(self, ticket_id: str) -> None:
        """Let go of what was kept of another terminal's ticket: from now on the outbox has it."""
        self._others.pop(ticket_id, None)

    def get(self, ticket_id: str) -> Entry | None:
        """Give the entry of `ticket_id`, this terminal's own before what others tell of it."""
        return self._outbox.get(ticket_id) or self._others.get(ticket_id)

    def open(self, *, area: str = "") -> list[Entry]:
        """Give the open entries, the most urgent and oldest first; of one area or of the whole plant."""
        shown = [e for e in _once(self.everything()) if e.status.is_open and area in ("", e.ticket.area)]
        return sorted(shown, key=lambda e: (urgency(e.priority), e.ticket.reported_at, e.ticket.id))

    def everything(self) -> list[Entry]:
        """Give what is known of every ticket, this terminal's own first."""
        others = (e for e in tuple(self._others.values()) if self._outbox.get(e.ticket.id) is None)
        return [*self._outbox.entries(), *others]

    def on_machine(self, machine_id: str) -> list[Entry]:
        """Give what is open on one machine, the most urgent first."""
        return [e for e in self.open() if e.ticket.machine == machine_id]


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """Show one problem once, though it was reported several times; this terminal's own report stands for it."""
    shown: dict[str, Entry] = {}
    for entry in entries:
        shown.setdefault(entry.joined or entry.ticket.id, entry)
    return list(shown.values())


def entry_of(change: RemoteChange, *, destination: str, machine: Machine | None) -> Entry:
    """Make a board entry of a ticket that another terminal reported; its CREATE counts as delivered."""
    ticket = Ticket(
        id=change.ticket,
        machine=change.machine,
        machine_name=machine.name if machine else change.machine,
        place=machine.place if machine else "",
        area=machine.area if machine else "",
        symptom=change.symptom,
        words=change.words,
        it_term=change.it_term,
        priority=change.reported_priority,
        stopped=change.stopped,
        reported_at=change.reported_at,
        terminal=change.terminal,
    )
    create = Delivery(
        id=change.ticket,
        ticket=change.ticket,
        destination=destination,
        kind=DeliveryKind.CREATE,
        created_at=change.reported_at,
        state=DeliveryState.DELIVERED,
        ref=change.ref,
        delivered_at=change.reported_at,
    )
    return Entry(sequence=0, ticket=ticket, deliveries=(create,), progress=_dated(change.progress, change))


def merge(entry: Entry, change: RemoteChange) -> Entry:
    """Take over what a destination tells of our own ticket.

    What the operator said here and what has not reached the destination yet stays: the terminal
    never shows "resolved" again because IT's answer is older than the operator's tap.
    """
    progress = _dated(change.progress, change)
    since = dict(progress.since) | dict(entry.progress.since)
    unsent = {d.kind for d in entry.deliveries if d.is_open}
    if unsent & {DeliveryKind.CONFIRM, DeliveryKind.REOPEN}:
        progress = dataclasses.replace(progress, status=entry.status, question=None)
    elif DeliveryKind.COMMENT in unsent and entry.progress.question is None:
        progress = dataclasses.replace(progress, question=None)
    if progress.status.is_open and progress.status is not Status.RESOLVED:
        # Opened again: the repair that did not hold was none.
        since = {status: at for status, at in since.items() if status not in (Status.RESOLVED, Status.CLOSED)}
    return dataclasses.replace(entry, progress=dataclasses.replace(progress, since=since))


def _dated(progress: Progress, change: RemoteChange) -> Progress:
    since = {Status.NEW: change.reported_at, progress.status: change.changed_at} | dict(progress.since)
    return dataclasses.replace(progress, since=since)
