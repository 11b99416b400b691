"""A disk in memory that remembers what was asked of it, and every state in which a power cut may leave it.

The rules are those of POSIX and no kinder: content that was not synced is lost, torn or there, each write by itself; names that
were not synced are lost or there, in any combination; only a sync in between gives an order.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.storage.files import Files

Content = dict[str, bytes]
"""File name -> content, as it is found after a power cut."""
SECTOR = 512


@dataclass
class CrashDisk(Files):
    """Files in memory, with a log of every call. `ignores` names syncs that do nothing, to see a test fail."""

    ignores: frozenset[str] = frozenset()
    inodes: list[bytearray] = field(default_factory=list)
    names_now: dict[str, int] = field(default_factory=dict)
    log: list[tuple] = field(default_factory=list)
    created: set[int] = field(default_factory=set)

    @classmethod
    def holding(cls, content: Content, ignores: frozenset[str] = frozenset()) -> CrashDisk:
        """Start from what a power cut left; all of it is on the disk."""
        disk = cls(ignores=ignores)
        for name, data in content.items():
            disk.names_now[name] = len(disk.inodes)
            disk.inodes.append(bytearray(data))
        disk.log.append(("was", dict(content)))
        return disk

    def names(self, folder: Path) -> list[str]:
        prefix = "" if str(folder) == "." else f"{folder}/"
        return [
            n.removeprefix(prefix) for n in self.names_now if n.startswith(prefix) and "/" not in n.removeprefix(prefix)
        ]

    def read(self, path: Path) -> bytes:
        return bytes(self.inodes[self.names_now[str(path)]])

    def create(self, path: Path) -> int:
        inode = len(self.inodes)
        self.inodes.append(bytearray())
        self.names_now[str(path)] = inode
        self.created.add(inode)
        self.log.append(("create", str(path), inode))
        return inode

    def open(self, path: Path) -> int:
        inode = self.names_now[str(path)]
        self.created.discard(inode)
        return inode

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        _write(self.inodes[descriptor], offset, data)
        self.log.append(("write", descriptor, offset, bytes(data)))

    def sync(self, descriptor: int) -> None:
        if ("new file" if descriptor in self.created else "append") not in self.ignores:
            self.log.append(("sync", descriptor))

    def truncate(self, descriptor: int, length: int) -> None:
        del self.inodes[descriptor][length:]
        self.log.append(("truncate", descriptor, length))

    def close(self, descriptor: int) -> None:
        """Nothing to do: closing syncs nothing."""

    def rename(self, source: Path, target: Path) -> None:
        self.names_now[str(target)] = self.names_now.pop(str(source))
        self.log.append(("rename", str(source), str(target)))

    def remove(self, path: Path) -> None:
        if self.names_now.pop(str(path), None) is not None:
            self.log.append(("remove", str(path)))

    def sync_folder(self, folder: Path) -> None:
        if "names" not in self.ignores:
            self.log.append(("sync_folder",))


def _write(content: bytearray, offset: int, data: bytes) -> None:
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


class PowerCut:
    """The state of a disk while its log is played: what is certain, and what is not yet."""

    def __init__(self) -> None:
        self.content: dict[int, bytearray] = {}
        self.pending: dict[int, list[tuple]] = {}
        self.names: dict[str, int] = {}
        self.moves: list[tuple] = []

    def play(self, op: tuple) -> None:
        """Take one call of the log into account."""
        match op:
            case ("was", content):
                for number, (name, data) in enumerate(content.items()):
                    self.names[name], self.content[number] = number, bytearray(data)
            case ("write" | "truncate", inode, *_):
                self.pending.setdefault(inode, []).append(op)
            case ("sync", inode):
                for pending in self.pending.pop(inode, []):
                    _apply(self._bytes(inode), pending)
            case ("create" | "rename" | "remove", *_):
                self.moves.append(op)
            case ("sync_folder",):
                _move(self.names, self.moves)
                self.moves = []

    def _bytes(self, inode: int) -> bytearray:
        return self.content.setdefault(inode, bytearray())

    def states(self) -> Iterator[Content]:
        """Give every content of the folder that a power cut may leave now."""
        open_inodes = [inode for inode, pending in self.pending.items() if pending]
        variants = [list(self._variants(inode)) for inode in open_inodes]
        for chosen in itertools.product(*variants):
            content = dict(self.content) | dict(zip(open_inodes, chosen, strict=True))
            for kept in itertools.product((False, True), repeat=len(self.moves)):
                names = dict(self.names)
                _move(names, list(itertools.compress(self.moves, kept)))
                yield {name: bytes(content.get(inode, b"")) for name, inode in names.items()}

    def one_state(self, rng: random.Random) -> Content:
        """Give one of these contents, for a test that goes on from it."""
        content = {inode: bytearray(data) for inode, data in self.content.items()}
        for inode, pending in self.pending.items():
            for op in (rng.choice(list(_outcomes(op))) for op in pending):
                if op is not None:
                    _apply(content.setdefault(inode, bytearray()), op)
        names = dict(self.names)
        _move(names, [move for move in self.moves if rng.random() < 0.5])
        return {name: bytes(content.get(inode, b"")) for name, inode in names.items()}

    def _variants(self, inode: int) -> Iterator[bytearray]:
        """Each pending write lost, torn at several places, or there; what is missing in between reads as zeros."""
        choices = [list(_outcomes(op)) for op in self.pending[inode]]
        for outcome in itertools.product(*choices):
            content = bytearray(self._bytes(inode))
            for op in outcome:
                if op is not None:
                    _apply(content, op)
            yield content


def _outcomes(op: tuple) -> Iterator[tuple | None]:
    yield None
    yield op
    if op[0] == "write":
        _, inode, offset, data = op
        cuts = {1, len(data) // 2, len(data) - 1, *range(SECTOR - offset % SECTOR, len(data), SECTOR)}
        for cut in sorted(c for c in cuts if 0 < c < len(data)):
            yield ("write", inode, offset, data[:cut])
            yield ("write", inode, offset, bytes(cut) + data[cut:])


def _apply(content: bytearray, op: tuple) -> None:
    if op[0] == "write":
        _write(content, op[2], op[3])
    else:
        del content[op[2] :]


def _move(names: dict[str, int], moves: list[tuple]) -> None:
    for move in moves:
        match move:
            case ("create", name, inode):
                names[name] = inode
            case ("rename", source, target) if source in names:
                names[target] = names.pop(source)
            case ("remove", name):
                names.pop(name, None)
