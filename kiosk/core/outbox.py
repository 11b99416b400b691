"""Tickets with their deliveries, on disk: one TinyDB document per ticket, so that one change is one atomic write.

Everything is also kept in memory as frozen values. Readers never wait for a writer and never touch the
disk; a writer changes memory only after the disk has it.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tinydb import where
from tinydb.table import Document, Table

from kiosk.core.document import from_document, to_document
from kiosk.core.errors import StorageError
from kiosk.core.events import Publish, TicketChanged, TicketSaved
from kiosk.core.model import Delivery, DeliveryState, Entry, Progress, Status, Ticket
from kiosk.core.ports import Disk

log = logging.getLogger(__name__)

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What stays of a ticket that left the outbox: the shared goals of both sides, and no personal data."""

    ticket: str
    machine: str
    symptom: str
    priority: str
    stopped: bool
    reported_at: datetime
    taken_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    joined: str = ""
    """The ticket that it was added to, whose figures count for both."""

    @property
    def response(self) -> timedelta | None:
        """How long it took until a person had it."""
        return None if self.taken_at is None else _span(self.reported_at, self.taken_at)

    @property
    def downtime(self) -> timedelta | None:
        """How long the machine stood, when it stood."""
        end = self.resolved_at or self.closed_at
        return None if end is None or not self.stopped else _span(self.reported_at, end)


def _span(start: datetime, end: datetime) -> timedelta | None:
    """Give no figure rather than a wrong one, where a clock was wrong at one end."""
    return end - start if end >= start else None


def figure_of(entry: Entry) -> Figure:
    """Keep of `entry` what both sides measure."""
    ticket, since = entry.ticket, entry.progress.since
    taken = [at for status, at in since.items() if status.is_taken]
    return Figure(
        ticket=ticket.id,
        machine=ticket.machine,
        symptom=ticket.symptom,
        priority=str(entry.priority),
        stopped=ticket.stopped,
        reported_at=ticket.reported_at,
        taken_at=min(taken, default=None),
        resolved_at=since.get(Status.RESOLVED),
        closed_at=since.get(Status.CLOSED),
        joined=entry.joined,
    )


