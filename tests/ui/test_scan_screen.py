"""Holding a label in front of the camera, through the real widgets; the camera is a fake."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
from fake_camera import FakeCamera, frame_of
from PIL import Image
from scanner.label_pictures import code

from kiosk.core.labels import label_text

pytestmark = pytest.mark.window


@pytest.fixture
def camera(pilot):
    """The terminal has a camera now; it is off again at the end of every test."""
    from stagehand import take_camera_away

    from kiosk.scanner.camera import Viewfinder

    camera = FakeCamera(showing())
    pilot.app.viewfinder = Viewfinder(camera, pauses=lambda: itertools.repeat(0.01))
    pilot.app.home()
    pilot.settle()
    yield camera
    pilot.app.home()
    pilot.settle()
    take_camera_away(pilot.app)
    assert camera.on == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "decoder"]


def until(pilot, condition, **more):
    """Wait as a running terminal does: between two frames the threads that take and read pictures have their turn."""

    def rested():
        time.sleep(0.02)
        return condition()

    pilot.until(rested, **more)


def showing(*texts):
    picture = Image.new("RGB", (1280, 720), "#909090")
    for number, text in enumerate(texts):
        picture.paste(code(text, dots=8), (100 + 600 * number, 200))
    return frame_of(picture)


def open_scan(pilot):
    pilot.tap("Or scan your machine")
    until(pilot, lambda: pilot.screen == "scan" and pilot.app.page.image is not None)
    pilot.settle()


def test_a_label_before_the_camera_leads_to_the_machine(pilot, camera):
    open_scan(pilot)
    camera.frame = showing(label_text("P-0007"))
    until(pilot, lambda: pilot.screen == "symptoms", what="the label to be read")

    assert pilot.app.flow.draft.machine.id == "P-0007"
    pilot.app.back()
    pilot.settle()
    assert pilot.screen == "home"


def test_of_two_labels_neither_is_taken_and_the_screen_says_so(pilot, camera):
    open_scan(pilot)
    camera.frame = showing(label_text("P-0007"), label_text("M-1014"))
    until(pilot, lambda: pilot.sees("There are two labels. Show only one."), what="the advice")

    assert pilot.screen == "scan"
    camera.frame = showing(label_text("M-1014"))
    until(pilot, lambda: pilot.screen == "symptoms")
    assert pilot.app.flow.draft.machine.id == "M-1014"


@pytest.mark.parametrize("text", ["https://evil.example/x", "K:P-0007*A", "4006381333931"])
def test_a_code_that_is_no_machine_says_so_and_offers_the_list(pilot, camera, text):
    open_scan(pilot)
    camera.frame = showing(text)
    until(pilot, lambda: pilot.sees("This code is not a machine label."))
    pilot.settle()
    pilot.tap("Choose from the list")
    until(pilot, lambda: pilot.screen == "machines")


def test_without_a_picture_the_list_is_offered(pilot, camera):
    open_scan(pilot)
    camera.is_unplugged = True
    until(pilot, lambda: pilot.sees("The camera is not connected. Choose the machine from the list."))
    pilot.tap("Choose from the list")
    until(pilot, lambda: pilot.screen == "machines")


def test_a_hand_scanner_works_here_as_everywhere(pilot, camera):
    open_scan(pilot)
    pilot.scan("KIOSK:P-0007")
    until(pilot, lambda: pilot.screen == "symptoms")


def test_the_camera_is_off_once_the_screen_is_left(pilot, camera):
    open_scan(pilot)
    assert camera.on == 1
    pilot.app.home()
    pilot.settle()
    until(pilot, lambda: camera.on == 0)


def test_a_terminal_without_a_camera_says_how_to_scan(pilot):
    pilot.app.home()
    pilot.settle()
    pilot.tap("Or scan your machine")
    pilot.settle()

    assert pilot.sees("Hold the hand scanner to the label on the machine. It works on every screen.")
    pilot.app.close_sheets()


def test_another_camera_may_be_looked_through_where_there_is_one(pilot, camera):
    open_scan(pilot)
    assert "camera-retake" not in [button.icon for button in pilot.walk("RoundButton")]

    camera.others = 1
    pilot.app.page.has_others = True
    pilot.lay_out(2)
    (button,) = (shown for shown in pilot.walk("RoundButton") if shown.icon == "camera-retake")
    pilot.tap(button)
    until(pilot, lambda: camera.turns == 1 and pilot.app.page.image is not None)
    assert camera.most_on == 1, "two cameras are never on together"
