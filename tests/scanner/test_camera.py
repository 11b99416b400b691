"""What a camera's pictures become, and when it is on. The camera is a fake; how a real one is driven is in test_v4l2."""

import io
import itertools
import threading
import time

import pytest
from fake_camera import FakeCamera, frame_of, jpeg, plain
from PIL import Image, ImageChops

from kiosk.scanner.camera import PREVIEW, CameraError, CameraGoneError, Encoding, Frame, Viewfinder, pauses

COLOURS = ["#000000", "#FFFFFF", "#808080", "#C81E1E", "#0B7A4B", "#1453D1", "#FFE500"]


def stripes(size=(64, 32)):
    """A picture of broad stripes, so that what neighbours share in YUYV does no harm."""
    image = Image.new("RGB", size)
    width = size[0] // 4
    for number, colour in enumerate(COLOURS[3:7]):
        image.paste(colour, (number * width, 0, (number + 1) * width, size[1]))
    return image


def yuyv(image, *, stride=0, full_range=False):
    """Pack a picture as a camera does: brightness of each dot, colour of each pair."""
    bright, blue, red = image.convert("YCbCr").split()
    if not full_range:
        bright = bright.point([round(value * 219 / 255 + 16) for value in range(256)])
        blue, red = (c.point([round((value - 128) * 224 / 255 + 128) for value in range(256)]) for c in (blue, red))
    packed = bytearray()
    for y in range(image.height):
        line = bytearray()
        for x in range(0, image.width, 2):
            place = (x, y)
            line += bytes(
                [bright.getpixel(place), blue.getpixel(place), bright.getpixel((x + 1, y)), red.getpixel(place)]
            )
        packed += line.ljust(stride or len(line), b"\xee")
    return bytes(packed)


def without_huffman_tables(data):
    """Cut the DHT segments out, as many a webcam does to save bytes."""
    kept, at = bytearray(data[:2]), 2
    while data[at + 1] != 0xDA:
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] != 0xC4:
            kept += data[at : at + length]
        at += length
    return bytes(kept + data[at:])


def worst_difference(one, other):
    return max(high for _, high in ImageChops.difference(one, other).getextrema())


def until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.002)


# ---------------------------------------------------------------- pictures


def test_a_packed_picture_is_unpacked():
    image = frame_of(stripes()).image()

    assert (image.mode, image.size) == ("RGB", (64, 32))
    assert image.getpixel((8, 16))[0] > 150


def test_a_packed_picture_without_huffman_tables_is_unpacked():
    whole = jpeg(stripes())
    bare = without_huffman_tables(whole)

    assert len(bare) < len(whole)
    frame = Frame(encoding=Encoding.MJPG, width=64, height=32, data=bare)
    assert frame.image().tobytes() == Image.open(io.BytesIO(whole)).tobytes()


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("full_range", [False, True])
def test_an_unpacked_picture_keeps_its_colours(colour, full_range):
    image = Image.new("RGB", (16, 8), colour)
    frame = Frame(
        encoding=Encoding.YUYV, width=16, height=8, data=yuyv(image, full_range=full_range), full_range=full_range
    )

    assert worst_difference(frame.image(), image) <= 4


def test_every_dot_of_an_unpacked_picture_is_in_its_place_also_where_lines_are_padded():
    image = stripes()
    frame = Frame(encoding=Encoding.YUYV, width=64, height=32, data=yuyv(image, stride=160), stride=160)

    assert frame.image().size == (64, 32)
    assert worst_difference(frame.image(), image) <= 4


@pytest.mark.parametrize("size", [(1920, 1080), (640, 480), (320, 240)])
def test_a_preview_is_bounded_and_keeps_its_shape(size):
    preview = plain(size=size).image(within=PREVIEW)

    assert preview.width <= PREVIEW[0]
    assert preview.height <= PREVIEW[1]
    assert preview.width / preview.height == pytest.approx(size[0] / size[1], rel=0.01)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"no picture", jpeg(stripes((640, 480)))[:900]])
def test_a_broken_packed_picture_is_told(data):
    with pytest.raises(CameraError, match="broken"):
        Frame(encoding=Encoding.MJPG, width=64, height=32, data=data).image()


