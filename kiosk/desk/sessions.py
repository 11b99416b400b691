"""Who looks at a page: a person who logged in, or a wall screen that may only show the board."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request, Response

from kiosk.desk import credentials, people
from kiosk.desk.desk import Desk, TheDesk
from kiosk.desk.tables import PersonRow

PERSON_COOKIE, SCREEN_COOKIE = "kiosk_desk", "kiosk_desk_screen"
PERSON_AGE, SCREEN_AGE = timedelta(days=30), timedelta(days=365)


class LoginNeededError(Exception):
    """The page is for people who logged in."""


def log_in(request: Request, response: Response, desk: Desk, person: PersonRow) -> None:
    """Remember `person` in this browser. The signature holds the password's hash: a new password ends old sessions."""
    issued = _seconds(desk.store.now())
    signature = credentials.sign(desk.key, "person", str(person.id), issued, person.password_hash)
    _set(request, response, PERSON_COOKIE, f"{person.id}.{issued}.{signature}", PERSON_AGE)


def log_out(response: Response) -> None:
    """Forget the person in this browser."""
    response.delete_cookie(PERSON_COOKIE)


def make_wall_screen(request: Request, response: Response, desk: Desk) -> None:
    """Let this browser show the big board, and nothing else, for a year."""
    issued = _seconds(desk.store.now())
    signature = credentials.sign(desk.key, "screen", issued)
    _set(request, response, SCREEN_COOKIE, f"{issued}.{signature}", SCREEN_AGE)
    log_out(response)


def person_of(request: Request, desk: TheDesk) -> PersonRow | None:
    """Tell who is logged in, if anybody is."""
    person_id, _, rest = request.cookies.get(PERSON_COOKIE, "").partition(".")
    issued, _, signature = rest.partition(".")
    if not _is_number(person_id) or not _is_fresh(issued, PERSON_AGE, desk):
        return None
    person = people.person(desk.store, int(person_id))
    if person is None:
        return None
    parts = ("person", person_id, issued, person.password_hash)
    return person if credentials.is_signature(signature, desk.key, *parts) else None


def logged_in(person: Annotated[PersonRow | None, Depends(person_of)]) -> PersonRow:
    """Give the person who is logged in.

    Raises:
        LoginNeededError: nobody is.
    """
    if person is None:
        raise LoginNeededError
    return person


def viewer(request: Request, desk: TheDesk) -> PersonRow | None:
    """Let a person or a wall screen look; None is a wall screen.

    Raises:
        LoginNeededError: it is neither.
    """
    person = person_of(request, desk)
    if person is None and not _is_wall_screen(request, desk):
        raise LoginNeededError
    return person


Someone = Annotated[PersonRow, Depends(logged_in)]
Viewer = Annotated[PersonRow | None, Depends(viewer)]


def _is_wall_screen(request: Request, desk: Desk) -> bool:
    issued, _, signature = request.cookies.get(SCREEN_COOKIE, "").partition(".")
    return _is_fresh(issued, SCREEN_AGE, desk) and credentials.is_signature(signature, desk.key, "screen", issued)


def _is_fresh(issued: str, age: timedelta, desk: Desk) -> bool:
    return _is_number(issued) and int(issued) + age.total_seconds() > desk.store.now().timestamp()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16  # noqa: PLR2004


def _seconds(now: datetime) -> str:
    return str(int(now.timestamp()))


def _set(request: Request, response: Response, name: str, value: str, age: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(age.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
