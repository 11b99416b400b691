"""Find a machine by typing a part of its name, number or place."""

from __future__ import annotations

from typing import ClassVar

from kivy.app import App
from kivy.properties import ListProperty, StringProperty

from kiosk.ui.page import Page
from kiosk.ui.present import report
from kiosk.ui.widgets.pad import BACKSPACE

_LONGEST, _SHOWN = 30, 6


class SearchScreen(Page):
    """Type a few letters, touch the machine."""

    belongs_to_report: ClassVar[bool] = True
    text = StringProperty("")
    found = ListProperty()
    result = StringProperty("")
    alphabets = ListProperty([report.LATIN])

    def opened(self, **_: object) -> None:
        """Begin with nothing typed."""
        self.text = ""

    def refresh(self) -> None:
        """Search for what is typed."""
        app = App.get_running_app()
        self.alphabets = report.search_alphabets(app.translator)
        found = app.terminal.search(self.text)
        self.found = report.machines(found[:_SHOWN], app.terminal, app.translator)
        self.result = report.search_result(self.text, len(found), app.translator)

    def type(self, key: str) -> None:
        """Take one key and search again."""
        self.text = self.text[:-1] if key == BACKSPACE else (self.text + key)[:_LONGEST]
        self.refresh()
