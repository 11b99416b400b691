"""Tells open pages that something changed, so that they fetch themselves anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

HEARTBEAT_SECONDS = 15.0
MOST_LISTENERS = 200


class Live:
    """Carries the number of the last change from the threads that write to the pages that listen.

    A listener that is slow or gone costs one flag: changes are not queued for it, it is told the latest number when it can hear.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: set[asyncio.Event] = set()
        self._sequence = 0
        self._ended = False

    @property
    def is_full(self) -> bool:
        """True when no further page may listen; a page without live updates still looks every half minute."""
        return len(self._listeners) >= MOST_LISTENERS

    def begin(self, sequence: int) -> None:
        """Bind to the running event loop; `sequence` is the number of the last change."""
        self._loop = asyncio.get_running_loop()
        self._sequence = sequence

    def publish(self, sequence: int) -> None:
        """Tell everybody of change `sequence`; callable from any thread, never blocks."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._wake, sequence)

    def end(self) -> None:
        """Let every listener go, so that the server can stop; callable from the event loop only."""
        self._ended = True
        self._wake(self._sequence)

    async def listen(self) -> AsyncIterator[bytes]:
        """Give server-sent events: the last number at once, then each new one, and a heartbeat in silence."""
        changed = asyncio.Event()
        self._listeners.add(changed)
        try:
            yield b"retry: 2000\n\n"
            while not self._ended:
                yield f"event: change\ndata: {self._sequence}\n\n".encode()
                while not await _heard(changed):
                    yield b"event: heartbeat\ndata: \n\n"
                changed.clear()
        finally:
            self._listeners.discard(changed)

    def _wake(self, sequence: int) -> None:
        self._sequence = max(self._sequence, sequence)
        for changed in self._listeners:
            changed.set()


async def _heard(changed: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return False
    return True
