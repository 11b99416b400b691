"""Room kept for bad times: a file of nothing, given up when the disk is full, so that more tickets fit."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from kiosk.storage.files import Files

log = logging.getLogger(__name__)

SIZE = 8 << 20
"""About eight thousand tickets without photos."""
_PLENTY = 4
"""There is clearly enough room when so many reserves would fit; less would take the room from the next ticket."""


class Reserve:
    """A file that only takes room. It holds nothing, so nothing of it needs to be synced."""

    def __init__(self, files: Files, path: Path, size: int = SIZE) -> None:
        """Make it where it is missing and there is room; without room, go on without it."""
        self._files, self._path, self._size = files, path, size
        self._is_there = False
        with contextlib.suppress(OSError):
            self._is_there = size > 0 and files.size(path) >= size
        self.refill()

    def give_up(self) -> bool:
        """Let the room go; False when there was none to give."""
        if not self._is_there:
            return False
        self._is_there = False
        self._files.remove(self._path)
        log.warning("the disk is full: the reserve of %d bytes was given up", self._size)
        return True

    def refill(self) -> None:
        """Take the room again once there is clearly enough of it; a disk that refuses is asked again later."""
        if self._is_there or not self._size:
            return
        try:
            if self._files.free(self._path.parent) >= _PLENTY * self._size:
                self._take()
        except OSError as error:
            log.warning("there is no reserve on the disk: %s", error)
            with contextlib.suppress(OSError):
                self._files.remove(self._path)

    def _take(self) -> None:
        descriptor = self._files.create(self._path)
        try:
            self._files.allocate(descriptor, self._size)
        finally:
            self._files.close(descriptor)
        self._is_there = True
