"""The list of machines, area by area."""

from __future__ import annotations

from typing import ClassVar

from kivy.app import App
from kivy.properties import ColorProperty, ListProperty, ObjectProperty

from kiosk.ui.page import Page
from kiosk.ui.present import report
from kiosk.ui.present.report import AreaRow
from kiosk.ui.widgets.card import TapCard


class AreaTab(TapCard):
    """One area to look into."""

    row = ObjectProperty(AreaRow(), rebind=True)
    ink = ColorProperty("#000000")


class MachinesScreen(Page):
    """Which machine? First the area, then the machine."""

    belongs_to_report: ClassVar[bool] = True
    areas = ListProperty()
    machines = ListProperty()
    area = ""

    def opened(self, **_: object) -> None:
        """Begin with the area where this terminal stands."""
        app = App.get_running_app()
        draft = app.flow.draft
        self.area = report.area_of(app.terminal.plant, draft.machine if draft else None, app.terminal.area)
        self.ids.machines.page = 0

    def refresh(self) -> None:
        """Fill both lists."""
        app = App.get_running_app()
        self.areas = report.areas(app.terminal, app.translator, chosen=self.area)
        self.machines = report.machines(app.terminal.machines(self.area), app.terminal, app.translator)

    def look_into(self, area: str) -> None:
        """Show the machines of another area."""
        self.area = area
        self.ids.machines.page = 0
        self.refresh()
