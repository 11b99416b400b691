"""The same problem, reported at several terminals, is one ticket with notes: whoever was offline, in whatever order they come back."""

from __future__ import annotations

import itertools
import random
from functools import partialmethod

import pytest
from fakes import FakeClock, Floor, small_plant

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.errors import TemporaryError, UncertainError
from kiosk.core.model import DeliveryKind, DeliveryState, Status
from kiosk.core.ports import Backend


class Line(Backend):
    """One terminal's way to the plant's ticket system; it can be cut."""

    def __init__(self, it):
        self.name, self.it, self.is_cut = "it", it, False

    def _over(self, call, *args):
        if self.is_cut:
            raise TemporaryError("no network")
        return getattr(self.it, call)(*args)

    check = partialmethod(_over, "check")
    deliver = partialmethod(_over, "deliver")
    find = partialmethod(_over, "find")
    took_effect = partialmethod(_over, "took_effect")
    twins = partialmethod(_over, "twins")
    changes = partialmethod(_over, "changes")


class Plant:
    """Three terminals, one ticket system, one clock."""

    def __init__(self, *, ids="ABC"):
        self.time = FakeClock()
        self.it = MemoryBackend(MemorySettings(type="memory", name="it"), terminal="")
        self.it.now = self.time.clock.now
        self.floors = [self.floor(f"K{number}", prefix) for number, prefix in enumerate(ids, start=1)]

    def floor(self, name, prefix, **parts):
        destinations = parts.pop("destinations", (Line(self.it),))
        floor = Floor(destinations=destinations, plant=small_plant(joins=True), name=name, time=self.time, **parts)
        floor.ids = (f"{prefix}{n:04d}" for n in itertools.count(1))
        floor.line = destinations[0]
        return floor

    def pass_time(self, seconds, tick=5.0):
        for _ in range(int(seconds / tick)):
            self.time.advance(tick)
            for floor in self.floors:
                floor.step(steps=6)

    def open(self):
        return [t for t in self.it.tickets if t.progress.status.is_open]

    def stop(self):
        for floor in self.floors:
            floor.terminal.stop()


@pytest.fixture
def plant():
    plant = Plant()
    yield plant
    plant.stop()


def joins(remote):
    return [remark.text for remark in remote.progress.remarks if "Also reported" in remark.text]


def test_a_report_made_offline_is_added_to_what_is_open_when_the_network_is_back(plant):
    here, there, _ = plant.floors
    there.line.is_cut = True
    first = here.report(who="Mira")
    second = there.report(who="Omar", note="It beeps")
    plant.pass_time(60)

    there.line.is_cut = False
    plant.pass_time(60)

    (remote,) = plant.it.tickets
    assert remote.ticket.id == first.ticket.id
    (note,) = joins(remote)
    assert "at terminal K2" in note
    assert "It beeps" in note
    assert remote.progress.remarks[-1].who == "Omar"
    mine = there.terminal.entry(second.ticket.id)
    assert mine.is_delivered
    assert mine.ref.label == "#1"


def test_what_was_added_follows_the_ticket_to_its_end(plant):
    here, there, _ = plant.floors
    here.report()
    plant.pass_time(20)
    added = there.report().ticket.id
    plant.pass_time(20)

    plant.it.take("A0001", "Jana")
    plant.pass_time(20)
    assert there.terminal.entry(added).progress.assignee == "Jana"
    plant.it.resolve("A0001", solution="New fuse")
    plant.pass_time(20)
    there.terminal.confirm(added, works=True).result(5)
    plant.pass_time(20)

    assert plant.it.tickets[0].progress.status is Status.CLOSED
    assert here.terminal.entry("A0001").status is Status.CLOSED
    assert there.terminal.board() == here.terminal.board() == []
    assert there.terminal.figures() == []
    assert len(here.terminal.figures()) == 1


def test_it_is_one_line_on_every_board(plant):
    here, there, third = plant.floors
    here.report()
    plant.pass_time(20)
    there.report()
    plant.pass_time(20)

    assert [len(floor.terminal.board()) for floor in (here, there, third)] == [1, 1, 1]
    assert len(there.terminal.on_machine("P-0007")) == 1


def test_an_impatient_operator_who_reports_again_at_the_same_terminal_adds_to_the_same_ticket(plant):
    here, *_ = plant.floors
    here.line.is_cut = True
    for _ in range(4):
        here.report()
    here.line.is_cut = False
    plant.pass_time(90)

    assert len(plant.it.tickets) == 1
    assert len(joins(plant.it.tickets[0])) == 3


