"""The same problem reported twice is one ticket and a note, also when the terminals could not know of each other.

Before a report leaves, the board is asked whether the problem is open there already: then it is added to that ticket.
Two terminals that report in the same moment both make a ticket. Then the one with the higher id is withdrawn: every terminal
comes to the same decision by itself, whichever order it heard of them in, so that never both are withdrawn.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime

from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry, RemoteRef, Status, Ticket


def same_problem(ticket: Ticket, entries: Iterable[Entry], *, destination: str) -> Entry | None:
    """Find what `ticket` would only say again: still open, on the same machine, with a remote ticket at `destination`.

    Of several the one with the lowest id. What IT calls fixed is not joined: a new report says that it is not.
    """
    if ticket.catch_all:
        return None
    found = [entry for entry in entries if _is_same(ticket, entry) and ref_at(entry, destination) is not None]
    return min(found, key=lambda entry: entry.ticket.id, default=None)


def _is_same(ticket: Ticket, other: Entry) -> bool:
    theirs = other.ticket
    return (
        theirs.machine == ticket.machine
        and theirs.symptom == ticket.symptom
        and theirs.id != ticket.id
        and not other.joined
        and other.status.is_open
        and other.status is not Status.RESOLVED
    )


def ref_at(entry: Entry, destination: str) -> RemoteRef | None:
    """Give the remote ticket of `entry` at `destination`, None while it has none there."""
    report = entry.report_to(destination)
    return report.ref if report is not None and report.state is DeliveryState.DELIVERED else None


def join(entry: Entry, other: Entry, *, destination: str, now: datetime) -> Entry:
    """Add the report to `other` instead of making a remote ticket of its own; one that it has already is withdrawn."""
    report, target = entry.report_to(destination), ref_at(other, destination)
    if report is None or target is None:
        return entry
    note = Delivery(
        id=report.id + "J",
        ticket=entry.ticket.id,
        destination=destination,
        kind=DeliveryKind.JOIN,
        text=_also_reported(entry.ticket),
        who=entry.ticket.who,
        created_at=now,
        ref=target,
    )
    # The note stands where the report stood: the rest of what was said follows it.
    deliveries: list[Delivery] = []
    for delivery in entry.deliveries:
        if delivery.id == report.id:
            deliveries += [note, delivery] if delivery.state is DeliveryState.DELIVERED else [note]
        elif delivery.destination != destination or delivery.kind is not DeliveryKind.ATTACH or not delivery.is_open:
            # A photo that still waits goes with the note.
            deliveries.append(delivery)
    if report.kind is DeliveryKind.CREATE and report.state is DeliveryState.DELIVERED:
        said = f"The same problem as {target.label}, where the work goes on."
        deliveries.append(_withdrawal(report, report.ref, said, now=now))
    return dataclasses.replace(entry, deliveries=tuple(deliveries), joined=other.ticket.id)


def follow(entry: Entry, other: Entry) -> Entry:
    """Let what was only adopted from another terminal go on as a part of `other`; its own terminal sees to the rest."""
    return dataclasses.replace(entry, joined=other.ticket.id)


def withdraw_twin(entry: Entry, twin: RemoteRef, *, destination: str, now: datetime) -> Entry:
    """Withdraw a second remote ticket of the same report; once, however often it is found."""
    report = entry.report_to(destination)
    if report is None or report.ref is None or any(_withdraws(d, twin) for d in entry.deliveries):
        return entry
    said = f"This report arrived twice; the work goes on in {report.ref.label}."
    return entry.with_delivery(_withdrawal(report, twin, said, now=now))


def _withdraws(delivery: Delivery, ref: RemoteRef) -> bool:
    return delivery.kind is DeliveryKind.WITHDRAW and delivery.ref is not None and delivery.ref.id == ref.id


def _withdrawal(report: Delivery, ref: RemoteRef | None, text: str, *, now: datetime) -> Delivery:
    number = "".join(filter(str.isalnum, ref.id)) if ref else ""
    return Delivery(
        id=f"{report.id}W{number}"[:40],
        ticket=report.ticket,
        destination=report.destination,
        kind=DeliveryKind.WITHDRAW,
        text=text,
        created_at=now,
        ref=ref,
    )


def _also_reported(ticket: Ticket) -> str:
    state = "The machine has stopped." if ticket.stopped else "The machine still runs."
    head = f"Also reported at terminal {ticket.terminal}, {ticket.reported_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {ticket.words}. {state}"
    return f"{head}\n{ticket.note}" if ticket.note else head
