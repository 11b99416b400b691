"""A report that had to be sent again is looked for some time later: should it have arrived twice, the twin is withdrawn."""

from __future__ import annotations

import pytest
from fakes import Floor

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.errors import StorageError, TemporaryError, UncertainError
from kiosk.core.model import Status


class Forgetful(MemoryBackend):
    """A ticket system whose search lags longer than its maker says."""

    lags = True

    def find(self, ticket_id):
        return None if self.lags else super().find(ticket_id)


@pytest.fixture
def floor():
    it = Forgetful(MemorySettings(type="memory", name="it"), terminal="K1")
    floor = Floor(destinations=(it,))
    floor.it = it
    it.now = floor.time.clock.now
    yield floor
    floor.terminal.stop()


def arrives_twice(floor):
    floor.it.fail_next(UncertainError("answer lost"), after_effect=True)
    entry = floor.report()
    # Without the changes nobody learns that it did arrive.
    floor.it.changes = lambda cursor: ([], "0")
    floor.pass_time(30)
    del floor.it.changes
    floor.it.lags = False
    assert len(floor.it.tickets) == 2
    return entry.ticket.id


def status(floor):
    return [remote.progress.status for remote in floor.it.tickets]


def test_a_twin_is_withdrawn_and_the_older_one_is_the_ticket(floor):
    ticket_id = arrives_twice(floor)

    floor.pass_time(120)

    assert status(floor) == [Status.NEW, Status.CANCELLED]
    assert "arrived twice" in floor.it.tickets[1].progress.remarks[0].text
    assert floor.outbox.get(ticket_id).ref.label == "#1"
    assert floor.outbox.get(ticket_id).status is Status.NEW


def test_a_twin_that_a_person_has_is_left_to_them_with_a_word(floor):
    ticket_id = arrives_twice(floor)
    floor.it._advance(floor.it.tickets[1], Status.ACKNOWLEDGED, assignee="Jana")

    floor.pass_time(120)

    assert status(floor) == [Status.NEW, Status.ACKNOWLEDGED]
    assert [remark.text for remark in floor.it.tickets[1].progress.remarks] == [
        "This report arrived twice; the work goes on in #1."
    ]
    assert floor.outbox.get(ticket_id).status is Status.NEW


def test_a_report_that_was_sent_once_is_not_looked_for(floor):
    asked = []
    floor.it.twins = lambda ticket_id, ref: asked.append(ticket_id) or []
    floor.report()

    floor.pass_time(2 * 3600, tick=30)

    assert asked == []


def test_there_is_a_late_look_as_well_and_then_no_more(floor):
    asked = []
    floor.it.fail_next(UncertainError("request lost"))
    floor.report()
    floor.it.twins = lambda ticket_id, ref: asked.append(floor.time.seconds) or []

    floor.pass_time(3 * 3600, tick=30)

    assert len(asked) == 2
    assert asked[1] - asked[0] >= 3600


def test_what_is_owed_survives_a_restart_and_a_look_that_fails(floor):
    arrives_twice(floor)
    again = Floor(disk=floor.disk, destinations=(floor.it,), time=floor.time)
    floor.it.fail_next(TemporaryError("no network"), call="twins")

    again.pass_time(300)
    again.terminal.stop()

    assert status(floor) == [Status.NEW, Status.CANCELLED]


def test_a_full_disk_at_the_look_withdraws_nothing_unnoted(floor, monkeypatch):
    arrives_twice(floor)
    real = floor.outbox.change

    def full(*_):
        raise StorageError("full")

    floor.pass_time(45)
    monkeypatch.setattr(floor.outbox, "change", full)
    floor.pass_time(60)
    monkeypatch.setattr(floor.outbox, "change", real)
    floor.pass_time(120)

    assert status(floor) == [Status.NEW, Status.CANCELLED]
