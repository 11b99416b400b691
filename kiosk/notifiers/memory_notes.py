"""A notifier inside this process, for trials and tests: it remembers what it told."""

from __future__ import annotations

from kiosk.core.errors import DeliveryError
from kiosk.core.model import Delivery, RemoteRef, Ticket
from kiosk.core.ports import Notifier
from kiosk.plugins import PluginSettings


class MemoryNotifierSettings(PluginSettings):
    """It needs none of its own."""


class MemoryNotifier(Notifier):
    """Tells nobody but keeps `told`, the ids of the deliveries in their order."""

    Settings = MemoryNotifierSettings

    def __init__(self, settings: MemoryNotifierSettings, *, terminal: str) -> None:
        self.name = settings.name
        self.terminal = terminal
        self.told: list[str] = []
        self._faults: list[DeliveryError] = []

    def fail_next(self, error: DeliveryError) -> None:
        """Make the next call raise `error`; several queue up."""
        self._faults.append(error)

    def check(self) -> None:
        """Raise what `fail_next` laid in wait."""
        if self._faults:
            raise self._faults.pop(0)

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Remember that it was told."""
        del ticket
        self.check()
        self.told.append(delivery.id)
        return None
