"""What `kiosk check` asks a Redmine: everything that would keep a ticket from getting there, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from uuid import uuid4

from pydantic import BaseModel

from kiosk.backends.redmine.issues import Named, Page
from kiosk.backends.redmine.names import Names
from kiosk.backends.redmine.settings import HOW_TO_MAKE_THE_FIELD, RedmineSettings
from kiosk.core.errors import MisconfiguredError
from kiosk.httpclient import HttpClient, NotFoundError

ACTIVE = 1


class _Membership(BaseModel):
    project: Named
    roles: list[Named] = []


class _User(BaseModel):
    id: int
    login: str = ""
    admin: bool = False
    memberships: list[_Membership] = []


class _OneUser(BaseModel):
    user: _User


class Project(Named):
    """A project with what its issues can be."""

    status: int = ACTIVE
    trackers: tuple[Named, ...] = ()
    issue_custom_fields: tuple[Named, ...] = ()


class OneProject(BaseModel):
    """The answer about one project."""

    project: Project


class _Role(BaseModel):
    permissions: list[str] = []


class _OneRole(BaseModel):
    role: _Role


class Checkup:
    """One round of questions; nothing is created."""

    def __init__(self, client: HttpClient, settings: RedmineSettings, *, statuses: Names, priorities: Names) -> None:
        self._client, self._settings = client, settings
        self._statuses, self._priorities = statuses, priorities

    def run(self) -> None:
        """Ask everything.

        Raises:
            MisconfiguredError: with all findings in one text.
            TemporaryError: Redmine does not answer.
        """
        user = self._client.read("/users/current.json", _OneUser, {"include": "memberships"}).user
        findings = [*self._project(user), *self._names()]
        if findings:
            raise MisconfiguredError("; ".join(findings))

    def _project(self, user: _User) -> Iterator[str]:
        wanted = self._settings.project
        params = {"include": "trackers,issue_custom_fields"}
        try:
            project = self._client.read(f"/projects/{wanted}.json", OneProject, params).project
        except MisconfiguredError as error:
            if isinstance(error, NotFoundError) and not error.from_api:
                raise
            yield f"project: there is no {wanted!r}, or the user {user.login!r} may not see it"
            return
        if project.status != ACTIVE:
            yield f"project: {wanted!r} is closed or archived"
        yield from self._permissions(user, project)
        yield from self._tracker(project)
        yield from self._id_field(project)

    def _permissions(self, user: _User, project: Project) -> Iterator[str]:
        roles = [role.id for m in user.memberships if m.project.id == project.id for role in m.roles]
        if user.admin or not roles:
            return
        may = {what for role in roles for what in self._permissions_of(role)}
        for permission in ("view_issues", "add_issues", "edit_issues"):
            if permission not in may:
                what = permission.replace("_", " ")
                yield f"api_key: its user {user.login!r} has no permission to {what} in {self._settings.project!r}"

    def _permissions_of(self, role: int) -> list[str]:
        return self._client.read(f"/roles/{role}.json", _OneRole).role.permissions

    def _tracker(self, project: Project) -> Iterator[str]:
        wanted = self._settings.tracker
        names = [tracker.name for tracker in project.trackers]
        if wanted and wanted.casefold() not in [name.casefold() for name in names]:
            yield f"tracker: {wanted!r} is not in the project; it has {', '.join(names)}"

    def _id_field(self, project: Project) -> Iterator[str]:
        number = self._settings.id_field
        fields = {field.id: field.name for field in project.issue_custom_fields}
        if number not in fields:
            known = ", ".join(f"{name} is {n}" for n, name in fields.items()) or "none"
            yield f"id_field: the project has no custom field {number} ({known}); {HOW_TO_MAKE_THE_FIELD}"
            return
        # A filter that Redmine does not offer is ignored, not refused: then this random id seems to be everywhere.
        params = {"status_id": "*", f"cf_{number}": uuid4().hex, "limit": 1}
        if self._client.read("/issues.json", Page, params).issues:
            yield f"id_field: tick 'Used as a filter' on the custom field {fields[number]!r}, or no ticket can be found"

    def _names(self) -> Iterator[str]:
        priorities, statuses = self._priorities.load().values(), self._statuses.load().values()
        yield from _missing("priorities", self._settings.all_priorities.values(), priorities)
        yield from _missing("statuses", self._settings.statuses, statuses)
        yield from _missing("confirm_status", [self._settings.confirm_status], statuses)
        yield from _missing("reopen_status", [self._settings.reopen_status], statuses)


def _missing(place: str, wanted: Iterable[str], there: Collection[str]) -> Iterator[str]:
    known = {name.casefold() for name in there}
    for name in wanted:
        if name.casefold() not in known:
            yield f"{place}: there is no {name!r}; it has {', '.join(there)}"
