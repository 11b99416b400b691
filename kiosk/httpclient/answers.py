"""What a server's answer, or the lack of one, means for what was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ValidationError
from requests import Response

from kiosk.core.errors import DeliveryError, MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.core.text import clean_line, clean_text

LONGEST_WAIT = 6 * 3600.0
LONGEST_TEXT = 300

Answer = TypeVar("Answer", bound=BaseModel)


class Nothing(BaseModel):
    """The answer to a write of which only the status counts; a model made from this one understands JSON where there is some."""


class NotFoundError(MisconfiguredError):
    """404: the address is wrong, unless the caller knows that just this one thing may be missing."""

    def __init__(self, text: str, *, from_api: bool) -> None:
        """Tell an API that misses one thing (`from_api`) from a proxy or web server that knows no such API."""
        super().__init__(text)
        self.from_api = from_api


class RefusedError(RejectedError):
    """A write was refused with a 4xx answer; `answer` is its JSON, or None."""

    def __init__(self, text: str, *, status: int, answer: Any) -> None:
        """Keep what the server said, for a plugin that knows which field it means."""
        super().__init__(text)
        self.status = status
        self.answer = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that goes as a part of a form."""

    field: str
    name: str
    content: bytes
    media_type: str = "image/jpeg"
    form: Mapping[str, str] = dataclass_field(default_factory=dict)
    """The other parts of the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, and what a lost answer to it would mean."""

    method: str
    url: str
    params: Mapping[str, Any] | None = None
    json: Any = None
    content: bytes | None = None
    file: Upload | None = None
    headers: Mapping[str, str] = dataclass_field(default_factory=dict, repr=False)
    repeatable: bool
    secrets: tuple[str, ...] = dataclass_field(default=(), repr=False)

    def say(self, text: str) -> str:
        """Put `text` after the request's name, without secrets and not too long."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return f"{self.method} {self.url}: {clean_line(text, limit=LONGEST_TEXT)}"

    def interrupted(self, text: str, *, retry_after: float | None = None, busy: bool = False) -> DeliveryError:
        """Make the error for a request that may have taken effect, which matters only where a repeat would do harm."""
        kind = TemporaryError if self.repeatable else UncertainError
        return kind(self.say(text), retry_after=retry_after, busy=busy)


def clean(value: Any) -> Any:
    """Free every text in a JSON value of control characters and lone surrogates, at which servers fail."""
    match value:
        case str():
            return clean_text(value, limit=4 * len(value))
        case Mapping():
            return {clean(key): clean(item) for key, item in value.items()}
        case list() | tuple():
            return [clean(item) for item in value]
    return value


def understand(call: Call, body: bytes, into: type[Answer]) -> Answer:
    """Read the body of a good answer.

    Raises:
        DeliveryError: it is no JSON, or not the JSON that was expected; nobody knows what the server did.
    """
    if issubclass(into, Nothing) and not _is_page(body) and (into is Nothing or body.lstrip()[:1] != b"{"):
        return into()
    try:
        return into.model_validate(clean(json.loads(body)))
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise call.interrupted(f"unexpected answer, {place}: {fault['msg']}") from None
    except (ValueError, RecursionError):
        what = "a web page (some network's login page?)" if _is_page(body) else "something garbled"
        raise call.interrupted(f"answered with {what} instead of data") from None


def judge(call: Call, response: Response, body: bytes) -> DeliveryError:
    """Find the error that an answer other than 2xx means."""
    status, wait = response.status_code, _retry_after(response.headers)
    words = f"{status} {_words(body) or response.reason}"
    text = call.say(words)
    match status:
        case 301 | 302 | 307 | 308:
            return _redirected(call, response)
        case 401 | 402 | 403 | 405 | 406 | 407:
            return MisconfiguredError(text)
        case 404 | 410:
            return NotFoundError(text, from_api=not body.strip() or _parsed(body) is not None)
        case 425 | 429:
            return TemporaryError(text, retry_after=wait, busy=True)
        case other if other // 100 == 4 and other != HTTPStatus.REQUEST_TIMEOUT:  # noqa: PLR2004 - the rest of 4xx
            return MisconfiguredError(text) if call.method == "GET" else _refused(text, status, body)
    # A proxy says 408 and 503 also when the server behind it took the request, and then its time.
    return call.interrupted(words, retry_after=wait, busy=status == HTTPStatus.SERVICE_UNAVAILABLE)


def _refused(text: str, status: int, body: bytes) -> RefusedError:
    return RefusedError(text, status=status, answer=_parsed(body))


def _redirected(call: Call, response: Response) -> DeliveryError:
    """Tell a wrong address (http for https, another path) from a strange network that wants a login first."""
    target = urljoin(response.url, response.headers.get("Location", ""))
    if urlsplit(target).hostname == urlsplit(call.url).hostname:
        return MisconfiguredError(call.say(f"redirects; set the address to {target}"))
    return call.interrupted(f"redirects to another place, {target}")


def _is_page(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _parsed(body: bytes) -> Any:
    try:
        return clean(json.loads(body))
    except (ValueError, RecursionError):
        return None


def _words(body: bytes) -> str:
    """Find the words meant for people in an error answer; a web page has none."""
    match _parsed(body):
        case {"errors": [*lines]}:
            return "; ".join(map(str, lines))
        case {"errorMessages": [*lines], "errors": {**fields}}:
            return "; ".join([*map(str, lines), *(f"{name}: {text}" for name, text in fields.items())])
        case {"detail": str(text)} | {"message": str(text)} | {"error": str(text)}:
            return text
    return "" if _is_page(body) else body[:LONGEST_TEXT].decode("utf-8", "replace")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After in seconds or as a date, by the server's own clock: a terminal's may be decades off."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), LONGEST_WAIT)
    until = _http_date(text)
    if until is None:
        return None
    now = _http_date(headers.get("Date", "")) or datetime.now(UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
