"""Tickets go through a network in which most requests fail in some way, to a search that lags: none is lost, none arrives twice."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta

import pytest
from fakes import Floor

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.errors import TemporaryError, UncertainError

LONG = os.environ.get("KIOSK_LONG") == "1"
TICKETS = 2000 if LONG else 200


class Hostile(MemoryBackend):
    """A ticket system behind such a network, with a search that shows a new ticket only up to five minutes later."""

    settle = timedelta(seconds=310)

    def __init__(self, clock, rng):
        super().__init__(MemorySettings(type="memory", name="it"), terminal="K1")
        self.now, self._monotonic, self._rng = clock.now, clock.monotonic, rng
        self._visible_at = {}
        self._seen = Counter()

    def deliver(self, delivery, ticket):
        fault = self._rng.random()
        if fault < 0.3:
            raise TemporaryError("refused", busy=fault < 0.1)
        if fault < 0.5:
            raise UncertainError("the request was cut")
        self._visible_at.setdefault(ticket.id, self._monotonic() + self._rng.uniform(0, 300))
        ref = super().deliver(delivery, ticket)
        if fault < 0.8:
            raise UncertainError("the answer was cut")
        return ref

    def _is_visible(self, ticket_id):
        return self._visible_at.get(ticket_id, 0) <= self._monotonic()

    def _may_fail(self):
        if self._rng.random() < 0.6:
            raise TemporaryError("cut")

    def find(self, ticket_id):
        self._may_fail()
        return super().find(ticket_id) if self._is_visible(ticket_id) else None

    def changes(self, cursor):
        self._may_fail()
        changes, following = super().changes(cursor)
        hidden = any(not self._is_visible(change.ticket) for change in changes)
        return [c for c in changes if self._is_visible(c.ticket)], cursor if hidden else following

    def check(self):
        self._may_fail()


BATCH = 50


def go_through(floor, count):
    """Report batch after batch, and let time pass as fast as the waits allow until nothing is left; give the tickets."""
    (forwarder,) = floor.forwarders
    tickets = []
    for _ in range(count // BATCH):
        tickets += reported(floor, BATCH)
        for _ in range(400_000):
            wait = forwarder.step()
            if not floor.outbox.waiting():
                break
            floor.time.advance(wait)
        else:
            pytest.fail(f"{len(floor.outbox.waiting())} tickets are still waiting")
    return tickets


def reported(floor, count):
    machines = list(floor.plant.machines)
    return [
        floor.report(("noprint", "frozen", "other")[n % 3], machine=machines[n % 2]).ticket.id for n in range(count)
    ]


def hostile_floor(kind, seed):
    floor = Floor(destinations=())
    rng = random.Random(seed)
    backend = kind(floor.time.clock, rng)
    floor.it = backend
    floor.destinations = floor.terminal._destinations = (backend,)
    floor.forwarders = [floor._forwarder(backend)]
    floor.forwarders[0]._random = floor.forwarders[0]._circuit._random = floor.forwarders[0]._pace._random = rng.random
    floor.terminal.forwarders = tuple(floor.forwarders)
    return floor


@pytest.mark.timeout(600)
def test_a_lagging_search_behind_a_hostile_network_loses_and_doubles_nothing(tell):
    floor = hostile_floor(Hostile, 1)
    tickets = go_through(floor, TICKETS)
    floor.terminal.stop()

    arrived = Counter(remote.ticket.id for remote in floor.it.tickets)
    tell(
        f"memory, search lagging 0-300 s: {TICKETS} tickets, {TICKETS - len(arrived)} lost, {sum(arrived.values()) - len(arrived)} twins"
    )
    assert set(arrived) == set(tickets)
    assert max(arrived.values()) == 1


class WithoutSettling(Hostile):
    settle = timedelta(0)


class WithoutLooking(Hostile):
    def find(self, ticket_id):
        return None

    def changes(self, cursor):
        return [], "0"


@pytest.mark.parametrize("kind", [WithoutSettling, WithoutLooking])
def test_who_does_not_wait_or_does_not_look_makes_twins(kind):
    """The negative control."""
    floor = hostile_floor(kind, 2)
    go_through(floor, 100)
    floor.terminal.stop()

    assert len(floor.it.tickets) > 100
