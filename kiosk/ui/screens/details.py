"""The last step: is the machine stopped, who asks, what was agreed - and send."""

from __future__ import annotations

from typing import ClassVar

from kivy.app import App
from kivy.properties import BooleanProperty, ColorProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.core.draft import DraftStep
from kiosk.ui import sounds
from kiosk.ui.page import Page
from kiosk.ui.present import report
from kiosk.ui.present.report import PromiseRow, SummaryRow
from kiosk.ui.widgets.card import Card, TapCard
from kiosk.ui.widgets.layout import HBox
from kiosk.ui.widgets.typing import TypingSheet

WHO_LIMIT, NOTE_LIMIT = 60, 200


class SummaryLine(HBox):
    """One line of what will be sent."""

    row = ObjectProperty(SummaryRow(), rebind=True)
    tint = ColorProperty("#000000")


class PromiseCard(Card):
    """What both sides agreed."""

    row = ObjectProperty(PromiseRow(), rebind=True)
    tint = ColorProperty("#000000")


class PhotoCard(TapCard):
    """The way to the camera; shows the photo that was taken."""

    image = ObjectProperty(None, allownone=True, force_dispatch=True)


class DetailsScreen(Page):
    """Almost done."""

    belongs_to_report: ClassVar[bool] = True
    machine = StringProperty("")
    stopped = ObjectProperty(None, allownone=True)
    who = StringProperty("")
    note = StringProperty("")
    summary = ListProperty()
    promise = ObjectProperty(PromiseRow(), rebind=True)
    is_ready = BooleanProperty(False)
    has_camera = BooleanProperty(False)
    photo = ObjectProperty(None, allownone=True, force_dispatch=True)
    """A small picture of the photo that goes with the report."""
    is_reminded = BooleanProperty(False)
    """Send was touched before the one question was answered."""
    _typing: TypingSheet | None = None
    _asked = ""

    def opened(self, **_: object) -> None:
        """Begin without a reminder."""
        self.is_reminded = False

    def refresh(self) -> None:
        """Show the draft and what was agreed for it."""
        app = App.get_running_app()
        draft = app.flow.draft
        if draft is None or draft.machine is None:
            return
        self.machine = report.machine_line(draft.machine, app.translator)
        self.stopped, self.who, self.note = draft.stopped, draft.who, draft.note
        self.has_camera, self.photo = app.viewfinder is not None, app.photos.preview(draft.photo)
        self.summary = report.summary(draft, app.translator)
        self.promise = report.promise(app.terminal, draft, app.translator, app.terminal.clock.now())
        self.is_ready = draft.step is DraftStep.READY
        self.is_reminded = self.is_reminded and not self.is_ready

    def send(self) -> None:
        """Send the report, or point to the answer that is missing."""
        if self.is_ready:
            App.get_running_app().flow.send()
        else:
            self.is_reminded = True
            sounds.play("refused")

    def say(self, **answer: object) -> None:
        """Put an answer into the draft."""
        App.get_running_app().flow.say(**answer)
        self.refresh()

    def ask_who(self) -> None:
        """Ask for a name."""
        app = App.get_running_app()
        self._ask(title=app.tr("Who should we ask for?"), text=self.who, limit=WHO_LIMIT, answer="who")

    def ask_note(self) -> None:
        """Ask for a few words."""
        app = App.get_running_app()
        self._ask(title=app.tr("What else should IT know?"), text=self.note, limit=NOTE_LIMIT, answer="note")

    def _ask(self, *, title: str, text: str, limit: int, answer: str) -> None:
        app = App.get_running_app()
        if self._typing is None:
            self._typing = TypingSheet()
            self._typing.bind(on_done=self._typed)
        self._asked = answer
        self._typing.title, self._typing.text, self._typing.limit = title, text, limit
        self._typing.alphabets = report.alphabets(app.translator)
        app.open_sheet(self._typing)

    def _typed(self, _: object, words: str) -> None:
        self.say(**{self._asked: words})
