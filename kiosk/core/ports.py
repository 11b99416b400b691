"""What core asks of the outside: clocks, a disk, and the contract of every destination."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from tinydb import TinyDB

from kiosk.core.link import Link
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket

EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)
"""No terminal ran this software before it was written: an earlier time of day is certainly wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The two clocks: `now` (aware UTC) for people, `monotonic` (seconds) for every waiting.

    A terminal without a battery for its clock starts in 1970, and an admin or a time server may move the time of day at any moment.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    boot: str = ""
    """Names the start of the computer from which `monotonic` counts."""
    is_synchronised: Callable[[], bool] = lambda: False
    """True while a time server keeps `now` right."""

    @property
    def is_set(self) -> bool:
        """False while the time of day is certainly wrong."""
        return self.now() >= EARLIEST


class Disk(Protocol):
    """A folder that keeps what it was given through power cuts, held by one process at a time.

    Every write is synced before it returns, or raises `OSError` and leaves what was there before.
    """

    db: TinyDB

    @property
    def damaged(self) -> int:
        """How many damaged parts were put aside so far."""

    def keep_photo(self, source: Path, name: str) -> Path:
        """Copy `source` into the folder as `name`, synced."""

    def photo(self, name: str) -> Path:
        """Give the path under which `keep_photo` stored `name`."""

    def drop_photo(self, name: str) -> None:
        """Remove a photo that no ticket needs any more."""

    def photos(self) -> set[str]:
        """Give the names of the photos that are there."""

    def give_up_reserve(self) -> bool:
        """Let go of the room that was kept for bad times; False when there was none."""

    def refill_reserve(self) -> None:
        """Keep room for bad times again, once there is clearly enough of it; never raises."""

    def sweep_photos(self, needed: set[str]) -> None:
        """Remove every photo whose name is not `needed`."""

    def close(self) -> None:
        """Let the folder go, for another process to take."""


class Destination(ABC):
    """Where tickets go. Built from its `Settings` without any I/O; used by one thread at a time.

    Every method raises `TemporaryError`, `UncertainError`, `MisconfiguredError` or `RejectedError`, and nothing else.
    """

    name: str
    """The name given in `kiosk.toml`."""

    def effects(self, ticket: Ticket) -> tuple[DeliveryKind, ...]:
        """Name the remote effects that a new `ticket` needs here, in their order."""
        del ticket
        return (DeliveryKind.CREATE,)

    @abstractmethod
    def check(self) -> None:
        """Ask cheaply whether a delivery could succeed; change nothing there.

        Raises:
            DeliveryError: what `deliver` would raise.
        """

    @abstractmethod
    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Make ONE attempt at `delivery`: no sleep, no retry, no thread.

        `delivery.ref` names the remote ticket for every kind but CREATE. Fields named in `delivery.without` are left out.
        Returns the remote ticket for CREATE; others may return None.
        """

    def close(self) -> None:  # noqa: B027  not abstract: many have nothing to let go of
        """Let go of connections; the destination is not used afterwards."""


class Backend(Destination):
    """A system of record: it also tells how the work on a ticket stands."""

    poll_seconds = 10.0
    """How often to ask for changes."""
    tells = True
    """False where it is set up so that nothing comes back: `find` and `changes` give nothing then, however long one waits."""
    settle = timedelta(0)
    """How long after an uncertain CREATE `find` may still miss a ticket that exists (a search index that lags)."""

    @abstractmethod
    def find(self, ticket_id: str) -> RemoteRef | None:
        """Look a ticket up by our own id, which `deliver` wrote into it; None where it is not found."""

    def took_effect(self, delivery: Delivery, ticket: Ticket) -> bool:
        """Tell whether an uncertain delivery on a known remote ticket did happen (found by `delivery.id`).

        A backend whose requests are idempotent keeps this default: sending again does no harm.
        """
        del delivery, ticket
        return False

    def twins(self, ticket_id: str, ref: RemoteRef) -> list[RemoteRef]:
        """Give the remote tickets that the report behind `ref` made, oldest first: more than one when a request took effect twice.

        The oldest is the one that every terminal believes; of the others only those still open are given. What people copied by
        hand is no twin. A backend whose CREATE is idempotent keeps this default, because there is nothing to look for.
        """
        del ticket_id, ref
        return []

    @abstractmethod
    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Give the tickets of the whole plant that changed since `cursor`, and the next cursor.

        An empty cursor gives everything that is open now. The number of requests is bounded: by pages, never by tickets.
        """


class Notifier(Destination):
    """Tells people; gives nothing back."""

    def effects(self, ticket: Ticket) -> tuple[DeliveryKind, ...]:
        """A notifier has one effect: the notice."""
        del ticket
        return (DeliveryKind.NOTICE,)


class Forwarder(Protocol):
    """What carries deliveries to one destination, in a thread of its own."""

    name: str

    @property
    def link(self) -> Link:
        """How the connection stands."""

    @property
    def is_stuck(self) -> bool:
        """True when the thread was started and does not come back from what it does."""

    def start(self) -> None:
        """Begin."""

    def wake(self) -> None:
        """Tell the thread that there may be something to do."""

    def retry_now(self) -> None:
        """Forget every wait but those that keep a ticket from being sent twice; a person asked for it."""

    def halt(self) -> None:
        """End after the attempt that is under way."""

    def stop(self, timeout: float = 5.0) -> None:
        """End, waiting for it for `timeout` seconds, and close the destination."""

    def run_once(self, *, timeout: float = 0.0) -> bool:
        """Deliver what is due and ask for changes once, without a thread; True when nothing is left to deliver."""
