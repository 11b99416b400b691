"""A camera's driver without a kernel: answers the requests of Video4Linux on files that stand in for /dev/video*.

The memory that driver and program share is real (a mapped file); so are the structures and the numbers of the requests.
"""

from __future__ import annotations

import errno
import mmap
import os
from collections import deque
from pathlib import Path

import videodev2 as v4l2

CAPTURE = v4l2.V4L2_CAP_VIDEO_CAPTURE | v4l2.V4L2_CAP_STREAMING
METADATA = 0x00800000
MJPG, YUYV, GREY = (int.from_bytes(code, "little") for code in (b"MJPG", b"YUYV", b"GREY"))


class FakeDevice:
    """One node of /dev: what it can do, what it was asked, what it will give."""

    def __init__(self, path, *, formats=(MJPG, YUYV), able=CAPTURE, bus="usb-0000:00:14.0-6", sizes=None):
        self.path, self.formats, self.able, self.bus = Path(path), formats, able, bus
        self.size = sizes or (1920, 1080)
        self.padding, self.quantization, self.colorspace = 0, 0, 0
        self.rate = None
        self.rates_can_be_set = True
        self.fault = 0
        """An error number that every request is answered with, as after a camera was unplugged."""
        self.refusals = {}
        """Request -> the error number that this one is answered with."""
        self.gives = None
        """A format that it gives, whatever was agreed."""
        self.is_streaming = False
        self.pictures = deque()
        self.free = deque()
        self.length = 0
        self.path.write_bytes(b"")

    def film(self, data, *, flags=0, whole=True):
        """Have a picture ready; there is room for as many as the program handed buffers over."""
        self.pictures.append((data, flags, len(data) if whole else len(data) // 2))

    def answer(self, number, about):
        code = self.fault or self.refusals.get(number, 0)
        if code:
            raise OSError(code, os.strerror(code))
        getattr(self, _REQUESTS[number])(about)

    def capabilities(self, about):
        about.card[:9], about.bus_info[: len(self.bus)] = b"Fake cam\0", self.bus.encode()
        about.capabilities = v4l2.V4L2_CAP_DEVICE_CAPS | CAPTURE | METADATA
        about.device_caps = self.able

    def list_format(self, about):
        if about.index >= len(self.formats):
            raise OSError(errno.EINVAL, "no more")
        about.pixelformat = self.formats[about.index]

    def set_format(self, about):
        pix = about.fmt.pix
        pix.width, pix.height = (min(asked, had) for asked, had in zip((pix.width, pix.height), self.size, strict=True))
        pix.pixelformat = self.gives or pix.pixelformat
        pix.bytesperline = 0 if pix.pixelformat == MJPG else pix.width * 2 + self.padding
        pix.sizeimage = (pix.width * 2 + self.padding) * pix.height
        pix.quantization, pix.colorspace = self.quantization, self.colorspace
        self.length = -(-pix.sizeimage // mmap.PAGESIZE) * mmap.PAGESIZE

    def set_rate(self, about):
        if not self.rates_can_be_set:
            raise OSError(errno.ENOTTY, "no")
        pace = about.parm.capture.timeperframe
        self.rate = pace.denominator / pace.numerator

    def make_buffers(self, about):
        os.truncate(self.path, self.length * about.count)

    def tell_buffer(self, about):
        about.length, about.m.offset = self.length, about.index * self.length

    def take_over(self, about):
        self.free.append(about.index)

    def give_filled(self, about):
        if not (self.is_streaming and self.pictures and self.free):
            raise BlockingIOError(errno.EAGAIN, "nothing yet")
        data, flags, used = self.pictures.popleft()
        about.index, about.bytesused, about.flags = self.free.popleft(), used, flags
        with self.path.open("r+b") as shared:
            shared.seek(about.index * self.length)
            shared.write(data)

    def start(self, about):
        assert about.value == v4l2.V4L2_BUF_TYPE_VIDEO_CAPTURE
        self.is_streaming = True

    def stop(self, about):
        assert about.value == v4l2.V4L2_BUF_TYPE_VIDEO_CAPTURE
        self.is_streaming = False


_REQUESTS = {
    v4l2.VIDIOC_QUERYCAP & 0xFFFFFFFF: "capabilities",
    v4l2.VIDIOC_ENUM_FMT & 0xFFFFFFFF: "list_format",
    v4l2.VIDIOC_S_FMT & 0xFFFFFFFF: "set_format",
    v4l2.VIDIOC_S_PARM & 0xFFFFFFFF: "set_rate",
    v4l2.VIDIOC_REQBUFS & 0xFFFFFFFF: "make_buffers",
    v4l2.VIDIOC_QUERYBUF & 0xFFFFFFFF: "tell_buffer",
    v4l2.VIDIOC_QBUF & 0xFFFFFFFF: "take_over",
    v4l2.VIDIOC_DQBUF & 0xFFFFFFFF: "give_filled",
    v4l2.VIDIOC_STREAMON: "start",
    v4l2.VIDIOC_STREAMOFF: "stop",
}


class FakeDriver:
    """Takes the kernel's place in `fcntl.ioctl`."""

    def __init__(self, folder):
        self.folder, self.devices = folder, {}

    def plug_in(self, name="video0", **abilities):
        device = FakeDevice(self.folder / name, **abilities)
        self.devices[str(device.path)] = device
        return device

    def ioctl(self, fd, number, about):
        device = self.devices.get(str(Path(f"/proc/self/fd/{fd}").readlink()))
        if device is None:
            raise OSError(errno.ENOTTY, "no camera")
        device.answer(number, about)
        return 0
