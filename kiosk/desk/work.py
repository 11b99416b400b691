"""What people do to a ticket: IT's steps and the operator's answers, as changes of one row."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from kiosk.core.errors import KioskError
from kiosk.core.model import Status
from kiosk.core.plant import Priority
from kiosk.desk.store import Writing
from kiosk.desk.tables import RemarkKind, RemarkRow, TicketRow

_IN_WORK = frozenset(status for status in Status if status.is_open and status is not Status.RESOLVED)
ALLOWED = {
    "take": _IN_WORK,
    "way": _IN_WORK,
    "start": _IN_WORK | {Status.RESOLVED},
    "ask": _IN_WORK,
    "priority": _IN_WORK,
    "fix": _IN_WORK,
    "close": frozenset({Status.RESOLVED}),
    "cancel": _IN_WORK,
    "comment": frozenset(Status),
}
"""Action -> where the ticket may stand for it."""


class MovedOnError(KioskError):
    """The ticket is no longer where the person saw it."""


def check(ticket: TicketRow, action: str, by: str, seen_assignee: str | None) -> None:
    """Make sure that `by` still sees the ticket as it is; nobody takes a colleague's ticket unknowingly.

    Raises:
        MovedOnError: it has another status or another assignee by now.
    """
    if ticket.status not in ALLOWED[action]:
        raise MovedOnError(f"{action} is not possible while the ticket is {ticket.status}")
    if seen_assignee is not None and ticket.assignee not in (seen_assignee, by):
        raise MovedOnError(f"{ticket.assignee} has it by now")


def take(ticket: TicketRow, by: str, writing: Writing) -> None:
    """`by` has it."""
    ticket.assignee = by
    reach(ticket, Status.ACKNOWLEDGED, writing.now)
    _step(ticket, by, "has it", writing)


def set_off(ticket: TicketRow, by: str, minutes: int, writing: Writing) -> None:
    """`by` is there in `minutes`."""
    ticket.assignee = by
    reach(ticket, Status.ON_THE_WAY, writing.now)
    ticket.eta_at = writing.now + timedelta(minutes=minutes)
    _step(ticket, by, f"is on the way, {minutes} minutes", writing)


def start(ticket: TicketRow, by: str, writing: Writing) -> None:
    """`by` works on it."""
    ticket.assignee = by
    reach(ticket, Status.IN_PROGRESS, writing.now)
    _step(ticket, by, "works on it", writing)


def ask(ticket: TicketRow, by: str, text: str, answers: list[str], writing: Writing) -> None:
    """Put a question to the operator; a question still open is replaced."""
    if not ticket.assignee:
        ticket.assignee = by
        reach(ticket, Status.ACKNOWLEDGED, writing.now)
    if ticket.status is not Status.WAITING:
        ticket.status_before = ticket.status
        reach(ticket, Status.WAITING, writing.now)
    remark = _remark(ticket, by, text, RemarkKind.QUESTION, writing)
    ticket.question_id = remark.id
    ticket.question_text, ticket.question_who, ticket.question_answers = text, by, answers


def change_priority(ticket: TicketRow, by: str, priority: Priority, reason: str, writing: Writing) -> None:
    """Depart from the agreed priority, and tell the floor why."""
    ticket.priority_now, ticket.priority_reason = priority, reason
    _remark(ticket, by, f"Priority {priority}: {reason}", RemarkKind.PRIORITY, writing)


def fix(ticket: TicketRow, by: str, cause: str, solution: str, writing: Writing) -> None:
    """`by` is done; the operator is asked whether it works again."""
    ticket.assignee = by
    reach(ticket, Status.RESOLVED, writing.now)
    ticket.cause, ticket.solution = cause, solution
    _step(ticket, by, "fixed it", writing)


def close(ticket: TicketRow, by: str, writing: Writing) -> None:
    """End it without the operator's word."""
    reach(ticket, Status.CLOSED, writing.now)
    _step(ticket, by, "closed it, not confirmed by the operator", writing)


def cancel(ticket: TicketRow, by: str, reason: str, writing: Writing) -> None:
    """End it: there is nothing to do."""
    reach(ticket, Status.CANCELLED, writing.now)
    ticket.solution = reason
    _step(ticket, by, f"cancelled it: {reason}", writing)


def comment(ticket: TicketRow, by: str, text: str, writing: Writing) -> None:
    """Say something that the floor reads as well."""
    _remark(ticket, by, text, RemarkKind.COMMENT, writing)


def hear_operator(ticket: TicketRow, remark: RemarkRow, now: datetime) -> None:
    """Let the operator's `remark` take effect: an answer, a confirmation, a reopening, or that it is a duplicate."""
    match remark.kind:
        case RemarkKind.CONFIRM:
            reach(ticket, Status.CLOSED, now)
        case RemarkKind.REOPEN:
            reach(ticket, Status.IN_PROGRESS if ticket.assignee else Status.NEW, now)
            ticket.cause = ticket.solution = ""
        case RemarkKind.WITHDRAW if not ticket.assignee:
            reach(ticket, Status.CANCELLED, now)
            ticket.solution = remark.text
        case RemarkKind.JOIN | RemarkKind.WITHDRAW:
            # No answer to a question, and nothing is taken from the person who has it.
            pass
        case _ if ticket.status is Status.WAITING:
            reach(ticket, ticket.status_before, now)


def reach(ticket: TicketRow, status: Status, now: datetime) -> None:
    """Move to `status`, and let go of what only the former status knew."""
    ticket.status = status
    ticket.since = {status: now.isoformat()} | ticket.since
    if status is not Status.WAITING:
        ticket.question_id = ticket.question_text = ticket.question_who = ""
        ticket.question_answers = []
    if status not in (Status.WAITING, Status.ON_THE_WAY):
        ticket.eta_at = None


def touch(ticket: TicketRow, writing: Writing) -> None:
    """Give the change its place in the order of changes."""
    ticket.changed_at, ticket.changed_sequence = writing.now, writing.sequence


def _step(ticket: TicketRow, by: str, text: str, writing: Writing) -> None:
    _remark(ticket, by, text, RemarkKind.STEP, writing)


def _remark(ticket: TicketRow, by: str, text: str, kind: RemarkKind, writing: Writing) -> RemarkRow:
    remark = RemarkRow(
        ticket_id=ticket.id,
        id=uuid4().hex,
        sequence=writing.sequence,
        at=writing.now,
        who=by,
        text=text,
        kind=kind,
        from_floor=False,
    )
    writing.session.add(remark)
    return remark
