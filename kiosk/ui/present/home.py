"""What the start screen says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.core.link import LinkState
from kiosk.core.plant import Notice
from kiosk.core.terminal import Terminal
from kiosk.i18n import Translator
from kiosk.ui.present import times
from kiosk.ui.present.tickets import TicketRow, ticket_row

_TURN_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The truth about the way to IT."""

    is_up: bool
    icon: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One thing worth knowing."""

    icon: str = "information"
    tone: str = "info"
    title: str = ""
    text: str = ""


def place(terminal: Terminal, speak: Translator) -> str:
    """Say where this terminal stands, and that its times cannot be believed when its clock is not set."""
    area = terminal.plant.areas.get(terminal.area)
    where = area.name.get(speak.language) if area else terminal.plant.name
    parts = [where, terminal.name, *([] if terminal.clock.is_set else [speak.tr("Clock not set")])]
    return " · ".join(parts)


def clock(terminal: Terminal, speak: Translator) -> str:
    """Give the plant's time of day."""
    if not terminal.clock.is_set:
        return times.UNKNOWN
    return times.time_of_day(terminal.clock.now(), zone=terminal.plant.calendar.zone, speak=speak)


def connection(terminal: Terminal, speak: Translator) -> Connection:
    """Say whether reports reach IT now, and what happens to them when they do not."""
    if terminal.is_connected:
        return Connection(is_up=True, icon="cloud-check", text=speak.tr("Connected"))
    states = {link.state for link in terminal.links() if link.is_backend}
    if states == {LinkState.UNTRIED}:
        return Connection(is_up=False, icon="cloud-sync", text=speak.tr("Connecting …"))
    return Connection(is_up=False, icon="cloud-off-outline", text=speak.tr("Offline. Reports are saved here."))


def open_problems(terminal: Terminal, speak: Translator, now: datetime) -> list[TicketRow]:
    """Give what is open in this terminal's area, the most urgent first."""
    return [ticket_row(entry, terminal, speak, now) for entry in terminal.board(area=terminal.area)]


def heading(count: int, speak: Translator) -> str:
    """Say how many problems are open here."""
    if not count:
        return speak.tr("No open problems here")
    return speak.ntr("{n} open problem here", "{n} open problems here", count)


def notices(terminal: Terminal, speak: Translator, now: datetime, *, room: int) -> list[NoticeRow]:
    """Give planned work, whom to call and what was achieved; what has no room takes turns in the last place."""
    told = [_notice(n, terminal, speak, now) for n in sorted(terminal.notices(), key=lambda n: n.kind != "planned")]
    rows = [*told[:1], *_contacts(terminal, speak), *_solved(terminal, speak), *told[1:]]
    if len(rows) <= room:
        return rows
    turn = int(now.timestamp() // _TURN_SECONDS) % (len(rows) - room + 1)
    return [*rows[: room - 1], rows[room - 1 + turn]]


def _notice(notice: Notice, terminal: Terminal, speak: Translator, now: datetime) -> NoticeRow:
    is_planned = notice.kind == "planned"
    text = notice.text.get(speak.language)
    if is_planned and notice.starts_at is not None:
        zone = terminal.plant.calendar.zone
        text = f"{times.clock_time(notice.starts_at, now=now, zone=zone, speak=speak)}: {text}"
    return NoticeRow(
        icon="calendar-clock" if is_planned else "trophy",
        tone="warn" if is_planned else "good",
        title=notice.title.get(speak.language),
        text=text,
    )


def _solved(terminal: Terminal, speak: Translator) -> list[NoticeRow]:
    solved = terminal.figures(days=7)
    if not solved:
        return []
    title = speak.ntr("{n} problem solved this week", "{n} problems solved this week", len(solved))
    return [NoticeRow(icon="trophy", tone="good", title=title, text=speak.tr("Thank you for reporting!"))]


def _contacts(terminal: Terminal, speak: Translator) -> list[NoticeRow]:
    called = [contact for contact in terminal.contacts(terminal.area) if contact.phone]
    return [
        NoticeRow(
            icon="phone",
            title=f"{speak.isolate(c.name)}: {speak.isolate(c.phone)}",
            text=c.role or speak.tr("Your contact at IT"),
        )
        for c in called
    ]
