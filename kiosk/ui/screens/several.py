"""The machine has more than one open report: which of them is it?"""

from __future__ import annotations

from typing import ClassVar

from kivy.app import App
from kivy.properties import ListProperty, StringProperty

from kiosk.ui.page import Page
from kiosk.ui.present.join import several
from kiosk.ui.present.report import machine_line


class SeveralScreen(Page):
    """What is open on one machine."""

    belongs_to_report: ClassVar[bool] = True
    machine = StringProperty("")
    name_of_machine = StringProperty("")
    problems = ListProperty()

    def opened(self, *, machine: str) -> None:
        """Show what is open on this machine."""
        self.machine = machine

    def refresh(self) -> None:
        """Look at the board."""
        app = App.get_running_app()
        self.name_of_machine = machine_line(app.terminal.plant.machines[self.machine], app.translator)
        self.problems = several(self.machine, app.terminal, app.translator, app.terminal.clock.now())

    def tick(self) -> None:
        """Let the countdowns run."""
        self.refresh()
