"""Labels that a plant has already, and those that lead a phone to the desk."""

from __future__ import annotations

import random
import string

import pytest
from config.test_plant import PARTS, load, plant_toml  # noqa: F401  a fixture
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.errors import ConfigError, LabelError, UnknownMachineError
from kiosk.core.labels import label_text, read_label
from kiosk.core.plant import Machine
from kiosk.plant.labels import LabelsSection, OtherLabels

URL = "HTTPS://DESK.EXAMPLE.COM/M"
MACHINES = {
    machine.id: machine
    for machine in (
        Machine(id="P-0007", name="Zebra L7", area="a", kind="k", tags=("4711", "INV 88/3", "4012345.AB-99")),
        Machine(id="M-1014", name="CNC 14", area="b", kind="k", tags=("4712",)),
    )
}
LABELS = OtherLabels(LabelsSection(url=URL, patterns=("ASSET-([0-9]{4})-[A-Z]", "X[0-9]+")))


def read(text):
    return read_label(text, MACHINES, LABELS).id


@pytest.mark.parametrize(
    "text",
    [
        label_text("P-0007", URL),
        label_text("P-0007", URL.lower()),
        "K:P-0007*Z",
        "4711",
        "inv 88/3",
        "ASSET-4711-Q",
        "https://id.gs1.org/8004/4012345.AB-99",
        "https://factory.example/products/8004/4012345.AB-99?x=1",
        "HTTPS://ID.GS1.ORG/8004/4012345.AB%2D99",
        "80044012345.AB-99",
        "(8004)4012345.AB-99",
        "]C180044012345.AB-99",
        "]Q3(8004)4012345.AB-99",
    ],
)
def test_a_label_that_the_plant_has_already_is_read(text):
    assert read(text) == "P-0007"


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/M/P-0007*Z",
        "https://desk.example.com.evil.example/M/P-0007*Z",
        "https://desk.example.com/M/P-0007*Z?next=https://evil.example",
        "https://desk.example.com/M/P-0007*A",
        "https://id.gs1.org/01/4012345.AB-99",
        "https://id.gs1.org/8004/",
        "https://[broken/8004/4012345.AB-99",
        "javascript:4711",
        "ASSET-4711",
        "X" + "1" * 300,
    ],
)
def test_what_only_looks_like_one_is_none(text):
    with pytest.raises(LabelError):
        read(text)


def test_a_machine_of_another_plant_is_told_apart():
    with pytest.raises(UnknownMachineError):
        read(label_text("Q-1", URL))


def test_what_may_mean_two_machines_means_none():
    both = OtherLabels(LabelsSection(patterns=("([0-9]{4})[0-9]{4}", "[0-9]{4}([0-9]{4})")))

    with pytest.raises(LabelError):
        read_label("47114712", MACHINES, both)
    assert read_label("47114711", MACHINES, both).id == "P-0007"


@given(st.text(max_size=250))
def test_nothing_that_is_scanned_is_an_error_of_ours(text):
    for name in LABELS(text):
        assert isinstance(name, str)


def test_a_plants_file_says_it(load):  # noqa: F811
    machines = (
        'machines = "machines.csv"\n' + plant_toml(machines="") + '\n[labels]\nurl = "https://desk.example.com/m/"\n'
    )
    plant = load(machines, "id,name,area,kind,tags\nP-1,Printer 1,packing,printer,4711|INV 8\n")

    assert plant.machines["P-1"].tags == ("4711", "INV 8")
    assert plant.label_url == "https://desk.example.com/m"
    assert read_label("https://desk.example.com/m/P-1*" + label_text("P-1")[-1], plant.machines, plant.other_labels)


@pytest.mark.parametrize(
    ("section", "part"),
    [
        ('url = "desk.example.com"', "is no web address"),
        ('url = "https://desk.example.com/m?x=1"', "plain address"),
        ('patterns = ["("]', "is not a pattern"),
        ('patterns = ["(a)(b)"]', "more than one group"),
        ('pattern = "x"', "patterns"),
    ],
)
def test_a_wrong_setting_is_named(load, section, part):  # noqa: F811
    with pytest.raises(ConfigError) as caught:
        load(plant_toml() + f"\n[labels]\n{section}\n")

    assert any(fault.place.startswith("labels") and part in fault.text for fault in caught.value.faults)


def test_a_tag_that_another_machine_has_is_a_fault(load):  # noqa: F811
    second = (
        PARTS["machines"]
        + '\n[[machines]]\nid = "P-2"\nname = "Printer 2"\narea = "packing"\nkind = "printer"\ntags = ["p-1"]'
    )
    with pytest.raises(ConfigError) as caught:
        load(plant_toml(machines=second))

    assert any("is taken by" in fault.text for fault in caught.value.faults)


def fuzzed(rng, known):
    """Give a code: a known one that was damaged, one of another plant, or nonsense."""
    text = rng.choice(known)
    match rng.randrange(6):
        case 0:
            place = rng.randrange(len(text))
            return text[:place] + rng.choice(string.printable) + text[place + 1 :]
        case 1:
            place = rng.randrange(len(text))
            return text[:place] + text[place + 1 :]
        case 2:
            return label_text(f"Z-{rng.randrange(10_000):04d}", rng.choice(("", URL)))
        case 3:
            return "".join(rng.choices(string.printable, k=rng.randrange(40)))
        case 4:
            return f"https://{rng.choice(('id.gs1.org', 'x.example'))}/{rng.choice(('8004', '01', 'm'))}/{rng.getrandbits(40):x}"
        case _:
            return text


def test_a_million_codes_name_no_wrong_machine(tell):
    ids = [f"P-{number:04d}" for number in range(0, 300, 30)]
    machines = {key: Machine(id=key, name=key, area="a", kind="k", tags=(f"INV{key[2:]}X",)) for key in ids}
    means = {label_text(key, url): key for key in ids for url in ("", URL)}
    rng, known, read_right = random.Random(7), list(means), 0
    for _ in range(1_000_000):
        text = fuzzed(rng, known)
        try:
            machine = read_label(text, machines, LABELS)
        except LabelError:
            continue
        whole = "".join(text.split()).upper()
        # What is read is what stands there: its id, and the check character that belongs to it.
        assert machine.id in whole, text
        assert label_text(machine.id)[-1] == whole[-1], text
        read_right += text in means
    tell(f"1,000,000 codes: {read_right} labels read, 0 wrong machines, 0 errors")
    assert read_right > 100_000
