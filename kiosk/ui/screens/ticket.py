"""One report: who has it, what happens when, and what is asked of the operator."""

from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.factory import Factory
from kivy.properties import ColorProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.core.events import Event, TicketChanged, TicketSaved
from kiosk.ui import sounds
from kiosk.ui.page import Page
from kiosk.ui.present import ticket
from kiosk.ui.present.said import NoteRow
from kiosk.ui.present.ticket import AnswerRow, RingRow, StepRow, TicketView, Truth
from kiosk.ui.theme import THEME
from kiosk.ui.widgets.card import Card, TapCard
from kiosk.ui.widgets.layout import HBox, VBox
from kiosk.ui.widgets.ring import Ring
from kiosk.ui.widgets.sheet import Sheet
from kiosk.ui.widgets.some import Some

_LOOKS = {
    "saved": ("warn_pale", "warn", "ink", "soft_ink"),
    "refused": ("bad_pale", "bad", "ink", "soft_ink"),
    "delivered": ("info_pale", "info", "ink", "soft_ink"),
    "taken": ("action", "action_ink", "action_ink", "action_soft_ink"),
    "asked": ("action", "action_ink", "action_ink", "action_soft_ink"),
    "fixed": ("good_fill", "fill_ink", "fill_ink", "fill_ink"),
    "over": ("good_pale", "good", "ink", "soft_ink"),
    "closed": ("surface", "soft_ink", "ink", "soft_ink"),
}
"""Look of a truth -> the theme's names for ground, picture, title and text."""

_CHIMES = {"taken": "taken", "asked": "needs_you", "fixed": "needs_you", "refused": "refused"}


class TruthCard(Card):
    """The big card: who has the report, and the countdown."""

    truth = ObjectProperty(Truth(), rebind=True)
    ring = ObjectProperty(RingRow(), rebind=True)
    machine = StringProperty("")
    words = StringProperty("")
    tone = ColorProperty("#000000")
    ink = ColorProperty("#000000")
    soft_ink = ColorProperty("#000000")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.on_truth()

    def on_truth(self, *_: object) -> None:
        """Wear the colours of this truth."""
        names = zip(("ground", "tone", "ink", "soft_ink"), _LOOKS[self.truth.look], strict=True)
        for name, colour in names:
            setattr(self, name, getattr(THEME, colour))


class Dial(Ring):
    """The countdown around the picture of the truth."""

    truth = ObjectProperty(Truth(), rebind=True)
    ring = ObjectProperty(RingRow(), rebind=True)
    ink = ColorProperty("#000000")


class NoteCard(Card):
    """One thing that was said."""

    row = ObjectProperty(NoteRow(), rebind=True)
    tint = ColorProperty("#000000")


class OpenCard(TapCard):
    """A line that opens into a sheet."""

    row = ObjectProperty(NoteRow(), rebind=True)
    tint = ColorProperty("#000000")


class StepCard(TapCard):
    """Something to try, ticked off by a touch."""

    row = ObjectProperty(StepRow(), rebind=True)


class AnswerCard(TapCard):
    """One answer to a question of IT."""

    row = ObjectProperty(AnswerRow(), rebind=True)


class Finding(HBox):
    """One line of what was found and done."""

    name = StringProperty("")
    text = StringProperty("")


class WaitPanel(Some):
    """While IT is at it: what happened, what was said, what can be tried."""

    page = ObjectProperty(None, rebind=True)
    view = ObjectProperty(TicketView(), rebind=True)


class StepsPanel(Card):
    """What can be tried."""

    page = ObjectProperty(None, rebind=True)
    steps = ListProperty()


class CallPanel(VBox):
    """The report does not arrive: whom to call."""

    view = ObjectProperty(TicketView(), rebind=True)


class QuestionPanel(Card):
    """IT asks; the answers are to tap."""

    page = ObjectProperty(None, rebind=True)
    view = ObjectProperty(TicketView(), rebind=True)


class WorksPanel(Some):
    """IT says that it is fixed: does it run?"""

    page = ObjectProperty(None, rebind=True)
    view = ObjectProperty(TicketView(), rebind=True)


class OverPanel(Some):
    """The whole story, once it is over."""

    view = ObjectProperty(TicketView(), rebind=True)


class NotesSheet(Sheet):
    """Everything that was said, one message at a time and in full."""

    notes = ListProperty()


class StepsSheet(Sheet):
    """Everything that can be tried."""

    page = ObjectProperty(None, rebind=True)


class TicketScreen(Page):
    """How one report stands."""

    ticket = StringProperty("")
    view = ObjectProperty(TicketView(), rebind=True)
    ring = ObjectProperty(RingRow(), rebind=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._ticked: dict[str, frozenset[int]] = {}

    def opened(self, *, ticket: str, **_: object) -> None:
        """Show this ticket."""
        self.ticket = ticket
        self.view = TicketView()

    def refresh(self) -> None:
        """Look the ticket up; one that has left this terminal leads home."""
        app = App.get_running_app()
        entry = app.terminal.entry(self.ticket)
        if entry is None:
            app.home()
            return
        before, now = self.view, app.terminal.clock.now()
        ticked = self._ticked.get(self.ticket, frozenset())
        self.view = ticket.ticket_view(entry, app.terminal, app.translator, now, ticked=ticked)
        self.ring = ticket.ring(entry, app.terminal, app.translator, now)
        self._chime(before)

    def _chime(self, before: TicketView) -> None:
        if before.ticket == self.ticket and before.truth.look != self.view.truth.look:
            sounds.play(_CHIMES.get(self.view.truth.look, ""))

    def tick(self) -> None:
        """Let the countdown run; a minute without a connection changes more than the ring."""
        self.refresh()

    def on_event(self, event: Event) -> None:
        """Follow what happens, except to other tickets."""
        if not isinstance(event, TicketChanged | TicketSaved) or event.ticket == self.ticket:
            super().on_event(event)

    def tick_off(self, position: int) -> None:
        """Note a step as done, or take that back."""
        done = self._ticked.get(self.ticket, frozenset())
        self._ticked = {self.ticket: done ^ {position}}
        self.refresh()

    def answer(self, row: AnswerRow) -> None:
        """Answer what IT asked."""
        App.get_running_app().talk.answer(self.ticket, row.said)

    def confirm(self, works: bool) -> None:  # noqa: FBT001  the answer itself
        """Answer "Is it running again?"."""
        App.get_running_app().talk.confirm(self.ticket, works=works)

    def show_notes(self) -> None:
        """Show everything that was said, in full."""
        App.get_running_app().open_sheet(Factory.NotesSheet(notes=list(self.view.notes)))

    def show_steps(self) -> None:
        """Show everything that can be tried."""
        App.get_running_app().open_sheet(Factory.StepsSheet(page=self))
