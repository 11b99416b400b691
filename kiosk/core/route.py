"""Which tickets go to which destination: IT faults to IT's system, mechanical ones to maintenance. The operator never chooses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kiosk.core.model import Ticket
from kiosk.core.plant import Machine, Plant, Priority
from kiosk.core.ports import Backend, Destination


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a destination takes; an empty set means all."""

    areas: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    symptoms: frozenset[str] = frozenset()
    priorities: frozenset[Priority] = frozenset()

    def takes(self, *, machine: Machine | None, symptom: str, priority: Priority) -> bool:
        """Tell whether such a ticket goes here; a machine that is no longer in the plant file is taken by its other marks."""
        area, kind = (machine.area, machine.kind) if machine else ("", "")
        asked = ((self.areas, area), (self.kinds, kind), (self.symptoms, symptom), (self.priorities, priority))
        return all(not wanted or not mark or mark in wanted for wanted, mark in asked)


EVERYTHING = Route()


def destinations_of(
    ticket: Ticket, destinations: Iterable[Destination], routes: Mapping[str, Route], plant: Plant
) -> list[Destination]:
    """Choose the destinations of a new ticket. One that no system of record takes goes to the first: none is ever lost."""
    everywhere, machine = list(destinations), plant.machines.get(ticket.machine)

    def takes(route: Route) -> bool:
        return route.takes(machine=machine, symptom=ticket.symptom, priority=ticket.priority)

    chosen = [d for d in everywhere if takes(routes.get(d.name, EVERYTHING))]
    if not any(isinstance(destination, Backend) for destination in chosen):
        chosen = [d for d in everywhere if isinstance(d, Backend)][:1] + chosen
    return chosen
