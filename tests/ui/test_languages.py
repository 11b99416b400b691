"""Everybody finds their language, and the next person finds the terminal's own."""

from __future__ import annotations

import pytest

from kiosk.i18n import OWN_NAMES

babel = pytest.importorskip("babel.messages", reason="babel compiles the catalogues of this test; it is not installed")


@pytest.fixture
def spoken(monkeypatch, tmp_path):
    """Give catalogues of these languages, in which one sentence is translated."""

    def install(**languages):
        from babel.messages.catalog import Catalog
        from babel.messages.mofile import write_mo

        from kiosk import resources

        for code, sentence in languages.items():
            catalogue = Catalog(locale=code)
            catalogue.add("Report a problem", sentence)
            folder = tmp_path / code / "LC_MESSAGES"
            folder.mkdir(parents=True)
            with (folder / "kiosk.mo").open("wb") as file:
                write_mo(file, catalogue)
        monkeypatch.setattr(resources, "translations", lambda: tmp_path)

    return install


def offered(pilot):
    return [card.row.name for card in pilot.walk("LanguageCard")]


def test_each_language_is_written_in_its_own_words(pilot, spoken):
    spoken(de="Problem melden", uk="Повідомити", ar="أبلغ")

    pilot.app.pick_language()
    pilot.settle()

    assert offered(pilot) == ["English", OWN_NAMES["ar"], OWN_NAMES["de"], OWN_NAMES["uk"]]


def test_a_touch_switches_the_screen_below_at_once(pilot, spoken):
    spoken(de="Problem melden")
    pilot.app.pick_language()
    pilot.settle()

    pilot.tap("Deutsch")
    pilot.settle()

    assert pilot.screen == "home"
    assert pilot.sees("Problem melden")
    assert not pilot.sees("Report a problem")


def test_a_language_from_right_to_left_turns_the_screen_around(pilot, spoken):
    spoken(ar="أبلغ عن مشكلة")
    pilot.app.pick_language()
    pilot.settle()
    pilot.tap(OWN_NAMES["ar"])
    pilot.settle()

    report, scan = pilot.find_text("أبلغ عن مشكلة"), pilot.find_text("Or scan your machine")

    assert report.to_window(*report.pos)[0] > scan.to_window(*scan.pos)[0]


def test_only_the_languages_of_this_terminal_are_offered(pilot, spoken, monkeypatch):
    spoken(de="Problem melden", pl="Zgłoś problem")
    monkeypatch.setattr(pilot.app, "languages", ("en", "pl"))

    pilot.app.pick_language()
    pilot.settle()

    assert offered(pilot) == ["English", "Polski"]


def test_many_languages_are_turned_over_and_none_is_lost(pilot, spoken):
    spoken(**dict.fromkeys(sorted(OWN_NAMES.keys() - {"en"}), "x"))
    pilot.app.pick_language()
    pilot.settle()

    seen = set(offered(pilot))
    assert len(seen) < len(OWN_NAMES)
    pilot.tap("More")
    seen |= set(offered(pilot))

    assert seen == set(OWN_NAMES.values())


def test_the_language_of_what_is_shown_is_kept_while_reporting(pilot, spoken):
    spoken(de="Problem melden")
    pilot.scan("KIOSK:P-0007")
    pilot.settle()
    pilot.app.pick_language()
    pilot.settle()
    pilot.tap("Deutsch")
    pilot.settle()

    assert pilot.screen == "symptoms"
    assert pilot.sees("Nothing prints (de)")


def test_the_terminals_own_language_comes_back_when_nobody_is_there(pilot, floor, spoken):
    spoken(de="Problem melden")
    pilot.app.speak("de")

    floor.time.advance(61)
    pilot.app._tick()
    pilot.touch(640, 400)
    pilot.settle()

    assert pilot.app.language == "en"
    assert pilot.sees("Report a problem")


def test_the_language_button_of_a_report_opens_the_picker(pilot, floor):
    floor.report()
    pilot.app.flow.open_ticket("T0001")
    pilot.settle()

    pilot.tap(next(button for button in pilot.walk("RoundButton") if button.icon == "translate"))
    pilot.settle()

    assert "English" in offered(pilot)
