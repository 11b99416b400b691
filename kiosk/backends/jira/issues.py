"""Jira's answers, and what they say in the words of the product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field

from kiosk.backends.jira.markup import plain, unwrapped
from kiosk.backends.jira.settings import JiraSettings
from kiosk.core.model import Progress, Remark, RemoteChange, RemoteRef, Status
from kiosk.core.plant import Priority
from kiosk.story import Story
from kiosk.wording import Origin, Says, read_eta, read_origin, read_signed

_TICKET_ID = re.compile(r"kiosk-([A-Za-z0-9]{1,40})")
_OFFSET = re.compile(r"([+-][0-9]{2})([0-9]{2})$")


def _aware(value: Any) -> Any:
    # Jira writes +0000, for which ISO wants +00:00.
    return _OFFSET.sub(r"\1:\2", value) if isinstance(value, str) else value


Moment = Annotated[AwareDatetime, BeforeValidator(_aware), AfterValidator(lambda moment: moment.astimezone(UTC))]
Text = Annotated[str, BeforeValidator(lambda value: value or "")]
"""null is how Jira writes an empty text."""
Body = Annotated[str, BeforeValidator(lambda value: unwrapped(plain(value)))]
"""A description or a comment, as the text that a person reads."""


class Person(BaseModel):
    """Somebody with an account; Cloud knows it by accountId, Data Center by name."""

    display_name: Text = Field(default="", alias="displayName")
    account_id: Text = Field(default="", alias="accountId")
    name: Text = ""

    @property
    def key(self) -> str:
        """What tells this account from others."""
        return self.account_id or self.name


class Category(BaseModel):
    """Where a status stands on Jira's three steps: new, indeterminate, done."""

    key: Text = ""


class StatusOf(BaseModel):
    """A status."""

    name: Text = ""
    category: Category = Field(default=Category(), alias="statusCategory")


class Named(BaseModel):
    """A priority, an issue type, a field ..."""

    id: Text = ""
    name: Text = ""


class Comment(BaseModel):
    """A comment; `is_public` is False for what Service Management shows to agents only."""

    id: str
    author: Person = Person()
    body: Body = ""
    created: Moment
    is_public: bool = Field(default=True, alias="jsdPublic")
    visibility: Any = None
    """Set when only some group or role may read it."""


class Comments(BaseModel):
    """The comments that came with an issue; `total` may be more."""

    comments: list[Comment] = []
    total: int = 0


class Changed(BaseModel):
    """One field that a step of the history changed."""

    field: Text = ""
    to: Text = ""
    to_string: Text = Field(default="", alias="toString")


class Step(BaseModel):
    """One step of an issue's history."""

    id: str
    created: Moment
    items: list[Changed] = []

    def change_of(self, name: str) -> Changed | None:
        """Give the change of the field called `name`."""
        return next((item for item in self.items if item.field.casefold() == name), None)


class Changelog(BaseModel):
    """An issue's history."""

    histories: list[Step] = []


class Fields(BaseModel, extra="allow"):
    """The fields that were asked for."""

    summary: Text = ""
    description: Body = ""
    status: StatusOf = StatusOf()
    priority: Named | None = None
    assignee: Person | None = None
    creator: Person | None = None
    labels: list[str] = []
    created: Moment
    updated: Moment
    comment: Comments = Comments()

    def text_of(self, name: str) -> str:
        """Give the text of a custom field; empty when there is none."""
        value = (self.model_extra or {}).get(name)
        return _aware(value) if isinstance(value, str) else ""


class Issue(BaseModel):
    """An issue."""

    id: str
    key: str
    fields: Fields
    changelog: Changelog = Changelog()

    @property
    def ticket_id(self) -> str:
        """Our id, from the label, or from the description where labels are not allowed."""
        found = (_TICKET_ID.fullmatch(label) for label in self.fields.labels)
        origin = read_origin(self.fields.description)
        return next((match[1] for match in found if match), origin.id if origin else "")


FIELDS = (
    "summary",
    "description",
    "status",
    "priority",
    "assignee",
    "creator",
    "labels",
    "created",
    "updated",
    "comment",
)
_REASON_SECONDS = 120.0
"""A comment this long before or after a change of the priority is its reason: Jira keeps them apart."""


