"""What the admin reads, and the lock before it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeClock, Floor

from kiosk.core.errors import MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.core.model import DeliveryState
from kiosk.i18n import Translator
from kiosk.ui.pinlock import PinLock
from kiosk.ui.present import admin

ENGLISH = Translator()


@pytest.fixture
def floor():
    return Floor()


def queue(floor):
    return admin.queue(floor.terminal, ENGLISH, floor.time.wall)


def links(floor):
    return admin.links(floor.terminal, ENGLISH, floor.time.wall)


# ---------------------------------------------------------------- the queue


def test_what_has_left_is_not_in_the_queue(floor):
    floor.report()
    floor.step()

    assert queue(floor) == []


def test_what_waits_says_for_whom(floor):
    floor.report()

    row = queue(floor)[0]

    assert row.title == "Zebra L7 · Printer offline · T0001"
    assert (row.when, row.text, row.can_resend) == ("12:00", "Waits for it.", False)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (TemporaryError("no route"), "Waits for it, tried 1 time: no route"),
        (UncertainError("timeout"), "We are finding out whether it has it: timeout"),
        (RejectedError("no such project"), "it refused it: no such project"),
    ],
)
def test_the_queue_says_why(floor, error, text):
    floor.report()
    floor.it.fail_next(error)
    floor.step(steps=3)

    assert queue(floor)[0].text == text


def test_the_refused_come_first_and_can_be_sent_again(floor):
    floor.report()
    refused = floor.report()
    create = replace(refused.deliveries[0], state=DeliveryState.REJECTED, error="no such project")
    floor.outbox.change(refused.ticket.id, lambda entry: entry.with_delivery(create))

    assert [row.can_resend for row in queue(floor)] == [True, False]


# ---------------------------------------------------------------- the destinations


def test_a_paused_destination_tells_its_reason_in_its_words(floor):
    floor.step()
    floor.it.fail_next(MisconfiguredError("401 Unauthorized"))
    floor.report()
    floor.step()

    row = links(floor)[0]

    assert (row.name, row.tone, row.error, row.since) == ("it", "bad", "401 Unauthorized", "since 12:00")
    assert row.state.startswith("Paused")


def test_a_good_destination_has_no_error(floor):
    floor.step()

    row = links(floor)[0]

    assert (row.state, row.tone, row.error) == ("Connected", "good", "")


# ---------------------------------------------------------------- scanner and versions


def test_the_scanner_test_tells_the_machine(floor):
    row = admin.read_scan("kiosk:p-0007", floor.terminal, ENGLISH)

    assert (row.text, row.meaning, row.tone) == ("kiosk:p-0007", "Machine Zebra L7 (P-0007)", "good")


@pytest.mark.parametrize("text", ["4006381333931", "https://example.org/a?b=c", "[b]bold[/b]\x00\ud800", ""])
def test_the_scanner_test_shows_any_other_code_as_it_is(floor, text):
    row = admin.read_scan(text, floor.terminal, ENGLISH)

    assert row.meaning == "This code is not a machine label."
    assert "\x00" not in row.text


def test_the_versions_name_this_terminal(floor):
    rows = admin.facts(floor.terminal, ENGLISH, versions={"Kivy": "2.3.1"}, folder="/data")

    facts = {row.name: row.value for row in rows}
    assert facts["Terminal"] == "K1"
    assert facts["Area"] == "Packaging"
    assert facts["Plant"] == "Test plant, 2 machines"
    assert facts["Kivy"] == "2.3.1"


@pytest.mark.parametrize(("count", "tone"), [(0, ""), (2, "bad")])
def test_damaged_records_are_counted_and_stand_out(floor, monkeypatch, count, tone):
    monkeypatch.setattr(type(floor.terminal), "damaged_records", count, raising=False)

    rows = admin.facts(floor.terminal, ENGLISH, versions={}, folder="/data")

    assert [(row.value, row.tone) for row in rows if row.name == "Damaged records"] == [(str(count), tone)]


def test_the_folder_tells_its_room_or_that_it_cannot_be_read():
    assert admin.folder_state(Path("/data"), 12_340_000_000, ENGLISH) == "/data: 12.3 GB free"
    assert admin.folder_state(Path("/data"), None, ENGLISH) == "/data: cannot be read"
    assert admin.folder_state(None, None, ENGLISH) == "in memory only"


# ---------------------------------------------------------------- the lock


@pytest.fixture
def time():
    return FakeClock()


@pytest.fixture
def lock(time):
    return PinLock(lambda pin: pin == "2580", time.clock.monotonic)


def test_the_right_pin_opens(lock):
    assert lock.open("2580")


def test_without_a_pin_in_the_configuration_nothing_opens(time):
    lock = PinLock(None, time.clock.monotonic)

    assert not lock.exists
    assert not lock.open("")


def test_after_five_wrong_tries_not_even_the_right_pin_opens(lock):
    for _ in range(5):
        assert not lock.open("0000")

    assert lock.locked_for == 300
    assert not lock.open("2580")


def test_five_minutes_later_it_opens_whatever_the_wall_clock_says(lock, time):
    for _ in range(5):
        lock.open("0000")
    time.wall = time.wall.replace(year=2030)
    assert not lock.open("2580")

    time.seconds += 300

    assert lock.open("2580")


def test_whoever_goes_on_guessing_gets_one_try_per_five_minutes(lock, time):
    for _ in range(5):
        lock.open("0000")
    time.advance(300)
    lock.open("1111")

    assert lock.locked_for == 300


def test_the_right_pin_forgives_the_wrong_ones(lock):
    for _ in range(4):
        lock.open("0000")
    lock.open("2580")

    assert lock.tries_left == 5


@pytest.mark.parametrize(("inches", "smallest", "tone"), [(10.1, 15.4, ""), (7.0, 10.6, "bad")])
def test_the_smallest_button_is_said_in_millimetres(floor, inches, smallest, tone):
    rows = admin.facts(floor.terminal, Translator(), versions={}, folder="", screen=(inches, smallest))

    (row,) = [row for row in rows if row.name == "Screen"]
    assert (row.value, row.tone) == (f"{inches:g}″ · smallest button: {smallest:.0f} mm", tone)
