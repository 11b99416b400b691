"""The data folder: what it has taken is there afterwards, one process holds it, damage is put aside."""

import json
import os
import subprocess
import sys

import pytest

from kiosk.core.errors import OutboxInUseError, StorageError
from kiosk.storage import FolderDisk, durable
from kiosk.storage.durable import write_durably


def test_what_was_written_is_there_after_a_restart(tmp_path):
    disk = FolderDisk(tmp_path)
    disk.db.table("tickets").insert({"id": "T1", "text": "zażółć 📷"})
    disk.close()

    again = FolderDisk(tmp_path)
    rows = again.db.table("tickets").all()
    again.close()

    assert rows == [{"id": "T1", "text": "zażółć 📷"}]


def test_a_second_process_gets_a_clear_error(tmp_path):
    disk = FolderDisk(tmp_path)
    script = f"from pathlib import Path; from kiosk.storage import FolderDisk; FolderDisk(Path({str(tmp_path)!r}))"

    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    disk.close()

    assert other.returncode == 1
    assert f"in use by another kiosk process (process {os.getpid()})" in other.stderr


def test_the_same_process_may_not_take_it_twice(tmp_path):
    disk = FolderDisk(tmp_path)

    with pytest.raises(OutboxInUseError):
        FolderDisk(tmp_path)
    disk.close()


def test_a_damaged_file_is_put_aside_and_never_overwritten(tmp_path):
    (tmp_path / "outbox.json").write_text('{"tickets": {"1": {"id"')

    disk = FolderDisk(tmp_path)
    disk.db.table("tickets").insert({"id": "T2"})
    disk.close()

    assert (tmp_path / "outbox.json.damaged-1").read_text() == '{"tickets": {"1": {"id"'
    assert json.loads((tmp_path / "outbox.json").read_text())["tickets"] == {"1": {"id": "T2"}}


@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_a_failing_disk_leaves_the_old_content_and_no_leftover(tmp_path, monkeypatch, call):
    path = tmp_path / "f"
    write_durably(path, b"old")

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable.os, call, fail)
    with pytest.raises(OSError, match="No space"):
        write_durably(path, b"new")
    monkeypatch.undo()

    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_after_a_failed_write_the_database_still_says_what_the_disk_says(tmp_path, monkeypatch):
    disk = FolderDisk(tmp_path)
    disk.db.table("tickets").insert({"id": "T1"})

    def fail(*args):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(durable.os, "fsync", fail)
    with pytest.raises(OSError, match="Input"):
        disk.db.table("tickets").insert({"id": "T2"})
    monkeypatch.undo()

    assert [row["id"] for row in disk.db.table("tickets").all()] == ["T1"]
    disk.close()


def test_a_short_write_is_carried_on(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(durable.os, "write", lambda fd, data: real(fd, bytes(data[:3])))

    write_durably(tmp_path / "f", b"0123456789")

    assert (tmp_path / "f").read_bytes() == b"0123456789"


def test_everything_is_synced_before_the_new_name_and_the_name_after_it(tmp_path, monkeypatch):
    calls = []
    real_fsync, real_replace = os.fsync, durable.Path.replace
    monkeypatch.setattr(durable.os, "fsync", lambda fd: (calls.append("sync"), real_fsync(fd)))
    monkeypatch.setattr(durable.Path, "replace", lambda a, b: (calls.append("rename"), real_replace(a, b)))

    write_durably(tmp_path / "f", b"x")

    assert calls == ["sync", "rename", "sync"]


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match=r"data folder .* cannot be used"):
        FolderDisk(tmp_path / "file" / "data")


def test_photos_are_kept_and_dropped(tmp_path):
    (tmp_path / "source.jpg").write_bytes(b"jpeg")
    disk = FolderDisk(tmp_path / "data")

    kept = disk.keep_photo(tmp_path / "source.jpg", "T1.jpg")
    assert kept.read_bytes() == b"jpeg"
    disk.drop_photo("T1.jpg")
    disk.drop_photo("T1.jpg")
    disk.close()

    assert not kept.exists()
