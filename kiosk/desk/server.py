"""The desk as a running web server."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import current_thread, main_thread

import uvicorn

from kiosk.core.errors import ConfigError, Fault, KioskError
from kiosk.desk.app import build_app
from kiosk.desk.settings import DeskSettings
from kiosk.desk.store import utc_now

log = logging.getLogger(__name__)

STOP_SECONDS = 5
HIGHEST_PORT = 65535


class DeskServer:
    """One desk on one address."""

    def __init__(
        self,
        settings: DeskSettings,
        *,
        ready: Callable[[str], None] | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Open the desk and take its address; nobody is served yet.

        Raises:
            ConfigError: the settings cannot be used, or the address is taken.
            StorageError: the data folder or the database does not work.
        """
        self._socket = _listening_socket(settings)
        self.url = _url(settings.host, self._socket.getsockname()[1])
        try:
            self.app = build_app(settings, now=now)
        except KioskError:
            self._socket.close()
            raise
        self._server = _Server(self.app, on_start=lambda: ready(self.url) if ready else None)

    def run(self) -> None:
        """Serve until a signal or `stop`."""
        log.info("the desk listens on %s", self.url)
        self._server.run(sockets=[self._socket])
        log.info("the desk has stopped")

    def stop(self) -> None:
        """Let `run` end soon; callable from any thread."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    def __init__(self, app: object, on_start: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,  # type: ignore[arg-type]
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._live = app.state.desk.live  # type: ignore[attr-defined]
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Open pages listen for ever; uvicorn would wait for them before it tells the application to stop.
        self._live.end()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal and then return; uvicorn would raise the signal again and end the process."""
        if current_thread() is not main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _listening_socket(settings: DeskSettings) -> socket.socket:
    try:
        return _bound(settings.host, settings.port)
    except OSError as error:
        text = f"cannot listen on {settings.host} port {settings.port}: {error}. Is another desk running? Try another port."
        raise ConfigError([Fault("kiosk desk", "", text)]) from error


def _bound(host: str, port: int) -> socket.socket:
    if not 0 <= port <= HIGHEST_PORT:
        raise OSError(f"a port is a number up to {HIGHEST_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=512)
    # Connections inherit it; without it every answer waits 40 ms for the other side's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _url(host: str, port: int) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  compared, not bound
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
