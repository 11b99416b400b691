"""What the history of a remote ticket tells, step by step: for systems that keep changes and comments, but no state of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kiosk.core.model import Progress, Question, Remark, Status
from kiosk.core.plant import Priority
from kiosk.wording import OurNote, Says

DONE = (Status.RESOLVED, Status.CLOSED, Status.CANCELLED)


@dataclass(slots=True)
class Story:
    """Told from the beginning, in the order in which it happened."""

    status: Status = Status.NEW
    since: dict[Status, datetime] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    question: Question | None = None
    answered: bool = False
    """True after the operator spoke last: nobody waits for an answer, whatever the status says."""
    priority_changed_at: datetime | None = None
    priority_reason: str = ""
    solution: str = ""
    said: Says = Says.NOTHING
    """What the operator decided after IT called it done."""

    def assigned(self, at: datetime) -> None:
        """A person took it."""
        self.since.setdefault(Status.ACKNOWLEDGED, at)

    def moved(self, status: Status, at: datetime) -> None:
        """The status changed."""
        self.status = status
        self.since.setdefault(status, at)
        self.answered = False
        if status not in DONE:
            self.said, self.solution = Says.NOTHING, ""

    def prioritised(self, at: datetime, reason: str) -> None:
        """The priority changed."""
        self.priority_changed_at, self.priority_reason = at, reason

    def heard(self, remark: Remark) -> None:
        """Somebody there said something: a question, where it waits for one, and a solution, where it is done."""
        self.remarks.append(remark)
        # A question may be written just before the status is set, or together with it.
        self.answered, self.question = False, Question(id=remark.id, text=remark.text, who=remark.who)
        if self.status in DONE:
            self.solution = self.solution or remark.text

    def heard_ours(self, note: OurNote, at: datetime) -> None:
        """A terminal said something."""
        self.remarks.append(Remark(at=at, text=note.text, who=note.who, id=note.delivery))
        if not note.joins:
            self.answered, self.question = True, None
        if note.says in (Says.CONFIRMS, Says.REOPENS, Says.WITHDRAWS):
            self.said = note.says

    def stands(self, status: Status, *, is_taken: bool) -> Status:
        """Correct what a status of the other side means by what was done: taken, or no longer waiting."""
        if status is Status.WAITING and self.answered:
            # Nobody there has moved it on, but it no longer waits for the operator.
            return Status.IN_PROGRESS if is_taken else Status.NEW
        return Status.ACKNOWLEDGED if status is Status.NEW and is_taken else status

    def progress(
        self,
        status: Status,
        *,
        assignee: str,
        eta_at: datetime | None,
        reported: Priority,
        priority: Priority | None,
    ) -> Progress:
        """Give how the work stands; `priority` is that of now, and counts where somebody changed it."""
        changed = priority if self.priority_changed_at and priority != reported else None
        return Progress(
            status=status,
            assignee=assignee,
            eta_at=None if status in DONE else eta_at,
            priority=changed,
            priority_reason=self.priority_reason if changed else "",
            question=self.question if status is Status.WAITING else None,
            solution=self.solution if status in DONE else "",
            remarks=tuple(self.remarks),
            since=self.since,
        )