def test_a_picture_that_is_cut_short_is_told():
    with pytest.raises(CameraError, match="broken"):
        Frame(encoding=Encoding.YUYV, width=64, height=32, data=b"\x80" * 100).image()


# ---------------------------------------------------------------- when the camera is on


@pytest.fixture
def camera():
    return FakeCamera()


@pytest.fixture
def finder(camera):
    finder = Viewfinder(camera, pauses=lambda: itertools.repeat(0.01))
    yield finder
    finder.close()
    finder.join(5)
    assert camera.on == 0


def test_a_camera_is_off_until_somebody_wants_to_look(finder, camera):
    assert finder.look() is None
    assert camera.given == 0


def test_the_newest_picture_is_shown_and_none_waits(finder, camera):
    finder.open()
    until(lambda: camera.given > 20)
    camera.frame = frame_of(Image.new("RGB", (640, 480), "red"))

    until(lambda: finder.look().frame is camera.frame)
    assert finder.look().preview.size == (640, 480)


def test_pictures_come_in_a_thread_named_camera(finder):
    finder.open()
    until(finder.look)

    assert [t.name for t in threading.enumerate() if t.name == "camera"] == ["camera"]


def test_a_closed_viewfinder_switches_the_camera_off(finder, camera):
    finder.open()
    until(finder.look)

    finder.close()

    assert finder.look() is None
    until(lambda: camera.on == 0)


def test_the_camera_goes_off_when_nobody_looks_and_on_when_somebody_does(camera):
    now = [0.0]
    finder = Viewfinder(camera, monotonic=lambda: now[0])
    finder.open()
    until(finder.look)

    now[0] += 2.5
    until(lambda: camera.on == 0)
    given = camera.given
    until(finder.look)

    assert camera.given > given
    assert camera.most_on == 1
    finder.close()
    finder.join(5)


def test_the_camera_is_never_opened_twice(finder, camera):
    for _ in range(5):
        finder.open()
        until(finder.look)

    assert camera.most_on == 1


def test_an_unplugged_camera_is_told_and_its_last_picture_is_gone(finder, camera):
    finder.open()
    until(finder.look)

    camera.is_unplugged = True

    until(lambda: finder.trouble)
    assert isinstance(finder.trouble, CameraGoneError)
    assert finder.trouble.message_key.startswith("The camera is not connected.")
    assert finder.look() is None


def test_a_camera_that_is_plugged_in_again_shows_pictures_again(finder, camera):
    camera.is_unplugged = True
    finder.open()
    until(lambda: finder.trouble)

    camera.is_unplugged = False

    until(finder.look)
    assert finder.trouble is None


def test_pauses_between_tries_double_up_to_half_a_minute():
    assert list(itertools.islice(pauses(), 7)) == [1, 2, 4, 8, 16, 30, 30]


def test_after_a_picture_the_pauses_begin_anew(camera):
    taken = []

    def growing():
        for number in itertools.count(1):
            taken.append(number)
            yield 0.001

    camera.is_unplugged = True
    finder = Viewfinder(camera, pauses=growing)
    finder.open()
    until(lambda: len(taken) >= 3)
    camera.is_unplugged = False
    until(finder.look)
    camera.is_unplugged = True

    until(lambda: taken.count(1) == 2)
    assert taken[:3] == [1, 2, 3]
    finder.close()
    finder.join(5)


def test_a_broken_picture_is_left_out(finder, camera):
    finder.open()
    until(finder.look)
    good, before = camera.frame, camera.given
    camera.frame = Frame(encoding=Encoding.MJPG, width=64, height=32, data=b"noise")
    until(lambda: camera.given > before + 3)

    assert finder.look().frame is good
    assert finder.trouble is None
    camera.frame = good


def test_nothing_but_broken_pictures_is_trouble(finder, camera):
    camera.frame = Frame(encoding=Encoding.MJPG, width=64, height=32, data=b"noise")

    finder.open()

    until(lambda: finder.trouble)
    assert "broken" in str(finder.trouble)
