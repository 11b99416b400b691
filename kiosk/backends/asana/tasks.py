"""Reads a task and its stories: what was reported, and how the work on it stands."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from kiosk.backends.asana.settings import AsanaSettings
from kiosk.core.model import Progress, Remark, RemoteChange, RemoteRef, Status
from kiosk.core.plant import Priority
from kiosk.story import DONE, Story
from kiosk.wording import Says, read_origin, read_signed

TASK_FIELDS = (
    "name,notes,completed,created_at,modified_at,due_at,permalink_url,assignee.name,"
    "memberships.project,memberships.section.name,custom_fields.name,custom_fields.enum_value.name"
)
STORY_FIELDS = "resource_subtype,created_at,text,created_by.name,assignee.name,new_section.name,custom_field.name,new_enum_value.name"


class Named(BaseModel):
    """Anything with a number and a name."""

    gid: str = ""
    name: str = ""


class Membership(BaseModel):
    """Where a task lies in one of its projects."""

    project: Named = Named()
    section: Named | None = None


class CustomField(BaseModel):
    """What a task has in a field of the plant's own."""

    name: str = ""
    enum_value: Named | None = None


class Told(BaseModel):
    """A story: somebody said or did something."""

    gid: str
    kind: str = Field(default="", alias="resource_subtype")
    created_at: AwareDatetime
    text: str = ""
    created_by: Named | None = None
    assignee: Named | None = None
    new_section: Named | None = None
    custom_field: Named | None = None
    new_enum_value: Named | None = None


class Task(BaseModel):
    """A task; its stories are asked for apart."""

    gid: str = Field(pattern="^[0-9]+$")
    name: str = ""
    notes: str = ""
    completed: bool = False
    created_at: AwareDatetime
    modified_at: AwareDatetime
    due_at: AwareDatetime | None = None
    url: str = Field(default="", alias="permalink_url")
    assignee: Named | None = None
    memberships: list[Membership] = []
    custom_fields: list[CustomField] = []

    @property
    def ref(self) -> RemoteRef:
        """Name it to the outside; Asana has no shorter number."""
        return RemoteRef(id=self.gid, number=f"#{self.gid}", url=self.url)

    @property
    def ticket_id(self) -> str:
        """Our id; empty for a task that no terminal made."""
        origin = read_origin(self.notes)
        return origin.id if origin else ""

    def section_in(self, project: str) -> str:
        """Give the name of the section in which it lies."""
        found = (m.section.name for m in self.memberships if m.project.gid == project and m.section)
        return next(found, "")


class Page(BaseModel):
    """What is common to lists."""

    next_page: dict[str, Any] | None = None

    @property
    def offset(self) -> str:
        """Where the next page begins; empty after the last one."""
        return str((self.next_page or {}).get("offset") or "")


class Tasks(Page):
    """Tasks of a project."""

    data: list[Task]


class Stories(Page):
    """What was said and done on a task."""

    data: list[Told]


class AllNamed(Page):
    """Sections or files."""

    data: list[Named]


class Reader:
    """Reads tasks with the names that this plant's project uses."""

    def __init__(self, settings: AsanaSettings) -> None:
        self._settings, self._statuses = settings, settings.all_statuses
        self._priorities = {name.casefold(): ours for ours, name in settings.all_priorities.items()}

    def change(self, task: Task, stories: list[Told]) -> RemoteChange | None:
        """Give the whole picture of a task; None when it is not one of this project's tickets."""
        origin = read_origin(task.notes)
        if origin is None or origin.project != self._settings.project:
            return None
        progress = self._progress(task, self._story(stories), origin.priority)
        return origin.change(task.ref, progress, created_at=task.created_at, changed_at=task.modified_at)

    def _progress(self, task: Task, story: Story, reported: Priority) -> Progress:
        return story.progress(
            self._status(task, story),
            assignee=task.assignee.name if task.assignee else "",
            eta_at=task.due_at,
            reported=reported,
            priority=self._priority(task),
        )

    def _priority(self, task: Task) -> Priority | None:
        wanted = self._settings.priority_field.casefold()
        values = (f.enum_value for f in task.custom_fields if f.name.casefold() == wanted and f.enum_value)
        return next((self._priorities.get(value.name.casefold()) for value in values), None)

    def _named(self, section: str) -> Status:
        return self._statuses.get(section.casefold(), Status.ACKNOWLEDGED)

    def _status(self, task: Task, story: Story) -> Status:
        status = self._named(task.section_in(self._settings.project))
        if task.completed and status not in DONE:
            status = Status.RESOLVED
        if status is Status.RESOLVED and story.said in (Says.CONFIRMS, Says.WITHDRAWS):
            # Asana ends with "completed": the operator's word tells fixed from over.
            return Status.CLOSED if story.said is Says.CONFIRMS else Status.CANCELLED
        return story.stands(status, is_taken=task.assignee is not None)

    # ------------------------------------------------------------ the story

    def _story(self, stories: list[Told]) -> Story:
        story = Story()
        for told in sorted(stories, key=lambda told: (told.created_at, int(told.gid))):
            match told.kind:
                case "comment_added":
                    self._hear(story, told)
                case "assigned":
                    story.assigned(told.created_at)
                case "section_changed" if told.new_section:
                    story.moved(self._named(told.new_section.name), told.created_at)
                case "marked_complete":
                    story.moved(Status.RESOLVED, told.created_at)
                case "marked_incomplete":
                    story.moved(Status.IN_PROGRESS, told.created_at)
                case "enum_custom_field_changed" if self._is_priority(told):
                    story.prioritised(told.created_at, "")
        return story

    def _is_priority(self, told: Told) -> bool:
        name = told.custom_field.name if told.custom_field else ""
        return name.casefold() == self._settings.priority_field.casefold()

    def _hear(self, story: Story, told: Told) -> None:
        ours = read_signed(told.text)
        if ours:
            story.heard_ours(ours, told.created_at)
            return
        if story.priority_changed_at and not story.priority_reason:
            story.priority_reason = told.text
        who = told.created_by.name if told.created_by else ""
        story.heard(Remark(at=told.created_at, text=told.text, who=who, id=f"C{told.gid}"))
