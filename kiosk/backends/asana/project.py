"""Asks a project: its sections and fields, its tasks with their stories, in requests bounded by pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ValidationError

from kiosk.backends.asana.settings import AsanaSettings
from kiosk.backends.asana.tasks import STORY_FIELDS, TASK_FIELDS, AllNamed, Named, Page, Stories, Task, Tasks, Told
from kiosk.core.errors import MisconfiguredError, TemporaryError
from kiosk.following import Mark, News
from kiosk.httpclient import HttpClient, NotFoundError, RefusedError

PAGE = 100
"""Asana gives no more at once."""
_BATCH = 10
"""Asana takes no more questions at once."""
_OVERLAP = timedelta(seconds=30)
_SAME_CLOCK = timedelta(hours=1)
"""More than the clocks of Asana's own servers ever differ."""
_MOST_SENT = 1000
"""So many tickets are remembered as sent; for an older one the whole project is looked through, as after a start."""
_STILL_TOLD = timedelta(days=2)
"""So long a task that was completed is asked for as well when everything open is: the operator has not confirmed it yet."""


class _Option(Named):
    enabled: bool = True


class Field(Named):
    """A custom field with its options."""

    enum_options: tuple[_Option, ...] = ()


class _Setting(BaseModel):
    custom_field: Field


class _Settings(Page):
    data: list[_Setting]


class _Answer(BaseModel):
    status_code: int
    body: dict[str, Any] = {}


class _Answers(BaseModel):
    data: list[_Answer]


