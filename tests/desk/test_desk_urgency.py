from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.core.model import Status
from kiosk.core.plant import Priority, Sla
from kiosk.core.sla import Aim
from kiosk.desk.present import card, steps
from kiosk.desk.tables import TicketRow, first_reached
from kiosk.desk.throttle import LONGEST_WAIT, Throttle
from kiosk.desk.urgency import by_urgency, countdown
from kiosk.desk.work import reach

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGREED = {Priority.NORMAL: Sla(respond=timedelta(hours=2), resolve=timedelta(hours=20))}


def ticket(number=1, **changed):
    values = {
        "number": number,
        "machine_name": "Zebra L7",
        "place": "",
        "area": "",
        "it_term": "",
        "words": "Nothing prints",
        "stopped": False,
        "priority": Priority.HIGH,
        "priority_now": Priority.HIGH,
        "reported_at": NOON,
        "respond_by": NOON + timedelta(minutes=30),
        "resolve_by": NOON + timedelta(hours=4),
        "status": Status.NEW,
        "assignee": "",
        "since": {"new": NOON.isoformat()},
    }
    return TicketRow(**(values | changed))


def test_until_a_person_has_it_the_agreed_answer_counts():
    clock = countdown(ticket(), {})

    assert (clock.aim, clock.due_at) == (Aim.RESPOND, NOON + timedelta(minutes=30))


@pytest.mark.parametrize("status", [Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.WAITING])
def test_once_a_person_has_it_the_agreed_repair_counts(status):
    clock = countdown(ticket(status=status), {})

    assert (clock.aim, clock.due_at) == (Aim.RESOLVE, NOON + timedelta(hours=4))


def test_on_the_way_the_promised_arrival_counts():
    row = ticket()
    reach(row, Status.ON_THE_WAY, NOON + timedelta(minutes=3))
    row.eta_at = NOON + timedelta(minutes=18)

    clock = countdown(row, {})

    assert (clock.aim, clock.started_at, clock.due_at) == (Aim.ARRIVE, NOON + timedelta(minutes=3), row.eta_at)


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED, Status.CANCELLED])
def test_nothing_counts_once_nothing_is_awaited_from_it(status):
    assert countdown(ticket(status=status), {}) is None


def test_a_report_without_agreed_times_promises_nothing_and_is_not_late():
    row = ticket(respond_by=None, resolve_by=None)

    assert countdown(row, {}) is None
    assert not card(row, {}, NOON + timedelta(days=9)).is_late


def test_a_changed_priority_has_the_times_that_were_agreed_for_it():
    row = ticket(priority_now=Priority.NORMAL)

    assert countdown(row, AGREED).due_at == NOON + timedelta(hours=2)
    assert countdown(row, {}) is None


def test_the_order_is_by_time_then_by_assumption_and_the_fixed_come_last():
    rows = [
        ticket(1, status=Status.RESOLVED),
        ticket(2),
        ticket(3, respond_by=NOON - timedelta(minutes=1)),
        ticket(4, respond_by=None, priority=Priority.CRITICAL, priority_now=Priority.CRITICAL),
        ticket(5, respond_by=None, priority=Priority.NORMAL, priority_now=Priority.NORMAL),
    ]

    assert [row.number for row in sorted(rows, key=lambda row: by_urgency(row, {}))] == [3, 4, 2, 5, 1]


def way(row):
    return [(step.words, step.at is not None) for step in steps(row, first_reached(row.since))]


def test_the_way_leaves_out_steps_that_were_not_taken():
    row = ticket()
    reach(row, Status.IN_PROGRESS, NOON)

    assert way(row) == [("Reported", True), ("Working on it", True), ("Fixed", False), ("Works again", False)]


def test_the_way_of_a_reopened_ticket_has_its_repair_ahead():
    row = ticket()
    for status in (Status.IN_PROGRESS, Status.RESOLVED, Status.IN_PROGRESS):
        reach(row, status, NOON)

    assert way(row)[-2:] == [("Fixed", False), ("Works again", False)]


def test_the_way_of_a_cancelled_ticket_ends_there():
    row = ticket()
    reach(row, Status.CANCELLED, NOON)

    assert way(row) == [("Reported", True), ("Cancelled", True)]


def test_wrong_tries_wait_twice_as_long_each_time_up_to_a_minute():
    seconds = [0.0]
    throttle = Throttle(lambda: seconds[0], free_tries=2)
    waits = []

    for _ in range(12):
        throttle.wrong("Jana")
        waits.append(throttle.wait("Jana"))
        seconds[0] += waits[-1]

    assert waits[:6] == [0, 1, 2, 4, 8, 16]
    assert waits[-1] == LONGEST_WAIT
    assert throttle.wait("Jana") == throttle.wait("Tom") == 0


def test_a_right_password_forgets_the_wrong_ones():
    throttle = Throttle(lambda: 0.0, free_tries=1)
    throttle.wrong("Jana")
    throttle.wrong("Jana")

    throttle.right("Jana")

    assert throttle.wait("Jana") == 0


def test_a_flood_of_names_takes_no_memory():
    throttle = Throttle(lambda: 0.0, free_tries=1)

    for number in range(5000):
        throttle.wrong(str(number))

    assert len(throttle._wrong) == 1000
