"""A camera of the machine itself, driven through Linux's own interface (Video4Linux 2). Needs the extra `camera`."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import videodev2 as v4l2

from kiosk.scanner.camera import CameraError, CameraGoneError, Encoding, Frame

AUTO = "auto"
"""Stands for the first camera on USB."""
SILENCE = 5.0
"""Seconds without a whole picture after which a camera counts as out of order."""
_SLICE = 0.2
"""Seconds in which being switched off is noticed while no picture comes."""
_RATE = 15
"""Pictures per second; more are not looked at."""
_BUFFERS = 4
_WANTED = ((Encoding.MJPG, 1920, 1080), (Encoding.YUYV, 1280, 720))
"""What is asked for, the best first; a camera gives the nearest size it has. USB 2 is too slow for large unpacked pictures."""
_CAPTURE = v4l2.V4L2_BUF_TYPE_VIDEO_CAPTURE
_ABLE = v4l2.V4L2_CAP_VIDEO_CAPTURE | v4l2.V4L2_CAP_STREAMING
_GONE = {errno.ENODEV, errno.ENOENT, errno.ENXIO, errno.ESHUTDOWN}

Asked = TypeVar("Asked", ctypes.Structure, ctypes.c_int)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCamera:
    """A camera that could be used."""

    device: str
    name: str
    is_usb: bool


def find_cameras(folder: Path = Path("/dev")) -> list[FoundCamera]:
    """Give the cameras of this machine in the order of their numbers; what cannot be opened is left out."""
    nodes = sorted(folder.glob("video*"), key=lambda node: (len(node.name), node.name))
    return [found for node in nodes if (found := examine(str(node))) is not None]


def examine(device: str) -> FoundCamera | None:
    """Tell what `device` is; None when it gives no pictures that could be used."""
    with suppress(OSError), _opened(device) as fd:
        about = _ask(fd, v4l2.VIDIOC_QUERYCAP, v4l2.v4l2_capability())
        # One camera has several nodes, such as one for metadata; `device_caps` is what this very node can do.
        able = about.device_caps if about.capabilities & v4l2.V4L2_CAP_DEVICE_CAPS else about.capabilities
        if able & _ABLE == _ABLE and _offered(fd):
            is_usb = v4l2.arr_to_str(about.bus_info).startswith("usb-")
            return FoundCamera(device=device, name=v4l2.arr_to_str(about.card), is_usb=is_usb)
    return None


class V4L2Camera:
    """The camera at `device`, or one of those on USB, wherever they were plugged in last: the first, and after each `turn` the next."""

    def __init__(self, device: str = AUTO, *, folder: Path = Path("/dev"), silence: float = SILENCE) -> None:
        """Nothing is opened before `frames`."""
        self._device, self._folder, self._silence = device, folder, silence
        self._turns, self._count = 0, 0

    def find(self) -> FoundCamera | None:
        """Look for it now, without switching it on."""
        if self._device != AUTO:
            return examine(self._device)
        there = [found for found in find_cameras(self._folder) if found.is_usb]
        self._count = len(there)
        return there[self._turns % len(there)] if there else None

    @property
    def others(self) -> int:
        """How many more were on USB when it was looked for last; none where the configuration names the device."""
        return max(0, self._count - 1)

    def turn(self) -> None:
        """Use the next one on USB from now on."""
        self._turns += 1

    def frames(self, stop: Event) -> Iterator[Frame]:
        """Switch it on, give its newest picture at most 15 times a second, and switch it off once `stop` is set.

        Raises:
            CameraError: it gives none, or no more.
        """
        device = self._device
        if device == AUTO:
            found = self.find()
            if found is None:
                raise CameraGoneError("no camera was found on USB")
            device = found.device
        try:
            with _opened(device) as fd, _streaming(fd) as stream:
                yield from self._paced(stream, stop)
        except OSError as error:
            raise _told(device, error) from error

    def _paced(self, stream: _Stream, stop: Event) -> Iterator[Frame]:
        heard_at = time.monotonic()
        while not stop.is_set():
            begun_at = time.monotonic()
            frame = stream.newest(_SLICE)
            now = time.monotonic()
            if frame is not None:
                heard_at = now
                yield frame
                stop.wait(max(0.0, begun_at + 1 / _RATE - time.monotonic()))
            elif now - heard_at > self._silence:
                raise CameraError(f"the camera gave no picture for {self._silence:g} seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    """What the camera agreed to give."""

    encoding: Encoding
    width: int
    height: int
    stride: int
    full_range: bool

    def frame(self, data: bytes) -> Frame | None:
        """Make a frame of `data`, unless it is cut short."""
        if len(data) < (self.stride * self.height if self.encoding is Encoding.YUYV else 1):
            return None
        return Frame(
            encoding=self.encoding,
            width=self.width,
            height=self.height,
            data=data,
            stride=self.stride,
            full_range=self.full_range,
        )


class _Stream:
    """A device that fills a few buffers, which it shares with us, one after the other."""

    def __init__(self, fd: int, agreed: _Format, buffers: list[mmap.mmap]) -> None:
        self._fd, self._agreed, self._buffers = fd, agreed, buffers
        self._ready = select.poll()
        self._ready.register(fd, select.POLLIN)

    def newest(self, seconds: float) -> Frame | None:
        """Wait for a picture and give the last one that is there; None when none came whole."""
        self._ready.poll(seconds * 1000)
        newest = None
        while (filled := self._take()) is not None:
            if not filled.flags & v4l2.V4L2_BUF_FLAG_ERROR:
                newest = self._agreed.frame(self._buffers[filled.index][: filled.bytesused]) or newest
            _hand_over(self._fd, filled.index)
        return newest

    def _take(self) -> Any:
        try:
            return _ask(self._fd, v4l2.VIDIOC_DQBUF, _buffer())
        except BlockingIOError:
            return None


@contextmanager
def _opened(device: str) -> Iterator[int]:
    fd = os.open(device, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _streaming(fd: int) -> Iterator[_Stream]:
    agreed, buffers = _agree(fd), _share(fd)
    try:
        for index in range(len(buffers)):
            _hand_over(fd, index)
        _ask(fd, v4l2.VIDIOC_STREAMON, ctypes.c_int(_CAPTURE))
        yield _Stream(fd, agreed, buffers)
    finally:
        with suppress(OSError):  # it may have been unplugged
            _ask(fd, v4l2.VIDIOC_STREAMOFF, ctypes.c_int(_CAPTURE))
        for shared in buffers:
            shared.close()


def _agree(fd: int) -> _Format:
    offered = _offered(fd)
    for encoding, width, height in _WANTED:
        if encoding in offered:
            return _set_format(fd, encoding, width, height)
    raise CameraError("the camera gives pictures neither as MJPG nor as YUYV")


def _set_format(fd: int, encoding: Encoding, width: int, height: int) -> _Format:
    wanted = v4l2.v4l2_format(type=_CAPTURE)
    wanted.fmt.pix.width, wanted.fmt.pix.height = width, height
    wanted.fmt.pix.pixelformat = _code(encoding)
    given = _ask(fd, v4l2.VIDIOC_S_FMT, wanted).fmt.pix
    if given.pixelformat != _code(encoding):
        raise CameraError(f"the camera offers {encoding} and gives something else")
    _set_rate(fd)
    full = given.quantization == v4l2.V4L2_QUANTIZATION_FULL_RANGE or (
        given.quantization == v4l2.V4L2_QUANTIZATION_DEFAULT and given.colorspace == v4l2.V4L2_COLORSPACE_JPEG
    )
    return _Format(
        encoding=encoding, width=given.width, height=given.height, stride=given.bytesperline, full_range=full
    )


def _set_rate(fd: int) -> None:
    wanted = v4l2.v4l2_streamparm(type=_CAPTURE)
    wanted.parm.capture.timeperframe.numerator, wanted.parm.capture.timeperframe.denominator = 1, _RATE
    with suppress(OSError):  # many a camera has one rate only
        _ask(fd, v4l2.VIDIOC_S_PARM, wanted)


def _offered(fd: int) -> set[Encoding]:
    offered = set()
    for index in range(64):
        try:
            listed = _ask(fd, v4l2.VIDIOC_ENUM_FMT, v4l2.v4l2_fmtdesc(index=index, type=_CAPTURE))
        except OSError as error:
            if error.errno == errno.EINVAL:  # the end of the list
                break
            raise
        offered |= {encoding for encoding in Encoding if _code(encoding) == listed.pixelformat}
    return offered


def _share(fd: int) -> list[mmap.mmap]:
    wanted = v4l2.v4l2_requestbuffers(count=_BUFFERS, type=_CAPTURE, memory=v4l2.V4L2_MEMORY_MMAP)
    count = _ask(fd, v4l2.VIDIOC_REQBUFS, wanted).count
    places = [_ask(fd, v4l2.VIDIOC_QUERYBUF, _buffer(index)) for index in range(count)]
    return [mmap.mmap(fd, place.length, offset=place.m.offset) for place in places]


def _hand_over(fd: int, index: int) -> None:
    _ask(fd, v4l2.VIDIOC_QBUF, _buffer(index))


def _buffer(index: int = 0) -> Any:
    return v4l2.v4l2_buffer(index=index, type=_CAPTURE, memory=v4l2.V4L2_MEMORY_MMAP)


def _code(encoding: Encoding) -> int:
    return int.from_bytes(encoding.value.encode(), "little")


def _ask(fd: int, request: int, about: Asked) -> Asked:
    fcntl.ioctl(fd, request & 0xFFFFFFFF, about)
    return about


def _told(device: str, error: OSError) -> CameraError:
    if error.errno in _GONE:
        return CameraGoneError(f"{device} is not there, or was unplugged ({error.strerror})")
    if error.errno == errno.EBUSY:
        return CameraError(f"{device} is used by another program")
    if error.errno in (errno.EACCES, errno.EPERM):
        return CameraError(
            f"{device} must not be opened by this user; add it to the group that owns it, mostly 'video'"
        )
    return CameraError(f"{device}: {error.strerror}")