class Outbox:
    """The durable queue of one terminal."""

    def __init__(self, disk: Disk, *, publish: Publish) -> None:
        """Load what `disk` holds.

        Raises:
            StorageError: the disk cannot be read.
        """
        self._disk, self._publish = disk, publish
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
        archived, documents = self._archive.all(), self._tickets.all()
        self._figures = list(filter(None, (self._read(Figure, row) for row in archived)))
        gone = {figure.ticket for figure in self._figures}
        for document in documents:
            entry = self._read(Entry, document)
            if entry is not None and entry.ticket.id in gone:  # killed between archiving and removing
                self._tickets.remove(doc_ids=[document.doc_id])
            elif entry is not None:
                self._remember(_with_photo_path(_after_restart(entry), self._disk))
        self._notes: dict[str, dict[str, Any]] = {row["name"]: row["content"] for row in self._notes_table.all()}
        self._cursor: dict[str, str] = {row["destination"]: row["cursor"] for row in self._cursors.all()}
        # A number is never used twice, not even that of a document that cannot be read.
        self._last_sequence = max((row.doc_id for row in [*archived, *documents]), default=0)
        if not self._unreadable:
            photos = (entry.ticket.photo for entry in self._entries.values())
            self._disk.sweep_photos({photo.name for photo in photos if photo is not None})

    def _read(self, kind: type[Loaded], document: Document) -> Loaded | None:
        try:
            return from_document(kind, dict(document))
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
        return [figure for figure in (*self._figures, *closed) if not figure.joined]

    def cursor(self, destination: str) -> str:
        """Give where the last look for changes ended; empty when there was none."""
        return self._cursor.get(destination, "")

    # ------------------------------------------------------------ writing: disk first, then memory, then the event

    def report(self, ticket: Ticket, deliveries: tuple[Delivery, ...]) -> Entry:
        """Save a new ticket with its deliveries; one durable write. A ticket that is known is given back unchanged.

        Raises:
            StorageError: nothing was saved.
        """
        with self._writing:
            known = self._entries.get(ticket.id)
            if known is not None:
                return known
            with _storage_errors(), self._photo_kept(ticket) as kept:
                entry = Entry(sequence=self._last_sequence + 1, ticket=kept, deliveries=deliveries)
                self._save(dataclasses.replace(entry, progress=_as_new(entry)))
            self._last_sequence += 1
        self._publish(TicketSaved(ticket.id))
        return self._entries[ticket.id]

    def adopt(self, entry: Entry) -> Entry:
        """Take in a ticket that another terminal reported, so that something can be said on it from here.

        Raises:
            StorageError: nothing was saved.
        """
        with self._writing:
            known = self._entries.get(entry.ticket.id)
            if known is not None:
                return known
            with _storage_errors():
                self._save(dataclasses.replace(entry, sequence=self._last_sequence + 1))
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

    def set_cursor(self, destination: str, cursor: str) -> None:
        """Keep where the look for changes ended.

        Raises:
            StorageError: it was not kept; the same changes will be told again, which does no harm.
        """
        if self.cursor(destination) == cursor:
            return
        with self._writing, _storage_errors():
            row = {"destination": destination, "cursor": cursor}
            self._cursors.upsert(row, where("destination") == destination)
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
            self._notes_table.upsert({"name": name, "content": content}, where("name") == name)
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
        return done

    def _retire(self, entry: Entry) -> None:
        figure = figure_of(entry)
        # First in, then out: a kill between the two is mended at the next start.
        self._archive.insert(Document(to_document(figure), doc_id=entry.sequence))
        self._tickets.remove(doc_ids=[entry.sequence])
        self._figures.append(figure)
        del self._entries[entry.ticket.id]
        if entry.ticket.photo is not None:
            self._disk.drop_photo(entry.ticket.photo.name)

    @contextmanager
    def _photo_kept(self, ticket: Ticket) -> Iterator[Ticket]:
        """Store the photo first; should the ticket not follow it onto the disk, it must not stay there either."""
        if ticket.photo is None:
            yield ticket
            return
        name = ticket.id + ticket.photo.suffix.lower()
        try:
            yield dataclasses.replace(ticket, photo=self._disk.keep_photo(ticket.photo, name))
        except (OSError, ValueError):
            with suppress(OSError):
                self._disk.drop_photo(name)
            raise

    def _save(self, entry: Entry) -> None:
        document: dict[str, Any] = to_document(entry)
        if entry.ticket.photo is not None:
            document["ticket"]["photo"] = entry.ticket.photo.name
        if entry.ticket.id in self._entries:
            self._tickets.update(document, doc_ids=[entry.sequence])
        else:
            self._tickets.insert(Document(document, doc_id=entry.sequence))
        self._remember(entry)

    def _remember(self, entry: Entry) -> None:
        ticket_id = entry.ticket.id
        self._entries[ticket_id] = entry
        if entry.has_open_deliveries:
            self._busy.add(ticket_id)
        else:
            self._busy.discard(ticket_id)


def _as_new(entry: Entry) -> Progress:
    return dataclasses.replace(entry.progress, since={Status.NEW: entry.ticket.reported_at})


def is_over(entry: Entry) -> bool:
    """Tell whether nobody has anything left to do on a ticket, nor this terminal to deliver."""
    return not entry.status.is_open and not entry.has_open_deliveries


def _with_photo_path(entry: Entry, disk: Disk) -> Entry:
    if entry.ticket.photo is None:
        return entry
    ticket = dataclasses.replace(entry.ticket, photo=disk.photo(entry.ticket.photo.name))
    return dataclasses.replace(entry, ticket=ticket)


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
