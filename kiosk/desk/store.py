"""The desk's database: opened, checked, and written to by one writer at a time."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from uuid import uuid4

from sqlalchemy import URL, Engine, create_engine, event, make_url, select, update
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from kiosk.core.errors import ConfigError, Fault, StorageError
from kiosk.desk.settings import DeskSettings
from kiosk.desk.tables import SCHEMA, DeskRow, Row

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Give the time as aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A transaction that nobody else writes beside: its session, its place in the order of changes, its time."""

    session: Session
    sequence: int
    now: datetime


class Store:
    """The open database. Safe to use from any thread."""

    def __init__(self, url: URL, *, now: Callable[[], datetime] = utc_now) -> None:
        """Open the database at `url` and make its tables where they are missing.

        Raises:
            ConfigError: the database is newer than this desk.
            StorageError: it does not answer.
        """
        self.now = now
        self.changed: Callable[[int], object] | None = None
        """Called with the sequence number after every commit."""
        self._engine = _engine(url)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        with _translated():
            self._prepare()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Look at the database.

        Raises:
            StorageError: it does not answer.
        """
        with _translated(), self._sessions() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Change the database; all or nothing, and durable once this returns.

        Raises:
            StorageError: nothing was changed.
        """
        with _translated(), self._sessions.begin() as session:
            # The first statement locks the desk's row until the commit. So changes commit in the order of their
            # numbers, and no terminal's cursor can pass a change that is still on its way.
            session.execute(update(DeskRow).values(sequence=DeskRow.sequence + 1))
            sequence = session.scalars(select(DeskRow.sequence)).one()
            yield Writing(session=session, sequence=sequence, now=self.now())
        if self.changed is not None:
            self.changed(sequence)

    def position(self) -> tuple[str, int]:
        """Give the epoch of this database and the number of its last change."""
        with self.read() as session:
            desk = session.scalars(select(DeskRow)).one()
            return desk.epoch, desk.sequence

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        Row.metadata.create_all(self._engine)
        try:
            with self._sessions.begin() as session:
                if session.get(DeskRow, 1) is None:
                    session.add(DeskRow(id=1, schema_version=SCHEMA, epoch=uuid4().hex, sequence=0))
        except IntegrityError:
            log.debug("another process has just made this database")
        with self._sessions() as session:
            found = session.scalars(select(DeskRow.schema_version)).one()
        if found != SCHEMA:
            text = f"it has tables of version {found}, this desk knows version {SCHEMA}. Install the desk that made it."
            raise ConfigError([Fault("desk database", "", text)])


def open_store(settings: DeskSettings, *, now: Callable[[], datetime] = utc_now) -> Store:
    """Open the database that `settings` name.

    Raises:
        ConfigError: the database URL cannot be used.
        StorageError: the data folder or the database does not work.
    """
    make_data_folder(settings)
    if settings.database_url is None:
        return Store(URL.create("sqlite", database=str(settings.data / "desk.sqlite3")), now=now)
    try:
        return Store(_with_our_driver(make_url(settings.database_url)), now=now)
    except ArgumentError:
        text = "this is no database URL. An example: postgresql://desk:secret@db.plant/desk"
        raise ConfigError([Fault("kiosk desk", "database", text)]) from None  # its cause may repeat the password
    except ModuleNotFoundError as error:
        text = f"{error.name} is not installed. For PostgreSQL: pip install 'kiosk[postgresql]'"
        raise ConfigError([Fault("kiosk desk", "database", text)]) from error


def make_data_folder(settings: DeskSettings) -> None:
    """Make the data folder, readable by its owner only.

    Raises:
        StorageError: it cannot be made.
    """
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The desk's data folder {settings.data} cannot be made: {error.strerror}") from error


def _with_our_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _engine(url: URL) -> Engine:
    # As many connections as the web server has threads: no request waits for another one's connection.
    engine = create_engine(url, pool_size=10, max_overflow=40, pool_pre_ping=True, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    del entry
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ArgumentError:
        raise
    except SQLAlchemyError as error:
        log.exception("the desk's database failed")
        raise StorageError(f"The desk's database did not take it ({type(error).__name__}).") from error
