"""The journal: one record per change, damage costs the record it hits, a failing disk harms nothing that was saved."""

import errno
import json

import pytest

from kiosk.storage import journal as module
from kiosk.storage.files import Files
from kiosk.storage.journal import Journal
from kiosk.storage.record import HEADER_SIZE, MARK, encode, scan


class Failing(Files):
    """A disk that fails at the calls named, from now on."""

    def __init__(self):
        self.fails: set[str] = set()

    def _check(self, call):
        if call in self.fails:
            raise OSError(errno.ENOSPC, "No space left on device")

    def create(self, path):
        self._check("create")
        return super().create(path)

    def write(self, descriptor, data, offset):
        if "write" in self.fails:
            super().write(descriptor, data[: len(data) // 2], offset)
        self._check("write")
        super().write(descriptor, data, offset)

    def sync(self, descriptor):
        self._check("sync")
        super().sync(descriptor)

    def truncate(self, descriptor, length):
        self._check("truncate")
        super().truncate(descriptor, length)

    def rename(self, source, target):
        self._check("rename")
        super().rename(source, target)

    def sync_folder(self, folder):
        self._check("sync_folder")
        super().sync_folder(folder)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "damaged").mkdir()
    return tmp_path


def put(journal, doc_id, value):
    journal.change({"tickets": {doc_id: json.dumps(value)}})


def reopened(folder):
    journal = Journal(folder)
    journal.close()
    return {name: {k: json.loads(v) for k, v in rows.items()} for name, rows in journal.tables.items()}


def test_changes_survive_a_restart_in_their_order(folder):
    journal = Journal(folder)
    put(journal, "1", "a")
    put(journal, "2", "b")
    put(journal, "1", "c")
    journal.change({"tickets": {"2": None}, "cursors": {"1": '"x"'}})
    journal.close()

    assert reopened(folder) == {"tickets": {"1": "c"}, "cursors": {"1": "x"}}


def test_a_table_can_be_emptied_and_dropped(folder):
    journal = Journal(folder)
    put(journal, "1", "a")
    journal.change({"other": {}})
    journal.change({"tickets": None})
    journal.close()

    assert reopened(folder) == {"other": {}}


def test_one_change_is_one_append_of_constant_size(folder):
    journal = Journal(folder)
    put(journal, "0", "x" * 100)
    sizes = []
    for number in range(1, 200):
        before = sum(p.stat().st_size for p in folder.iterdir() if p.is_file())
        put(journal, str(100 + number), "x" * 100)
        sizes.append(sum(p.stat().st_size for p in folder.iterdir() if p.is_file()) - before)
    journal.close()

    assert len(set(sizes)) == 1


def test_what_became_obsolete_is_compacted_away(folder, monkeypatch):
    monkeypatch.setattr(module, "COMPACT_ABOVE", 2000)
    journal = Journal(folder)
    for number in range(1000):
        put(journal, "1", f"value {number}")
    journal.close()

    assert reopened(folder) == {"tickets": {"1": "value 999"}}
    assert sum(p.stat().st_size for p in folder.iterdir() if p.is_file()) < 4000
    assert len([p for p in folder.iterdir() if p.is_file()]) <= 2


def test_many_restarts_leave_few_files(folder):
    for number in range(60):
        journal = Journal(folder)
        put(journal, str(number), number)
        journal.close()

    assert len(reopened(folder)["tickets"]) == 60
    assert len([p for p in folder.iterdir() if p.is_file()]) <= module.MOST_FILES + 1


@pytest.mark.parametrize("position", [0, 3, 5, 9, 13, HEADER_SIZE, HEADER_SIZE + 4, -1])
def test_a_flipped_byte_costs_the_record_it_hits_and_no_other(folder, position):
    journal = Journal(folder)
    for number in range(1, 6):
        put(journal, str(number), f"document {number}")
    journal.close()
    (log,) = folder.glob("*.log")
    data = bytearray(log.read_bytes())
    records = list(scan(bytes(data)))
    hit = records[3]
    at = hit.start + position if position >= 0 else hit.end - 1
    data[at] ^= 0x40
    log.write_bytes(data)

    journal = Journal(folder)
    journal.close()

    assert set(journal.tables["tickets"]) == {"1", "2", "4", "5"}
    assert journal.damaged == 1
    assert (folder / "damaged" / f"damaged-{log.name}-{hit.start}").read_bytes() == bytes(data[hit.start : hit.end])
    assert set(reopened(folder)["tickets"]) == {"1", "2", "4", "5"}


def test_a_torn_last_record_is_put_aside_without_being_counted_as_damage(folder):
    journal = Journal(folder)
    put(journal, "1", "a")
    put(journal, "2", "b")
    journal.close()
    (log,) = folder.glob("*.log")
    log.write_bytes(log.read_bytes()[:-3])

    journal = Journal(folder)
    put(journal, "3", "c")
    journal.close()

    assert reopened(folder) == {"tickets": {"1": "a", "3": "c"}}
    assert journal.damaged == 0
    assert [p.name.split("-")[0] for p in (folder / "damaged").iterdir()] == ["unfinished"]


@pytest.mark.parametrize("call", ["write", "sync"])
@pytest.mark.parametrize("also", [(), ("truncate",), ("create",), ("rename",), ("sync_folder",)])
def test_a_failed_change_changes_nothing_and_the_next_good_one_is_kept(folder, call, also):
    files = Failing()
    journal = Journal(folder, files=files)
    put(journal, "1", "a")

    files.fails = {call, *also}
    for attempt in range(3):
        with pytest.raises(OSError, match="No space"):
            put(journal, "2", f"lost {attempt}")
    assert set(journal.tables["tickets"]) == {"1"}
    files.fails = set()
    put(journal, "3", "c")
    journal.close()

    assert reopened(folder) == {"tickets": {"1": "a", "3": "c"}}


def test_a_compaction_that_fails_loses_nothing_that_comes_after_it(folder):
    files = Failing()
    journal = Journal(folder, files=files)
    put(journal, "1", "a")
    files.fails = {"sync_folder"}
    with pytest.raises(OSError, match="No space"):
        journal.compact()
    files.fails = set()

    put(journal, "2", "b")
    journal.close()

    assert reopened(folder) == {"tickets": {"1": "a", "2": "b"}}


def test_a_text_that_looks_like_a_record_is_not_taken_for_one(folder):
    hostile = MARK.decode("latin-1") + encode(b'"tickets"\t9\t"x"').decode("latin-1")
    journal = Journal(folder)
    put(journal, "1", hostile)
    put(journal, "2", "\t\n\\u0000 😀 \ud800")
    journal.close()
    (log,) = folder.glob("*.log")
    data = bytearray(log.read_bytes())
    data[1] ^= 1  # the damage makes the reader look for the next record

    log.write_bytes(data)

    assert reopened(folder) == {"tickets": {"1": hostile, "2": "\t\n\\u0000 😀 \ud800"}}


def test_a_closed_journal_takes_no_late_change(folder):
    journal = Journal(folder)
    put(journal, "1", "a")
    journal.close()

    with pytest.raises(OSError, match="closed"):
        put(journal, "2", "b")

    assert reopened(folder) == {"tickets": {"1": "a"}}
