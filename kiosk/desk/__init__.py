"""The embedded IT desk: a small web service and board for a plant with no ticket system yet.

Nothing of FastAPI or SQLAlchemy is imported before one of the functions below is called, so that a terminal
without the `desk` extra can import this package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kiosk.core.errors import ConfigError, Fault
from kiosk.desk.settings import DeskSettings

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["DeskSettings", "add_person", "add_terminal", "create_app", "serve"]


def serve(settings: DeskSettings, *, ready: Callable[[str], None] | None = None) -> None:
    """Run the desk until SIGTERM or SIGINT; `ready` gets its address once it listens.

    Raises:
        ConfigError: the `desk` extra is not installed, or the settings cannot be used.
        StorageError: the data folder or the database does not work.
    """
    with _desk_extra():
        from kiosk.desk.server import DeskServer  # noqa: PLC0415  the extra may be missing
    DeskServer(settings, ready=ready).run()


def create_app(settings: DeskSettings) -> FastAPI:
    """Build the ASGI application, for a server other than our own.

    Raises:
        ConfigError: the `desk` extra is not installed, or the settings cannot be used.
        StorageError: the data folder or the database does not work.
    """
    with _desk_extra():
        from kiosk.desk.app import build_app  # noqa: PLC0415  the extra may be missing
    return build_app(settings)


def add_person(settings: DeskSettings, name: str, password: str | None = None) -> str:
    """Let `name` log in and give the password, made up when None; a known person's password is replaced.

    Raises:
        ConfigError: the `desk` extra is not installed, or the name or password cannot be used.
        StorageError: the data folder or the database does not work.
    """
    with _desk_extra():
        from kiosk.desk import people  # noqa: PLC0415  the extra may be missing
        from kiosk.desk.store import open_store  # noqa: PLC0415
    with open_store(settings) as store:
        return people.add_person(store, name, password)


def add_terminal(settings: DeskSettings, name: str, token: str | None = None) -> str:
    """Let the terminal `name` report and give its token, made up when None; a known terminal's token is replaced.

    Raises:
        ConfigError: the `desk` extra is not installed, or the name or token cannot be used.
        StorageError: the data folder or the database does not work.
    """
    with _desk_extra():
        from kiosk.desk import people  # noqa: PLC0415  the extra may be missing
        from kiosk.desk.store import open_store  # noqa: PLC0415
    with open_store(settings) as store:
        return people.add_terminal(store, name, token)


@contextmanager
def _desk_extra() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("kiosk"):
            raise
        text = f"{error.name} is not installed. The desk needs it: pip install 'kiosk[desk]'"
        raise ConfigError([Fault("kiosk desk", "", text)]) from error
