"""The process is killed at every line of storage and outbox that an operation executes: what was saved is there, and it goes on.

A child works on a copy of a prepared data folder and ends without a word at its k-th line; the parent starts on what is left.
Every state that the operation may leave between two writes is known from a run that was not killed.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import kiosk.storage
from kiosk.core import document, outbox, room
from kiosk.core.document import to_document
from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry, Progress, Status, Ticket
from kiosk.core.outbox import Outbox
from kiosk.core.plant import Priority
from kiosk.storage import FolderDisk
from kiosk.storage.files import Files
from kiosk.storage.journal import Journal

LONG = os.environ.get("KIOSK_LONG") == "1"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TRACED = (str(Path(kiosk.storage.__file__).parent), outbox.__file__, room.__file__, document.__file__)
RESERVE = 4096


def ticket(number, photo=None):
    return Ticket(
        id=f"T{number}", machine="P-0007", machine_name="Printer", place="D-07", area="pack", symptom="noprint",
        words="Nothing prints", it_term="Printer offline", priority=Priority.HIGH, stopped=True, reported_at=NOON,
        terminal="K1", photo=photo,
    )  # fmt: skip


def create(number):
    return Delivery(id=f"D{number}", ticket=f"T{number}", destination="it", kind=DeliveryKind.CREATE, created_at=NOON)


def opened(folder, files=None):
    disk = FolderDisk(folder, files=files, reserve=RESERVE)
    return disk, Outbox(disk, publish=lambda event: None)


def photo_of(folder):
    path = folder / "camera.jpg"
    path.write_bytes(b"\xff\xd8" + bytes(600))
    return path


# ---------------------------------------------------------------- operations


def report(disk, box):
    box.report(ticket(50), (create(50),))


def report_with_photo(disk, box):
    box.report(ticket(51, disk.photo("x").parents[1] / "camera.jpg"), (create(51),))


def acknowledge(disk, box):
    done = replace(create(1), state=DeliveryState.DELIVERED, delivered_at=NOON)
    box.change("T1", lambda entry: entry.with_delivery(done))


def adopt(disk, box):
    box.adopt(Entry(sequence=0, ticket=ticket(60), deliveries=(replace(create(60), state=DeliveryState.DELIVERED),)))


def keep_cursor(disk, box):
    box.set_cursor("it", "42")


def keep_note(disk, box):
    box.keep_note("retention", {"ran": 1.0})


def archive(disk, box):
    box.archive(["T2", "T3"])


def compact(disk, box):
    disk.db.journal.compact()


def start(disk, box):
    """Nothing more: the start itself is what is killed."""


class FullOnce(Files):
    """A disk without room for the next two writes."""

    left = 2

    def write(self, descriptor, data, offset):
        if FullOnce.left and len(data) > 100:
            FullOnce.left -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(descriptor, data, offset)


OPERATIONS = {
    "first start": (start, None),
    "start": (start, None),
    "start after damage": (start, None),
    "report": (report, None),
    "report with photo": (report_with_photo, None),
    "report on a full disk": (report, FullOnce),
    "acknowledge": (acknowledge, None),
    "adopt": (adopt, None),
    "keep a cursor": (keep_cursor, None),
    "keep a note": (keep_note, None),
    "archive": (archive, None),
    "compact": (compact, None),
}


def prepare(folder, name):
    folder.mkdir()
    photo = photo_of(folder)
    if name == "first start":
        return
    disk, box = opened(folder)
    for number in (1, 2, 3, 4):
        box.report(ticket(number, photo if number in (2, 4) else None), (create(number),))
    for number in (2, 3):
        delivered = replace(create(number), state=DeliveryState.DELIVERED)
        closed = Progress(status=Status.CLOSED, since={Status.NEW: NOON, Status.CLOSED: NOON})
        box.change(f"T{number}", lambda e, d=delivered, p=closed: replace(e.with_delivery(d), progress=p))
    disk.close()
    if name == "start after damage":
        (log,) = folder.glob("*.log")
        data = bytearray(log.read_bytes())
        data[len(data) // 2] ^= 0x40
        log.write_bytes(data)


def snapshot(box):
    entries = {
        entry.ticket.id: str(to_document(replace(entry, ticket=replace(entry.ticket, photo=None))))
        for entry in box.entries()
    }
    return entries, sorted(figure.ticket for figure in box.figures()), box.cursor("it"), str(box.note("retention"))


def found_in(folder):
    disk, box = opened(folder)
    state = snapshot(box)
    for entry in box.entries():
        assert entry.ticket.photo is None or entry.ticket.photo.exists()
    disk.close()
    return state


def work(folder, name):
    operation, kind = OPERATIONS[name]
    FullOnce.left = 2
    disk, box = opened(folder, None)
    if kind is not None:
        disk._files = disk.db.journal._files = disk._reserve._files = kind()
    operation(disk, box)
    disk.close()


# ---------------------------------------------------------------- killing


class Lines:
    """Counts the lines of our code that are executed, and ends the process at the one named."""

    def __init__(self, fatal=None):
        self.fatal, self.count = fatal, 0
        self.first, self.last = {}, {}

    def __call__(self, frame, event, arg):
        return self.line if frame.f_code.co_filename.startswith(TRACED) else None

    def line(self, frame, event, arg):
        if event == "line":
            self.count += 1
            place = frame.f_code.co_filename, frame.f_lineno
            self.first.setdefault(place, self.count)
            self.last[place] = self.count
            if self.count == self.fatal:
                os._exit(137)
        return self.line


def in_a_child(task):
    """Run `task` in a copy of this process; its end is no business of ours."""
    child = os.fork()
    if not child:
        try:
            task()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def traced(folder, name, lines):
    sys.settrace(lines)
    try:
        work(folder, name)
    finally:
        sys.settrace(None)


@pytest.fixture
def room():
    """Memory where there is any: thousands of folders are made and dropped."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as folder:
        yield Path(folder)


