"""Following what changes in a system that tells it by time: how far one has come, and which of several issues is the ticket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from kiosk.core.model import RemoteChange


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the changes were followed; `turn` makes the cursor after every answer with changes a new one."""

    at: datetime
    turn: int = 0

    @classmethod
    def parse(cls, cursor: str) -> Mark | None:
        """Read a cursor; None when it is empty or not one of ours."""
        text, _, turn = cursor.partition("#")
        try:
            return cls(datetime.fromisoformat(text).astimezone(UTC), int(turn or 0))
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}#{self.turn}"


class Oldest:
    """Passes over copies: whoever copies an issue copies our id as well, and the one with the lowest number is the ticket."""

    def __init__(self, *, number: Callable[[str], int] = int) -> None:
        """Take the `number` of a remote id as its age."""
        self._number, self._number_of = number, dict[str, int]()

    def is_ticket(self, change: RemoteChange) -> bool:
        """Tell whether `change` is of the oldest issue with its id that was seen so far."""
        number = self._number(change.ref.id)
        oldest = min(number, self._number_of.get(change.ticket, number))
        self._number_of[change.ticket] = oldest
        return number == oldest
