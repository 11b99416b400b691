"""Asks one backend what changed, and takes it over into the outbox and the board."""

from __future__ import annotations

import dataclasses
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial

from kiosk.core.board import Board, entry_of, merge
from kiosk.core.errors import StorageError
from kiosk.core.events import BoardChanged, Publish
from kiosk.core.model import DeliveryKind, DeliveryState, Entry, RemoteChange, Status, Ticket
from kiosk.core.outbox import Outbox
from kiosk.core.plant import Machine
from kiosk.core.ports import Clock
from kiosk.forwarder.guard import Guard
from kiosk.forwarder.join import follow, join, ref_at, same_problem

log = logging.getLogger(__name__)

LATELY_SECONDS = 10.0
"""A board that was heard so long before a report is good enough for it: it is asked about as often anyway."""


class Watch:
    """One backend's changes. The first look gives the board of now, the next one what happened since this terminal last looked."""

    def __init__(
        self,
        backend: Guard,
        *,
        outbox: Outbox,
        board: Board,
        machines: Mapping[str, Machine],
        publish: Publish,
        clock: Clock,
    ) -> None:
        """Ask nothing yet."""
        self._backend = backend
        self._outbox, self._board, self._machines = outbox, board, machines
        self._publish, self._clock = publish, clock
        self._knows_board = False
        self._looked_at: float | None = None

    def knows_of(self, ticket: Ticket) -> bool:
        """Tell whether the board was heard lately enough that `ticket` would not be made beside one of the same problem."""
        if self._looked_at is None:
            return False
        reported_at = ticket.reported_monotonic if ticket.boot == self._clock.boot else 0.0
        return self._looked_at >= reported_at - LATELY_SECONDS

    def forget(self) -> None:
        """Look at everything that is open again: what is shown here may not be what is there."""
        self._knows_board = False

    def look(self) -> bool:
        """Ask once; True when the next look should follow at once.

        Raises:
            DeliveryError: one of its four kinds.
            StorageError: not everything could be kept; the same is told again at the next look, which does no harm.
        """
        name, is_first, begun_at = self._backend.name, not self._knows_board, self._clock.monotonic()
        changes, following = self._backend.changes("" if is_first else self._outbox.cursor(name))
        if not self._take_over(changes):
            raise StorageError(f"some of {len(changes)} changes")
        if not is_first or not self._outbox.cursor(name):
            self._keep_cursor(following)
        self._knows_board, self._looked_at = True, begun_at
        return is_first

    def _keep_cursor(self, cursor: str) -> None:
        try:
            self._outbox.set_cursor(self._backend.name, cursor)
        except StorageError as error:
            log.error("where the changes of %s ended could not be kept: %s", self._backend.name, error)

    def _take_over(self, changes: list[RemoteChange]) -> bool:
        """Take every change over; False when one of them could not be kept."""
        theirs = [change for change in changes if self._outbox.get(change.ticket) is None]
        moved = [self._board.put(self._entry_of(change)) for change in theirs]
        # Before what happened to the tickets: one that was withdrawn is not what its reporter should see.
        results = [(True, self._try(entry, edit)) for entry, edit in self._same_problems()]
        results += [self._merge(entry, change) for change in changes for entry in self._told_by(change)]
        if any(moved) or any(is_moved for is_moved, _ in results):
            self._publish(BoardChanged())
        return all(is_kept for _, is_kept in results)

    def _entry_of(self, change: RemoteChange) -> Entry:
        return entry_of(change, destination=self._backend.name, machine=self._machines.get(change.machine))

    def _told_by(self, change: RemoteChange) -> list[Entry]:
        """Give our entries whose progress `change` tells: the ticket itself, and what was added to it."""
        own = self._outbox.get(change.ticket)
        entries = [] if own is None or own.joined else [own]
        return entries + self._outbox.joined_to(change.ticket)

    def _merge(self, entry: Entry, change: RemoteChange) -> tuple[bool, bool]:
        """Give (something moved, it was kept)."""
        try:
            return self._outbox.change(entry.ticket.id, partial(self._merged, change=change)) != entry, True
        except StorageError as error:
            log.error("a change of ticket %s could not be kept: %s", change.ticket, error)
            return False, False

    def _merged(self, entry: Entry, *, change: RemoteChange) -> Entry:
        ours = entry.report_to(self._backend.name)
        if ours is not None and ours.kind is DeliveryKind.CREATE and ours.state is not DeliveryState.DELIVERED:
            # The backend shows the ticket: whatever we thought, it did arrive.
            arrived = dataclasses.replace(ours, state=DeliveryState.DELIVERED, ref=change.ref, error="")
            entry = entry.with_delivery(dataclasses.replace(arrived, delivered_at=self._clock.now()))
        elif ours is not None and ours.ref is not None and ours.ref.id == change.ref.id and ours.ref != change.ref:
            # The same one, but people there call it otherwise now: it was moved, or has got its number.
            entry = entry.with_delivery(dataclasses.replace(ours, ref=change.ref))
        # Where a ticket has two systems of record, the first one is believed; and a twin or a copy is not the ticket.
        is_believed = ours is not None and ours.id == entry.reports[0].id
        is_the_one = ours is None or ours.ref is None or ours.ref.id == change.ref.id
        return merge(entry, change) if is_believed and is_the_one else entry

    # ------------------------------------------------------------ the same problem, reported in the same moment

    def _same_problems(self) -> list[tuple[Entry, Callable[[Entry], Entry]]]:
        """Find our reports that nobody has taken yet and that another ticket, with a lower id, says already."""
        alike: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in self._board.everything():
            alike[entry.ticket.machine, entry.ticket.symptom].append(entry)
        found: list[tuple[Entry, Callable[[Entry], Entry]]] = []
        for entries in alike.values():
            for entry in filter(self._may_be_added, entries if len(entries) > 1 else ()):
                other = same_problem(entry.ticket, entries, destination=self._backend.name)
                if other is not None and other.ticket.id < (entry.joined or entry.ticket.id):
                    found.append((entry, partial(self._added, other=other)))
        return found

    def _may_be_added(self, entry: Entry) -> bool:
        is_ours = self._outbox.get(entry.ticket.id) is entry
        return is_ours and entry.status is Status.NEW and ref_at(entry, self._backend.name) is not None

    def _added(self, entry: Entry, *, other: Entry) -> Entry:
        if not self._may_be_added(entry):
            return entry
        if entry.is_adopted:
            return follow(entry, other)
        return join(entry, other, destination=self._backend.name, now=self._clock.now())

    def _try(self, entry: Entry, edit: Callable[[Entry], Entry]) -> bool:
        try:
            self._outbox.change(entry.ticket.id, edit)
        except StorageError as error:
            log.error("ticket %s could not be added to the other one: %s", entry.ticket.id, error)
            return False
        return True
