"""Brings reports to a helpdesk by mail, and learns from the terminals' own mailbox what became of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kiosk.backends.mail.letters import letter
from kiosk.backends.mail.mailbox import Mail, Mailbox, Place
from kiosk.backends.mail.replies import Letter, Reader, Thread
from kiosk.backends.mail.settings import MailSettings
from kiosk.backends.mail.smtp import Smtp
from kiosk.core.errors import RejectedError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket
from kiosk.core.ports import Backend
from kiosk.wording import read_origin, read_signed


class MailBackend(Backend):
    """A helpdesk's address.

    Mail is delivered at least once by nature, and a helpdesk makes two tickets of one mail that comes twice. So each of our mails
    also goes to the terminals' own mailbox, in the same transaction: what is there was taken, and is not sent again.
    """

    Settings = MailSettings

    def __init__(self, settings: MailSettings, *, terminal: str) -> None:
        self.name, self.poll_seconds = settings.name, settings.poll_seconds
        self.settle = timedelta(minutes=settings.settle_minutes)
        self._settings, self._terminal = settings, terminal
        self._smtp = Smtp(settings)
        self._mailbox = Mailbox(settings) if settings.imap_host else None
        self.tells = self._mailbox is not None
        self._reader = Reader(settings)
        self._now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._forget(None)

    def check(self) -> None:
        """Name sender and helpdesk to the mail server, and open the mailbox; nothing is sent."""
        self._smtp.check()
        if self._mailbox:
            self._mailbox.check()

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Send the report, or what was said about it."""
        if delivery.kind is DeliveryKind.CREATE:
            return self._send(delivery, ticket, ticket.id)
        if delivery.kind not in _SAID:
            raise RejectedError(f"a helpdesk takes no {delivery.kind} by mail")
        if delivery.ref is None:
            raise RejectedError("the report was not sent")
        self._send(delivery, ticket, delivery.ref.id)
        return None

    def _send(self, delivery: Delivery, ticket: Ticket, ticket_id: str) -> RemoteRef:
        if self._place is None and delivery.kind is not DeliveryKind.CREATE:
            self._read()  # for the helpdesk's number
        number = self._threads[ticket_id].number if ticket_id in self._threads else ""
        message = letter(
            delivery,
            ticket,
            self._settings,
            ticket_id=ticket_id,
            terminal=self._terminal,
            number=number,
            now=self._now(),
        )
        # An answer opens a resolved ticket again, in nearly every helpdesk: that it works is told to the other terminals only.
        is_for_us = delivery.kind is DeliveryKind.CONFIRM and not self._settings.tell_confirmations
        if self._mailbox or not is_for_us:
            self._smtp.send(message, to_helpdesk=not is_for_us)
        return self._reader.ref(ticket_id, number)

    def find(self, ticket_id: str) -> RemoteRef | None:
        """Look for the copy of the report in our own mailbox; without a mailbox nobody knows."""
        if not any(_reports(mail, ticket_id) for mail in self._ours(ticket_id)):
            return None
        return self._reader.ref(ticket_id, self._threads[ticket_id].number if ticket_id in self._threads else "")

    def took_effect(self, delivery: Delivery, ticket: Ticket) -> bool:
        """Look for the copy of what was said."""
        del ticket
        notes = (read_signed(mail.text) for mail in self._ours(delivery.ref.id if delivery.ref else ""))
        return any(note and note.delivery == delivery.id for note in notes)

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Read what came into the mailbox; an empty cursor gives what is open of the last days."""
        if self._mailbox is None:
            return [], cursor
        mark = Place.parse(cursor)
        here = self._read()
        start = mark.following if mark is not None and mark.validity == here.validity else 0
        told = [(ticket, thread) for ticket, thread in self._threads.items() if thread.last >= start]
        changes = [change for ticket, thread in told if (change := self._reader.change(ticket, thread))]
        return [change for change in changes if mark or change.progress.status.is_open], str(here)

    # ------------------------------------------------------------ the mailbox, as far as it was read

    def _forget(self, place: Place | None) -> None:
        self._place = place
        self._threads: dict[str, Thread] = {}
        self._ticket_of: dict[str, str] = {}

    def _read(self) -> Place:
        """Take in what is new."""
        if self._mailbox is None:
            return Place()
        mails, following = self._mailbox.since(self._place, now=self._now())
        if self._place is not None and self._place.validity != following.validity:
            self._forget(None)  # another mailbox: all of it was read anew
        for mail in mails:
            self._take(mail)
        if mails:
            self._drop_old()
        self._place = following
        return following

    def _take(self, mail: Mail) -> None:
        read = self._reader.letter(mail)
        ticket = (read.ticket or self._ticket_of.get(read.number, "")) if read else ""
        if read is None or not ticket:
            return
        if read.number and not read.is_ours:
            self._ticket_of.setdefault(read.number, ticket)
        thread = self._threads.setdefault(ticket, Thread())
        # The same mail may come twice, as mails do.
        if all(known.id != read.id for known in thread.letters):
            thread.letters.append(read)
        thread.last = mail.uid

    def _drop_old(self) -> None:
        oldest = self._now() - timedelta(days=self._settings.days + 1)
        old = [ticket for ticket, thread in self._threads.items() if thread.letters[-1].at < oldest]
        for ticket in old:
            del self._threads[ticket]

    def _ours(self, ticket_id: str) -> list[Letter]:
        """Give our own mails of a ticket; one that is not among the last days' is looked for in the whole mailbox."""
        if self._mailbox is None:
            return []
        self._read()
        thread = self._threads.get(ticket_id)
        letters = thread.letters if thread else map(self._reader.letter, self._mailbox.of_ticket(ticket_id))
        return [read for read in letters if read is not None and read.is_ours and read.ticket == ticket_id]


_SAID = (
    DeliveryKind.JOIN,
    DeliveryKind.COMMENT,
    DeliveryKind.CONFIRM,
    DeliveryKind.REOPEN,
    DeliveryKind.WITHDRAW,
)


def _reports(mail: Letter, ticket_id: str) -> bool:
    origin = read_origin(mail.text)
    return origin is not None and origin.id == ticket_id
