"""Tickets as the pages show them: rows of plain values, decided here and not in the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kiosk.core.model import Status
from kiosk.core.plant import Priority, Sla
from kiosk.core.sla import Aim, Countdown
from kiosk.desk.tables import RemarkKind, RemarkRow, TicketRow
from kiosk.desk.urgency import by_urgency, countdown


@dataclass(frozen=True, slots=True)
class Look:
    """How a status appears: its icon, its tone of colour, and its words about the assignee."""

    icon: str
    tone: str
    words: str


LOOKS = {
    Status.NEW: Look("bell", "warn", "Nobody has it yet"),
    Status.ACKNOWLEDGED: Look("eye", "info", "{} has it"),
    Status.ON_THE_WAY: Look("run", "info", "{} is on the way"),
    Status.IN_PROGRESS: Look("wrench", "info", "{} works on it"),
    Status.WAITING: Look("ask", "wait", "{} asks the operator"),
    Status.RESOLVED: Look("check", "ok", "Fixed by {}, to be confirmed"),
    Status.CLOSED: Look("check", "ok", "Closed"),
    Status.CANCELLED: Look("cross", "wait", "Cancelled"),
}
PRIORITY_ICONS = {
    Priority.CRITICAL: "priority-critical",
    Priority.HIGH: "priority-high",
    Priority.NORMAL: "priority-normal",
}
AIMS = {Aim.RESPOND: "to answer", Aim.ARRIVE: "to be there", Aim.RESOLVE: "to fix it"}
STEPS = (
    (Status.NEW, "Reported", "send"),
    (Status.ACKNOWLEDGED, "Taken", "eye"),
    (Status.ON_THE_WAY, "On the way", "run"),
    (Status.IN_PROGRESS, "Working on it", "wrench"),
    (Status.RESOLVED, "Fixed", "check"),
    (Status.CLOSED, "Works again", "confirmed"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A ticket on the board."""

    number: int
    machine_name: str
    where: str
    it_term: str
    words: str
    stopped: bool
    priority: str
    priority_icon: str
    look: Look
    headline: str
    assignee: str
    eta_at: datetime | None
    reported_at: datetime
    clock: Countdown | None
    clock_words: str
    is_late: bool
    is_new: bool


def card(ticket: TicketRow, agreed: Mapping[Priority, Sla], now: datetime) -> Card:
    """Show `ticket` as it stands at `now`."""
    look, clock = LOOKS[ticket.status], countdown(ticket, agreed)
    return Card(
        number=ticket.number,
        machine_name=ticket.machine_name,
        where=" · ".join(filter(None, (ticket.place, ticket.area))),
        it_term=ticket.it_term,
        words=ticket.words,
        stopped=ticket.stopped,
        priority=ticket.priority_now.value.capitalize(),
        priority_icon=PRIORITY_ICONS[ticket.priority_now],
        look=look,
        headline=look.words.format(ticket.assignee or "IT"),
        assignee=ticket.assignee,
        eta_at=ticket.eta_at if ticket.status is Status.ON_THE_WAY else None,
        reported_at=ticket.reported_at,
        clock=clock,
        clock_words=AIMS[clock.aim] if clock else "",
        is_late=clock is not None and clock.is_late(now),
        is_new=ticket.status is Status.NEW,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What is open, the most urgent first, and how much of it there is."""

    cards: tuple[Card, ...]
    late: int
    new: int
    waiting: int
    fixed: int


def board(tickets: Iterable[TicketRow], agreed: Mapping[Priority, Sla], now: datetime) -> Board:
    """Arrange the open `tickets`."""
    rows = sorted(tickets, key=lambda ticket: by_urgency(ticket, agreed))
    cards = tuple(card(row, agreed, now) for row in rows)
    counts = Counter(row.status for row in rows)
    return Board(
        cards=cards,
        late=sum(card.is_late for card in cards),
        new=counts[Status.NEW],
        waiting=counts[Status.WAITING],
        fixed=counts[Status.RESOLVED],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a ticket's way."""

    words: str
    icon: str
    at: datetime | None
    """None: it lies ahead."""


def steps(ticket: TicketRow, reached: Mapping[Status, datetime]) -> list[Step]:
    """Show the way of `ticket`: the steps it took with their times, then those still ahead."""
    now = ticket.status_before if ticket.status is Status.WAITING else ticket.status
    if now is Status.CANCELLED:
        taken = [(status, words, icon) for status, words, icon in STEPS if status in reached]
        return [_step(step, reached) for step in (*taken, (now, "Cancelled", "cross"))]
    here = [status for status, _, _ in STEPS].index(now)
    taken = [step for step in STEPS[: here + 1] if step[0] in reached]
    # A reopened ticket was fixed once already; that step lies ahead again.
    return [_step(step, reached) for step in taken] + [_step(step, {}) for step in STEPS[here + 1 :]]


def _step(step: tuple[Status, str, str], reached: Mapping[Status, datetime]) -> Step:
    status, words, icon = step
    return Step(words=words, icon=icon, at=reached.get(status))


HISTORY_ICONS = {
    RemarkKind.COMMENT: "comment",
    RemarkKind.CONFIRM: "confirmed",
    RemarkKind.REOPEN: "reopen",
    RemarkKind.JOIN: "comment",
    RemarkKind.WITHDRAW: "step",
    RemarkKind.QUESTION: "ask",
    RemarkKind.PRIORITY: "priority-high",
    RemarkKind.STEP: "step",
}
OPERATOR_WORDS = {RemarkKind.CONFIRM: "It works again.", RemarkKind.REOPEN: "It is still broken."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a ticket's history."""

    who: str
    text: str
    at: datetime
    icon: str
    is_speech: bool
    from_floor: bool


def history(remarks: Iterable[RemarkRow]) -> list[Line]:
    """Show what was said and done, the latest first."""
    return [_line(remark) for remark in remarks][::-1]


def _line(remark: RemarkRow) -> Line:
    return Line(
        who=remark.who or ("Operator" if remark.from_floor else "IT"),
        text=" ".join(filter(None, (OPERATOR_WORDS.get(remark.kind), remark.text))),
        at=remark.at,
        icon=HISTORY_ICONS[remark.kind],
        is_speech=remark.kind is not RemarkKind.STEP,
        from_floor=remark.from_floor,
    )
