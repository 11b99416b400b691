"""Redmine's numbers for the names that people use."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from kiosk.backends.redmine.issues import Named
from kiosk.httpclient import HttpClient


class _Names(BaseModel):
    """A list of named things under whatever key."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, list[Named]]


class Names:
    """One of Redmine's lists, read when a name is first needed and again when one is missing."""

    def __init__(self, client: HttpClient, path: str) -> None:
        self._client, self._path = client, path
        self._by_id: dict[int, str] = {}

    def id_of(self, name: str) -> int | None:
        """Give the number of `name`, in whatever case; None when there is no such name."""
        known = _number_of(name, self._by_id)
        return _number_of(name, self.load()) if known is None else known

    def name_of(self, number: int) -> str:
        """Give the name of `number`; empty when there is no such number."""
        return self._by_id.get(number) or self.load().get(number, "")

    def load(self) -> dict[int, str]:
        """Read the list afresh."""
        answer: Any = self._client.read(self._path, _Names)
        self._by_id = {named.id: named.name for named in next(iter(answer.__pydantic_extra__.values()), [])}
        return self._by_id


def _number_of(wanted: str, names: dict[int, str]) -> int | None:
    return next((number for number, name in names.items() if name.casefold() == wanted.casefold()), None)
