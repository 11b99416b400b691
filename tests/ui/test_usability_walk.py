"""From the cold start screen to "Saved", in every language: three touches with a scan, five from the list. And no touch counts twice."""

import random

import pytest
from stagehand import example_floor

from kiosk.i18n import languages


@pytest.fixture
def floor():
    return example_floor()


@pytest.fixture
def touches(pilot, monkeypatch):
    """Count them."""
    made, touch = [], pilot.touch
    monkeypatch.setattr(pilot, "touch", lambda *place, **how: (made.append(place), touch(*place, **how)))
    return made


def answer_and_send(pilot, floor, machine):
    """Go from the symptoms to the saved report."""
    language = pilot.app.language
    say = pilot.app.translator.tr
    pilot.until(lambda: pilot.screen == "symptoms")
    pilot.settle()
    pilot.tap(floor.terminal.symptoms(machine)[0].words.get(language))
    pilot.until(lambda: pilot.screen == "details")
    pilot.settle()
    pilot.tap(say("Yes, it is stopped"))
    pilot.tap(say("Send to IT"))
    pilot.until(lambda: pilot.screen == "ticket")
    pilot.settle()
    assert pilot.sees(say("Saved on this terminal"))


@pytest.mark.parametrize("language", [known.code for known in languages()])
def test_a_report_takes_three_touches_after_a_scan_and_five_from_the_list(pilot, floor, touches, language):
    scanned, listed = floor.terminal.machines(floor.terminal.area)[:2]
    pilot.app.speak(language)
    say = pilot.app.translator.tr

    pilot.scan(f"KIOSK:{scanned.id}")
    answer_and_send(pilot, floor, scanned)
    assert len(touches) <= 3

    pilot.app.home()
    pilot.settle()
    touches.clear()
    pilot.tap(say("Report a problem"))
    pilot.until(lambda: pilot.screen == "machines")
    pilot.settle()
    pilot.tap(listed.name)
    answer_and_send(pilot, floor, listed)
    assert len(touches) <= 5

    sent = [(entry.ticket.machine, entry.ticket.language) for entry in floor.terminal.entries()]
    assert sent == [(scanned.id, language), (listed.id, language)]


def test_of_a_thousand_touches_that_wake_none_does_anything_else(pilot, floor):
    from kivy.tests.common import UnitTestTouch

    rng = random.Random(1)
    app = pilot.app
    for _ in range(1000):
        app.asleep = True
        app.flow.rest()
        touch = UnitTestTouch(rng.uniform(0, 1280), rng.uniform(0, 800))
        touch.touch_down()
        touch.touch_up()
        assert (app.asleep, pilot.screen, app.flow.draft) == (False, "home", None)
        assert not app.root.ids.sheets.children
        assert len(app._history) == 1

    assert floor.terminal.entries() == []
