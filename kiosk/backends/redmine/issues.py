"""Redmine's answers, and what they say in the words of the product."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator

from kiosk.backends.redmine.settings import RedmineSettings
from kiosk.backends.redmine.wording import read_note, read_origin
from kiosk.core.model import Progress, Remark, RemoteChange, RemoteRef, Status
from kiosk.core.plant import Priority
from kiosk.story import Story
from kiosk.wording import Origin, read_eta

_TICKET_ID = re.compile(r"[A-Za-z0-9]{1,40}")

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
        progress = self._progress(issue, origin.priority)
        return origin.change(self.ref(issue.id), progress, created_at=issue.created_on, changed_at=issue.updated_on)

    def _guess(self, issue: Issue, ticket_id: str) -> Origin:
        """Make the best of an issue whose description people rewrote."""
        priority = self._priority(issue.priority.name) or Priority.NORMAL
        project = self._settings.project
        return Origin(
            id=ticket_id, machine="", priority=priority, at=issue.created_on, project=project, term=issue.subject
        )

    def _progress(self, issue: Issue, reported: Priority) -> Progress:
        story = self._story(issue.journals)
        return story.progress(
            self._status(issue, story),
            assignee=issue.assigned_to.name if issue.assigned_to else "",
            eta_at=read_eta(issue.custom(self._settings.eta_field), issue.updated_on),
            reported=reported,
            priority=self._priority(issue.priority.name),
        )

    def _priority(self, name: str) -> Priority | None:
        return self._priorities.get(name.casefold())

    def _status(self, issue: Issue, story: Story) -> Status:
        """Follow the names, then what is sure: closed is closed."""
        unknown = Status.CLOSED if issue.status.is_closed else Status.NEW
        status = self._statuses.get(issue.status.name.casefold(), unknown)
        return story.stands(status, is_taken=issue.assigned_to is not None)

    # ------------------------------------------------------------ the story that journals tell

    def _story(self, journals: list[Journal]) -> Story:
        story = Story()
        for journal in sorted(journals, key=lambda journal: journal.id):
            self._follow(story, journal)
            if journal.notes and not journal.private_notes:
                self._hear(story, journal)
        return story

    def _follow(self, story: Story, journal: Journal) -> None:
        if journal.change_of("assigned_to_id"):
            story.assigned(journal.created_on)
        if journal.change_of("priority_id"):
            story.prioritised(journal.created_on, "" if journal.private_notes else journal.notes)
        number = journal.change_of("status_id")
        if number.isdecimal():
            name = self._status_name(int(number)).casefold()
            story.moved(self._statuses.get(name, Status.ACKNOWLEDGED), journal.created_on)

    def _hear(self, story: Story, journal: Journal) -> None:
        ours = read_note(journal.notes)
        if ours:
            story.heard_ours(ours, journal.created_on)
        else:
            story.heard(Remark(at=journal.created_on, text=journal.notes, who=journal.user.name, id=f"J{journal.id}"))
