"""A scanner on a serial line; a pair of pseudo-terminals stands in for the cable."""

from __future__ import annotations

import itertools
import os
import pty
import threading
import time
import tty

import pytest

from kiosk.scanner.serial_line import SILENCE, SerialScanner


@pytest.fixture
def cable():
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    yield ours, os.ttyname(theirs)
    for end in (ours, theirs):
        os.close(end)


@pytest.fixture
def heard(cable, caplog):
    caplog.set_level("INFO")
    texts = []
    scanner = SerialScanner(cable[1], prefix="~", pauses=lambda: itertools.repeat(0.01))
    scanner.start(texts.append)
    # What was sent before is thrown away, as it must be: nobody knows how old it is.
    until(lambda: "listening to" in caplog.text)
    yield texts
    scanner.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("scanner:")]


def until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\x03"])
def test_a_code_ends_with_what_scanners_end_it_with(cable, heard, end):
    os.write(cable[0], b"\x02~K:P-0007*Z" + end + b"KIOSK:M-1014" + end)

    until(lambda: len(heard) == 2)
    assert heard == ["K:P-0007*Z", "KIOSK:M-1014"]


def test_a_code_without_an_end_is_complete_once_it_is_silent(cable, heard):
    os.write(cable[0], b"K:P-00")
    time.sleep(SILENCE / 3)
    os.write(cable[0], b"07*Z")

    until(lambda: heard)
    assert heard == ["K:P-0007*Z"]


def test_noise_is_bounded_and_no_fault(cable, heard):
    for _ in range(40):
        os.write(cable[0], os.urandom(100).replace(b"\r", b"x").replace(b"\n", b"x").replace(b"\x03", b"x"))
    os.write(cable[0], b"\rK:P-0007*Z\r")

    until(lambda: "K:P-0007*Z" in heard)
    assert max(map(len, heard)) <= 512
    assert len(heard) <= 2


def test_a_reader_that_is_not_there_is_waited_for(tmp_path):
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    device, texts = tmp_path / "ttyACM0", []
    scanner = SerialScanner(str(device), pauses=lambda: itertools.repeat(0.01))
    scanner.start(texts.append)
    time.sleep(0.1)
    device.symlink_to(os.ttyname(theirs))
    until(lambda: os.write(ours, b"K:P-0007*Z\r") and texts)
    scanner.stop()
    for end in (ours, theirs):
        os.close(end)

    assert texts[0] == "K:P-0007*Z"
