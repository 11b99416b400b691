"""Redmine's answers, and what they say in the words of the product."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator

from kiosk.backends.redmine.settings import RedmineSettings
from kiosk.backends.redmine.wording import read_note, read_origin
from kiosk.core.model import Progress, Question, Remark, RemoteChange, RemoteRef, Status
from kiosk.core.plant import Priority
from kiosk.core.timekeeper import believable
from kiosk.wording import Origin, read_eta

_TICKET_ID = re.compile(r"[A-Za-z0-9]{1,40}")
_DONE = (Status.RESOLVED, Status.CLOSED, Status.CANCELLED)

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
Text = Annotated[str, BeforeValidator(lambda value: value or "")]
"""null is how Redmine writes an empty text."""


class Named(BaseModel):
    """A thing of Redmine's with a number and a name."""

    id: int
    name: Text = ""


class IssueStatus(Named):
    """A status; `is_closed` says on which side of the fence it is."""

    is_closed: bool = False


class CustomField(BaseModel):
    """The value of a custom field on one issue; a list where several are allowed."""

    id: int
    value: Any = None


class Detail(BaseModel):
    """One change inside a journal."""

    name: str
    property: str = "attr"
    new_value: Text = ""


class Journal(BaseModel):
    """One step in an issue's history: a note, changes, or both."""

    id: int
    user: Named = Named(id=0)
    notes: Text = ""
    private_notes: bool = False
    created_on: Moment
    details: list[Detail] = []

    def change_of(self, name: str) -> str:
        """Give the new value of an attribute that this step changed; empty when it did not."""
        return next((d.new_value for d in self.details if d.property == "attr" and d.name == name), "")


class Issue(BaseModel):
    """An issue; journals come only when one is asked for by its number."""

    id: int
    subject: Text = ""
    description: Text = ""
    status: IssueStatus
    priority: Named
    author: Named | None = None
    assigned_to: Named | None = None
    custom_fields: list[CustomField] = []
    created_on: Moment
    updated_on: Moment
    journals: list[Journal] = []

    def custom(self, number: int | None) -> str:
        """Give the text in the custom field `number`; empty when there is none."""
        value = next((custom.value for custom in self.custom_fields if custom.id == number), "")
        return value if isinstance(value, str) else ""

    def note_of(self, delivery_id: str) -> Journal | None:
        """Find the step that holds the note of one of our deliveries."""
        for journal in self.journals:
            ours = read_note(journal.notes)
            if ours and ours.delivery == delivery_id:
                return journal
        return None


class OneIssue(BaseModel):
    """The answer about one issue."""

    issue: Issue


class IssueList(BaseModel):
    """A short list of issues."""

    issues: list[Issue]


class Page(BaseModel):
    """One page of a long list; each issue is understood on its own, so that a strange one cannot hide the others."""

    issues: list[Any]


@dataclass(slots=True)
class _Story:
    """What an issue's journals tell, step by step."""

    status: Status = Status.NEW
    since: dict[Status, datetime] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    question: Question | None = None
    answered: bool = False
    priority_reason: str = ""
    priority_changed: bool = False
    solution: str = ""


