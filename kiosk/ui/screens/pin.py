"""The door to the admin's screen."""

from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.ui.page import Page
from kiosk.ui.widgets.pad import BACKSPACE, CLEAR

_LONGEST = 12


class PinScreen(Page):
    """Asks for the PIN; it is never shown, and never kept longer than it is typed."""

    has_pin = BooleanProperty(True)
    is_locked = BooleanProperty(False)
    was_wrong = BooleanProperty(False)
    message = StringProperty("")
    count = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        self._typed = ""
        super().__init__(**kwargs)

    def opened(self, *_: Any, **__: Any) -> None:
        """Forget what was typed."""
        self._typed, self.count, self.was_wrong = "", 0, False

    def refresh(self) -> None:
        """Say whether a try counts now."""
        app = App.get_running_app()
        lock = app.admin.lock
        self.has_pin, self.is_locked = lock.exists, lock.locked_for > 0
        self.message = ""
        if self.is_locked:
            minutes, seconds = divmod(round(lock.locked_for), 60)
            self.message = app.tr("Locked. Please wait {time}.", time=f"{minutes}:{seconds:02}")
        elif self.was_wrong:
            self.message = app.ntr("Wrong PIN. {n} try left.", "Wrong PIN. {n} tries left.", max(1, lock.tries_left))

    def tick(self) -> None:
        """Let the lock run out."""
        self.refresh()

    def type(self, key: str) -> None:
        """Take a key of the pad."""
        if self.is_locked:
            return
        known = {CLEAR: "", BACKSPACE: self._typed[:-1]}
        self._typed = known.get(key, (self._typed + key)[:_LONGEST])
        self.count, self.was_wrong = len(self._typed), False
        self.refresh()

    def enter(self) -> None:
        """Try the PIN."""
        pin, self._typed, self.count = self._typed, "", 0
        if pin and not App.get_running_app().admin.unlock(pin):
            self.was_wrong = True
            self.refresh()
