"""Following what changes in a system that tells it by time: how far one has come, and which of several issues is the ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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


class News:
    """Tells which of the things that are seen changed: since a mark, and shortly before it unless they were told as they are now.

    A system of several servers tells some changes late; what was told already is not told again.
    """

    def __init__(self, *, overlap: timedelta) -> None:
        self._overlap, self._told = overlap, dict[str, datetime]()

    def start(self, mark: Mark | None) -> datetime | None:
        """Give since when to ask; None: for everything."""
        return mark.at - self._overlap if mark else None

    def follow(
        self, seen: Mapping[str, datetime], mark: Mark | None, *, times: Iterable[datetime] = ()
    ) -> tuple[set[str], Mark]:
        """Give which of `seen` (id -> changed at, by the system's own clock) is news, and the next mark; `times` were seen, too."""
        start = self.start(mark)
        fresh = {key for key, at in seen.items() if start is None or (at >= start and self._told.get(key) != at)}
        self._told = {key: at for key, at in {**self._told, **seen}.items() if start is None or at >= start}
        if mark is not None and not fresh:
            return fresh, mark
        newest = max([*seen.values(), *times, *([mark.at] if mark else [])], default=datetime.fromtimestamp(0, UTC))
        return fresh, Mark(newest, mark.turn + 1 if mark else 0)


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
