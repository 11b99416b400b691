"""Anything that takes a signed JSON POST: a small program of the plant's own, a flow, a system that has no module here.

What is sent and what may be answered stands in docs/webhook.md and, for programs, in docs/webhook.schema.json.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from kiosk import exchange
from kiosk.core.errors import RejectedError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket
from kiosk.core.ports import Backend
from kiosk.core.text import clean_text
from kiosk.fields import Secret
from kiosk.httpclient import HttpClient, NotFoundError, Nothing, RefusedError
from kiosk.plugins import HttpSettings, WebAddress

VERSION = 1
MOST_BYTES = 16 * 1024 * 1024
_CONFLICT = 409


class WebhookSettings(HttpSettings):
    """`secret` signs each request; the receiver knows it, too."""

    questions: ClassVar[Mapping[str, str]] = {
        "url": "Address that takes the requests",
        "secret": "Secret that signs them, the same as at the receiver",
        "status_url": "Address that tells how tickets stand (nothing: there is none)",
    }
    secret: Secret
    status_url: WebAddress | None = None
    """Where the receiver tells how tickets stand; without it nothing comes back but that it has them."""
    poll_seconds: float = Field(default=10.0, gt=0, le=3600)


class _Made(BaseModel):
    """What a receiver may say about the ticket that it made."""

    id: Annotated[str, BeforeValidator(str)] = ""
    number: Annotated[str, BeforeValidator(str)] = ""
    url: str = ""


class WebhookBackend(Backend):
    """Each request carries an idempotency key, so sending it again does no harm."""

    Settings = WebhookSettings

    def __init__(self, settings: WebhookSettings, *, terminal: str) -> None:
        self.name = settings.name
        self.poll_seconds = settings.poll_seconds
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._secret, self._terminal = settings.secret.get_secret_value(), terminal
        told = settings.model_copy(update={"url": settings.status_url})
        self._client = HttpClient.of(settings, secrets=[self._secret], max_bytes=MOST_BYTES)
        self._status = HttpClient.of(told, secrets=[self._secret], max_bytes=MOST_BYTES) if told.url else None
        self.tells = self._status is not None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        if self._status is not None:
            self._status.close()

    def check(self) -> None:
        """Send a signed `ping`, which a receiver answers like anything else and does nothing about; ask the status address."""
        self._post("ping", f"ping{self.now():%Y%m%d%H%M%S}", {}, Nothing)
        if self._status is not None:
            self._status.read("", exchange.Changes, self._signed({"ticket": "ping"}))

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Post the report, or what was said on it later."""
        try:
            if delivery.kind is DeliveryKind.CREATE:
                return self._create(delivery, ticket)
            self._add(delivery, ticket)
        except RefusedError as error:
            raise RejectedError(str(error), field=_blamed(error)) from error
        except NotFoundError as error:
            if error.from_api and delivery.kind is not DeliveryKind.CREATE:
                raise RejectedError(str(error)) from error
            raise
        return None

    def find(self, ticket_id: str) -> RemoteRef | None:
        """Ask the receiver for the ticket, where it can be asked."""
        if self._status is None:
            return None
        states = self._status.read("", exchange.Changes, self._signed({"ticket": ticket_id})).tickets
        found = [change for change in map(exchange.change, states) if change and change.ticket == ticket_id]
        return found[0].ref if found else None

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Ask the status address, where there is one."""
        status = self._status
        if status is None:
            return [], cursor
        return exchange.turn_pages(lambda at: status.read("", exchange.Changes, self._signed({"cursor": at})), cursor)

    # ------------------------------------------------------------ sending

    def _create(self, delivery: Delivery, ticket: Ticket) -> RemoteRef:
        body = {"ticket": {"id": ticket.id, **exchange.report(ticket, without=delivery.without)}}
        made = self._post("create", delivery.id, body, _Loose).made
        # Our id is the one that every later request names.
        return RemoteRef(id=ticket.id, number=f"#{made.number or made.id or ticket.id}", url=made.url)

    def _add(self, delivery: Delivery, ticket: Ticket) -> None:
        body: dict[str, Any] = {
            "ticket": {"id": delivery.ref.id if delivery.ref else ticket.id},
            "text": delivery.text,
            "who": delivery.who,
            "at": exchange.moment(delivery.created_at),
        }
        if delivery.kind is DeliveryKind.JOIN:
            body["report"] = {"id": ticket.id, **exchange.report(ticket, without=delivery.without)}
        self._post(delivery.kind.value, delivery.id, body, Nothing)

    def _post(self, event: str, key: str, body: dict[str, Any], into: type[Any]) -> Any:
        whole = {"version": VERSION, "event": event, "id": key, "terminal": self._terminal, **body}
        content = json.dumps(whole, ensure_ascii=True, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Kiosk-Signature": self._signature(content.decode()),
        }
        try:
            return self._client.write("POST", "", into, content=content, headers=headers, repeatable=True)
        except RefusedError as error:
            if error.status == _CONFLICT:
                return into()  # it has this one already
            raise

    def _signature(self, text: str) -> str:
        at = int(self.now().timestamp())
        return f"t={at},v1={_mac(self._secret, f'{at}.{text}')}"

    def _signed(self, question: dict[str, str]) -> dict[str, str]:
        """Sign a question, too: how the plant's tickets stand is nobody else's business."""
        ((name, value),) = question.items()
        # As the client cleans it, for a cursor may come from a disk that lied.
        value = clean_text(value, limit=4 * len(value))
        return {name: value, "signature": self._signature(value)}


class _Loose(Nothing, extra="allow"):
    """An answer of which nothing is needed; what of it is understood is taken."""

    @property
    def made(self) -> _Made:
        """What it says of the ticket."""
        try:
            return _Made.model_validate(self.model_extra or {})
        except ValidationError:
            return _Made()


def _mac(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_genuine(signature: str, text: str, *, secret: str, now: datetime, seconds: float = 300) -> bool:
    """Tell whether `signature` is ours for `text` and not old: what a receiver in Python may use as it is."""
    parts = dict(part.partition("=")[::2] for part in signature.split(","))
    at = parts.get("t", "")
    is_fresh = at.isdecimal() and abs(now.timestamp() - int(at)) <= seconds
    return is_fresh and hmac.compare_digest(parts.get("v1", ""), _mac(secret, f"{at}.{text}"))


def _blamed(error: RefusedError) -> str:
    """Find the field that a refusal names: `{"field": "photo"}`, or a body too large."""
    match error.answer:
        case {"field": str(field)} if field in exchange.LEFT_OUT:
            return field
    return "photo" if error.status == 413 else ""  # noqa: PLR2004  payload too large
