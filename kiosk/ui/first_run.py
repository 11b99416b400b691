"""What the first start of a terminal asks, and where the answers go."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a technician said on the screen."""

    name: str
    """What the terminal is called in every ticket."""
    area: str
    """The area where it stands; empty: it belongs to the whole plant."""
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRun:
    """A terminal that does not know yet who it is."""

    name: str
    """What it would be called if nobody said otherwise."""
    save: Callable[[Answers], Future[None]]
    """Keep the answers; the future raises `OSError` when they cannot be kept."""
    restart: Callable[[], None]
    """Begin again, with what was answered or with a file that has come."""
    missing: Path | None = None
    """Where the plant file has to be put, when there is none yet."""
