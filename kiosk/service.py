"""What the service manager is told: that the terminal is up, that it is alive, that it ends. The protocol of `sd_notify`.

Whoever did not start the program as a service gives no `NOTIFY_SOCKET`, and nothing is said to anybody.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)


class Service:
    """The service that this program is, in the words of its manager. Nothing here waits or raises."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Find out who listens.

        `WATCHDOG_PID` is not looked at on purpose: the manager may watch a process that started this one.
        """
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._watchdog = environment.get("WATCHDOG_USEC", "")
        self._socket: socket.socket | None = None
        self._is_deaf = False
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.settimeout(0)

    @property
    def listens(self) -> bool:
        """True when there is a manager."""
        return self._socket is not None

    @property
    def watchdog_seconds(self) -> float | None:
        """After how much silence the manager starts the program anew; None when it does not watch."""
        watched = self.listens and self._watchdog.isascii() and self._watchdog.isdigit()
        return (int(self._watchdog) / 1_000_000 if watched else 0) or None

    def ready(self, status: str) -> None:
        """The start is over."""
        self._tell("READY=1", _status(status))

    def alive(self) -> None:
        """All is well: the time until the next restart begins anew."""
        self._tell("WATCHDOG=1")

    def say(self, status: str) -> None:
        """Say one line for whoever asks how the service is."""
        self._tell(_status(status))

    def stopping(self) -> None:
        """The end has begun."""
        self._tell("STOPPING=1")

    def close(self) -> None:
        """Say nothing more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _tell(self, *lines: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto("\n".join(lines).encode(), self._address)
            self._is_deaf = False
        except OSError as error:
            if not self._is_deaf:
                log.warning("the service manager does not listen: %s", error.strerror)
            self._is_deaf = True


def _address(name: str) -> str:
    """Give the address of a socket in the file system, or of an abstract one; empty for anything else."""
    if name.startswith("@"):
        return "\0" + name[1:]
    return name if name.startswith("/") else ""


def _status(text: str) -> str:
    return f"STATUS={' '.join(text.split())}"
