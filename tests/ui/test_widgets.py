"""The pieces that every screen is built from."""

import pytest
from scenes import SCENES
from stagehand import example_floor


@pytest.fixture
def floor():
    """The example plant fills more than one page."""
    return example_floor()


def machine_names(pilot):
    return [card.row.name for card in pilot.walk("MachineCard")]


def test_a_list_that_is_too_long_turns_pages(pilot, floor):
    pilot.app.flow.begin()
    pilot.settle()
    everything = [machine.name for machine in floor.terminal.machines("packaging")]
    assert machine_names(pilot) == everything[:6]
    assert pilot.sees("1 of 2")

    pilot.tap("More")
    pilot.frames()

    assert machine_names(pilot) == everything[6:]
    assert not [button for button in pilot.walk("QuietButton") if button.text == "More"]

    pilot.tap("Back")
    pilot.frames()

    assert machine_names(pilot) == everything[:6]


def test_another_list_begins_with_its_first_page(pilot):
    pilot.app.flow.begin()
    pilot.settle()
    pilot.tap("More")
    pilot.tap("Assembly")
    pilot.frames()

    assert pilot.sees("1 of 2")


def test_a_list_that_fits_has_no_pager(pilot):
    pilot.app.flow.begin()
    pilot.settle()
    pilot.tap("Quality lab")
    pilot.frames()

    assert not pilot.sees("1 of")
    assert len(machine_names(pilot)) == 4


def test_cards_are_used_again_when_their_rows_change(pilot):
    pilot.app.flow.begin()
    pilot.settle()
    before = set(pilot.walk("MachineCard"))

    pilot.tap("Assembly")
    pilot.frames()

    assert set(pilot.walk("MachineCard")) == before


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("MIRA K", "Mira K"),
        ("ANNA-LENA", "Anna-Lena"),
        ("L 2", "L 2"),
        (["A", "B", "backspace"], "A"),
        (["A", "clear"], ""),
        (" A", "A"),
        ("ŁUCJA", "Łucja"),
        ("A" * 30, "Aaaaaaaaaa"),
    ],
)
def test_names_are_written_with_capitals_by_themselves(open_window, keys, text):
    from kiosk.ui.widgets.typing import typed

    written = ""
    for key in keys:
        written = typed(written, key, limit=10)

    assert written == text


def test_the_ring_is_gone_when_late(pilot, floor):
    SCENES["home"](pilot.app, floor)
    from kiosk.ui.widgets.ring import RingIcon

    ring = RingIcon(share=0.5, size=(100, 100))
    assert ring.tone != ring.track

    ring.late = True
    octagon = next(child for child in reversed(ring.children) if child.icon == "octagon")

    assert octagon.text


def test_polish_names_have_polish_letters(pilot, floor):
    pilot.app.speak("pl")
    SCENES["details_typing"](pilot.app, floor)
    pilot.frames()

    keys = {key.key for key in pilot.walk("PadKey")}

    assert set("ĄĆĘŁŃÓŚŹŻ") <= keys


def test_where_letters_are_others_a_key_leads_to_the_latin_ones_and_back(pilot, floor):
    from kiosk.ui.widgets.typing import TypingSheet

    sheet = pilot.app.open_sheet(TypingSheet(alphabets=["АБВГ", "ABCD"]))
    pilot.settle()
    pilot.tap("Б")
    pilot.tap("ABC")
    pilot.tap("D")
    pilot.tap("АБВ")
    pilot.tap("Г")

    assert sheet.text == "Бdг"
