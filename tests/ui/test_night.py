"""By night the screen is dark and still; for whoever comes it is bright at once. And what it says can be heard."""

from datetime import UTC, datetime, time, timedelta

import pytest
from fakes import MONDAY_NOON

from kiosk.backlight import find_backlight
from kiosk.ui.night import Night
from kiosk.ui.speech import Speaker

LATE = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
NIGHT = Night(hours=(time(22), time(5, 30)), brightness=0.25, blank_seconds=600)


@pytest.mark.parametrize(
    ("hours", "at", "is_night"),
    [
        ((time(22), time(6)), time(21, 59), False),
        ((time(22), time(6)), time(22), True),
        ((time(22), time(6)), time(2), True),
        ((time(22), time(6)), time(6), False),
        ((time(1), time(5)), time(0, 30), False),
        ((time(1), time(5)), time(3), True),
        (None, time(3), False),
    ],
)
def test_the_night_may_run_past_midnight(hours, at, is_night):
    assert Night(hours=hours).is_at(datetime.combine(LATE, at)) is is_night


@pytest.mark.parametrize(("alone_for", "light"), [(0, 1.0), (1, 0.25), (599, 0.25), (600, 0.0)])
def test_the_longer_nobody_is_there_the_darker_it_is(alone_for, light):
    assert NIGHT.light(LATE, alone_for=alone_for) == light


# ---------------------------------------------------------------- on the screen


@pytest.fixture
def at_night(pilot, floor, monkeypatch):
    monkeypatch.setattr(pilot.app.light, "night", NIGHT)
    floor.time.wall = MONDAY_NOON + timedelta(hours=11)
    pilot.app._tick()
    yield pilot.app
    pilot.app.dim, pilot.app.light.backlight = 0, None
    floor.time.wall = MONDAY_NOON
    pilot.app._tick()


def leave_alone(app, floor, seconds):
    floor.time.advance(seconds)
    app._tick()
    app._tick()


def test_the_board_is_dark_by_night_and_bright_for_whoever_comes(at_night, pilot, floor):
    assert at_night.dim == 0
    leave_alone(at_night, floor, 61)
    assert at_night.dim == 0.75
    leave_alone(at_night, floor, 600)
    assert at_night.dim == 1
    assert pilot.shot().getextrema() == ((0, 0), (0, 0), (0, 0))

    pilot.touch(640, 400)
    pilot.settle()

    assert at_night.dim == 0
    assert pilot.screen == "home"


def test_a_scan_makes_it_bright_and_counts(at_night, pilot, floor):
    leave_alone(at_night, floor, 61)

    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    assert at_night.dim == 0
    assert pilot.screen == "symptoms"


def test_by_day_it_stays_bright(pilot, floor, monkeypatch):
    monkeypatch.setattr(pilot.app.light, "night", NIGHT)

    leave_alone(pilot.app, floor, 3600)

    assert pilot.app.dim == 0


def test_a_terminal_that_does_not_know_the_time_knows_no_night(at_night, floor):
    floor.time.wall = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)

    leave_alone(at_night, floor, 3600)

    assert at_night.dim == 0


def test_by_night_there_is_silence(at_night, monkeypatch):
    from kiosk.ui import sounds

    played = []
    monkeypatch.setattr(sounds, "_sound", played.append)

    sounds.play("saved")
    assert played == []
    monkeypatch.setattr(at_night.light, "night", Night())
    at_night._tick()
    sounds.play("saved")

    assert played == ["saved"]


# ---------------------------------------------------------------- the panel's own light


@pytest.fixture
def panel(tmp_path):
    folder = tmp_path / "intel_backlight"
    folder.mkdir()
    (folder / "max_brightness").write_text("400\n")
    (folder / "brightness").write_text("400\n")
    return folder


def test_the_panels_own_light_is_used_where_there_is_one(at_night, floor, panel):
    light = find_backlight(panel.parent)
    at_night.light.backlight = light

    leave_alone(at_night, floor, 61)
    light._writer.submit(print).result(5)
    assert (panel / "brightness").read_text() == "100\n"
    assert at_night.dim == 0

    light.close()
    assert (panel / "brightness").read_text() == "400\n"


def test_a_panel_that_may_not_be_set_is_left_alone(tmp_path):
    assert find_backlight(tmp_path) is None
    (tmp_path / "odd").mkdir()
    assert find_backlight(tmp_path) is None


# ---------------------------------------------------------------- speech


@pytest.fixture
def said(tmp_path, monkeypatch):
    """Give what was handed to the system's speech dispatcher."""
    program, heard = tmp_path / "bin" / "spd-say", tmp_path / "heard"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >> {heard}\necho >> {heard}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    heard.touch()
    return lambda: [line for line in heard.read_text().splitlines() if "--cancel" not in line]


def test_how_a_report_stands_is_said_in_its_language(pilot, floor, said, monkeypatch):
    speaker = Speaker()
    monkeypatch.setattr(pilot.app, "speaker", speaker)
    ticket = floor.report().ticket.id
    pilot.app.flow.open_ticket(ticket)
    pilot.settle()
    pilot.app.speak("de")
    floor.step(30)
    pilot.app.page.refresh()
    speaker._voice.submit(print).result(5)
    speaker.close()

    first, second = said()
    assert "|en|" in first
    assert "Saved on this terminal" in first
    assert "|de|" in second
    assert "Die IT hat es" in second


def test_without_the_dispatcher_it_is_silent_and_logged_once(monkeypatch, caplog):
    monkeypatch.setenv("PATH", "")
    speaker = Speaker()

    speaker.say("IT has it", language="en")
    speaker._voice.submit(print).result(5)
    speaker.say("IT has it", language="en")
    speaker.close()

    assert [record.message for record in caplog.records].count(caplog.records[0].message) == 1
    assert "speech-dispatcher" in caplog.text


def test_words_are_never_options_of_the_program(said):
    speaker = Speaker()
    speaker.say("--version; rm -rf /", language="en")
    speaker._voice.submit(print).result(5)
    speaker.close()

    assert said()[0].endswith("|--|--version; rm -rf /|")
