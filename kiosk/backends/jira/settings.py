"""What `kiosk.toml` says about a Jira."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from kiosk.core.model import Status
from kiosk.core.plant import Priority
from kiosk.fields import Secret
from kiosk.plugins import MappedSettings

STATUSES = {
    "To Do": Status.NEW,
    "Open": Status.NEW,
    "Reopened": Status.NEW,
    "On the way": Status.ON_THE_WAY,
    "In Progress": Status.IN_PROGRESS,
    "Work in progress": Status.IN_PROGRESS,
    "Waiting for customer": Status.WAITING,
    "Waiting for operator": Status.WAITING,
    "Resolved": Status.RESOLVED,
    "Done": Status.RESOLVED,
    "Closed": Status.CLOSED,
    "Canceled": Status.CANCELLED,
    "Cancelled": Status.CANCELLED,
    "Declined": Status.CANCELLED,
}
PRIORITIES = {Priority.CRITICAL: "Highest", Priority.HIGH: "High", Priority.NORMAL: "Medium"}


class JiraSettings(MappedSettings):
    """`token` belongs to a user who may browse, create, comment and transition issues in `project`."""

    usual_priorities, usual_statuses = PRIORITIES, STATUSES
    flavour: Literal["cloud", "dc"] = "cloud"
    """Cloud, or Data Center (Server) in the plant's own house."""
    email: str = ""
    """The user of the token; Cloud wants it, Data Center does not."""
    token: Secret
    """Cloud: an API token of that user. Data Center: a personal access token."""
    project: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]+$")
    """Its key, the letters before the numbers of its issues."""
    issue_type: str = "Task"
    eta_field: str = Field(default="", pattern=r"^(customfield_[0-9]+)?$")
    """A field of type date-time, or of text (`14:47`), in which IT says when somebody comes."""
    fields: dict[str, Any] = Field(default_factory=dict)
    """More fields that every new issue gets, as Jira's REST API takes them: components, a request type of Service Management ..."""
    confirm_status: str = ""
    """What the operator's "It works again" sets; empty leaves the status and says it in a comment."""
    reopen_status: str = "In Progress"
    """What the operator's "Still broken" sets."""
    withdraw_status: str = "Done"
    """What a ticket that says only what another one says is set to."""
    poll_seconds: float = Field(default=15.0, gt=0, le=3600)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.flavour == "cloud" and "@" not in self.email:
            raise ValueError(
                "email: Jira Cloud wants the e-mail address of the token's user; for Data Center say flavour = 'dc'"
            )
        return self

    @property
    def is_cloud(self) -> bool:
        """True for Jira Cloud."""
        return self.flavour == "cloud"
