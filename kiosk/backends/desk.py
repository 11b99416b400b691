"""The embedded IT desk: the ticket system of a plant that has none yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import BaseModel, Field

from kiosk import exchange
from kiosk.core.errors import RejectedError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket
from kiosk.core.ports import Backend
from kiosk.exchange import LEFT_OUT, State
from kiosk.fields import Secret
from kiosk.httpclient import HttpClient, NotFoundError, Nothing, RefusedError
from kiosk.plugins import HttpSettings

MOST_BYTES = 16 * 1024 * 1024


class DeskSettings(HttpSettings):
    """`token` is what `kiosk desk --add-terminal NAME` printed."""

    questions: ClassVar[Mapping[str, str]] = {
        "url": "Its address, such as http://it-desk.example.com:8642",
        "token": "Token that `kiosk desk --add-terminal NAME` printed",
    }
    token: Secret
    poll_seconds: float = Field(default=2.0, gt=0, le=3600)


class _Health(BaseModel):
    name: str
    version: str


class DeskBackend(Backend):
    """Speaks the desk's REST API. All of it is idempotent, so nothing here is ever uncertain."""

    Settings = DeskSettings

    def __init__(self, settings: DeskSettings, *, terminal: str) -> None:
        del terminal
        token = settings.token.get_secret_value()
        self.name = settings.name
        self.poll_seconds = settings.poll_seconds
        self._client = HttpClient.of(
            settings,
            "/api",
            headers={"Authorization": f"Bearer {token}"},
            secrets=[token],
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
            return self._client.read(f"/tickets/{quote(ticket_id, safe='')}", State).ref
        except NotFoundError as error:
            if error.from_api:
                return None
            raise

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Ask for what changed."""
        return exchange.turn_pages(lambda at: self._client.read("/changes", exchange.Changes, {"cursor": at}), cursor)

    def _create(self, delivery: Delivery, ticket: Ticket) -> RemoteRef:
        body = exchange.report(ticket, without=delivery.without)
        try:
            return self._client.write("PUT", f"/tickets/{ticket.id}", State, json=body, repeatable=True).ref
        except RefusedError as error:
            raise RejectedError(str(error), field=_blamed(error)) from error

    def _add(self, delivery: Delivery, ticket: Ticket) -> None:
        body: dict[str, Any] = {
            "id": delivery.id,
            "kind": delivery.kind.value,
            "text": delivery.text,
            "who": delivery.who,
            "at": exchange.moment(delivery.created_at),
        }
        if delivery.kind is DeliveryKind.JOIN and "photo" not in delivery.without:
            body["photo"] = exchange.photo(ticket)
        ticket_id = delivery.ref.id if delivery.ref else delivery.ticket
        try:
            self._client.write("POST", f"/tickets/{ticket_id}/remarks", Nothing, json=body, repeatable=True)
        except RefusedError as error:
            raise RejectedError(str(error), field=_blamed(error)) from error
        except NotFoundError as error:
            if error.from_api:
                raise RejectedError(str(error)) from error
            raise


def _blamed(error: RefusedError) -> str:
    """Find the field that a refusal means: a body too large is the photo's fault, a 422 begins with the field's name."""
    if error.status == 413:  # noqa: PLR2004
        return "photo"
    match error.answer:
        case {"detail": str(text)}:
            field = re.split(r"\W", text, maxsplit=1)[0]
            return field if field in LEFT_OUT else ""
    return ""
