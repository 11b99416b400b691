"""What is wrong, in the operator's words and in pictures."""

from __future__ import annotations

from typing import ClassVar

from kivy.app import App
from kivy.properties import ListProperty, ObjectProperty, StringProperty

from kiosk.ui.page import Page
from kiosk.ui.present import report
from kiosk.ui.present.report import SymptomRow
from kiosk.ui.widgets.card import TapCard


class SymptomCard(TapCard):
    """One thing that may be wrong."""

    row = ObjectProperty(SymptomRow(), rebind=True)


class SymptomsScreen(Page):
    """What is wrong with the chosen machine?"""

    belongs_to_report: ClassVar[bool] = True
    machine = StringProperty("")
    symptoms = ListProperty()

    def opened(self, **_: object) -> None:
        """Begin with the likely ones."""
        self.ids.symptoms.page = 0

    def refresh(self) -> None:
        """Offer what fits the machine's kind."""
        app = App.get_running_app()
        draft = app.flow.draft
        if draft is None or draft.machine is None:
            return
        self.machine = report.machine_line(draft.machine, app.translator)
        self.symptoms = report.symptoms(app.terminal.symptoms(draft.machine), app.translator)
