"""A scanner that types like a keyboard."""

import contextlib
import random

import pytest

from kiosk.core.errors import LabelError
from kiosk.core.labels import label_text, read_label
from kiosk.core.plant import Machine
from kiosk.scanner.layouts import LAYOUTS
from kiosk.scanner.wedge import SILENCE, Wedge

ENTER, TAB, KEYPAD_ENTER = 40, 43, 88
A, K, DIGIT_1, DIGIT_2, MINUS = 4, 14, 30, 31, 45
LABEL = [(14, True), (12, True), (18, True), (22, True), (14, True), (51, True), (19, True), (45, False), (39, False)]
"""`KIOSK:P-0` as physical keys: (scancode, shift)."""


class Hands:
    """Presses keys of a wedge at a steady pace, on a clock of its own."""

    def __init__(self):
        self.now = 100.0
        self.wedge = Wedge(lambda: self.now)

    def press(self, keys, *, pace=0.005):
        for scancode, shift in keys:
            assert self.wedge.press(scancode, shift=shift) is None
            self.now += pace

    def pause(self, seconds=SILENCE):
        self.now += seconds
        return self.wedge.settle()


@pytest.fixture
def hands():
    return Hands()


@pytest.mark.parametrize("suffix", [ENTER, TAB, KEYPAD_ENTER])
def test_a_burst_that_ends_with_enter_or_tab_is_a_scan(hands, suffix):
    hands.press(LABEL)

    assert hands.wedge.press(suffix) == "KIOSK:P-0"


def test_a_burst_without_a_suffix_is_a_scan_once_it_is_silent(hands):
    hands.press(LABEL)

    assert hands.wedge.settle() is None
    assert hands.pause() == "KIOSK:P-0"
    assert hands.pause() is None


def test_every_printable_ascii_character_can_be_scanned(hands):
    typed = set(LAYOUTS["us"].plain.values()) | set(LAYOUTS["us"].shifted.values())

    assert typed == {chr(code) for code in range(32, 127)}


@pytest.mark.parametrize("pace", [0.06, 0.12, 0.3])
def test_a_person_who_types_is_no_scanner(hands, pace):
    hands.press([(A, False)] * 12, pace=pace)

    assert hands.wedge.press(ENTER) is None
    assert hands.pause() is None


def test_three_keys_are_too_few(hands):
    hands.press([(DIGIT_1, False)] * 3)

    assert hands.wedge.press(ENTER) is None


def test_what_was_typed_before_a_scan_is_not_part_of_it(hands):
    hands.press([(A, False), (K, False)], pace=0.2)
    hands.press(LABEL)

    assert hands.wedge.press(ENTER) == "KIOSK:P-0"


def test_a_long_frame_in_the_middle_of_a_scan_does_not_tear_it(hands):
    hands.press(LABEL[:5])
    hands.now += 0.4
    hands.press(LABEL[5:])

    assert hands.wedge.press(ENTER) == "KIOSK:P-0"


def test_two_scans_in_a_row_are_two_texts(hands):
    hands.press(LABEL)
    first = hands.wedge.press(ENTER)
    hands.press([(DIGIT_1, False), (DIGIT_2, False), (MINUS, False), (A, True)])

    assert (first, hands.wedge.press(ENTER)) == ("KIOSK:P-0", "12-A")


def test_caps_lock_turns_letters_around_and_nothing_else(hands):
    for scancode, shift in LABEL:
        hands.wedge.press(scancode, shift=shift, capslock=True)

    assert hands.wedge.press(ENTER) == "kiosk:p-0"


def test_keys_without_a_character_do_not_end_a_scan(hands):
    hands.press(LABEL[:4])
    hands.press([(225, False), (58, False)])  # left shift, F1
    hands.press(LABEL[4:])

    assert hands.wedge.press(ENTER) == "KIOSK:P-0"


def test_a_scanner_gone_mad_does_not_fill_the_memory(hands):
    hands.press([(A, False)] * 5000, pace=0.001)

    assert len(hands.wedge.press(ENTER)) == 512


def test_a_prefix_that_the_scanner_types_is_taken_off():
    now = iter(range(100))
    wedge = Wedge(lambda: next(now) / 1000, prefix="~")
    wedge.press(53, shift=True)
    for scancode in (19, 45, 39, 39):  # p - 0 0
        wedge.press(scancode)

    assert wedge.press(40) == "p-00"


def keys_of(text):
    return [LAYOUTS["us"].key_of(char) for char in text]


def test_a_thousand_scans_at_every_pace_are_all_recognised_and_typing_is_none(hands):
    """From 0.1 to 30 ms a key, with and without Enter, some of them while a person types."""
    rng = random.Random(11)
    for number in range(1000):
        text, pace = label_text(f"P-{number:04d}"), rng.uniform(0.0001, 0.03)
        for key in keys_of("printer 7")[: rng.randrange(6)] if number % 3 == 0 else ():
            assert hands.wedge.press(key[0], shift=key[1]) is None
            hands.now += rng.uniform(0.09, 0.4)
        if number % 3 == 0:
            hands.now += SILENCE
        for scancode, shift in keys_of(text):
            assert hands.wedge.press(scancode, shift=shift) is None
            hands.now += pace * rng.uniform(0.7, 1.1)
        read = hands.wedge.press(ENTER) if number % 2 else hands.pause()
        assert read == text, (number, pace)


def test_two_scanners_at_once_name_no_wrong_machine(hands):
    """To the system all keyboards are one: what two scanners type in the same moment is refused, and scanned again."""
    rng = random.Random(12)
    machines = {f"P-{n:04d}": Machine(id=f"P-{n:04d}", name="x", area="a", kind="k") for n in range(1000)}
    taken = 0
    for number in range(500):
        texts = [label_text(f"P-{n:04d}") for n in (number, 999 - number)]
        queues = [keys_of(text) for text in texts]
        while any(queues):
            queue = rng.choice([queue for queue in queues if queue])
            scancode, shift = queue.pop(0)
            hands.press([(scancode, shift)], pace=0.002)
        read = hands.pause() or ""
        with contextlib.suppress(LabelError):
            taken += read_label(read, machines).id not in (f"P-{number:04d}", f"P-{999 - number:04d}")
    assert taken == 0
