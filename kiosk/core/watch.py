"""Asks one backend what changed, and takes it over into the outbox and the board."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from functools import partial

from kiosk.core.board import Board, entry_of, merge
from kiosk.core.errors import StorageError
from kiosk.core.events import BoardChanged, Publish
from kiosk.core.guard import Guard
from kiosk.core.model import DeliveryKind, DeliveryState, Entry, RemoteChange
from kiosk.core.outbox import Outbox
from kiosk.core.plant import Machine
from kiosk.core.ports import Clock

log = logging.getLogger(__name__)


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

    def forget(self) -> None:
        """Look at everything that is open again: what is shown here may not be what is there."""
        self._knows_board = False

    def look(self) -> bool:
        """Ask once; True when the next look should follow at once.

        Raises:
            DeliveryError: one of its four kinds.
        """
        name, is_first = self._backend.name, not self._knows_board
        changes, following = self._backend.changes("" if is_first else self._outbox.cursor(name))
        if not self._take_over(changes):
            # The same changes are told again at the next look, which does no harm.
            return False
        if not is_first or not self._outbox.cursor(name):
            self._keep_cursor(following)
        self._knows_board = True
        return is_first

    def _keep_cursor(self, cursor: str) -> None:
        try:
            self._outbox.set_cursor(self._backend.name, cursor)
        except StorageError as error:
            log.error("where the changes of %s ended could not be kept: %s", self._backend.name, error)

    def _take_over(self, changes: list[RemoteChange]) -> bool:
        results = [self._take_one(change) for change in changes]
        if any(moved for moved, _ in results):
            self._publish(BoardChanged())
        return all(kept for _, kept in results)

    def _take_one(self, change: RemoteChange) -> tuple[bool, bool]:
        """Give (something moved, it was kept)."""
        before = self._outbox.get(change.ticket)
        if before is None:
            machine = self._machines.get(change.machine)
            return self._board.put(entry_of(change, destination=self._backend.name, machine=machine)), True
        try:
            return self._outbox.change(change.ticket, partial(self._merged, change=change)) != before, True
        except StorageError as error:
            log.error("a change of ticket %s could not be kept: %s", change.ticket, error)
            return False, False

    def _merged(self, entry: Entry, *, change: RemoteChange) -> Entry:
        creates = [d for d in entry.deliveries if d.kind is DeliveryKind.CREATE]
        ours = next((d for d in creates if d.destination == self._backend.name), None)
        if ours is not None and ours.state is not DeliveryState.DELIVERED:
            # The backend shows the ticket: whatever we thought, it did arrive.
            arrived = dataclasses.replace(ours, state=DeliveryState.DELIVERED, ref=change.ref, error="")
            entry = entry.with_delivery(dataclasses.replace(arrived, delivered_at=self._clock.now()))
        # Where a ticket has two systems of record, the first one is believed.
        return merge(entry, change) if ours is not None and ours is creates[0] else entry
