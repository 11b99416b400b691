"""A ticket that is over stays for a day in which the terminal ran; the time of day has no say in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import FakeClock, FaultyMemory, Floor

from kiosk.core import outbox

HOUR = 3600.0


@pytest.fixture
def floor():
    floor = Floor()
    yield floor
    floor.terminal.stop()


def over(floor):
    ticket = floor.report().ticket.id
    floor.step()
    floor.terminal.confirm(ticket, works=True).result(5)
    floor.step()
    return ticket


def run(floor, hours):
    for _ in range(hours):
        floor.time.advance(HOUR)
        floor.terminal.tidy().result(5)


def test_it_goes_after_a_day(floor):
    over(floor)

    run(floor, 24)
    assert len(floor.terminal.entries()) == 1
    run(floor, 2)

    assert floor.terminal.entries() == []
    assert len(floor.terminal.figures()) == 1


@pytest.mark.parametrize("jump", [timedelta(days=5479), timedelta(days=-18262), timedelta(hours=30)])
def test_a_jump_of_the_time_of_day_sends_nothing_away(floor, jump):
    over(floor)
    run(floor, 1)

    floor.time.wall += jump
    floor.terminal.keep_time()
    floor.terminal.tidy().result(5)

    assert len(floor.terminal.entries()) == 1


def test_the_time_before_a_restart_counts_and_the_time_without_power_does_not(floor):
    over(floor)
    run(floor, 20)
    floor.time.advance(HOUR / 2)

    rebooted = FakeClock()
    rebooted.seconds = 5.0
    again = Floor(disk=floor.disk, time=rebooted)
    run(again, 3)
    assert len(again.terminal.entries()) == 1
    run(again, 2)
    again.terminal.stop()

    assert again.terminal.entries() == []


def test_what_is_opened_again_begins_anew(floor):
    ticket = over(floor)
    run(floor, 20)
    floor.terminal.still_broken(ticket).result(5)
    floor.terminal.confirm(ticket, works=False).result(5)
    floor.step(5)
    run(floor, 1)
    floor.terminal.confirm(ticket, works=True).result(5)
    floor.step(5)

    run(floor, 20)

    assert len(floor.terminal.entries()) == 1


def test_a_full_disk_keeps_it_and_the_count_goes_on(floor, monkeypatch):
    over(floor)
    run(floor, 20)
    monkeypatch.setattr(FaultyMemory, "full", True)
    run(floor, 6)
    assert len(floor.terminal.entries()) == 1

    monkeypatch.setattr(FaultyMemory, "full", False)
    run(floor, 1)

    assert floor.terminal.entries() == []


def test_a_note_that_was_damaged_begins_anew(floor):
    over(floor)
    run(floor, 20)
    floor.disk.db.table("notes").update({"content": {"ran": "x", "over_since": {"T0001": None}}})

    again = Floor(disk=floor.disk)
    again.terminal.tidy().result(5)
    again.terminal.stop()

    assert len(again.terminal.entries()) == 1


def test_the_oldest_figures_go_by_their_number_and_stay_gone(floor, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_FIGURES", 10)
    for _ in range(25):
        ticket = over(floor)
        floor.wait_a_day()
        floor.time.wall -= timedelta(days=30)  # what the time of day says does not matter

    kept = [figure.ticket for figure in floor.outbox._figures.values()]
    again = Floor(disk=floor.disk, time=floor.time)
    assert kept[-1] == ticket
    assert 10 <= len(kept) <= 11
    assert [figure.ticket for figure in again.outbox._figures.values()] == kept
