"""How the connection to a destination stands, for the screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkState(StrEnum):
    """How a destination is, as far as the last try knows."""

    UNTRIED = "untried"
    CONNECTED = "connected"
    RETRYING = "retrying"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The connection to one destination, for the screens."""

    destination: str
    state: LinkState = LinkState.UNTRIED
    error: str = ""
    """Why it is not connected, for IT."""
    since: datetime | None = None
    is_backend: bool = True
