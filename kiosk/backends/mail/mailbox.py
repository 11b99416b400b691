"""The terminals' own mailbox, read by IMAP and never changed: what came since the last look, and the stories it makes."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kiosk.backends.mail import wire
from kiosk.backends.mail.letters import ID_HEADER
from kiosk.backends.mail.settings import MailSettings
from kiosk.core.errors import DeliveryError, MisconfiguredError, TemporaryError
from kiosk.core.text import clean_line

HEAD_BYTES = 64 * 1024
"""So much of a mail is read: its text stands before its pictures."""
AT_ONCE = 100
MOST = 2000
"""Mails that one look takes; the others wait for the next."""
_UID = re.compile(rb"UID (\d+)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as the server gives it: its number in the mailbox, when it arrived there, its beginning."""

    uid: int
    at: datetime
    content: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read: the next number, which counts as long as the mailbox is the same one (`validity`)."""

    validity: int = 0
    following: int = 1

    @classmethod
    def parse(cls, cursor: str) -> Place | None:
        """Read a cursor; None when it is empty or not one of ours."""
        found = re.fullmatch(r"([0-9]{1,10})\.([0-9]{1,10})", cursor)
        return cls(int(found[1]), int(found[2])) if found else None

    def __str__(self) -> str:
        return f"{self.validity}.{self.following}"


class Mailbox:
    """Asks over a connection each: a terminal asks once in a minute, and servers count connections."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def check(self) -> None:
        """Open the mailbox.

        Raises:
            DeliveryError: temporary or misconfigured.
        """
        with self._opened():
            pass

    def since(self, place: Place | None, *, now: datetime) -> tuple[list[Mail], Place]:
        """Give the mails from `place` on, oldest first, and the next place; without one, those of the last days.

        Raises:
            DeliveryError: temporary or misconfigured.
        """
        with self._opened() as (server, here):
            is_same = place is not None and place.validity == here.validity
            if place is not None and is_same and place.following >= here.following:
                return [], place
            start = place.following if place is not None and is_same else 1
            # "n:*" always gives the last mail, also when its number is lower.
            numbers = [n for n in self._search(server, *self._wanted(start, now)) if n >= start]
            taken = numbers[:MOST]
            mails = list(self._fetched(server, taken))
            return mails, here if taken == numbers else Place(here.validity, taken[-1] + 1)

    def of_ticket(self, ticket_id: str) -> list[Mail]:
        """Give our own mails of a ticket, however old."""
        if not ticket_id.isalnum() or not ticket_id.isascii():
            return []
        with self._opened() as (server, _):
            return list(self._fetched(server, self._search(server, "HEADER", ID_HEADER, ticket_id)[:AT_ONCE]))

    def _wanted(self, start: int, now: datetime) -> list[str]:
        if start > 1:
            return ["UID", f"{start}:*"]
        day = (now.astimezone(UTC) - timedelta(days=self._settings.days)).date()
        return ["SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"]

    def _search(self, server: imaplib.IMAP4, *what: str) -> list[int]:
        (found, *_) = _answer(server.uid("SEARCH", *what))
        return sorted(int(word) for word in (found or b"").split())

    def _fetched(self, server: imaplib.IMAP4, numbers: list[int]) -> Iterator[Mail]:
        for first in range(0, len(numbers), AT_ONCE):
            some = ",".join(map(str, numbers[first : first + AT_ONCE]))
            parts = _answer(server.uid("FETCH", some, f"(UID INTERNALDATE BODY.PEEK[]<0.{HEAD_BYTES}>)"))
            yield from sorted(filter(None, map(_mail, parts)), key=lambda mail: mail.uid)

    # ------------------------------------------------------------ the connection

    @contextmanager
    def _opened(self) -> Iterator[tuple[imaplib.IMAP4, Place]]:
        try:
            server = wire.imap(self._settings)
            try:
                self._log_in(server)
                yield server, self._examined(server)
            finally:
                with contextlib.suppress(OSError, imaplib.IMAP4.error):
                    server.shutdown()
        except DeliveryError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise MisconfiguredError(f"the mailbox's certificate is not valid: {error.verify_message}") from error
        except (OSError, imaplib.IMAP4.error, ValueError) as error:
            said = clean_line(str(error)) or type(error).__name__
            raise TemporaryError(f"the mailbox cannot be read: {said}") from error

    def _log_in(self, server: imaplib.IMAP4) -> None:
        settings = self._settings
        secret = settings.password.get_secret_value() if settings.password else ""
        try:
            server.login(settings.username, secret)
        except imaplib.IMAP4.error as error:
            if isinstance(error, imaplib.IMAP4.abort) or not isinstance(error.args[0], bytes):
                raise  # not the server's own words: it did not get so far as to refuse
            raise MisconfiguredError(
                f"the mailbox does not open: {clean_line(error.args[0].decode('utf-8', 'replace'))}"
            ) from None

    def _examined(self, server: imaplib.IMAP4) -> Place:
        # Read-only: nothing we do marks a mail as read.
        folder = self._settings.folder.replace("\\", "\\\\").replace('"', '\\"')
        kind, said = server.select(f'"{folder}"', readonly=True)
        if kind != "OK":
            raise MisconfiguredError(f"folder: {self._settings.folder!r} cannot be opened: {clean_line(str(said[0]))}")
        validity, following = (server.response(name)[1][0] for name in ("UIDVALIDITY", "UIDNEXT"))
        if validity is None or following is None:
            raise MisconfiguredError("the mail server numbers its mails in no way that lasts (no UIDNEXT)")
        return Place(int(validity), int(following))


def _answer(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, parts = answer
    if kind != "OK":
        raise TemporaryError(f"the mailbox does not answer: {clean_line(str(parts[0]))}")
    return parts


def _mail(part: Any) -> Mail | None:
    """Read one mail of an answer; what is between them is only brackets."""
    if not isinstance(part, tuple):
        return None
    head, content = part
    number, moment = _UID.search(head), imaplib.Internaldate2tuple(head)
    if number is None or moment is None:
        return None
    at = datetime(*moment[:6]).astimezone(UTC)  # Python gives it as local time
    return Mail(int(number[1]), at, content)
