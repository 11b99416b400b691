"""The outbox loads what it can, and tells the rest to a person."""

import pytest
from fakes import Floor, RamDisk

from kiosk.core.errors import StorageError
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
