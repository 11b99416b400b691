"""Everything an operator can do here; the screens' only door into the core.

Reading never waits: it looks at memory. Everything that writes returns a `Future` and runs on the one
thread named `desk`, so that the screen never waits for a disk and the order of taps is the order on disk.
"""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType

from kiosk.core.board import Board
from kiosk.core.draft import NOTE_LIMIT, WHO_LIMIT, Draft, symptoms_for
from kiosk.core.errors import StorageError
from kiosk.core.events import BoardChanged, Publish
from kiosk.core.figure import Figure
from kiosk.core.labels import read_label
from kiosk.core.link import Link, LinkState
from kiosk.core.model import Delivery, DeliveryKind, Entry, Remark, Status, Ticket
from kiosk.core.outbox import Outbox
from kiosk.core.plant import Area, Contact, Machine, Notice, Plant, Symptom
from kiosk.core.ports import Clock, Destination, Forwarder
from kiosk.core.promise import Promise, promise_of, ticket_of
from kiosk.core.retention import Retention
from kiosk.core.route import Route, destinations_of, readdressed
from kiosk.core.said import answered, decided, requeued, say
from kiosk.core.sla import Countdown, countdown
from kiosk.core.text import clean_text
from kiosk.core.timekeeper import Timekeeper, can_be_corrected, corrected, true_time
from kiosk.core.worker import Worker

log = logging.getLogger(__name__)

Edit = Callable[[Entry], Entry]

LONGEST_WRITE = 300.0
"""Seconds that the desk may be busy with one thing: tidying thousands of tickets on a slow card takes its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a label led to: a machine, and what is already open on it (the most urgent first)."""

    machine: Machine
    open: tuple[Entry, ...] = ()


