"""The light behind the screen, where the system lets a program change it (`/sys/class/backlight`)."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

log = logging.getLogger(__name__)

FOLDER = Path("/sys/class/backlight")


class Backlight:
    """Sets the brightness of one panel. It may not be there: then the picture itself is darkened."""

    def __init__(self, folder: Path) -> None:
        """Take the panel of this folder."""
        self._file = folder / "brightness"
        self._most = int((folder / "max_brightness").read_text())
        # A write here may take a moment in the driver, and the screen must not wait for it.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="backlight")

    def set(self, share: float) -> None:
        """Make it as bright as this share of the brightest, from 0 to 1."""
        self._writer.submit(self._write, round(share * self._most))

    def _write(self, value: int) -> None:
        try:
            self._file.write_text(f"{value}\n")
        except OSError as error:
            log.warning("the backlight cannot be set: %s", error)

    def close(self) -> None:
        """Leave it bright."""
        self.set(1.0)
        self._writer.shutdown()


def find_backlight(folder: Path = FOLDER) -> Backlight | None:
    """Give the first panel whose light this user may change; None where there is none."""
    for panel in sorted(folder.glob("*")):
        try:
            with (panel / "brightness").open("r+"):
                return Backlight(panel)
        except (OSError, ValueError) as error:
            log.info("the backlight %s cannot be set: %s", panel.name, error)
    return None
