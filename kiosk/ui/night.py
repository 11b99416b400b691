"""What the screen and the sounds do by night, when nobody is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The plant's night by its own clock; without hours there is none."""

    hours: tuple[time, time] | None = None
    """From and until; past midnight where it ends earlier than it begins."""
    brightness: float = 0.3
    """What is left of the light while nobody is there, from 0 to 1."""
    blank_seconds: float = 0.0
    """After so long without anybody the screen is black; 0: never."""
    is_silent: bool = True

    def is_at(self, local: datetime) -> bool:
        """Tell whether it is night at this time of the plant's day."""
        if self.hours is None:
            return False
        start, end = self.hours
        now = local.time()
        return start <= now < end if start < end else now >= start or now < end

    def light(self, local: datetime, *, alone_for: float) -> float:
        """Give how bright the screen is, from 0 to 1; `alone_for` seconds nobody has been there, 0 while somebody is."""
        if not alone_for or not self.is_at(local):
            return 1.0
        return 0.0 if self.blank_seconds and alone_for >= self.blank_seconds else self.brightness
