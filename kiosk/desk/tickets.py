"""Tickets in the database: stored once, found, listed, and followed by cursor."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from kiosk.core.model import Status
from kiosk.core.plant import Priority, Sla
from kiosk.core.timekeeper import believable
from kiosk.desk import work
from kiosk.desk.store import Store, Writing
from kiosk.desk.tables import PhotoRow, RemarkKind, RemarkRow, TicketRow
from kiosk.desk.wire import PhotoIn, RemarkIn, TicketIn

PAGE = 200
"""At most so many tickets in one answer to a terminal."""
_CURSOR = re.compile(r"(?P<epoch>[0-9a-f]{32})\.(?P<after>[0-9]{1,18})(?:\.(?P<until>[0-9]{1,18}))?")
OPEN = [status for status in Status if status.is_open]


def create(store: Store, ticket_id: str, report: TicketIn) -> tuple[TicketRow, bool]:
    """Store a report under our own id; False: it was there already, and nothing was changed.

    Raises:
        StorageError: it is not stored.
    """
    if known := find(store, ticket_id):
        return known, False
    with store.write() as writing:
        # Asked again, now that nobody else writes: two requests may have come with the same id at once.
        twin = writing.session.get(TicketRow, ticket_id, options=[selectinload(TicketRow.remarks)])
        return (twin, False) if twin else (_insert(ticket_id, report, writing), True)


def find(store: Store, ticket_id: str) -> TicketRow | None:
    """Look a ticket up by our own id, with its remarks."""
    return _one(store, TicketRow.id == ticket_id)


def find_number(store: Store, number: int) -> TicketRow | None:
    """Look a ticket up by the number that people say, with its remarks."""
    return _one(store, TicketRow.number == number)


def photo(store: Store, ticket_id: str) -> PhotoRow | None:
    """Fetch a ticket's photo."""
    with store.read() as session:
        return session.get(PhotoRow, ticket_id)


def hear(store: Store, ticket_id: str, said: RemarkIn) -> bool | None:
    """Store what the operator said and let it take effect; False: known already, None: no such ticket.

    Raises:
        StorageError: it is not stored.
    """
    with store.write() as writing:
        ticket = writing.session.get(TicketRow, ticket_id)
        if ticket is None:
            return None
        if writing.session.get(RemarkRow, (ticket_id, said.id)) is not None:
            return False
        remark = _remark(ticket_id, said, writing)
        writing.session.add(remark)
        if said.photo is not None and not ticket.has_photo:
            ticket.has_photo = True
            writing.session.add(_photo(ticket_id, said.photo))
        work.hear_operator(ticket, remark, writing.now)
        work.touch(ticket, writing)
    return True


def act(store: Store, number: int, step: Callable[[TicketRow, Writing], None]) -> bool:
    """Let a person's `step` change the ticket `number`; False when there is none.

    Raises:
        StorageError: nothing was changed.
    """
    with store.write() as writing:
        ticket = writing.session.scalars(select(TicketRow).where(TicketRow.number == number)).one_or_none()
        if ticket is None:
            return False
        step(ticket, writing)
        work.touch(ticket, writing)
    return True


def open_tickets(store: Store) -> list[TicketRow]:
    """Give what is open now, oldest first."""
    with store.read() as session:
        return list(session.scalars(select(TicketRow).where(TicketRow.status.in_(OPEN)).order_by(TicketRow.number)))


def ended_tickets(store: Store, *, limit: int) -> list[TicketRow]:
    """Give what was closed or cancelled last."""
    with store.read() as session:
        ended = select(TicketRow).where(TicketRow.status.not_in(OPEN)).order_by(TicketRow.changed_sequence.desc())
        return list(session.scalars(ended.limit(limit)))


def of_machine(store: Store, machine: str, *, limit: int) -> list[TicketRow]:
    """Give the tickets of one machine, those that are open first; capitals do not count, as on its label."""
    is_ended = TicketRow.status.not_in(OPEN)
    with store.read() as session:
        of_it = select(TicketRow).where(func.lower(TicketRow.machine) == machine.lower())
        return list(session.scalars(of_it.order_by(is_ended, TicketRow.changed_sequence.desc()).limit(limit)))


