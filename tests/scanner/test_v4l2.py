"""A real camera's driver is played by a fake that answers Linux's requests: there is no camera where tests run."""

import errno
import subprocess
import sys
import threading
from pathlib import Path

import needs
import pytest
import videodev2
from fake_camera import jpeg
from fake_driver import CAPTURE, GREY, METADATA, MJPG, YUYV, FakeDriver
from PIL import Image

from kiosk.bootstrap import find_camera
from kiosk.config import CameraSettings
from kiosk.scanner import v4l2
from kiosk.scanner.camera import CameraError, CameraGoneError, Encoding
from kiosk.scanner.v4l2 import V4L2Camera, find_cameras

RED = jpeg(Image.new("RGB", (1920, 1080), "red"))
BLUE = jpeg(Image.new("RGB", (1920, 1080), "blue"))
ERROR = videodev2.V4L2_BUF_FLAG_ERROR


@pytest.fixture
def driver(tmp_path, monkeypatch):
    driver = FakeDriver(tmp_path)
    monkeypatch.setattr(v4l2.fcntl, "ioctl", driver.ioctl)
    return driver


@pytest.fixture
def usb(driver):
    return driver.plug_in("video0")


@pytest.fixture
def stop():
    return threading.Event()


def camera_on(device, **settings):
    return V4L2Camera(str(device.path), **settings)


def open_files(folder):
    return [link for fd in Path("/proc/self/fd").iterdir() if (link := fd.resolve()).is_relative_to(folder)]


# ---------------------------------------------------------------- finding


def test_cameras_are_found_in_the_order_of_their_numbers(driver):
    for name in ("video10", "video2", "video0"):
        driver.plug_in(name)

    found = find_cameras(driver.folder)

    assert [camera.device for camera in found] == [str(driver.folder / n) for n in ("video0", "video2", "video10")]
    assert found[0].name == "Fake cam"
    assert found[0].is_usb


def test_what_gives_no_pictures_is_left_out(driver, tmp_path):
    driver.plug_in("video0", able=METADATA)
    driver.plug_in("video1", formats=(GREY,))
    driver.plug_in("video2").fault = errno.EBUSY
    (tmp_path / "video3").write_bytes(b"no device")
    usable = driver.plug_in("video4", formats=(GREY, YUYV))

    assert [camera.device for camera in find_cameras(driver.folder)] == [str(usable.path)]


def test_auto_takes_the_first_camera_on_usb_wherever_it_is_plugged_in(driver):
    driver.plug_in("video0", bus="platform:bcm2835-isp")
    camera = V4L2Camera("auto", folder=driver.folder)
    assert camera.find() is None

    driver.plug_in("video5")

    assert camera.find().device.endswith("video5")


def test_a_camera_that_is_named_need_not_be_on_usb(driver):
    assert camera_on(driver.plug_in("video7", bus="platform:v4l2loopback-000")).find() is not None


# ---------------------------------------------------------------- pictures


def test_a_camera_gives_its_pictures_packed_and_large(usb, stop):
    usb.film(RED)

    frame = next(camera_on(usb).frames(stop))

    assert (frame.encoding, frame.width, frame.height) == (Encoding.MJPG, 1920, 1080)
    assert frame.data == RED
    assert frame.image().getpixel((5, 5))[0] > 200
    assert usb.rate == 15


def test_a_camera_without_packed_pictures_gives_unpacked_ones_as_large_as_it_can(driver, stop):
    old = driver.plug_in(formats=(YUYV,), sizes=(640, 480))
    old.padding, old.rates_can_be_set = 128, False
    old.film(bytes([235, 128, 235, 128] * 320 + [0] * 128) * 480)

    frame = next(camera_on(old).frames(stop))

    assert (frame.encoding, frame.width, frame.height, frame.stride) == (Encoding.YUYV, 640, 480, 1408)
    assert frame.image().getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize(
    ("quantization", "colorspace", "full"), [(0, 0, False), (1, 0, True), (2, 7, False), (0, 7, True)]
)
def test_the_range_of_brightness_is_the_one_that_the_camera_tells(driver, stop, quantization, colorspace, full):
    device = driver.plug_in(formats=(YUYV,), sizes=(16, 8))
    device.quantization, device.colorspace = quantization, colorspace
    device.film(b"\x80" * 16 * 8 * 2)

    assert next(camera_on(device).frames(stop)).full_range is full


