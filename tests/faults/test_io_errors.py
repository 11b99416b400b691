"""Every single call to the disk fails in turn, once and for good: nothing is called saved that is not, and it recovers by itself."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess

import pytest
from test_every_line import create, opened, photo_of, ticket

from kiosk.core.errors import StorageError
from kiosk.core.outbox import Outbox
from kiosk.storage import FolderDisk
from kiosk.storage.files import Files

ERRORS = {
    "ENOSPC": errno.ENOSPC,
    "EIO": errno.EIO,
    "EROFS": errno.EROFS,
    "EMFILE": errno.EMFILE,
    "EDQUOT": errno.EDQUOT,
}
CALLS = (
    "names",
    "read",
    "create",
    "open",
    "write",
    "sync",
    "truncate",
    "rename",
    "remove",
    "sync_folder",
    "free",
    "allocate",
)


class FailingAt(Files):
    """A disk on which the k-th call fails, and every later one as well if it fails `for_good`."""

    def __init__(self):
        self.count, self.at, self.number, self.for_good, self.short = 0, None, errno.EIO, False, False

    def arm(self, at, number, *, for_good, short):
        self.count, self.at, self.number, self.for_good, self.short = 0, at, number, for_good, short

    def fails(self):
        self.count += 1
        return self.at is not None and (self.count == self.at or (self.for_good and self.count > self.at))

    def write(self, descriptor, data, offset):
        if self.fails():
            if self.short:
                super().write(descriptor, data[: len(data) // 2], offset)
            raise OSError(self.number, os.strerror(self.number))
        super().write(descriptor, data, offset)


def _failing(name):
    def call(self, *args):
        if self.fails():
            raise OSError(self.number, os.strerror(self.number))
        return getattr(Files, name)(self, *args)

    return call


for _name in CALLS:
    if _name != "write":
        setattr(FailingAt, _name, _failing(_name))


def work(box, photo):
    """Do what a terminal does in a quarter of an hour; give what was called saved, and what was refused."""
    saved, refused = [], []
    for number in range(10, 30):
        try:
            box.report(ticket(number, photo if number % 2 else None), (create(number),))
            saved.append(f"T{number}")
        except StorageError:
            refused.append(f"T{number}")
    for task in (lambda: box.set_cursor("it", "7"), lambda: box.keep_note("n", {"a": 1}), lambda: box.archive(["T10"])):
        with contextlib.suppress(StorageError):
            task()
    return saved, refused


def one_case(folder, at, number, *, for_good, short=False):
    """Give True when the call was there to fail."""
    files = FailingAt()
    disk, box = opened(folder, files)
    files.arm(at, number, for_good=for_good, short=short)
    saved, refused = work(box, folder / "camera.jpg")
    happened = files.count >= at
    shown = {entry.ticket.id for entry in box.entries()}
    assert set(saved) <= shown
    assert not set(refused) & shown
    files.at = None
    box.report(ticket(90), (create(90),))
    disk.close()
    disk, again = opened(folder)
    found = {entry.ticket.id for entry in again.entries()}
    # What was refused may be found after all, were it only the disk's answer that was lost; what was saved must be.
    assert {*saved, "T0", "T90"} <= found, (saved, found)
    assert all(entry.ticket.photo is None or entry.ticket.photo.exists() for entry in again.entries())
    disk.close()
    return happened


@pytest.mark.timeout(600)
@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("name", [*ERRORS, "short write"])
def test_no_failing_call_makes_a_false_promise_or_harms_what_was_saved(tmp_path, name, for_good, tell):
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    photo_of(prepared)
    disk, box = opened(prepared)
    box.report(ticket(0), (create(0),))
    disk.close()
    cases = 0
    for at in range(1, 400):
        folder = tmp_path / f"{at}"
        shutil.copytree(prepared, folder)
        number = ERRORS.get(name, errno.ENOSPC)
        if not one_case(folder, at, number, for_good=for_good, short=name == "short write"):
            break
        cases += 1
        shutil.rmtree(folder)

    tell(f"{name}, {'for good' if for_good else 'once'}: {cases} calls failed in turn")
    assert cases > 100


class Forgetting(Files):
    """A disk that says yes and keeps nothing."""

    def write(self, descriptor, data, offset):
        """Do nothing."""


def test_a_report_that_is_called_saved_too_early_is_noticed(tmp_path):
    """The negative control."""
    photo_of(tmp_path)
    disk, box = opened(tmp_path, Forgetting())
    box.report(ticket(1), (create(1),))
    disk.close()

    disk, again = opened(tmp_path)
    assert again.entries() == []
    disk.close()


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 64 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_on_a_really_full_disk_each_report_is_saved_or_refused_and_the_reserve_lets_more_in(small_disk, tmp_path, tell):
    photo = photo_of(tmp_path)

    disk, saved, refused = FolderDisk(small_disk, reserve=8192), set(), 0
    box = Outbox(disk, publish=lambda event: None)
    for number in range(1000, 1400):
        try:
            box.report(ticket(number, photo if number % 3 == 0 else None), (create(number),))
            saved.add(f"T{number}")
        except StorageError:
            refused += 1
    assert saved
    assert refused
    disk.close()
    disk = FolderDisk(small_disk, reserve=0)
    again = Outbox(disk, publish=lambda event: None)
    assert {entry.ticket.id for entry in again.entries()} == saved
    subprocess.run(["mount", "-o", "remount,size=1m", small_disk], check=True)
    again.report(ticket(5000), (create(5000),))
    disk.close()
    tell(
        f"a full file system of 64 kB: {len(saved)} saved and all there after a restart, {refused} refused and none there"
    )
