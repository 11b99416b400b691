"""What every request passes first: a limit on its size, a look at where it comes from, and safe headers on its answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A photo of 8 MB in base64, and the words around it.
MAX_TICKET_BYTES = 12 * 1024 * 1024
MAX_BYTES = 256 * 1024
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is too large or comes from a foreign page, else pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _with_headers(send)
        if scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, guarded)
            return
        try:
            body = await _read(receive, limit=_limit(scope))
        except ClientDisconnect:
            return  # half a form must not be taken for a whole one
        refusal = _too_large(scope) if body is None else _foreign(scope)
        if refusal is not None:
            await refusal(scope, receive, guarded)
        else:
            await self._app(scope, _replayed(body or b"", receive), guarded)


def _is_ticket(scope: Scope) -> bool:
    return bool(scope["method"] == "PUT" and scope["path"].startswith("/api/tickets/"))


def _limit(scope: Scope) -> int:
    return MAX_TICKET_BYTES if _is_ticket(scope) else MAX_BYTES


async def _read(receive: Receive, *, limit: int) -> bytes | None:
    """Read the whole body; None when it is larger than `limit`. The server throws the rest away and the sender gets its answer."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        more = message.get("more_body", False)
    return bytes(body)


def _too_large(scope: Scope) -> Response:
    if _is_ticket(scope):
        return JSONResponse({"detail": "photo: must be at most 8 MB, the whole report at most 12 MB"}, 422)
    return JSONResponse({"detail": f"The request is larger than {MAX_BYTES // 1024} KB."}, 413)


def _foreign(scope: Scope) -> Response | None:
    """Refuse a page's form that another site's page sent with our visitor's cookie. The API knows no cookies."""
    headers = Headers(scope=scope)
    if scope["path"].startswith("/api/"):
        return None
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc == headers.get("host"):
        return None
    return PlainTextResponse("This form was not sent from a page of this desk. Open the desk and try again there.", 403)


def _replayed(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _with_headers(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return guarded
