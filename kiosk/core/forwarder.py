"""The thread that carries deliveries to one destination and asks it for changes.

Retry, waiting and uncertainty live here and nowhere else. `step` does one thing and says how long to
wait; it needs no thread, so tests drive it with a clock of their own.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from kiosk.core.backoff import full_jitter
from kiosk.core.board import Board, entry_of, merge
from kiosk.core.errors import (
    DeliveryError,
    MisconfiguredError,
    RejectedError,
    StorageError,
    TemporaryError,
    UncertainError,
)
from kiosk.core.events import BoardChanged, Publish
from kiosk.core.link import Circuit, Link
from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry, Machine, RemoteChange, RemoteRef
from kiosk.core.outbox import Outbox
from kiosk.core.ports import Backend, Clock, Destination

log = logging.getLogger(__name__)

SUSPICIOUS_ATTEMPTS = 3
"""A delivery that failed this often while the destination is well is held apart from the others."""
IDLE_SECONDS = 5.0
"""The longest sleep of the thread: a clock that lies cannot stop it for longer."""


class Forwarder:
    """Carries what is due to one destination."""

    def __init__(
        self,
        destination: Destination,
        *,
        outbox: Outbox,
        board: Board,
        machines: Mapping[str, Machine],
        publish: Publish,
        clock: Clock,
        random: Callable[[], float],
        poll_seconds: float = 10.0,
    ) -> None:
        """Start no thread and send nothing yet."""
        self.name = destination.name
        self._destination = destination
        self._backend = destination if isinstance(destination, Backend) else None
        self._outbox, self._board, self._machines = outbox, board, machines
        self._publish, self._clock, self._random = publish, clock, random
        self._poll_seconds = poll_seconds
        link = Link(destination=self.name, is_backend=self._backend is not None)
        self._circuit = Circuit(link, publish=publish, clock=clock, random=random)
        self._not_before: dict[str, float] = {}
        self._poll_at = 0.0
        self._knows_board = False
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def link(self) -> Link:
        """How the connection stands."""
        return self._circuit.link

    # ------------------------------------------------------------ the thread

    def start(self) -> None:
        """Run `step` in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self._run, name=f"forwarder:{self.name}", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Tell the thread that there may be something to do."""
        self._wake.set()

    def retry_now(self) -> None:
        """Forget every wait; a person asked for it."""
        self._not_before.clear()
        self._circuit.close()
        self._poll_at = 0.0
        self.wake()

    def stop(self, timeout: float = 5.0) -> None:
        """End the thread after the attempt it is in, and close the destination."""
        self._stop.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout)
        self._destination.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                wait = self.step()
            except Exception:  # the loop must outlive any bug; one of the four places that catch everything
                log.exception("forwarder %s failed and goes on", self.name)
                wait = IDLE_SECONDS
            if wait > 0:
                self._wake.wait(wait)
            self._wake.clear()

    def run_once(self, *, timeout: float = 0.0) -> bool:
        """Deliver what is due and ask for changes once, without a thread; True when nothing is left to deliver.

        Within `timeout` seconds what failed is tried again, with the waits that a running terminal has.
        """
        deadline = self._clock.monotonic() + timeout
        while True:
            wait = self.step()
            done = next(self._candidates(), None) is None
            left = deadline - self._clock.monotonic()
            if wait > 0 and (done or left <= 0):
                return done
            if wait > 0:
                self._stop.wait(min(wait, left))

    # ------------------------------------------------------------ one step

    def step(self) -> float:
        """Do the one thing that is due now, and give the seconds until the next thing is due (0: at once)."""
        now = self._clock.monotonic()
        if self._circuit.wait > 0:
            return min(IDLE_SECONDS, self._circuit.wait)
        due = self._next_due(now)
        if due is not None:
            self._attempt(*due)
            return 0.0
        if self._backend is not None and now >= self._poll_at:
            return self._poll(self._backend)
        return self._time_to_next(now)

    def has_due(self) -> bool:
        """Tell whether a delivery could be tried right now."""
        now = self._clock.monotonic()
        return self._circuit.wait <= 0 and self._next_due(now) is not None

    def _next_due(self, now: float) -> tuple[Entry, Delivery] | None:
        return next(((e, d) for e, d in self._candidates() if self._not_before.get(d.id, 0.0) <= now), None)

    def _candidates(self) -> Iterator[tuple[Entry, Delivery]]:
        """The first open delivery of each ticket: inside a ticket the order holds, between tickets none waits for another."""
        for entry in self._outbox.waiting():
            delivery = next((d for d in entry.deliveries if d.destination == self.name and d.is_open), None)
            if delivery is not None:
                yield entry, delivery

    def _time_to_next(self, now: float) -> float:
        times = [self._not_before.get(d.id, 0.0) for _, d in self._candidates()]
        if self._backend is not None:
            times.append(self._poll_at)
        return min(IDLE_SECONDS, max(0.05, min(times, default=now + IDLE_SECONDS) - now))

    # ------------------------------------------------------------ deliveries

    def _attempt(self, entry: Entry, delivery: Delivery) -> None:
        try:
            if delivery.state is DeliveryState.PENDING:
                self._send(entry, delivery)
            else:
                self._resolve(entry, delivery)
        except DeliveryError as error:
            self._failed(delivery, error)
        except StorageError as error:
            # Not being able to note what happened is no fault of the destination; look again later.
            log.error("%s of ticket %s: %s", delivery.kind, delivery.ticket, error)
            self._not_before[delivery.id] = self._clock.monotonic() + IDLE_SECONDS

    def _send(self, entry: Entry, delivery: Delivery) -> None:
        create = _create_of(entry, self.name)
        if delivery.kind is not DeliveryKind.CREATE and create is not None:
            if create.state is DeliveryState.REJECTED:
                raise RejectedError("the ticket itself was refused")
            delivery = dataclasses.replace(delivery, ref=create.ref)
        sending = dataclasses.replace(delivery, state=DeliveryState.SENDING, attempts=delivery.attempts + 1)
        self._record(sending)
        ref = self._call(sending, entry)
        self._delivered(sending, ref)

    def _call(self, delivery: Delivery, entry: Entry) -> RemoteRef | None:
        try:
            return self._destination.deliver(delivery, entry.ticket)
        except DeliveryError:
            raise
        except Exception as error:
            # A bug of the plugin. It may have struck after the request took effect.
            log.exception("destination %s: bug while delivering ticket %s", self.name, delivery.ticket)
            raise UncertainError(f"bug in {type(self._destination).__name__}: {type(error).__name__}") from error

    def _resolve(self, entry: Entry, delivery: Delivery) -> None:
        """Look before anything is sent again."""
        if self._backend is None:
            # A notice that comes twice is better than one that never comes.
            self._record(dataclasses.replace(delivery, state=DeliveryState.PENDING))
            return
        if delivery.kind is DeliveryKind.CREATE:
            ref = self._backend.find(delivery.ticket)
            happened = ref is not None
        else:
            ref, happened = delivery.ref, self._backend.took_effect(delivery, entry.ticket)
        if happened:
            self._delivered(delivery, ref)
        else:
            self._record(dataclasses.replace(delivery, state=DeliveryState.PENDING))

    def _delivered(self, delivery: Delivery, ref: RemoteRef | None) -> None:
        self._not_before.pop(delivery.id, None)
        done = dataclasses.replace(
            delivery,
            state=DeliveryState.DELIVERED,
            ref=ref or delivery.ref,
            error="",
            delivered_at=self._clock.now(),
        )
        self._record(done)
        log.info("ticket %s: %s delivered to %s as %s", done.ticket, done.kind, self.name, done.ref and done.ref.label)
        self._poll_at = 0.0
        self._circuit.succeeded()

    def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        current = self._current(delivery)
        if isinstance(error, RejectedError):
            self._refused(current, error)
            return
        looking = current.state is DeliveryState.UNCERTAIN
        uncertain = looking or isinstance(error, UncertainError)
        state = DeliveryState.UNCERTAIN if uncertain else DeliveryState.PENDING
        self._record(dataclasses.replace(current, state=state, error=str(error)))
        if uncertain and not looking:
            settle = self._backend.settle.total_seconds() if self._backend else 0.0
            self._postpone(current, at_least=settle)
        elif current.attempts >= SUSPICIOUS_ATTEMPTS and not isinstance(error, MisconfiguredError) and self._answers():
            # The destination is well, so the fault lies in this delivery: it waits, the others go on.
            self._postpone(current)
            return
        self._circuit.failed(error)

    def _postpone(self, delivery: Delivery, *, at_least: float = 0.0) -> None:
        wait = max(at_least, full_jitter(delivery.attempts, self._random))
        self._not_before[delivery.id] = self._clock.monotonic() + wait

    def _answers(self) -> bool:
        try:
            self._destination.check()
        except DeliveryError:
            return False
        return True

    def _refused(self, delivery: Delivery, error: RejectedError) -> None:
        """Leave out the field that the answer blames, once; then park the delivery where a person sees it."""
        if error.field and error.field not in delivery.without:
            slimmer = dataclasses.replace(
                delivery, state=DeliveryState.PENDING, without=delivery.without | {error.field}, error=str(error)
            )
            log.warning("ticket %s: %s refuses %s; sent without it", delivery.ticket, self.name, error.field)
            self._record(slimmer)
            return
        log.error("ticket %s: %s refuses its %s: %s", delivery.ticket, self.name, delivery.kind, error)
        self._record(dataclasses.replace(delivery, state=DeliveryState.REJECTED, error=str(error)))
        self._circuit.succeeded()

    def _current(self, delivery: Delivery) -> Delivery:
        entry = self._outbox.get(delivery.ticket)
        return next((d for d in entry.deliveries if d.id == delivery.id), delivery) if entry else delivery

    def _record(self, delivery: Delivery) -> None:
        self._outbox.change(delivery.ticket, lambda entry: entry.with_delivery(delivery))

    # ------------------------------------------------------------ changes

    def _poll(self, backend: Backend) -> float:
        try:
            cursor = self._outbox.cursor(self.name) if self._knows_board else ""
            changes, following = self._ask(backend, cursor)
            self._apply(changes)
            if self._knows_board or not self._outbox.cursor(self.name):
                self._outbox.set_cursor(self.name, following)
        except DeliveryError as error:
            self._circuit.failed(error)
            return 0.0
        except StorageError as error:
            log.error("changes of %s could not be kept: %s", self.name, error)
        # The first look gives the board of now; the second one what happened since this terminal last looked.
        first, self._knows_board = not self._knows_board, True
        self._poll_at = self._clock.monotonic() + (0.0 if first else self._poll_seconds)
        self._circuit.succeeded()
        return 0.0

    def _ask(self, backend: Backend, cursor: str) -> tuple[list[RemoteChange], str]:
        try:
            return backend.changes(cursor)
        except DeliveryError:
            raise
        except Exception as error:
            log.exception("destination %s: bug while asking for changes", self.name)
            raise TemporaryError(f"bug in {type(backend).__name__}: {type(error).__name__}") from error

    def _apply(self, changes: list[RemoteChange]) -> None:
        moved = False
        for change in changes:
            if self._outbox.get(change.ticket) is not None:
                self._outbox.change(change.ticket, partial(self._merged, change=change))
                moved = True
            else:
                machine = self._machines.get(change.machine)
                moved |= self._board.put(entry_of(change, destination=self.name, machine=machine))
        if moved:
            self._publish(BoardChanged())

    def _merged(self, entry: Entry, *, change: RemoteChange) -> Entry:
        create = _create_of(entry, self.name)
        if create is not None and create.state is DeliveryState.UNCERTAIN:
            # The destination shows the ticket: it did arrive.
            entry = entry.with_delivery(
                dataclasses.replace(
                    create, state=DeliveryState.DELIVERED, ref=change.ref, delivered_at=self._clock.now()
                )
            )
        return merge(entry, change)


def _create_of(entry: Entry, destination: str) -> Delivery | None:
    kinds = (d for d in entry.deliveries if d.destination == destination and d.kind is DeliveryKind.CREATE)
    return next(kinds, None)
