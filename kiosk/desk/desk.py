"""The parts that one running desk consists of, handed to every request."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from kiosk.desk import credentials
from kiosk.desk.live import Live
from kiosk.desk.settings import DeskSettings
from kiosk.desk.store import Store, make_data_folder, open_store, utc_now
from kiosk.desk.throttle import Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One running desk."""

    settings: DeskSettings
    store: Store
    key: bytes = field(repr=False)
    """Signs the cookies."""
    live: Live = field(default_factory=Live)
    tries_by_person: Throttle = field(default_factory=lambda: Throttle(time.monotonic, free_tries=5))
    tries_by_address: Throttle = field(default_factory=lambda: Throttle(time.monotonic, free_tries=30))
    gatekeeper: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="desk-login")
    )
    """Checks one password at a time, so that a flood of logins takes neither the memory nor the threads of the rest."""
    seen: dict[int, datetime] = field(default_factory=dict)
    """Terminal -> when it last asked, since the desk was started."""

    def close(self) -> None:
        """Let go of threads and connections."""
        self.gatekeeper.shutdown(wait=True, cancel_futures=True)
        self.store.close()


def open_desk(settings: DeskSettings, *, now: Callable[[], datetime] = utc_now) -> Desk:
    """Open what `settings` name.

    Raises:
        ConfigError: the settings cannot be used.
        StorageError: the data folder or the database does not work.
    """
    make_data_folder(settings)
    key = credentials.signing_key(settings)
    store = open_store(settings, now=now)
    desk = Desk(settings=settings, store=store, key=key)
    store.changed = desk.live.publish
    return desk


def _desk_of(connection: HTTPConnection) -> Desk:
    return cast("Desk", connection.app.state.desk)


TheDesk = Annotated[Desk, Depends(_desk_of)]
