"""Tables as a spreadsheet saves them: parted by semicolon, comma or tab, the first line naming the columns."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from kiosk.core.errors import ConfigError, Fault
from kiosk.faults import read_text

Line = tuple[int, list[str]]
"""The number of a line, and its cells."""

_MAX_BYTES = 1024 * 1024


def read_lines(path: Path) -> list[Line]:
    """Give the lines that are not empty, their cells without blanks around them.

    Raises:
        ConfigError: it cannot be read, or is no such table.
    """
    text = read_text(path, limit=_MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise ConfigError([Fault(str(path), f"line {reader.line_num}", f"is not valid CSV: {error}")]) from None
    return [(number, cells) for number, cells in lines if any(cells)]


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return max(";,\t", key=header.count)
