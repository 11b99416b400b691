"""What `kiosk.toml` says about a Redmine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from kiosk.core.model import Status
from kiosk.core.plant import Priority
from kiosk.fields import Secret
from kiosk.plugins import HttpSettings, MappedSettings

HOW_TO_MAKE_THE_FIELD = (
    "in Redmine, Administration > Custom fields > New > Issues, make a field of format Text named 'Kiosk ID' with "
    "'For all projects', 'Used as a filter', 'Searchable' and every tracker ticked; "
    "its number is in the address of its page (/custom_fields/NUMBER/edit)"
)
STATUSES = {
    "New": Status.NEW,
    "On the way": Status.ON_THE_WAY,
    "In Progress": Status.IN_PROGRESS,
    "Feedback": Status.WAITING,
    "Resolved": Status.RESOLVED,
    "Closed": Status.CLOSED,
    "Rejected": Status.CANCELLED,
}
PRIORITIES = {Priority.CRITICAL: "Immediate", Priority.HIGH: "High", Priority.NORMAL: "Normal"}


def _needed(number: int) -> int:
    if number < 1:
        raise ValueError(f"must be the number of a custom field: {HOW_TO_MAKE_THE_FIELD}")
    return number


class RedmineSettings(MappedSettings, HttpSettings):
    """`api_key` belongs to a user who may view, add and edit issues in `project`."""

    questions: ClassVar[Mapping[str, str]] = {
        "url": "Its address, such as https://redmine.example.com",
        "api_key": "API key of the user who makes the issues (My account > API access key)",
        "project": "Identifier of the project, as in the address of its page",
        "id_field": "Number of the custom field 'Kiosk ID' (/custom_fields/NUMBER/edit)",
        "tracker": "Name of the tracker (nothing: the project's first)",
    }
    usual_priorities, usual_statuses = PRIORITIES, STATUSES
    api_key: Secret
    project: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    """Its identifier, as in the address of its page."""
    tracker: str = ""
    """Name of the tracker; empty takes the project's first."""
    id_field: Annotated[int, AfterValidator(_needed)] = Field(default=0, validate_default=True)
    """Number of the custom field that holds the ticket's id on the kiosks; without it no ticket could be found again."""
    eta_field: int | None = None
    """Number of a text field in which IT writes when somebody comes: `14:47`, or a full ISO date and time."""
    confirm_status: str = "Closed"
    """What the operator's "It works again" sets."""
    reopen_status: str = "In Progress"
    """What the operator's "Still broken" sets."""
    poll_seconds: float = Field(default=10.0, gt=0, le=3600)
