"""Stands in for the conftest of TinyDB's own tests: every database that they open is one on the journal."""

import tempfile
from pathlib import Path

import pytest
import tinydb
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import JSONStorage, MemoryStorage

from kiosk.storage.tables import JournalDB

Stock = tinydb.TinyDB


class OnTheJournal(JournalDB):
    """Takes what `TinyDB` takes. A storage that a test made itself is that test's subject, and stays."""

    def __new__(cls, *args, **options):
        if options.get("storage", MemoryStorage) not in (MemoryStorage, JSONStorage):
            return Stock(*args, **options)
        return super().__new__(cls)

    def __init__(self, *args, **_options):
        super().__init__(Path(str(args[0])) if args else Path(tempfile.mkdtemp()))


tinydb.TinyDB = OnTheJournal


@pytest.fixture
def db(tmp_path):
    db = JournalDB(tmp_path)
    db.drop_tables()
    db.insert_multiple({"int": 1, "char": char} for char in "abc")
    return db


@pytest.fixture
def storage():
    return CachingMiddleware(MemoryStorage)()
