"""A ticket system inside this process, for trials and tests.

It behaves like a real one at its worst: a request sent twice takes effect twice, so a forwarder's fault shows as twins.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kiosk.core.errors import DeliveryError, RejectedError
from kiosk.core.model import Delivery, DeliveryKind, Progress, Question, Remark, RemoteChange, RemoteRef, Status, Ticket
from kiosk.core.plant import Priority
from kiosk.core.ports import Backend
from kiosk.core.text import clean_text
from kiosk.plugins import PluginSettings


class MemorySettings(PluginSettings):
    """How often the forwarder asks."""

    poll_seconds: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteTicket:
    """One ticket as this system keeps it."""

    number: int
    ticket: Ticket
    photos: tuple[Path, ...]
    """That of the report, and those of others that were added to it."""
    progress: Progress
    asked_from: Status = Status.NEW
    """The status before the open question was asked."""
    changed_at: datetime
    sequence: int

    @property
    def with_photo(self) -> bool:
        """True when somebody can look at the fault."""
        return bool(self.photos)

    @property
    def ref(self) -> RemoteRef:
        """Its name to the outside."""
        return RemoteRef(id=str(self.number), number=f"#{self.number}")


@dataclass(frozen=True, slots=True)
class _Trap:
    error: DeliveryError
    call: str
    after_effect: bool


class MemoryBackend(Backend):
    """Keeps tickets in a list; safe to use from several threads, so that a test can play IT while a forwarder delivers."""

    Settings = MemorySettings

    def __init__(self, settings: MemorySettings, *, terminal: str) -> None:
        self.name = settings.name
        self.poll_seconds = settings.poll_seconds
        self.terminal = terminal
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._lock = threading.RLock()
        self._tickets: list[RemoteTicket] = []
        self._sequence = 0
        self._traps: list[_Trap] = []

    # ------------------------------------------------------------ the contract

    def check(self) -> None:
        """Raise what `fail_next` laid in wait for `check`."""
        self._spring("check")

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Let `delivery` take effect, every time it is asked to."""
        with self._lock:
            trap = self._trap("deliver")
            if trap and not trap.after_effect:
                raise trap.error
            ref = delivery.ref
            if delivery.kind is DeliveryKind.CREATE:
                ref = self._create(delivery, ticket)
            else:
                self._follow_up(delivery, ticket)
            if trap:
                raise trap.error
            return ref

    def find(self, ticket_id: str) -> RemoteRef | None:
        """Give the oldest ticket with this id."""
        with self._lock:
            self._spring("find")
            return next((remote.ref for remote in self._tickets if remote.ticket.id == ticket_id), None)

    def took_effect(self, delivery: Delivery, ticket: Ticket) -> bool:
        """Tell whether a remark carries the delivery's id."""
        del ticket
        with self._lock:
            self._spring("took_effect")
            return any(remark.id == delivery.id for remote in self._tickets for remark in remote.progress.remarks)

    def twins(self, ticket_id: str, ref: RemoteRef) -> list[RemoteRef]:
        """Give the tickets with this id: the first, and the others that are open."""
        del ref
        with self._lock:
            self._spring("twins")
            alike = [remote for remote in self._tickets if remote.ticket.id == ticket_id]
            return [remote.ref for remote in alike if remote is alike[0] or remote.progress.status.is_open]

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Give what changed after the sequence number in `cursor`."""
        with self._lock:
            self._spring("changes")
            if cursor.isdecimal():
                changed = [remote for remote in self._tickets if remote.sequence > int(cursor)]
            else:
                changed = [remote for remote in self._tickets if remote.progress.status.is_open]
            return [_change(remote) for remote in changed], str(self._sequence)

    # ------------------------------------------------------------ what a test can do

    @property
    def tickets(self) -> list[RemoteTicket]:
        """Every ticket here, twins included, oldest first."""
        with self._lock:
            return list(self._tickets)

    def fail_next(self, error: DeliveryError, *, call: str = "deliver", after_effect: bool = False) -> None:
        """Make the next `call` raise `error`, with `after_effect` as a lost answer: it happened and nobody knows."""
        with self._lock:
            self._traps.append(_Trap(error, call, after_effect))

    def take(self, ticket_id: str, name: str) -> None:
        """Play IT: `name` says "I have it"."""
        self._move(ticket_id, Status.ACKNOWLEDGED, assignee=name)

    def on_the_way(self, ticket_id: str, name: str, eta_at: datetime) -> None:
        """Play IT: `name` is coming and says when."""
        self._move(ticket_id, Status.ON_THE_WAY, assignee=name, eta_at=eta_at)

    def work(self, ticket_id: str, name: str) -> None:
        """Play IT: `name` is at it."""
        self._move(ticket_id, Status.IN_PROGRESS, assignee=name)

    def ask(self, ticket_id: str, question: Question) -> None:
        """Play IT: ask the operator."""
        with self._lock:
            remote = self._known(ticket_id)
            self._keep(dataclasses.replace(remote, asked_from=remote.progress.status))
            self._move(ticket_id, Status.WAITING, question=question)

    def remark(self, ticket_id: str, text: str, who: str) -> None:
        """Play IT: write a public line."""
        with self._lock:
            remote = self._known(ticket_id)
            self._keep(_with_remark(remote, Remark(at=self.now(), text=text, who=who)))

    def change_priority(self, ticket_id: str, priority: Priority, reason: str) -> None:
        """Play IT: change the agreed priority and say why."""
        with self._lock:
            status = self._known(ticket_id).progress.status
            self._move(ticket_id, status, priority=priority, priority_reason=reason)

    def resolve(self, ticket_id: str, *, cause: str = "", solution: str = "") -> None:
        """Play IT: say that it is fixed."""
        self._move(ticket_id, Status.RESOLVED, cause=cause, solution=solution)

    def close_ticket(self, ticket_id: str) -> None:
        """Play IT: close it without asking."""
        self._move(ticket_id, Status.CLOSED)

    # ------------------------------------------------------------ inside

    def _trap(self, call: str) -> _Trap | None:
        trap = next((trap for trap in self._traps if trap.call == call), None)
        if trap:
            self._traps.remove(trap)
        return trap

    def _spring(self, call: str) -> None:
        with self._lock:
            trap = self._trap(call)
        if trap:
            raise trap.error

    def _create(self, delivery: Delivery, ticket: Ticket) -> RemoteRef:
        self._sequence += 1
        now = self.now()
        remote = RemoteTicket(
            number=len(self._tickets) + 1,
            ticket=ticket,
            photos=_photos(delivery, ticket),
            progress=Progress(since={Status.NEW: now}),
            changed_at=now,
            sequence=self._sequence,
        )
        self._tickets.append(remote)
        return remote.ref

    def _follow_up(self, delivery: Delivery, ticket: Ticket) -> None:
        remote = next((r for r in self._tickets if delivery.ref and r.ref.id == delivery.ref.id), None)
        if remote is None:
            raise RejectedError("this ticket is not here")
        text = clean_text(delivery.text)
        remote = _with_remark(remote, Remark(at=self.now(), text=text, who=delivery.who, id=delivery.id))
        remote = self._keep(dataclasses.replace(remote, photos=remote.photos + _photos(delivery, ticket)))
        match delivery.kind:
            case DeliveryKind.CONFIRM:
                self._advance(remote, Status.CLOSED)
            case DeliveryKind.WITHDRAW if not remote.progress.assignee:
                self._advance(remote, Status.CANCELLED)
            case DeliveryKind.REOPEN:
                status = Status.IN_PROGRESS if remote.progress.assignee else Status.NEW
                self._advance(remote, status, cause="", solution="")
            case DeliveryKind.COMMENT if remote.progress.status is Status.WAITING:
                self._advance(remote, remote.asked_from, question=None)

    def _known(self, ticket_id: str) -> RemoteTicket:
        return next(remote for remote in self._tickets if remote.ticket.id == ticket_id)

    def _move(self, ticket_id: str, status: Status, **changes: object) -> None:
        with self._lock:
            self._advance(self._known(ticket_id), status, **changes)

    def _advance(self, remote: RemoteTicket, status: Status, **changes: object) -> None:
        with self._lock:
            since = {status: self.now(), **remote.progress.since}
            progress = dataclasses.replace(remote.progress, status=status, since=since, **changes)  # type: ignore[arg-type]
            self._keep(dataclasses.replace(remote, progress=progress))

    def _keep(self, remote: RemoteTicket) -> RemoteTicket:
        self._sequence += 1
        changed = dataclasses.replace(remote, changed_at=self.now(), sequence=self._sequence)
        self._tickets[remote.number - 1] = changed
        return changed


def _photos(delivery: Delivery, ticket: Ticket) -> tuple[Path, ...]:
    """Give the photo that comes with a report, be it a ticket of its own or added to another one."""
    is_shown = delivery.kind.is_report and "photo" not in delivery.without
    return (ticket.photo,) if is_shown and ticket.photo is not None else ()


def _with_remark(remote: RemoteTicket, remark: Remark) -> RemoteTicket:
    remarks = (*remote.progress.remarks, remark)
    return dataclasses.replace(remote, progress=dataclasses.replace(remote.progress, remarks=remarks))


def _change(remote: RemoteTicket) -> RemoteChange:
    ticket = remote.ticket
    return RemoteChange(
        ticket=ticket.id,
        ref=remote.ref,
        machine=ticket.machine,
        symptom=ticket.symptom,
        words=ticket.words,
        it_term=ticket.it_term,
        reported_priority=ticket.priority,
        stopped=ticket.stopped,
        reported_at=ticket.reported_at,
        terminal=ticket.terminal,
        progress=remote.progress,
        changed_at=remote.changed_at,
    )