class Reader:
    """Reads an issue with the names that this plant's Redmine uses."""

    def __init__(self, settings: RedmineSettings, status_name: Callable[[int], str]) -> None:
        """`status_name` gives the name of a status by its number."""
        self._settings = settings
        self._statuses = settings.all_statuses
        self._priorities = {name.casefold(): ours for ours, name in settings.all_priorities.items()}
        self._status_name = status_name

    def ref(self, issue_id: int) -> RemoteRef:
        """Name an issue to the outside."""
        return RemoteRef(id=str(issue_id), number=f"#{issue_id}", url=f"{self._settings.url}/issues/{issue_id}")

    def change(self, issue: Issue) -> RemoteChange | None:
        """Give the whole picture of an issue; None when it is not one of this plant's tickets."""
        ticket_id = issue.custom(self._settings.id_field)
        origin = read_origin(issue.description)
        if not _TICKET_ID.fullmatch(ticket_id):
            return None
        if origin is None or origin.id != ticket_id:
            origin = self._guess(issue, ticket_id)
        if origin.project != self._settings.project:
            return None
        return RemoteChange(
            ticket=ticket_id,
            ref=self.ref(issue.id),
            machine=origin.machine,
            symptom=origin.symptom,
            words=origin.words,
            it_term=origin.term,
            reported_priority=origin.priority,
            stopped=origin.stopped,
            reported_at=believable(origin.at.astimezone(UTC), heard_at=issue.created_on),
            terminal=origin.terminal,
            progress=self._progress(issue, origin.priority),
            changed_at=issue.updated_on,
        )

    def _guess(self, issue: Issue, ticket_id: str) -> Origin:
        """Make the best of an issue whose description people rewrote."""
        priority = self._priority(issue.priority.name) or Priority.NORMAL
        project = self._settings.project
        return Origin(
            id=ticket_id, machine="", priority=priority, at=issue.created_on, project=project, term=issue.subject
        )

    def _progress(self, issue: Issue, reported: Priority) -> Progress:
        story = self._story(issue.journals)
        status = self._status(issue, story)
        now = self._priority(issue.priority.name)
        changed = now if story.priority_changed and now != reported else None
        return Progress(
            status=status,
            assignee=issue.assigned_to.name if issue.assigned_to else "",
            eta_at=None if status in _DONE else read_eta(issue.custom(self._settings.eta_field), issue.updated_on),
            priority=changed,
            priority_reason=story.priority_reason if changed else "",
            question=story.question if status is Status.WAITING else None,
            solution=story.solution if status in _DONE else "",
            remarks=tuple(story.remarks),
            since=story.since,
        )

    def _priority(self, name: str) -> Priority | None:
        return self._priorities.get(name.casefold())

    def _status(self, issue: Issue, story: _Story) -> Status:
        """Follow the names, then what is sure: closed is closed, and a person who has it means that it is taken."""
        taken = Status.ACKNOWLEDGED if issue.assigned_to else Status.NEW
        status = self._statuses.get(issue.status.name.casefold())
        if status is None:
            return Status.CLOSED if issue.status.is_closed else taken
        if status is Status.WAITING and story.answered:
            # Nobody at Redmine has moved it on, but it no longer waits for the operator.
            return Status.IN_PROGRESS if issue.assigned_to else Status.NEW
        return taken if status is Status.NEW else status

    # ------------------------------------------------------------ the story that journals tell

    def _story(self, journals: list[Journal]) -> _Story:
        story = _Story()
        for journal in sorted(journals, key=lambda journal: journal.id):
            self._follow(story, journal)
            if journal.notes and not journal.private_notes:
                self._hear(story, journal)
        return story

    def _follow(self, story: _Story, journal: Journal) -> None:
        if journal.change_of("assigned_to_id"):
            story.since.setdefault(Status.ACKNOWLEDGED, journal.created_on)
        if journal.change_of("priority_id"):
            story.priority_changed = True
            story.priority_reason = "" if journal.private_notes else journal.notes
        number = journal.change_of("status_id")
        if number.isdecimal():
            story.status = self._statuses.get(self._status_name(int(number)).casefold(), Status.ACKNOWLEDGED)
            story.since.setdefault(story.status, journal.created_on)
            story.answered = False
            story.solution = story.solution if story.status in _DONE else ""

    def _hear(self, story: _Story, journal: Journal) -> None:
        ours = read_note(journal.notes)
        if ours:
            story.remarks.append(Remark(at=journal.created_on, text=ours.text, who=ours.who, id=ours.delivery))
            if not ours.joins:
                story.answered, story.question = True, None
            return
        remark = Remark(at=journal.created_on, text=journal.notes, who=journal.user.name, id=f"J{journal.id}")
        story.remarks.append(remark)
        # The question may be written just before the status is set, or together with it.
        story.answered, story.question = False, Question(id=remark.id, text=remark.text, who=remark.who)
        if story.status in _DONE:
            story.solution = story.solution or journal.notes
