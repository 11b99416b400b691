"""The machine has an open report already: join it instead of making a second one."""

from __future__ import annotations

from typing import ClassVar

from kivy.app import App
from kivy.clock import Clock
from kivy.properties import ObjectProperty, StringProperty

from kiosk.ui.page import Page
from kiosk.ui.present import ticket
from kiosk.ui.present.join import JoinView, join_view
from kiosk.ui.present.ticket import RingRow, TicketView


class JoinScreen(Page):
    """The truth about the open report, and what the operator may say to it."""

    belongs_to_report: ClassVar[bool] = True
    ticket = StringProperty("")
    view = ObjectProperty(TicketView(), rebind=True)
    ring = ObjectProperty(RingRow(), rebind=True)
    join = ObjectProperty(JoinView(), rebind=True)

    def opened(self, *, ticket: str) -> None:
        """Show this report."""
        self.ticket = ticket

    def refresh(self) -> None:
        """Look the report up; one that is known no more leads back."""
        app = App.get_running_app()
        entry, now = app.terminal.entry(self.ticket), app.terminal.clock.now()
        if entry is None:
            Clock.schedule_once(lambda _: app.back())
            return
        self.view = ticket.ticket_view(entry, app.terminal, app.translator, now)
        self.ring = ticket.ring(entry, app.terminal, app.translator, now)
        self.join = join_view(entry, app.terminal, app.translator, now)

    def tick(self) -> None:
        """Let the countdown run."""
        self.refresh()
