"""Machines are found by any part of what an operator would type."""

import pytest

from kiosk.core.plant import Machine
from kiosk.search import MachineSearch

MACHINES = [
    Machine(id="P-0007", name="Zebra L7", area="a", kind="k", place="D-07"),
    Machine(id="W-0004", name="Waage Łódź", area="a", kind="k", place="D-04"),
    Machine(id="M-1014", name="CNC 14", area="b", kind="k", place="B-14"),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("zebra", ["P-0007"]),
        ("0007", ["P-0007"]),
        ("d-0", ["P-0007", "W-0004"]),
        ("lodz", ["W-0004"]),
        ("14 cnc", ["M-1014"]),
        ("zebar", ["P-0007"]),
        ("wage lodz", ["W-0004"]),
        ("xyz", []),
        ("qq", []),
        ("", []),
        ("   ", []),
    ],
)
def test_any_part_of_name_id_and_place_finds_the_machine(typed, found):
    assert [machine.id for machine in MachineSearch(MACHINES).find(typed)] == found


def test_a_name_that_starts_with_the_text_comes_first():
    search = MachineSearch([Machine(id="1", name="Big CNC", area="a", kind="k"), MACHINES[2]])

    assert [machine.id for machine in search.find("cnc")] == ["M-1014", "1"]


def test_a_tag_that_a_plant_gave_earlier_finds_the_machine():
    tagged = Machine(id="P-1", name="Press", area="a", kind="k", tags=("INV 4711",))

    assert MachineSearch([tagged]).find("4711") == [tagged]


def test_no_more_than_the_limit_is_given():
    many = [Machine(id=f"M{n}", name=f"CNC {n}", area="a", kind="k") for n in range(1000)]

    assert len(MachineSearch(many).find("cnc", limit=50)) == 50
