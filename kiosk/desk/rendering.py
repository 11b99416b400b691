"""Templates turned into pages."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from kiosk import __version__
from kiosk.desk.desk import Desk

STATIC = Path(__file__).parent / "static"


def iso(moment: datetime) -> str:
    """Write a moment for the page's script, which shows it in the viewer's own time zone."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@cache
def static_url(name: str) -> str:
    """Give the address of a static file; it changes with the content, so that browsers may keep the file for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?{digest[:12]}"


def page(desk: Desk, template: str, /, *, status_code: int = 200, **values: Any) -> HTMLResponse:
    """Fill `template`; every value is escaped."""
    base = {"title": desk.settings.title, "now": desk.store.now(), "version": __version__, "person": None}
    return HTMLResponse(_environment().get_template(template).render(base | values), status_code)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kiosk.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["iso"] = iso
    environment.globals["static"] = static_url
    return environment
