"""Thousands of terminals and one slow server, simulated event by event on the scheduler that the forwarder uses."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fakes import FakeClock, Floor, quick_disk

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.errors import DeliveryError, TemporaryError
from kiosk.core.link import Link
from kiosk.core.ports import Clock
from kiosk.forwarder.circuit import Circuit
from kiosk.forwarder.pace import Pace

OUTAGE = 72 * 3600.0
TICKETS = 20
SERVER = 20.0
"""Requests per second that the server takes; what comes beyond is answered 429 without a word on when to come again."""
POLL = 10.0
NO_NETWORK, BUSY = TemporaryError("no network"), TemporaryError("429 Too Many Requests", busy=True)


class VirtualTime:
    def __init__(self):
        self.seconds = 0.0
        start = datetime(2026, 11, 23, tzinfo=UTC)
        self.clock = Clock(now=lambda: start, monotonic=lambda: self.seconds)


class SimulatedTerminal:
    """What `Forwarder.step` does with its circuit and its pace, without the tickets themselves."""

    scatter = 600.0
    """Seconds within which the terminals began the waits in which the end of the outage finds them."""

    def __init__(self, time, rng):
        link = Link(destination="it")
        self.circuit = Circuit(link, publish=lambda event: None, clock=time.clock, random=rng)
        self.pace = Pace(monotonic=time.clock.monotonic, random=rng)
        self.time, self.left, self.has_heard = time, TICKETS, False

    def fail(self, error: DeliveryError):
        if error is BUSY:
            self.pace.recover(self.circuit.outage)
            self.pace.busy(self.left, poll_seconds=POLL)
        self.circuit.failed(error)

    def succeed(self):
        self.pace.recover(self.circuit.outage)
        self.circuit.succeeded()
        if not self.pace.is_idle:
            self.pace.taken(self.left, poll_seconds=POLL)

    @property
    def next_at(self) -> float:
        """When the next request leaves: at once where nothing holds it, else when the board is asked again."""
        paced = self.pace.next_at if self.left else max(self.pace.news_at, self.time.seconds + POLL * self.pace.is_idle)
        return max(self.time.seconds + max(0.0, self.circuit.wait), paced, self.time.seconds + 0.05)


@dataclass(frozen=True)
class Outcome:
    peak: int
    requests: float
    """Per ticket."""
    drained: float
    """As a multiple of the shortest time that the server needs."""
    first: float
    """When the last terminal delivered its first ticket, as the same multiple."""

    def __str__(self):
        return f"peak {self.peak}/s, {self.requests:.3f} requests a ticket, drained {self.drained:.3f}, first ticket {self.first:.3f} x ideal"


def reconnect(terminals: int, seed: int, make=SimulatedTerminal, *, give_up: float = 3.0) -> Outcome:
    """Let an outage of three days end for all at once; it is over when every ticket has arrived, or after `give_up` x ideal."""
    rng, time = random.Random(seed), VirtualTime()
    fleet = [make(time, rng.random) for _ in range(terminals)]
    ideal = terminals * TICKETS / SERVER
    queue = [(knock_after_outage(terminal, time, rng), number) for number, terminal in enumerate(fleet)]
    heapq.heapify(queue)
    tokens, before, delivered, per_second = SERVER, OUTAGE, 0, Counter()
    first: dict[int, float] = {}
    while delivered < terminals * TICKETS and before < OUTAGE + give_up * ideal:
        time.seconds, number = heapq.heappop(queue)
        tokens, before = min(SERVER, tokens + (time.seconds - before) * SERVER), time.seconds
        per_second[int(time.seconds)] += 1
        terminal = fleet[number]
        if tokens < 1:
            terminal.fail(BUSY)
        else:
            tokens -= 1
            # The first thing that is asked for is the board, for somebody may have reported the same.
            if terminal.has_heard and terminal.left:
                terminal.left -= 1
                delivered += 1
                first.setdefault(number, time.seconds - OUTAGE)
            terminal.has_heard = True
            terminal.succeed()
        heapq.heappush(queue, (terminal.next_at, number))
    never = [] if len(first) == terminals else [float("inf")]
    return Outcome(
        peak=max(per_second.values()),
        requests=per_second.total() / (terminals * TICKETS),
        drained=(time.seconds - OUTAGE) / ideal if delivered == terminals * TICKETS else float("inf"),
        first=max([*first.values(), *never]) / ideal,
    )


def knock_after_outage(terminal, time, rng) -> float:
    """Give the first moment after the outage at which this terminal tries again: its waits go on through the last hour."""
    time.seconds = 0.0
    terminal.fail(NO_NETWORK)
    time.seconds = OUTAGE - 3600 - rng.random() * terminal.scatter
    while time.seconds < OUTAGE:
        terminal.fail(NO_NETWORK)
        time.seconds += max(0.05, terminal.circuit.wait)
    return time.seconds


class Server:
    """Takes `SERVER` requests a second, once the network is there."""

    def __init__(self, time: FakeClock) -> None:
        self.time, self.tokens, self.is_there = time, SERVER, False
        self.asked_at, self.per_second = 0.0, Counter[int]()

    def take(self) -> None:
        """Serve one request, or say why not."""
        if not self.is_there:
            raise NO_NETWORK
        now = self.time.seconds
        self.tokens = min(SERVER, self.tokens + (now - self.asked_at) * SERVER)
        self.asked_at = now
        self.per_second[int(now)] += 1
        if self.tokens < 1:
            raise BUSY
        self.tokens -= 1


class Crowded(MemoryBackend):
    """One terminal's ticket system; each of its questions is one request to the server that all of them share."""

    def __init__(self, server: Server) -> None:
        super().__init__(MemorySettings(type="memory", name="it"), terminal="K1")
        self._server, self.now, self.first_at = server, server.time.clock.now, float("inf")

    def deliver(self, delivery, ticket):
        self._server.take()
        self.first_at = min(self.first_at, self._server.time.seconds)
        return super().deliver(delivery, ticket)

    def find(self, ticket_id):
        self._server.take()
        return super().find(ticket_id)

    def changes(self, cursor):
        self._server.take()
        return super().changes(cursor)

    def check(self):
        self._server.take()


