"""TinyDB's own behaviour on the journal."""

import pytest
from tinydb import TinyDB, where
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from kiosk.storage.tables import JournalDB


@pytest.fixture
def db(tmp_path):
    db = JournalDB(tmp_path)
    yield db
    db.close()


def test_it_answers_like_stock_tinydb(db):
    stock = TinyDB(storage=MemoryStorage)
    answers = []
    for one in (db, stock):
        table = one.table("t")
        log = [table.insert({"n": n, "in": {"a": [n]}}) for n in range(5)]
        log += [table.update({"x": 1}, where("n") > 2), table.upsert({"n": 9, "y": 2}, where("n") == 9)]
        log += [table.remove(doc_ids=[1, 77]), table.remove(where("n") == 1), len(table), table.get(doc_id=1)]
        log += [table.insert(Document({"n": 50}, doc_id=50)), table.insert({"n": 51}), sorted(d.doc_id for d in table)]
        log += [table.search(where("x") == 1), table.all(), one.tables()]
        table.truncate()
        log += [table.all(), one.tables(), table.insert({"again": 1})]
        one.drop_table("t")
        log += [one.tables()]
        answers.append(log)

    assert answers[0] == answers[1]


def test_what_a_caller_does_to_a_document_it_was_given_changes_nothing(db):
    table = db.table("t")
    table.insert({"in": {"a": [1]}})

    table.all()[0]["in"]["a"].append(2)
    db.storage.read()["t"]["1"]["in"] = None

    assert table.all() == [{"in": {"a": [1]}}]


def test_a_document_that_is_no_json_is_refused_whole(db):
    table = db.table("t")
    table.insert({"n": 1})

    with pytest.raises(TypeError):
        table.insert({"n": {1, 2}})

    assert table.all() == [{"n": 1}]


def test_a_change_of_nothing_writes_nothing(db, tmp_path):
    table = db.table("t")
    table.insert({"n": 1})
    size = sum(p.stat().st_size for p in tmp_path.glob("*.log"))

    table.update({"n": 1}, doc_ids=[1])
    table.remove(doc_ids=[9])

    assert sum(p.stat().st_size for p in tmp_path.glob("*.log")) == size
