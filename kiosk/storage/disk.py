"""One folder of data, held by one process."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from kiosk.core.errors import OutboxInUseError, StorageError
from kiosk.storage.files import Files, write_durably
from kiosk.storage.reserve import SIZE, Reserve
from kiosk.storage.tables import JournalDB


class FolderDisk:
    """The data folder.

    `outbox-<n>.snapshot` and `.log` (the journal), `damaged/`, `photos/`, `reserve` (room for bad times), and `lock`,
    which names the process that holds it.
    """

    def __init__(self, folder: Path, *, files: Files | None = None, reserve: int = SIZE) -> None:
        """Take the folder, making it if need be.

        Raises:
            OutboxInUseError: another process holds it.
            StorageError: it cannot be made or read.
        """
        self._files, self._photos = files or Files(), folder / "photos"
        try:
            self._files.make_folder(self._photos)
            self._lock = _take_lock(self._files, folder)
            try:
                self.db = JournalDB(folder, files=self._files)
            except (OSError, ValueError):
                self._files.close(self._lock)
                raise
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StorageError(f"the data folder {folder} cannot be used: {reason}") from error
        self._reserve = Reserve(self._files, folder / "reserve", reserve)

    def keep_photo(self, source: Path, name: str) -> Path:
        """Copy `source` into the folder as `name`, synced."""
        write_durably(self._files, self.photo(name), self._files.read(source))
        return self.photo(name)

    def photo(self, name: str) -> Path:
        """Give the path under which `keep_photo` stored `name`."""
        return self._photos / name

    def drop_photo(self, name: str) -> None:
        """Remove a photo; one that is gone already is no fault."""
        self._files.remove(self.photo(name))

    def photos(self) -> set[str]:
        """Give the names of the photos that are there."""
        return set(self._files.names(self._photos))

    def give_up_reserve(self) -> bool:
        """Let go of the room that was kept for bad times; False when there was none."""
        return self._reserve.give_up()

    def refill_reserve(self) -> None:
        """Keep room for bad times again, once there is clearly enough of it."""
        self._reserve.refill()

    @property
    def damaged(self) -> int:
        """How many damaged parts of the journal were put aside so far."""
        return self.db.journal.damaged

    def sweep_photos(self, needed: set[str]) -> None:
        """Remove what a report that was not saved, or a power cut, left behind."""
        for name in self.photos() - needed:
            self._files.remove(self.photo(name))

    def close(self) -> None:
        """Let the folder go."""
        self.db.close()
        self._files.close(self._lock)


def _take_lock(files: Files, folder: Path) -> int:
    try:
        descriptor = files.lock(folder / "lock")
    except BlockingIOError:
        holder = files.read(folder / "lock")[:20].decode(errors="replace").strip()
        raise OutboxInUseError(
            f"the data folder {folder} is in use by another kiosk process{f' (process {holder})' if holder else ''}; "
            "stop that one first, or give this one a data folder of its own"
        ) from None
    with contextlib.suppress(OSError):  # the number is a courtesy; a full disk must not stop the terminal
        files.truncate(descriptor, 0)
        files.write(descriptor, str(os.getpid()).encode(), 0)
    return descriptor
