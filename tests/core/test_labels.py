import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.core.errors import LabelError, UnknownMachineError
from kiosk.core.labels import is_machine_id, label_text, read_label
from kiosk.core.plant import Machine

CNC = Machine(id="M-1014", name="CNC 14", area="machining", kind="cnc")
PRINTER = Machine(id="lp_07.b", name="Label printer 7", area="packaging", kind="printer")
MACHINES = {machine.id: machine for machine in (CNC, PRINTER)}


@pytest.mark.parametrize("machine", MACHINES.values())
def test_a_printed_label_is_read_back_as_its_machine(machine):
    assert read_label(label_text(machine.id), MACHINES) is machine


@pytest.mark.parametrize(
    "text",
    [
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
