"""A report that was sent by mistake is taken back before anybody was told of it."""

import pytest
from fakes import Floor


@pytest.fixture
def floor():
    """The agreed seconds in which a report can be taken back."""
    return Floor(undo_seconds=8.0)


def send(pilot, floor):
    pilot.scan("KIOSK:P-0007")
    pilot.settle()
    for text in ("Nothing prints", "Yes, it is stopped", "Send to IT"):
        pilot.tap(text)
        pilot.settle()
    pilot.until(lambda: pilot.screen == "ticket")
    pilot.settle()


def test_a_report_that_was_sent_by_mistake_is_taken_back(pilot, floor):
    send(pilot, floor)
    floor.step(5)
    pilot.app.page.tick()
    pilot.frames()

    pilot.tap("Undo (3)")
    pilot.until(lambda: pilot.sees("Taken back. IT was not told."))
    floor.step(60)

    assert floor.it.tickets == []
    assert floor.terminal.entries() == []


def test_what_was_answered_can_be_changed_and_sent_again(pilot, floor):
    send(pilot, floor)
    pilot.tap("Undo (8)")
    pilot.until(lambda: pilot.sees("Taken back. IT was not told."))
    pilot.tap("OK")
    pilot.tap("No, it still runs")
    pilot.tap("Send to IT")
    pilot.until(lambda: pilot.screen == "ticket")
    floor.step(60)

    (entry,) = floor.terminal.entries()
    assert not entry.ticket.stopped
    assert [remote.ticket.id for remote in floor.it.tickets] == [entry.ticket.id]


def test_after_eight_seconds_it_is_too_late(pilot, floor):
    send(pilot, floor)
    floor.step(9)
    pilot.app.page.tick()
    pilot.frames()

    assert not any("Undo" in text for text in pilot.texts())
    pilot.app.flow.undo(floor.terminal.entries()[0].ticket.id)
    pilot.until(lambda: pilot.sees("Too late: it is on its way to IT."))
    assert len(floor.it.tickets) == 1


def test_a_disk_that_refuses_to_take_it_back_is_said_as_it_is(pilot, floor):
    send(pilot, floor)
    floor.disk.db.storage.full = True
    pilot.app.flow.undo(floor.terminal.entries()[0].ticket.id)
    pilot.until(lambda: pilot.sees("Not taken back. IT will get it."))

    floor.disk.db.storage.full = False
    floor.step(60)
    assert len(floor.it.tickets) == 1
