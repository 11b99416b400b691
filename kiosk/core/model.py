"""The ticket and everything that happens to it, as frozen values; what crosses a thread is one of these."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from kiosk.core.plant import Priority


class Status(StrEnum):
    """How far the work is, in the order in which it usually proceeds."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    ON_THE_WAY = "on_the_way"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """True while somebody still has to act: IT, or the operator who is asked whether it works again."""
        return self not in (Status.CLOSED, Status.CANCELLED)

    @property
    def is_taken(self) -> bool:
        """True when a person has it; only then may a screen say that somebody is coming."""
        return self in (Status.ACKNOWLEDGED, Status.ON_THE_WAY, Status.IN_PROGRESS, Status.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What was reported, in the operator's words and in IT's. It never changes once saved."""

    id: str
    """Letters and digits only: one search token in every ticket system."""
    machine: str
    machine_name: str
    place: str
    area: str
    area_name: str = ""
    """What people call the area."""
    symptom: str
    words: str
    """The symptom as the operator read it, in `language`."""
    it_term: str
    priority: Priority
    stopped: bool
    reported_at: datetime
    """Aware UTC; the moment of the operator's tap, from which the SLA runs."""
    respond_by: datetime | None = None
    """The agreed moment until which a person takes it (aware UTC)."""
    resolve_by: datetime | None = None
    """The agreed moment until which it works again (aware UTC)."""
    terminal: str
    language: str = "en"
    note: str = ""
    who: str = ""
    photo: Path | None = None
    """A JPEG on this terminal, or None."""
    catch_all: bool = False
    """True when the symptom says nothing by itself, so that the same one elsewhere may be another problem."""
    boot: str = ""
    """Which start of the terminal's computer it was reported in; empty when that is not known."""
    reported_monotonic: float = 0.0
    """Seconds on that start's monotonic clock, which no correction of the time of day moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRef:
    """Where a ticket lives in a destination."""

    id: str
    """What the destination's API calls it."""
    number: str = ""
    """What its people call it, such as `#4711`; empty when that is the id."""
    url: str = ""

    @property
    def label(self) -> str:
        """The short name that a person can say on the phone."""
        return self.number or self.id


class DeliveryKind(StrEnum):
    """The kinds of remote effect."""

    CREATE = "create"
    JOIN = "join"
    """The same problem is open there already: a note on that remote ticket instead of a second one."""
    WITHDRAW = "withdraw"
    """Close a remote ticket that says only what another one says; when a person has it already, only tell them."""
    ATTACH = "attach"
    COMMENT = "comment"
    CONFIRM = "confirm"
    """The operator says it runs again: close the remote ticket."""
    REOPEN = "reopen"
    """The operator says it is still broken: open the same remote ticket again."""
    NOTICE = "notice"

    @property
    def is_report(self) -> bool:
        """True for what brings the report itself to IT."""
        return self in (DeliveryKind.CREATE, DeliveryKind.JOIN)


