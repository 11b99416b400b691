"""The report in words, for ticket systems that keep text, and read back from there.

A description ends with a line from which every terminal reads the report; a note ends with a signature by which it is found again.
How a system wants its text (Textile, ADF, wiki markup ...) is the business of its backend.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from urllib.parse import quote, unquote

from pydantic import AwareDatetime, BaseModel, ValidationError

from kiosk.core.model import Delivery, DeliveryKind, Progress, RemoteChange, RemoteRef, Ticket
from kiosk.core.plant import Priority
from kiosk.core.ports import EARLIEST
from kiosk.core.text import clean_line, clean_text
from kiosk.core.timekeeper import believable

LONGEST_SUBJECT = 255
LINE = 100
"""Preformatted text does not wrap by itself."""
_MARKER = "kiosk:"
_NOTE = re.compile(
    r"(?P<text>.*)\n?— (?P<who>[^\n]*) \(kiosk (?P<id>[A-Za-z0-9]+)(?:, (?P<says>[a-z ]+))?\)", re.DOTALL
)
_TIME_OF_DAY = re.compile(r"[0-9]{1,2}:[0-9]{2}")


# ------------------------------------------------------------ what is written


def subject(ticket: Ticket) -> str:
    """Name the machine and IT's own term for what is wrong."""
    return clean_line(f"[{ticket.machine_name or ticket.machine}] {ticket.it_term}", limit=LONGEST_SUBJECT)


def lines(ticket: Ticket, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """Tell what was reported."""
    who = f" by {ticket.who}" if ticket.who and "who" not in without else ""
    moment = ticket.reported_at.astimezone(UTC)
    yield clean_line(ticket.words)
    yield clean_line(ticket.it_term)
    yield ""
    yield clean_line(f"Machine:  {ticket.machine_name} ({ticket.machine}), area {(ticket.area_name or ticket.area)}")
    if ticket.place and "place" not in without:
        yield clean_line(f"Place: {ticket.place}")
    yield f"Priority: {ticket.priority}, the machine {'has stopped' if ticket.stopped else 'still runs'}"
    when = (
        f"{moment:%Y-%m-%d %H:%M} UTC" if moment >= EARLIEST else "when is not known, the terminal's clock was not set;"
    )
    yield clean_line(f"Reported: {when}{who}, terminal {ticket.terminal}")
    if ticket.note and "note" not in without:
        yield ""
        for line in clean_text(ticket.note).split("\n"):
            yield from textwrap.wrap(line, LINE) or [""]


def origin_line(ticket: Ticket, *, project: str) -> str:
    """Write the last line of a description."""
    values = {
        "id": ticket.id,
        "machine": ticket.machine,
        "symptom": ticket.symptom,
        "priority": ticket.priority.value,
        "stopped": "1" if ticket.stopped else "0",
        "at": ticket.reported_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "terminal": ticket.terminal,
        "project": project,
        "term": ticket.it_term,
        "words": ticket.words,
    }
    return " ".join([_MARKER, *(f"{key}={_one_word(value)}" for key, value in values.items())])


def _one_word(value: str) -> str:
    return re.sub(r"[%\s]", lambda found: quote(found[0], safe=""), clean_line(value))


class Says(StrEnum):
    """What a note means beyond its words, in its signature."""

    NOTHING = ""
    JOINS = "one more report"
    CONFIRMS = "it works again"
    REOPENS = "still broken"
    WITHDRAWS = "withdrawn"


_SAYS = {
    DeliveryKind.JOIN: Says.JOINS,
    DeliveryKind.CONFIRM: Says.CONFIRMS,
    DeliveryKind.REOPEN: Says.REOPENS,
    DeliveryKind.WITHDRAW: Says.WITHDRAWS,
}


def signed(delivery: Delivery, *, terminal: str) -> str:
    """Write what the operator says, signed so that it can be found again."""
    says = _SAYS.get(delivery.kind, Says.NOTHING)
    mark = f"kiosk {delivery.id}, {says}" if says else f"kiosk {delivery.id}"
    signature = clean_line(f"— {', '.join(filter(None, (delivery.who, terminal)))} ({mark})")
    return f"{clean_text(delivery.text).rstrip()}\n{signature}".lstrip("\n")


# ------------------------------------------------------------ what is read


@dataclass(frozen=True, slots=True, kw_only=True)
class OurNote:
    """A note that a terminal wrote."""

    delivery: str
    text: str
    who: str
    says: Says = Says.NOTHING

    @property
    def joins(self) -> bool:
        """True for another terminal's report of the same problem, which answers no question."""
        return self.says is Says.JOINS


def read_signed(text: str) -> OurNote | None:
    """Recognise a note that a terminal wrote."""
    found = _NOTE.fullmatch(text.replace("\r\n", "\n").strip())
    if found is None:
        return None
    says = found["says"] or ""
    known = Says(says) if says in set(Says) else Says.NOTHING
    return OurNote(delivery=found["id"], who=found["who"], text=found["text"].strip(), says=known)


class Origin(BaseModel):
    """What a ticket's description says about the report, for the terminals that did not make it."""

    id: str
    machine: str
    symptom: str = ""
    priority: Priority
    stopped: bool = False
    at: AwareDatetime
    terminal: str = ""
    project: str = ""
    term: str = ""
    words: str = ""

    def change(self, ref: RemoteRef, progress: Progress, *, created_at: datetime, changed_at: datetime) -> RemoteChange:
        """Give the remote ticket that tells this, as it stands now."""
        return RemoteChange(
            ticket=self.id,
            ref=ref,
            machine=self.machine,
            symptom=self.symptom,
            words=self.words,
            it_term=self.term,
            reported_priority=self.priority,
            stopped=self.stopped,
            reported_at=believable(self.at.astimezone(UTC), heard_at=created_at),
            terminal=self.terminal,
            progress=progress,
            changed_at=changed_at,
        )


def read_origin(text: str) -> Origin | None:
    """Read the last such line, for an operator's note may hold one that looks the same; None when people removed it."""
    found = [line for line in text.replace("\r\n", "\n").split("\n") if line.startswith(f"{_MARKER} id=")]
    if not found:
        return None
    pairs = (word.partition("=") for word in found[-1].split(" ")[1:])
    try:
        return Origin.model_validate({key: unquote(value) for key, _, value in pairs})
    except ValidationError:
        return None


def read_eta(text: str, changed_at: datetime) -> datetime | None:
    """Read when somebody comes; a bare time of day is the next one after the change, on the terminal's own clock."""
    text = text.strip()
    try:
        if _TIME_OF_DAY.fullmatch(text):
            return _next(time.fromisoformat(text.zfill(5)), changed_at)
        return datetime.fromisoformat(text).astimezone(UTC) if ":" in text else None
    except (ValueError, OverflowError):
        return None


def _next(clock: time, after: datetime) -> datetime:
    local = after.astimezone()
    moment = local.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0, tzinfo=None).astimezone()
    # A minute that has just begun still counts as now.
    if moment < local - timedelta(minutes=1):
        moment = (moment.replace(tzinfo=None) + timedelta(days=1)).astimezone()
    return moment.astimezone(UTC)
