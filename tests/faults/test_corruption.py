"""Damage at every single place of the journal's files: it costs at most the records it hits, everything else loads, and it is counted."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from crashdisk import CrashDisk

from kiosk.storage import journal as module
from kiosk.storage import record
from kiosk.storage.files import Files
from kiosk.storage.journal import Journal
from kiosk.storage.record import encode, scan

FOLDER = Path()
LAST = "after the damage"

DAMAGES = {
    "a bit flips": lambda data, at: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :],
    "a byte becomes another": lambda data, at: data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :],
    "a byte becomes zero": lambda data, at: data[:at] + b"\0" + data[at + 1 :],
    "a byte is missing": lambda data, at: data[:at] + data[at + 1 :],
    "a byte too many": lambda data, at: data[:at] + b"x" + data[at:],
    "a block of zeros": lambda data, at: data[:at] + bytes(len(data[at : at + 64])) + data[at + 64 :],
    "the mark of a record": lambda data, at: data[:at] + record.MARK + data[at + len(record.MARK) :],
}


def journal_files():
    """Give a snapshot with five documents, and a log with five changes behind it."""
    disk = CrashDisk()
    journal = Journal(FOLDER, files=disk)
    for number in range(1, 6):
        journal.change({"tickets": {str(number): f'"document {number}"'}})
    journal.compact()
    journal.change({"tickets": {"1": '"changed"'}})
    journal.change({"tickets": {"2": None}})
    for number in range(6, 9):
        journal.change({"tickets": {str(number): f'"document {number}"'}})
    journal.close()
    return disk.names_now, {name: disk.read(Path(name)) for name in disk.names_now}


def states_of(content):
    """Give each document's possible texts: as the snapshot has it, as the log has it, or gone where its only record is hit."""
    first = {str(n): f'"document {n}"' for n in range(1, 6)}
    final = {k: v for k, v in first.items() if k not in "12"} | {"1": '"changed"'}
    return first, final | {str(n): f'"document {n}"' for n in range(6, 9)}


def hit_records(data, damaged):
    """Count the records of `data` that are not whole in `damaged` any more."""
    whole = [found.payload for found in scan(damaged) if found.payload is not None]
    return sum(found.payload not in whole for found in scan(data))


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_anywhere_costs_at_most_what_it_hits(kind, tell):
    _, content = journal_files()
    first, final = states_of(content)
    places = 0
    for name, data in content.items():
        for at in range(len(data)):
            damaged = DAMAGES[kind](data, at)
            if damaged == data:
                continue
            places += 1
            disk = CrashDisk.holding({**content, name: damaged})
            journal = Journal(FOLDER, files=disk)
            found = dict(journal.tables.get("tickets", {}))
            wrong = [key for key, text in found.items() if text not in (first.get(key), final.get(key))]
            different = [key for key in first | final if found.get(key) != final.get(key)]
            assert wrong == [], (name, at)
            assert len(different) <= hit_records(data, damaged), (name, at, different)
            aside = [n for n in disk.names_now if n.startswith("damaged/")]
            assert aside or not different, (name, at, "lost without a trace")
            # It goes on, and the next start finds the same.
            journal.change({"tickets": {"9": f'"{LAST}"'}})
            again = Journal(FOLDER, files=CrashDisk.holding({n: disk.read(Path(n)) for n in disk.names_now}))
            assert dict(again.tables["tickets"]) == found | {"9": f'"{LAST}"'}, (name, at)

    tell(f"{kind}: at each of {places} places")


def test_without_checksums_damage_is_believed(monkeypatch):
    """The negative control."""
    monkeypatch.setattr(record, "crc32", lambda data: 0)
    with pytest.raises((AssertionError, ValueError)):
        test_damage_anywhere_costs_at_most_what_it_hits("a byte becomes another", lambda line: None)


class BadSectors(Files):
    """A disk that cannot read some blocks of one file any more, or only the first bytes of them."""

    def __init__(self, name, offsets, *, readable=0):
        self._name, self._offsets, self._readable = name, offsets, readable

    def read(self, path):
        if path.name == self._name:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return super().read(path)

    def read_block(self, path, offset):
        whole = super().read_block(path, offset)[: module.BLOCK_SIZE]
        if path.name != self._name or offset not in self._offsets:
            return whole
        if not self._readable:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return whole[: self._readable]


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(module, "BLOCK_SIZE", 64)


def on_a_real_disk(folder, content):
    (folder / "damaged").mkdir(parents=True)
    for name, data in content.items():
        (folder / name).write_bytes(data)


@pytest.mark.usefixtures("small_blocks")
def test_a_sector_that_cannot_be_read_costs_what_it_held_and_the_file_is_kept(tmp_path, tell):
    _, content = journal_files()
    first, final = states_of(content)
    places = 0
    for name, data in content.items():
        for at in range(0, len(data), 64):
            places += 1
            folder = tmp_path / f"{name}-{at}"
            on_a_real_disk(folder, content)
            journal = Journal(folder, files=BadSectors(name, {at}))
            journal.change({"tickets": {"9": f'"{LAST}"'}})
            journal.close()

            found = dict(journal.tables["tickets"])
            damaged = data[:at] + bytes(len(data[at : at + 64])) + data[at + 64 :]
            different = [key for key in first | final if found.get(key) != final.get(key)]
            assert [
                key for key, text in found.items() if text not in (first.get(key), final.get(key), f'"{LAST}"')
            ] == []
            assert len(different) <= hit_records(data, damaged), (name, at, different)
            assert journal.damaged >= 1
            assert (folder / "damaged" / f"unreadable-{name}").read_bytes() == data
            assert dict(Journal(folder).tables["tickets"]) == found

    tell(f"a sector that cannot be read: at each of {places} places")


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("readable", [0, 16])
def test_beside_a_sector_that_cannot_be_read_no_refused_change_comes_back(tmp_path, readable):
    """The second file says by a number where the first one ends; what stands after that was refused."""
    saved, refused = (encode(b'"tickets"\t%d\t"document"' % number) for number in (1, 2))
    before = encode(b'"tickets"\t0\t"%b"' % (b"x" * 100)) + saved
    on_a_real_disk(
        tmp_path,
        {"outbox-1.log": before + refused, "outbox-2.log": encode(b"begin\t1\t%d" % len(before))},
    )
    journal = Journal(tmp_path, files=BadSectors("outbox-1.log", {0}, readable=readable))

    assert journal.tables == {"tickets": {"1": '"document"'}}


@pytest.mark.usefixtures("small_blocks")
def test_a_disk_of_which_nothing_can_be_read_is_left_as_it_is(tmp_path):
    _, content = journal_files()
    on_a_real_disk(tmp_path, content)
    for name, data in content.items():
        with pytest.raises(OSError, match="nothing of it can be read"):
            Journal(tmp_path, files=BadSectors(name, set(range(0, len(data), 64))))
    assert {name: (tmp_path / name).read_bytes() for name in content} == content
