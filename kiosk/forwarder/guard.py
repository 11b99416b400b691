"""Every call from core into a plugin goes through here: a bug in one destination must not stop anything else."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from kiosk.core.errors import DeliveryError, TemporaryError, UncertainError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket
from kiosk.core.ports import Backend, Destination

log = logging.getLogger(__name__)


class Guard:
    """A destination that raises the four errors of its contract and nothing else."""

    def __init__(self, destination: Destination) -> None:
        """Guard the calls into `destination`."""
        self.name = destination.name
        self._destination = destination
        self._backend = destination if isinstance(destination, Backend) else None

    @property
    def is_backend(self) -> bool:
        """True when it can be asked for tickets and changes."""
        return self._backend is not None

    @property
    def settle(self) -> timedelta:
        """How long a look-up may miss a ticket that exists."""
        return self._backend.settle if self._backend else timedelta(0)

    def check(self) -> None:
        """Ask whether a delivery could succeed."""
        with self._bugs(TemporaryError):
            self._destination.check()

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Make one attempt. A bug may strike after the request took effect, so it leaves the outcome uncertain."""
        with self._bugs(UncertainError):
            return self._destination.deliver(delivery, ticket)

    def find(self, delivery: Delivery, ticket: Ticket) -> tuple[bool, RemoteRef | None]:
        """Tell whether an uncertain delivery took effect, and on which remote ticket.

        A destination that cannot be asked says no: a notice that comes twice is better than one that never comes.
        """
        if self._backend is None:
            return False, None
        with self._bugs(TemporaryError):
            if delivery.kind is DeliveryKind.CREATE:
                ref = self._backend.find(ticket.id)
                return ref is not None, ref
            return self._backend.took_effect(delivery, ticket), delivery.ref

    def twins(self, ticket_id: str, ref: RemoteRef) -> list[RemoteRef]:
        """Look for all the remote tickets that the report behind `ref` made."""
        if self._backend is None:
            return []
        with self._bugs(TemporaryError):
            return self._backend.twins(ticket_id, ref)

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Ask for what changed since `cursor`."""
        if self._backend is None:
            return [], cursor
        with self._bugs(TemporaryError):
            changes, following = self._backend.changes(cursor)
            for at in _times(changes):
                if at.tzinfo is None:
                    raise ValueError(f"{at} says no time zone")
            return changes, following

    def close(self) -> None:
        """Let go of the destination's connections."""
        with self._bugs(TemporaryError):
            self._destination.close()

    @contextmanager
    def _bugs(self, become: type[TemporaryError | UncertainError]) -> Iterator[None]:
        try:
            yield
        except DeliveryError:
            raise
        except Exception as error:
            log.exception("destination %s: a bug in %s", self.name, type(self._destination).__name__)
            raise become(f"bug in {type(self._destination).__name__}: {type(error).__name__}") from error


def _times(changes: Iterable[RemoteChange]) -> Iterator[datetime]:
    """Give every time that a plugin told; one without a zone would fail where it is compared, on a screen."""
    for change in changes:
        progress = change.progress
        told = (change.reported_at, change.changed_at, progress.eta_at, *progress.since.values())
        yield from filter(None, (*told, *(remark.at for remark in progress.remarks)))
