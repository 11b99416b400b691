"""The few file calls that the storage makes, in one place, so that a test can stand in for the disk and cut the power."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

BLOCK_SIZE = 4096
"""Bytes that a disk reads or fails to read together."""


class Files:
    """The operating system's files. Every call either does what it says or raises `OSError`."""

    def make_folder(self, folder: Path) -> None:
        """Make `folder` and those above it, where they are missing."""
        folder.mkdir(parents=True, exist_ok=True)

    def lock(self, path: Path) -> int:
        """Open `path`, keep other processes out of it until it is closed, and give its descriptor.

        Raises:
            BlockingIOError: another process has it.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def free(self, folder: Path) -> int:
        """Tell how many bytes there is room for."""
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize

    def allocate(self, descriptor: int, size: int) -> None:
        """Take room for `size` bytes; a file system that cannot do it by itself makes the C library write zeros."""
        os.posix_fallocate(descriptor, 0, size)

    def size(self, path: Path) -> int:
        """Give the length of `path`, -1 when there is none."""
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return -1

    def names(self, folder: Path) -> list[str]:
        """List the names in `folder`."""
        return [path.name for path in folder.iterdir()]

    def read(self, path: Path) -> bytes:
        """Give the whole content of `path`."""
        return path.read_bytes()

    def read_block(self, path: Path, offset: int) -> bytes:
        """Give up to `BLOCK_SIZE` bytes of `path`: what can be read beside a sector that cannot."""
        with path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), BLOCK_SIZE, offset)

    def create(self, path: Path) -> int:
        """Open `path` for writing, empty, and give its descriptor."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)

    def open(self, path: Path) -> int:
        """Open `path`, which is there, for writing, and give its descriptor."""
        return os.open(path, os.O_WRONLY | os.O_CLOEXEC)

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        """Write all of `data` at `offset`, in as many pieces as the system takes."""
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written

    def sync(self, descriptor: int) -> None:
        """Wait until content and length are on the disk."""
        os.fdatasync(descriptor)

    def truncate(self, descriptor: int, length: int) -> None:
        """Cut the file off at `length`."""
        os.ftruncate(descriptor, length)

    def close(self, descriptor: int) -> None:
        """Close; what was synced is safe already."""
        os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Give `source` the name `target`, in place of what had it."""
        source.rename(target)

    def remove(self, path: Path) -> None:
        """Remove the name `path`; none is fine, too."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Wait until the names in `folder` are on the disk; without it a new file may be gone after a power cut."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_text(path: Path, text: str, *, like: Path, mode: int | None = None) -> None:
    """Write the whole of a file that people edit, too, or leave the old one; it belongs to whom `like` belongs, who has to read it.

    Raises:
        OSError: `path` is as it was before.
    """
    owner = like.stat() if like.exists() else path.parent.stat()
    usual = owner.st_mode & (0o777 if like.is_file() else 0o666)
    write_durably(Files(), path, text.encode())  # with mode 0600, until it is known who may read it
    with contextlib.suppress(PermissionError):  # only root gives files away
        os.chown(path, owner.st_uid, owner.st_gid)
    path.chmod(mode if mode is not None else usual)


def write_durably(files: Files, path: Path, content: bytes) -> None:
    """Put `content` in place of `path`: written beside it, synced, renamed, and the name synced, too.

    Raises:
        OSError: `path` is as it was before, and nothing is left beside it.
    """
    beside = path.with_name(path.name + ".new")
    try:
        descriptor = files.create(beside)
        try:
            files.write(descriptor, content, 0)
            files.sync(descriptor)
        finally:
            files.close(descriptor)
        files.rename(beside, path)
    except OSError:
        # It would eat the very space whose lack may have been the fault.
        with contextlib.suppress(OSError):
            files.remove(beside)
        raise
    files.sync_folder(path.parent)
