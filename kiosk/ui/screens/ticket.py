"""One report: who has it, what happens when, and what is asked of the operator."""

from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.factory import Factory
from kivy.properties import ListProperty, ObjectProperty, StringProperty

from kiosk.core.events import Event, TicketChanged, TicketSaved
from kiosk.ui import sounds
from kiosk.ui.page import Page
from kiosk.ui.present import ticket
from kiosk.ui.present.ticket import AnswerRow, RingRow, TicketView
from kiosk.ui.widgets.sheet import Sheet

_CHIMES = {"taken": "taken", "asked": "needs_you", "fixed": "needs_you", "refused": "refused"}


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
