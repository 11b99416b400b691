"""What happened, told to listeners; every event is frozen and may cross threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""


@dataclass(frozen=True, slots=True)
class TicketSaved(Event):
    """The ticket is on disk and synced: the first truth."""

    ticket: str


@dataclass(frozen=True, slots=True)
class TicketChanged(Event):
    """A delivery or the progress of a ticket changed."""

    ticket: str


@dataclass(frozen=True, slots=True)
class BoardChanged(Event):
    """What is open on the plant's machines changed."""


@dataclass(frozen=True, slots=True)
class DestinationChanged(Event):
    """A destination went down, came back, or was paused."""

    destination: str


Publish = Callable[[Event], None]
"""How core tells the outside; the UI passes one that hops onto Kivy's thread, tests pass `list.append`."""
