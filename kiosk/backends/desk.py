"""The embedded IT desk: the ticket system of a plant that has none yet."""

from __future__ import annotations

import base64
import logging
import re
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError

from kiosk.core.errors import RejectedError
from kiosk.core.model import Delivery, DeliveryKind, Progress, Question, Remark, RemoteChange, RemoteRef, Status, Ticket
from kiosk.core.plant import Priority
from kiosk.core.ports import Backend
from kiosk.fields import Secret
from kiosk.httpclient import HttpClient, NotFoundError, Nothing, RefusedError
from kiosk.plugins import HttpSettings

MOST_PAGES = 20
MOST_BYTES = 16 * 1024 * 1024
LEFT_OUT = {"photo": None, "priority": Priority.NORMAL, "place": "", "who": "", "note": ""}
"""The fields that a ticket can do without, and what is sent instead."""

log = logging.getLogger(__name__)


class DeskSettings(HttpSettings):
    """`token` is what `kiosk desk --add-terminal NAME` printed."""

    token: Secret
    poll_seconds: float = Field(default=2.0, gt=0, le=3600)


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


class _Ticket(BaseModel):
    id: str
    number: int
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
        return RemoteRef(id=self.id, number=f"#{self.number}", url=self.url)


class _Health(BaseModel):
    name: str
    version: str


class _Changes(BaseModel):
    tickets: list[Any]
    cursor: str
    more: bool = False


class DeskBackend(Backend):
    """Speaks the desk's REST API. All of it is idempotent, so nothing here is ever uncertain."""

    Settings = DeskSettings

    def __init__(self, settings: DeskSettings, *, terminal: str) -> None:
        del terminal
        token = settings.token.get_secret_value()
        self.name = settings.name
        self.poll_seconds = settings.poll_seconds
        self._client = HttpClient(
            settings.url + "/api",
            headers={"Authorization": f"Bearer {token}"},
            secrets=[token],
            ca_file=settings.ca_file,
            proxy=settings.proxy,
            read_timeout=settings.timeout,
            deadline=3 * settings.timeout,
            max_bytes=MOST_BYTES,
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def check(self) -> None:
        """Try the address and the token."""
        self._client.read("/health", _Health)

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Put the ticket there, or add to it."""
        if delivery.kind is DeliveryKind.CREATE:
            return self._create(delivery, ticket)
        self._add(delivery, ticket)
        return None

    def find(self, ticket_id: str) -> RemoteRef | None:
        """Ask for the ticket by our id, which is also the desk's."""
        try:
            return self._client.read(f"/tickets/{quote(ticket_id, safe='')}", _Ticket).ref
        except NotFoundError as error:
            if error.from_api:
                return None
            raise

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Turn the pages until there is none, or until there were many: the rest comes with the next call."""
        changed: list[RemoteChange] = []
        for _ in range(MOST_PAGES):
            page = self._client.read("/changes", _Changes, {"cursor": cursor})
            changed += filter(None, map(_change, page.tickets))
            is_last = not page.more or page.cursor == cursor
            cursor = page.cursor
            if is_last:
                break
        return changed, cursor

    def _create(self, delivery: Delivery, ticket: Ticket) -> RemoteRef:
        body = _report(ticket) | {"photo": _photo(ticket)} if "photo" not in delivery.without else _report(ticket)
        body |= {field: LEFT_OUT[field] for field in delivery.without & LEFT_OUT.keys()}
        try:
            return self._client.write("PUT", f"/tickets/{ticket.id}", _Ticket, json=body, repeatable=True).ref
        except RefusedError as error:
            raise RejectedError(str(error), field=_blamed(error)) from error

    def _add(self, delivery: Delivery, ticket: Ticket) -> None:
        body: dict[str, Any] = {
            "id": delivery.id,
            "kind": delivery.kind.value,
            "text": delivery.text,
            "who": delivery.who,
            "at": _text_of(delivery.created_at),
        }
        if delivery.kind is DeliveryKind.JOIN and "photo" not in delivery.without:
            body["photo"] = _photo(ticket)
        ticket_id = delivery.ref.id if delivery.ref else delivery.ticket
        try:
            self._client.write("POST", f"/tickets/{ticket_id}/remarks", Nothing, json=body, repeatable=True)
        except RefusedError as error:
            raise RejectedError(str(error), field=_blamed(error)) from error
        except NotFoundError as error:
            if error.from_api:
                raise RejectedError(str(error)) from error
            raise


def _report(ticket: Ticket) -> dict[str, Any]:
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
        "reported_at": _text_of(ticket.reported_at),
        "respond_by": _text_of(ticket.respond_by) if ticket.respond_by else None,
        "resolve_by": _text_of(ticket.resolve_by) if ticket.resolve_by else None,
        "terminal": ticket.terminal,
        "language": ticket.language,
        "note": ticket.note,
        "who": ticket.who,
        "photo": None,
    }


def _photo(ticket: Ticket) -> dict[str, str] | None:
    if ticket.photo is None:
        return None
    try:
        data = ticket.photo.read_bytes()
    except OSError as error:
        raise RejectedError(f"the photo cannot be read: {error.strerror}", field="photo") from error
    return {"content_type": "image/jpeg", "data": base64.b64encode(data).decode()}


def _text_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _blamed(error: RefusedError) -> str:
    """Find the field that a refusal means: a body too large is the photo's fault, a 422 begins with the field's name."""
    if error.status == 413:  # noqa: PLR2004
        return "photo"
    match error.answer:
        case {"detail": str(text)}:
            field = re.split(r"\W", text, maxsplit=1)[0]
            return field if field in LEFT_OUT else ""
    return ""


def _change(data: Any) -> RemoteChange | None:
    """Understand one ticket of a page; one that a newer desk writes differently must not hide all the others."""
    try:
        ticket = _Ticket.model_validate(data)
    except ValidationError as error:
        log.warning("a ticket of the desk is not understood: %s", error.errors(include_input=False)[0]["msg"])
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


def _progress(ticket: _Ticket) -> Progress:
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
