"""What one desk is told when it is started."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """How and where a desk runs."""

    data: Path
    """Folder for the database and the secret that signs sessions; made when it is missing."""
    host: str = "127.0.0.1"
    port: int = 8642
    """0 takes a free port."""
    database_url: str | None = field(default=None, repr=False)
    """Any SQLAlchemy URL; None is SQLite in `data`. It may contain a password and is never printed."""
    title: str = "IT desk"
