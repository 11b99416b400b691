import string
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.core.errors import LabelError, UnknownMachineError
from kiosk.core.labels import check_character, is_machine_id, label_text, read_label
from kiosk.core.plant import Machine

CNC = Machine(id="M-1014", name="CNC 14", area="machining", kind="cnc")
PRINTER = Machine(id="lp_07.b", name="Label printer 7", area="packaging", kind="printer")
ALPHABET = string.digits + string.ascii_uppercase
MACHINES = {machine.id: machine for machine in (CNC, PRINTER)}


@pytest.mark.parametrize("machine", MACHINES.values())
def test_a_printed_label_is_read_back_as_its_machine(machine):
    assert read_label(label_text(machine.id), MACHINES) is machine


@pytest.mark.parametrize(
    "text",
    [
        "K:M-1014*8",
        "k:m-1014*8",
        "\x02K: M-1014*8\r\n",
        "KIOSK:M-1014",
        "kiosk:m-1014",
        "M-1014",
        "m-1014",
        "  M-1014\r\n",
        "\x02KIOSK:M-1014\x03",
        "\ufeffKIOSK:M-1014",
        "KIOSK: M-1014",
        "KIOSK:M\x00-1014",
        "M-1014\u202e",
    ],
)
def test_capitals_surrounding_space_and_control_characters_do_not_matter(text):
    assert read_label(text, MACHINES) is CNC


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "KIOSK:",
        "KIOSK:KIOSK:M-1014",
        "KIOSK:M-1014 KIOSK:lp_07.b",
        "KIOSK:M-1014\nrm -rf",
        "https://example.org/M-1014",
        "KIOSK://M-1014",
        '{"machine": "M-1014"}',
        "WIFI:S:plant;T:WPA;P:secret;;",
        "BEGIN:VCARD",
        "4006381333931",
        "../M-1014",
        "M-1014[b]",
        "\ud83d",
        "\N{FULLWIDTH LATIN CAPITAL LETTER M}-1014",
        "KIOSK:" + "A" * 41,
        "M-1014" + " " * 507,
    ],
)
def test_anything_but_a_label_or_an_id_of_this_plant_is_no_machine_label(text):
    with pytest.raises(LabelError) as caught:
        read_label(text, MACHINES)

    assert not isinstance(caught.value, UnknownMachineError)


def test_a_label_in_our_form_whose_machine_is_not_in_the_plant_is_told_apart():
    with pytest.raises(UnknownMachineError, match="no machine 'M-9999'"):
        read_label("KIOSK:M-9999", MACHINES)


def test_the_refusal_quotes_a_short_clean_piece_of_what_was_scanned():
    with pytest.raises(LabelError) as caught:
        read_label("https://example.org/\x1b[31m" + "x" * 500_000, MACHINES)

    assert len(str(caught.value)) < 100
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("machine_id", ["M-1014", "a", "7", "A" * 40, "lp_07.b"])
def test_letters_digits_hyphen_underscore_and_dot_make_a_machine_id(machine_id):
    assert is_machine_id(machine_id)


@pytest.mark.parametrize("machine_id", ["", "-1", ".", "a b", "a:b", "ä", "a/b", "A" * 41, "M-1\n"])
def test_anything_else_is_no_machine_id(machine_id):
    assert not is_machine_id(machine_id)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=600) | st.text("KIOSKkiosk:M-1014 \x00\ud800").map("KIOSK:".__add__))
@example("KIOSK:M-1014")
def test_reading_gives_a_machine_of_the_plant_or_a_label_error_for_every_text(text):
    try:
        machine = read_label(text, MACHINES)
    except LabelError as error:
        str(error).encode()  # what is refused can be logged
    else:
        assert machine in MACHINES.values()


def test_the_check_character_is_that_of_the_standard():
    """ISO 7064, MOD 37,36, as the music industry's GRid uses it: A1-2425G-ABC1234002-M."""
    assert check_character("A1-2425G-ABC1234002") == "M"
    assert check_character("lp_07.b") == check_character("LP07B")


def taken_for_another(machines, damaged):
    """Count the texts that name a machine which is not theirs; `damaged` gives them for one label."""
    seen = wrong = 0
    for key in machines:
        for text in set(damaged(label_text(key))) - {label_text(key)}:
            seen += 1
            try:
                wrong += read_label(text, machines).id != key
            except LabelError:
                continue
    return wrong, seen


def test_one_wrong_character_never_names_another_machine_and_a_swap_hardly_ever():
    keys = [f"{line}-{number:03}" for line in "MPT" for number in range(0, 400, 3)]
    machines = {key: Machine(id=key, name=key, area="a", kind="cnc") for key in keys}

    def one_wrong(text):
        return [text[:at] + char + text[at + 1 :] for at in range(2, len(text)) for char in ALPHABET]

    def swapped(text):
        return [text[:a] + text[b] + text[a] + text[b + 1 :] for a, b in pairwise(range(2, len(text)))]

    assert taken_for_another(machines, one_wrong)[0] == 0
    wrong, seen = taken_for_another(machines, swapped)
    assert wrong <= seen / 100


def test_without_the_check_character_a_wrong_digit_is_another_machine():
    """The negative control."""
    machines = {key: Machine(id=key, name=key, area="a", kind="cnc") for key in ("M-1014", "M-1015")}
    assert read_label("KIOSK:M-1015", machines).id == "M-1015"
    with pytest.raises(LabelError, match="not read right"):
        read_label(label_text("M-1014").replace("4*", "5*"), machines)
