"""The first start of a terminal: which language, where, does the scanner work, does IT get the reports."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from math import inf
from typing import Any

from kivy.app import App
from kivy.properties import ListProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.i18n import languages
from kiosk.ui.first_run import Answers, FirstRun
from kiosk.ui.page import Page
from kiosk.ui.present import admin, report
from kiosk.ui.present.admin import ScanRow
from kiosk.ui.widgets.card import TapCard
from kiosk.ui.widgets.languages import LanguageRow
from kiosk.ui.widgets.typing import TypingSheet

log = logging.getLogger(__name__)

LANGUAGE, PLACE, SCANNER, IT = range(4)
STEPS = 4
_NAME = re.compile(r"[^A-Za-z0-9-]+")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """An area where the terminal may stand; no area is the whole plant."""

    area: str = ""
    name: str = ""
    icon: str = "factory"
    is_chosen: bool = False


class PlaceCard(TapCard):
    """One place to choose."""

    row = ObjectProperty(PlaceRow(), rebind=True)


class FirstRunScreen(Page):
    """Four questions, one after the other; each can be gone back to until the last was answered."""

    patience = inf
    step = NumericProperty(LANGUAGE)
    name_given = StringProperty("")
    choices = ListProperty()
    places = ListProperty()
    scan = ObjectProperty(ScanRow(), rebind=True)
    links = ListProperty()
    missing = StringProperty("")
    _area = ""
    _asks: FirstRun

    def opened(self, **_: object) -> None:
        """Begin with the language."""
        app = App.get_running_app()
        self.step, self.scan, self._area = LANGUAGE, ScanRow(), app.terminal.area
        self._asks = app.first_run
        self.name_given = self._asks.name
        self.missing = str(self._asks.missing or "")

    def refresh(self) -> None:
        """Fill what the steps offer."""
        app = App.get_running_app()
        terminal, speak = app.terminal, app.translator
        self.choices = [
            LanguageRow(code=known.code, name=known.name, is_chosen=known.code == app.language)
            for known in languages()
            if not app.languages or known.code in app.languages
        ]
        whole = PlaceRow(name=speak.tr("The whole plant"), is_chosen=not self._area)
        areas = terminal.plant.areas.values()
        self.places = [whole] + [
            PlaceRow(area=a.id, name=a.name.get(speak.language), icon=a.icon, is_chosen=a.id == self._area)
            for a in areas
        ]
        self.links = admin.links(terminal, speak, terminal.clock.now())

    def tick(self) -> None:
        """Follow the connections; and begin anew once the plant file is there."""
        if self._asks.missing is not None and self._asks.missing.exists():
            self._asks.restart()
        self.refresh()

    def scanned(self, text: str) -> bool:
        """Take every scan: there is nothing else to do with one yet."""
        app = App.get_running_app()
        if self.step == SCANNER:
            self.scan = admin.read_scan(text, app.terminal, app.translator)
        return True

    # ------------------------------------------------------------ answers

    def speak(self, row: LanguageRow) -> None:
        """Take the language, which the next steps already speak."""
        App.get_running_app().speak(row.code)
        self.go_on()

    def stand(self, row: PlaceRow) -> None:
        """Take the place."""
        self._area = row.area
        self.refresh()

    def ask_name(self) -> None:
        """Ask what the terminal is called."""
        app = App.get_running_app()
        sheet = TypingSheet(title=app.tr("What is this terminal called?"), text=self.name_given, limit=_LONGEST_NAME)
        sheet.alphabets = [report.LATIN]
        sheet.bind(on_done=lambda _, text: self._call(text))
        app.open_sheet(sheet)

    def _call(self, text: str) -> None:
        # Only what every ticket system takes in a name of ours.
        self.name_given = _NAME.sub("-", text).strip("-") or self.name_given

    def go_on(self) -> None:
        """Go to the next question; after the last one keep the answers and begin."""
        if self.step < STEPS - 1:
            self.step += 1
            return
        app = App.get_running_app()
        answers = Answers(name=self.name_given, area=self._area, language=app.language)
        app.when_done(self._asks.save(answers), lambda _: self._asks.restart(), self._not_saved)

    def go_back(self) -> None:
        """Go to the question before."""
        self.step = max(LANGUAGE, self.step - 1)

    def _not_saved(self, error: BaseException) -> None:
        log.error("the answers could not be kept: %s", error)
        app = App.get_running_app()
        reason: Any = getattr(error, "strerror", None) or error
        app.flow.tell(app.tr("The settings could not be saved: {reason}", reason=reason), icon="content-save-alert")
