"""Where each thing that an operator does leads. The only module that names screens."""

from __future__ import annotations

import dataclasses
import logging
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.factory import Factory

from kiosk.core.draft import WHO_LIMIT, Draft, DraftStep
from kiosk.core.errors import KioskError, LabelError
from kiosk.core.model import Entry
from kiosk.core.text import clean_line
from kiosk.i18n import N_
from kiosk.ui import sounds
from kiosk.ui.present.home import NoticeRow

if TYPE_CHECKING:
    from kiosk.drafts import Kept
    from kiosk.ui.app import KioskApp

log = logging.getLogger(__name__)

_LONGEST_BADGE = 100


class Flow:
    """The operator's way through the screens, and the draft that is being composed on it."""

    def __init__(self, app: KioskApp) -> None:
        """Move `app`."""
        self._app = app
        self._draft: Draft | None = None
        self._sending: Draft | None = None
        self._sent_last: Draft | None = None
        self._countdown: Any = None

    @property
    def draft(self) -> Draft | None:
        """What the operator has said so far; every change is kept for the case that the program ends."""
        return self._draft

    @draft.setter
    def draft(self, draft: Draft | None) -> None:
        if draft != self._draft:
            self._draft = draft
            self._app.keep(draft)

    # ------------------------------------------------------------ a report

    def begin(self) -> None:
        """Report a problem."""
        self.drop()
        self.draft = self._app.terminal.new_draft()
        self._app.go("machines")

    def look_for_machine(self) -> None:
        """Find the machine by typing."""
        self._app.go("search")

    def choose_machine(self, machine_id: str) -> None:
        """Take this machine; what is open on it already is shown before anything is asked."""
        draft = self.draft or self._app.terminal.new_draft()
        self.draft = draft.choose_machine(self._app.terminal.plant.machines[machine_id])
        found = self._app.terminal.on_machine(machine_id)
        if not found:
            self.something_else()
        elif len(found) == 1:
            self.look_at(found[0].ticket.id)
        else:
            self._app.go("several", machine=machine_id)

    def look_at(self, ticket_id: str) -> None:
        """Ask whether it is this report, which is open already."""
        self._app.go("join", ticket=ticket_id)

    def something_else(self) -> None:
        """Report what nobody has reported yet on this machine."""
        self._app.go("symptoms")

    def choose_symptom(self, symptom_id: str) -> None:
        """Take this symptom."""
        if self.draft is not None:
            self.draft = self.draft.choose_symptom(self._app.terminal.plant.symptoms[symptom_id])
            self._app.go("details")

    def say(self, *, stopped: bool | None = None, note: str | None = None, who: str | None = None) -> None:
        """Add what the operator said to the draft."""
        if self.draft is not None:
            self.draft = self.draft.say(stopped=stopped, note=note, who=who)

    def take_photo(self) -> None:
        """Look through the terminal's camera."""
        self._app.go("photo")

    def show_photo(self, photo: Path | None) -> None:
        """Add a photo to the draft, or take it away again."""
        before, draft = photo, self.draft
        if draft is not None:
            before, self.draft = draft.photo, draft.show(photo)
        self._drop_photo(before)

    def drop(self) -> None:
        """Forget the draft and its photo."""
        draft, self.draft = self.draft, None
        if draft is not None:
            self._drop_photo(draft.photo)

    def _drop_photo(self, photo: Path | None) -> None:
        # Leaving the screen must not take the photo from a report that is just being saved.
        if all(photo != draft.photo for draft in (self.draft, self._sending) if draft is not None):
            self._app.photos.drop(photo)

    def recover(self) -> None:
        """Go home after a fault of ours, and let the operator go on with the report that was begun."""
        draft, self.draft = self.draft, None
        self._app.home()
        if draft is None:
            self.tell(KioskError.message_key, icon="alert-circle")
            return
        self.draft = draft
        self._offer_to_go_on()

    def _offer_to_go_on(self) -> None:
        sheet = self.tell(KioskError.message_key, icon="alert-circle", button=N_("Go on"))
        sheet.bind(on_done=lambda _: self.resume())

    def restore(self, kept: Kept | None) -> None:
        """Go on with what an earlier run was ended in the middle of, unless somebody has begun anew already."""
        if kept is None or self.draft is not None or self._app.place[0] != "home":
            return
        self._app.speak(kept.language)
        if self._app.terminal.entry(kept.draft.id) is not None:
            # It was saved, only the screen did not come to say so. The same id again would be the same ticket.
            self._app.keep(None)
            self.open_ticket(kept.draft.id)
            return
        self._draft = kept.draft
        if kept.is_tried:
            self._offer_to_go_on()
        else:
            self.resume()
            self.tell(N_("This terminal was started again. Your report is still here."), icon="content-save")

    def resume(self) -> None:
        """Go to the question that the draft has to answer next."""
        draft = self.draft
        if draft is None or draft.machine is None:
            self.begin()
        elif draft.symptom is None:
            self.choose_machine(draft.machine.id)
        else:
            self._app.go("details")

    def send(self) -> None:
        """Save the report and send it to IT; a second tap while that runs is the same report."""
        draft = self.draft
        if draft is None or draft.step is not DraftStep.READY or self._sending is not None:
            return
        self._sending = draft
        saving = self._app.terminal.report(draft, language=self._app.language)
        self._app.when_done(saving, self._saved, self._not_saved)

    def _saved(self, entry: Entry) -> None:
        had_photo = self._sending is not None and self._sending.photo is not None
        is_shown = self._sent()
        sounds.play("saved")
        if is_shown:
            self.open_ticket(entry.ticket.id)
        if had_photo and entry.ticket.photo is None:
            self.tell(N_("The report is saved, but the photo is not: there was no room for it."), icon="camera-off")

    def _sent(self) -> bool:
        """Tell whether the report is still the one on the screen: a slow disk may answer after the next one was begun."""
        sent, self._sending = self._sending, None
        if sent is None:
            return False
        self._sent_last = sent
        self._drop_photo(sent.photo)
        return self.draft is not None and self.draft.id == sent.id

    def _not_saved(self, error: BaseException) -> None:
        is_shown = self._sent()
        log.error("a report was not saved: %s", error)
        sounds.play("refused")
        if not is_shown:
            self.tell(N_("An earlier report was not saved. Please call IT."), icon="content-save-alert")
        elif self._app.place[0] == "notsaved":
            self.tell(N_("Still not saved. Please call."), icon="content-save-alert")
        else:
            self._app.go("notsaved")

    def undo(self, ticket_id: str) -> None:
        """Take a report back before IT was told of it, and show what was answered, to be changed or dropped."""
        self._app.when_done(
            self._app.terminal.withdraw(ticket_id),
            partial(self._undone, ticket_id),
            lambda _: self._not_undone(N_("Not taken back. IT will get it.")),
        )

    def _undone(self, ticket_id: str, is_undone: bool) -> None:  # noqa: FBT001  what a future gives
        sent = self._sent_last
        if not is_undone:
            self._not_undone(N_("Too late: it is on its way to IT."))
            return
        sounds.play("tap")
        self._app.home()
        if sent is not None and sent.id == ticket_id:
            # Another id, for this one is of a report that was there; the photo went with it.
            again = self._app.terminal.new_draft()
            self.draft = dataclasses.replace(sent, id=again.id, photo=None)
            self._app.go("details")
        self.tell(N_("Taken back. IT was not told."), icon="undo-variant")

    def _not_undone(self, why: str) -> None:
        sounds.play("refused")
        self.tell(why, icon="send-check")

    # ------------------------------------------------------------ what is open

    def show_problems(self) -> None:
        """List everything that is open here."""
        self._app.go("problems")

    def open_ticket(self, ticket_id: str) -> None:
        """Show how a ticket stands."""
        self.drop()
        self._app.go("ticket", ticket=ticket_id)

    # ------------------------------------------------------------ scanner, language, idleness

    def scan(self, text: str) -> None:
        """Go to the machine whose label was scanned, from whatever screen; the same label again changes nothing."""
        if self._app.page.scanned(text) or self._is_badge(text):
            return
        try:
            scan = self._app.terminal.scan(text)
        except LabelError as error:
            log.warning("a code that is no machine of this plant: %s", error)
            self._refuse(error)
            return
        if not self._is_about(scan.machine.id):
            self.drop()
        elif self._is_past_the_machine:
            return
        self.choose_machine(scan.machine.id)

    def _is_badge(self, text: str) -> bool:
        found = self._app.badge.fullmatch(text[:_LONGEST_BADGE]) if self._app.badge else None
        if found is None:
            return False
        if self.draft is None:
            self.tell(N_("Scan the machine first, then your badge."), icon="account")
            return True
        self.say(who=clean_line(found[1] if found.re.groups else found[0], limit=WHO_LIMIT))
        self._app.page.refresh()
        self.tell(N_("Thank you. IT will ask for you."), icon="account")
        return True

    def _refuse(self, error: LabelError) -> None:
        if self._app.page.belongs_to_report:
            self.tell(error.message_key, icon="qrcode-remove")  # what was begun stays as it is
            return
        sheet = self.tell(error.message_key, icon="qrcode-remove", button=N_("Choose from the list"))
        sheet.bind(on_done=lambda _: self.begin())

    def seen(self, text: str) -> None:
        """Go on with what the camera read; there is no way back to a camera that has done its work."""
        self._app.home()
        self.scan(text)

    def _is_about(self, machine_id: str) -> bool:
        return self.draft is not None and self.draft.machine is not None and self.draft.machine.id == machine_id

    @property
    def _is_past_the_machine(self) -> bool:
        return self._app.page.belongs_to_report and self._app.place[0] not in ("machines", "search")

    def read(self, notice: NoticeRow) -> None:
        """Show a notice in full."""
        self._app.open_sheet(Factory.MessageSheet(icon=notice.icon, title=notice.title, text=notice.text))

    def look_for_label(self) -> None:
        """Scan with the camera; a terminal without one says how to scan."""
        if self._app.viewfinder is not None:
            self._app.go("scan")
            return
        text = N_("Hold the hand scanner to the label on the machine. It works on every screen.")
        self.tell(text, icon="barcode-scan")

    def tell(self, message: str, *, icon: str = "information", button: str = N_("OK")) -> Any:
        """Say one sentence over the shown screen; gives the sheet."""
        tr = self._app.tr
        self._app.announce(tr(message))
        return self._app.open_sheet(Factory.MessageSheet(icon=icon, title=tr(message), button=tr(button)))

    def pick_language(self) -> None:
        """Show the languages."""
        self._app.open_sheet(Factory.LanguageSheet())

    def count_down(self, left: float, *, of: float) -> None:
        """Ask whether somebody is still there in the last seconds before the report that was begun is dropped."""
        is_due = left <= of and self.draft is not None and self._app.page.belongs_to_report
        if not is_due:
            self._end_countdown()
        elif self._countdown is None or self._countdown.parent is None:
            self._countdown = self._app.lay_over(Factory.CountdownSheet(left=ceil(left), of=ceil(of)))
            sounds.play("needs_you")
        else:
            self._countdown.left = ceil(left)

    def _end_countdown(self) -> None:
        if self._countdown is not None:
            self._countdown.dismiss()
            self._countdown = None

    def rest(self) -> None:
        """Nobody is there: drop what was begun, speak the terminal's own language, show the board."""
        self.drop()
        self._app.speak(self._app.home_language)
        self._app.go("idle")

    def wake(self) -> None:
        """Somebody came."""
        self._app.home()

    # ------------------------------------------------------------ the admin

    def open_admin(self) -> None:
        """Show the door."""
        self._app.go("pin")

    def enter_admin(self) -> None:
        """Go in; the way back leads to the start."""
        self._app.home()
        self._app.go("admin")
