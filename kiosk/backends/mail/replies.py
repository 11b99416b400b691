"""Reads mails: which ticket each is about, who says what, and how the work stands by all of them."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

from bs4 import BeautifulSoup
from mailparser_reply import EmailReplyParser

from kiosk.backends.mail.letters import ID_HEADER
from kiosk.backends.mail.mailbox import Mail
from kiosk.backends.mail.settings import Line, MailSettings
from kiosk.core.model import Progress, Remark, RemoteChange, RemoteRef, Status
from kiosk.core.plant import Priority
from kiosk.core.text import clean_line, clean_text
from kiosk.story import DONE, Story
from kiosk.wording import Origin, OurNote, Says, read_eta, read_origin, read_signed

log = logging.getLogger(__name__)

LONGEST = 4000
"""Characters of somebody's mail that are read; what is said stands at its head."""
LONGEST_OF_OURS = 20_000
_LANGUAGES = ["en", "de", "cs", "da", "es", "fr", "it", "ja", "ko", "nl", "pl", "sv", "zh"]
_TAG = re.compile(r"\[kiosk:([A-Za-z0-9]{1,40})\]")
_NAMED = re.compile(r"[ \t]*([^\W\d_][\w \-]{0,30}?)[ \t]*:[ \t]*(.*)")
NOT_A_MAIL = (LookupError, ValueError, AttributeError, TypeError, AssertionError)
"""What the standard library's parser raises on mails that are none: an unknown charset, a broken part, a header in pieces."""
_VIA = re.compile(r"(.{1,60}?) via .{1,60}")
"""How a helpdesk names the person in whose name it writes: "Jana Nowak via RT"."""
_ECHO = re.compile(r"\(kiosk [A-Za-z0-9]{1,40}[,)]|^kiosk: id=", re.MULTILINE)
"""What only our own mails say, and helpdesks that send everybody a copy."""
_NOBODY = {"", "-", "nobody", "none", "unassigned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail, understood as far as one can without knowing the others."""

    id: str
    at: datetime
    text: str
    """What its sender wrote, without what it quotes; of our own mails all of it."""
    name: str
    address: str
    ticket: str
    """Our id, where the mail itself says it."""
    number: str
    """What the helpdesk wrote into the subject, brackets and all."""
    is_ours: bool
    is_automatic: bool


@dataclass(slots=True)
class Thread:
    """Everything that was said about a ticket."""

    letters: list[Letter] = field(default_factory=list)
    last: int = 0
    """The number of the newest mail."""

    @property
    def number(self) -> str:
        """How the helpdesk calls it; it is told by the helpdesk, not by us who repeat it."""
        return next((letter.number for letter in self.letters if letter.number and not letter.is_ours), "")


class Reader:
    """Reads mails with the names that this plant's helpdesk uses."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._statuses, self._lines = settings.all_statuses, settings.all_lines
        self._priorities = {name.casefold(): ours for ours, name in settings.all_priorities.items()}
        self._number = re.compile(settings.number)
        domain = re.escape(settings.sender.rpartition("@")[2])
        self._message_id = re.compile(rf"<([A-Za-z0-9]{{1,40}})(?:\.[A-Za-z0-9]{{1,40}})?@{domain}>")
        self._replies = EmailReplyParser(languages=_LANGUAGES)

    # ------------------------------------------------------------ one mail

    def letter(self, mail: Mail) -> Letter | None:
        """Understand a mail; None when it comes from somebody who is not believed, or is no mail at all."""
        try:
            return self._letter(mail, message_from_bytes(mail.content, policy=default))
        except (*NOT_A_MAIL, RecursionError) as error:
            log.warning("a mail in the mailbox is not understood: %s", type(error).__name__)
            return None

    def _letter(self, mail: Mail, message: EmailMessage) -> Letter | None:
        name, address = parseaddr(_header(message, "From"))
        address = address.lower()
        if address.rpartition("@")[2] not in self._settings.all_trusted:
            return None
        is_ours = address == self._settings.sender.lower() and bool(_header(message, ID_HEADER))
        text = _text(message, limit=LONGEST_OF_OURS if is_ours else LONGEST)
        found = self._number.search(_header(message, "Subject"))
        return Letter(
            id=_header(message, "Message-ID") or f"uid-{mail.uid}",
            at=mail.at,
            text=text if is_ours else self._new_part(text),
            name=clean_line(name or address.partition("@")[0], limit=60),
            address=address,
            ticket=self._ticket(message),
            number=found[0] if found else "",
            is_ours=is_ours,
            is_automatic=_header(message, "Auto-Submitted").lower().startswith("auto-replied"),
        )

    def _ticket(self, message: EmailMessage) -> str:
        found = _TAG.search(_header(message, "Subject"))
        if found:
            return found[1]
        about = f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}"
        answered = self._message_id.search(about)
        return answered[1] if answered else ""

    def _new_part(self, text: str) -> str:
        return self._replies.parse_reply(text) or ""

    # ------------------------------------------------------------ all mails of a ticket

    def ref(self, ticket_id: str, number: str) -> RemoteRef:
        """Name the remote ticket: by the helpdesk's number, and until it is known by the end of our own id."""
        found = self._number.search(number)
        return RemoteRef(id=ticket_id, number=f"#{found[1] if found else ticket_id[-6:]}")

    def change(self, ticket_id: str, thread: Thread) -> RemoteChange | None:
        """Give the whole picture of a ticket; None while its report is not there."""
        report = next((letter for letter in thread.letters if letter.is_ours and self._origin(letter)), None)
        origin = self._origin(report) if report else None
        if report is None or origin is None or origin.id != ticket_id or origin.project != self._settings.to:
            return None
        case = _Case(reported=origin.priority)
        for letter in thread.letters:
            self._hear(case, letter)
        changed_at = max(letter.at for letter in thread.letters)
        ref = self.ref(ticket_id, thread.number)
        return origin.change(ref, case.progress(), created_at=report.at, changed_at=changed_at)

    @staticmethod
    def _origin(letter: Letter) -> Origin | None:
        return read_origin(letter.text)

    def _hear(self, case: _Case, letter: Letter) -> None:
        if letter.is_ours:
            note = read_signed(letter.text)
            if note:
                case.hear_ours(note, letter.at)
            return
        told, words = self._told(letter.text)
        case.tell(told, words, letter, statuses=self._statuses, priorities=self._priorities)
        is_system, via = letter.address == self._settings.to.lower(), _VIA.fullmatch(letter.name)
        # The first thing that a helpdesk says is that it made a ticket, also where it does not say that it is a machine.
        is_receipt, case.is_received = is_system and not case.is_received, True
        if letter.is_automatic or is_receipt or _ECHO.search(letter.text):
            return
        who = via[1] if via and is_system else letter.name
        if (via or not is_system) and not told.get(Line.OWNER):
            case.taken_by(who, letter.at)
        if words:
            case.story.heard(Remark(at=letter.at, text=words, who=who, id=letter.id))

    def _told(self, text: str) -> tuple[dict[Line, str], str]:
        """Part the lines that mean something to us from the words."""
        told, words = dict[Line, str](), list[str]()
        for line in text.split("\n"):
            found = _NAMED.fullmatch(line)
            meaning = self._lines.get(found[1].casefold()) if found else None
            if found and meaning:
                told.setdefault(meaning, found[2].strip())
            else:
                words.append(line)
        return told, clean_text("\n".join(words)).strip()


@dataclass(slots=True)
class _Case:
    """How a ticket stands, told from the beginning."""

    reported: Priority
    story: Story = field(default_factory=Story)
    status: Status = Status.NEW
    owner: str = ""
    eta_at: datetime | None = None
    priority: Priority | None = None
    is_received: bool = False

    def taken_by(self, name: str, at: datetime) -> None:
        self.owner = name
        self.story.assigned(at)

    def hear_ours(self, note: OurNote, at: datetime) -> None:
        self.story.heard_ours(note, at)
        if note.says is Says.REOPENS and self.status in DONE:
            self.status = Status.IN_PROGRESS
            self.story.moved(self.status, at)

    def tell(
        self,
        told: dict[Line, str],
        words: str,
        letter: Letter,
        *,
        statuses: dict[str, Status],
        priorities: dict[str, Priority],
    ) -> None:
        owner = told.get(Line.OWNER)
        if owner is not None:
            is_nobody = owner.casefold() in _NOBODY
            self.owner = "" if is_nobody else clean_line(owner, limit=60)
            if not is_nobody:
                self.story.assigned(letter.at)
        status = statuses.get(told.get(Line.STATUS, "").casefold())
        # A helpdesk repeats the status in every mail: only another one is a step.
        if status is not None and status is not self.status:
            self.status = status
            self.story.moved(status, letter.at)
        if Line.ETA in told:
            self.eta_at = read_eta(told[Line.ETA], letter.at)
        priority = priorities.get(told.get(Line.PRIORITY, "").casefold())
        if priority is not None and priority != (self.priority or self.reported):
            self.priority = priority
            self.story.prioritised(letter.at, words)

    def progress(self) -> Progress:
        return self.story.progress(
            self._status(), assignee=self.owner, eta_at=self.eta_at, reported=self.reported, priority=self.priority
        )

    def _status(self) -> Status:
        said, is_taken = self.story.said, bool(self.owner)
        if said is Says.CONFIRMS:
            return Status.CLOSED
        if said is Says.WITHDRAWS and not is_taken:
            return Status.CANCELLED
        return self.story.stands(self.status, is_taken=is_taken)


# ------------------------------------------------------------ a mail's parts


def _header(message: EmailMessage, name: str) -> str:
    """Give a header as text; what is no header at all is none."""
    try:
        return str(message.get(name, ""))
    except NOT_A_MAIL:
        return ""


def _text(message: EmailMessage, *, limit: int) -> str:
    """Give what a person reads, at most `limit` characters of it."""
    try:
        body = message.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
    except NOT_A_MAIL:
        return ""
    if not isinstance(text, str):
        return ""
    if body is not None and body.get_content_subtype() == "html":
        text = _plain(text[: 4 * limit])
    return clean_text(text, limit=limit)


def _plain(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for quoted in soup.find_all(["blockquote", "style", "script", "head"]):
        quoted.decompose()
    for tag in soup.find_all(["br", "p", "div", "tr", "li"]):
        tag.insert_before("\n")
    return re.sub(r"\n{3,}", "\n\n", soup.get_text()).strip()
