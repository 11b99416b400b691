"""Our texts in Redmine's markup, and read back."""

from __future__ import annotations

import dataclasses
import re

from kiosk.core.model import Delivery, Ticket
from kiosk.wording import Origin, OurNote, lines, origin_line, read_signed, signed
from kiosk.wording import read_origin as read_origin_line

_TAGS = re.compile(r"<(?=/?(?:pre|code|kbd|notextile|redpre))", re.IGNORECASE)
_WRAPPED = re.compile(r"<pre>\n(.*)\n</pre>", re.DOTALL)
_ZERO_WIDTH_SPACE = "\u200b"


def textile(text: str) -> str:
    """Wrap `text` so that Redmine shows it as it was typed, whatever markup, macros or `#12` it holds.

    Only the tags that would end the wrapping are broken, by a character that does not show.
    """
    return f"<pre>\n{_TAGS.sub('<' + _ZERO_WIDTH_SPACE, text)}\n</pre>"


def _as_typed(text: str) -> str:
    return text.replace("\r\n", "\n").replace("<" + _ZERO_WIDTH_SPACE, "<")


def description(ticket: Ticket, *, project: str, without: frozenset[str] = frozenset()) -> str:
    """Tell what was reported, and end with the line from which every terminal reads it back."""
    return textile("\n".join([*lines(ticket, without=without), "", origin_line(ticket, project=project)]))


def note(delivery: Delivery, *, terminal: str) -> str:
    """Write what the operator says, signed so that it can be found again."""
    return textile(signed(delivery, terminal=terminal))


def read_note(text: str) -> OurNote | None:
    """Recognise a note that a terminal wrote."""
    wrapped = _WRAPPED.fullmatch(text.replace("\r\n", "\n").strip())
    found = read_signed(wrapped[1]) if wrapped else None
    return dataclasses.replace(found, text=_as_typed(found.text)) if found else None


def read_origin(text: str) -> Origin | None:
    """Read the report from a description; None when people removed it."""
    return read_origin_line(_as_typed(text))
