"""Checks requests against the official API descriptions, where they lie beside the project; they are not ours to bring along."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from backends.local_server import Request
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

SPECS = Path(__file__).parents[3] / "shared" / "specs"


HERE = "http://localhost"


@cache
def _description(name: str) -> OpenAPI:
    content = json.loads((SPECS / name).read_text())
    # The checker knows no OAuth, and who we are is asked by other tests.
    for operation in (operation for path in content["paths"].values() for operation in path.values()):
        if isinstance(operation, dict):
            operation.pop("security", None)
    return OpenAPI.from_dict({**content, "servers": [{"url": HERE}]})


class Official:
    """One description. `base` is what our addresses have before the paths of the description."""

    def __init__(self, name: str, *, base: str = "", to: str = "") -> None:
        if not (SPECS / name).exists():
            pytest.skip(f"needs the official description {name} in {SPECS}")
        self._openapi = _description(name)
        self.base, self.to = base, to

    def faults(self, request: Request) -> list[str]:
        """Say what is wrong with a request; nothing when it is as described."""
        return [
            f"{request.method} {request.path}: {_reason(e)}"
            for e in self._openapi.iter_request_errors(_Asked(request, self))
        ]


class _Asked:
    """A request in the form that the checker wants."""

    def __init__(self, request: Request, official: Official) -> None:
        self.host_url = HERE
        self.path = official.to + request.path.removeprefix(official.base)
        self.method = request.method.lower()
        self.content_type = request.headers.get("Content-Type", "").partition(";")[0]
        self.body = request.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.query), header=Headers(request.headers), cookie=ImmutableMultiDict()
        )


def _reason(error: Exception) -> str:
    cause = error.__cause__
    errors = getattr(cause, "schema_errors", None)
    return "; ".join(e.message[:200] for e in errors) if errors else f"{error} {cause or ''}".strip()