@pytest.mark.parametrize("first_to_step", [0, 1])
def test_two_reports_of_the_same_moment_end_as_one_ticket(plant, first_to_step):
    here, there, _ = plant.floors
    plant.pass_time(20)
    for floor in (here, there):
        floor.report()
    for floor in (here, there)[:: 1 if first_to_step == 0 else -1]:
        # Both have heard the board just before, so both make a ticket.
        floor.forwarders[0]._watch._looked_at = plant.time.seconds
        floor.step(steps=1)
    assert len(plant.open()) == 2

    plant.pass_time(120)

    (remote,) = plant.open()
    assert remote.ticket.id == "A0001"
    assert len(joins(remote)) == 1
    gone = next(t for t in plant.it.tickets if t is not remote)
    assert gone.progress.status is Status.CANCELLED
    assert there.terminal.entry("B0001").status is Status.NEW
    assert there.terminal.entry("B0001").ref == remote.ref


def test_a_ticket_that_a_person_has_is_never_withdrawn(plant):
    here, there, _ = plant.floors
    plant.pass_time(20)
    for floor in (here, there):
        floor.report()
        floor.forwarders[0]._watch._looked_at = plant.time.seconds
        floor.step(steps=1)
    plant.it.take("B0001", "Jana")

    plant.pass_time(120)

    assert {t.ticket.id: t.progress.assignee for t in plant.open()} == {"A0001": "", "B0001": "Jana"}


def test_what_it_calls_fixed_is_not_joined(plant):
    here, there, _ = plant.floors
    here.report()
    plant.pass_time(20)
    plant.it.resolve("A0001")
    plant.pass_time(20)

    there.report()
    plant.pass_time(20)

    assert len(plant.it.tickets) == 2


def test_something_else_is_not_the_same_problem(plant):
    here, there, _ = plant.floors
    for floor in (here, there):
        floor.report("other", note="a smell")
        plant.pass_time(20)

    assert len(plant.it.tickets) == 2


def test_an_answer_that_got_lost_adds_the_note_once(plant):
    here, there, _ = plant.floors
    here.report()
    plant.pass_time(20)
    plant.it.fail_next(UncertainError("answer lost"), after_effect=True)
    added = there.report().ticket.id

    plant.pass_time(60)

    assert len(joins(plant.it.tickets[0])) == 1
    assert there.terminal.entry(added).deliveries[0].state is DeliveryState.DELIVERED


def test_a_board_that_cannot_be_heard_holds_no_report_up_for_long(plant):
    here, *_ = plant.floors

    def broken(cursor):
        raise TemporaryError("500")

    here.destinations[0].changes = broken
    here.report()
    plant.pass_time(180)

    assert len(plant.it.tickets) == 1


def test_a_restart_between_the_decision_and_the_note_changes_nothing(plant):
    here, there, _ = plant.floors
    here.report()
    plant.pass_time(20)
    added = there.report().ticket.id
    there.step(steps=1)
    assert there.outbox.get(added).deliveries[0].kind is DeliveryKind.JOIN

    again = plant.floor("K2", "D", disk=there.disk, destinations=there.destinations)
    for _ in range(20):
        again.step(5, steps=6)
    again.terminal.stop()

    assert len(plant.it.tickets) == 1
    assert len(joins(plant.it.tickets[0])) == 1


def one_random_order(seed):
    """Five operators, three terminals, ten minutes, networks that come and go; give what is left open, and the notes."""
    rng = random.Random(seed)
    plant = Plant(ids=rng.sample("ABC", 3))
    reports = [(rng.uniform(0, 600), rng.randrange(3)) for _ in range(5)]
    switches = [(rng.uniform(0, 600), rng.randrange(3), rng.random() < 0.5) for _ in range(8)]
    for at, number, cut in sorted(
        [*switches, *((at, number, None) for at, number in reports)], key=lambda event: event[0]
    ):
        plant.pass_time(at - (plant.time.seconds - 1000), tick=rng.choice([1.0, 5.0]))
        if cut is None:
            plant.floors[number].report(who=f"operator at {at}")
        else:
            plant.floors[number].line.is_cut = cut
    for floor in plant.floors:
        floor.line.is_cut = False
    plant.pass_time(240)
    plant.stop()
    return plant


def test_five_operators_at_three_terminals_make_one_ticket_in_every_order():
    for seed in range(1000):
        plant = one_random_order(seed)

        (remote,) = plant.open()
        told = {remark.who for remark in remote.progress.remarks if "Also reported" in remark.text} | {
            remote.ticket.who
        }
        assert len(told) == 5, f"seed {seed}: {told}"
        for floor in plant.floors:
            assert {entry.ref.id for entry in floor.outbox.entries()} <= {remote.ref.id}, f"seed {seed}"
