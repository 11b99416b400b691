"""What an operator says on a report that exists. It is on this terminal's disk before anything claims that it was said."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from kivy.factory import Factory

from kiosk.core.errors import KioskError
from kiosk.ui import sounds

if TYPE_CHECKING:
    from kiosk.core.model import Entry
    from kiosk.ui.app import KioskApp


class Talk:
    """Hands the operator's words to the terminal, one at a time: a second tap while the disk works is the same tap."""

    def __init__(self, app: KioskApp) -> None:
        """Speak for the operator of `app`."""
        self._app = app
        self._busy = False

    # ------------------------------------------------------------ on a report that somebody else made

    def same_problem(self, ticket_id: str) -> None:
        """Join a report instead of making a second one."""
        self._say(lambda: self._app.terminal.same_problem(ticket_id), then=self._app.flow.open_ticket)

    def ask_if_stopped(self, ticket_id: str) -> None:
        """It got worse: how much?"""
        tr = self._app.tr
        sheet = Factory.AskSheet(
            icon="alert-octagon",
            title=tr("Is the machine stopped now?"),
            yes_text=tr("Yes, it is stopped"),
            yes_icon="alert-octagon",
            no_text=tr("No, it still runs"),
            no_icon="play-circle",
            mood="bad",
        )
        sheet.bind(on_yes=lambda _: self.got_worse(ticket_id, stopped=True))
        sheet.bind(on_no=lambda _: self.got_worse(ticket_id, stopped=False))
        self._app.open_sheet(sheet)

    def got_worse(self, ticket_id: str, *, stopped: bool) -> None:
        """Tell IT that an open problem got worse."""
        say = self._app.terminal.got_worse
        self._say(lambda: say(ticket_id, stopped=stopped), then=self._app.flow.open_ticket)

    # ------------------------------------------------------------ on the report that is shown

    def answer(self, ticket_id: str, text: str) -> None:
        """Answer IT's question."""
        self._say(lambda: self._app.terminal.answer(ticket_id, text))

    def still_broken(self, ticket_id: str) -> None:
        """Tell IT that it does not work yet."""
        self._say(lambda: self._app.terminal.still_broken(ticket_id))

    def ask_if_works(self, ticket_id: str) -> None:
        """It works again: really? After that nobody comes any more."""
        tr = self._app.tr
        sheet = Factory.AskSheet(
            icon="check-decagram",
            title=tr("Does it work again?"),
            text=tr("Then nobody has to come any more."),
            yes_text=tr("Yes, it works"),
            no_text=tr("No"),
            mood="good",
        )
        sheet.bind(on_yes=lambda _: self.confirm(ticket_id, works=True))
        self._app.open_sheet(sheet)

    def confirm(self, ticket_id: str, *, works: bool, then_show: bool = False) -> None:
        """Answer "Is it running again?"; `then_show` goes to the report from another screen."""
        show = self._app.flow.open_ticket if then_show else None
        self._say(lambda: self._app.terminal.confirm(ticket_id, works=works), then=show)

    # ------------------------------------------------------------ how it is said

    def _say(self, words: Callable[[], Future[Entry]], *, then: Callable[[str], Any] | None = None) -> None:
        if self._busy:
            return
        self._busy = True

        def said(entry: Entry) -> None:
            self._busy = False
            sounds.play("saved")
            if then is not None:
                then(entry.ticket.id)

        self._app.when_done(words(), said, self._not_said)

    def _not_said(self, error: BaseException) -> None:
        self._busy = False
        sounds.play("refused")
        key = error.message_key if isinstance(error, KioskError) else KioskError.message_key
        self._app.flow.tell(key, icon="content-save-alert")