class Terminal:
    """One terminal on the floor."""

    def __init__(
        self,
        *,
        name: str,
        plant: Plant,
        area: str = "",
        outbox: Outbox,
        board: Board,
        destinations: Iterable[Destination],
        forwarders: Iterable[Forwarder],
        publish: Publish,
        clock: Clock,
        new_id: Callable[[], str],
        search: Callable[[str], list[Machine]] = lambda _: [],
        routes: Mapping[str, Route] = MappingProxyType({}),
        undo_seconds: float = 0.0,
    ) -> None:
        """Tie the parts together; nothing runs before `start`. A report may be taken back for `undo_seconds`."""
        self.name, self.plant, self.area = name, plant, area
        self.clock = clock
        self._outbox, self._board = outbox, board
        self._destinations, self.forwarders, self._routes = tuple(destinations), tuple(forwarders), routes
        self._publish, self._new_id = publish, new_id
        self._timekeeper, self._retention = Timekeeper(clock), Retention(outbox, clock)
        self._search, self._undo_seconds = search, undo_seconds
        self._desk = Worker("desk", monotonic=clock.monotonic)

    # ------------------------------------------------------------ life

    def start(self) -> None:
        """Start the forwarders; whatever an earlier run left in the outbox goes on."""
        self._desk.submit(self._tidy)
        for forwarder in self.forwarders:
            forwarder.start()

    def stop(self) -> None:
        """Finish the writes that were asked for, then stop the forwarders."""
        self._desk.shutdown(wait=True)
        for forwarder in self.forwarders:
            forwarder.halt()
        for forwarder in self.forwarders:
            forwarder.stop()

    def stuck(self) -> tuple[str, ...]:
        """Name the threads behind the screens that stand still; asked now and then, for the watchdog.

        The desk counts: while it stands still, no report is saved and no screen says so. A restart frees what waits for
        itself, and a disk that does not come back at all is then at least seen by the service manager.
        """
        stuck = [f"forwarder:{forwarder.name}" for forwarder in self.forwarders if forwarder.is_stuck]
        return (*stuck, self._desk.name) if self._desk.is_stuck(LONGEST_WRITE) else tuple(stuck)

    def tidy(self) -> Future[None]:
        """Move what has been over for a day out of the outbox; the UI asks for it now and then."""
        return self._desk.submit(self._tidy)

    def _tidy(self) -> None:
        try:
            self._correct_times()
            self._address_orphans()
            self._outbox.archive(self._retention.review())
        except StorageError as error:
            log.error("tidying the outbox: %s", error)

    def keep_time(self) -> None:
        """Look whether somebody moved the time of day; to be asked every second or so, it costs nothing."""
        if self._timekeeper.has_moved():
            log.warning("the time of day was moved; it is %s now", self.clock.now())
            self._desk.submit(self._correct_times)

    def _correct_times(self) -> None:
        """Give tickets that were reported under a wrong time of day their true one, and the agreed times that follow from it."""
        for entry in self._outbox.entries():
            if can_be_corrected(entry.ticket, self.clock):
                with suppress(StorageError):  # the times stay wrong until the disk takes it; nothing is lost by that
                    self._outbox.change(entry.ticket.id, partial(corrected, plant=self.plant, clock=self.clock))
        self._publish(BoardChanged())

    def _address_orphans(self) -> None:
        """Give tickets that were saved for destinations that are not configured, or for none, to those that are."""
        known = {destination.name for destination in self._destinations}
        for entry in self._outbox.entries():
            self._outbox.change(entry.ticket.id, partial(readdressed, known=known, fresh=self._deliveries_of))

    # ------------------------------------------------------------ choosing

    def new_draft(self) -> Draft:
        """Begin a report."""
        return Draft(id=self._new_id())

    def scan(self, text: str) -> Scan:
        """Read a label.

        Raises:
            LabelError: it names no machine of this plant; `message_key` says so in plain words.
        """
        machine = read_label(text, self.plant.machines, self.plant.other_labels)
        return Scan(machine=machine, open=tuple(self._board.on_machine(machine.id)))

    def areas(self) -> list[Area]:
        """Give the areas, this terminal's own first."""
        return sorted(self.plant.areas.values(), key=lambda area: area.id != self.area)

    def machines(self, area: str) -> list[Machine]:
        """Give the machines of one area: those that were reported of late and often first, the others in the plant file's order."""
        often = Counter(f.machine for f in self.figures(days=30)) + Counter(e.ticket.machine for e in self.entries())
        return sorted((m for m in self.plant.machines.values() if m.area == area), key=lambda m: -often[m.id])

    def search(self, text: str) -> list[Machine]:
        """Find machines as the operator types."""
        return self._search(clean_text(text, limit=60))

    def symptoms(self, machine: Machine) -> list[Symptom]:
        """Give the symptoms to offer for `machine`, likely ones first."""
        return symptoms_for(self.plant, machine)

    def promise(self, draft: Draft) -> Promise | None:
        """Tell what was agreed for this report; None while machine stopped or symptom is not answered."""
        return promise_of(self.plant, draft, now=self.clock.now())

    # ------------------------------------------------------------ looking

    def entry(self, ticket_id: str) -> Entry | None:
        """Give what is known of a ticket, wherever it was reported."""
        return self._board.get(ticket_id)

    def entries(self) -> list[Entry]:
        """Give this terminal's tickets, in the order of the reports."""
        return self._outbox.entries()

    def board(self, *, area: str = "") -> list[Entry]:
        """Give what is open, the most urgent first; of one area or of the whole plant."""
        return self._board.open(area=area)

    def on_machine(self, machine_id: str) -> list[Entry]:
        """Give what is open on one machine."""
        return self._board.on_machine(machine_id)

    def countdown(self, entry: Entry) -> Countdown | None:
        """Tell what the operator waits for now; a time of day that was moved since the report does not matter."""
        ticket = dataclasses.replace(entry.ticket, reported_at=true_time(entry.ticket, self.clock))
        # When somebody arrives is a time of day, which says nothing to a terminal that does not know it.
        eta_at = entry.progress.eta_at if self.clock.is_set else None
        progress = dataclasses.replace(entry.progress, eta_at=eta_at)
        return countdown(self.plant, dataclasses.replace(entry, ticket=ticket, progress=progress))

    def contacts(self, area: str) -> tuple[Contact, ...]:
        """Give the named people to call for `area`."""
        known = self.plant.areas.get(area)
        return known.contacts if known else ()

    def notices(self) -> list[Notice]:
        """Give the planned work and the wins that concern this terminal's area now."""
        now = self.clock.now()
        return [n for n in self.plant.notices if self._concerns_us(n) and (n.ends_at is None or now < n.ends_at)]

    def _concerns_us(self, notice: Notice) -> bool:
        return not notice.areas or not self.area or self.area in notice.areas

    def figures(self, *, days: int = 7) -> list[Figure]:
        """Give the figures of what was closed in the last `days`."""
        start = self.clock.now() - timedelta(days=days)
        return [f for f in self._outbox.figures() if f.closed_at is not None and f.closed_at >= start]

    def links(self) -> list[Link]:
        """Tell how each destination is."""
        return [forwarder.link for forwarder in self.forwarders]

    @property
    def is_connected(self) -> bool:
        """True when every ticket system answered the last time it was asked."""
        backends = [link for link in self.links() if link.is_backend]
        return bool(backends) and all(link.state is LinkState.CONNECTED for link in backends)

    # ------------------------------------------------------------ saying

    def report(self, draft: Draft, *, language: str = "en") -> Future[Entry]:
        """Save a finished draft as a ticket. The SLA runs from this call, not from the disk's answer.

        The future raises `StorageError` when nothing was saved.

        Raises:
            ValueError: the draft is not ready.
        """
        ticket = ticket_of(self.plant, draft, clock=self.clock, terminal=self.name, language=language)
        return self._desk.submit(self._save, ticket)

    def _save(self, ticket: Ticket) -> Entry:
        entry = self._outbox.report(ticket, self._deliveries_of(ticket))
        log.info("ticket %s: %s on %s saved, %s", ticket.id, ticket.symptom, ticket.machine, ticket.priority)
        self._wake()
        return entry

    def _deliveries_of(self, ticket: Ticket) -> tuple[Delivery, ...]:
        return tuple(
            Delivery(
                id=self._new_id(),
                ticket=ticket.id,
                destination=destination.name,
                kind=kind,
                created_at=ticket.reported_at,
            )
            for destination in destinations_of(ticket, self._destinations, self._routes, self.plant)
            for kind in destination.effects(ticket)
        )

    def undo_left(self, entry: Entry) -> float:
        """Give the seconds in which a report can still be taken back; 0 when it is too late."""
        age = self.clock.monotonic() - entry.ticket.reported_monotonic
        return max(0.0, self._undo_seconds - age) if age >= 0 and not entry.is_told else 0.0

    def withdraw(self, ticket_id: str) -> Future[bool]:
        """Take a report back that was sent by mistake; the future gives False when IT may have it already."""
        return self._desk.submit(self._outbox.withdraw, ticket_id)

    def same_problem(self, ticket_id: str, *, who: str = "") -> Future[Entry]:
        """Join a ticket that is open already: one ticket, and a note that this terminal has the problem, too."""
        return self._remark(ticket_id, f"Also reported at terminal {self.name}.", who=who)

    def got_worse(self, ticket_id: str, *, stopped: bool, who: str = "") -> Future[Entry]:
        """Tell IT that an open problem got worse."""
        state = "The machine is stopped now." if stopped else "The machine still runs."
        return self._remark(ticket_id, f"It got worse. {state} (terminal {self.name})", who=who)

    def answer(self, ticket_id: str, text: str, *, who: str = "") -> Future[Entry]:
        """Answer IT's question; it is no longer asked here."""
        return self._remark(ticket_id, clean_text(text, limit=NOTE_LIMIT), who=who, edit=answered)

    def still_broken(self, ticket_id: str, *, who: str = "") -> Future[Entry]:
        """Say that IT's repair did not help: the same ticket is opened again. Before a repair it is a remark."""
        entry = self.entry(ticket_id)
        if entry is not None and entry.status is Status.RESOLVED:
            return self.confirm(ticket_id, works=False, who=who)
        return self._remark(ticket_id, f"Still broken. (terminal {self.name})", who=who)

    def confirm(self, ticket_id: str, *, works: bool, who: str = "") -> Future[Entry]:
        """Answer "Is it running again?": yes closes the ticket, no opens the same one again."""
        kind = DeliveryKind.CONFIRM if works else DeliveryKind.REOPEN
        text = "The operator confirms: it works again." if works else "The operator says: it is still broken."
        said_at = self.clock.now()
        return self._remark(
            ticket_id, text, who=who, kind=kind, edit=lambda entry: decided(entry, works=works, at=said_at)
        )

    def _remark(
        self,
        ticket_id: str,
        text: str,
        *,
        who: str,
        kind: DeliveryKind = DeliveryKind.COMMENT,
        edit: Edit = lambda entry: entry,
    ) -> Future[Entry]:
        remark = Remark(at=self.clock.now(), text=text, who=clean_text(who, limit=WHO_LIMIT))
        return self._desk.submit(self._say, ticket_id, remark, kind, edit)

    def _say(self, ticket_id: str, remark: Remark, kind: DeliveryKind, edit: Edit) -> Entry:
        entry = self._board.get(ticket_id)
        if entry is None:
            raise KeyError(f"there is no ticket {ticket_id} on this terminal or its board")
        self._outbox.adopt(entry)
        self._board.adopted(ticket_id)
        changed = self._outbox.change(ticket_id, lambda known: edit(say(known, remark, kind=kind, new_id=self._new_id)))
        self._wake()
        return changed

    # ------------------------------------------------------------ the admin's part

    def requeue(self, ticket_id: str) -> Future[Entry]:
        """Send what a destination refused once more, whole."""
        future = self._desk.submit(self._outbox.change, ticket_id, requeued)
        future.add_done_callback(lambda _: self._wake())
        return future

    @property
    def damaged_records(self) -> int:
        """How many records of the outbox could not be read and were put aside for a person."""
        return self._outbox.damaged

    def retry_now(self) -> None:
        """Try every destination at once; a person who looks at the screen should not wait for a back-off."""
        for forwarder in self.forwarders:
            forwarder.retry_now()

    def _wake(self) -> None:
        for forwarder in self.forwarders:
            forwarder.wake()
