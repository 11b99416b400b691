"""How bright the screen is, and how often it is drawn: by night, and while nobody is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.clock import Clock

from kiosk.ui import sounds
from kiosk.ui.night import Night

if TYPE_CHECKING:
    from kiosk.backlight import Backlight
    from kiosk.ui.app import KioskApp

_LIVELY_SECONDS, _CALM_FPS = 5.0, 15
"""So long after a touch the screen is looked after as often as it can be; then this often in a second."""


class Light:
    """Darkens the panel by its own light, or the picture where that cannot be set."""

    def __init__(self, app: KioskApp, *, night: Night, backlight: Backlight | None) -> None:
        """Light the screen of `app`."""
        self._app, self.night, self.backlight = app, night, backlight
        self._lit = 1.0

    def close(self) -> None:
        """Leave the panel bright."""
        if self.backlight is not None:
            self.backlight.close()

    def shine(self) -> None:
        """Look at the clock, and at whether somebody is there."""
        app = self._app
        clock, zone = app.terminal.clock, app.terminal.plant.calendar.zone
        local = clock.now().astimezone(zone)
        # A clock that is not set knows no night.
        alone_for = max(0.0, -app.idle.left) if app.asleep and clock.is_set else 0.0
        sounds.VOLUME.is_silent = self.night.is_silent and clock.is_set and self.night.is_at(local)
        self._set(self.night.light(local, alone_for=alone_for))
        self.look_lively(is_lively=app.idle.seconds - app.idle.left < _LIVELY_SECONDS)

    def _set(self, share: float) -> None:
        if self.backlight is None:
            self._app.dim = 1 - share
        elif share != self._lit:
            self.backlight.set(share)
        self._lit = share

    def look_lively(self, *, is_lively: bool) -> None:
        """Draw often while somebody uses the screen; a loop that only looks whether there is something to do costs, too."""
        most = self._app.display.max_fps
        if most:
            # Kivy has no public way to change it once the clock runs.
            Clock._max_fps = most if is_lively else min(most, _CALM_FPS)  # noqa: SLF001