class Project:
    """One project, as far as tickets need it. `now` bounds only how much of the past is asked for at a start."""

    def __init__(self, client: HttpClient, settings: AsanaSettings) -> None:
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._client, self._settings = client, settings
        self._sections: dict[str, str] | None = None
        self._priority: Field | None = None
        self._news = News(overlap=_OVERLAP)
        self._newest: datetime | None = None
        """The last change of a task that was seen, by Asana's clock: the only one that our own cannot mislead."""
        self._sent_after = dict[str, datetime]()

    # ------------------------------------------------------------ what is there

    def look(self) -> None:
        """Read sections and fields anew.

        Raises:
            MisconfiguredError: there is no such project, or our user may not see it.
        """
        path, wanted = f"/projects/{self._settings.project}", self._settings.priority_field.casefold()
        asked = "custom_field.name,custom_field.enum_options.name,custom_field.enum_options.enabled"
        try:
            sections = self._client.read(f"{path}/sections", AllNamed, {"opt_fields": "name", "limit": PAGE})
            fields = self._client.read(f"{path}/custom_field_settings", _Settings, {"opt_fields": asked, "limit": PAGE})
        except NotFoundError as error:
            raise MisconfiguredError(
                f"project: there is none of this number that our user may see ({error})"
            ) from error
        self._sections = {row.gid: row.name for row in sections.data}
        known = (row.custom_field for row in fields.data)
        self._priority = next((field for field in known if field.name.casefold() == wanted), None)

    @property
    def sections(self) -> dict[str, str]:
        """Number -> name, in the order of the project."""
        if self._sections is None:
            self.look()
        return self._sections or {}

    def section(self, name: str) -> str | None:
        """Give the number of the section with this name; of the first where `name` is empty."""
        found = (key for key, there in self.sections.items() if not name or there.casefold() == name.casefold())
        return next(found, None)

    @property
    def priority_field(self) -> Field | None:
        """The custom field for the priority; None where the project has none."""
        return self._priority if self.sections or self._priority else None

    def option(self, name: str) -> dict[str, str]:
        """Give what sets the priority to the option of this name; empty where there is none."""
        field = self.priority_field
        if field is None:
            return {}
        found = (o.gid for o in field.enum_options if o.enabled and o.name.casefold() == name.casefold())
        return dict(zip([field.gid], found, strict=False))

    # ------------------------------------------------------------ tasks

    def first_sends(self, ticket_id: str) -> None:
        """Remember what was seen before this ticket leaves for the first time: no task with its id is older."""
        if self._newest is not None:
            self._sent_after[ticket_id] = self._newest
        if len(self._sent_after) > _MOST_SENT:
            del self._sent_after[next(iter(self._sent_after))]

    def with_ticket(self, ticket_id: str) -> list[Task]:
        """Give the tasks with our id, the oldest first, in as few pages as can hold them.

        Asana finds no text in notes without its paid search, which lags; a project of years has hundreds of pages.
        """
        for question in self._where(ticket_id):
            tasks = self._tasks(question)
            found = [task for task in tasks if ticket_id in task.notes and task.ticket_id == ticket_id]
            if found:
                return sorted(found, key=lambda task: int(task.gid))
        return []

    def _where(self, ticket_id: str) -> tuple[dict[str, str], ...]:
        sent_after = self._sent_after.get(ticket_id)
        if sent_after is not None:
            return ({"modified_since": (sent_after - _SAME_CLOCK).isoformat()},)
        # What is long done is looked through only when no other task has the id.
        return {"completed_since": self._lately()}, {}

    def changed(self, cursor: str) -> tuple[list[tuple[Task, list[Told]]], str]:
        """Give the tasks of terminals that changed since `cursor`, each with its stories, and the next cursor."""
        mark = Mark.parse(cursor)
        start = self._news.start(mark)
        since = {"modified_since": start.isoformat()} if start else {}
        tasks = {task.gid: task for task in self._tasks(since or {"completed_since": self._lately()})}
        fresh, following = self._news.follow({gid: task.modified_at for gid, task in tasks.items()}, mark)
        ours = [task for gid, task in tasks.items() if gid in fresh and task.ticket_id]
        return list(zip(ours, self._stories(ours), strict=True)), str(following)

    def _lately(self) -> str:
        return (self.now() - _STILL_TOLD).isoformat()

    def _tasks(self, question: dict[str, str]) -> list[Task]:
        whole = {"project": self._settings.project, "opt_fields": TASK_FIELDS, "limit": str(PAGE), **question}
        tasks, offset = list[Task](), ""
        while True:
            page = self._client.read("/tasks", Tasks, whole | ({"offset": offset} if offset else {}))
            tasks += page.data
            seen = [task.modified_at for task in page.data]
            self._newest = max([*seen, *([self._newest] if self._newest else [])], default=None)
            offset = page.offset
            if not offset:
                return tasks

    def stories(self, gid: str, *, offset: str = "") -> list[Told]:
        """Give all that was said and done on a task."""
        found = list[Told]()
        while True:
            question = {"opt_fields": STORY_FIELDS, "limit": str(PAGE), **({"offset": offset} if offset else {})}
            page = self._client.read(f"/tasks/{gid}/stories", Stories, question)
            found += page.data
            offset = page.offset
            if not offset:
                return found

    def _stories(self, tasks: list[Task]) -> list[list[Told]]:
        return [told for at in range(0, len(tasks), _BATCH) for told in self._ten(tasks[at : at + _BATCH])]

    def _ten(self, tasks: list[Task]) -> Iterator[list[Told]]:
        actions = [
            {
                "method": "get",
                "relative_path": f"/tasks/{task.gid}/stories",
                "data": {"opt_fields": STORY_FIELDS},
                "options": {"limit": PAGE},
            }
            for task in tasks
        ]
        try:
            answers = self._client.search("/batch", _Answers, {"data": {"actions": actions}}).data
        except RefusedError as error:
            raise MisconfiguredError(str(error)) from error
        if len(answers) != len(tasks):
            raise TemporaryError("Asana answered fewer questions than it was asked")
        for task, answer in zip(tasks, answers, strict=True):
            yield self._told(task, answer)

    def _told(self, task: Task, answer: _Answer) -> list[Told]:
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return []  # deleted between the two questions
        if answer.status_code != HTTPStatus.OK:
            raise TemporaryError(f"Asana answered {answer.status_code} to one of several questions")
        try:
            page = Stories.model_validate(answer.body)
        except ValidationError as error:
            raise TemporaryError("the stories in Asana's answer are not understood") from error
        return page.data + (self.stories(task.gid, offset=page.offset) if page.offset else [])