class Reader:
    """Reads an issue with the names that this plant's Jira uses."""

    def __init__(self, settings: JiraSettings) -> None:
        self._settings, self._statuses = settings, settings.all_statuses
        self._priorities = {name.casefold(): ours for ours, name in settings.all_priorities.items()}

    def ref(self, issue_id: str, key: str) -> RemoteRef:
        """Name an issue to the outside."""
        return RemoteRef(id=issue_id, number=f"#{key}", url=f"{self._settings.url}/browse/{key}")

    def change(self, issue: Issue) -> RemoteChange | None:
        """Give the whole picture of an issue; None when it is not one of this plant's tickets."""
        ticket_id, fields = issue.ticket_id, issue.fields
        origin = read_origin(fields.description)
        if not ticket_id:
            return None
        if origin is None or origin.id != ticket_id:
            origin = self._guess(issue, ticket_id)
        if origin.project != self._settings.project:
            return None
        progress, ref = self._progress(issue, origin.priority), self.ref(issue.id, issue.key)
        return origin.change(ref, progress, created_at=fields.created, changed_at=fields.updated)

    def _guess(self, issue: Issue, ticket_id: str) -> Origin:
        """Make the best of an issue whose description people rewrote."""
        fields = issue.fields
        priority = self._priority(fields.priority) or Priority.NORMAL
        project = self._settings.project
        return Origin(
            id=ticket_id, machine="", priority=priority, at=fields.created, project=project, term=fields.summary
        )

    def _progress(self, issue: Issue, reported: Priority) -> Progress:
        fields, story = issue.fields, self._story(issue)
        eta = fields.text_of(self._settings.eta_field) if self._settings.eta_field else ""
        return story.progress(
            self._status(fields, story),
            assignee=fields.assignee.display_name if fields.assignee else "",
            eta_at=read_eta(eta, fields.updated),
            reported=reported,
            priority=self._priority(fields.priority),
        )

    def _priority(self, named: Named | None) -> Priority | None:
        return self._priorities.get(named.name.casefold()) if named else None

    def _named(self, name: str) -> Status | None:
        return self._statuses.get(name.casefold())

    def _status(self, fields: Fields, story: Story) -> Status:
        """Follow the names, then Jira's own three steps."""
        by_step = {"done": Status.RESOLVED, "indeterminate": Status.IN_PROGRESS}
        status = self._named(fields.status.name) or by_step.get(fields.status.category.key, Status.NEW)
        if status is Status.RESOLVED and story.said in (Says.CONFIRMS, Says.WITHDRAWS):
            # Many workflows end with "Done": the operator's word tells fixed from over.
            return Status.CLOSED if story.said is Says.CONFIRMS else Status.CANCELLED
        return story.stands(status, is_taken=fields.assignee is not None)

    # ------------------------------------------------------------ the story

    def _story(self, issue: Issue) -> Story:
        story = Story()
        for event in _in_order(issue):
            if isinstance(event, Step):
                self._follow(story, event, issue.fields.status)
            elif event.is_public and event.visibility is None:
                self._hear(story, event)
        return story

    def _follow(self, story: Story, step: Step, now: StatusOf) -> None:
        assigned, moved = step.change_of("assignee"), step.change_of("status")
        if assigned and assigned.to:
            story.assigned(step.created)
        if step.change_of("priority"):
            said = story.remarks[-1] if story.remarks else None
            is_reason = said is not None and said.id.startswith("C") and _is_near(said.at, step.created)
            story.prioritised(step.created, said.text if said is not None and is_reason else "")
        if moved:
            # The history tells a status by its name only; whether an unknown one means done, only the present one says.
            is_done_now = moved.to_string == now.name and now.category.key == "done"
            unknown = Status.RESOLVED if is_done_now else Status.ACKNOWLEDGED
            story.moved(self._named(moved.to_string) or unknown, step.created)

    def _hear(self, story: Story, comment: Comment) -> None:
        ours, changed_at = read_signed(comment.body), story.priority_changed_at
        if ours:
            story.heard_ours(ours, comment.created)
            return
        if changed_at and not story.priority_reason and _is_near(changed_at, comment.created):
            story.priority_reason = comment.body
        who = comment.author.display_name
        story.heard(Remark(at=comment.created, text=comment.body, who=who, id=f"C{comment.id}"))


def _is_near(earlier: datetime, later: datetime) -> bool:
    return (later - earlier).total_seconds() <= _REASON_SECONDS


def _in_order(issue: Issue) -> Iterator[Step | Comment]:
    """Give history and comments as they happened. At the same moment a comment follows the step that it explains."""
    events: list[Step | Comment] = [*issue.changelog.histories, *issue.fields.comment.comments]
    yield from sorted(events, key=lambda event: (event.created, isinstance(event, Comment), int(event.id)))
