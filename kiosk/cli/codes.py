"""How a command ends."""

from __future__ import annotations

from kiosk.core.errors import KioskError

DONE, FAILED, MISUSED = 0, 1, 2


class UsageError(KioskError):
    """The command names something that is not there."""
