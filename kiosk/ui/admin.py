"""What an admin does at the terminal, behind the PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.factory import Factory

from kiosk.core.errors import KioskError
from kiosk.i18n import N_
from kiosk.ui import sounds
from kiosk.ui.pinlock import PinLock

if TYPE_CHECKING:
    from kiosk.ui.app import KioskApp


class Admin:
    """The admin of `app`."""

    def __init__(self, app: KioskApp) -> None:
        """Stand before the locked door."""
        self._app = app
        self.lock = PinLock(app.check_pin, app.terminal.clock.monotonic)

    def unlock(self, pin: str) -> bool:
        """Try the PIN; the right one leads in."""
        if not self.lock.open(pin):
            sounds.play("refused")
            return False
        self._app.flow.enter_admin()
        return True

    def send_again(self, ticket_id: str) -> None:
        """Send once more what was refused."""
        self._app.when_done(self._app.terminal.requeue(ticket_id), lambda _: None, self._failed)

    def try_now(self) -> None:
        """Try every destination at once."""
        self._app.terminal.retry_now()
        self._app.flow.tell(N_("We are trying now."), icon="reload")

    def ask_to_end(self) -> None:
        """End the program, if that is meant."""
        tr = self._app.tr
        sheet = Factory.AskSheet(
            icon="power",
            title=tr("End the program?"),
            text=tr("Nobody can report here until it is started again."),
            yes_text=tr("End it"),
            yes_icon="power",
            no_text=tr("Go on"),
            no_icon="play",
            mood="bad",
        )
        sheet.bind(on_yes=lambda _: self._app.stop())
        self._app.open_sheet(sheet)

    def _failed(self, error: BaseException) -> None:
        sounds.play("refused")
        key = error.message_key if isinstance(error, KioskError) else KioskError.message_key
        self._app.flow.tell(key, icon="alert-circle")
