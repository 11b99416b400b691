"""What `kiosk.toml` says about a helpdesk that takes mails."""

from __future__ import annotations

from collections.abc import Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator

from kiosk.core.model import Status
from kiosk.core.plant import Priority
from kiosk.faults import pattern
from kiosk.fields import Secret
from kiosk.plugins import CertificateFile, MappedSettings

STATUSES = {
    "New": Status.NEW,
    "Open": Status.ACKNOWLEDGED,
    "Assigned": Status.ACKNOWLEDGED,
    "Acknowledged": Status.ACKNOWLEDGED,
    "Taken": Status.ACKNOWLEDGED,
    "On the way": Status.ON_THE_WAY,
    "In progress": Status.IN_PROGRESS,
    "Started": Status.IN_PROGRESS,
    "Waiting": Status.WAITING,
    "Pending": Status.WAITING,
    "Stalled": Status.WAITING,
    "Waiting for operator": Status.WAITING,
    "Done": Status.RESOLVED,
    "Fixed": Status.RESOLVED,
    "Solved": Status.RESOLVED,
    "Resolved": Status.RESOLVED,
    "Closed": Status.CLOSED,
    "Rejected": Status.CANCELLED,
    "Cancelled": Status.CANCELLED,
}
PRIORITIES = {Priority.CRITICAL: "Critical", Priority.HIGH: "High", Priority.NORMAL: "Normal"}


class Line(StrEnum):
    """What a line `Name: value` of a mail may tell."""

    STATUS = "status"
    OWNER = "owner"
    ETA = "eta"
    PRIORITY = "priority"


LINES = {
    "Status": Line.STATUS,
    "Owner": Line.OWNER,
    "Assigned to": Line.OWNER,
    "Assignee": Line.OWNER,
    "Agent": Line.OWNER,
    "ETA": Line.ETA,
    "Priority": Line.PRIORITY,
}


class Security(StrEnum):
    """How a connection to a mail server is kept secret."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}
IMAP_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _address(text: str) -> str:
    try:
        address = Address(addr_spec=text.strip())
    except (HeaderParseError, IndexError, ValueError):
        address = Address()
    if not address.username or not address.domain or not text.isascii() or len(text.split()) != 1:
        raise ValueError("not a mail address: say it as helpdesk@example.com")
    return address.addr_spec


def _domain(text: str) -> str:
    return _address(f"x@{text.strip().removeprefix('@')}").partition("@")[2].lower()


_NUMBER = pattern((1,), r"must hold one group in brackets, which is the number, such as \[[^\]]*#(\d+)\]")
MailAddress = Annotated[str, AfterValidator(_address)]
Domain = Annotated[str, AfterValidator(_domain)]


class MailSettings(MappedSettings):
    """`sender` is a mailbox of its own for the terminals: `username` and `password` open it, and with `imap_host` it is read."""

    questions: ClassVar[Mapping[str, str]] = {
        "to": "The helpdesk's address, which makes tickets from mails",
        "sender": "The address of the terminals' own mailbox",
        "smtp_host": "SMTP server that sends for it",
        "username": "Its user name there (nothing: the server asks for none)",
        "password": "Its password (nothing: the server asks for none)",
        "imap_host": "IMAP server where its answers arrive (nothing: nothing comes back)",
    }
    usual_priorities, usual_statuses = PRIORITIES, STATUSES
    to: MailAddress
    sender: MailAddress
    smtp_host: str = Field(pattern=r"^[A-Za-z0-9.:_-]+$")
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    smtp_security: Security = Security.STARTTLS
    username: str = ""
    password: Secret | None = None
    imap_host: str = Field(default="", pattern=r"^[A-Za-z0-9.:_-]*$")
    """Without it nothing comes back: a report is "delivered" once the mail server took it."""
    imap_port: int | None = Field(default=None, ge=1, le=65535)
    imap_security: Security = Security.TLS
    folder: str = "INBOX"
    ca_file: CertificateFile | None = None
    trusted: list[Domain] = Field(default_factory=list)
    """Whose mails are believed: domains of senders; empty takes those of `to` and `sender`."""
    number: Annotated[str, _NUMBER] = r"\[[^\]\n]{0,60}#\s?([0-9]+)\]"
    """How the helpdesk writes its number into a subject; the group in brackets is the number."""
    lines: dict[str, Line] = Field(default_factory=dict)
    """Names of lines such as `Owner: Jana` in its mails, in addition to the usual ones."""
    auto_submitted: bool = False
    """Mark our mails as made by a machine, as RFC 3834 asks; some helpdesks drop such mails."""
    tell_confirmations: bool = False
    """Tell the helpdesk as well that the operator said "It works again"; most of them open a resolved ticket for any answer."""
    days: int = Field(default=30, ge=1, le=365)
    """How far back the mailbox is read."""
    settle_minutes: float = Field(default=15.0, ge=0, le=1440)
    """So long a mail may be on its way: an uncertain one is not repeated before."""
    timeout: float = Field(default=30.0, gt=0, le=300)
    """Seconds without a sign of life after which an answer is given up."""
    poll_seconds: float = Field(default=60.0, gt=0, le=3600)

    @model_validator(mode="after")
    def _keeps_the_password_secret(self) -> MailSettings:
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password belong together")
        hosts = [(self.smtp_host, self.smtp_security), (self.imap_host, self.imap_security)]
        for host, security in hosts if self.password else ():
            if host and security is Security.NONE and host not in LOOPBACK:
                raise ValueError(f'the password would travel to {host} for everybody to read; use "starttls" or "tls"')
        if self.imap_host and self.password is None:
            raise ValueError("imap_host needs username and password")
        return self

    @property
    def all_lines(self) -> dict[str, Line]:
        """The usual ones with what the plant says; names in lower case."""
        return {name.casefold(): line for name, line in {**LINES, **self.lines}.items()}

    @property
    def all_trusted(self) -> set[str]:
        """Domains of senders that are believed."""
        return set(self.trusted) or {address.rpartition("@")[2].lower() for address in (self.to, self.sender)}
