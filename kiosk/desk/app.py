"""The application: its parts put together."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from kiosk import __version__
from kiosk.core.errors import StorageError
from kiosk.desk import actions, api, entrance, pages, staff
from kiosk.desk.desk import Desk, open_desk
from kiosk.desk.guard import Guard
from kiosk.desk.rendering import STATIC, page
from kiosk.desk.sessions import LoginNeededError
from kiosk.desk.settings import DeskSettings
from kiosk.desk.store import utc_now

log = logging.getLogger(__name__)

DESCRIPTION = """\
Terminals report here and learn how the work stands. Every request carries `Authorization: Bearer <terminal token>`.
Times are ISO 8601 in UTC. Reporting twice under one id makes one ticket.
"""
PLAIN_WORDS = {
    "missing": "is missing",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must be letters and digits only, at most 40",
    "json_invalid": "is not JSON",
    "timezone_aware": "needs a time zone, such as Z",
}


def build_app(settings: DeskSettings, *, now: Callable[[], datetime] = utc_now) -> FastAPI:
    """Open the desk that `settings` describe and put its pages and its API together.

    Raises:
        ConfigError: the settings cannot be used.
        StorageError: the data folder or the database does not work.
    """
    desk = open_desk(settings, now=now)
    app = FastAPI(
        title=settings.title,
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,  # FastAPI's own page needs the Internet; /docs is ours
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.desk = desk
    for part in (api, pages, actions, entrance, staff):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Guard)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_refused)
    app.exception_handler(LoginNeededError)(_to_login)
    app.exception_handler(StorageError)(_not_stored)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    desk: Desk = app.state.desk
    _, sequence = desk.store.position()
    desk.live.begin(sequence)
    yield
    desk.live.end()
    desk.close()


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    return _answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(_fault(fault) for fault in error.errors()))


def _fault(fault: dict[str, Any]) -> str:
    """Name the field and say what is wrong with it; what was sent is not repeated."""
    place = ".".join(str(part) for part in fault["loc"][1:] if not isinstance(part, int)) or "the request"
    reason = fault.get("ctx", {}).get("error") if fault["type"] == "value_error" else None
    return f"{place}: {reason or PLAIN_WORDS.get(fault['type'], fault['msg'])}"


async def _refused(request: Request, error: HTTPException) -> Response:
    # The framework's own words for an address that nobody serves.
    text = "There is nothing at this address." if error.detail == "Not Found" else error.detail
    return _answer(request, error.status_code, text, error.headers)


async def _to_login(request: Request, error: LoginNeededError) -> Response:
    del error
    if request.method != "GET":
        return RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    return RedirectResponse(f"/login?next={quote(request.url.path)}", HTTPStatus.SEE_OTHER)


async def _not_stored(request: Request, error: StorageError) -> Response:
    return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error), {"Retry-After": "5"})


def _answer(request: Request, status_code: int, text: str, headers: Any = None) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": text}, status_code, headers)
    answer = page(request.app.state.desk, "error.html", status_code=status_code, text=text)
    answer.headers.update(headers or {})
    return answer
