"""The whole app with a keyboard and a scanner alone; and a code that is none presses nothing."""

import pytest

ENTER, BACKSPACE, TAB, SPACE, SHIFT = 40, 42, 43, 44, 225
RIGHT, LEFT, DOWN, UP = 79, 80, 81, 82


@pytest.fixture
def press(pilot, monkeypatch):
    """Press single keys as a person does: with time between them."""
    now = [1000.0]
    keys = pilot.app.keys
    keys._burst, keys._times = [], []
    keys._wedge._forget()
    monkeypatch.setattr(keys, "_monotonic", lambda: now[0])
    monkeypatch.setattr(keys._wedge, "_clock", lambda: now[0])

    def press(*scancodes, char="", gap=0.3, shift=False):
        for scancode in scancodes:
            pilot.window.dispatch("on_key_down", 0, scancode, char, ["shift"] if shift else [])
            now[0] += gap
            keys._settle(0)
        pilot.settle()

    return press


def focused(pilot):
    card = pilot.app.root.ids.ring.card
    return [text for text in pilot.texts(card) if text] if card else None


def go_to(pilot, press, text):
    """Press Tab until the button with this text has the focus."""
    for _ in range(40):
        press(TAB)
        if text in focused(pilot):
            return
    raise LookupError(text)


def test_a_report_is_sent_with_the_keyboard_alone(pilot, press, floor):
    for screen, text in (
        ("machines", "Report a problem"),
        ("symptoms", "Zebra L7"),
        ("details", "Nothing prints"),
        ("details", "Yes, it is stopped"),
    ):
        go_to(pilot, press, text)
        press(ENTER)
        pilot.until(lambda screen=screen: pilot.screen == screen)
        pilot.settle()
    go_to(pilot, press, "Send to IT")
    press(SPACE)
    pilot.until(lambda: pilot.screen == "ticket")

    assert len(floor.terminal.entries()) == 1


def test_arrows_go_to_the_button_in_that_direction(pilot, press):
    press(DOWN)
    go_to(pilot, press, "Report a problem")

    press(RIGHT)
    assert "Or scan your machine" in focused(pilot)
    press(LEFT)
    assert "Report a problem" in focused(pilot)


def test_tab_and_shift_tab_are_a_way_there_and_back(pilot, press):
    press(TAB)
    press(TAB)
    there = focused(pilot)
    press(TAB)
    pilot.key(SHIFT, ["shift"])  # the key that is held comes first
    press(TAB, shift=True)

    assert focused(pilot) == there


def test_a_touch_ends_it(pilot, press):
    press(TAB)
    pilot.touch(2, 2)

    assert focused(pilot) is None
    press(ENTER)
    assert pilot.screen == "home"


def test_a_person_types_into_a_search(pilot, press):
    pilot.app.flow.begin()
    pilot.app.flow.look_for_machine()
    pilot.settle()

    for scancode, char in ((29, "z"), (8, "e"), (5, "b")):
        press(scancode, char=char)
    assert pilot.app.page.text == "ZEB"
    press(BACKSPACE)

    assert pilot.app.page.text == "ZE"


def test_keys_of_the_terminals_own_layout_are_what_they_say(pilot, press):
    """The key beside T is a Z on a German keyboard; a scanner's codes are read by the key, a person's by the letter."""
    pilot.app.flow.begin()
    pilot.app.flow.look_for_machine()
    pilot.settle()

    press(28, char="z")

    assert pilot.app.page.text == "Z"


@pytest.mark.parametrize("gap", [0.001, 0.02, 0.03])
def test_a_code_that_is_none_types_nothing_and_touches_nothing(pilot, press, gap):
    pilot.app.flow.begin()
    pilot.app.flow.look_for_machine()
    pilot.settle()
    press(TAB)

    press(4, 5, ENTER, char="a", gap=gap)
    press(DOWN, DOWN, ENTER, TAB, ENTER, gap=gap)

    assert pilot.app.page.text == ""
    assert pilot.screen == "search"


def test_enter_in_a_row_with_others_touches_nothing(pilot, press):
    go_to(pilot, press, "Report a problem")

    press(4, 5, ENTER, char="a", gap=0.1)

    assert pilot.screen == "home"


def test_a_scan_after_typing_is_a_scan_and_leaves_the_text(pilot, press):
    pilot.app.flow.begin()
    pilot.app.flow.look_for_machine()
    pilot.settle()
    press(29, char="z")
    assert pilot.app.page.text == "Z"
    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    assert pilot.screen == "symptoms"


def test_the_key_that_wakes_does_nothing_else(pilot, press, floor):
    floor.time.seconds += 61
    pilot.app._tick()
    pilot.settle()
    assert pilot.screen == "idle"

    press(ENTER)

    assert pilot.screen == "home"
    assert focused(pilot) is None


def test_just_after_a_change_enter_counts_no_more_than_a_touch(pilot, press, monkeypatch):
    from kiosk.ui.page import Stage

    monkeypatch.setattr(Stage, "settle", 1e9)
    go_to(pilot, press, "Report a problem")
    press(ENTER)

    assert pilot.screen == "home"


def test_the_door_to_the_settings_opens_to_a_keyboard_and_asks_for_the_pin(pilot, press):
    for _ in range(40):
        press(TAB)
        if type(pilot.app.root.ids.ring.card).__name__ == "Hold":
            break
    press(ENTER)

    assert pilot.screen == "pin"
