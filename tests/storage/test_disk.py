"""The data folder: what it has taken is there afterwards, one process holds it, damage is put aside."""

import os
import subprocess
import sys

import pytest

from kiosk.core.errors import OutboxInUseError, StorageError
from kiosk.storage import FolderDisk


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
