"""The client: one server, one thread at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Protocol

import requests
from urllib3.exceptions import HTTPError

from kiosk.core.errors import DeliveryError, MisconfiguredError, TemporaryError
from kiosk.httpclient.answers import Answer, Call, RefusedError, Upload, clean, judge, understand
from kiosk.httpclient.wire import Wire, needs_human, reason

MIB = 1024 * 1024
log = logging.getLogger(__name__)


class Reachable(Protocol):
    """What settings say about a server."""

    url: str
    ca_file: Path | None
    proxy: str | None
    timeout: float


class HttpClient:
    """Speaks JSON with one server. Used by one thread at a time; opens nothing before the first request.

    It follows no redirect and repeats no request. Timeouts are in seconds; `deadline` bounds a whole exchange.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
        ca_file: Path | None = None,
        proxy: str | None = None,
        connect_timeout: float = 5.0,
        read_timeout: float = 30.0,
        deadline: float = 60.0,
        max_bytes: int = MIB,
    ) -> None:
        """Remember how to speak; `secrets` are blotted out of every error's text."""
        self._base = base_url.rstrip("/")
        self._secrets = tuple(filter(None, secrets))
        self._verify = str(ca_file) if ca_file else True
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._timeout = (connect_timeout, read_timeout)
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._wire = Wire()
        self._session = self._new_session(headers or {})

    @classmethod
    def of(cls, settings: Reachable, path: str = "", **more: Any) -> HttpClient:
        """Make a client for the server in `settings`, at `path` below its address."""
        return cls(
            settings.url + path,
            ca_file=settings.ca_file,
            proxy=settings.proxy,
            read_timeout=settings.timeout,
            deadline=3 * settings.timeout,
            **more,
        )

    def __repr__(self) -> str:
        return f"HttpClient({self._base!r})"

    def _new_session(self, headers: Mapping[str, str]) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.update({"Accept": "application/json", **headers})
        session.mount("http://", self._wire)
        session.mount("https://", self._wire)
        return session

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def search(self, path: str, into: type[Answer], question: Any) -> Answer:
        """POST a `question` that changes nothing, and understand the answer as `into`.

        Raises:
            The errors of `read`.
        """
        call = self._call("POST", path, json=clean(question), repeatable=True)
        try:
            return self._ask(call, into)
        except RefusedError as error:
            raise MisconfiguredError(str(error)) from error

    def read(self, path: str, into: type[Answer], params: Mapping[str, Any] | None = None) -> Answer:
        """GET `path` and understand the answer as `into`.

        Raises:
            NotFoundError: there is nothing at `path`.
            TemporaryError: no usable answer this time.
            MisconfiguredError: a human must act.
        """
        return self._ask(self._call("GET", path, params=clean(params), repeatable=True), into)

    def write(
        self,
        method: str,
        path: str,
        into: type[Answer],
        *,
        json: Any = None,
        content: bytes | None = None,
        file: Upload | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """Send `json`, raw `content` or a `file` as a form, and understand the answer as `into`.

        `repeatable` promises that sending it twice does no harm.

        Raises:
            UncertainError: it may have taken effect, and is not repeatable.
            TemporaryError: it did not take effect, or may safely be sent again.
            RefusedError: the server will not have it.
            NotFoundError: there is nothing at `path`.
            MisconfiguredError: a human must act.
        """
        if not repeatable:
            # On a kept connection that the server is just closing, "never arrived" and "answer lost" look the same.
            self._session.close()
        call = self._call(
            method,
            path,
            params=clean(params),
            json=clean(json),
            content=content,
            file=file,
            headers=headers or {},
            repeatable=repeatable,
        )
        return self._ask(call, into)

    def _call(self, method: str, path: str, **what: Any) -> Call:
        return Call(method=method, url=self._base + path, secrets=self._secrets, **what)

    def _ask(self, call: Call, into: type[Answer]) -> Answer:
        response, body = self._exchange(call)
        if not response.ok or response.is_redirect:
            raise judge(call, response, body)
        return understand(call, body, into)

    def _exchange(self, call: Call) -> tuple[requests.Response, bytes]:
        self._wire.connected = False
        with self._wire.limit(self._deadline) as expired:
            try:
                with self._send(call) as response:
                    body = self._body(call, response)
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                if not expired.is_set():
                    raise self._failure(call, error) from _without_headers(error)
        if expired.is_set():
            raise call.interrupted(f"no complete answer within {self._deadline:g} s")
        log.debug("%s %s -> %s, %d bytes", call.method, call.url, response.status_code, len(body))
        return response, body

    def _send(self, call: Call) -> requests.Response:
        return self._session.request(
            call.method,
            call.url,
            params=call.params,
            json=call.json,
            data=call.file.form if call.file else call.content,
            files={call.file.field: (call.file.name, call.file.content, call.file.media_type)} if call.file else None,
            headers={
                **({"Content-Type": "application/octet-stream"} if call.content is not None else {}),
                **call.headers,
            },
            timeout=self._timeout,
            verify=self._verify,
            proxies=self._proxies,
            allow_redirects=False,
            stream=True,
        )

    def _body(self, call: Call, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(16 * 1024):
            body += chunk
            if len(body) > self._max_bytes:
                raise call.interrupted(f"the answer is larger than {self._max_bytes} bytes")
        return bytes(body)

    def _failure(self, call: Call, error: Exception) -> DeliveryError:
        if _without_headers(error) is None:
            return MisconfiguredError(call.say("the key or token holds a character that cannot be sent"))
        if needs_human(error):
            return MisconfiguredError(call.say(reason(error)))
        if self._wire.connected:
            return call.interrupted(reason(error))
        return TemporaryError(call.say(reason(error)))


def _without_headers(error: Exception) -> Exception | None:
    """Give no error that quotes a header: it would carry the secret into every traceback."""
    return None if isinstance(error, requests.exceptions.InvalidHeader | UnicodeError) else error
