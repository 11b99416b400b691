"""Brings tickets to a Jira project, finds them there, and asks for changes."""

from __future__ import annotations

import base64
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import BaseModel, Field

from kiosk.backends.jira import markup
from kiosk.backends.jira.issues import Issue, Reader, StatusOf
from kiosk.backends.jira.metadata import Metadata
from kiosk.backends.jira.requests import Requests
from kiosk.backends.jira.search import LABEL, Search
from kiosk.backends.jira.settings import JiraSettings
from kiosk.core.errors import RejectedError, TemporaryError, UncertainError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket
from kiosk.core.ports import Backend
from kiosk.following import Oldest
from kiosk.httpclient import HttpClient, NotFoundError, Nothing, RefusedError, Upload
from kiosk.wording import lines, origin_line, read_signed, signed, subject

MOST_BYTES = 32 * 1024 * 1024
LAG = timedelta(minutes=5)
"""Jira Cloud's search shows a new issue seconds to minutes late."""


class _Created(BaseModel):
    id: str
    key: str


class _File(BaseModel):
    filename: str = ""


class _Attachments(BaseModel):
    attachment: list[_File] = []


class _WithFiles(BaseModel):
    fields: _Attachments


class _Transition(BaseModel):
    id: str
    name: str = ""
    to: StatusOf = StatusOf()


class _Transitions(BaseModel):
    transitions: list[_Transition] = Field(default=[])


