"""How fast a terminal goes when thousands come back: the rules that the fleet's figures rest on, one by one."""

from __future__ import annotations

import itertools

import pytest
from fakes import FakeClock

from kiosk.forwarder.pace import FASTEST, FIRST_INTERVAL, JITTER, LAST_INTERVAL, LONGEST, Pace

HOUR = 3600.0
POLL = 10.0


@pytest.fixture
def time():
    return FakeClock()


def made(time, chance=0.5):
    return Pace(monotonic=time.clock.monotonic, random=lambda: chance)


def interval(pace, time):
    """Give the seconds until the next request, and let them pass."""
    wait = pace.next_at - time.clock.monotonic()
    time.advance(max(0.0, wait))
    return wait


@pytest.mark.parametrize(
    ("outage", "first"),
    [
        (0, None),
        (60, None),
        (1.5 * HOUR, None),
        (3.75 * HOUR, 45),
        (6 * HOUR, FIRST_INTERVAL),
        (720 * HOUR, FIRST_INTERVAL),
    ],
)
def test_after_a_short_outage_nobody_waits_and_after_a_long_one_everybody_begins_slowly(time, outage, first):
    pace = made(time)
    pace.recover(outage)
    pace.taken(20, poll_seconds=POLL)

    assert pace.is_idle is (first is None)
    if first:
        # The request that was taken has made it a quarter faster already.
        assert interval(pace, time) == pytest.approx(first / 1.25)


@pytest.mark.parametrize(("chance", "times"), [(0.0, 1 - JITTER), (0.5, 1.0), (1.0, 1 + JITTER)])
def test_every_interval_is_spread(time, chance, times):
    pace = made(time, chance)
    pace.recover(6 * HOUR)
    pace.taken(20, poll_seconds=POLL)

    assert interval(pace, time) == pytest.approx(FIRST_INTERVAL / 1.25 * times)


def test_while_everything_is_taken_it_goes_faster_up_to_a_bound(time):
    pace = made(time)
    pace.recover(6 * HOUR)
    waits = []
    for _ in range(40):
        pace.taken(20, poll_seconds=POLL)
        waits.append(interval(pace, time))

    assert all(later <= sooner for sooner, later in itertools.pairwise(waits))
    assert waits[-1] == pytest.approx(1 / FASTEST)


def test_a_busy_server_halves_the_rate_and_what_it_takes_again_raises_it_slowly(time):
    pace = made(time)
    pace.recover(6 * HOUR)
    for _ in range(10):
        pace.taken(20, poll_seconds=POLL)
        before = interval(pace, time)
    pace.busy(20, poll_seconds=POLL)
    halved = interval(pace, time)
    pace.taken(20, poll_seconds=POLL)

    assert halved == pytest.approx(2 * before)
    assert before < interval(pace, time) < halved


def test_a_server_that_has_taken_nothing_yet_is_asked_ten_times_as_rarely_up_to_a_bound(time):
    pace = made(time)
    pace.busy(20, poll_seconds=POLL)
    first = interval(pace, time)
    pace.busy(20, poll_seconds=POLL)
    second = interval(pace, time)
    for _ in range(100):
        pace.busy(20, poll_seconds=POLL)
        last = interval(pace, time)

    assert (first, second) == pytest.approx((10, 100))
    assert last == pytest.approx(900)


def test_the_last_tickets_go_in_a_row(time):
    pace = made(time)
    pace.recover(6 * HOUR)
    pace.taken(5, poll_seconds=POLL)

    assert interval(pace, time) == pytest.approx(LAST_INTERVAL)


def test_who_is_done_leaves_the_server_to_the_others_and_is_idle_in_the_end(time):
    pace = made(time)
    pace.recover(6 * HOUR)
    time.advance(600)
    pace.taken(0, poll_seconds=POLL)
    assert pace.news_at - time.clock.monotonic() == pytest.approx(1200), "twice the recovery, for it was never busy"
    assert pace.next_at <= time.clock.monotonic(), "a new report does not wait"

    looks = 0
    while not pace.is_idle:
        time.advance(pace.news_at - time.clock.monotonic())
        pace.taken(0, poll_seconds=POLL)
        looks += 1
    assert looks < 20


@pytest.mark.parametrize("left", [0, 3, 20])
def test_no_server_however_busy_is_asked_less_than_every_few_hours(time, left):
    pace = made(time, 1.0)
    for _ in range(1000):
        pace.busy(left, poll_seconds=POLL)
        following = pace.next_at if left else pace.news_at
        assert following - time.clock.monotonic() <= LONGEST * (1 + JITTER)
        time.advance(max(1.0, following - time.clock.monotonic()))


@pytest.mark.parametrize("left", [0, 1, 20])
def test_after_a_refusal_nobody_asks_for_news_sooner_than_usual(time, left):
    pace = made(time)
    pace.busy(left, poll_seconds=POLL)

    assert pace.news_at - time.clock.monotonic() >= POLL
