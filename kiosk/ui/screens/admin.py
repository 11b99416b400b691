"""Behind the PIN: what waits, which destination has trouble, the scanner, versions, and the way out."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import kivy
from kivy.app import App
from kivy.core.window import Window
from kivy.properties import ColorProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.ui.page import Page
from kiosk.ui.present import admin
from kiosk.ui.present.admin import FactRow, QueueRow, ScanRow
from kiosk.ui.theme import THEME, millimetres
from kiosk.ui.widgets.card import Card
from kiosk.ui.widgets.layout import HBox


class QueueCard(Card):
    """A report of which something has not left this terminal."""

    row = ObjectProperty(QueueRow(), rebind=True)
    tint = ColorProperty("#000000")


class Fact(HBox):
    """A name and a value."""

    row = ObjectProperty(FactRow(), rebind=True)


class AdminScreen(Page):
    """Four pages: `queue`, `links`, `scanner`, `facts`."""

    shown = StringProperty("queue")
    queue = ListProperty()
    links = ListProperty()
    scan = ObjectProperty(ScanRow(), rebind=True)
    facts = ListProperty()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._free: int | None = None

    def opened(self, *_: Any, **__: Any) -> None:
        """Begin with what waits."""
        self.shown, self.scan = "queue", ScanRow()
        self._measure()

    def refresh(self) -> None:
        """Look at the queue and the destinations."""
        app = App.get_running_app()
        terminal, speak, now = app.terminal, app.translator, app.terminal.clock.now()
        self.queue = admin.queue(terminal, speak, now)
        self.links = admin.links(terminal, speak, now)
        folder = admin.folder_state(app.data, self._free, speak)
        screen = None
        if app.inches is not None:
            screen = app.inches, millimetres(THEME.touch, window=Window.size, inches=app.inches)
        self.facts = admin.facts(terminal, speak, versions={"Kivy": kivy.__version__}, folder=folder, screen=screen)

    def tick(self) -> None:
        """A destination's state may change without an event of its own."""
        self.refresh()

    def scanned(self, text: str) -> bool:
        """Show a scan instead of following it."""
        if self.shown != "scanner":
            return False
        app = App.get_running_app()
        self.scan = admin.read_scan(text, app.terminal, app.translator)
        return True

    def _measure(self) -> None:
        """Ask for the room on the disk, elsewhere: a disk that hangs must not stop the screen."""
        app = App.get_running_app()
        if app.data is None:
            return
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="room")
        app.when_done(pool.submit(shutil.disk_usage, app.data), self._measured, self._unreadable)
        pool.shutdown(wait=False)

    def _measured(self, usage: Any) -> None:
        self._free = usage.free
        self.refresh()

    def _unreadable(self, _: BaseException) -> None:
        self._free = None
        self.refresh()
