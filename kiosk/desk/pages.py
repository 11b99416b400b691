"""The pages that people of IT look at."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Response, status
from fastapi.responses import FileResponse, HTMLResponse, StreamingResponse

from kiosk.core.model import Status
from kiosk.core.plant import Priority, Sla
from kiosk.core.text import clean_line
from kiosk.desk import present, tickets, work
from kiosk.desk.desk import Desk, TheDesk
from kiosk.desk.rendering import page
from kiosk.desk.sessions import Someone, Viewer
from kiosk.desk.tables import TicketRow, first_reached
from kiosk.resources import asset

BIG_ROWS = 5
"""So many tickets can be read at five metres."""
FONTS = ("KioskSans-Regular.ttf", "KioskSans-SemiBold.ttf")
NOTES = {
    "moved": "The ticket has moved on meanwhile. Please look at it again before you act.",
    "empty": "Nothing was changed: please write a few words first.",
}

router = APIRouter(include_in_schema=False)


@router.get("/")
def board(desk: TheDesk, person: Someone, note: str = "") -> HTMLResponse:
    """Everything that is open, the most urgent first."""
    return page(desk, "board.html", person=person, board=_board(desk), note=NOTES.get(note, ""))


@router.get("/board/big")
def big_board(desk: TheDesk, person: Viewer) -> HTMLResponse:
    """The board for a television on the wall."""
    return page(desk, "big.html", person=person, board=_board(desk), rows=BIG_ROWS)


@router.get("/closed")
def closed(desk: TheDesk, person: Someone) -> HTMLResponse:
    """What was closed lately."""
    now = desk.store.now()
    rows = [(present.card(row, {}, now), row) for row in tickets.ended_tickets(desk.store, limit=100)]
    return page(desk, "closed.html", person=person, rows=rows)


@router.get("/m/{label}")
@router.get("/M/{label}")
def machine(label: str, desk: TheDesk, person: Someone) -> HTMLResponse:
    """What a phone shows that reads a machine's label: what is open there, and what was closed last."""
    wanted = clean_line(label.partition("*")[0], limit=40)  # behind the star stands the check character
    now, rows = desk.store.now(), tickets.of_machine(desk.store, wanted, limit=20)
    shown = [(present.card(row, _agreed(desk, [row]), now), row) for row in rows]
    name = rows[0].machine_name if rows else wanted
    return page(desk, "machine.html", person=person, machine=wanted, name=name, rows=shown)


@router.get("/tickets/{number}", name="ticket_page")
def ticket(number: int, desk: TheDesk, person: Someone, note: str = "") -> HTMLResponse:
    """One ticket: what was reported, how it stands, and what can be done."""
    row = _existing(desk, number)
    return page(
        desk,
        "ticket.html",
        person=person,
        ticket=row,
        card=present.card(row, _agreed(desk, [row]), desk.store.now()),
        steps=present.steps(row, first_reached(row.since)),
        lines=present.history(row.remarks),
        allowed={action for action, where in work.ALLOWED.items() if row.status in where},
        priorities=list(Priority),
        waits=row.status is Status.WAITING,
        note=NOTES.get(note, ""),
    )


@router.get("/tickets/{number}/photo")
def photo(number: int, desk: TheDesk, person: Someone) -> Response:
    """The photo that came with the report."""
    del person
    found = tickets.photo(desk.store, _existing(desk, number).id)
    if found is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"Ticket #{number} has no photo.")
    return Response(found.data, media_type=found.content_type, headers={"Cache-Control": "private, max-age=86400"})


@router.get("/live")
async def live(desk: TheDesk, viewer: Viewer) -> Response:
    """Server-sent events: the number of the last change, whenever there is a new one."""
    del viewer
    if desk.live.is_full:
        return Response("Too many pages listen already.", status.HTTP_503_SERVICE_UNAVAILABLE)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(desk.live.listen(), media_type="text/event-stream", headers=headers)


@router.get("/docs")
def docs(desk: TheDesk) -> HTMLResponse:
    """The REST API, explained without the Internet."""
    return page(desk, "docs.html")


@router.get("/fonts/{name}")
def font(name: str) -> Response:
    """The product's typeface; a page is complete without it."""
    path = asset(f"fonts/{name}") if name in FONTS else None
    if path is None or not path.is_file():
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such font.")
    return FileResponse(path, media_type="font/ttf", headers={"Cache-Control": "public, max-age=31536000"})


def _board(desk: Desk) -> present.Board:
    rows = tickets.open_tickets(desk.store)
    return present.board(rows, _agreed(desk, rows), desk.store.now())


def _agreed(desk: Desk, rows: list[TicketRow]) -> dict[Priority, Sla]:
    changed = any(row.priority_now is not row.priority for row in rows)
    return tickets.agreed_spans(desk.store) if changed else {}


def _existing(desk: Desk, number: int) -> TicketRow:
    row = tickets.find_number(desk.store, number)
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"There is no ticket #{number} here.")
    return row