def test_only_the_newest_picture_is_given(usb, stop):
    for data in (RED, RED, BLUE):
        usb.film(data)

    assert next(camera_on(usb).frames(stop)).data == BLUE


def test_pictures_go_on_for_longer_than_there_are_buffers(usb, stop):
    frames = camera_on(usb).frames(stop)
    for number in range(12):
        usb.film(RED + bytes([number]))
        assert next(frames).data[-1] == number

    frames.close()


def test_damaged_pictures_are_left_out(driver, stop):
    device = driver.plug_in(formats=(YUYV,), sizes=(16, 8))
    good, cut, damaged = (bytes([value]) * 256 for value in (16, 90, 235))
    device.film(good)
    device.film(cut, whole=False)
    device.film(damaged, flags=ERROR)

    assert next(camera_on(device).frames(stop)).data == good


# ---------------------------------------------------------------- on and off


def test_a_camera_is_on_only_while_its_pictures_are_wanted(usb, stop, tmp_path):
    camera = camera_on(usb)
    frames = camera.frames(stop)
    assert not usb.is_streaming
    usb.film(RED)
    next(frames)
    assert usb.is_streaming

    stop.set()

    assert list(frames) == []
    assert not usb.is_streaming
    assert open_files(tmp_path) == []


def test_a_camera_is_off_when_its_pictures_are_left(usb, stop, tmp_path):
    frames = camera_on(usb).frames(stop)
    usb.film(RED)
    next(frames)

    frames.close()

    assert not usb.is_streaming
    assert open_files(tmp_path) == []


def test_a_camera_that_is_unplugged_says_so_and_leaves_nothing_open(usb, stop, tmp_path):
    frames = camera_on(usb).frames(stop)
    usb.film(RED)
    next(frames)

    usb.fault = errno.ENODEV

    with pytest.raises(CameraGoneError, match="video0 is not there, or was unplugged"):
        next(frames)
    assert open_files(tmp_path) == []


def test_a_camera_that_is_not_there_says_so(driver, stop):
    with pytest.raises(CameraGoneError, match="video9"):
        next(V4L2Camera(str(driver.folder / "video9")).frames(stop))
    with pytest.raises(CameraGoneError, match="no camera was found on USB"):
        next(V4L2Camera(folder=driver.folder).frames(stop))


