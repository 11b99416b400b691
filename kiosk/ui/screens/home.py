"""The start screen: report, scan, what is open here, what is worth knowing."""

from __future__ import annotations

from typing import ClassVar

from kivy.app import App
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty

from kiosk.ui.page import Page
from kiosk.ui.present import home
from kiosk.ui.widgets.layout import HBox


class ProblemList(HBox):
    """The most urgent problems, and the way to the others."""

    problems = ListProperty()
    has_more = BooleanProperty(False)
    count = NumericProperty(0)


class HomeScreen(Page):
    """Where everybody begins."""

    place = StringProperty("")
    has_camera = BooleanProperty(False)
    is_connected = BooleanProperty(True)
    connection = StringProperty("")
    connection_icon = StringProperty("cloud-check")
    heading = StringProperty("")
    problems = ListProperty()
    notices = ListProperty()
    count = NumericProperty(0)
    has_more = BooleanProperty(False)
    room: ClassVar[int] = 2
    """Problems and notices that have room; more are on a page of their own."""

    def refresh(self) -> None:
        """Look at the board, the connection and the notices."""
        app = App.get_running_app()
        terminal, speak, now = app.terminal, app.translator, app.terminal.clock.now()
        self.has_camera = app.viewfinder is not None
        link = home.connection(terminal, speak)
        self.place = home.place(terminal, speak)
        self.is_connected, self.connection, self.connection_icon = link.is_up, link.text, link.icon
        problems = home.open_problems(terminal, speak, now)
        self.count = len(problems)
        self.heading = home.heading(len(problems), speak)
        self.has_more = len(problems) > self.room
        self.problems = problems[: self.room]
        self.notices = home.notices(terminal, speak, now, room=self.room)

    def tick(self) -> None:
        """Let the countdowns run."""
        self.refresh()
