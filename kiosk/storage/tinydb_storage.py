"""A TinyDB storage that replaces its file as a whole and keeps what it read in memory."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from tinydb import Storage

from kiosk.storage.durable import write_durably

log = logging.getLogger(__name__)


class DurableStorage(Storage):
    """TinyDB's own file storage overwrites in place: a power cut in a write leaves nothing readable. This one does not.

    A file that cannot be read is put aside, never overwritten.
    """

    def __init__(self, path: Path) -> None:
        """Read `path`, if it is there.

        Raises:
            OSError: it is there and the disk does not give it.
        """
        super().__init__()
        self._path = path
        self._text = self._load()

    def _load(self) -> str | None:
        if not self._path.exists():
            return None
        raw = self._path.read_bytes()
        try:
            text = raw.decode()
            json.loads(text)
        except ValueError as error:
            aside = _free_name(self._path)
            self._path.replace(aside)
            log.error("%s is damaged (%s); it was kept as %s", self._path.name, error, aside.name)
            return None
        return text

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Give what was last written."""
        # TinyDB changes what it is given here, so each read is a copy of its own.
        return None if self._text is None else json.loads(self._text)

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Keep `data`, synced.

        Raises:
            OSError: what was there before is still there.
        """
        text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
        write_durably(self._path, text.encode())
        self._text = text


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return aside
