"""The language picker: each language in its own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kivy.app import App
from kivy.properties import ListProperty, ObjectProperty

from kiosk.i18n import languages
from kiosk.ui.widgets.card import TapCard
from kiosk.ui.widgets.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRow:
    """One language."""

    code: str = ""
    name: str = ""
    is_chosen: bool = False


class LanguageCard(TapCard):
    """One language; its name is written in its own script, whatever the others are."""

    row = ObjectProperty(LanguageRow(), rebind=True)


class LanguageSheet(Sheet):
    """Lies over the screen that it switches."""

    choices = ListProperty()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        app = App.get_running_app()
        offered = [known for known in languages() if not app.languages or known.code in app.languages]
        self.choices = [
            LanguageRow(code=known.code, name=known.name, is_chosen=known.code == app.language) for known in offered
        ]

    def pick(self, row: LanguageRow) -> None:
        """Speak this language."""
        self.dismiss()
        App.get_running_app().speak(row.code)