class DeliveryState(StrEnum):
    """How far one delivery is."""

    PENDING = "pending"
    SENDING = "sending"
    """Stored before the request leaves; found after a restart, it means UNCERTAIN."""
    UNCERTAIN = "uncertain"
    """The request may have taken effect: look before anything is sent again."""
    DELIVERED = "delivered"
    REJECTED = "rejected"
    """Refused for good and parked where a person sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One remote effect for one destination."""

    id: str
    """Letters and digits only; written into the remote effect, so that it can be found again."""
    ticket: str
    destination: str
    kind: DeliveryKind
    text: str = ""
    """What a comment, a confirmation or a reopening says, in plain text."""
    who: str = ""
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    ref: RemoteRef | None = None
    """The remote ticket that the effect is on; set once the ticket's CREATE is delivered."""
    without: frozenset[str] = frozenset()
    """Fields left out since the destination refused them, such as `photo` or `priority`."""
    attempts: int = 0
    error: str = ""
    """Why the last attempt failed, for IT; never contains a secret."""
    delivered_at: datetime | None = None
    sweeps: int = 0
    """How many looks for a twin are still owed: a CREATE that had to be sent again may turn out to have happened twice."""

    @property
    def is_open(self) -> bool:
        """True while the forwarder still has to act on it."""
        return self.state in (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A public line on a ticket: a comment from IT, a question, a note of ours."""

    at: datetime
    text: str
    who: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What IT wants to know from the operator, with answers to tap (none: yes / no)."""

    id: str
    text: str
    who: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How the work on a ticket stands, as the destination last told it."""

    status: Status = Status.NEW
    assignee: str = ""
    eta_at: datetime | None = None
    priority: Priority | None = None
    """Set when IT changed the agreed priority; `priority_reason` then says why."""
    priority_reason: str = ""
    question: Question | None = None
    cause: str = ""
    solution: str = ""
    remarks: tuple[Remark, ...] = ()
    since: Mapping[Status, datetime] = field(default_factory=dict)
    """When each status was first reached (aware UTC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteChange:
    """A remote ticket of this plant as it is now (a whole picture, not a difference, so applying it twice does no harm)."""

    ticket: str
    """Our id, found in the remote ticket."""
    ref: RemoteRef
    machine: str
    symptom: str = ""
    words: str = ""
    it_term: str = ""
    reported_priority: Priority
    """The agreed priority of the report."""
    stopped: bool = False
    reported_at: datetime
    terminal: str = ""
    progress: Progress
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A ticket with its deliveries and progress: one document of the outbox, one line of the board."""

    sequence: int
    """Order of the reports on this terminal; the wall clock is never used for order."""
    ticket: Ticket
    deliveries: tuple[Delivery, ...] = ()
    progress: Progress = field(default_factory=Progress)
    joined: str = ""
    """The ticket of the same problem that this report was added to; its progress is then this one's."""

    @property
    def status(self) -> Status:
        """The status of the work."""
        return self.progress.status

    @property
    def priority(self) -> Priority:
        """The priority that counts now: IT's, where IT gave one with a reason, else the agreed one."""
        return self.progress.priority or self.ticket.priority

    @property
    def ref(self) -> RemoteRef | None:
        """The first remote ticket that is certain, None while IT does not have it."""
        delivered = (d for d in self.deliveries if d.kind.is_report and d.state is DeliveryState.DELIVERED)
        return next((delivery.ref for delivery in delivered), None)

    @property
    def reports(self) -> tuple[Delivery, ...]:
        """The deliveries that bring the report itself: one per system of record, the first one is the one believed."""
        by_destination: dict[str, Delivery] = {}
        for delivery in self.deliveries:
            if delivery.kind.is_report:
                by_destination.setdefault(delivery.destination, delivery)
        return tuple(by_destination.values())

    def report_to(self, destination: str) -> Delivery | None:
        """Give the delivery that brings the report to `destination`."""
        return next((delivery for delivery in self.reports if delivery.destination == destination), None)

    @property
    def is_delivered(self) -> bool:
        """The second truth: IT's ticket system has it."""
        return self.ref is not None

    @property
    def is_adopted(self) -> bool:
        """True for another terminal's ticket on which something was said here."""
        return any(d.kind is DeliveryKind.CREATE and d.id == self.ticket.id for d in self.deliveries)

    @property
    def is_told(self) -> bool:
        """False while nothing of it was even tried to be told: then it can be taken back."""
        return any(delivery.attempts or not delivery.is_open for delivery in self.deliveries)

    @property
    def has_open_deliveries(self) -> bool:
        """True while something of it still has to leave this terminal."""
        return any(delivery.is_open for delivery in self.deliveries)

    def with_delivery(self, delivery: Delivery) -> Entry:
        """Put `delivery` in place of the one with its id, or at the end."""
        known = [delivery if d.id == delivery.id else d for d in self.deliveries]
        if all(d.id != delivery.id for d in self.deliveries):
            known.append(delivery)
        return dataclasses.replace(self, deliveries=tuple(known))
