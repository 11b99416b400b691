"""The REST API for terminals."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kiosk import __version__
from kiosk.desk import people, tickets
from kiosk.desk.desk import TheDesk
from kiosk.desk.tables import TicketRow
from kiosk.desk.wire import ChangesOut, Health, Id, Refusal, RemarkIn, TicketIn, TicketOut, ticket_out

_bearer = HTTPBearer(
    auto_error=False, scheme_name="Terminal token", description="Made by `kiosk desk --add-terminal NAME`."
)


def known_terminal(desk: TheDesk, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Let only terminals in that hold a token of this desk."""
    terminal = people.terminal_with(desk.store, sent.credentials) if sent else None
    if terminal is None:
        text = "This token is not known here. Make one with: kiosk desk --add-terminal NAME"
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, text, headers={"WWW-Authenticate": "Bearer"})
    desk.seen[terminal.id] = desk.store.now()


router = APIRouter(
    prefix="/api",
    dependencies=[Depends(known_terminal)],
    responses={
        401: {"model": Refusal, "description": "The token is missing or not known."},
        422: {"model": Refusal, "description": "A field cannot be used; the answer names it."},
        503: {"model": Refusal, "description": "Nothing was stored. Try again after `Retry-After` seconds."},
    },
)


def page_url(request: Request, number: int) -> str:
    """Give the address of a ticket's page, as this terminal reaches the desk."""
    return str(request.url_for("ticket_page", number=str(number)))


@router.get("/health")
def health(desk: TheDesk) -> Health:
    """Check the address and the token at once."""
    return Health(name=desk.settings.title, version=__version__)


@router.put(
    "/tickets/{ticket_id}",
    status_code=201,
    responses={200: {"model": TicketOut, "description": "It was there already."}},
)
def put_ticket(ticket_id: Id, report: TicketIn, desk: TheDesk, request: Request, response: Response) -> TicketOut:
    """Report, as often as it takes: the first one counts, the body of a repeated one is ignored."""
    ticket, created = tickets.create(desk.store, ticket_id, report)
    if not created:
        response.status_code = status.HTTP_200_OK
    return _shown(ticket, request)


@router.get("/tickets/{ticket_id}", responses={404: {"model": Refusal, "description": "There is no such ticket."}})
def get_ticket(ticket_id: Id, desk: TheDesk, request: Request) -> TicketOut:
    """Look a ticket up by the terminal's own id."""
    ticket = tickets.find(desk.store, ticket_id)
    if ticket is None:
        raise _unknown(ticket_id)
    return _shown(ticket, request)


@router.post(
    "/tickets/{ticket_id}/remarks",
    status_code=201,
    responses={
        200: {"model": TicketOut, "description": "It was known already."},
        404: {"model": Refusal, "description": "There is no such ticket."},
    },
)
def post_remark(ticket_id: Id, said: RemarkIn, desk: TheDesk, request: Request, response: Response) -> TicketOut:
    """Say something on a ticket, as often as it takes.

    `confirm` closes it, `reopen` opens it again; a `comment` on a ticket that waits for the operator is the answer.
    `join` adds another terminal's report; `withdraw` ends a duplicate, unless a person has it already.
    """
    heard = tickets.hear(desk.store, ticket_id, said)
    if heard is False:
        response.status_code = status.HTTP_200_OK
    return get_ticket(ticket_id, desk, request)


@router.get(
    "/tickets/{ticket_id}/photo",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}, 404: {"model": Refusal, "description": "There is no such photo."}},
)
def get_photo(ticket_id: Id, desk: TheDesk) -> Response:
    """Fetch a ticket's photo."""
    photo = tickets.photo(desk.store, ticket_id)
    if photo is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"Ticket {ticket_id} has no photo here.")
    return Response(photo.data, media_type=photo.content_type)


@router.get("/changes")
def get_changes(
    desk: TheDesk,
    request: Request,
    cursor: Annotated[str, Query(description="From the last answer; empty: every ticket that is open now.")] = "",
) -> ChangesOut:
    """Give the tickets of the whole plant that changed since the cursor, at most 200, each as a whole picture."""
    found, following, more = tickets.changes(desk.store, cursor)
    return ChangesOut(tickets=[_shown(ticket, request) for ticket in found], cursor=str(following), more=more)


def _shown(ticket: TicketRow, request: Request) -> TicketOut:
    return ticket_out(ticket, url=page_url(request, ticket.number))


def _unknown(ticket_id: str) -> HTTPException:
    return HTTPException(status.HTTP_404_NOT_FOUND, f"There is no ticket {ticket_id} here.")
