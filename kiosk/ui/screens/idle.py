"""The board that is shown while nobody is there, for people who pass by."""

from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.properties import ColorProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.ui import sounds
from kiosk.ui.page import Page
from kiosk.ui.present import board, home
from kiosk.ui.present.board import BoardRow
from kiosk.ui.present.home import NoticeRow
from kiosk.ui.theme import THEME
from kiosk.ui.widgets.card import Card

ROOM = {False: 3, True: 4}
"""How many problems have room at once, on a wide and on an upright screen."""


class BoardCard(Card):
    """One open problem, to be read from afar."""

    row = ObjectProperty(BoardRow(), rebind=True)
    tint = ColorProperty("#000000")


class IdleScreen(Page):
    """What is open, what is planned, what went well; every touch only wakes."""

    heading = StringProperty("")
    date = StringProperty("")
    rows_shown = ListProperty()
    count = NumericProperty(0)
    slots = NumericProperty(3)
    page_words = StringProperty("")
    notice = ObjectProperty(NoticeRow(), rebind=True)
    drift_x = NumericProperty(0)
    drift_y = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asking: frozenset[str] = frozenset()

    def refresh(self) -> None:
        """Show the page that is due."""
        app = App.get_running_app()
        terminal, speak, now = app.terminal, app.translator, app.terminal.clock.now()
        rows, seconds = board.board(terminal, speak, now), terminal.clock.monotonic()
        self.slots = ROOM[THEME.portrait]
        number, self.rows_shown = board.page(rows, int(self.slots), seconds)
        self.count, self.heading = len(rows), board.heading(len(rows), speak)
        pages = board.pages(rows, int(self.slots))
        self.page_words = speak.tr("{page} of {pages}", page=number + 1, pages=pages) if pages > 1 else ""
        self.date = board.date(now, terminal, speak)
        self.notice = next(iter(home.notices(terminal, speak, now, room=1)), NoticeRow(icon=""))
        self.drift_x, self.drift_y = board.drift(now)
        self._call_for({row.ticket for row in rows if row.needs_you})

    def _call_for(self, asking: set[str]) -> None:
        if asking - self._asking:
            sounds.play("needs_you")
        self._asking = frozenset(asking)

    def tick(self) -> None:
        """Turn the pages, by the clock and not by an animation."""
        self.refresh()
