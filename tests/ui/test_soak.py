"""Thousands of reports through the real screens, from the first touch to the confirmed fix: nothing grows once it is warm."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from kiosk.core import outbox

LONG = os.environ.get("KIOSK_LONG") == "1"
JOURNEYS = 50_000 if LONG else 3000
WARM_UP = 1000
MOST_GROWTH = 0.03
"""Part of the memory in use; a widget kept from each journey is far beyond."""
MOST_OBJECTS = 0.01
"""Part of Python's own allocations, which no allocator's ups and downs disturb."""
SAMPLES = 11


def resident():
    """Give the bytes that the process really holds, without what the C library only keeps for later."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory(operator):
    """Give the least of several looks, with journeys in between, the last of them on a Monday at noon.

    The graphics' buffers of some frames, 5 MB each, wait to be freed together; what is kept for good stands below all of that.
    """
    looks = []
    for _ in range(SAMPLES):
        live(operator, 3)
        looks.append(resident())
    until_monday_noon(operator)
    return min(looks)


def blocks():
    """Count Python's own allocations, without what is remembered of texts: that is bounded, and full only after years."""
    from kiosk.ui import measure, text

    for remembered in (*vars(measure).values(), *vars(text).values()):
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()
    gc.collect()
    return sys.getallocatedblocks()


def open_files():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


class Operator:
    """Reports, waits for IT and confirms, by touches on what is shown."""

    def __init__(self, pilot, floor):
        self.pilot, self.floor = pilot, floor

    def touch(self, text):
        from kivy.tests.common import UnitTestTouch

        widget = self.pilot.find_text(text)
        touch = UnitTestTouch(*widget.to_window(*widget.center))
        touch.touch_down()
        self.pilot.lay_out(1)
        touch.touch_up()
        self.pilot.lay_out(2)

    def wait_for(self, condition):
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, self.pilot.texts()
            self.pilot.lay_out(1)

    def journey(self):
        pilot, floor = self.pilot, self.floor
        for choice in ("Report a problem", "Zebra L7", "Nothing prints", "Yes, it is stopped", "Send to IT"):
            self.touch(choice)
        self.wait_for(lambda: pilot.screen == "ticket")
        (entry,) = floor.terminal.entries()
        floor.step(30)
        floor.it.resolve(entry.ticket.id)
        floor.step(30)
        pilot.app.page.refresh()
        pilot.lay_out(2)
        self.touch("Yes, it works")
        self.wait_for(lambda: not floor.terminal.entries()[0].status.is_open)
        floor.terminal.tidy().result(5)  # whoever wrote it has told the forwarder by now
        floor.step(30)
        floor.wait_a_day()
        pilot.app.idle.touch()
        pilot.app.home()
        pilot.lay_out(3)
        # The ticket system and what the test wrote down are none of the terminal's memory.
        floor.it._tickets.clear()
        floor.events.clear()


def until_monday_noon(operator):
    """Go on to the same hour of the week: by night and at weekends the screens have other things to say."""
    wall = operator.floor.time
    while (wall.wall.weekday(), wall.wall.hour) != (0, 11):
        operator.journey()


def live(operator, journeys, *, draw_every=50):
    for number in range(journeys):
        operator.journey()
        if number % draw_every == 0:
            operator.pilot.frames(2)


@pytest.fixture
def operator(pilot, floor, monkeypatch):
    # What is kept of closed tickets is bounded; let the bound be reached before the measuring begins.
    monkeypatch.setattr(outbox, "MOST_FIGURES", 100)
    return Operator(pilot, floor)


@pytest.mark.timeout(10_800 if LONG else 900)
def test_memory_files_and_threads_are_flat_after_thousands_of_journeys(operator, tell):
    live(operator, WARM_UP)
    before, objects = memory(operator), blocks()
    files, threads = open_files(), threading.active_count()
    live(operator, JOURNEYS - WARM_UP)
    after, more = memory(operator), blocks() / objects - 1

    tell(
        f"{JOURNEYS} journeys: memory {before / 1e6:.1f} MB after {WARM_UP}, {after / 1e6:.1f} MB at the end "
        f"({after / before - 1:+.1%}), Python's allocations {more:+.2%}; "
        f"open files {files} and {open_files()}, threads {threads} and {threading.active_count()}"
    )
    assert after <= before * (1 + MOST_GROWTH)
    assert more <= MOST_OBJECTS
    assert open_files() <= files
    assert threading.active_count() <= threads


def test_widgets_kept_from_each_journey_are_noticed(operator, monkeypatch):
    """The negative control, with fewer journeys, more widgets and the same bound."""
    from kivy.factory import Factory

    live(operator, 20)
    before, objects, kept = memory(operator), blocks(), []
    for _ in range(30):
        operator.journey()
        kept += [Factory.HomeScreen() for _ in range(5)]

    assert memory(operator) > before * (1 + MOST_GROWTH)
    assert blocks() > objects * (1 + MOST_OBJECTS)
