"""Everything that is open here."""

from __future__ import annotations

from kivy.app import App
from kivy.properties import ListProperty, StringProperty

from kiosk.ui.page import Page
from kiosk.ui.present import home


class ProblemsScreen(Page):
    """The open problems of this area, the most urgent first."""

    place = StringProperty("")
    heading = StringProperty("")
    problems = ListProperty()

    def refresh(self) -> None:
        """Look at the board."""
        app = App.get_running_app()
        terminal, speak = app.terminal, app.translator
        self.problems = home.open_problems(terminal, speak, terminal.clock.now())
        self.place = home.place(terminal, speak)
        self.heading = home.heading(len(self.problems), speak)

    def tick(self) -> None:
        """Let the countdowns run."""
        self.refresh()
