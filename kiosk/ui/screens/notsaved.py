"""The disk did not take the report: say so, and whom to call. What was said so far is kept."""

from __future__ import annotations

from math import inf
from typing import ClassVar

from kivy.app import App
from kivy.properties import ObjectProperty

from kiosk.i18n import N_
from kiosk.ui.page import Page
from kiosk.ui.present.calling import CallRow, call_row


class NotsavedScreen(Page):
    """Nothing was promised, and nothing is pretended."""

    belongs_to_report: ClassVar[bool] = True
    patience = inf
    """What could not be saved is kept in sight until somebody has dealt with it."""
    call = ObjectProperty(CallRow(), rebind=True)

    def refresh(self) -> None:
        """Find out whom to call for the machine of the draft."""
        app = App.get_running_app()
        machine = app.flow.draft.machine if app.flow.draft else None
        area = machine.area if machine else app.terminal.area
        reason = app.tr("IT does not know about it.")
        self.call = call_row(app.terminal, app.translator, area=area, reason=reason)

    def scanned(self, text: str) -> bool:
        """Take no scan: a new report would throw away the one that is nowhere else."""
        del text
        App.get_running_app().flow.tell(
            N_("This report is not saved yet. Please try again or call IT."), icon="content-save-alert"
        )
        return True