def agreed_spans(store: Store) -> dict[Priority, Sla]:
    """Tell the agreed times of each priority, as lately reported; needed where IT changed a ticket's priority.

    A night or a weekend between makes a report's times longer, never shorter: the shortest is the agreed one.
    """
    columns = (TicketRow.priority, TicketRow.reported_at, TicketRow.respond_by, TicketRow.resolve_by)
    with store.read() as session:
        lately = session.execute(select(*columns).order_by(TicketRow.number.desc()).limit(500)).all()
    spans: dict[Priority, Sla] = {}
    for priority, reported, respond, resolve in lately:
        if respond and resolve:
            known = spans.get(priority, Sla(respond=timedelta.max, resolve=timedelta.max))
            spans[priority] = Sla(
                respond=min(known.respond, respond - reported), resolve=min(known.resolve, resolve - reported)
            )
    return spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a terminal has followed the changes.

    While the first listing of open tickets is paged, `until` is where it began: what changes meanwhile comes after it.
    """

    epoch: str
    after: int
    until: int | None = None

    def __str__(self) -> str:
        return ".".join([self.epoch, str(self.after)] + ([] if self.until is None else [str(self.until)]))


def changes(store: Store, text: str) -> tuple[list[TicketRow], Cursor, bool]:
    """Give the tickets that changed since the cursor `text`, the next cursor, and whether more wait."""
    epoch, sequence = store.position()
    cursor = _parse(text, epoch, sequence) or Cursor(epoch=epoch, after=0, until=sequence)
    wanted = TicketRow.changed_sequence > cursor.after
    if cursor.until is not None:
        wanted &= (TicketRow.changed_sequence <= cursor.until) & TicketRow.status.in_(OPEN)
    with store.read() as session:
        found = _with_remarks(session, wanted, limit=PAGE + 1)
    page, more = found[:PAGE], len(found) > PAGE
    return page, _following(cursor, page, more=more), more


def _following(cursor: Cursor, page: list[TicketRow], *, more: bool) -> Cursor:
    if cursor.until is not None and not more:
        return Cursor(epoch=cursor.epoch, after=cursor.until)
    after = page[-1].changed_sequence if page else cursor.after
    return Cursor(epoch=cursor.epoch, after=after, until=cursor.until)


def _parse(text: str, epoch: str, sequence: int) -> Cursor | None:
    """Read a cursor of ours; None when it is another database's, or younger than this one (a restored backup)."""
    found = _CURSOR.fullmatch(text)
    if found is None or found["epoch"] != epoch:
        return None
    after, until = int(found["after"]), int(found["until"]) if found["until"] else None
    return None if max(after, until or 0) > sequence else Cursor(epoch=epoch, after=after, until=until)


def _with_remarks(session: Session, wanted: ColumnElement[bool], *, limit: int) -> list[TicketRow]:
    query = select(TicketRow).where(wanted).order_by(TicketRow.changed_sequence).limit(limit)
    return list(session.scalars(query.options(selectinload(TicketRow.remarks))))


def _one(store: Store, wanted: ColumnElement[bool]) -> TicketRow | None:
    with store.read() as session:
        return next(iter(_with_remarks(session, wanted, limit=1)), None)


def _insert(ticket_id: str, report: TicketIn, writing: Writing) -> TicketRow:
    report = _with_possible_times(report, writing.now)
    highest = writing.session.scalar(select(func.max(TicketRow.number))) or 0
    ticket = TicketRow(
        **report.model_dump(exclude={"photo", "machine_name"}),
        id=ticket_id,
        number=highest + 1,
        received_at=writing.now,
        has_photo=report.photo is not None,
        machine_name=report.machine_name or report.machine,
        priority_now=report.priority,
        since={},
        remarks=[],
    )
    work.reach(ticket, Status.NEW, report.reported_at)
    work.touch(ticket, writing)
    writing.session.add(ticket)
    if report.photo is not None:
        writing.session.flush()  # the photo's row refers to the ticket's
        writing.session.add(_photo(ticket_id, report.photo))
    return ticket


def _with_possible_times(report: TicketIn, now: datetime) -> TicketIn:
    """Let a terminal whose clock is not set have reported now; the agreed spans stay as they are."""
    late = believable(report.reported_at, heard_at=now) - report.reported_at
    moved = {
        name: at + late
        for name in ("reported_at", "respond_by", "resolve_by")
        if (at := getattr(report, name)) is not None
    }
    return report.model_copy(update=moved)


def _photo(ticket_id: str, photo: PhotoIn) -> PhotoRow:
    return PhotoRow(ticket_id=ticket_id, content_type=photo.picture_type, data=photo.picture)


def _remark(ticket_id: str, said: RemarkIn, writing: Writing) -> RemarkRow:
    return RemarkRow(
        ticket_id=ticket_id,
        id=said.id,
        sequence=writing.sequence,
        at=said.at,
        who=said.who,
        text=said.text,
        kind=RemarkKind(said.kind),
        from_floor=True,
    )
