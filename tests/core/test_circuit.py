"""When a destination may be asked again, by what it said and for how long it has not answered."""

from __future__ import annotations

import pytest
from fakes import FakeClock

from kiosk.core.errors import MisconfiguredError, TemporaryError, UncertainError
from kiosk.core.link import Link, LinkState
from kiosk.forwarder.backoff import RETRY_AFTER_CAP_SECONDS
from kiosk.forwarder.circuit import Circuit

HOUR = 3600.0
NO_NETWORK = TemporaryError("no network")


def made(time, chance):
    return Circuit(Link(destination="it"), publish=lambda event: None, clock=time.clock, random=lambda: chance)


@pytest.fixture
def time():
    return FakeClock()


@pytest.mark.parametrize(
    ("error", "failures", "least", "most"),
    [
        (NO_NETWORK, 1, 0, 2),
        (NO_NETWORK, 3, 0, 8),
        (NO_NETWORK, 1000, 0, 30),
        (UncertainError("answer lost"), 3, 0, 8),
        (TemporaryError("later", retry_after=90), 1, 90, 90),
        (TemporaryError("later", retry_after=3), 1000, 3, 30),
        (TemporaryError("later", retry_after=-5), 1, 0, 2),
        (TemporaryError("in a year", retry_after=31e6), 1, RETRY_AFTER_CAP_SECONDS, RETRY_AFTER_CAP_SECONDS),
        (TemporaryError("429", busy=True), 1000, 0, 0),
        (TemporaryError("429", busy=True, retry_after=17), 1000, 17, 17),
        (MisconfiguredError("wrong key"), 1000, 25, 50),
    ],
)
def test_the_wait_lies_between_its_bounds(time, error, failures, least, most):
    for chance, expected in ((0.0, least), (1.0, most)):
        circuit = made(time, chance)
        for _ in range(failures):
            circuit.failed(error)
        assert circuit.wait == pytest.approx(expected)


@pytest.mark.parametrize(("hours", "most"), [(0, 30), (1, 30), (3, 60), (6, 120), (72, 120)])
def test_the_longer_an_outage_the_rarer_the_tries_and_never_rarer_than_every_two_minutes(time, hours, most):
    circuit = made(time, 1.0)
    for _ in range(10):
        circuit.failed(NO_NETWORK)
    time.advance(hours * HOUR)
    circuit.failed(NO_NETWORK)

    assert circuit.outage == hours * HOUR
    assert circuit.wait == pytest.approx(most)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NO_NETWORK, LinkState.RETRYING),
        (MisconfiguredError("wrong key"), LinkState.PAUSED),
        (TemporaryError("429", busy=True), LinkState.CONNECTED),
    ],
)
def test_what_the_screens_say_of_it(time, error, state):
    circuit = made(time, 0.5)
    circuit.succeeded()
    circuit.failed(error)

    assert circuit.link.state is state


def test_a_success_forgets_every_failure(time):
    circuit = made(time, 1.0)
    for _ in range(10):
        circuit.failed(NO_NETWORK)
    circuit.succeeded()

    assert circuit.wait <= 0
    assert circuit.outage == 0
    circuit.failed(NO_NETWORK)
    assert circuit.wait == pytest.approx(2)


def test_a_busy_destination_ends_the_outage_it_is_there(time):
    circuit = made(time, 1.0)
    circuit.failed(NO_NETWORK)
    time.advance(HOUR)
    circuit.failed(TemporaryError("503", busy=True))

    assert circuit.outage == 0
