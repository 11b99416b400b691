"""What an operator says on a ticket that exists, as edits of its entry."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime

from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry, Remark, Status


def say(entry: Entry, remark: Remark, *, kind: DeliveryKind, new_id: Callable[[], str]) -> Entry:
    """Add a delivery of `remark` for every system of record that has, or will have, the ticket."""
    for report in entry.reports:
        delivery = Delivery(
            id=new_id(),
            ticket=entry.ticket.id,
            destination=report.destination,
            kind=kind,
            text=remark.text,
            who=remark.who,
            created_at=remark.at,
        )
        entry = entry.with_delivery(delivery)
    return entry


def answered(entry: Entry) -> Entry:
    """Stop asking: the work goes on where the question had interrupted it."""
    status = Status.IN_PROGRESS if entry.status is Status.WAITING else entry.status
    return dataclasses.replace(entry, progress=dataclasses.replace(entry.progress, question=None, status=status))


def decided(entry: Entry, *, works: bool, at: datetime) -> Entry:
    """Take the operator's answer to "Is it running again?"."""
    progress = entry.progress
    if works:
        since = {Status.RESOLVED: at, Status.CLOSED: at} | dict(progress.since)
        closed = dataclasses.replace(progress, status=Status.CLOSED, question=None, since=since)
        return dataclasses.replace(entry, progress=closed)
    status = Status.IN_PROGRESS if progress.assignee else Status.NEW
    since = {s: t for s, t in progress.since.items() if s is not Status.RESOLVED}
    reopened = dataclasses.replace(progress, status=status, cause="", solution="", eta_at=None, since=since)
    return dataclasses.replace(entry, progress=reopened)


def requeued(entry: Entry) -> Entry:
    """Give every refused delivery another try, whole."""
    for delivery in entry.deliveries:
        if delivery.state is DeliveryState.REJECTED:
            again = dataclasses.replace(delivery, state=DeliveryState.PENDING, without=frozenset(), error="")
            entry = entry.with_delivery(again)
    return entry
