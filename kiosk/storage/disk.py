"""One folder of data, held by one process."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from kiosk.core.errors import OutboxInUseError, StorageError
from kiosk.storage.files import Files, write_durably
from kiosk.storage.tables import JournalDB


class FolderDisk:
    """The data folder: `outbox-<n>.snapshot` and `.log` (the journal), `damaged/`, `photos/`, and `lock`, which names the process that holds it."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, making it if need be.

        Raises:
            OutboxInUseError: another process holds it.
            StorageError: it cannot be made or read.
        """
        self._files, self._photos = Files(), folder / "photos"
        try:
            self._photos.mkdir(parents=True, exist_ok=True)
            self._lock = _take_lock(folder)
            self.db = JournalDB(folder, files=self._files)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StorageError(f"the data folder {folder} cannot be used: {reason}") from error

    def keep_photo(self, source: Path, name: str) -> Path:
        """Copy `source` into the folder as `name`, synced."""
        write_durably(self._files, self.photo(name), source.read_bytes())
        return self.photo(name)

    def photo(self, name: str) -> Path:
        """Give the path under which `keep_photo` stored `name`."""
        return self._photos / name

    def drop_photo(self, name: str) -> None:
        """Remove a photo; one that is gone already is no fault."""
        self.photo(name).unlink(missing_ok=True)

    @property
    def damaged(self) -> int:
        """How many damaged parts of the journal were put aside so far."""
        return self.db.journal.damaged

    def sweep_photos(self, needed: set[str]) -> None:
        """Remove what a report that was not saved, or a power cut, left behind."""
        for path in self._photos.iterdir():
            if path.name not in needed:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let the folder go."""
        self.db.close()
        os.close(self._lock)


def _take_lock(folder: Path) -> int:
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
        os.close(descriptor)
        raise OutboxInUseError(
            f"the data folder {folder} is in use by another kiosk process{f' (process {holder})' if holder else ''}; "
            "stop that one first, or give this one a data folder of its own"
        ) from None
    with contextlib.suppress(OSError):  # the number is a courtesy; a full disk must not stop the terminal
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor
