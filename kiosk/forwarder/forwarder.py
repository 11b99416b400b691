"""Carries deliveries to one destination and asks it for changes.

Retry, waiting and uncertainty live here and nowhere else. `step` does one thing and says how long to
wait; it needs no thread, so tests drive it with a clock of their own.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping

from kiosk.core.board import Board
from kiosk.core.errors import (
    DeliveryError,
    MisconfiguredError,
    RejectedError,
    StorageError,
    TemporaryError,
    UncertainError,
)
from kiosk.core.events import Publish
from kiosk.core.link import Link
from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry, RemoteRef
from kiosk.core.outbox import Outbox
from kiosk.core.plant import Machine
from kiosk.core.ports import Clock, Destination
from kiosk.forwarder.backoff import full_jitter
from kiosk.forwarder.circuit import Circuit
from kiosk.forwarder.guard import Guard
from kiosk.forwarder.join import join, same_problem
from kiosk.forwarder.loop import IDLE_SECONDS, Loop
from kiosk.forwarder.pace import Pace
from kiosk.forwarder.queue import SUSPICIOUS_ATTEMPTS, Queue
from kiosk.forwarder.sweep import DELAYS, Sweep
from kiosk.forwarder.watch import Watch

log = logging.getLogger(__name__)


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
        grace: float = 0.0,
    ) -> None:
        """Start no thread and send nothing yet; a report younger than `grace` seconds can be taken back, and waits."""
        self.name = destination.name
        self._destination = Guard(destination)
        self._outbox, self._clock, self._random = outbox, clock, random
        self._poll_seconds = poll_seconds
        link = Link(destination=self.name, is_backend=self._destination.is_backend)
        self._circuit = Circuit(link, publish=publish, clock=clock, random=random)
        self._pace = Pace(monotonic=clock.monotonic, random=random)
        self._watch = Watch(
            self._destination, outbox=outbox, board=board, machines=machines, publish=publish, clock=clock
        )
        self._sweep = Sweep(self._destination, outbox=outbox, clock=clock)
        self._board = board
        self._queue = Queue(self.name, outbox, settle=self._destination.settle.total_seconds(), grace=grace)
        self._unheard = self._turned_away = 0
        self._rest_until = self._poll_at = 0.0
        self._loop = Loop(f"forwarder:{self.name}", self.step, monotonic=clock.monotonic)

    @property
    def link(self) -> Link:
        """How the connection stands."""
        return self._circuit.link

    # ------------------------------------------------------------ the thread

    @property
    def is_stuck(self) -> bool:
        """True when the thread was started and has ended by itself, or does not come back from a step."""
        return self._loop.is_stuck

    def start(self) -> None:
        """Run `step` in a thread of its own until `stop`."""
        self._loop.start()

    def wake(self) -> None:
        """Tell the thread that there may be something to do."""
        self._loop.wake()

    def retry_now(self) -> None:
        """Forget every wait but those that keep a ticket from being sent twice; a person asked for it."""
        self._queue.hurry()
        self._circuit.close()
        self._pace.next_at = self._pace.news_at = 0.0
        self._rest_until = self._poll_at = 0.0
        self.wake()

    def halt(self) -> None:
        """Tell the thread to end after the attempt it is in."""
        self._loop.halt()

    def stop(self, timeout: float = 5.0) -> None:
        """End the thread, waiting for it for `timeout` seconds, and close the destination."""
        self.halt()
        self._loop.join(timeout)
        self._destination.close()

    def run_once(self, *, timeout: float = 0.0) -> bool:
        """Deliver what is due and ask for changes once, without a thread; True when nothing is left to deliver.

        Within `timeout` seconds what failed is tried again, with the waits that a running terminal has.
        """
        return self._loop.run_once(lambda: not self._queue, timeout=timeout)

    # ------------------------------------------------------------ one step

    def step(self) -> float:
        """Do the one thing that is due now, and give the seconds until the next thing is due (0: at once)."""
        now = self._clock.monotonic()
        closed = max(self._circuit.wait, self._rest_until - now)
        if closed > 0:
            return min(IDLE_SECONDS, closed)
        due = self._queue.due(now) if now >= self._pace.next_at else None
        if due is not None:
            self._attempt(*due)
            return 0.0
        if now >= max(self._sweep.due_at, self._pace.news_at):
            self._look_for_twins()
            return 0.0
        if self._destination.is_backend and now >= max(self._poll_at, self._pace.news_at):
            self._poll()
            return 0.0
        return self._time_to_next(now)

    def _time_to_next(self, now: float) -> float:
        times = [max(self._pace.next_at, at) for at in self._queue.times(now)]
        times.append(max(self._pace.news_at, self._sweep.due_at))
        if self._destination.is_backend:
            times.append(max(self._pace.news_at, self._poll_at))
        return min(IDLE_SECONDS, max(0.05, min(times, default=now + IDLE_SECONDS) - now))

    def _look_for_twins(self) -> None:
        try:
            if self._sweep.look():
                # What was heard may have been of the other one: hear the whole board again.
                self._watch.forget()
                self._poll_at = 0.0
        except DeliveryError as error:
            self._failed_to_answer(error)
        except StorageError as error:
            log.error("a twin could not be noted: %s", error)
            self._rest()

    def _poll(self) -> DeliveryError | None:
        """Ask for changes; give what went wrong."""
        try:
            again_at_once = self._watch.look()
        except DeliveryError as error:
            self._failed_to_answer(error)
            return error
        except StorageError as error:
            log.error("%s: what it told could not be kept: %s", self.name, error)
            self._rest()
            return None
        self._unheard = self._turned_away = 0
        self._poll_at = self._clock.monotonic() + (0.0 if again_at_once else self._poll_seconds)
        self._answered()
        return None

    def _answered(self) -> None:
        self._pace.recover(self._circuit.outage)
        self._circuit.succeeded()
        if not self._pace.is_idle:
            self._pace.taken(len(self._queue), poll_seconds=self._poll_seconds)

    def _failed_to_answer(self, error: DeliveryError) -> None:
        if error.busy:
            self._pace.recover(self._circuit.outage)
            self._pace.busy(len(self._queue), poll_seconds=self._poll_seconds)
        self._circuit.failed(error)

    def _rest(self) -> None:
        """Leave everything alone for a while: what happens could not be kept, so the next step does not get further."""
        self._rest_until = self._clock.monotonic() + IDLE_SECONDS

    # ------------------------------------------------------------ deliveries

    def _attempt(self, entry: Entry, delivery: Delivery) -> None:
        try:
            try:
                if delivery.state is not DeliveryState.PENDING:
                    self._resolve(entry, delivery)
                elif delivery.kind is not DeliveryKind.CREATE or self._is_news(entry, delivery):
                    self._send(entry, delivery)
            except DeliveryError as error:
                self._failed(delivery, error)
        except KeyError:
            log.info("ticket %s was taken back in the moment in which it would have left", delivery.ticket)
            self._queue.hold(delivery, self._clock.monotonic() + IDLE_SECONDS)
        except StorageError as error:
            # Not being able to note what happened is no fault of the destination; look again later.
            log.error("%s of ticket %s: %s", delivery.kind, delivery.ticket, error)
            self._queue.hold(delivery, self._clock.monotonic() + IDLE_SECONDS)

    def _send(self, entry: Entry, delivery: Delivery) -> None:
        report = entry.report_to(self.name)
        if not delivery.kind.is_report and report is not None:
            if report.state is DeliveryState.REJECTED:
                raise RejectedError("the ticket itself was refused")
            delivery = dataclasses.replace(delivery, ref=delivery.ref or report.ref)
        sending = dataclasses.replace(delivery, state=DeliveryState.SENDING, attempts=delivery.attempts + 1)
        self._record(sending)
        ref = self._destination.deliver(sending, entry.ticket)
        self._delivered(sending, ref)

    def _is_news(self, entry: Entry, create: Delivery) -> bool:
        """Tell whether the report is to be sent as a ticket of its own; one that says what is open there is added to that.

        The terminal may have been cut off until now, so the board is heard first. What it tells may also be that this
        ticket did arrive. A board that cannot be heard holds no report up for long.
        """
        is_heard = self._watch.knows_of(entry.ticket) or self._unheard >= SUSPICIOUS_ATTEMPTS
        if self._destination.is_backend and not is_heard:
            self._could_not_hear(self._poll())
            return False
        other = same_problem(entry.ticket, self._board.everything(), destination=self.name)
        if other is None:
            return True
        now = self._clock.now()
        self._outbox.change(entry.ticket.id, lambda known: join(known, other, destination=self.name, now=now))
        log.info("ticket %s: added to %s, which is open there", create.ticket, other.ticket.id)
        return False

    def _could_not_hear(self, error: DeliveryError | None) -> None:
        """Count the looks that fail although the destination is well; one that has no time is not asked twice each time."""
        if error is None:
            return
        if not error.busy:
            self._unheard += self._is_well()
            return
        self._turned_away += 1
        if self._turned_away % SUSPICIOUS_ATTEMPTS == 0 and self._is_well():
            self._unheard = SUSPICIOUS_ATTEMPTS

    def _resolve(self, entry: Entry, delivery: Delivery) -> None:
        """Look before anything is sent again."""
        if delivery.state is DeliveryState.SENDING:
            delivery = dataclasses.replace(delivery, state=DeliveryState.UNCERTAIN)
            self._record(delivery)
        self._queue.looked(delivery)
        try:
            happened, ref = self._destination.find(delivery, entry.ticket)
        except RejectedError as error:
            # Refusing to be asked says nothing about the delivery.
            raise TemporaryError(f"the look-up was refused: {error}") from error
        if happened:
            self._delivered(delivery, ref)
        else:
            # What was not found may turn up later: then there are two.
            sweeps = len(DELAYS) if delivery.kind is DeliveryKind.CREATE else 0
            self._record(dataclasses.replace(delivery, state=DeliveryState.PENDING, sweeps=sweeps))

    def _delivered(self, delivery: Delivery, ref: RemoteRef | None) -> None:
        done = dataclasses.replace(
            delivery,
            state=DeliveryState.DELIVERED,
            ref=ref or delivery.ref,
            error="",
            delivered_at=self._clock.now(),
        )
        self._record(done)
        self._sweep.owe(done)
        log.info("ticket %s: %s delivered to %s as %s", done.ticket, done.kind, self.name, done.ref and done.ref.label)
        self._poll_at = 0.0
        self._answered()

    def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        current = self._current(delivery)
        if isinstance(error, RejectedError):
            self._refused(current, error)
            return
        unsure = current.state is DeliveryState.UNCERTAIN or isinstance(error, UncertainError)
        state = DeliveryState.UNCERTAIN if unsure else DeliveryState.PENDING
        self._record(dataclasses.replace(current, state=state, error=str(error)))
        if self._is_suspicious(current, error):
            # The destination is well, so the fault lies in this delivery: it waits, the others go on.
            wait = full_jitter(self._queue.trouble(current), self._random)
            self._queue.hold(delivery, self._clock.monotonic() + wait)
        else:
            self._failed_to_answer(error)

    def _is_suspicious(self, delivery: Delivery, error: DeliveryError) -> bool:
        if self._queue.trouble(delivery) < SUSPICIOUS_ATTEMPTS or isinstance(error, MisconfiguredError) or error.busy:
            return False
        return self._is_well()

    def _is_well(self) -> bool:
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
        if delivery.kind in (DeliveryKind.CONFIRM, DeliveryKind.REOPEN):
            # What the operator decided is shown here and is not so there: let the destination tell how it is.
            self._watch.forget()
            self._poll_at = 0.0
        self._answered()

    def _current(self, delivery: Delivery) -> Delivery:
        entry = self._outbox.get(delivery.ticket)
        return next((d for d in entry.deliveries if d.id == delivery.id), delivery) if entry else delivery

    def _record(self, delivery: Delivery) -> None:
        self._outbox.change(delivery.ticket, lambda entry: entry.with_delivery(delivery))
        self._queue.recorded(delivery)
