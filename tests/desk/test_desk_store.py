from __future__ import annotations

import sqlite3
import stat

import pytest
from running_desk import PASSWORD
from sqlalchemy import text

from kiosk.core.errors import ConfigError, StorageError
from kiosk.desk import DeskSettings, add_person, add_terminal, create_app, credentials, people
from kiosk.desk.desk import open_desk
from kiosk.desk.store import open_store
from kiosk.desk.tables import SCHEMA


def test_sqlite_keeps_what_it_said_it_keeps(settings):
    with open_store(settings) as store, store.read() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000}


def test_a_write_that_fails_changes_nothing(settings):
    with open_store(settings) as store:
        before = store.position()
        with pytest.raises(RuntimeError), store.write():
            raise RuntimeError

        assert store.position() == before


def test_two_processes_may_open_one_desk(settings):
    with open_store(settings) as first, open_store(settings) as second:
        people.add_terminal(first, "Line 3", "a-token-of-our-own")

        assert people.terminal_with(second, "a-token-of-our-own").name == "Line 3"


def test_a_new_database_has_an_epoch_of_its_own(settings, tmp_path):
    with open_store(settings) as one, open_store(DeskSettings(data=tmp_path / "other")) as other:
        assert one.position()[0] != other.position()[0]


def test_a_database_of_a_newer_desk_is_left_alone(settings):
    open_store(settings).close()
    database = sqlite3.connect(settings.data / "desk.sqlite3")
    with database:
        database.execute("UPDATE desk SET schema_version = 99")
    database.close()

    with pytest.raises(ConfigError, match=f"version 99, this desk knows version {SCHEMA}"):
        open_store(settings)


@pytest.mark.parametrize(
    "url", ["no url with hunter2", "nosuchdatabase://desk:hunter2@host/desk", "sqlite:////nonexistent/hunter2/x.db"]
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(tmp_path, url):
    with pytest.raises((ConfigError, StorageError)) as caught:
        open_store(DeskSettings(data=tmp_path, database_url=url))

    assert "hunter2" not in str(caught.value)


def test_settings_never_show_the_database_url(tmp_path):
    assert "hunter2" not in repr(DeskSettings(data=tmp_path, database_url="postgresql://desk:hunter2@host/desk"))


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="file/desk cannot be made"):
        open_store(DeskSettings(data=tmp_path / "file" / "desk"))


def test_a_file_that_is_no_database_is_told(settings):
    settings.data.mkdir()
    (settings.data / "desk.sqlite3").write_bytes(b"this is no database, but a letter" * 100)

    with pytest.raises(StorageError, match="database"):
        open_store(settings)


def test_passwords_and_tokens_are_nowhere_in_the_database(settings):
    password, token = add_person(settings, "Jana"), add_terminal(settings, "Line 3")
    with open_store(settings) as store:
        kept = repr(
            [vars(row) for table in (people.PersonRow, people.TerminalRow) for row in people.everybody(store, table)]
        )

    assert "Jana" in kept
    for file in settings.data.iterdir():
        assert password.encode() not in file.read_bytes()
        assert token.encode() not in file.read_bytes()
    assert password not in kept
    assert token not in kept


def test_a_password_costs_a_guesser_32_megabytes_a_try(monkeypatch):
    monkeypatch.undo()

    assert 128 * credentials.COST["n"] * credentials.COST["r"] == 32 * 1024 * 1024
    assert credentials.is_password("correct", credentials.hash_password("correct"))


def test_a_made_up_password_fits_and_another_does_not(settings):
    password = add_person(settings, "Jana")

    with open_store(settings) as store:
        hashed = people.person_named(store, "  JANA ").password_hash

    assert credentials.is_password(password, hashed)
    assert not credentials.is_password(password + "x", hashed)
    assert not credentials.is_password(password, None)
    assert not credentials.is_password("", None)


def test_adding_somebody_again_gives_a_new_password_and_no_second_person(settings):
    first, second = add_person(settings, "Jana"), add_person(settings, " jana")

    with open_store(settings) as store:
        (jana,) = people.everybody(store, people.PersonRow)

    assert jana.name == "Jana"
    assert credentials.is_password(second, jana.password_hash)
    assert not credentials.is_password(first, jana.password_hash)


@pytest.mark.parametrize(("name", "password"), [("", None), ("\x00", None), ("Jana", "short")])
def test_a_person_needs_a_name_and_a_password_worth_it(settings, name, password):
    with pytest.raises(ConfigError):
        add_person(settings, name, password)


@pytest.mark.parametrize("token", ["short", "a token with many spaces", "ein-schlüssel-mit-umlaut"])
def test_a_token_must_fit_into_a_header(settings, token):
    with pytest.raises(ConfigError, match="a token needs"):
        add_terminal(settings, "Line 3", token)


def test_two_terminals_never_share_a_token(settings):
    add_terminal(settings, "Line 3", "a-token-of-our-own")

    with pytest.raises(ConfigError, match="Line 3 has this token"):
        add_terminal(settings, "Line 4", "a-token-of-our-own")
    assert add_terminal(settings, "line 3", "a-token-of-our-own") == "a-token-of-our-own"


def test_the_secret_is_made_once_and_is_its_owners_alone(settings):
    first = open_desk(settings)
    second = open_desk(settings)
    first.close()
    second.close()

    secret = settings.data / "secret"
    assert first.key == second.key == secret.read_bytes()
    assert len(first.key) == 32
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o700
    assert "key" not in repr(first)


def test_a_damaged_secret_is_no_secret(settings):
    settings.data.mkdir()
    (settings.data / "secret").write_bytes(b"")

    with pytest.raises(StorageError, match="Delete it"):
        create_app(settings)


def test_signatures_tell_where_one_part_ends(settings):
    assert credentials.sign(b"key", "ab", "c") != credentials.sign(b"key", "a", "bc")
    assert not credentials.is_signature("\u00e9", b"key", "ab")
    assert PASSWORD not in credentials.sign(b"key", PASSWORD)
