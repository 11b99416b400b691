"""Our texts as Redmine shows them, and read back."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from urllib.parse import quote, unquote

from pydantic import AwareDatetime, BaseModel, ValidationError

from kiosk.core.model import Delivery, DeliveryKind, Ticket
from kiosk.core.plant import Priority
from kiosk.core.ports import EARLIEST
from kiosk.core.text import clean_line, clean_text

LONGEST_SUBJECT = 255
LINE = 100
"""Preformatted text does not wrap by itself."""
_MARKER = "kiosk:"
_TAGS = re.compile(r"<(?=/?(?:pre|code|kbd|notextile|redpre))", re.IGNORECASE)
_NOTE = re.compile(
    r"<pre>\n(?P<text>.*)\n?— (?P<who>[^\n]*) \(kiosk (?P<id>[A-Za-z0-9]+)(?P<joins>, one more report)?\)\n</pre>",
    re.DOTALL,
)
_ZERO_WIDTH_SPACE = "\u200b"


def textile(text: str) -> str:
    """Wrap `text` so that Redmine shows it as it was typed, whatever markup, macros or `#12` it holds.

    Only the tags that would end the wrapping are broken, by a character that does not show.
    """
    return f"<pre>\n{_TAGS.sub('<' + _ZERO_WIDTH_SPACE, text)}\n</pre>"


def subject(ticket: Ticket) -> str:
    """Name the machine and IT's own term for what is wrong."""
    return clean_line(f"[{ticket.machine_name or ticket.machine}] {ticket.it_term}", limit=LONGEST_SUBJECT)


def description(ticket: Ticket, *, project: str, without: frozenset[str] = frozenset()) -> str:
    """Tell what was reported, and end with the line from which every terminal reads it back."""
    lines = list(_lines(ticket, without))
    return textile("\n".join([*lines, "", _origin_line(ticket, project)]))


def _lines(ticket: Ticket, without: frozenset[str]) -> Iterator[str]:
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


def note(delivery: Delivery, *, terminal: str) -> str:
    """Write what the operator says, signed so that it can be found again."""
    mark = f"kiosk {delivery.id}, one more report" if delivery.kind is DeliveryKind.JOIN else f"kiosk {delivery.id}"
    signature = clean_line(f"— {', '.join(filter(None, (delivery.who, terminal)))} ({mark})")
    return textile(f"{clean_text(delivery.text).rstrip()}\n{signature}".lstrip("\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OurNote:
    """A note that a terminal wrote."""

    delivery: str
    text: str
    who: str
    joins: bool = False
    """True for another terminal's report of the same problem, which answers no question."""


def read_note(text: str) -> OurNote | None:
    """Recognise a note that a terminal wrote."""
    found = _NOTE.fullmatch(text.replace("\r\n", "\n").strip())
    if found is None:
        return None
    text = found["text"].replace("<" + _ZERO_WIDTH_SPACE, "<").strip()
    return OurNote(delivery=found["id"], who=found["who"], text=text, joins=found["joins"] is not None)


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


def _origin_line(ticket: Ticket, project: str) -> str:
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


def read_origin(text: str) -> Origin | None:
    """Read the last such line, for an operator's note may hold one that looks the same; None when people removed it."""
    text = text.replace("\r\n", "\n").replace("<" + _ZERO_WIDTH_SPACE, "<")
    lines = [line for line in text.split("\n") if line.startswith(f"{_MARKER} id=")]
    if not lines:
        return None
    pairs = (word.partition("=") for word in lines[-1].split(" ")[1:])
    try:
        return Origin.model_validate({key: unquote(value) for key, _, value in pairs})
    except ValidationError:
        return None
