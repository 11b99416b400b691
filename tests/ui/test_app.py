"""What holds whatever is shown: languages, idleness, touches, faults, memory."""

import gc
from collections import Counter

import pytest
from scenes import SCENES

from kiosk.core.errors import KioskError


def switch_off(floor, pilot):
    """Let nobody touch the screen until it counts as left alone."""
    floor.time.seconds += pilot.app.idle.seconds + 1
    pilot.app._tick()
    pilot.settle()


# ---------------------------------------------------------------- languages


def test_a_language_is_switched_live_on_the_shown_screen(pilot):
    pilot.app.flow.begin()
    pilot.settle()

    pilot.app.speak("de")
    pilot.frames()

    assert pilot.sees("Verpackung") or pilot.sees("Packaging (de)")
    assert not pilot.sees("Which machine?")


def test_a_language_from_right_to_left_mirrors_the_screen(pilot):
    from kiosk.ui.theme import THEME

    def left_edges():
        pilot.frames()
        shown = (pilot.find_text(text) for text in ("Shop-floor help", "Or scan your machine"))
        return [label.to_window(*label.pos)[0] for label in shown]

    help_at, scan_at = left_edges()
    assert help_at < scan_at

    THEME.rtl = True
    try:
        help_at, scan_at = left_edges()
    finally:
        THEME.rtl = False

    assert help_at > scan_at


# ---------------------------------------------------------------- nobody is there


def test_a_screen_left_alone_drops_what_was_begun(pilot, floor):
    SCENES["details_answered"](pilot.app, floor)
    pilot.settle()

    switch_off(floor, pilot)

    assert pilot.app.asleep
    assert pilot.app.flow.draft is None
    assert pilot.screen not in ("details", "symptoms", "machines")


def wait(floor, pilot, seconds):
    floor.time.seconds += seconds
    pilot.app._tick()
    pilot.frames()


def test_before_a_report_is_dropped_the_operator_is_asked(pilot, floor):
    SCENES["details_answered"](pilot.app, floor)
    wait(floor, pilot, 39)
    assert not pilot.sees("Are you still there?")

    wait(floor, pilot, 2)
    assert pilot.sees("Your report is dropped in 19 seconds.")
    wait(floor, pilot, 18)
    assert pilot.sees("Your report is dropped in 1 second.")

    pilot.tap("Go on")
    wait(floor, pilot, 39)
    assert not pilot.sees("Are you still there?")
    assert pilot.app.flow.draft.who == "Mira K."


def test_the_question_whether_somebody_is_there_leaves_what_is_typed(pilot, floor):
    SCENES["details_typing"](pilot.app, floor)
    pilot.settle()
    pilot.tap("M")
    wait(floor, pilot, 41)
    assert pilot.sees("Are you still there?")

    pilot.touch(5, 5)  # anywhere

    assert not pilot.sees("Are you still there?")
    assert pilot.sees("Who should we ask for?")
    assert pilot.topmost().text == "M"


def test_nobody_is_asked_where_nothing_would_be_lost(pilot, floor):
    wait(floor, pilot, 55)

    assert not pilot.sees("Are you still there?")


def test_a_report_dropped_while_the_question_is_shown_leaves_no_question(pilot, floor):
    SCENES["details_answered"](pilot.app, floor)
    wait(floor, pilot, 41)

    switch_off(floor, pilot)

    assert pilot.screen == "idle"
    assert pilot.app.flow.draft is None
    assert not pilot.sees("Are you still there?")


def test_the_touch_that_wakes_touches_nothing(pilot, floor):
    switch_off(floor, pilot)

    pilot.touch(300, 500)  # where "Report a problem" is on the start screen
    pilot.settle()

    assert pilot.screen == "home"
    assert not pilot.app.asleep

    pilot.tap("Report a problem")
    pilot.until(lambda: pilot.screen == "machines")


def test_a_scan_wakes_and_counts(pilot, floor):
    switch_off(floor, pilot)

    pilot.scan("KIOSK:P-0007")

    pilot.until(lambda: pilot.screen == "symptoms")
    assert not pilot.app.asleep


def test_somebody_who_touches_is_not_left_alone(pilot, floor):
    floor.time.seconds += pilot.app.idle.seconds - 1
    pilot.touch(5, 5)
    floor.time.seconds += 2
    pilot.app._tick()

    assert not pilot.app.asleep


# ---------------------------------------------------------------- touches


def test_the_bounce_of_a_gloved_finger_is_one_tap(pilot, floor, monkeypatch):
    from kiosk.ui.widgets.card import TapCard

    SCENES["details"](pilot.app, floor)
    pilot.settle()
    monkeypatch.setattr(TapCard, "bounce", 60.0)
    taps = []
    choice = next(pilot.walk("Choice"))
    choice._released_at = float("-inf")  # screens are kept, and a test before this one may just have touched it
    choice.bind(on_release=taps.append)

    pilot.tap(choice)
    pilot.tap(choice)

    assert taps == [choice]


def test_a_touch_that_was_meant_for_the_last_screen_does_not_count(pilot, monkeypatch):
    from kiosk.ui.page import Stage

    monkeypatch.setattr(Stage, "settle", 60.0)
    pilot.app.home()
    pilot.settle()

    pilot.tap("Report a problem")

    assert pilot.screen == "home"