class JiraBackend(Backend):
    """A Jira project. Jira repeats whatever it is sent twice, so every doubt is looked up."""

    Settings = JiraSettings

    def __init__(self, settings: JiraSettings, *, terminal: str) -> None:
        token = settings.token.get_secret_value()
        basic = base64.b64encode(f"{settings.email}:{token}".encode()).decode()
        self.name = settings.name
        self.poll_seconds = settings.poll_seconds
        self.settle = LAG if settings.is_cloud else timedelta(seconds=15)
        self._settings, self._terminal = settings, terminal
        headers = {
            "Authorization": f"Basic {basic}" if settings.is_cloud else f"Bearer {token}",
            "X-Atlassian-Token": "no-check",  # without it Jira takes no file
        }
        reach = partial(HttpClient.of, settings, headers=headers, secrets=[token, basic], max_bytes=MOST_BYTES)
        self._client = reach(f"/rest/api/{3 if settings.is_cloud else 2}")
        self._requests = Requests(settings, reach("/rest/servicedeskapi")) if settings.request_type else None
        self._encode = markup.adf if settings.is_cloud else markup.wiki
        self._metadata = Metadata(self._client, settings, self._requests)
        self._search = Search(self._client, settings)
        self._reader = Reader(settings)
        self._oldest = Oldest()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        if self._requests is not None:
            self._requests.close()

    def effects(self, ticket: Ticket) -> tuple[DeliveryKind, ...]:
        """Jira takes a photo only for an issue that is there."""
        return (DeliveryKind.CREATE, DeliveryKind.ATTACH) if ticket.photo else (DeliveryKind.CREATE,)

    def check(self) -> None:
        """Ask for everything that tickets need there."""
        self._metadata.examine()

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Create the issue, attach its photo, or write a comment that may also move the issue."""
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
                raise RejectedError(f"Jira takes no {delivery.kind}")
        return None

    def find(self, ticket_id: str) -> RemoteRef | None:
        """Look the id up by its label, and where labels are not allowed in the description."""
        issues = self._search.with_ticket(ticket_id)
        return self._reader.ref(issues[0].id, issues[0].key) if issues else None

    def twins(self, ticket_id: str, ref: RemoteRef) -> list[RemoteRef]:
        """Give the issues with this id that our own user made: a clone copies the id, but not the creator."""
        issues = self._search.with_ticket(ticket_id)
        creator = next((_creator(issue) for issue in issues if issue.id == ref.id), "")
        ours = [issue for issue in issues if creator and _creator(issue) == creator]
        kept = [issue for issue in ours if issue is ours[0] or self._is_open(issue)]
        return [self._reader.ref(issue.id, issue.key) for issue in kept]

    def _is_open(self, issue: Issue) -> bool:
        change = self._reader.change(issue)
        return change is not None and change.progress.status.is_open

    def took_effect(self, delivery: Delivery, ticket: Ticket) -> bool:
        """Look for the file's name, or for the comment with the delivery's id and at the status that it should have set."""
        if delivery.kind is DeliveryKind.ATTACH:
            return _photo_name(ticket, delivery) in self._files(delivery)
        try:
            comments = self._search.comments(_id(delivery)).comments
        except NotFoundError as error:
            if error.from_api:
                return False
            raise
        notes = (read_signed(comment.body) for comment in comments)
        if not any(note and note.delivery == delivery.id for note in notes):
            return False
        self._move_after_comment(delivery)
        return True

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Ask for every issue of ours that changed; an empty cursor gives what is open."""
        issues, following = self._search.changed(cursor)
        changes = (
            change for issue in issues if (change := self._reader.change(issue)) and self._oldest.is_ticket(change)
        )
        return [change for change in changes if cursor or change.progress.status.is_open], following

    # ------------------------------------------------------------ create

    def _create(self, delivery: Delivery, ticket: Ticket) -> RemoteRef:
        project, without = self._settings.project, delivery.without
        text = "\n".join([*lines(ticket, without=without), "", origin_line(ticket, project=project)])
        optional = {
            "labels": [LABEL, f"{LABEL}-{ticket.id}"],
            "priority": {"name": self._settings.all_priorities[ticket.priority]},
        }
        fields: dict[str, Any] = {**self._settings.fields, "summary": subject(ticket)}
        fields |= {
            name: value for name, value in optional.items() if name not in without and self._metadata.allows(name)
        }
        try:
            created = self._requests.create(text, fields) if self._requests else self._issue(text, fields)
        except RefusedError as error:
            raise _refusal(error) from error
        self._search.touch(created.id)
        return self._reader.ref(created.id, created.key)

    def _issue(self, text: str, fields: dict[str, Any]) -> _Created:
        where = {"project": {"key": self._settings.project}, "issuetype": {"name": self._settings.issue_type}}
        body = {"fields": {**fields, **where, "description": self._encode(text)}}
        return self._client.write("POST", "/issue", _Created, json=body)

    def _attach(self, delivery: Delivery, ticket: Ticket) -> None:
        if ticket.photo is None or "photo" in delivery.without:
            return
        name = _photo_name(ticket, delivery)
        try:
            content = ticket.photo.read_bytes()
            if delivery.kind is DeliveryKind.JOIN and name in self._files(delivery):
                return  # an earlier try came so far
            file = Upload(field="file", name=name, content=content)
            self._client.write("POST", f"/issue/{_id(delivery)}/attachments", Nothing, file=file)
        except OSError as error:
            raise RejectedError(f"the photo cannot be read: {error.strerror}", field="photo") from error
        except (RefusedError, NotFoundError) as error:
            raise _gone_or(error, delivery, field="photo") from error
        self._search.touch(_id(delivery))

    def _files(self, delivery: Delivery) -> list[str]:
        try:
            found = self._client.read(f"/issue/{_id(delivery)}", _WithFiles, {"fields": "attachment"})
        except NotFoundError as error:
            if error.from_api:
                return []
            raise
        return [file.filename for file in found.fields.attachment]

    # ------------------------------------------------------------ comments and status

    def _comment(self, delivery: Delivery) -> None:
        body = self._encode(signed(delivery, terminal=self._terminal))
        try:
            self._client.write("POST", f"/issue/{_id(delivery)}/comment", Nothing, json={"body": body})
        except (RefusedError, NotFoundError) as error:
            raise _gone_or(error, delivery) from error
        self._search.touch(_id(delivery))

    def _move_after_comment(self, delivery: Delivery) -> None:
        """Set the status that belongs to the comment; that it is set already is fine, so this may be repeated."""
        wanted = {
            DeliveryKind.CONFIRM: self._settings.confirm_status,
            DeliveryKind.REOPEN: self._settings.reopen_status,
            DeliveryKind.WITHDRAW: self._settings.withdraw_status,
        }.get(delivery.kind)
        if not wanted:
            return
        try:
            self._move(delivery, wanted)
        except TemporaryError as error:
            # The comment is written; only whether the status followed is not known.
            raise UncertainError(str(error)) from error

    def _move(self, delivery: Delivery, wanted: str) -> None:
        path = f"/issue/{_id(delivery)}"
        issue = self._client.read(path, Issue, {"fields": "status,assignee,created,updated"})
        if delivery.kind is DeliveryKind.WITHDRAW and issue.fields.assignee is not None:
            return  # it is in somebody's hands: they are told, and decide
        if issue.fields.status.name.casefold() == wanted.casefold():
            return
        offered = self._client.read(f"{path}/transitions", _Transitions).transitions
        chosen = next((t for t in offered if t.to.name.casefold() == wanted.casefold()), None)
        if chosen is None and delivery.kind is DeliveryKind.WITHDRAW:
            chosen = next((t for t in offered if t.to.category.key == "done"), None)
        if chosen is None:
            names = ", ".join(t.to.name for t in offered) or "none"
            raise RejectedError(
                f"Jira's workflow offers our user no way from {issue.fields.status.name!r} to {wanted!r}: {names}"
            )
        try:
            body = {"transition": {"id": chosen.id}}
            self._client.write("POST", f"{path}/transitions", Nothing, json=body)
        except RefusedError as error:
            raise RejectedError(str(error)) from error
        self._search.touch(_id(delivery))


def _creator(issue: Issue) -> str:
    return issue.fields.creator.key if issue.fields.creator else ""


def _photo_name(ticket: Ticket, delivery: Delivery) -> str:
    return f"{ticket.id}-{delivery.id}.jpg"


def _id(delivery: Delivery) -> str:
    if delivery.ref is None:
        raise RejectedError("the ticket is not in Jira")
    return delivery.ref.id


def _gone_or(error: RefusedError | NotFoundError, delivery: Delivery, *, field: str = "") -> Exception:
    if isinstance(error, RefusedError):
        return RejectedError(str(error), field=field)
    label = delivery.ref.label if delivery.ref else delivery.ticket
    return RejectedError(f"issue {label} is not there any more", field=field) if error.from_api else error


def _refusal(error: RefusedError) -> RejectedError:
    """Find the field that a refusal names, and that a ticket can do without."""
    match error.answer:
        case {"errors": {**named}}:
            blamed = next((field for field in ("priority", "labels") if field in named), "")
            return RejectedError(str(error), field=blamed)
    return RejectedError(str(error))
