"""Tickets with their deliveries, on disk: one TinyDB document per ticket, so that one change is one atomic write.

Everything is also kept in memory as frozen values. Readers never wait for a writer and never touch the
disk; a writer changes memory only after the disk has it.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tinydb import where
from tinydb.table import Document, Table

from kiosk.core.document import from_document, to_document
from kiosk.core.errors import StorageError
from kiosk.core.events import BoardChanged, Publish, TicketChanged, TicketSaved
from kiosk.core.figure import Figure, figure_of
from kiosk.core.model import Delivery, DeliveryState, Entry, Progress, Status, Ticket
from kiosk.core.ports import Disk
from kiosk.core.room import Room, is_lack_of_room, with_photo

log = logging.getLogger(__name__)

Loaded = TypeVar("Loaded")

MOST_FIGURES = 5000
"""So many figures of closed tickets are kept: those of a year at least, on a terminal that is used every hour."""


class Outbox:
    """The durable queue of one terminal."""

    def __init__(self, disk: Disk, *, publish: Publish) -> None:
        """Load what `disk` holds.

        Raises:
            StorageError: the disk cannot be read.
        """
        self._disk, self._publish = disk, publish
        self._room = Room(disk, entries=self.entries, without_photo=self._remember)
        self._writing = threading.RLock()
        self._entries: dict[str, Entry] = {}
        self._busy: set[str] = set()
        self._unreadable = 0
        with _storage_errors():
            self._tickets: Table = disk.db.table("tickets")
            self._archive: Table = disk.db.table("archive")
            self._cursors: Table = disk.db.table("cursors")
            self._notes_table: Table = disk.db.table("notes")
            self._load()

    def _load(self) -> None:
        # A number is never used twice, not even that of a document that cannot be read.
        self._last_sequence = 0
        photos = self._disk.photos()
        self._figures = dict(self._rows(self._archive, Figure))
        archived = []  # killed between archiving and removing
        for number, entry in self._rows(self._tickets, Entry):
            if number in self._figures:  # not its id: IT may have opened an archived ticket again
                archived.append(number)
            else:
                self._remember(_with_photo_path(_after_restart(entry), self._disk, photos))
        if archived:
            self._tickets.remove(doc_ids=archived)
        self._notes: dict[str, dict[str, Any]] = {row["name"]: row["content"] for row in self._notes_table.all()}
        self._cursor: dict[str, str] = {row["destination"]: row["cursor"] for row in self._cursors.all()}
        if not self._unreadable:
            needed = (entry.ticket.photo for entry in self._entries.values())
            self._disk.sweep_photos({photo.name for photo in needed if photo is not None})

    def _rows(self, table: Table, kind: type[Loaded]) -> Iterator[tuple[int, Loaded]]:
        """Give what can be read of a table, one by one: all documents at once would take a gigabyte."""
        for document in table:
            self._last_sequence = max(self._last_sequence, document.doc_id)
            row = self._read(kind, document)
            if row is not None:
                yield document.doc_id, row

    def _read(self, kind: type[Loaded], document: Document) -> Loaded | None:
        try:
            return from_document(kind, document)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # Left where it is for a person to look at; the other tickets must not suffer from it.
            log.error("document %d of the outbox is not readable and was passed over: %s", document.doc_id, error)
            self._unreadable += 1
            return None

    @property
    def damaged(self) -> int:
        """How many records could not be read and were put or left aside."""
        return self._disk.damaged + self._unreadable

    # ------------------------------------------------------------ reading: memory only

    def entries(self) -> list[Entry]:
        """Give every entry, in the order of the reports."""
        return sorted(self._entries.values(), key=lambda entry: entry.sequence)

    def get(self, ticket_id: str) -> Entry | None:
        """Give one entry, None when this outbox does not have it."""
        return self._entries.get(ticket_id)

    def joined_to(self, ticket_id: str) -> list[Entry]:
        """Give the entries that were added to the ticket `ticket_id`."""
        return [entry for entry in tuple(self._entries.values()) if entry.joined == ticket_id]

    def waiting(self) -> list[Entry]:
        """Give the entries with something still to deliver, in the order of the reports."""
        entries = [self._entries.get(ticket_id) for ticket_id in tuple(self._busy)]
        return sorted((entry for entry in entries if entry), key=lambda entry: entry.sequence)

    def figures(self) -> list[Figure]:
        """Give the figures of everything that is closed, archived or not yet; what was reported twice counts once."""
        closed = [figure_of(entry) for entry in self.entries() if entry.status is Status.CLOSED]
        return [figure for figure in (*self._figures.values(), *closed) if not figure.joined]

    def cursor(self, destination: str) -> str:
        """Give where the last look for changes ended; empty when there was none."""
        return self._cursor.get(destination, "")

    # ------------------------------------------------------------ writing: disk first, then memory, then the event

    def report(self, ticket: Ticket, deliveries: tuple[Delivery, ...]) -> Entry:
        """Save a new ticket with its deliveries; one durable write. A ticket that is known is given back unchanged.

        Raises:
            StorageError: nothing was saved.
        """
        progress = Progress(since={Status.NEW: ticket.reported_at})
        entry = Entry(sequence=0, ticket=ticket, deliveries=deliveries, progress=progress)
        return self._add(entry, save=self._save_with_photo)

    def adopt(self, entry: Entry) -> Entry:
        """Take in a ticket that another terminal reported, so that something can be said on it from here.

        Raises:
            StorageError: nothing was saved.
        """
        return self._add(entry, save=self._save)

    def _add(self, entry: Entry, *, save: Callable[[Entry], None]) -> Entry:
        with self._writing:
            known = self._entries.get(entry.ticket.id)
            if known is not None:
                return known
            with _storage_errors():
                save(dataclasses.replace(entry, sequence=self._last_sequence + 1))
            self._last_sequence += 1
        self._publish(TicketSaved(entry.ticket.id))
        return self._entries[entry.ticket.id]

    def change(self, ticket_id: str, edit: Callable[[Entry], Entry]) -> Entry:
        """Replace an entry by what `edit` makes of it; one durable write, none when nothing changed.

        Raises:
            StorageError: nothing was changed.
            KeyError: there is no such ticket.
        """
        with self._writing:
            before = self._entries[ticket_id]
            after = edit(before)
            if after == before:
                return before
            with _storage_errors():
                self._save(after)
        self._publish(TicketChanged(ticket_id))
        return after

    def withdraw(self, ticket_id: str) -> bool:
        """Take back a report that nobody was told of yet; False when it is too late for that.

        Raises:
            StorageError: it is still there.
        """
        with self._writing, _storage_errors():
            entry = self._entries.get(ticket_id)
            if entry is None or entry.is_told:
                return False
            self._remove(entry)
        self._publish(BoardChanged())
        return True

    def set_cursor(self, destination: str, cursor: str) -> None:
        """Keep where the look for changes ended.

        Raises:
            StorageError: it was not kept; the same changes will be told again, which does no harm.
        """
        if self.cursor(destination) == cursor:
            return
        with self._writing, _storage_errors():
            row = {"destination": destination, "cursor": cursor}
            self._room.make_for(lambda: self._cursors.upsert(row, where("destination") == destination))
            self._cursor[destination] = cursor

    def note(self, name: str) -> dict[str, Any]:
        """Give what `keep_note` kept under this name; empty when there is nothing."""
        return dict(self._notes.get(name, {}))

    def keep_note(self, name: str, content: dict[str, Any]) -> None:
        """Keep something small beside the tickets.

        Raises:
            StorageError: what was kept before is still there.
        """
        with self._writing, _storage_errors():
            row = {"name": name, "content": content}
            self._room.make_for(lambda: self._notes_table.upsert(row, where("name") == name))
            self._notes[name] = content

    def archive(self, ticket_ids: Iterable[str]) -> int:
        """Move those of the tickets that are over out of the outbox; only their figures stay.

        Raises:
            StorageError: the rest stays where it is.
        """
        done = 0
        for ticket_id in ticket_ids:
            with self._writing, _storage_errors():
                entry = self._entries.get(ticket_id)
                if entry is not None and is_over(entry):
                    self._retire(entry)
                    done += 1
        with self._writing, _storage_errors():
            self._forget_the_oldest_figures()
        return done

    def _forget_the_oldest_figures(self) -> None:
        """Let the oldest figures go, by their number: a time of day that is wrong must not decide what is old."""
        oldest = sorted(self._figures)[: max(0, len(self._figures) - MOST_FIGURES)]
        if len(oldest) >= MOST_FIGURES // 10:  # now and then many, instead of each time one
            self._room.make_for(lambda: self._archive.remove(doc_ids=oldest))
            for number in oldest:
                del self._figures[number]

    def _retire(self, entry: Entry) -> None:
        figure = figure_of(entry)
        # First in, then out: a kill between the two is mended at the next start.
        if not self._archive.contains(doc_id=entry.sequence):
            self._room.make_for(lambda: self._archive.insert(Document(to_document(figure), doc_id=entry.sequence)))
        self._remove(entry)
        self._figures[entry.sequence] = figure

    def _remove(self, entry: Entry) -> None:
        self._room.make_for(lambda: self._tickets.remove(doc_ids=[entry.sequence]))
        del self._entries[entry.ticket.id]
        self._busy.discard(entry.ticket.id)
        if entry.ticket.photo is not None:
            self._room.drop_photo(entry.ticket.photo)

    # ------------------------------------------------------------ disk and memory

    def _save_with_photo(self, entry: Entry) -> None:
        """Save a new entry and its photo; where only the ticket fits or can be had, the ticket alone."""
        photo = entry.ticket.photo and self._room.keep_photo(entry.ticket.id, entry.ticket.photo)
        try:
            self._save(with_photo(entry, photo))
        except (OSError, ValueError) as error:
            if photo is None:
                raise
            self._room.drop_photo(photo)
            if not is_lack_of_room(error):
                raise
            log.warning("ticket %s is saved without its photo: %s", entry.ticket.id, error)
            self._save(with_photo(entry, None))

    def _save(self, entry: Entry) -> None:
        document: dict[str, Any] = to_document(entry)
        if entry.ticket.photo is not None:
            document["ticket"]["photo"] = entry.ticket.photo.name
        if entry.ticket.id in self._entries:
            self._room.make_for(lambda: self._tickets.update(document, doc_ids=[entry.sequence]))
            if self._entries[entry.ticket.id].ticket.photo is None:  # given up for this very change
                entry = with_photo(entry, None)
        else:
            self._room.make_for(lambda: self._tickets.insert(Document(document, doc_id=entry.sequence)))
        self._remember(entry)

    def _remember(self, entry: Entry) -> None:
        ticket_id = entry.ticket.id
        self._entries[ticket_id] = entry
        if entry.has_open_deliveries:
            self._busy.add(ticket_id)
        else:
            self._busy.discard(ticket_id)


def is_over(entry: Entry) -> bool:
    """Tell whether nobody has anything left to do on a ticket, nor this terminal to deliver."""
    return not entry.status.is_open and not entry.has_open_deliveries


def _with_photo_path(entry: Entry, disk: Disk, there: set[str]) -> Entry:
    """A photo that is not there any more made room for a ticket."""
    photo = entry.ticket.photo
    return with_photo(entry, disk.photo(photo.name) if photo is not None and photo.name in there else None)


def _after_restart(entry: Entry) -> Entry:
    """A delivery that was on its way when the terminal stopped may have taken effect."""
    for delivery in entry.deliveries:
        if delivery.state is DeliveryState.SENDING:
            entry = entry.with_delivery(dataclasses.replace(delivery, state=DeliveryState.UNCERTAIN))
    return entry


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise StorageError(f"the outbox could not be written: {error}") from error
