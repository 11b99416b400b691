"""What `kiosk.toml` says about an Asana project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from kiosk.core.model import Status
from kiosk.core.plant import Priority
from kiosk.fields import Secret
from kiosk.plugins import HttpSettings, MappedSettings, WebAddress

STATUSES = {
    "To do": Status.NEW,
    "New": Status.NEW,
    "Taken": Status.ACKNOWLEDGED,
    "On the way": Status.ON_THE_WAY,
    "Doing": Status.IN_PROGRESS,
    "In progress": Status.IN_PROGRESS,
    "Waiting": Status.WAITING,
    "Waiting for operator": Status.WAITING,
    "Done": Status.RESOLVED,
    "Resolved": Status.RESOLVED,
    "Closed": Status.CLOSED,
    "Cancelled": Status.CANCELLED,
}
PRIORITIES = {Priority.CRITICAL: "Critical", Priority.HIGH: "High", Priority.NORMAL: "Normal"}


class AsanaSettings(MappedSettings, HttpSettings):
    """`token` belongs to a member of the project who may edit it."""

    questions: ClassVar[Mapping[str, str]] = {
        "project": "Number of the project, as in its address: https://app.asana.com/0/NUMBER/list",
        "token": "Personal access token of the user who makes the tasks (app.asana.com/0/my-apps)",
        "new_section": "Section for new tasks (nothing: the project's first)",
    }
    usual_priorities, usual_statuses = PRIORITIES, STATUSES
    url: WebAddress = "https://app.asana.com"
    token: Secret
    project: str = Field(pattern=r"^[0-9]+$")
    """The number in its address."""
    new_section: str = ""
    """Name of the section for new tasks; empty takes the first."""
    reopen_section: str = "In progress"
    """Where the operator's "Still broken" puts the task."""
    priority_field: str = "Priority"
    """Name of the project's custom field of type single-select; without it the priority stands in the text only."""
    poll_seconds: float = Field(default=15.0, gt=0, le=3600)
