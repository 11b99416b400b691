"""Which tickets go where: by area, kind of machine, symptom and priority - and never nowhere."""

from __future__ import annotations

import pytest
from fakes import Floor

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.plant import Priority
from kiosk.core.route import Route
from kiosk.notifiers.memory_notes import MemoryNotifier, MemoryNotifierSettings


def backend(name):
    return MemoryBackend(MemorySettings(type="memory", name=name), terminal="K1")


def floor_with(routes, *destinations):
    floor = Floor(destinations=destinations)
    floor.terminal._routes = routes
    return floor


def reached(floor, *where, **report):
    floor.report(**report)
    floor.step()
    found = {destination.name for destination in where if destination.tickets}
    floor.terminal.stop()
    return found


@pytest.mark.parametrize(
    ("route", "goes"),
    [
        (Route(), True),
        (Route(areas=frozenset({"pack"})), True),
        (Route(areas=frozenset({"mill"})), False),
        (Route(kinds=frozenset({"printer", "cnc"})), True),
        (Route(kinds=frozenset({"cnc"})), False),
        (Route(symptoms=frozenset({"noprint"})), True),
        (Route(symptoms=frozenset({"frozen"})), False),
        (Route(priorities=frozenset({Priority.CRITICAL})), True),
        (Route(priorities=frozenset({Priority.NORMAL})), False),
        (Route(areas=frozenset({"pack"}), kinds=frozenset({"cnc"})), False),
    ],
)
def test_a_destination_takes_what_matches_all_that_is_said(route, goes):
    it, all_else = backend("it"), backend("else")

    assert reached(floor_with({"it": route}, all_else, it), it, all_else) == {"else"} | ({"it"} if goes else set())


def test_it_faults_go_to_it_and_mechanical_ones_to_maintenance():
    it, maintenance = backend("it"), backend("maintenance")
    routes = {"it": Route(kinds=frozenset({"printer"})), "maintenance": Route(kinds=frozenset({"cnc"}))}

    assert reached(floor_with(routes, it, maintenance), it, maintenance) == {"it"}
    it, maintenance = backend("it"), backend("maintenance")
    assert reached(floor_with(routes, it, maintenance), it, maintenance, machine="M-1014", symptom="frozen") == {
        "maintenance"
    }


def test_what_no_ticket_system_takes_goes_to_the_first_for_nothing_is_ever_lost():
    first, second = backend("first"), backend("second")
    routes = dict.fromkeys(("first", "second"), Route(areas=frozenset({"mill"})))

    assert reached(floor_with(routes, first, second), first, second) == {"first"}


def test_a_notifier_alone_is_not_enough():
    it, chat = backend("it"), MemoryNotifier(MemoryNotifierSettings(type="memory_notes", name="chat"), terminal="K1")
    floor = floor_with({"it": Route(areas=frozenset({"mill"}))}, chat, it)
    entry = floor.report()
    floor.terminal.stop()

    assert {delivery.destination for delivery in entry.deliveries} == {"it", "chat"}


def test_a_machine_that_left_the_plant_file_is_routed_by_what_is_known():
    route = Route(areas=frozenset({"mill"}), priorities=frozenset({Priority.HIGH}))

    assert route.takes(machine=None, symptom="noprint", priority=Priority.HIGH)
    assert not route.takes(machine=None, symptom="noprint", priority=Priority.NORMAL)
