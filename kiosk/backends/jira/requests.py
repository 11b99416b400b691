"""Jira Service Management: issues made as customers' requests, by the request API, with what one of its request types allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from kiosk.backends.jira.issues import Named, Text
from kiosk.backends.jira.markup import wiki
from kiosk.backends.jira.settings import JiraSettings
from kiosk.core.errors import MisconfiguredError
from kiosk.httpclient import HttpClient, NotFoundError

MOST_PAGES = 20
Item = TypeVar("Item")


class Allowed(BaseModel):
    """A field of a request type."""

    id: Text = Field(default="", alias="fieldId")
    name: Text = ""
    required: bool = False
    valid: list[dict[str, Any]] = Field(default=[], alias="validValues")
    defaults: list[Any] = Field(default=[], alias="defaultValues")
    preset: list[Any] = Field(default=[], alias="presetValues")

    @property
    def names(self) -> list[str]:
        """What it may be set to, as people call it."""
        return [str(value["label"]) for value in self.valid if "label" in value]

    @property
    def has_default(self) -> bool:
        """True when it need not be filled."""
        return bool(self.defaults or self.preset)


class Created(BaseModel):
    """The issue behind a request."""

    id: str = Field(alias="issueId")
    key: str = Field(alias="issueKey")


class _Desk(BaseModel):
    id: str
    project: Text = Field(default="", alias="projectKey")


class _Page(BaseModel, Generic[Item]):
    values: list[Item] = []
    is_last: bool = Field(default=True, alias="isLastPage")


class _Form(BaseModel):
    fields: list[Allowed] = Field(default=[], alias="requestTypeFields")


class Requests:
    """The one request type that `kiosk.toml` names; where it is was asked once."""

    def __init__(self, settings: JiraSettings, client: HttpClient) -> None:
        self._client, self._settings = client, settings
        self._place: tuple[str, str] | None = None

    def fields(self) -> dict[str, Allowed]:
        """Give the fields of a new request.

        Raises:
            DeliveryError: one of its four kinds; misconfigured when there is no such request type.
        """
        desk, kind = self._where()
        form = self._client.read(f"/servicedesk/{desk}/requesttype/{kind}/field", _Form)
        return {field.id: field for field in form.fields}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def forget(self) -> None:
        """Ask again where the request type is."""
        self._place = None

    def create(self, text: str, fields: dict[str, Any]) -> Created:
        """Make a request; its description is wiki markup, in the cloud as well.

        Raises:
            RefusedError: what it says is not accepted.
            DeliveryError: one of its four kinds.
        """
        desk, kind = self._where()
        values = {"description": wiki(text), **fields}
        body = {"serviceDeskId": desk, "requestTypeId": kind, "requestFieldValues": values}
        return self._client.write("POST", "/request", Created, json=body)

    def _where(self) -> tuple[str, str]:
        if self._place is None:
            desk = self._desk()
            self._place = desk, self._type(desk)
        return self._place

    def _desk(self) -> str:
        project = self._settings.project
        for desk in self._all("/servicedesk", _Page[_Desk]):
            if desk.project.casefold() == project.casefold():
                return desk.id
        raise MisconfiguredError(
            f"request_type: project {project} is no service project, or the token's user is not its customer"
        )

    def _type(self, desk: str) -> str:
        wanted, there = self._settings.request_type, list[str]()
        for kind in self._all(f"/servicedesk/{desk}/requesttype", _Page[Named]):
            if kind.name.casefold() == wanted.casefold():
                return kind.id
            there.append(kind.name)
        names = ", ".join(there) or "none"
        raise MisconfiguredError(f"request_type: project {self._settings.project} has no {wanted!r}; it has {names}")

    def _all(self, path: str, model: type[_Page[Item]]) -> Iterator[Item]:
        start = 0
        for _ in range(MOST_PAGES):
            try:
                page = self._client.read(path, model, {"start": start, "limit": 50})
            except NotFoundError as error:
                raise MisconfiguredError("request_type: this Jira has no Service Management") from error
            yield from page.values
            start += len(page.values)
            if page.is_last or not page.values:
                return