def test_a_touch_beside_a_sheet_closes_it_and_touches_nothing_below(pilot):
    pilot.app.flow.look_for_label()
    pilot.frames()

    pilot.touch(100, 500)

    assert pilot.screen == "home"
    assert not pilot.app.root.ids.sheets.children


def test_every_hour_the_outbox_is_tidied_while_the_terminal_runs(pilot, floor):
    from kivy.clock import Clock

    floor.report()
    floor.step()
    floor.it.close_ticket("T0001")
    floor.step(11)
    floor.terminal.tidy().result(5)
    floor.time.advance(25 * 3600)
    assert floor.terminal.entries()

    (hourly,) = [event for event in Clock.get_events() if event.timeout == 3600]
    hourly.get_callback()(0)

    pilot.until(lambda: not floor.terminal.entries(), what="the tidying")


# ---------------------------------------------------------------- faults


def fail():
    raise ZeroDivisionError("a bug")


def test_a_fault_is_logged_and_leads_home(pilot, monkeypatch, caplog):
    pilot.app.flow.show_problems()
    pilot.settle()
    monkeypatch.setattr(pilot.app, "back", fail)

    pilot.as_in_production(lambda: pilot.tap(next(pilot.walk("RoundButton"))))
    pilot.until(lambda: pilot.sees(KioskError.message_key))

    assert pilot.screen == "home"
    assert "a screen failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_fault_keeps_the_draft_and_lets_the_operator_go_on(pilot, floor, monkeypatch):
    SCENES["details_answered"](pilot.app, floor)
    pilot.settle()
    monkeypatch.setattr(pilot.app.flow, "send", fail)
    pilot.as_in_production(lambda: pilot.tap("Send to IT"))
    pilot.until(lambda: pilot.sees(KioskError.message_key))

    pilot.tap("Go on")
    pilot.until(lambda: pilot.screen == "details")

    assert pilot.app.flow.draft.stopped is True


def test_an_interrupt_is_no_fault(open_window):
    from kivy.base import ExceptionManager

    from kiosk.ui.recovery import GoHome

    assert GoHome().handle_exception(KeyboardInterrupt()) == ExceptionManager.RAISE


def test_faults_without_end_are_given_to_whoever_restarts_the_program(open_window):
    from kivy.base import ExceptionManager

    from kiosk.ui.recovery import GoHome

    seconds = 1000.0
    handler = GoHome(monotonic=lambda: seconds)
    seconds += 61
    answers = [handler.handle_exception(ZeroDivisionError()) for _ in range(5)]

    assert answers == [ExceptionManager.PASS] * 4 + [ExceptionManager.RAISE]


def test_just_after_a_start_no_fault_makes_another_start_which_would_not_heal_it_either(open_window):
    from kivy.base import ExceptionManager

    from kiosk.ui.recovery import GoHome

    handler = GoHome(monotonic=lambda: 1000.0)
    answers = [handler.handle_exception(ZeroDivisionError()) for _ in range(50)]

    assert set(answers) == {ExceptionManager.PASS}


# ---------------------------------------------------------------- memory


def test_screens_and_sheets_that_are_gone_leave_nothing_behind(pilot, floor):
    def walk():
        for name in ("home", "machines", "search", "details_typing", "refused_scan"):
            SCENES[name](pilot.app, floor)
            pilot.frames(2)
        pilot.app.home()
        pilot.frames(2)
        gc.collect()
        return Counter(type(thing).__name__ for thing in gc.get_objects())

    walk()
    before = walk()
    for _ in range(4):
        after = walk()

    for kind in ("KLabel", "PadKey", "MessageSheet", "TypingSheet", "ClockEvent", "WeakMethod"):
        assert after[kind] <= before[kind] + 2, kind


def test_what_is_left_of_a_sheet_that_is_gone_keeps_no_other_from_its_text(pilot):
    from kivy.factory import Factory

    def button_of_a_sheet_that_is_gone():
        sheet = Factory.MessageSheet()
        button = next(widget for widget in sheet.walk() if type(widget).__name__ == "BigButton")
        button.parent.remove_widget(button)
        return button

    button = button_of_a_sheet_that_is_gone()
    gc.collect()
    pilot.frames()
    with pytest.raises(ReferenceError):
        pilot.app.property("tr").dispatch(pilot.app)

    pilot.app.speak("de")
    pilot.frames()

    assert pilot.sees("Problem melden")
    assert button is not None
    pilot.app.property("tr").dispatch(pilot.app)


@pytest.fixture
def thirty_frames(pilot, monkeypatch):
    from dataclasses import replace

    from kivy.clock import Clock

    monkeypatch.setattr(pilot.app, "display", replace(pilot.app.display, max_fps=30))
    yield Clock
    Clock._max_fps = 0


def test_a_screen_that_nobody_uses_is_drawn_less_often_and_at_once_again_when_touched(pilot, floor, thirty_frames):
    clock = thirty_frames
    pilot.app._is_here()
    pilot.app._tick()
    assert clock._max_fps == 30

    floor.time.advance(6)
    pilot.app._tick()
    assert clock._max_fps == 15
    pilot.touch(2, 2)

    assert clock._max_fps == 30