def real_terminal(time: FakeClock, server: Server, rng: random.Random, folder: Path) -> Floor:
    """Give a whole terminal with its tickets on its disk, whose forwarder has found that there is no network."""
    folder.mkdir()
    floor = Floor(destinations=(Crowded(server),), disk=quick_disk(folder), time=time)
    (forwarder,) = floor.forwarders
    forwarder._random = forwarder._circuit._random = forwarder._pace._random = rng.random
    for number in range(TICKETS):
        floor.report(("noprint", "frozen", "other")[number % 3])
    forwarder.step()
    return floor


def reconnect_for_real(terminals: int, seed: int, folder: Path, *, give_up: float = 3.0) -> Outcome:
    """Let the same happen to whole terminals: their outboxes, their queues and each step of their forwarders."""
    rng, time = random.Random(seed), FakeClock()
    began, crowd = time.seconds, Server(time)
    fleet = [real_terminal(time, crowd, rng, folder / str(number)) for number in range(terminals)]
    back_at, ideal = began + OUTAGE, terminals * TICKETS / SERVER
    queue = [(back_at - 3600 - rng.random() * 600, number) for number in range(terminals)]
    heapq.heapify(queue)
    left, crowd.asked_at = set(range(terminals)), back_at
    while left and time.seconds < back_at + give_up * ideal:
        at, number = heapq.heappop(queue)
        time.advance(max(0.0, at - time.seconds))
        crowd.is_there = time.seconds >= back_at
        wait = fleet[number].forwarders[0].step()
        if wait > 0 and not fleet[number].outbox.waiting():
            left.discard(number)
        heapq.heappush(queue, (time.seconds + max(0.05, wait), number))
    for floor in fleet:
        floor.terminal.stop()
    return Outcome(
        peak=max(crowd.per_second.values()),
        requests=crowd.per_second.total() / (terminals * TICKETS),
        drained=float("inf") if left else (time.seconds - back_at) / ideal,
        first=max(floor.destinations[0].first_at - back_at for floor in fleet) / ideal,
    )
