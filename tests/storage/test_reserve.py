"""A full disk: photos that IT has go first, then the reserve, then other photos; tickets are taken as long as anything else can go."""

from __future__ import annotations

import errno
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from test_every_line import create, photo_of, ticket

from kiosk.core.errors import StorageError
from kiosk.core.model import DeliveryState
from kiosk.core.outbox import Outbox
from kiosk.storage import FolderDisk
from kiosk.storage.files import Files

RESERVE = 4096


class Room(Files):
    """A disk on which a write finds room only after something was removed, as often as told."""

    wanted = 0

    def __init__(self):
        self.removed = []

    def write(self, descriptor, data, offset):
        if self.wanted:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(descriptor, data, offset)

    def remove(self, path):
        if path.exists() and path.suffix != ".new":  # what a failed write leaves is no room
            self.removed.append(path.name)
            self.wanted = max(0, self.wanted - 1)
        super().remove(path)

    def free(self, folder):
        return 0 if self.wanted else 1 << 30


@pytest.fixture
def files():
    return Room()


@pytest.fixture
def box(tmp_path, files):
    photo = photo_of(tmp_path)
    disk = FolderDisk(tmp_path / "data", files=files, reserve=RESERVE)
    box = Outbox(disk, publish=lambda event: None)
    box.photo = photo
    for number in (1, 2):
        box.report(ticket(number, photo), (create(number),))
    there = replace(create(1), state=DeliveryState.DELIVERED)
    box.change("T1", lambda entry: entry.with_delivery(there))
    files.removed.clear()
    yield box
    disk.close()


@pytest.mark.parametrize(
    ("wanted", "gone"), [(1, ["T1.jpg"]), (2, ["T1.jpg", "reserve"]), (3, ["T1.jpg", "reserve", "T2.jpg"])]
)
def test_what_matters_least_goes_first_and_the_ticket_is_taken(box, files, wanted, gone):
    files.wanted = wanted

    box.report(ticket(3), (create(3),))

    assert files.removed == gone
    assert box.get("T3") is not None


def test_a_photo_that_went_for_a_change_of_its_own_ticket_is_gone_for_it_too(box, files):
    files.wanted = 3

    box.change("T2", lambda entry: entry.with_delivery(replace(create(2), state=DeliveryState.SENDING)))

    assert files.removed == ["T1.jpg", "reserve", "T2.jpg"]
    assert box.get("T2").ticket.photo is None
    assert box.get("T2").deliveries[0].state is DeliveryState.SENDING


def test_when_nothing_can_go_any_more_nothing_is_called_saved_and_nothing_is_harmed(box, files):
    files.wanted = 100

    with pytest.raises(StorageError):
        box.report(ticket(3), (create(3),))

    assert {entry.ticket.id for entry in box.entries()} == {"T1", "T2"}
    files.wanted = 0
    assert box.report(ticket(3), (create(3),)).ticket.id == "T3"


def test_the_new_tickets_own_photo_never_stops_it(box, files, monkeypatch):
    def full(source, name):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(box._disk, "keep_photo", full)

    entry = box.report(ticket(4, box.photo), (create(4),))

    assert entry.ticket.photo is None


def test_the_reserve_is_made_again_once_there_is_room(box, files, tmp_path):
    files.wanted = 2
    box.report(ticket(3), (create(3),))

    box.report(ticket(5), (create(5),))

    assert (tmp_path / "data" / "reserve").stat().st_size >= RESERVE
