"""Brings tickets to a Redmine, finds them there, and asks for changes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from kiosk.backends.redmine import wording
from kiosk.backends.redmine.checkup import Checkup, OneProject
from kiosk.backends.redmine.issues import Issue, IssueList, OneIssue, Reader
from kiosk.backends.redmine.names import Names
from kiosk.backends.redmine.polling import Poller
from kiosk.backends.redmine.settings import RedmineSettings
from kiosk.core.errors import DeliveryError, MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket
from kiosk.core.ports import Backend
from kiosk.following import Oldest
from kiosk.httpclient import HttpClient, NotFoundError, Nothing, RefusedError
from kiosk.wording import subject

MOST_BYTES = 16 * 1024 * 1024


class _Upload(BaseModel):
    token: str


class _OneUpload(BaseModel):
    upload: _Upload


class RedmineBackend(Backend):
    """A Redmine project. Redmine repeats whatever it is sent twice, so every doubt is looked up."""

    Settings = RedmineSettings
    settle = timedelta(seconds=15)
    """A request that timed out may still wait for Redmine's database."""

    def __init__(self, settings: RedmineSettings, *, terminal: str) -> None:
        key = settings.api_key.get_secret_value()
        self.name = settings.name
        self.poll_seconds = settings.poll_seconds
        self._settings, self._terminal = settings, terminal
        self._client = HttpClient.of(
            settings,
            headers={"X-Redmine-API-Key": key},
            secrets=[key],
            max_bytes=MOST_BYTES,
        )
        self._statuses = Names(self._client, "/issue_statuses.json")
        self._priorities = Names(self._client, "/enumerations/issue_priorities.json")
        self._reader = Reader(settings, self._statuses.name_of)
        self._poller = Poller(self._client, settings.id_field)
        self._oldest = Oldest()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def check(self) -> None:
        """Ask for everything that tickets need there."""
        Checkup(self._client, self._settings, statuses=self._statuses, priorities=self._priorities).run()

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Create the issue, or write a note on it that also sets its status where the operator decided."""
        match delivery.kind:
            case DeliveryKind.CREATE:
                return self._create(delivery, ticket)
            case DeliveryKind.COMMENT:
                self._update(delivery, {})
            case DeliveryKind.JOIN:
                self._update(delivery, self._uploads(delivery, ticket))
            case DeliveryKind.WITHDRAW:
                self._withdraw(delivery)
            case DeliveryKind.CONFIRM:
                self._set_status(delivery, self._settings.confirm_status)
            case DeliveryKind.REOPEN:
                self._set_status(delivery, self._settings.reopen_status)
            case _:
                raise RejectedError(f"Redmine takes no {delivery.kind}")
        return None

    def find(self, ticket_id: str) -> RemoteRef | None:
        """Look the id up in its custom field, whatever the issue's status, project or tracker."""
        issues = self._issues_with(ticket_id)
        return self._reader.ref(issues[0].id) if issues else None

    def twins(self, ticket_id: str, ref: RemoteRef) -> list[RemoteRef]:
        """Give the issues with this id that our own user made: "Copy" in Redmine copies the id, but not the author."""
        issues = self._issues_with(ticket_id)
        author = next((issue.author for issue in issues if str(issue.id) == ref.id), None)
        ours = [issue for issue in issues if author is not None and issue.author == author]
        return [self._reader.ref(issue.id) for issue in ours if issue is ours[0] or not issue.status.is_closed]

    def _issues_with(self, ticket_id: str) -> list[Issue]:
        field = self._settings.id_field
        params = {"status_id": "*", f"cf_{field}": ticket_id, "sort": "id", "limit": 25}
        issues = self._client.read("/issues.json", IssueList, params).issues
        if any(issue.custom(field) != ticket_id for issue in issues):
            raise MisconfiguredError(
                f"custom field {field} is not 'Used as a filter': no ticket can be found by its id"
            )
        return issues

    def took_effect(self, delivery: Delivery, ticket: Ticket) -> bool:
        """Look for the note with the delivery's id, and at the status it should have set."""
        del ticket
        issue = self._fetch(delivery)
        if issue is None or issue.note_of(delivery.id) is None:
            return False
        self._ensure_status(issue, delivery)
        return True

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Ask for every issue with a ticket's id that changed, at most 50 with a history at a time."""
        issues, following = self._poller.changed(cursor)
        return [
            change for issue in issues if (change := self._reader.change(issue)) and self._oldest.is_ticket(change)
        ], following

    # ------------------------------------------------------------ create

    def _create(self, delivery: Delivery, ticket: Ticket) -> RemoteRef:
        project = self._settings.project
        fields: dict[str, Any] = {
            "subject": subject(ticket),
            "description": wording.description(ticket, project=project, without=delivery.without),
            "custom_fields": [{"id": self._settings.id_field, "value": ticket.id}],
        }
        if self._settings.tracker:
            fields["tracker_id"] = self._tracker_id()
        if "priority" not in delivery.without:
            fields["priority_id"] = self._priority_id(ticket)
        fields |= self._uploads(delivery, ticket)
        try:
            path = f"/projects/{project}/issues.json"
            created = self._client.write("POST", path, OneIssue, json={"issue": fields}).issue
        except RefusedError as error:
            raise _refusal(error) from error
        return self._reader.ref(created.id)

    def _tracker_id(self) -> int:
        # Redmine answers an unknown tracker with the project's first one, which may not have our field.
        wanted = self._settings.tracker.casefold()
        path = f"/projects/{self._settings.project}.json"
        trackers = self._client.read(path, OneProject, {"include": "trackers"}).project.trackers
        number = next((tracker.id for tracker in trackers if tracker.name.casefold() == wanted), None)
        if number is None:
            raise MisconfiguredError(f"tracker: {self._settings.tracker!r} is not in the project")
        return number

    def _priority_id(self, ticket: Ticket) -> int:
        name = self._settings.all_priorities[ticket.priority]
        number = self._priorities.id_of(name)
        if number is None:
            raise RejectedError(f"Redmine has no priority {name!r}", field="priority")
        return number

    def _uploads(self, delivery: Delivery, ticket: Ticket) -> dict[str, Any]:
        if ticket.photo is None or "photo" in delivery.without:
            return {}
        return {"uploads": [self._upload(ticket.photo, f"{ticket.id}.jpg")]}

    def _upload(self, photo: Path, name: str) -> dict[str, str]:
        """Bring the photo first; its token joins it to the issue in the one request that creates it."""
        try:
            content = photo.read_bytes()
            params = {"filename": name, "content_type": "image/jpeg"}
            # An upload that no issue refers to is swept away by Redmine, so repeating it does no harm.
            upload = self._client.write(
                "POST", "/uploads.json", _OneUpload, content=content, params=params, repeatable=True
            ).upload
        except OSError as error:
            raise RejectedError(f"the photo cannot be read: {error.strerror}", field="photo") from error
        except RefusedError as error:
            raise RejectedError(str(error), field="photo") from error
        return {"token": upload.token, "filename": name, "content_type": "image/jpeg"}

    # ------------------------------------------------------------ notes

    def _set_status(self, delivery: Delivery, status: str) -> None:
        number = self._statuses.id_of(status)
        if number is None:
            raise RejectedError(f"Redmine has no status {status!r}")
        self._update(delivery, {"status_id": number})
        try:
            issue = self._fetch(delivery)
        except TemporaryError as error:
            # The note is written; only whether the status followed is not known.
            raise UncertainError(str(error)) from error
        if issue:
            self._ensure_status(issue, delivery)

    def _withdraw(self, delivery: Delivery) -> None:
        """Close the issue, unless it is in somebody's hands: then they are told, and decide."""
        issue = self._fetch(delivery)
        if issue is None:
            raise RejectedError(f"issue {_number(delivery)} is not there any more")
        if issue.assigned_to is not None:
            self._update(delivery, {})
        else:
            self._set_status(delivery, self._settings.confirm_status)

    def _update(self, delivery: Delivery, fields: dict[str, Any]) -> None:
        text = wording.note(delivery, terminal=self._terminal)
        try:
            self._client.write("PUT", _path(delivery), Nothing, json={"issue": {"notes": text, **fields}})
        except NotFoundError as error:
            if error.from_api:
                raise RejectedError(f"issue {_number(delivery)} is not there any more") from error
            raise
        except RefusedError as error:
            raise _refusal(error) from error

    def _fetch(self, delivery: Delivery) -> Issue | None:
        try:
            return self._client.read(_path(delivery), OneIssue, {"include": "journals"}).issue
        except NotFoundError as error:
            if error.from_api:
                return None
            raise

    def _ensure_status(self, issue: Issue, delivery: Delivery) -> None:
        """Redmine keeps quiet when its workflow forbids a status: 204, the note stored and the status not."""
        wanted = {
            DeliveryKind.CONFIRM: self._settings.confirm_status,
            DeliveryKind.WITHDRAW: "" if issue.assigned_to else self._settings.confirm_status,
            DeliveryKind.REOPEN: self._settings.reopen_status,
        }.get(delivery.kind)
        note = issue.note_of(delivery.id)
        if not wanted or issue.status.name.casefold() == wanted.casefold() or (note and note.change_of("status_id")):
            return
        raise RejectedError(f"Redmine's workflow does not let our user set issue #{issue.id} to {wanted!r}")


def _number(delivery: Delivery) -> str:
    if delivery.ref is None:
        raise RejectedError("the ticket is not in Redmine")
    return delivery.ref.label


def _path(delivery: Delivery) -> str:
    if delivery.ref is None:
        raise RejectedError("the ticket is not in Redmine")
    return f"/issues/{delivery.ref.id}.json"


def _refusal(error: RefusedError) -> DeliveryError:
    """Find out which field a refusal means; its words are in the language of the key's user, so this is a try."""
    if error.answer == {"errors": []}:
        return TemporaryError("somebody else changed the issue at the same moment")
    said = str(error).casefold()
    blamed = next((field for word, field in (("file", "photo"), ("priority", "priority")) if word in said), "")
    return RejectedError(str(error), field=blamed)
