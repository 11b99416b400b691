"""The desk's tables, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import JSON, DateTime, Dialect, Enum, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from kiosk.core.model import Status
from kiosk.core.plant import Priority

SCHEMA = 1
"""Raised with every change of the tables; a desk refuses a database that is newer than itself."""


class RemarkKind(StrEnum):
    """What a line of a ticket's history is."""

    COMMENT = "comment"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    JOIN = "join"
    WITHDRAW = "withdraw"
    QUESTION = "question"
    PRIORITY = "priority"
    STEP = "step"

    @property
    def is_public(self) -> bool:
        """True for what people said; steps and priorities reach the floor as fields of the ticket."""
        return self not in (RemarkKind.PRIORITY, RemarkKind.STEP)


class Utc(TypeDecorator[datetime]):
    """Aware UTC in Python; SQLite would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say what was stored: UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _words(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=20, values_callable=lambda members: [str(member) for member in members])


class Row(DeclarativeBase):
    """The root of the tables."""

    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads this name
        datetime: Utc(),
        Priority: _words(Priority),
        Status: _words(Status),
        RemarkKind: _words(RemarkKind),
        list[str]: JSON(),
        dict[str, str]: JSON(),
    }


class DeskRow(Row):
    """The one row about the desk itself; whoever writes updates it first and so holds the pen alone."""

    __tablename__ = "desk"

    id: Mapped[int] = mapped_column(primary_key=True)
    schema_version: Mapped[int]
    epoch: Mapped[str] = mapped_column(String(32))
    """Made with the database, so that cursors of an earlier database are recognised as unknown."""
    sequence: Mapped[int]
    """The number of the last change; commits happen in its order."""


class TicketRow(Row):
    """A ticket: what was reported, and how the work stands."""

    __tablename__ = "tickets"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    received_at: Mapped[datetime]
    has_photo: Mapped[bool]

    machine: Mapped[str] = mapped_column(Text)
    machine_name: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    symptom: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    it_term: Mapped[str] = mapped_column(Text)
    priority: Mapped[Priority]
    stopped: Mapped[bool]
    reported_at: Mapped[datetime]
    terminal: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    respond_by: Mapped[datetime | None]
    resolve_by: Mapped[datetime | None]

    status: Mapped[Status] = mapped_column(default=Status.NEW, index=True)
    assignee: Mapped[str] = mapped_column(Text, default="")
    eta_at: Mapped[datetime | None]
    priority_now: Mapped[Priority]
    priority_reason: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    solution: Mapped[str] = mapped_column(Text, default="")
    question_id: Mapped[str] = mapped_column(String(40), default="")
    """Empty: nothing is asked."""
    question_text: Mapped[str] = mapped_column(Text, default="")
    question_who: Mapped[str] = mapped_column(Text, default="")
    question_answers: Mapped[list[str]] = mapped_column(default=list)
    status_before: Mapped[Status] = mapped_column(default=Status.NEW)
    """Where a waiting ticket returns to once the operator answers."""
    since: Mapped[dict[str, str]] = mapped_column(default=dict)
    """Status -> ISO time of first reaching it."""
    changed_at: Mapped[datetime]
    changed_sequence: Mapped[int] = mapped_column(index=True)

    remarks: Mapped[list[RemarkRow]] = relationship(order_by="RemarkRow.sequence", lazy="raise")


class RemarkRow(Row):
    """One line of a ticket's history."""

    __tablename__ = "remarks"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sequence: Mapped[int]
    """Order of arrival; a terminal's clock may be wrong."""
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[RemarkKind]
    from_floor: Mapped[bool]


class PhotoRow(Row):
    """A ticket's photo, apart from it so that lists stay light."""

    __tablename__ = "photos"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    content_type: Mapped[str] = mapped_column(String(40))
    data: Mapped[bytes] = mapped_column(LargeBinary)


class PersonRow(Row):
    """Somebody of IT who may log in; the name is what the floor reads."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(String(120), unique=True)
    """The name as it is compared at the login."""
    password_hash: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime]


class TerminalRow(Row):
    """A terminal that may report."""

    __tablename__ = "terminals"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(String(120), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    added_at: Mapped[datetime]


def first_reached(since: dict[str, str]) -> dict[Status, datetime]:
    """Read the times at which a ticket first reached each status."""
    return {Status(status): datetime.fromisoformat(at) for status, at in since.items()}
