"""Tickets go through a network in which most requests fail in some way, to a search that lags: none is lost, none arrives twice.

Once against the contract itself, and once for every backend, over real sockets and a proxy or a mail server that misbehaves.
Time is virtual: the waits of weeks pass at once.
"""

from __future__ import annotations

import os
import random
import socket
import struct
from collections import Counter
from datetime import timedelta

import pytest
from backends.local_server import Reply, cut_answer, lose_answer, lose_answer_in_a_proxy, say
from contract.harnesses import HARNESSES, MOST_LAG, HttpHarness, started
from fakes import Floor, quick_disk

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.errors import TemporaryError, UncertainError

TICKETS = 2000 if os.environ.get("KIOSK_LONG") == "1" else 200
BATCH = 50
"""So many are reported at once, and delivered before the next."""
PATIENCE = 30 * 86400.0
"""Virtual seconds until a batch must have arrived."""


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


def go_through(floor, count):
    """Report batch after batch, and let time pass as fast as the waits allow until nothing is left; give the tickets."""
    (forwarder,) = floor.forwarders
    tickets = []
    for _ in range(count // BATCH):
        tickets += reported(floor, BATCH)
        deadline = floor.time.seconds + PATIENCE
        while floor.outbox.waiting():
            floor.time.advance(forwarder.step())
            assert floor.time.seconds < deadline, f"{len(floor.outbox.waiting())} tickets are still waiting"
    return tickets


def reported(floor, count):
    machines = list(floor.plant.machines)
    return [
        floor.report(("noprint", "frozen", "other")[n % 3], machine=machines[n % 2]).ticket.id for n in range(count)
    ]


def hostile_floor(kind, seed, folder):
    floor = Floor(destinations=(), disk=quick_disk(folder))
    rng = random.Random(seed)
    floor.it = kind(floor.time.clock, rng)
    return bound_for(floor, floor.it, rng)


def bound_for(floor, backend, rng):
    floor.destinations = floor.terminal._destinations = (backend,)
    floor.forwarders = [floor._forwarder(backend)]
    floor.forwarders[0]._random = floor.forwarders[0]._circuit._random = floor.forwarders[0]._pace._random = rng.random
    floor.terminal.forwarders = tuple(floor.forwarders)
    return floor


OVER_THE_WIRE = [names[0] for kind, names in HARNESSES.items() if kind != "memory"]
"""The other sides that are reached through sockets and can live by the clock of a test; a new backend is among them by itself."""


class Proxy:
    """Sits between a backend and its server, and lets through what it likes."""

    def __init__(self, front, rng, wire_faults):
        self.rng, self.faults, self.wire_faults = rng, Counter(), wire_faults
        self._owed = list(wire_faults)
        """Each fault happens at least once; the rest is chance."""
        self.front, self._behave = front, front.next_fault
        front.next_fault = self.next_fault

    def next_fault(self, request):
        if self.rng.random() < 0.45:
            return self._behave(request)
        often = self.rng.choice([name for name in self.wire_faults for _ in range(1 if name == "stall" else 12)])
        name = self._owed.pop() if self._owed else often
        self.faults[name] += 1
        return self.wire_faults[name]


def reset(handler, request, answer):
    """End the connection with a reset, before anything was done."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def cut_request(handler, request, answer):
    """The request does not arrive, and nobody says so."""
    handler.hang_up()


def stall(handler, request, answer):
    """Do it, and answer when nobody listens any more."""
    answer(request)
    handler.server.ending.wait(STALL)
    handler.close_connection = True


STALL = 0.6
WIRE_FAULTS = {
    "answer lost after the commit": lose_answer,
    "answer cut": cut_answer,
    "503 after the commit": lose_answer_in_a_proxy,
    "request cut": cut_request,
    "reset": reset,
    "stall": stall,
    "429": say(Reply(429, b"", {"Retry-After": "3"})),
    "429 without a time": say(Reply(429)),
    "503": say(Reply(503)),
    "login page": say(Reply(200, b"<!doctype html><form>Guest network</form>", {"Content-Type": "text/html"})),
    "half an answer": say(Reply(200, b'{"half": ')),
}
MAIL_FAULTS = {
    "answer lost after the commit": "answer lost",
    "answer cut": "answer cut",
    "request cut": "request cut",
    "reset": "reset",
    "stall": "silence",
    "451": "please wait",
    "nonsense": "server error",
    "login page": "login page",
    "half an answer": "garbled",
}
"""The same for a mail server: on the way of a mail, or of a look into the mailbox."""


def copies_after_all(harness, floor, count):
    """Send tickets through a hostile proxy; give how often each of them arrived, and the proxy."""
    rng, lags = random.Random(3), {}
    harness.live_by(floor.time.clock, lag=lambda ticket: lags.setdefault(ticket, rng.uniform(0, MOST_LAG)))
    harness.hasten(STALL / 3)
    bound_for(floor, harness.backend, rng)
    proxy = Proxy(harness.front, rng, WIRE_FAULTS if isinstance(harness, HttpHarness) else MAIL_FAULTS)
    tickets = go_through(floor, count)
    floor.terminal.stop()

    harness.front.next_fault = proxy._behave
    floor.time.advance(2 * MOST_LAG)
    return [harness.copies(ticket) for ticket in tickets], proxy


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", OVER_THE_WIRE)
def test_tickets_through_a_hostile_proxy_arrive_once(name, request, tmp_path_factory, tell):
    with started(name, request, tmp_path_factory) as harness:
        floor = Floor(destinations=(), disk=quick_disk(tmp_path_factory.mktemp("data")))
        copies, proxy = copies_after_all(harness, floor, TICKETS)
        faults = sum(proxy.faults.values())
        tell(
            f"{name}: {TICKETS} tickets, {len(harness.front.requests)} requests, {faults} of them spoilt in {len(proxy.faults)} ways: "
            f"{copies.count(0)} lost, {sum(count > 1 for count in copies)} twins"
        )
        assert set(proxy.faults) == set(proxy.wire_faults)
        assert set(copies) == {1}


@pytest.mark.parametrize("name", ["redmine-fake", "jira-cloud", "trello"])
def test_who_does_not_look_makes_twins_over_the_wire_too(name, request, tmp_path_factory, monkeypatch):
    """The negative control of the proxy."""
    with started(name, request, tmp_path_factory) as harness:
        kind = type(harness.backend)
        monkeypatch.setattr(kind, "find", lambda self, ticket_id: None)
        monkeypatch.setattr(kind, "twins", lambda self, ticket_id, ref: [])
        monkeypatch.setattr(kind, "changes", lambda self, cursor: ([], "0"))
        floor = Floor(destinations=(), disk=quick_disk(tmp_path_factory.mktemp("data")))
        copies, _ = copies_after_all(harness, floor, BATCH)

        assert max(copies) > 1


@pytest.mark.timeout(600)
def test_a_lagging_search_behind_a_hostile_network_loses_and_doubles_nothing(tmp_path, tell):
    floor = hostile_floor(Hostile, 1, tmp_path)
    tickets = go_through(floor, TICKETS)
    floor.terminal.stop()

    arrived = Counter(remote.ticket.id for remote in floor.it.tickets)
    tell(
        f"the contract, search lagging 0-300 s: {TICKETS} tickets, {TICKETS - len(arrived)} lost, {sum(arrived.values()) - len(arrived)} twins"
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
def test_who_does_not_wait_or_does_not_look_makes_twins(kind, tmp_path):
    """The negative control."""
    floor = hostile_floor(kind, 2, tmp_path)
    go_through(floor, 100)
    floor.terminal.stop()

    assert len(floor.it.tickets) > 100
