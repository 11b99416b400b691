"""The report being composed on the screens: machine, symptom, details."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kiosk.core.plant import Machine, Plant, Symptom

NOTE_LIMIT, WHO_LIMIT = 2000, 60
"""Characters; what the operator says and who it is are cut there."""


class DraftStep(StrEnum):
    """The question the draft has to answer next."""

    MACHINE = "machine"
    SYMPTOM = "symptom"
    DETAILS = "details"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the operator has said so far. Each answer makes a new draft."""

    id: str
    """Becomes the ticket's id, so that a double tap on Send is one ticket."""
    machine: Machine | None = None
    symptom: Symptom | None = None
    stopped: bool | None = None
    note: str = ""
    who: str = ""
    photo: Path | None = None

    @property
    def step(self) -> DraftStep:
        """The first question that is still open."""
        if self.machine is None:
            return DraftStep.MACHINE
        if self.symptom is None:
            return DraftStep.SYMPTOM
        return DraftStep.DETAILS if self.stopped is None else DraftStep.READY

    def choose_machine(self, machine: Machine) -> Draft:
        """Take `machine`; another machine than before asks for the symptom anew."""
        if self.machine is not None and self.machine.id == machine.id:
            return self
        return dataclasses.replace(self, machine=machine, symptom=None, stopped=None)

    def choose_symptom(self, symptom: Symptom) -> Draft:
        """Take `symptom`."""
        return dataclasses.replace(self, symptom=symptom)

    def say(self, *, stopped: bool | None = None, note: str | None = None, who: str | None = None) -> Draft:
        """Take what is given, keep what is not."""
        return dataclasses.replace(
            self,
            stopped=self.stopped if stopped is None else stopped,
            note=self.note if note is None else note,
            who=self.who if who is None else who,
        )

    def show(self, photo: Path | None) -> Draft:
        """Attach `photo`, or take the photo away again."""
        return dataclasses.replace(self, photo=photo)


def symptoms_for(plant: Plant, machine: Machine) -> list[Symptom]:
    """Give the symptoms to offer for `machine`: those made for its kind first, then those of every kind."""
    offered = [s for s in plant.symptoms.values() if not s.kinds or machine.kind in s.kinds]
    return sorted(offered, key=lambda symptom: not symptom.kinds)
