"""Brings tickets to an Asana project, finds them there, and asks for changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from kiosk.backends.asana.project import Project
from kiosk.backends.asana.settings import AsanaSettings
from kiosk.backends.asana.tasks import TASK_FIELDS, AllNamed, Reader, Task
from kiosk.core.errors import MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket
from kiosk.core.ports import Backend
from kiosk.following import Oldest
from kiosk.httpclient import HttpClient, NotFoundError, Nothing, RefusedError, Upload
from kiosk.wording import lines, origin_line, read_signed, signed, subject

MOST_BYTES = 32 * 1024 * 1024


class _One(BaseModel):
    data: Task


class AsanaBackend(Backend):
    """An Asana project. Asana repeats whatever it is sent twice, so every doubt is looked up in the project itself."""

    Settings = AsanaSettings
    settle = timedelta(seconds=15)

    def __init__(self, settings: AsanaSettings, *, terminal: str) -> None:
        token = settings.token.get_secret_value()
        self.name, self.poll_seconds = settings.name, settings.poll_seconds
        self._settings, self._terminal = settings, terminal
        self._client = HttpClient.of(
            settings,
            "/api/1.0",
            headers={"Authorization": f"Bearer {token}"},
            secrets=[token],
            max_bytes=MOST_BYTES,
        )
        self._project = Project(self._client, settings)
        self._reader = Reader(settings)
        self._oldest = Oldest()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def effects(self, ticket: Ticket) -> tuple[DeliveryKind, ...]:
        """Asana takes a photo only for a task that is there."""
        return (DeliveryKind.CREATE, DeliveryKind.ATTACH) if ticket.photo else (DeliveryKind.CREATE,)

    def check(self) -> None:
        """Ask for the project, the sections and the priorities that tickets need there."""
        self._project.look()
        missing = list(self._missing())
        if missing:
            raise MisconfiguredError("; ".join(missing))

    def _missing(self) -> Iterator[str]:
        settings = self._settings
        for setting, name in (("new_section", settings.new_section), ("reopen_section", settings.reopen_section)):
            if self._project.section(name) is None:
                there = ", ".join(self._project.sections.values()) or "none"
                yield f"{setting}: project {settings.project} has no section {name!r}; it has: {there}"
        field = self._project.priority_field
        if field is None:
            yield f"priority_field: project {settings.project} has no custom field {settings.priority_field!r}"
            return
        for priority, name in settings.all_priorities.items():
            if not self._project.option(name):
                there = ", ".join(option.name for option in field.enum_options if option.enabled) or "none"
                yield f"priorities.{priority}: the field {field.name!r} has no option {name!r}; it has: {there}"

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Create the task, attach its photo, or write a comment that may also move the task."""
        match delivery.kind:
            case DeliveryKind.CREATE:
                return self._create(delivery, ticket)
            case DeliveryKind.ATTACH:
                self._attach(delivery, ticket)
            case DeliveryKind.JOIN:
                self._attach(delivery, ticket)
                self._comment(delivery)
            case DeliveryKind.COMMENT:
                self._comment(delivery)
            case DeliveryKind.CONFIRM | DeliveryKind.REOPEN | DeliveryKind.WITHDRAW:
                self._comment(delivery)
                self._move_after_comment(delivery)
            case _:
                raise RejectedError(f"Asana takes no {delivery.kind}")
        return None

    def find(self, ticket_id: str) -> RemoteRef | None:
        """Look for the id in the project's tasks, not in Asana's search, which lags and costs extra."""
        tasks = self._project.with_ticket(ticket_id)
        return tasks[0].ref if tasks else None

    def twins(self, ticket_id: str, ref: RemoteRef) -> list[RemoteRef]:
        """Give the tasks with this id; whoever duplicates a task copies the id, so a copy counts while it is in the first section."""
        del ref
        tasks, first = self._project.with_ticket(ticket_id), self._project.section(self._settings.new_section)
        name = self._project.sections.get(first or "", "")
        return [
            task.ref
            for task in tasks
            if task is tasks[0] or (not task.completed and task.section_in(self._settings.project) == name)
        ]

    def took_effect(self, delivery: Delivery, ticket: Ticket) -> bool:
        """Look for the file's name, or for the comment with the delivery's id and at where it should have moved the task."""
        if delivery.kind is DeliveryKind.ATTACH:
            return _photo_name(ticket, delivery) in self._files(delivery)
        try:
            stories = self._project.stories(_id(delivery))
        except NotFoundError as error:
            if error.from_api:
                return False
            raise
        notes = (read_signed(told.text) for told in stories if told.kind == "comment_added")
        if not any(note and note.delivery == delivery.id for note in notes):
            return False
        self._move_after_comment(delivery)
        return True

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Ask for every task of ours that changed; an empty cursor gives what is open."""
        found, following = self._project.changed(cursor)
        changes = (
            change
            for task, stories in found
            if (change := self._reader.change(task, stories)) and self._oldest.is_ticket(change)
        )
        return [change for change in changes if cursor or change.progress.status.is_open], following

    # ------------------------------------------------------------ create

    def _create(self, delivery: Delivery, ticket: Ticket) -> RemoteRef:
        settings, without = self._settings, delivery.without
        section = self._project.section(settings.new_section)
        if section is None:
            raise MisconfiguredError(f"new_section: project {settings.project} has no section {settings.new_section!r}")
        text = "\n".join([*lines(ticket, without=without), "", origin_line(ticket, project=settings.project)])
        task: dict[str, Any] = {"name": subject(ticket), "notes": text}
        if settings.new_section:
            # "Create-only" in Asana's own words; it stands in the place of `projects`.
            task["memberships"] = [{"project": settings.project, "section": section}]
        else:
            task["projects"] = [settings.project]
        option = self._project.option(settings.all_priorities[ticket.priority])
        if option and "priority" not in without:
            task["custom_fields"] = option
        if delivery.attempts <= 1:
            self._project.first_sends(ticket.id)
        try:
            created = self._client.write(
                "POST", "/tasks", _One, json={"data": task}, params={"opt_fields": TASK_FIELDS}
            )
        except NotFoundError as error:
            self._project.look()  # a section that was deleted meanwhile is not the ticket's fault
            raise TemporaryError(f"the section for new tasks is not there any more: {error}") from error
        except RefusedError as error:
            self._project.look()
            raise RejectedError(str(error), field="priority" if "custom_field" in str(error) else "") from error
        return created.data.ref

    def _attach(self, delivery: Delivery, ticket: Ticket) -> None:
        if ticket.photo is None or "photo" in delivery.without:
            return
        name = _photo_name(ticket, delivery)
        try:
            content = ticket.photo.read_bytes()
            if delivery.kind is DeliveryKind.JOIN and name in self._files(delivery):
                return  # an earlier try came so far
            file = Upload(field="file", name=name, content=content, form={"parent": _id(delivery)})
            self._client.write("POST", "/attachments", Nothing, file=file)
        except OSError as error:
            raise RejectedError(f"the photo cannot be read: {error.strerror}", field="photo") from error
        except (RefusedError, NotFoundError) as error:
            raise _gone_or(error, delivery, field="photo") from error

    def _files(self, delivery: Delivery) -> list[str]:
        question = {"parent": _id(delivery), "opt_fields": "name", "limit": "100"}
        try:
            return [file.name for file in self._client.read("/attachments", AllNamed, question).data]
        except NotFoundError as error:
            if error.from_api:
                return []
            raise

    # ------------------------------------------------------------ comments and sections

    def _comment(self, delivery: Delivery) -> None:
        text = signed(delivery, terminal=self._terminal)
        try:
            self._client.write("POST", f"/tasks/{_id(delivery)}/stories", Nothing, json={"data": {"text": text}})
        except (RefusedError, NotFoundError) as error:
            raise _gone_or(error, delivery) from error

    def _move_after_comment(self, delivery: Delivery) -> None:
        """Put the task where the comment says; that it is there already is fine, so this may be repeated."""
        try:
            if delivery.kind is DeliveryKind.REOPEN:
                self._reopen(delivery)
            elif delivery.kind is DeliveryKind.CONFIRM or not self._is_taken(delivery):
                self._complete(delivery, is_complete=True)
        except TemporaryError as error:
            # The comment is written; only whether the task followed is not known.
            raise UncertainError(str(error)) from error
        except (RefusedError, NotFoundError) as error:
            raise _gone_or(error, delivery) from error

    def _reopen(self, delivery: Delivery) -> None:
        self._complete(delivery, is_complete=False)
        section = self._project.section(self._settings.reopen_section)
        if section is not None:
            body = {"data": {"task": _id(delivery)}}
            self._client.write("POST", f"/sections/{section}/addTask", Nothing, json=body, repeatable=True)

    def _is_taken(self, delivery: Delivery) -> bool:
        """Tell whether it is in somebody's hands: then they are told, and decide."""
        task = self._client.read(f"/tasks/{_id(delivery)}", _One, {"opt_fields": TASK_FIELDS}).data
        return task.assignee is not None

    def _complete(self, delivery: Delivery, *, is_complete: bool) -> None:
        body = {"data": {"completed": is_complete}}
        self._client.write("PUT", f"/tasks/{_id(delivery)}", Nothing, json=body, repeatable=True)


def _photo_name(ticket: Ticket, delivery: Delivery) -> str:
    return f"{ticket.id}-{delivery.id}.jpg"


def _id(delivery: Delivery) -> str:
    if delivery.ref is None:
        raise RejectedError("the ticket is not in Asana")
    return delivery.ref.id


def _gone_or(error: RefusedError | NotFoundError, delivery: Delivery, *, field: str = "") -> Exception:
    if isinstance(error, RefusedError):
        return RejectedError(str(error), field=field)
    label = delivery.ref.label if delivery.ref else delivery.ticket
    return RejectedError(f"task {label} is not there any more", field=field) if error.from_api else error
