"""The terminal's sign of life: given only after a frame was really drawn, and while everything behind the screens works."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window

from kiosk.service import Service

log = logging.getLogger(__name__)

MOST_SECONDS = 5.0
"""A service manager that is patient is told more often than it asks for: a status should not be old."""


class Heartbeat:
    """Tells the service manager that the terminal is up, and then, again and again, that it lives."""

    def __init__(self, service: Service, *, stuck: Callable[[], tuple[str, ...]]) -> None:
        """Tell `service`; `stuck` names what stands still behind the screens."""
        self._service, self._stuck = service, stuck
        self._is_ready = self._was_drawn = False
        self._told: tuple[str, ...] = ()
        self._beating: Any = None

    @property
    def seconds(self) -> float | None:
        """How often it beats: three times before the manager loses patience; None when nobody watches."""
        watchdog = self._service.watchdog_seconds
        return min(MOST_SECONDS, watchdog / 3) if watchdog else None

    def start(self) -> None:
        """Begin; where there is no service manager, nothing is drawn on its account."""
        if not self._service.listens:
            return
        Window.bind(on_flip=self._drawn)
        Window.canvas.ask_update()
        if self.seconds is not None:
            self._beating = Clock.schedule_interval(self.beat, self.seconds)

    def stop(self) -> None:
        """Beat no more."""
        Window.unbind(on_flip=self._drawn)
        if self._beating is not None:
            self._beating.cancel()

    def beat(self, *_: Any) -> None:
        """Give a sign of life if there was life since the last beat, and ask for the frame that the next one needs.

        Kivy draws only what changed, so without asking there would be no frame on a screen that rests.
        """
        was_drawn, self._was_drawn = self._was_drawn, False
        Window.canvas.ask_update()
        stuck = self._stuck()
        self._tell(stuck)
        if was_drawn and self._is_ready and not stuck:
            self._service.alive()

    def _tell(self, stuck: tuple[str, ...]) -> None:
        if stuck == self._told:
            return
        self._told = stuck
        if stuck:
            log.error("the service manager gets no sign of life any more: %s stands still", ", ".join(stuck))
        self._service.say(f"stands still: {', '.join(stuck)}" if stuck else "the terminal works")

    def _drawn(self, *_: Any) -> None:
        # Called just before the buffers are flipped. Should that never end, no beat follows; what is said, is said later.
        self._was_drawn = True
        if not self._is_ready:
            Clock.schedule_once(self._say_ready)

    def _say_ready(self, _: float) -> None:
        if not self._is_ready:
            self._is_ready = True
            self._service.ready("the terminal works")
