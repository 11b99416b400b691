"""One report: who has it, what happens when, and what is asked of the operator."""

from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.factory import Factory
from kivy.properties import ListProperty, ObjectProperty, StringProperty

from kiosk.core.events import Event, TicketChanged, TicketSaved
from kiosk.ui import sounds
from kiosk.ui.page import Page
from kiosk.ui.present import ticket
from kiosk.ui.present.ticket import AnswerRow, RingRow, TicketView
from kiosk.ui.widgets.sheet import Sheet

_CHIMES = {"delivered": "delivered", "taken": "taken", "asked": "needs_you", "fixed": "needs_you", "refused": "refused"}

_PATIENCE, _PATIENCE_TO_CALL = 120.0, 540.0
"""Seconds beyond the usual: people watch a countdown from a distance, and nobody dials within a minute."""


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
        self._look = ""

    def opened(self, *, ticket: str, **_: object) -> None:
        """Show this ticket."""
        self.ticket, self._look = ticket, ""

    def refresh(self) -> None:
        """Look the ticket up; one that has left this terminal leads home."""
        app = App.get_running_app()
        entry = app.terminal.entry(self.ticket)
        if entry is None:
            Clock.schedule_once(lambda _: app.home())
            return
        now = app.terminal.clock.now()
        ticked = self._ticked.get(self.ticket, frozenset())
        self.view = ticket.ticket_view(entry, app.terminal, app.translator, now, ticked=ticked)
        self.ring = ticket.ring(entry, app.terminal, app.translator, now)
        self.patience = _PATIENCE_TO_CALL if self.view.panel == "call" else _PATIENCE
        self._chime(self.view.truth.look)

    def _chime(self, look: str) -> None:
        # What was so when the report was opened is no news.
        if self._look not in ("", look) and look in _CHIMES:
            sounds.play(_CHIMES[look])
        if self._look != look:
            App.get_running_app().announce(self.view.truth.title, self.view.truth.text)
        self._look = look

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

    def confirm(self, *, works: bool) -> None:
        """Answer "Is it running again?"."""
        App.get_running_app().talk.confirm(self.ticket, works=works)

    def show_notes(self) -> None:
        """Show everything that was said, in full."""
        App.get_running_app().open_sheet(Factory.NotesSheet(notes=list(self.view.notes)))

    def show_steps(self) -> None:
        """Show everything that can be tried."""
        App.get_running_app().open_sheet(Factory.StepsSheet(page=self))
