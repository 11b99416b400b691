"""The agreed matrix: impact x machine stopped -> priority."""

from __future__ import annotations

from kiosk.core.plant import Plant, Priority, Symptom

_URGENCY = list(Priority)


def priority_of(plant: Plant, symptom: Symptom, *, stopped: bool) -> Priority:
    """Look the priority up that both sides agreed on."""
    return plant.matrix[symptom.impact, stopped]


def urgency(priority: Priority) -> int:
    """Give a number to sort by: 0 is the most urgent."""
    return _URGENCY.index(priority)
