"""Random touches, keys and scans by the ten thousand: the terminal lives, nobody gets where only an admin may, nothing is sent by itself."""

from __future__ import annotations

import logging
import os
import random

import pytest

from kiosk.scanner.layouts import LAYOUTS

ENTER = 40
LONG = os.environ.get("KIOSK_LONG") == "1"
EVENTS = 1_000_000 if LONG else 100_000
EVERY_KEY = range(512)
MODIFIERS = ("shift", "ctrl", "alt", "meta", "capslock", "numlock")
CODES = (
    "KIOSK:P-0007",
    "KIOSK:M-1014",
    "KIOSK:NOWHERE",
    "https://evil.example/?q=KIOSK:P-0007",
    "]C1" + "A" * 300,
    "'; drop table tickets; --",
    "~!@#$%^&*()_+{}|:<>?",
)


class Monkey:
    """Acts at random on the real window, and knows what must never happen."""

    def __init__(self, pilot, floor, seed):
        self.pilot, self.floor, self.rng = pilot, floor, random.Random(seed)
        self.sent, self.seen = 0, set()

    def act(self):
        rng = self.rng
        choice = rng.random()
        if choice < 0.55:
            self.touch(fingers=1 if choice < 0.5 else 2)
        elif choice < 0.85:
            self.pilot.key(rng.choice(EVERY_KEY), rng.sample(MODIFIERS, rng.randint(0, 2)))
        elif choice < 0.9:
            self.scan(rng.choice(CODES))
        elif choice < 0.93:
            self.time_passes()
        elif choice < 0.95:
            self.stay_with_a_finger()
        self.pilot.lay_out(1)

    def scan(self, code):
        for char in code:
            scancode, shift = LAYOUTS["us"].key_of(char)
            self.pilot.key(scancode, ["shift"] if shift else [])
        if self.rng.random() < 0.8:
            self.pilot.key(ENTER)

    def touch(self, fingers):
        from kivy.tests.common import UnitTestTouch

        width, height = self.pilot.window.size
        touches = [UnitTestTouch(self.rng.uniform(0, width), self.rng.uniform(0, height)) for _ in range(fingers)]
        for touch in touches:
            touch.touch_down()
        if self.rng.random() < 0.2:
            for touch in touches:
                touch.touch_move(self.rng.uniform(0, width), self.rng.uniform(0, height))
        for touch in touches:
            touch.touch_up()

    def stay_with_a_finger(self):
        """Touch for three seconds what waits for that."""
        for emblem in list(self.pilot.walk("Hold"))[:1]:
            emblem.dispatch("on_held")

    def time_passes(self):
        self.floor.time.advance(self.rng.choice([1, 10, 100]))
        self.pilot.app._tick()
        self.floor.step(steps=3)
        open_there = [t.ticket.id for t in self.floor.it.tickets if t.progress.status.is_open]
        if open_there and self.rng.random() < 0.3:
            self.floor.it.resolve(self.rng.choice(open_there))

    def look(self):
        app = self.pilot.app
        assert self.pilot.loop.status == "started"
        assert len(self.pilot.window.children) == 1, "somebody opened a window of the toolkit"
        assert app.stage.current != "admin", "the admin's screen without its PIN"
        self.seen.add(app.stage.current)


@pytest.fixture
def monkey(pilot, floor, monkeypatch, caplog):
    from kiosk.ui.pinlock import PinLock

    pilot.app.admin.lock = PinLock(lambda pin: False, floor.time.clock.monotonic)
    monkey = Monkey(pilot, floor, seed=1)
    send = type(pilot.app.flow).send

    def counted(flow, *args, **kwargs):
        monkey.sent += 1
        return send(flow, *args, **kwargs)

    monkeypatch.setattr(type(pilot.app.flow), "send", counted)
    with caplog.at_level(logging.ERROR):
        yield monkey


@pytest.mark.timeout(10_800 if LONG else 1200)
def test_random_events_lead_nowhere(monkey, pilot, floor, caplog, tell):
    for number in range(EVENTS):
        monkey.act()
        if number % 20 == 0:
            monkey.look()
        if number % 500 == 0:
            pilot.frames(1)

    reports = len(floor.terminal.entries()) + len(floor.outbox._figures)
    faults = [record.getMessage() for record in caplog.records]
    tell(f"{EVENTS} events on {len(monkey.seen)} screens, {reports} reports, each with its touch on Send; 0 faults")
    assert faults == []
    assert reports <= monkey.sent
    assert {"home", "machines", "symptoms", "details", "ticket", "idle", "pin"} <= monkey.seen


def test_a_way_into_the_admins_screen_is_found(monkey, pilot):
    """The negative control: with a PIN that everybody has, the monkey gets in."""
    pilot.app.admin.lock._check = lambda pin: True

    def play():
        for _ in range(30_000):
            monkey.act()
            monkey.look()

    with pytest.raises(AssertionError, match="admin"):
        play()


def test_a_report_that_nobody_sent_is_noticed(monkey, pilot, floor):
    """The negative control: a report past the screens is counted, and no touch for it."""
    floor.report()

    assert len(floor.terminal.entries()) > monkey.sent
