"""The screen never waits: through a whole report the main thread opens no connection, writes no file and sleeps nowhere."""

from __future__ import annotations

import sys
import threading
import time

import pytest

from kiosk import plugins
from kiosk.bootstrap import Setup, build_kiosk
from kiosk.config import load_config
from kiosk.core.events import Event
from kiosk.storage.files import Files

pytestmark = pytest.mark.window

WAITS = {
    "socket.connect",
    "socket.getaddrinfo",
    "time.sleep",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.truncate",
    "subprocess.Popen",
}


class Watch:
    """Notes what the main thread does that could wait, while it is on. Python keeps audit hooks for ever, so there is one."""

    def __init__(self):
        self.on, self.seen = False, []
        sys.addaudithook(self._hook)

    def _hook(self, event, arguments):
        watched = self.on and threading.current_thread() is threading.main_thread()
        if watched and (event in WAITS or (event == "open" and _writes(arguments))):
            self.seen.append((event, str(arguments)[:100]))


def _writes(arguments):
    path, mode, flags = arguments
    if "__pycache__" in str(path):
        return False  # a checkout compiles a screen when it is first shown; an installation was compiled by pip
    return any(letter in (mode or "") for letter in "wax+") or (mode is None and isinstance(flags, int) and flags & 3)


@pytest.fixture(scope="module")
def watch():
    return Watch()


@pytest.fixture
def real_kiosk(tmp_path, floor, monkeypatch):
    """A terminal with a real data folder, its own threads, and a ticket system that does not answer."""
    config = tmp_path / "kiosk.toml"
    config.write_text('[terminal]\nname = "K1"\narea = "packaging"\nplant = "none"\ndata = "data"\nundo_seconds = 0\n')
    monkeypatch.setenv("TOKEN", "t0ken")
    far = {"type": "desk", "name": "far", "url": "http://127.0.0.1:9", "token": {"env": "TOKEN"}}
    destinations = (plugins.build("backends", far, terminal="K1"),)
    setup = Setup(config=load_config(config), plant=floor.plant, destinations=destinations)
    events: list[Event] = []
    kiosk = build_kiosk(setup, publish=events.append)
    kiosk.terminal.start()
    yield kiosk
    kiosk.close()


@pytest.fixture
def syncs(monkeypatch):
    """The threads that waited for the disk."""
    threads = []
    real = Files.sync

    def sync(self, descriptor):
        threads.append(threading.current_thread().name)
        real(self, descriptor)

    monkeypatch.setattr(Files, "sync", sync)
    return threads


def report(pilot):
    pilot.scan("KIOSK:P-0007")
    pilot.until(lambda: pilot.screen == "symptoms")
    pilot.tap("Nothing prints")
    pilot.until(lambda: pilot.screen == "details")
    pilot.tap("Yes, it is stopped")
    pilot.tap("Send to IT")
    pilot.until(lambda: pilot.sees("Saved on this terminal"))


def test_through_a_whole_report_the_main_thread_waits_for_nothing(pilot, real_kiosk, watch, syncs):
    pilot.app.terminal = real_kiosk.terminal
    watch.seen.clear()

    watch.on = True
    try:
        report(pilot)
        (entry,) = real_kiosk.terminal.entries()
        pilot.app.terminal.got_worse(entry.ticket.id, stopped=True)
        pilot.app.home()
        pilot.settle()
    finally:
        watch.on = False

    assert watch.seen == []
    assert "MainThread" not in syncs
    assert any(name.startswith("desk") for name in syncs)


def test_a_disk_that_hangs_does_not_stop_the_screen(pilot, real_kiosk, monkeypatch):
    pilot.app.terminal = real_kiosk.terminal
    let_go = threading.Event()
    monkeypatch.setattr(Files, "sync", lambda self, descriptor: let_go.wait(30))
    pilot.scan("KIOSK:P-0007")
    pilot.until(lambda: pilot.screen == "symptoms")
    pilot.tap("Nothing prints")
    pilot.until(lambda: pilot.screen == "details")
    pilot.tap("Yes, it is stopped")
    pilot.tap("Send to IT")

    before = time.monotonic()
    for _ in range(30):
        pilot.frames(1)
        pilot.app.terminal.board()
        assert not pilot.sees("Saved")
    assert time.monotonic() - before < 15

    let_go.set()
    pilot.until(lambda: pilot.sees("Saved on this terminal"))


def test_the_watch_notices_a_main_thread_that_waits(watch, tmp_path):
    """The negative control."""
    watch.seen.clear()
    watch.on = True
    (tmp_path / "f").write_text("x")
    watch.on = False

    assert [event for event, _ in watch.seen] == ["open"]
