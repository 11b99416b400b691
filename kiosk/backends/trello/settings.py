"""What `kiosk.toml` says about a Trello board."""

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


class TrelloSettings(MappedSettings, HttpSettings):
    """`key` and `token` belong to a member of the board who may write there."""

    questions: ClassVar[Mapping[str, str]] = {
        "board": "The board, as in its address: https://trello.com/b/BOARD/name",
        "key": "API key (trello.com/power-ups/admin, a Power-Up of your own, API key)",
        "token": "Token of the user who makes the cards (the link beside the API key)",
        "new_list": "List for new cards (nothing: the board's first)",
    }
    usual_priorities, usual_statuses = PRIORITIES, STATUSES
    url: WebAddress = "https://api.trello.com"
    key: Secret
    token: Secret
    board: str = Field(pattern=r"^[A-Za-z0-9]{8,24}$")
    """Its short name in the address, or its id."""
    new_list: str = ""
    """Name of the list for new cards; empty takes the first."""
    reopen_list: str = "Doing"
    """Where the operator's "Still broken" puts the card."""
    poll_seconds: float = Field(default=10.0, gt=0, le=3600)
