"""Who may do what: people of IT with a password, terminals with a token."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select

from kiosk.core.errors import ConfigError, Fault
from kiosk.core.text import clean_line
from kiosk.desk import credentials
from kiosk.desk.store import Store
from kiosk.desk.tables import PersonRow, TerminalRow

MIN_PASSWORD, MIN_TOKEN = 8, 16

Named = TypeVar("Named", PersonRow, TerminalRow)


def add_person(store: Store, name: str, password: str | None = None) -> str:
    """Let a person log in; give the password, made up when None.

    Raises:
        ConfigError: the name or the password cannot be used.
    """
    name = _usable_name(name)
    password = credentials.new_password() if password is None else password
    if len(password) < MIN_PASSWORD:
        raise _fault(f"a password needs at least {MIN_PASSWORD} characters")
    hashed = credentials.hash_password(password)
    with store.write() as writing:
        known = writing.session.scalars(select(PersonRow).where(PersonRow.name_key == name.casefold())).one_or_none()
        if known is None:
            writing.session.add(
                PersonRow(name=name, name_key=name.casefold(), password_hash=hashed, added_at=writing.now)
            )
        else:
            known.password_hash = hashed
    return password


def add_terminal(store: Store, name: str, token: str | None = None) -> str:
    """Let a terminal report; give its token, made up when None.

    Raises:
        ConfigError: the name or the token cannot be used.
    """
    name = _usable_name(name)
    token = credentials.new_token() if token is None else token
    if len(token) < MIN_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise _fault(f"a token needs at least {MIN_TOKEN} plain characters without spaces")
    hashed = credentials.hash_token(token)
    with store.write() as writing:
        holder = writing.session.scalars(select(TerminalRow).where(TerminalRow.token_hash == hashed)).one_or_none()
        if holder and holder.name_key != name.casefold():
            raise _fault(f"the terminal {holder.name} has this token already; every terminal needs its own")
        known = writing.session.scalars(
            select(TerminalRow).where(TerminalRow.name_key == name.casefold())
        ).one_or_none()
        if known is None:
            writing.session.add(
                TerminalRow(name=name, name_key=name.casefold(), token_hash=hashed, added_at=writing.now)
            )
        else:
            known.token_hash = hashed
    return token


def remove(store: Store, table: type[Named], row_id: int) -> None:
    """Let a person or a terminal in no more."""
    with store.write() as writing:
        row = writing.session.get(table, row_id)
        if row is not None:
            writing.session.delete(row)


def everybody(store: Store, table: type[Named]) -> list[Named]:
    """List all people or all terminals by name."""
    with store.read() as session:
        return list(session.scalars(select(table).order_by(table.name_key)))


def person(store: Store, person_id: int) -> PersonRow | None:
    """Look a person up."""
    with store.read() as session:
        return session.get(PersonRow, person_id)


def person_named(store: Store, name: str) -> PersonRow | None:
    """Look a person up by the name given at the login."""
    key = clean_line(name, limit=60).casefold()
    with store.read() as session:
        return session.scalars(select(PersonRow).where(PersonRow.name_key == key)).one_or_none()


def terminal_with(store: Store, token: str) -> TerminalRow | None:
    """Look up the terminal that holds `token`."""
    with store.read() as session:
        wanted = TerminalRow.token_hash == credentials.hash_token(token)
        return session.scalars(select(TerminalRow).where(wanted)).one_or_none()


def _usable_name(name: str) -> str:
    cleaned = clean_line(name, limit=60)
    if not cleaned:
        raise _fault("a name is needed, such as Jana")
    return cleaned


def _fault(text: str) -> ConfigError:
    return ConfigError([Fault("kiosk desk", "", text)])
