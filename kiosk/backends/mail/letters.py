"""Our own mails: what each says, and how it is known again, by us and by the helpdesk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from kiosk.backends.mail.settings import MailSettings
from kiosk.core.errors import RejectedError
from kiosk.core.model import Delivery, DeliveryKind, Ticket
from kiosk.core.plant import Priority
from kiosk.core.text import clean_line
from kiosk.wording import lines, origin_line, signed, subject

LONGEST_SUBJECT = 180
ID_HEADER = "X-Kiosk-Ticket-Id"
URGENCY = {Priority.CRITICAL: ("1", "high"), Priority.HIGH: ("2", "high"), Priority.NORMAL: ("3", "normal")}
"""Priority -> X-Priority and Importance, which mail clients show."""


def tag(ticket_id: str) -> str:
    """Give what stands in every subject of a ticket, whoever wrote the mail."""
    return f"[kiosk:{ticket_id}]"


def message_id(ticket_id: str, domain: str, delivery_id: str = "") -> str:
    """Name a mail; a repeat has the same name, so that it can be recognised as one."""
    return f"<{'.'.join(filter(None, (ticket_id, delivery_id)))}@{domain}>"


def letter(
    delivery: Delivery,
    ticket: Ticket,
    settings: MailSettings,
    *,
    ticket_id: str,
    terminal: str,
    number: str,
    now: datetime,
) -> EmailMessage:
    """Write the mail of a delivery; `number` is what the helpdesk put into its subjects, empty while it is not known.

    Raises:
        RejectedError: the photo cannot be read.
    """
    message = EmailMessage(policy=SMTP)
    domain = settings.sender.rpartition("@")[2]
    message["From"] = Address(display_name=clean_line(f"Kiosk {terminal}", limit=60), addr_spec=settings.sender)
    message["To"] = Address(addr_spec=settings.to)
    message["Date"] = format_datetime(now)
    is_report = delivery.kind is DeliveryKind.CREATE
    message["Message-ID"] = message_id(ticket_id, domain, "" if is_report else delivery.id)
    if not is_report:
        message["In-Reply-To"] = message["References"] = message_id(ticket_id, domain)
    message["Subject"] = _subject(ticket, ticket_id, number=number, is_report=is_report)
    message[ID_HEADER] = ticket_id
    message["X-Kiosk-Attempt"] = str(delivery.attempts)
    if settings.auto_submitted:
        message["Auto-Submitted"] = "auto-generated"
    if is_report and "priority" not in delivery.without:
        message["X-Priority"], message["Importance"] = URGENCY[ticket.priority]
    text = "\n".join(_report(delivery, ticket, settings)) if is_report else signed(delivery, terminal=terminal)
    message.set_content(text, cte="base64")
    if ticket.photo is not None and "photo" not in delivery.without and delivery.kind in _WITH_PHOTO:
        _attach(message, ticket.photo, f"{ticket.id}.jpg")
    return message


_WITH_PHOTO = (DeliveryKind.CREATE, DeliveryKind.JOIN)


def _subject(ticket: Ticket, ticket_id: str, *, number: str, is_report: bool) -> str:
    text = clean_line(" ".join(filter(None, (number, subject(ticket)))), limit=LONGEST_SUBJECT)
    # "=?" would begin an encoded word, which may hold a line break, and behind that a header of its own.
    words = f"{text.replace('=?', '= ?')} {tag(ticket_id)}"
    return words if is_report else f"Re: {words}"


def _report(delivery: Delivery, ticket: Ticket, settings: MailSettings) -> Iterator[str]:
    if delivery.sweeps:
        yield "This mail was sent again: it is not certain that it did not arrive before. Its subject is the same."
        yield ""
    yield from lines(ticket, without=delivery.without)
    yield ""
    yield origin_line(ticket, project=settings.to)


def _attach(message: EmailMessage, photo: Path, name: str) -> None:
    try:
        content = photo.read_bytes()
    except OSError as error:
        raise RejectedError(f"the photo cannot be read: {error.strerror}", field="photo") from error
    message.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
