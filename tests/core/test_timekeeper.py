"""The time of day may jump; what was agreed is counted from the operator's tap all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fakes import MONDAY_NOON, FakeClock, Floor

from kiosk.core.model import Status
from kiosk.core.timekeeper import Timekeeper, believable, true_time

EPOCH = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)
JUMPS = {
    "to 1970": EPOCH - MONDAY_NOON,
    "50 years back": timedelta(days=-18262),
    "15 years ahead": timedelta(days=5479),
    "an hour ahead": timedelta(hours=1),
    "an hour back": timedelta(hours=-1),
    "a second back": timedelta(seconds=-1),
}


@pytest.fixture
def floor():
    floor = Floor()
    yield floor
    floor.terminal.stop()


def left(floor, ticket_id):
    return floor.terminal.countdown(floor.outbox.get(ticket_id)).left(floor.time.wall)


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_countdown_goes_on_as_if_the_time_of_day_had_not_moved(floor, jump):
    ticket = floor.report().ticket.id
    floor.time.advance(300)
    before = left(floor, ticket)

    floor.time.wall += jump
    floor.terminal.keep_time()

    assert abs(left(floor, ticket) - before) <= timedelta(seconds=2)


def test_a_ticket_from_a_terminal_that_started_in_1970_gets_its_true_time_once_the_clock_is_set(floor):
    floor.time.wall = EPOCH
    floor.terminal.keep_time()
    ticket = floor.report().ticket.id
    floor.time.advance(600)

    floor.time.wall = MONDAY_NOON + timedelta(minutes=20)
    floor.terminal.keep_time()
    floor.terminal.tidy().result(5)

    kept = floor.outbox.get(ticket)
    assert kept.ticket.reported_at == MONDAY_NOON + timedelta(minutes=10)
    assert kept.ticket.respond_by == MONDAY_NOON + timedelta(minutes=25)
    assert kept.progress.since[Status.NEW] == kept.ticket.reported_at


def test_after_a_restart_the_latest_possible_time_stands_for_one_that_cannot_be(floor):
    floor.time.wall = EPOCH
    ticket = floor.report().ticket.id

    again = Floor(disk=floor.disk)
    again.time.seconds = 120.0
    again.time.clock = again.terminal.clock = FakeClockOf(again.time, boot="boot-2")
    again.terminal.tidy().result(5)
    again.terminal.stop()

    assert again.outbox.get(ticket).ticket.reported_at == MONDAY_NOON - timedelta(seconds=120)


def FakeClockOf(time, *, boot):  # noqa: N802  it makes one
    import dataclasses

    return dataclasses.replace(time.clock, boot=boot)


def test_a_time_of_day_that_no_time_server_keeps_changes_no_ticket_that_had_a_possible_one(floor):
    ticket = floor.report().ticket

    floor.time.wall += timedelta(hours=5)
    floor.terminal.keep_time()
    floor.terminal.tidy().result(5)

    assert floor.outbox.get(ticket.id).ticket == ticket


def test_small_steps_are_no_jump():
    time = FakeClock()
    keeper = Timekeeper(time.clock)

    for _ in range(100):
        time.advance(1)
        time.wall -= timedelta(seconds=1)
        assert not keeper.has_moved()
    time.wall += timedelta(seconds=5)
    assert keeper.has_moved()
    assert not keeper.has_moved()


def test_another_terminals_ticket_keeps_the_time_that_was_told(floor):
    ticket = floor.report().ticket
    foreign = type(ticket)(**{name: getattr(ticket, name) for name in ticket.__slots__} | {"boot": ""})

    floor.time.wall += timedelta(days=400)

    assert true_time(foreign, floor.time.clock) == ticket.reported_at


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        (MONDAY_NOON - timedelta(days=3), MONDAY_NOON - timedelta(days=3)),
        (MONDAY_NOON + timedelta(hours=2), MONDAY_NOON + timedelta(hours=2)),
        (EPOCH, MONDAY_NOON),
        (MONDAY_NOON + timedelta(days=5479), MONDAY_NOON),
    ],
)
def test_a_time_that_cannot_be_gives_way_to_that_at_which_it_was_heard(told, believed):
    assert believable(told, heard_at=MONDAY_NOON) == believed


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
@pytest.mark.parametrize("moment", range(0, 90, 7))
def test_no_jump_at_any_moment_of_a_delivery_delays_repeats_or_hurries_it(floor, jump, moment):
    from kiosk.core.errors import TemporaryError, UncertainError

    for fault in (TemporaryError("no network"), UncertainError("answer lost"), TemporaryError("busy", retry_after=20)):
        floor.it.fail_next(fault, after_effect=isinstance(fault, UncertainError))
        floor.report()
    for second in range(120):
        if second == moment:
            floor.time.wall += jump
        floor.terminal.keep_time()
        floor.step(1, steps=4)

    assert len({remote.ticket.id for remote in floor.it.tickets}) == len(floor.it.tickets) == 3
    assert not floor.outbox.waiting()
