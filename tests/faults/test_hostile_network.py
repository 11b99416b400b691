"""Tickets go through a network in which four of five requests fail in some way: none is lost and none arrives twice."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta

import pytest
from backends.local_server import Reply, behave, cut_answer, lose_answer, say
from contract.harnesses import desk_harness, fake_redmine_harness
from fakes import Floor

from kiosk.backends import BUILT_IN
from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.errors import TemporaryError, UncertainError
from kiosk.core.model import DeliveryState

LONG = os.environ.get("KIOSK_LONG") == "1"
TICKETS = 2000
OVER_SOCKETS = 2000 if LONG else 300
"""A real connection costs milliseconds, and four of five are in vain."""


def refuse(handler, _request, _answer):
    """Hang up before anything was done."""
    handler.hang_up()


WIRE_FAULTS = [
    refuse,
    lose_answer,
    cut_answer,
    say(Reply(429)),
    say(Reply(503, b"", {"Retry-After": "3"})),
    say(Reply(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"})),
    say(Reply(200, b"<!doctype html>Guest network", {"Content-Type": "text/html"})),
    say(Reply(200, b'{"half": ')),
]


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
        for _ in range(20_000):
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


@pytest.mark.parametrize("kind", [WithoutSettling, WithoutLooking])
def test_who_does_not_wait_or_does_not_look_makes_twins(kind):
    """The negative control."""
    floor = hostile_floor(kind, 2)
    go_through(floor, 100)
    floor.terminal.stop()

    assert len(floor.it.tickets) > 100


HARNESSES = {"desk": desk_harness, "redmine": lambda folder: fake_redmine_harness()}


def test_every_backend_with_a_wire_goes_through_it():
    assert {*HARNESSES, "memory"} == set(BUILT_IN), "a new backend needs a place here"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", HARNESSES)
def test_a_hostile_wire_loses_and_doubles_nothing(name, tmp_path, tell):
    rng = random.Random(3)
    with HARNESSES[name](tmp_path / "server") as harness:
        harness.front.next_fault = lambda request: rng.choice(WIRE_FAULTS) if rng.random() < 0.8 else behave
        floor = hostile_floor(lambda clock, rng: harness.backend, 3)
        tickets = go_through(floor, OVER_SOCKETS)
        requests = harness.requests
        harness.front.next_fault = lambda request: behave
        twins = sum(harness.copies(ticket_id) - 1 for ticket_id in tickets)
        lost = sum(harness.copies(ticket_id) == 0 for ticket_id in tickets)
        floor.terminal.stop()

    tell(f"{name}: {OVER_SOCKETS} tickets in {requests} requests, four of five sabotaged: {lost} lost, {twins} twins")
    assert (lost, twins) == (0, 0)
    states = {d.state for entry in floor.outbox.entries() for d in entry.deliveries}
    assert states == {DeliveryState.DELIVERED}
