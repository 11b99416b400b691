"""The outbox loads what it can, and tells the rest to a person."""

import pytest
from fakes import FakeClock, Floor, RamDisk

from kiosk.core.errors import StorageError, TemporaryError
from kiosk.core.events import TicketChanged
from kiosk.core.outbox import Outbox


def test_a_document_that_cannot_be_read_harms_no_other_and_stays_where_it_is(caplog):
    disk = RamDisk()
    first = Floor(disk=disk)
    first.report()
    first.report("frozen")
    first.terminal.stop()
    disk.db.table("tickets").update({"ticket": None}, doc_ids=[1])

    outbox = Outbox(disk, publish=lambda event: None)

    assert [entry.sequence for entry in outbox.entries()] == [2]
    assert "document 1 of the outbox is not readable" in caplog.text
    assert disk.db.table("tickets").get(doc_id=1) is not None


def test_a_sequence_number_is_never_used_twice_even_after_archiving(monkeypatch):
    disk = RamDisk()
    floor = Floor(disk=disk)
    entry = floor.report()
    floor.step()
    floor.terminal.confirm(entry.ticket.id, works=True).result(5)
    floor.step()
    floor.wait_a_day()
    floor.terminal.stop()

    later = Floor(disk=disk)
    later.ids = iter(["N1", "N2"])
    assert later.report().sequence == 2
    later.terminal.stop()


def test_a_kill_between_archiving_and_removing_is_mended_at_the_next_start():
    disk = RamDisk()
    floor = Floor(disk=disk)
    entry = floor.report()
    floor.step()
    floor.terminal.confirm(entry.ticket.id, works=True).result(5)
    floor.step()
    kept = disk.db.table("tickets").get(doc_id=entry.sequence)
    floor.wait_a_day()
    floor.terminal.stop()
    disk.db.table("tickets").insert(kept)

    outbox = Outbox(disk, publish=lambda event: None)

    assert outbox.entries() == []
    assert len(outbox.figures()) == 1


def test_an_edit_that_changes_nothing_writes_nothing_and_tells_nobody():
    floor = Floor()
    entry = floor.report()
    floor.events.clear()
    floor.disk.db.storage.full = True

    floor.outbox.change(entry.ticket.id, lambda same: same)
    with pytest.raises(StorageError):
        floor.terminal.got_worse(entry.ticket.id, stopped=True).result(5)

    assert TicketChanged(entry.ticket.id) not in floor.events
    floor.terminal.stop()


def test_a_photo_is_on_disk_before_its_ticket_and_leaves_with_it(tmp_path):
    photo = tmp_path / "photo.JPG"
    photo.write_bytes(b"jpeg")
    floor = Floor()
    draft = floor.terminal.new_draft().choose_machine(floor.plant.machines["P-0007"])
    draft = draft.choose_symptom(floor.plant.symptoms["other"]).say(stopped=False).show(photo)

    entry = floor.terminal.report(draft).result(5)
    assert floor.disk.kept == {f"{entry.ticket.id}.jpg": b"jpeg"}
    assert Outbox(floor.disk, publish=print).get(entry.ticket.id).ticket.photo == entry.ticket.photo
    floor.step()
    floor.terminal.confirm(entry.ticket.id, works=True).result(5)
    floor.step()
    floor.wait_a_day()
    floor.terminal.stop()

    assert floor.disk.kept == {}


# ---------------------------------------------------------------- taking back


def test_a_report_can_be_taken_back_until_it_was_tried_to_be_told():
    floor = Floor(undo_seconds=8.0)
    entry = floor.report()
    floor.step(7.9)
    assert floor.it.tickets == []

    assert floor.terminal.withdraw(entry.ticket.id).result(5)

    floor.step(60)
    assert (floor.it.tickets, floor.terminal.entries()) == ([], [])
    assert Outbox(floor.disk, publish=print).entries() == []


def test_what_was_tried_to_be_told_stays():
    floor = Floor(undo_seconds=8.0)
    floor.it.fail_next(TemporaryError("no network"), call="deliver")
    entry = floor.report()
    floor.step(8)

    assert floor.terminal.undo_left(floor.terminal.entry(entry.ticket.id)) == 0
    assert not floor.terminal.withdraw(entry.ticket.id).result(5)
    floor.step(60)
    assert len(floor.it.tickets) == 1


def test_a_ticket_that_is_not_here_cannot_be_taken_back():
    assert not Floor().terminal.withdraw("NEVER").result(5)


def test_a_full_disk_keeps_what_cannot_be_removed():
    floor = Floor(undo_seconds=8.0)
    entry = floor.report()
    floor.disk.db.storage.full = True

    with pytest.raises(StorageError):
        floor.terminal.withdraw(entry.ticket.id).result(5)

    floor.disk.db.storage.full = False
    floor.step(9)
    assert len(floor.it.tickets) == 1


def test_a_report_taken_back_in_the_moment_it_leaves_is_not_sent():
    floor = Floor(undo_seconds=8.0)
    entry = floor.report()
    (forwarder,) = floor.forwarders
    due = forwarder._queue.due(floor.time.seconds + 8)
    floor.terminal.withdraw(entry.ticket.id).result(5)

    forwarder._attempt(*due)

    assert floor.it.tickets == []


def test_after_another_start_of_the_computer_nothing_waits_to_be_taken_back():
    floor = Floor(undo_seconds=8.0)
    floor.report()
    time = FakeClock()
    time.seconds = floor.time.seconds - 5

    again = Floor(disk=floor.disk, undo_seconds=8.0, time=time)
    again.step(0)

    assert len(again.it.tickets) == 1
