"""`machines.csv`: the machines as a spreadsheet saves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kiosk.core.errors import ConfigError, Fault
from kiosk.core.text import clean_line
from kiosk.faults import Row, suggestion
from kiosk.plant.spreadsheet import Line, read_lines

COLUMNS = ("id", "name", "area", "kind", "place", "tags")

_OPTIONAL = frozenset({"place", "tags"})


def read_machines(path: Path) -> list[Row]:
    """Read a table with a header line, its columns in any order, parted by semicolon, comma or tab.

    Raises:
        ConfigError: with every fault of the table's form; what its cells say is for others to check.
    """
    filled = read_lines(path)
    faults = [Fault(str(path), place, fault) for place, fault in _faults(filled)]
    if faults:
        raise ConfigError(faults)
    columns = _columns(filled)
    return [_row(path, number, dict(zip(columns, cells, strict=True))) for number, cells in filled[1:]]


def _columns(lines: Sequence[Line]) -> list[str]:
    return [column.casefold() for column in lines[0][1]]


def _faults(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    if len(lines) < 2:  # noqa: PLR2004  the header and one machine
        yield "", "names no machine; the first line names the columns, each further line a machine"
        return
    columns = _columns(lines)
    yield from ((f"line {lines[0][0]}", fault) for fault in _header_faults(columns))
    for number, cells in lines[1:]:
        if len(cells) != len(columns):
            yield f"line {number}", f"has {len(cells)} cells where the first line has {len(columns)}"


def _header_faults(columns: Sequence[str]) -> Iterator[str]:
    for column in columns:
        if column not in COLUMNS:
            yield f"the column {clean_line(column, limit=40)!r} is not known here; {suggestion(column, COLUMNS)}"
    for column in COLUMNS:
        if column not in columns and column not in _OPTIONAL:
            yield f"the column {column!r} is missing; the first line names the columns"
        if columns.count(column) > 1:
            yield f"the column {column!r} is there twice"


def _row(path: Path, number: int, cells: dict[str, str]) -> Row:
    name = clean_line(cells["name"] or cells["id"], limit=40)
    return Row(str(path), f"line {number} ({name})" if name else f"line {number}", cells)