def legal_states(room, name, monkeypatch):
    """Let the operation run once, and look at the folder after each of its writes."""
    folder, states = room / "legal", []
    shutil.copytree(room / "prepared", folder)

    def look(*_):
        copy = room / f"look-{len(states)}"
        shutil.copytree(folder, copy)
        states.append(found_in(copy))
        shutil.rmtree(copy)

    real = Journal.change
    if name != "first start":
        look()

    def change(journal, changes):
        real(journal, changes)
        if Path(journal._folder) == folder:
            look()

    monkeypatch.setattr(Journal, "change", change)
    lines = Lines()
    work(folder, name)
    monkeypatch.undo()
    look()
    shutil.rmtree(folder)
    counted = room / "counted"
    shutil.copytree(room / "prepared", counted)
    traced(counted, name, lines)
    shutil.rmtree(counted)
    return states, lines


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_kill_at_any_line_loses_nothing_and_the_next_start_goes_on(room, name, monkeypatch, tell):
    prepare(room / "prepared", name)
    allowed, lines = legal_states(room, name, monkeypatch)
    # Every line at its first and its last turn; in the long run at every turn of every loop.
    moments = range(1, lines.count + 1) if LONG else sorted({*lines.first.values(), *lines.last.values()})
    killed = 0
    for fatal in moments:
        folder = room / f"at-{fatal}"
        shutil.copytree(room / "prepared", folder)
        killed += in_a_child(lambda folder=folder, fatal=fatal: traced(folder, name, Lines(fatal))) == 137
        assert found_in(folder) in allowed, f"killed at line {fatal} of {lines.count}"
        disk, box = opened(folder)
        box.report(ticket(99), (create(99),))
        disk.close()
        assert "T99" in found_in(folder)[0]
        shutil.rmtree(folder)

    tell(f"{name}: killed at {killed} moments, each of the {len(lines.first)} lines executed among them")
    assert killed == len(moments)


def test_a_storage_that_overwrites_in_place_does_not_survive_it(room):
    """The negative control: TinyDB's own storage, killed in the same way."""
    from tinydb import TinyDB, storages

    def run(path, fatal):
        lines = Lines(fatal)

        def trace(frame, event, arg):
            return lines.line if frame.f_code.co_filename == storages.__file__ else None

        sys.settrace(trace)
        try:
            db.table("tickets").remove(doc_ids=[1])
        finally:
            sys.settrace(None)
        return lines.count

    path = room / "stock.json"
    db = TinyDB(path)
    for _ in range(5):
        db.table("tickets").insert({"words": "x" * 100})
    whole, bad = path.read_bytes(), 0
    for fatal in range(1, 60):
        path.write_bytes(whole)
        in_a_child(lambda fatal=fatal: run(path, fatal))
        with TinyDB(path) as again:
            try:
                again.table("tickets").all()
            except ValueError:
                bad += 1
    db.close()
    assert bad > 0
