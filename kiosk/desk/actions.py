"""What people of IT do to a ticket in the browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, status
from fastapi.responses import RedirectResponse

from kiosk.core.plant import Priority
from kiosk.core.text import clean_line, clean_text
from kiosk.desk import tickets, work
from kiosk.desk.desk import Desk, TheDesk
from kiosk.desk.sessions import Someone
from kiosk.desk.store import Writing
from kiosk.desk.tables import TicketRow

MAX_ANSWERS = 4

router = APIRouter(prefix="/tickets/{number}", include_in_schema=False)

Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """A person's hand on a ticket."""

    desk: Desk
    number: int
    name: str

    def act(
        self, action: str, change: Callable[[TicketRow, Writing], None], *, seen: str | None = None, back: str = ""
    ) -> RedirectResponse:
        """Let `change` happen, unless the ticket has moved on since the person saw it with the assignee `seen`."""

        def checked(ticket: TicketRow, writing: Writing) -> None:
            work.check(ticket, action, self.name, seen)
            change(ticket, writing)

        try:
            found = tickets.act(self.desk.store, self.number, checked)
        except work.MovedOnError:
            return self.look(note="moved")
        if not found:
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"There is no ticket #{self.number} here.")
        return _to("/") if back == "board" else self.look()

    def look(self, *, note: str = "") -> RedirectResponse:
        """Go to the ticket's page."""
        return _to(f"/tickets/{self.number}" + (f"?note={note}" if note else ""))


def _hand(number: int, desk: TheDesk, me: Someone) -> Hand:
    return Hand(desk=desk, number=number, name=me.name)


MyHand = Annotated[Hand, Depends(_hand)]


@router.post("/take")
def take(my: MyHand, seen: Text = "", back: Text = "") -> RedirectResponse:
    """I have it."""
    return my.act("take", lambda ticket, writing: work.take(ticket, my.name, writing), seen=seen, back=back)


@router.post("/way")
def way(my: MyHand, minutes: Annotated[int, Form(ge=1, le=480)], seen: Text = "") -> RedirectResponse:
    """I am on my way."""
    return my.act("way", lambda ticket, writing: work.set_off(ticket, my.name, minutes, writing), seen=seen)


@router.post("/start")
def start(my: MyHand, seen: Text = "") -> RedirectResponse:
    """I work on it."""
    return my.act("start", lambda ticket, writing: work.start(ticket, my.name, writing), seen=seen)


@router.post("/ask")
def ask(my: MyHand, text: Text = "", answer: Annotated[list[str] | None, Form()] = None) -> RedirectResponse:
    """Ask the operator, with answers to choose from."""
    question = clean_line(text)
    if not question:
        return my.look(note="empty")
    answers = [choice for choice in (clean_line(choice, limit=40) for choice in answer or ()) if choice][:MAX_ANSWERS]
    answers = list(dict.fromkeys(answers)) or ["Yes", "No"]
    return my.act("ask", lambda ticket, writing: work.ask(ticket, my.name, question, answers, writing))


@router.post("/priority")
def priority(my: MyHand, priority: Annotated[Priority, Form()], reason: Text = "") -> RedirectResponse:
    """Depart from the agreed priority; the floor reads the reason."""
    why = clean_line(reason)
    if not why:
        return my.look(note="empty")
    return my.act("priority", lambda ticket, writing: work.change_priority(ticket, my.name, priority, why, writing))


@router.post("/fix")
def fix(my: MyHand, cause: Text = "", solution: Text = "") -> RedirectResponse:
    """It is fixed; the operator is asked whether it works again."""
    why, what = clean_text(cause).strip(), clean_text(solution).strip()
    if not what:
        return my.look(note="empty")
    return my.act("fix", lambda ticket, writing: work.fix(ticket, my.name, why, what, writing))


@router.post("/comment")
def comment(my: MyHand, text: Text = "") -> RedirectResponse:
    """Say something to the floor and to the colleagues."""
    words = clean_text(text).strip()
    if not words:
        return my.look(note="empty")
    return my.act("comment", lambda ticket, writing: work.comment(ticket, my.name, words, writing))


@router.post("/close")
def close(my: MyHand) -> RedirectResponse:
    """End it without the operator's word."""
    return my.act("close", lambda ticket, writing: work.close(ticket, my.name, writing))


@router.post("/cancel")
def cancel(my: MyHand, reason: Text = "") -> RedirectResponse:
    """End it: there is nothing to do."""
    why = clean_line(reason)
    if not why:
        return my.look(note="empty")
    return my.act("cancel", lambda ticket, writing: work.cancel(ticket, my.name, why, writing))


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, status.HTTP_303_SEE_OTHER)
