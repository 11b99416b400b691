"""Which tickets go to which destination: IT faults to IT's system, mechanical ones to maintenance. The operator never chooses."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace

from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry, Ticket
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


def readdressed(entry: Entry, known: Container[str], fresh: Callable[[Ticket], tuple[Delivery, ...]]) -> Entry:
    """Give what waits for destinations that are gone to those `known`; what was tried already is looked for there first."""
    gone = [d for d in entry.deliveries if d.is_open and d.destination not in known]
    is_homeless = all(report in gone for report in entry.reports) and (entry.reports or not entry.deliveries)
    if not entry.status.is_open or not is_homeless:
        # A notice has nobody to notice it any more; all else is kept, for a person to see.
        kept = tuple(d for d in entry.deliveries if d not in gone or d.kind is not DeliveryKind.NOTICE)
        return replace(entry, deliveries=kept)
    kept = tuple(d for d in entry.deliveries if d.destination in known)
    new = [d for d in fresh(entry.ticket) if d.destination not in {k.destination for k in kept}]
    if any(report.attempts for report in entry.reports):  # the destination may only have another name now
        new = [replace(d, state=DeliveryState.UNCERTAIN) if d.kind.is_report else d for d in new]
    first = [d.destination for d in new if d.kind.is_report][:1]
    said = [replace(d, destination=name) for d in gone if d.text and not d.kind.is_report for name in first]
    return replace(entry, deliveries=(*kept, *new, *said))
