"""The SLA clock counts working minutes, across nights, weekends, holidays and the change to summer time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from fakes import MONDAY_NOON, Floor

from kiosk.core.model import Status
from kiosk.core.plant import Calendar, Priority
from kiosk.core.sla import Aim, due_at

BERLIN = ZoneInfo("Europe/Berlin")
DAY_SHIFT = ((time(6), time(14)),)


def calendar(hours=DAY_SHIFT, *, days=range(5), holidays=()):
    return Calendar(zone=BERLIN, hours=dict.fromkeys(days, hours), holidays=frozenset(holidays))


def berlin(*moment):
    return datetime(*moment, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        pytest.param((2026, 11, 23, 9, 0), 30, (2026, 11, 23, 9, 30), id="inside a shift"),
        pytest.param((2026, 11, 23, 13, 50), 30, (2026, 11, 24, 6, 20), id="over night"),
        pytest.param((2026, 11, 27, 13, 50), 30, (2026, 11, 30, 6, 20), id="over a weekend"),
        pytest.param((2026, 11, 28, 12, 0), 15, (2026, 11, 30, 6, 15), id="reported on a Saturday"),
        pytest.param((2026, 11, 23, 5, 0), 15, (2026, 11, 23, 6, 15), id="before the shift"),
        pytest.param((2026, 11, 23, 6, 0), 480, (2026, 11, 23, 14, 0), id="exactly one shift"),
        pytest.param((2026, 3, 27, 13, 30), 60, (2026, 3, 30, 6, 30), id="summer time begins in between"),
        pytest.param((2026, 12, 24, 13, 30), 60, (2026, 12, 28, 6, 30), id="Christmas is a holiday"),
    ],
)
def test_agreed_minutes_are_working_minutes(start, minutes, due):
    plan = calendar(holidays=[date(2026, 12, 25)])

    assert due_at(berlin(*start), timedelta(minutes=minutes), plan) == berlin(*due)


def test_a_night_shift_runs_past_midnight():
    plan = calendar(((time(22), time(6)),))

    assert due_at(berlin(2026, 11, 24, 5, 30), timedelta(minutes=60), plan) == berlin(2026, 11, 24, 22, 30)


def test_an_hour_of_work_in_the_night_of_summer_time_is_an_hour():
    plan = calendar(((time(0), time(0)),), days=range(7))
    start = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30, half an hour before the clocks go forward

    assert due_at(start, timedelta(hours=1), plan) == start + timedelta(hours=1)


def test_a_calendar_without_working_time_still_gives_an_answer():
    start = berlin(2026, 11, 23, 9, 0)

    assert due_at(start, timedelta(minutes=15), calendar(days=())) == start + timedelta(minutes=15)


@pytest.fixture
def floor():
    floor = Floor()
    yield floor
    floor.terminal.stop()


def test_the_ring_runs_to_the_response_then_to_the_arrival_then_to_the_repair(floor):
    entry = floor.report()
    floor.step()
    assert floor.terminal.countdown(entry).aim is Aim.RESPOND
    assert floor.terminal.countdown(entry).due_at == MONDAY_NOON + timedelta(minutes=15)

    floor.it.on_the_way(entry.ticket.id, "Jana", floor.time.wall + timedelta(minutes=5))
    floor.step(10)
    shown = floor.terminal.countdown(floor.outbox.get(entry.ticket.id))
    assert (shown.aim, shown.left(MONDAY_NOON)) == (Aim.ARRIVE, timedelta(minutes=5))

    floor.it.work(entry.ticket.id, "Jana")
    floor.step(10)
    shown = floor.terminal.countdown(floor.outbox.get(entry.ticket.id))
    assert (shown.aim, shown.due_at) == (Aim.RESOLVE, MONDAY_NOON + timedelta(hours=2))

    floor.it.resolve(entry.ticket.id)
    floor.step(10)
    assert floor.terminal.countdown(floor.outbox.get(entry.ticket.id)) is None


def test_the_ring_empties_and_then_says_late(floor):
    countdown = floor.terminal.countdown(floor.report())

    assert countdown.share_left(MONDAY_NOON) == 1.0
    assert countdown.share_left(MONDAY_NOON + timedelta(minutes=7.5)) == pytest.approx(0.5)
    assert not countdown.is_late(MONDAY_NOON + timedelta(minutes=15))
    assert countdown.is_late(MONDAY_NOON + timedelta(minutes=15, seconds=1))
    assert countdown.left(MONDAY_NOON + timedelta(minutes=16)) == timedelta(minutes=-1)


def test_a_lower_priority_of_it_moves_the_deadline(floor):
    entry = floor.report()
    floor.step()
    floor.it.change_priority(entry.ticket.id, Priority.NORMAL, "spare beside it")
    floor.step(10)

    later = floor.terminal.countdown(floor.outbox.get(entry.ticket.id)).due_at

    assert floor.outbox.get(entry.ticket.id).status is Status.NEW
    assert later == MONDAY_NOON + timedelta(hours=2)
