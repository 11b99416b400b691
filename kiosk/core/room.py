"""What a full disk gives up, and in which order: photos that IT has, the reserve, other photos - and never a ticket."""

from __future__ import annotations

import dataclasses
import errno
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from kiosk.core.model import DeliveryKind, DeliveryState, Entry
from kiosk.core.ports import Disk

log = logging.getLogger(__name__)


class Room:
    """Keeps photos as long as there is room for them."""

    def __init__(
        self, disk: Disk, *, entries: Callable[[], list[Entry]], without_photo: Callable[[Entry], None]
    ) -> None:
        """Look at `entries` for what can go; tell `without_photo` of an entry whose photo went."""
        self._disk, self._entries, self._without_photo = disk, entries, without_photo

    def make_for(self, write: Callable[[], object]) -> None:
        """Write; each time that the disk is full, give up the next thing that matters less, as long as there is one.

        Raises:
            OSError: there is still no room, or something else is wrong.
        """
        steps = self._steps()
        while True:
            try:
                write()
            except OSError as error:
                if not is_lack_of_room(error) or not next(steps, False):
                    raise
            else:
                self._disk.refill_reserve()
                return

    def keep_photo(self, ticket_id: str, source: Path) -> Path | None:
        """Store the photo of a ticket, which is stored afterwards: a ticket never names a photo that is not there.

        None where there is no room: the ticket goes without it.
        """
        name = ticket_id + source.suffix.lower()
        try:
            try:
                return self._disk.keep_photo(source, name)
            except OSError as error:
                if not is_lack_of_room(error) or not self._drop_delivered_photos():
                    raise
                return self._disk.keep_photo(source, name)
        except (OSError, ValueError) as error:
            log.warning("ticket %s goes without its photo: %s", ticket_id, error)
            self.drop_photo(self._disk.photo(name))
            return None

    def drop_photo(self, photo: Path) -> bool:
        """Remove a photo; False when that fails, which the next start mends."""
        try:
            self._disk.drop_photo(photo.name)
        except (OSError, ValueError) as error:
            log.warning("the photo %s could not be removed: %s", photo.name, error)
            return False
        return True

    def _steps(self) -> Iterator[bool]:
        if self._drop_delivered_photos():
            yield True
        if self._disk.give_up_reserve():
            yield True
        for entry in self._entries():
            if self._give_up(entry):
                yield True

    def _drop_delivered_photos(self) -> bool:
        unneeded = [entry for entry in self._entries() if entry.ticket.photo is not None and not _needs_photo(entry)]
        given_up = [self._give_up(entry) for entry in unneeded]
        return any(given_up)

    def _give_up(self, entry: Entry) -> bool:
        """Remove the file; that it is missing says at the next start what happened."""
        photo = entry.ticket.photo
        if photo is None or not self.drop_photo(photo):
            return False
        log.warning("the disk is full: the photo of ticket %s was given up", entry.ticket.id)
        self._without_photo(with_photo(entry, None))
        return True


def with_photo(entry: Entry, photo: Path | None) -> Entry:
    """Give the entry with this photo, or with none."""
    return dataclasses.replace(entry, ticket=dataclasses.replace(entry.ticket, photo=photo))


def _needs_photo(entry: Entry) -> bool:
    """True until every destination has what carries the photo; nobody may ask for one that was refused again, too."""
    carriers = [d for d in entry.deliveries if d.kind.is_report or d.kind is DeliveryKind.ATTACH]
    return not carriers or any(d.state is not DeliveryState.DELIVERED for d in carriers)


def is_lack_of_room(error: OSError | ValueError) -> bool:
    """Tell a disk that is full from one that fails."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
