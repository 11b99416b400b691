"""A scanner that types, taken for itself alone; the kernel's device is played, for where tests run there is none."""

from __future__ import annotations

import errno
import itertools
import os
import threading
import time

import evdev
import pytest
from evdev import ecodes

from kiosk.bootstrap import find_scanners
from kiosk.config import ScannerSettings
from kiosk.scanner.grabbed import _USAGES, GrabbedScanner
from kiosk.scanner.layouts import LAYOUTS

CODES = {usage: code for code, usage in _USAGES.items()}


class FakeDevice:
    """Implements `Device`; what is pressed is there to be read at once."""

    def __init__(self):
        self.reading, self.writing = os.pipe()
        self.events, self.is_grabbed, self.is_unplugged, self.now = [], False, False, 1000.0

    def open(self, path):
        if self.is_unplugged:
            raise OSError(errno.ENOENT, "No such file or directory", path)
        return self

    def fileno(self):
        return self.reading

    def grab(self):
        self.is_grabbed = True

    def read(self):
        os.read(self.reading, 1)
        if self.is_unplugged:
            raise OSError(errno.ENODEV, "No such device")
        came, self.events = self.events, []
        return came

    def close(self):
        self.is_grabbed = False

    def send(self, *events):
        """Have events read together, as the kernel hands them over."""
        for kind, code, value in events:
            self.now += 0.002
            self.events.append(evdev.InputEvent(int(self.now), int(self.now % 1 * 1e6), kind, code, value))
        os.write(self.writing, b"!")

    def scan(self, text, *, layout="us", end=(ecodes.KEY_ENTER,)):
        """Type as a scanner does: with Shift of its own, and a report after each key."""
        events = []
        for char in text:
            usage, shift = LAYOUTS[layout].key_of(char)
            held = [(ecodes.EV_KEY, ecodes.KEY_LEFTSHIFT, 1)] if shift else []
            let_go = [(ecodes.EV_KEY, ecodes.KEY_LEFTSHIFT, 0)] if shift else []
            key = [(ecodes.EV_KEY, CODES[usage], value) for value in (1, 0)]
            events += [(ecodes.EV_MSC, ecodes.MSC_SCAN, 0x70000 + usage), *held, *key, *let_go, (ecodes.EV_SYN, 0, 0)]
        self.send(*events, *((ecodes.EV_KEY, code, 1) for code in end))


@pytest.fixture
def device():
    device = FakeDevice()
    yield device
    os.close(device.reading)
    os.close(device.writing)


def listening(device, **settings):
    texts = []
    scanner = GrabbedScanner("/dev/input/event7", opened=device.open, pauses=lambda: itertools.repeat(0.01), **settings)
    scanner.start(texts.append)
    return scanner, texts


@pytest.fixture
def heard(device):
    scanner, texts = listening(device, prefix="~")
    until(lambda: device.is_grabbed)
    yield texts
    scanner.stop()
    assert not device.is_grabbed, "it is given back"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("scanner:")]


def until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_it_scans_is_heard_and_reaches_nobody_else(device, heard):
    device.scan("~K:P-0007*Z")
    device.scan("M-1014")

    until(lambda: len(heard) == 2)
    assert heard == ["K:P-0007*Z", "M-1014"]
    assert device.is_grabbed


def test_a_code_without_enter_is_complete_once_it_is_silent(device, heard):
    device.scan("K:P-0007*Z", end=())

    until(lambda: heard)
    assert heard == ["K:P-0007*Z"]


def test_a_scanner_that_is_set_to_a_german_keyboard_is_read_as_such(device):
    scanner, texts = listening(device, layout=LAYOUTS["de"])
    device.scan("K:P-0007*Z", layout="de")

    until(lambda: texts)
    scanner.stop()
    assert texts == ["K:P-0007*Z"]


def test_keys_that_type_nothing_and_keys_that_repeat_change_nothing(device, heard):
    keys = (ecodes.KEY_F1, ecodes.KEY_ESC, ecodes.KEY_LEFTCTRL, ecodes.KEY_POWER)
    device.send(*((ecodes.EV_KEY, key, 1) for key in keys), (ecodes.EV_KEY, ecodes.KEY_A, 2))
    device.scan("P-0007")

    until(lambda: heard)
    assert heard == ["P-0007"]


def test_a_scanner_that_is_unplugged_is_waited_for(device, heard, caplog):
    device.is_unplugged = True
    device.send()
    until(lambda: "No such file" in caplog.text)
    device.is_unplugged = False
    until(lambda: device.is_grabbed)
    device.scan("P-0007")

    until(lambda: heard)
    assert heard == ["P-0007"]


def test_every_key_has_the_number_that_linux_gives_it():
    assert {name: _USAGES[getattr(ecodes, f"KEY_{name}")] for name in ("A", "Z", "1", "0", "DOT", "KP1", "102ND")} == {
        "A": 4,
        "Z": 29,
        "1": 30,
        "0": 39,
        "DOT": 55,
        "KP1": 89,
        "102ND": 100,
    }


def test_a_terminal_has_one_listener_for_each_device_that_is_named():
    settings = ScannerSettings(grab=("/dev/input/event7", "/dev/input/event8"), serial=("/dev/ttyACM0",))

    assert [type(scanner).__name__ for scanner in find_scanners(settings)] == [
        "SerialScanner",
        "GrabbedScanner",
        "GrabbedScanner",
    ]
