"""The errors of the product.

KioskError                 message_key: what the operator reads, through the translator; str(): what IT reads
+-- ConfigError            every fault of a configuration file at once, each with file, place and what to do
+-- LabelError             the scanned text is no machine of ours
+-- StorageError           nothing was saved; the screen must say so
|   +-- OutboxInUseError   another process holds this outbox
+-- DeliveryError          what a destination may raise, and nothing else
    +-- TemporaryError     try again later (no network, 5xx, 429)
    +-- UncertainError     the request may have taken effect: look before sending again
    +-- MisconfiguredError a human must act (401, 403, TLS, no such project): the destination pauses
    +-- RejectedError      this one is refused: leave out the field once, then park it
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class KioskError(Exception):
    """The root of our errors."""

    message_key = "Something went wrong. Please try again."


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a configuration: where it is and what to do about it."""

    file: str
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.text}" if self.place else f"{self.file}: {self.text}"


class ConfigError(KioskError):
    """A configuration that cannot be used, with all of its faults."""

    message_key = "This terminal is not set up correctly. Please call IT."

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep `faults` in the order in which they were found."""
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class LabelError(KioskError):
    """A scanned text that names no machine of this plant."""

    message_key = "This code is not a machine label."


class UnknownMachineError(LabelError):
    """A label in our form whose machine is not in the plant file."""

    message_key = "This label is not known here yet. Please choose the machine from the list or call IT."


class StorageError(KioskError):
    """The disk did not take it: nothing was saved."""

    message_key = "Not saved. Please call IT."


class OutboxInUseError(StorageError):
    """Another process works on the same outbox."""


class DeliveryError(KioskError):
    """What a destination's attempt came to, when it did not succeed."""

    def __init__(self, text: str, *, retry_after: float | None = None, busy: bool = False) -> None:
        """Keep what the destination asked for: `retry_after` in seconds from now. `busy`: it is there, and has no time for all."""
        super().__init__(text)
        self.retry_after = retry_after
        self.busy = busy


class TemporaryError(DeliveryError):
    """Nothing took effect, and the same attempt may succeed later."""


class UncertainError(DeliveryError):
    """The request left and no certain answer came back: it may have taken effect."""


class MisconfiguredError(DeliveryError):
    """The destination cannot work until a human changes something."""


class RejectedError(DeliveryError):
    """The destination refused this very effect."""

    def __init__(self, text: str, *, field: str = "") -> None:
        """Name the `field` that the answer blames, if it names one: `photo`, `priority`, `place`, `who`, `note`."""
        super().__init__(text)
        self.field = field
