"""What the idle board says to somebody who stands five metres away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from kiosk.core.model import Entry, Status
from kiosk.core.priority import urgency
from kiosk.core.sla import Aim, Countdown
from kiosk.core.terminal import Terminal
from kiosk.i18n import N_, Translator
from kiosk.ui.present import times
from kiosk.ui.present.calling import call, must_call
from kiosk.ui.present.tickets import standing

Row = TypeVar("Row")

PAGE_SECONDS = 10
"""How long a page stays: long enough to read it twice."""

_NO_BREAK = "\N{NO-BREAK SPACE}"
_WAITED_FOR = {Aim.RESPOND: N_("Answer by"), Aim.ARRIVE: N_("Here by"), Aim.RESOLVE: N_("Fixed by")}
_DRIFT = ((0, 0), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
"""Where the content stands, minute by minute, so that no pixel shows the same thing for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One open problem; `caption` says what the big `when` means."""

    ticket: str = ""
    machine: str = ""
    icon: str = "timer-sand"
    tone: str = "info"
    status: str = ""
    caption: str = ""
    when: str = ""
    is_late: bool = False
    needs_you: bool = False
    """The operator has to do something: answer, try the machine, or call."""


def board(terminal: Terminal, speak: Translator, now: datetime) -> list[BoardRow]:
    """Give what is open in this terminal's area: what is late first, then what asks for the operator."""
    entries = terminal.board(area=terminal.area)
    rows = [(_row(entry, terminal, speak, now), urgency(entry.priority)) for entry in entries]
    rows.sort(key=lambda pair: (not pair[0].is_late, not pair[0].needs_you, pair[1]))
    return [row for row, _ in rows]


def _row(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> BoardRow:
    stands, awaited = standing(entry, speak), terminal.countdown(entry)
    calls = must_call(entry, terminal, now)
    late = awaited is not None and awaited.is_late(now)
    # Where a person is to be called the room is the number's, and nobody at IT knows of the time that was agreed.
    caption, when = ("", "") if calls or awaited is None else _waited_for(awaited, terminal, speak, now)
    return BoardRow(
        ticket=entry.ticket.id,
        machine=entry.ticket.machine_name,
        icon=stands.icon,
        tone="bad" if late or calls else stands.tone,
        status=_whom_to_call(entry, terminal, speak) if calls else stands.text,
        caption=caption,
        when=when,
        is_late=late,
        needs_you=calls or entry.status is Status.RESOLVED or entry.progress.question is not None,
    )


def _waited_for(awaited: Countdown, terminal: Terminal, speak: Translator, now: datetime) -> tuple[str, str]:
    if awaited.is_late(now):
        return speak.tr("Late"), times.brief(awaited.left(now), speak)
    if not terminal.clock.is_set:
        return "", times.brief(awaited.left(now), speak)
    due = times.clock_time(awaited.due_at, now=now, zone=terminal.plant.calendar.zone, speak=speak)
    return speak.tr(_WAITED_FOR[awaited.aim]), due


def _whom_to_call(entry: Entry, terminal: Terminal, speak: Translator) -> str:
    told = call(entry, terminal, speak)
    return f"{told.text} {told.phone.replace(' ', _NO_BREAK)}".strip()


def heading(count: int, speak: Translator) -> str:
    """Say how much is open here."""
    if not count:
        return speak.tr("All good. Nothing is open here.")
    return speak.ntr("{n} open problem here", "{n} open problems here", count)


def date(now: datetime, terminal: Terminal, speak: Translator) -> str:
    """Give the weekday and the date, as far as they are known."""
    if not terminal.clock.is_set:
        return speak.tr("Clock not set")
    return times.date(now, zone=terminal.plant.calendar.zone, speak=speak)


def pages(rows: Sequence[Row], size: int) -> int:
    """Tell on how many pages of `size` the rows go; an empty board is one page."""
    return max(1, -(-len(rows) // size))


def page(rows: Sequence[Row], size: int, monotonic: float) -> tuple[int, list[Row]]:
    """Give the page that is due now, counted from 0, and its rows."""
    number = int(monotonic // PAGE_SECONDS) % pages(rows, size)
    return number, list(rows[number * size : (number + 1) * size])


def drift(now: datetime) -> tuple[int, int]:
    """Give the direction in which the content stands aside in this minute."""
    return _DRIFT[int(now.timestamp() // 60) % len(_DRIFT)]
