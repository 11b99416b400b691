"""Row values that widgets of more than one screen show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One step of a ticket."""

    icon: str = "check"
    text: str = ""
    when: str = ""
    state: Literal["done", "now", "todo"] = "todo"
    is_first: bool = False
    is_last: bool = False
