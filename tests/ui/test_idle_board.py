"""What the screen shows while nobody is there, and how it wakes."""

from __future__ import annotations

import pytest

from kiosk.core.model import Question


@pytest.fixture
def heard(monkeypatch):
    """The tones that were played."""
    from kiosk.ui import sounds

    played = []
    monkeypatch.setattr(sounds, "play", played.append)
    return played


def fall_asleep(pilot, floor):
    floor.time.advance(pilot.app.idle.seconds + 1)
    pilot.app._tick()
    pilot.settle()


def test_a_screen_left_alone_shows_what_is_open(pilot, floor):
    floor.report()
    floor.step()
    floor.it.take("T0001", "Jana")
    floor.step(11)

    fall_asleep(pilot, floor)

    assert pilot.screen == "idle"
    assert pilot.sees("Zebra L7")
    assert pilot.sees("Jana has it")
    assert pilot.sees("Touch or scan to report a problem")


def test_the_machine_can_be_read_from_afar(pilot, floor):
    floor.report()
    floor.step()
    fall_asleep(pilot, floor)

    assert pilot.find_text("Zebra L7").font_size >= 48
    assert pilot.find_text(pilot.app.clock).font_size >= 100


def test_the_first_touch_only_wakes(pilot, floor):
    fall_asleep(pilot, floor)
    begin = (300, 500)

    pilot.touch(*begin)
    pilot.settle()
    assert pilot.screen == "home"

    pilot.touch(*begin)
    pilot.settle()
    assert pilot.screen == "machines"


def test_a_scan_wakes_and_works_at_once(pilot, floor):
    fall_asleep(pilot, floor)

    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    assert pilot.screen == "symptoms"
    pilot.app.back()
    pilot.settle()
    assert pilot.screen == "home"


def test_what_was_begun_is_dropped(pilot, floor):
    pilot.scan("KIOSK:P-0007")
    fall_asleep(pilot, floor)

    assert pilot.app.flow.draft is None


def test_more_than_fits_comes_page_by_page(pilot, floor):
    for _ in range(4):
        floor.report()
    floor.step()
    fall_asleep(pilot, floor)
    page = pilot.app.page

    seen = set()
    for _ in range(2):
        seen |= {row.ticket for row in page.rows_shown}
        assert pilot.sees("of 2")
        floor.time.advance(10)
        pilot.app._tick()
        pilot.frames()

    assert len(seen) == 4


def test_the_board_moves_a_little_every_minute_and_never_by_itself(pilot, floor):
    floor.report()
    floor.step()
    fall_asleep(pilot, floor)
    clock = pilot.find_text(pilot.app.clock)
    places = set()
    for _ in range(9):
        places.add(tuple(map(round, clock.to_window(*clock.pos))))
        floor.time.advance(60)
        pilot.app._tick()
        pilot.frames()

    assert len(places) > 4
    assert max(x for x, _ in places) - min(x for x, _ in places) <= 30


def test_nothing_is_drawn_while_nothing_changes(pilot, floor):
    floor.report()
    floor.step()
    fall_asleep(pilot, floor)
    drawn = []

    def note(*_):
        drawn.append(pilot.app.clock)

    pilot.frames(10)
    pilot.window.bind(on_draw=note)
    try:
        for _ in range(3):
            floor.time.advance(1)
            pilot.app._tick()
            pilot.frames(5)
    finally:
        pilot.window.unbind(on_draw=note)

    assert drawn == []


def test_a_question_that_arrives_calls_for_the_operator_once(pilot, floor, heard):
    floor.report()
    floor.step()
    fall_asleep(pilot, floor)
    floor.it.ask("T0001", Question(id="Q", text="Is it on?"))
    floor.step(11)

    pilot.app._tick()
    pilot.app._tick()
    pilot.settle()

    assert heard == ["needs_you"]
    assert pilot.sees("IT has a question for you")


def test_an_empty_board_says_that_all_is_good(pilot, floor):
    floor.step()
    fall_asleep(pilot, floor)

    assert pilot.sees("All good. Nothing is open here.")


def test_planned_work_is_announced(pilot):
    from stagehand import example_floor, reset

    floor = example_floor()
    reset(pilot.app, floor)
    fall_asleep(pilot, floor)
    titles = set()
    for _ in range(20):
        titles.add(pilot.app.page.notice.title)
        floor.time.advance(10)
        pilot.app._tick()

    assert {notice.title.get("en") for notice in floor.terminal.notices()} <= titles
