"""The door: logging in and out, and making a browser a wall screen."""

from __future__ import annotations

import asyncio
import math
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, status
from fastapi.responses import HTMLResponse, RedirectResponse

from kiosk.desk import credentials, people
from kiosk.desk.desk import Desk, TheDesk
from kiosk.desk.rendering import page
from kiosk.desk.sessions import Someone, log_in, log_out, make_wall_screen
from kiosk.desk.tables import PersonRow

router = APIRouter(include_in_schema=False)


class TooSoonError(Exception):
    """After several wrong tries the next one has to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds:.0f} seconds")
        self.seconds = math.ceil(seconds)


@router.get("/login")
def login_page(desk: TheDesk, next: str = "/") -> HTMLResponse:  # noqa: A002  what the address bar calls it
    """Ask for name and password."""
    return _login_page(desk, after=next)


@router.post("/login")
async def login(
    request: Request,
    desk: TheDesk,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    after: Annotated[str, Form()] = "/",
) -> Response:
    """Let a person in."""
    address = request.client.host if request.client else ""
    try:
        person = await asyncio.get_running_loop().run_in_executor(
            desk.gatekeeper, _admitted, desk, address, name, password
        )
    except TooSoonError as error:
        text = f"That was wrong several times. Please try again in {error.seconds} seconds."
        refused = _login_page(desk, after=after, name=name, error=text, status_code=429)
        refused.headers["Retry-After"] = str(error.seconds)
        return refused
    if person is None:
        return _login_page(
            desk, after=after, name=name, error="This name and password do not fit together.", status_code=401
        )
    welcome = _to(_own_path(after))
    log_in(request, welcome, desk, person)
    return welcome


@router.post("/logout")
def logout() -> RedirectResponse:
    """Forget who sits here."""
    goodbye = _to("/login")
    log_out(goodbye)
    return goodbye


@router.post("/board/big")
def wall_screen(request: Request, desk: TheDesk, person: Someone) -> RedirectResponse:
    """Log this browser out and let it show the big board only."""
    del person
    there = _to("/board/big")
    make_wall_screen(request, there, desk)
    return there


def _admitted(desk: Desk, address: str, name: str, password: str) -> PersonRow | None:
    """Check a password. Runs alone in its thread, so that no number of requests at once gets round the waiting."""
    guess = f"{address} {name.strip().casefold()[:60]}"
    wait = max(desk.tries_by_person.wait(guess), desk.tries_by_address.wait(address))
    if wait > 0:
        raise TooSoonError(wait)
    person = people.person_named(desk.store, name)
    if credentials.is_password(password, person.password_hash if person else None):
        desk.tries_by_person.right(guess)
        desk.tries_by_address.right(address)
        return person
    desk.tries_by_person.wrong(guess)
    desk.tries_by_address.wrong(address)
    return None


def _login_page(desk: Desk, *, after: str, name: str = "", error: str = "", status_code: int = 200) -> HTMLResponse:
    is_empty = not people.everybody(desk.store, PersonRow)
    return page(
        desk, "login.html", status_code=status_code, after=_own_path(after), name=name, error=error, is_empty=is_empty
    )


def _own_path(path: str) -> str:
    """Give `path` when it leads to a page of this desk, else the board."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_own else "/"


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, status.HTTP_303_SEE_OTHER)
