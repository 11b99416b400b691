"""The journal: what the tables hold is in memory, and every change is one synced record at the end of a file.

Files in the folder, in order of their numbers: `outbox-1.snapshot` (everything, one record per document),
`outbox-2.log`, `outbox-3.log` (changes). A snapshot makes every file before it obsolete. A log begins anew after the
disk failed in the middle of a change: its first record says how much of the file before it counts.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiosk.storage.files import BLOCK_SIZE, Files, write_durably
from kiosk.storage.record import Found, encode, scan

log = logging.getLogger(__name__)

Tables = dict[str, dict[str, str]]
"""Table -> document id -> document as JSON text."""
Changes = Mapping[str, Mapping[str, str | None] | None]
"""Table -> document id -> new JSON text (None: the document goes); None for a table: the whole table goes."""

COMPACT_ABOVE = 1 << 20
"""A journal of fewer bytes than this is never compacted: it is read faster than one looks."""
MOST_FILES = 16
"""More files than this are made into one at a start."""
_NAME = re.compile(r"outbox-(\d+)\.(snapshot|log)")
_BEGIN = b"begin\t"
_GONE = b"-"


@dataclass(frozen=True, slots=True, order=True)
class _Segment:
    number: int
    path: Path

    @property
    def is_snapshot(self) -> bool:
        return self.path.suffix == ".snapshot"


class Journal:
    """Tables of JSON texts that survive power cuts, full disks and damaged sectors."""

    def __init__(self, folder: Path, *, files: Files | None = None) -> None:
        """Read what is in `folder`; damage is put aside in `damaged/` and the rest loads.

        Raises:
            OSError: the folder cannot be read.
        """
        self._folder, self._files = folder, files or Files()
        self.tables: Tables = {}
        self.damaged = 0
        """How many damaged stretches were ever put aside here; unfinished changes, which nobody was told of, do not count."""
        self._salvaged: set[Path] = set()
        self._descriptor = -1
        self._segment = _Segment(0, folder)
        self._end = 0
        self._last_number = 0
        self._written = self._live = 0
        self._compact_above = COMPACT_ABOVE
        self._must_begin_anew = True
        self._is_closed = False
        self._load()

    # ------------------------------------------------------------ changing

    def change(self, changes: Changes) -> None:
        """Make `changes`, all or none; they are on the disk when this returns.

        Raises:
            OSError: nothing was changed, neither on the disk nor in memory.
        """
        if self._is_closed:
            raise OSError(errno.EBADF, "the journal was closed")
        payload = b"\n".join(_lines(changes))
        if self._must_begin_anew:
            self._begin("log", [self._bound()])
        self._append(encode(payload))
        self._live += _apply(self.tables, payload)
        self._compact_if_worthwhile()

    def close(self) -> None:
        """Take no more changes; everything is on the disk already."""
        self._is_closed = True
        self._release()

    def _release(self) -> None:
        if self._descriptor >= 0:
            self._files.close(self._descriptor)
            self._descriptor = -1

    def _append(self, record: bytes) -> None:
        try:
            self._files.write(self._descriptor, record, self._end)
            self._files.sync(self._descriptor)
        except OSError:
            # After a failed sync nobody knows what is on the disk, and asking the same file again would lie.
            # So this file ends where it ended before, and the next change begins another one.
            self._must_begin_anew = True
            with contextlib.suppress(OSError):
                self._files.truncate(self._descriptor, self._end)
                self._files.sync(self._descriptor)
            raise
        self._end += len(record)
        self._written += len(record)

    def _begin(self, kind: str, payloads: Iterable[bytes]) -> None:
        """Go on in a new file. Should this fail, the new file may be there or not, so the old one is not used again."""
        content = b"".join(map(encode, payloads))
        self._must_begin_anew = True
        self._last_number += 1
        segment = _Segment(self._last_number, self._folder / f"outbox-{self._last_number}.{kind}")
        write_durably(self._files, segment.path, content)
        descriptor = self._files.open(segment.path)
        self._release()
        self._descriptor, self._segment, self._end = descriptor, segment, len(content)
        self._written = len(content) + (0 if segment.is_snapshot else self._written)
        self._must_begin_anew = False

    def _bound(self) -> bytes:
        """The first record of a log: how much of the file before it counts."""
        return _BEGIN + b"%d\t%d" % (self._segment.number, self._end)

    # ------------------------------------------------------------ compacting

    def compact(self) -> None:
        """Write everything that counts into one new file and remove the others.

        Raises:
            OSError: the files are as they were.
        """
        self._begin("snapshot", _snapshot(self.tables))
        self._remove_before(self._segment.number)

    def _compact_if_worthwhile(self) -> None:
        if self._written < self._compact_above:
            return
        try:
            self.compact()
        except OSError as error:
            # The change that led here is safe; there is merely more to read at the next start.
            log.warning("the journal could not be compacted: %s", error)
        self._compact_above = max(COMPACT_ABOVE, 2 * max(self._written, self._live))

    def _remove_before(self, number: int) -> None:
        with contextlib.suppress(OSError):  # what stays is passed over at the next start, and removed then
            for segment in self._segments():
                if segment.number >= number:
                    continue
                if segment.path in self._salvaged:  # a person may get more out of it than we did
                    self._files.rename(segment.path, self._folder / "damaged" / f"unreadable-{segment.path.name}")
                else:
                    self._files.remove(segment.path)

    # ------------------------------------------------------------ loading

    def _segments(self) -> list[_Segment]:
        found = ((_NAME.fullmatch(name), name) for name in self._files.names(self._folder))
        return sorted(_Segment(int(match[1]), self._folder / name) for match, name in found if match)

    def _load(self) -> None:
        segments = self._segments()
        first = max((i for i, segment in enumerate(segments) if segment.is_snapshot), default=0)
        contents = [(segment, self._read(segment.path)) for segment in segments[first:]]
        damage: list[tuple[str, bytes]] = []
        for index, (segment, data) in enumerate(contents):
            is_last = index + 1 == len(contents)
            counted = data if is_last else _counted(data, segment.number, contents[index + 1][1])
            stretches = list(scan(counted))
            may_be_unfinished = is_last and segment.path not in self._salvaged
            damage += _damage_in(segment, stretches, counted, may_be_unfinished=may_be_unfinished)
            self._replay(stretches)
            self._segment, self._end = segment, max((f.end for f in stretches if f.payload is not None), default=0)
        self._last_number = max((segment.number for segment in segments), default=0)
        self._compact_above = max(COMPACT_ABOVE, 2 * self._live)
        self._tidy(damage, files=len(contents))

    def _read(self, path: Path) -> bytes:
        """Give the content of `path`, with zeros for sectors that cannot be read any more, which is damage like any other."""
        try:
            return self._files.read(path)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
        size = self._files.size(path)
        blocks = [self._block(path, offset) for offset in range(0, size, BLOCK_SIZE)]
        if not any(blocks):  # that is no sector: the disk is gone, and what it holds is left as it is
            raise OSError(errno.EIO, "nothing of it can be read", str(path))
        log.error("%s: %d of %d blocks cannot be read", path.name, blocks.count(b""), len(blocks))
        self._salvaged.add(path)
        # Every byte keeps its place: the file after this one says by a number how much of it counts.
        return b"".join(block.ljust(BLOCK_SIZE, b"\0") for block in blocks)[:size]

    def _block(self, path: Path, offset: int) -> bytes:
        with contextlib.suppress(OSError):
            return self._files.read_block(path, offset)
        return b""

    def _replay(self, stretches: Iterable[Found]) -> None:
        for found in stretches:
            self._written += found.end - found.start
            if found.payload is not None and not found.payload.startswith(_BEGIN):
                self._live += _apply(self.tables, found.payload)

    def _tidy(self, damage: list[tuple[str, bytes]], *, files: int) -> None:
        """Leave a folder that the next start finds in order; what cannot be done now is done then."""
        try:
            self._put_aside(damage)
            if damage or files > MOST_FILES:
                self.compact()
        except OSError as error:
            log.error("the journal could not be tidied: %s", error)
        with contextlib.suppress(OSError):
            names = self._files.names(self._folder / "damaged")
            self.damaged = sum(name.startswith("damaged-") and not name.endswith(".new") for name in names)

    # ------------------------------------------------------------ damage

    def _put_aside(self, damage: Iterable[tuple[str, bytes]]) -> None:
        """Keep damaged bytes for a person to look at, before anything is written anew; so a power cut loses none."""
        for name, data in damage:
            write_durably(self._files, self._folder / "damaged" / name, data)
            log.error("the journal has %d bytes that are no record; they were kept as %s", len(data), name)


def _damage_in(
    segment: _Segment, stretches: list[Found], data: bytes, *, may_be_unfinished: bool
) -> Iterator[tuple[str, bytes]]:
    for found in stretches:
        if found.is_damage:
            # What stands last may be a change that the power cut off before anybody was told that it was saved.
            kind = "unfinished" if may_be_unfinished and found.end == len(data) else "damaged"
            yield f"{kind}-{segment.path.name}-{found.start}", data[found.start : found.end]


def _counted(data: bytes, number: int, following: bytes) -> bytes:
    """Cut `data`, the file with this number, off where the file after it says that it ends."""
    first = next(scan(following), None)
    if first is None or first.payload is None or not first.payload.startswith(_BEGIN):
        return data
    of, _, end = first.payload.removeprefix(_BEGIN).partition(b"\t")
    return data[: int(end)] if int(of) == number else data


def _lines(changes: Changes) -> Iterator[bytes]:
    for name, documents in changes.items():
        table = json.dumps(name).encode()
        yield table + b"\t\t" + (_GONE if documents is None else b"")
        for doc_id, text in (documents or {}).items():
            yield b"%b\t%b\t%b" % (table, doc_id.encode(), _GONE if text is None else text.encode())


def _snapshot(tables: Tables) -> Iterator[bytes]:
    """One record per document, so that damage costs one document."""
    for name, documents in tables.items():
        yield b"\n".join(_lines({name: {}}))
        for doc_id, text in documents.items():
            yield b"\n".join(_lines({name: {doc_id: text}}))


@cache
def _name(table: str) -> str:
    return str(json.loads(table))


def _apply(tables: Tables, payload: bytes) -> int:
    """Make the changes of one record in `tables`, and give by how many bytes their content grew."""
    grown = 0
    for line in payload.decode("ascii").split("\n"):
        table, doc_id, text = line.split("\t")
        name = _name(table)
        if doc_id:
            documents = tables.setdefault(name, {})
            grown -= len(documents.pop(doc_id, "")) if text == "-" else len(documents.get(doc_id, ""))
            if text != "-":
                documents[doc_id] = text
                grown += len(text)
        elif text:
            grown -= sum(map(len, tables.pop(name, {}).values()))
        else:
            tables.setdefault(name, {})
    return grown
