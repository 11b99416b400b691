"""What `kiosk.toml` says about a Jira."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from kiosk.core.model import Status
from kiosk.core.plant import Priority
from kiosk.fields import Secret
from kiosk.plugins import HttpSettings, MappedSettings

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


class JiraSettings(MappedSettings, HttpSettings):
    """`token` belongs to a user who may browse, create, comment and transition issues in `project`."""

    questions: ClassVar[Mapping[str, str]] = {
        "flavour": "Jira in the cloud, or Data Center in your own house? (cloud, dc)",
        "url": "Its address, such as https://example.atlassian.net",
        "email": "E-mail address of the token's user (Data Center: nothing)",
        "token": "API token of that user; Data Center: a personal access token",
        "project": "Key of the project, the letters before the numbers of its issues",
        "issue_type": "Type of the issues",
    }
    usual_priorities, usual_statuses = PRIORITIES, STATUSES
    flavour: Literal["cloud", "dc"] = "cloud"
    """Cloud, or Data Center (Server) in the plant's own house."""
    email: str = Field(default="", validate_default=True)
    """The user of the token; Cloud wants it, Data Center does not."""
    token: Secret
    """Cloud: an API token of that user. Data Center: a personal access token."""
    project: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]+$")
    """Its key, the letters before the numbers of its issues."""
    issue_type: str = "Task"
    request_type: str = ""
    """Name of a request type of Service Management: issues are made as customers' requests, instead of as an `issue_type`."""
    eta_field: str = Field(default="", pattern=r"^(customfield_[0-9]+)?$")
    """A field of type date-time, or of text (`14:47`), in which IT says when somebody comes."""
    fields: dict[str, Any] = Field(default_factory=dict)
    """More fields that every new issue gets, as Jira's REST API takes them: components, a security level ..."""
    confirm_status: str = ""
    """What the operator's "It works again" sets; empty leaves the status and says it in a comment."""
    reopen_status: str = "In Progress"
    """What the operator's "Still broken" sets."""
    withdraw_status: str = "Done"
    """What a ticket that says only what another one says is set to."""
    poll_seconds: float = Field(default=15.0, gt=0, le=3600)

    @field_validator("email")
    @classmethod
    def _belongs_to_the_token(cls, email: str, info: ValidationInfo) -> str:
        if info.data.get("flavour") == "cloud" and "@" not in email:
            raise ValueError(
                "Jira Cloud wants the e-mail address of the token's user; for Data Center say flavour = 'dc'"
            )
        return email

    @property
    def is_cloud(self) -> bool:
        """True for Jira Cloud."""
        return self.flavour == "cloud"