def test_a_camera_that_gives_no_picture_is_out_of_order(usb, stop):
    with pytest.raises(CameraError, match="gave no picture"):
        next(camera_on(usb, silence=0.05).frames(stop))
    assert not usb.is_streaming


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.EBUSY, "is used by another program"),
        (errno.EACCES, "add it to the group that owns it"),
        (errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_why_a_camera_cannot_be_used_is_told(usb, stop, code, said):
    usb.refusals[videodev2.VIDIOC_S_FMT & 0xFFFFFFFF] = code

    with pytest.raises(CameraError, match=said):
        next(camera_on(usb).frames(stop))


def test_a_camera_that_gives_what_nobody_can_read_is_told(driver, stop):
    with pytest.raises(CameraError, match="neither as MJPG nor as YUYV"):
        next(camera_on(driver.plug_in("video0", formats=(GREY,))).frames(stop))
    deceiving = driver.plug_in("video1", formats=(MJPG,))
    deceiving.gives = YUYV
    with pytest.raises(CameraError, match="offers MJPG and gives something else"):
        next(camera_on(deceiving).frames(stop))


# ---------------------------------------------------------------- the kernel's own numbers

STRUCTURES = {
    "v4l2_capability": "card bus_info capabilities device_caps",
    "v4l2_fmtdesc": "index type pixelformat",
    "v4l2_requestbuffers": "count type memory",
    "v4l2_buffer": "index type bytesused flags memory m length",
    "v4l2_pix_format": "width height pixelformat bytesperline sizeimage colorspace quantization",
    "v4l2_format": "type fmt",
    "v4l2_streamparm": "type parm",
}
REQUESTS = "QUERYCAP ENUM_FMT S_FMT S_PARM REQBUFS QUERYBUF QBUF DQBUF STREAMON STREAMOFF"


def test_structures_and_requests_are_those_of_this_kernel(tmp_path):
    compiler = needs.program("cc")
    if not Path("/usr/include/linux/videodev2.h").exists():
        needs.missing("the kernel's headers (package libc6-dev)")
    places = [(name, field) for name, fields in STRUCTURES.items() for field in fields.split()]
    lines = [f"(unsigned long)offsetof(struct {name}, {field})" for name, field in places]
    lines += [f"(unsigned long)VIDIOC_{request}" for request in REQUESTS.split()]
    calls = "".join(f'printf("%lu\\n", {line});' for line in lines)
    source = tmp_path / "numbers.c"
    source.write_text(f"#include <stdio.h>\n#include <stddef.h>\n#include <linux/videodev2.h>\nint main() {{{calls}}}")
    subprocess.run([compiler, source, "-o", tmp_path / "numbers"], check=True)
    printed = subprocess.run([tmp_path / "numbers"], capture_output=True, text=True, check=True).stdout

    ours = [getattr(getattr(videodev2, name), field).offset for name, field in places]
    ours += [getattr(videodev2, f"VIDIOC_{request}") & 0xFFFFFFFF for request in REQUESTS.split()]
    assert ours == [int(line) for line in printed.split()]
    assert CAPTURE == 0x04000001


# ---------------------------------------------------------------- choosing, as kiosk.toml asks for it


def test_where_there_is_no_camera_none_is_found():
    assert find_camera(CameraSettings(device="/dev/no-such-camera")) is None


def test_a_camera_that_is_there_is_taken_and_not_switched_on(usb):
    assert isinstance(find_camera(CameraSettings.model_construct(device=str(usb.path))), V4L2Camera)
    assert not usb.is_streaming


def test_a_camera_can_be_ruled_out():
    assert find_camera(CameraSettings(device="off")) is None


def test_without_the_extra_there_is_no_camera(usb, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "kiosk.scanner.v4l2", None)
    caplog.set_level("INFO")

    assert find_camera(CameraSettings.model_construct(device=str(usb.path))) is None
    assert "the extra `camera` is not installed" in caplog.text


# ---------------------------------------------------------------- several


def first_of(camera, stop):
    return next(camera.frames(stop)).data


def test_after_a_turn_the_next_camera_on_usb_is_looked_through(driver, stop):
    for name, picture in (("video0", RED), ("video2", BLUE)):
        driver.plug_in(name).film(picture)
    driver.plug_in("video4", bus="platform:isp").film(RED)
    camera = V4L2Camera(folder=driver.folder)

    assert first_of(camera, stop) == RED
    assert camera.others == 1
    camera.turn()
    assert first_of(camera, stop) == BLUE
    driver.devices[str(driver.folder / "video0")].film(RED)
    camera.turn()
    assert first_of(camera, stop) == RED


def test_a_turn_outlives_a_camera_that_is_unplugged(driver, stop):
    first, second = driver.plug_in("video0"), driver.plug_in("video2")
    camera = V4L2Camera(folder=driver.folder)
    camera.turn()
    second.film(BLUE)
    assert first_of(camera, stop) == BLUE

    second.fault = errno.ENODEV
    first.film(RED)
    assert first_of(camera, stop) == RED
    assert camera.others == 0


def test_a_camera_that_is_named_has_no_others(usb, driver, stop):
    driver.plug_in("video2")
    camera = camera_on(usb)
    usb.film(RED)

    assert first_of(camera, stop) == RED
    assert camera.others == 0
