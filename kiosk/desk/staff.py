"""The page on which people of IT manage who may log in and which terminals may report."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, status
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kiosk.core.errors import ConfigError
from kiosk.desk import people
from kiosk.desk.desk import Desk, TheDesk
from kiosk.desk.rendering import page
from kiosk.desk.sessions import Someone
from kiosk.desk.tables import PersonRow, TerminalRow

router = APIRouter(prefix="/people", include_in_schema=False)

Name = Annotated[str, Form()]


@router.get("")
def people_page(desk: TheDesk, me: Someone) -> HTMLResponse:
    """Everybody and every terminal."""
    return _page(desk, me)


@router.post("/add-person")
def add_person(desk: TheDesk, me: Someone, name: Name = "") -> Response:
    """Add a person, or give a person a new password; it is shown once."""
    try:
        password = people.add_person(desk.store, name)
    except ConfigError as error:
        return _page(desk, me, error=str(error.faults[0].text))
    return _page(desk, me, made=("password", name.strip(), password))


@router.post("/add-terminal")
def add_terminal(desk: TheDesk, me: Someone, name: Name = "") -> Response:
    """Add a terminal, or give a terminal a new token; it is shown once."""
    try:
        token = people.add_terminal(desk.store, name)
    except ConfigError as error:
        return _page(desk, me, error=str(error.faults[0].text))
    return _page(desk, me, made=("token", name.strip(), token))


@router.post("/remove-person")
def remove_person(desk: TheDesk, me: Someone, row: Annotated[int, Form()]) -> RedirectResponse:
    """Let a colleague in no more; nobody removes himself, so that somebody stays."""
    if row != me.id:
        people.remove(desk.store, PersonRow, row)
    return RedirectResponse("/people", status.HTTP_303_SEE_OTHER)


@router.post("/remove-terminal")
def remove_terminal(desk: TheDesk, me: Someone, row: Annotated[int, Form()]) -> RedirectResponse:
    """Let a terminal report no more."""
    del me
    people.remove(desk.store, TerminalRow, row)
    return RedirectResponse("/people", status.HTTP_303_SEE_OTHER)


def _page(desk: Desk, me: PersonRow, *, made: tuple[str, str, str] | None = None, error: str = "") -> HTMLResponse:
    return page(
        desk,
        "people.html",
        person=me,
        people=people.everybody(desk.store, PersonRow),
        terminals=people.everybody(desk.store, TerminalRow),
        seen=desk.seen,
        made=made,
        error=error,
    )
