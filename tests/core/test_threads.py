"""The same journey with real threads: one slow destination delays nobody, and stop ends them all."""

import threading
import time

import pytest
from fakes import MONDAY_NOON, Floor

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.ports import Clock


class Hung(MemoryBackend):
    """A destination that does not answer until it is let go."""

    def __init__(self):
        super().__init__(MemorySettings(type="memory", name="hung"), terminal="K1")
        self.let_go = threading.Event()

    def deliver(self, delivery, ticket):
        self.let_go.wait(20)
        return super().deliver(delivery, ticket)


def until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition was not reached in time"
        threading.Event().wait(0.01)


@pytest.fixture
def hung():
    hung = Hung()
    yield hung
    hung.let_go.set()


def test_a_hung_destination_delays_neither_the_screen_nor_the_other_destination(hung):
    good = MemoryBackend(MemorySettings(type="memory", name="good"), terminal="K1")
    clock = Clock(now=lambda: MONDAY_NOON, monotonic=time.monotonic)
    floor = Floor(destinations=(hung, good), clock=clock)
    before = set(threading.enumerate())
    floor.terminal.start()

    entry = floor.report()
    until(lambda: good.tickets)

    assert not hung.tickets
    assert {d.destination for d in floor.outbox.get(entry.ticket.id).deliveries if d.is_open} == {"hung"}
    hung.let_go.set()
    until(lambda: hung.tickets and not floor.outbox.waiting())
    floor.terminal.stop()
    assert set(threading.enumerate()) <= before


def test_a_bug_in_a_plugin_does_not_end_its_thread(hung):
    class Buggy(MemoryBackend):
        bugs = 2

        def deliver(self, delivery, ticket):
            if self.bugs:
                self.bugs -= 1
                raise ZeroDivisionError
            return super().deliver(delivery, ticket)

    buggy = Buggy(MemorySettings(type="memory", name="buggy"), terminal="K1")
    floor = Floor(destinations=(buggy,))
    floor.report()
    floor.pass_time(60)
    floor.terminal.stop()

    assert len(buggy.tickets) == 1
