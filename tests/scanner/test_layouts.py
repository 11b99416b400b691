"""A scanner that is set to another country's keyboard: the same physical keys, other characters."""

import string

import pytest

from kiosk.scanner.layouts import LAYOUTS
from kiosk.scanner.wedge import Wedge

K, Y, M, DIGIT_7, MINUS, PERIOD, SLASH, BRACKET, SEMICOLON = 14, 28, 16, 36, 45, 55, 56, 48, 51
LABEL_CHARACTERS = string.ascii_letters + string.digits + ":-*/._"


@pytest.mark.parametrize(
    ("layout", "scancode", "plain", "shifted"),
    [
        ("us", Y, "y", "Y"),
        ("de", Y, "z", "Z"),
        ("de", DIGIT_7, "7", "/"),
        ("de", SLASH, "-", "_"),
        ("de", PERIOD, ".", ":"),
        ("de", BRACKET, "+", "*"),
        ("de", MINUS, "ß", "?"),
        ("fr", M, ",", "?"),
        ("fr", SEMICOLON, "m", "M"),
        ("fr", DIGIT_7, "è", "7"),
        ("fr", PERIOD, ":", "/"),
        ("fr", 100, "<", ">"),
    ],
)
def test_a_key_types_what_the_country_s_keyboard_says(layout, scancode, plain, shifted):
    typed = LAYOUTS[layout]

    assert (typed.char(scancode), typed.char(scancode, shift=True)) == (plain, shifted)


@pytest.mark.parametrize("name", LAYOUTS)
def test_whatever_a_label_says_arrives_from_a_scanner_that_is_set_to_it(name):
    wedge = Wedge(lambda: 0.0, layout=LAYOUTS[name])
    for char in LABEL_CHARACTERS:
        scancode, shift = LAYOUTS[name].key_of(char)
        assert wedge.press(scancode, shift=shift) is None

    assert wedge.press(40) == LABEL_CHARACTERS


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_dead_key_and_a_control_key_type_nothing(name):
    assert LAYOUTS[name].char(58) is None  # F1
    assert {"us": "`", "de": None, "fr": "²"}[name] == LAYOUTS[name].char(53)


def test_a_scanner_that_is_set_wrong_reads_no_other_machine():
    wedge = Wedge(lambda: 0.0, layout=LAYOUTS["us"])
    for char in "K:P-0007*C":
        scancode, shift = LAYOUTS["de"].key_of(char)
        wedge.press(scancode, shift=shift)

    assert wedge.press(40) == "K>P/0007}C"


def test_no_key_types_what_the_layout_lacks():
    with pytest.raises(LookupError, match="no key types 'Ж'"):
        LAYOUTS["de"].key_of("Ж")
