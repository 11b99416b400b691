"""The admin's door and what is behind it."""

from __future__ import annotations

import pytest

from kiosk.core.errors import MisconfiguredError, RejectedError
from kiosk.core.model import DeliveryState

PIN = "2580"


@pytest.fixture
def locked(pilot, floor, monkeypatch):
    """A terminal whose PIN is known to us."""
    from kiosk.ui.pinlock import PinLock
    from kiosk.ui.widgets.pad import PadKey

    # We type faster than people.
    monkeypatch.setattr(PadKey, "bounce", 0.0)
    pilot.app.admin.lock = PinLock(PIN.__eq__, floor.time.clock.monotonic)
    return pilot.app.admin.lock


@pytest.fixture
def admin(pilot, locked):
    """Somebody who came in with the PIN."""
    pilot.app.flow.open_admin()
    type_pin(pilot, PIN)
    assert pilot.screen == "admin"
    return pilot


def type_pin(pilot, pin):
    pilot.settle()
    for digit in pin:
        pilot.tap(next(key for key in pilot.walk("PadKey") if key.key == digit))
    pilot.tap("Open")
    pilot.settle()


def test_a_long_touch_on_the_emblem_leads_to_the_door(pilot, monkeypatch):
    from kivy.tests.common import UnitTestTouch

    emblem = next(pilot.walk("Hold"))
    emblem._ripe.timeout = 0.05
    touch = UnitTestTouch(*emblem.to_window(*emblem.center))
    touch.touch_down()

    pilot.until(lambda: pilot.screen == "pin")
    touch.touch_up()


def test_the_long_touch_takes_three_seconds():
    from kiosk.ui.widgets.hold import Hold

    assert Hold.seconds == 3


def test_a_short_touch_on_the_emblem_does_nothing(pilot):
    emblem = next(pilot.walk("Hold"))
    emblem._ripe.timeout = 0.05

    pilot.tap(emblem)
    # A frame after the time of the long touch.
    from kivy.clock import Clock

    until = Clock.get_time() + 0.1
    pilot.until(lambda: Clock.get_time() > until)

    assert pilot.screen == "home"


def test_the_right_pin_opens(admin):
    assert admin.sees("Nothing waits. Everything has left this terminal.")


def test_the_pin_is_never_shown(pilot, locked):
    pilot.app.flow.open_admin()
    pilot.settle()
    for digit in PIN:
        pilot.tap(next(key for key in pilot.walk("PadKey") if key.key == digit))

    assert not pilot.sees(PIN)
    assert next(pilot.walk("PinDots")).entered == 4


def test_five_wrong_pins_lock_the_door_even_for_the_right_one(pilot, locked, floor):
    pilot.app.flow.open_admin()
    for _ in range(5):
        type_pin(pilot, "1111")
    assert pilot.sees("Locked. Please wait 5:00.")

    pilot.app.home()
    pilot.app.flow.open_admin()
    type_pin(pilot, PIN)
    assert pilot.screen == "pin"

    floor.time.advance(300)
    pilot.app.idle.touch()
    pilot.app._tick()
    type_pin(pilot, PIN)
    assert pilot.screen == "admin"


def test_a_wrong_pin_says_how_many_tries_are_left(pilot, locked):
    pilot.app.flow.open_admin()
    type_pin(pilot, "1111")

    assert pilot.sees("Wrong PIN. 4 tries left.")


def test_without_a_pin_the_door_explains_itself(pilot, floor):
    from kiosk.ui.pinlock import PinLock

    pilot.app.admin.lock = PinLock(None, floor.time.clock.monotonic)
    pilot.app.flow.open_admin()
    pilot.settle()

    assert pilot.sees('admin_pin = {file = "pin"}')
    assert list(pilot.walk("PadKey")) == []


def test_nobody_who_comes_later_finds_the_door_open(admin, floor):
    floor.time.advance(61)
    admin.app._tick()
    admin.touch(640, 400)
    admin.settle()

    assert admin.screen == "home"


# ---------------------------------------------------------------- behind the door


def refused(pilot, floor):
    floor.it.fail_next(RejectedError("no such project"))
    floor.report()
    floor.step()
    pilot.app._tick()
    pilot.settle()


def test_what_was_refused_says_why_and_can_be_sent_again(admin, floor):
    refused(admin, floor)
    assert admin.sees("it refused it: no such project")

    admin.tap("Send again")
    admin.until(lambda: floor.terminal.entry("T0001").deliveries[0].state is DeliveryState.PENDING)
    floor.step()
    admin.app._tick()
    admin.settle()

    assert floor.terminal.entry("T0001").is_delivered
    assert admin.sees("Nothing waits. Everything has left this terminal.")


def test_sending_again_that_the_disk_refuses_is_said(admin, floor):
    refused(admin, floor)
    floor.disk.db.storage.full = True

    admin.tap("Send again")

    admin.until(lambda: admin.sees("Not saved. Please call IT."))


def test_a_paused_way_is_explained_and_can_be_tried_now(admin, floor):
    floor.it.fail_next(MisconfiguredError("401 Unauthorized"), call="changes")
    floor.step()
    admin.tap("Ways to IT")
    admin.app._tick()
    admin.settle()
    assert admin.sees("Paused: somebody has to change a setting.")
    assert admin.sees("401 Unauthorized")

    admin.tap("Try now")
    admin.tap("OK")
    floor.step()
    admin.app._tick()
    admin.settle()

    assert admin.sees("Connected")


def test_the_scanner_test_shows_a_scan_and_goes_nowhere(admin):
    admin.tap("Test the scanner")
    admin.settle()

    admin.scan("KIOSK:P-0007")
    admin.settle()

    assert admin.screen == "admin"
    assert admin.sees("Machine Zebra L7 (P-0007)")
    assert admin.sees("The scanner typed: KIOSK:P-0007")


def test_on_the_other_pages_a_scan_works_as_ever(admin):
    admin.scan("KIOSK:P-0007")
    admin.settle()

    assert admin.screen == "symptoms"


def test_versions_tell_the_room_that_is_left_without_stopping_the_screen(pilot, locked, monkeypatch, tmp_path):
    monkeypatch.setattr(pilot.app, "data", tmp_path)
    pilot.app.flow.open_admin()
    type_pin(pilot, PIN)
    pilot.tap("Versions")

    pilot.until(lambda: pilot.sees("GB free"))

    assert pilot.sees("K1")
    assert pilot.sees("Test plant, 2 machines")


def test_a_folder_that_is_gone_is_no_crash(pilot, locked, monkeypatch, tmp_path):
    monkeypatch.setattr(pilot.app, "data", tmp_path / "gone")
    pilot.app.flow.open_admin()
    type_pin(pilot, PIN)
    pilot.tap("Versions")

    pilot.until(lambda: pilot.sees("cannot be read"))


def test_the_program_ends_only_when_that_is_meant(admin, monkeypatch):
    ended = []
    monkeypatch.setattr(admin.app, "stop", lambda: ended.append(True))

    admin.tap("End the program")
    admin.tap("Go on")
    assert ended == []

    admin.tap("End the program")
    admin.tap("End it")
    assert ended == [True]
