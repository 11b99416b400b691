"""Below HTTP: the connections themselves, and what it means when they fail."""

from __future__ import annotations

import socket
import ssl
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

_NOT_YET_VALID = 9
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID."""


class Wire(HTTPAdapter):
    """Knows its sockets: a deadline can cut them, and a request that never left can be told from a lost one."""

    def __init__(self) -> None:
        super().__init__()
        self.connected = False
        """True once the request at hand has had a connection to leave on."""
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Let the pool open connections that report here once they stand."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        wire, kind = self, type(pool).ConnectionCls

        class Connection(kind):  # type: ignore[misc, valid-type]
            def connect(self) -> None:
                super().connect()
                wire.connected = True
                wire._sockets.add(self.sock)

        pool.ConnectionCls = Connection
        return pool

    @contextmanager
    def limit(self, seconds: float) -> Iterator[threading.Event]:
        """Cut every connection after `seconds` and set the event.

        A server that drips one byte a second never trips a read timeout; only this ends it.
        """
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._cut()

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            yield expired
        finally:
            timer.cancel()

    def _cut(self) -> None:
        for sock in list(self._sockets):
            with suppress(OSError):
                # Not SSLSocket's own method: it would pull the TLS state from under the thread that is reading.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


def reason(error: BaseException) -> str:
    """Name what really happened, at the bottom of what three libraries wrapped around it."""
    *_, root = _chain(error)
    if isinstance(root, ssl.SSLCertVerificationError) and root.verify_code == _NOT_YET_VALID:
        return f"{root.verify_message}: is the clock of this terminal right? It shows {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return getattr(root, "strerror", None) or str(root) or type(root).__name__


def needs_human(error: BaseException) -> bool:
    """Tell wrong addresses, missing CA files and untrusted certificates from a network that is just not there."""
    if not isinstance(error, RequestException | HTTPError) or isinstance(error, ValueError):
        return True
    return any(isinstance(e, ssl.SSLCertVerificationError) or "WRONG_VERSION_NUMBER" in str(e) for e in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
