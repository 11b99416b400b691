"""The thread that reads labels while the camera is on; the camera is a fake."""

from __future__ import annotations

import threading
import time

import pytest
from fake_camera import FakeCamera, frame_of
from PIL import Image
from scanner.label_pictures import code

from kiosk.scanner.camera import CameraError, Viewfinder
from kiosk.scanner.decode import Decoder, Hint
from kiosk.scanner.reading import LabelReader


@pytest.fixture
def camera():
    return FakeCamera()


@pytest.fixture
def finder(camera):
    finder = Viewfinder(camera)
    finder.open()
    yield finder
    finder.close()
    finder.join(5)


@pytest.fixture
def reader(finder):
    reader = LabelReader(finder)
    reader.open()
    yield reader
    reader.close()
    until(lambda: not decoders())


def decoders():
    return [thread for thread in threading.enumerate() if thread.name == "decoder"]


def until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def showing(text):
    picture = Image.new("RGB", (1280, 720), "#909090")
    picture.paste(code(text, dots=8), (400, 200))
    return frame_of(picture)


def test_a_label_before_the_camera_is_read_and_the_thread_ends(camera, finder, reader):
    camera.frame = showing("K:P-0007*C")
    until(lambda: finder.look() and reader.text)

    assert reader.text == "K:P-0007*C"
    until(lambda: not decoders())


def test_nothing_is_read_after_the_screen_is_left(camera, finder, reader):
    until(lambda: finder.look() is not None)
    reader.close()
    camera.frame = showing("K:P-0007*C")
    until(lambda: not decoders())

    assert reader.text == ""


def test_a_picture_is_looked_at_once(finder, camera):
    looked = []

    class Counting(Decoder):
        def look(self, frame):
            looked.append(frame)
            return super().look(frame)

    reader = LabelReader(finder, decoder=Counting)
    reader.open()
    until(lambda: finder.look() and len(looked) > 3)
    finder.close()
    finder.join(5)
    count = len(looked)
    time.sleep(0.2)
    reader.close()

    assert len(looked) <= count + 1


def test_a_broken_picture_is_passed_over(finder):
    """The camera's own thread has seen to most of them."""
    looked = []

    class Stumbling(Decoder):
        def look(self, frame):
            looked.append(frame)
            raise CameraError("a broken picture")

    reader = LabelReader(finder, decoder=Stumbling)
    reader.open()
    until(lambda: finder.look() and len(looked) > 3)
    reader.close()

    assert reader.text == ""


def test_who_shows_nothing_for_long_is_asked_to_come_closer(finder):
    now = [0.0]
    reader = LabelReader(finder, monotonic=lambda: now[0])
    reader.open()
    until(lambda: finder.look() is not None)
    assert reader.hint is Hint.NOTHING
    now[0] += 5.0
    until(lambda: finder.look() and reader.hint is Hint.CLOSER)
    reader.close()
