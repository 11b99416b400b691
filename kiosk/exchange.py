"""Tickets as JSON, for systems that speak our own form: the desk that comes along, and whatever a webhook reaches."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ValidationError

from kiosk.core.errors import RejectedError
from kiosk.core.model import Progress, Question, Remark, RemoteChange, RemoteRef, Status, Ticket
from kiosk.core.plant import Priority

LEFT_OUT = {"photo": None, "priority": Priority.NORMAL, "place": "", "who": "", "note": ""}
"""The fields that a ticket can do without, and what is sent instead."""

MOST_PAGES = 20
log = logging.getLogger(__name__)

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class _Question(BaseModel):
    id: str
    text: str
    who: str = ""
    answers: tuple[str, ...] = ()


class _Remark(BaseModel):
    id: str
    at: Moment
    text: str
    who: str = ""


class State(BaseModel):
    """A ticket as the other side has it."""

    id: str
    number: Annotated[str, BeforeValidator(str)] = ""
    """What its people call it; a number may come as one."""
    url: str = ""
    machine: str
    symptom: str = ""
    words: str = ""
    it_term: str = ""
    priority: Priority
    stopped: bool = False
    reported_at: Moment
    terminal: str = ""
    status: Status
    assignee: str = ""
    eta_at: Moment | None = None
    priority_now: Priority | None = None
    priority_reason: str = ""
    question: _Question | None = None
    cause: str = ""
    solution: str = ""
    remarks: tuple[_Remark, ...] = ()
    since: dict[Status, Moment] = {}
    changed_at: Moment

    @property
    def ref(self) -> RemoteRef:
        """Its name to the outside."""
        return RemoteRef(id=self.id, number=f"#{self.number}" if self.number else "", url=self.url)


# ------------------------------------------------------------ what is sent


def report(ticket: Ticket, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Give the report with its photo, and without the fields that were refused."""
    sent = _whole(ticket) | {"photo": None if "photo" in without else photo(ticket)}
    return sent | {field: LEFT_OUT[field] for field in without & LEFT_OUT.keys()}


def _whole(ticket: Ticket) -> dict[str, Any]:
    return {
        "machine": ticket.machine,
        "machine_name": ticket.machine_name,
        "place": ticket.place,
        "area": (ticket.area_name or ticket.area),
        "symptom": ticket.symptom,
        "words": ticket.words,
        "it_term": ticket.it_term,
        "priority": ticket.priority.value,
        "stopped": ticket.stopped,
        "reported_at": moment(ticket.reported_at),
        "respond_by": moment(ticket.respond_by) if ticket.respond_by else None,
        "resolve_by": moment(ticket.resolve_by) if ticket.resolve_by else None,
        "terminal": ticket.terminal,
        "language": ticket.language,
        "note": ticket.note,
        "who": ticket.who,
    }


def photo(ticket: Ticket) -> dict[str, str] | None:
    """Give the photo as JSON can carry it.

    Raises:
        RejectedError: it cannot be read.
    """
    if ticket.photo is None:
        return None
    try:
        data = ticket.photo.read_bytes()
    except OSError as error:
        raise RejectedError(f"the photo cannot be read: {error.strerror}", field="photo") from error
    return {"content_type": "image/jpeg", "data": base64.b64encode(data).decode()}


def moment(at: datetime) -> str:
    """Give a time as JSON has it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# ------------------------------------------------------------ what is heard


class Changes(BaseModel):
    """One page of what changed."""

    tickets: list[Any]
    cursor: str = ""
    more: bool = False


def turn_pages(ask: Callable[[str], Changes], cursor: str) -> tuple[list[RemoteChange], str]:
    """Turn the pages until there is none, or until there were many: the rest comes with the next call."""
    changed: list[RemoteChange] = []
    for _ in range(MOST_PAGES):
        page = ask(cursor)
        changed += filter(None, map(change, page.tickets))
        is_last = not page.more or page.cursor == cursor
        cursor = page.cursor
        if is_last:
            break
    return changed, cursor


def change(data: Any) -> RemoteChange | None:
    """Understand one ticket of a page; one that is written differently must not hide all the others."""
    try:
        ticket = State.model_validate(data)
    except ValidationError as error:
        log.warning("a ticket is not understood: %s", error.errors(include_input=False)[0]["msg"])
        return None
    return RemoteChange(
        ticket=ticket.id,
        ref=ticket.ref,
        machine=ticket.machine,
        symptom=ticket.symptom,
        words=ticket.words,
        it_term=ticket.it_term,
        reported_priority=ticket.priority,
        stopped=ticket.stopped,
        reported_at=ticket.reported_at,
        terminal=ticket.terminal,
        progress=_progress(ticket),
        changed_at=ticket.changed_at,
    )


def _progress(ticket: State) -> Progress:
    question = ticket.question
    return Progress(
        status=ticket.status,
        assignee=ticket.assignee,
        eta_at=ticket.eta_at,
        priority=ticket.priority_now if ticket.priority_now != ticket.priority else None,
        priority_reason=ticket.priority_reason,
        question=Question(**question.model_dump()) if question else None,
        cause=ticket.cause,
        solution=ticket.solution,
        remarks=tuple(Remark(**remark.model_dump()) for remark in ticket.remarks),
        since=ticket.since,
    )
