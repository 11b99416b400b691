"""What Jira's project allows: its issue types, the fields of a new issue, the values they may have. Read once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pydantic import AliasChoices, BaseModel, Field, RootModel

from kiosk.backends.jira.issues import Named, Person, Text
from kiosk.backends.jira.requests import Allowed, Requests
from kiosk.backends.jira.settings import JiraSettings
from kiosk.core.errors import MisconfiguredError
from kiosk.httpclient import HttpClient, NotFoundError

PERMISSIONS = ("BROWSE_PROJECTS", "CREATE_ISSUES", "ADD_COMMENTS", "TRANSITION_ISSUES", "CREATE_ATTACHMENTS")


class _Types(BaseModel):
    types: list[Named] = Field(validation_alias=AliasChoices("issueTypes", "values"))


class _Allowed(BaseModel):
    id: Text = Field(default="", alias="fieldId")
    name: Text = ""
    required: bool = False
    has_default: bool = Field(default=False, alias="hasDefaultValue")
    values: list[Any] = Field(default=[], alias="allowedValues")

    @property
    def names(self) -> list[str]:
        return [value["name"] for value in self.values if isinstance(value, dict) and "name" in value]


class _Screen(BaseModel):
    fields: list[_Allowed] = Field(validation_alias=AliasChoices("fields", "values"))


class _Permission(BaseModel):
    is_held: bool = Field(alias="havePermission")


class _Permissions(BaseModel):
    permissions: dict[str, _Permission]


class _Statuses(RootModel[list[Named]]):
    """Every status of the site."""


class Metadata:
    """The create screen of one project and issue type, or of a request type."""

    def __init__(self, client: HttpClient, settings: JiraSettings, requests: Requests | None) -> None:
        self._client, self._settings, self._requests = client, settings, requests
        self._screen: Mapping[str, _Allowed | Allowed] | None = None

    def allows(self, field: str) -> bool:
        """Tell whether a new issue may have `field`: a site may take priority or labels off its screens."""
        return field in self._fields()

    def _fields(self) -> Mapping[str, _Allowed | Allowed]:
        if self._screen is None and self._requests is not None:
            self._screen = self._requests.fields()
        if self._screen is None:
            path = f"/issue/createmeta/{self._settings.project}/issuetypes"
            number = self._issue_type(self._client.read(path, _Types, {"maxResults": 100}).types)
            screen = self._client.read(f"{path}/{number}", _Screen, {"maxResults": 200})
            self._screen = {field.id: field for field in screen.fields}
        return self._screen

    def _issue_type(self, types: list[Named]) -> str:
        wanted = self._settings.issue_type
        number = next((t.id for t in types if t.name.casefold() == wanted.casefold()), None)
        if number is None:
            there = ", ".join(t.name for t in types) or "none that its user may create"
            raise MisconfiguredError(f"issue_type: project {self._settings.project} has no {wanted!r}; it has {there}")
        return number

    # ------------------------------------------------------------ kiosk check

    def examine(self) -> None:
        """Ask for everything that tickets need there; nothing is changed.

        Raises:
            DeliveryError: with everything that is missing, by the name of the setting.
        """
        self._client.read("/myself", Person)
        self._screen = None
        if self._requests is not None:
            self._requests.forget()
        missing = [*self._permissions(), *self._required(), *self._names()]
        if missing:
            raise MisconfiguredError("; ".join(missing))

    def _permissions(self) -> Iterator[str]:
        project = self._settings.project
        params = {"projectKey": project, "permissions": ",".join(PERMISSIONS)}
        try:
            held = self._client.read("/mypermissions", _Permissions, params).permissions
        except NotFoundError as error:
            raise MisconfiguredError(f"project: there is no {project!r}, or the token's user may not see it") from error
        for name in PERMISSIONS:
            if name not in held or not held[name].is_held:
                yield f"token: its user may not {name.replace('_', ' ').lower()} in {project}"

    def _required(self) -> Iterator[str]:
        """Name fields that Jira insists on and that nobody fills."""
        filled = {
            "project",
            "issuetype",
            "summary",
            "description",
            "priority",
            "labels",
            "reporter",
            *self._settings.fields,
        }
        kind = self._settings.request_type or self._settings.issue_type
        for field in self._fields().values():
            if field.required and not field.has_default and field.id not in filled:
                yield f"fields: {field.id} ({field.name}) is required for a new {kind!r}; give it a value"

    def _names(self) -> Iterator[str]:
        settings, priority = self._settings, self._fields().get("priority")
        if priority is not None:
            yield from _missing("priorities", settings.all_priorities.values(), priority.names, settings.project)
        wanted = [*settings.statuses, *filter(None, [settings.confirm_status])]
        there = [status.name for status in self._client.read("/status", _Statuses).root]
        yield from _missing("statuses", wanted, there, settings.project)


def _missing(place: str, wanted: Iterable[str], there: Collection[str], project: str) -> Iterator[str]:
    known = {name.casefold() for name in there}
    for name in wanted:
        if name.casefold() not in known:
            yield f"{place}: project {project} has no {name!r}; it has {', '.join(there)}"
