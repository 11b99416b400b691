"""TinyDB on the journal, through its own extension points: a storage, a table class, a database class.

Stock tables hand the whole database to the storage at every change. These hand over what changed, so that a change
costs the same with ten tickets as with a hundred thousand. `_read_table` and `_update_table` are TinyDB's inner
methods, which is why its version is pinned and its own test suite runs on this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, ItemsView, Iterator, Mapping, MutableMapping
from itertools import islice
from pathlib import Path
from typing import Any

from tinydb import Storage, TinyDB
from tinydb.table import Table

from kiosk.storage.files import Files
from kiosk.storage.journal import Changes, Journal

Document = dict[str, Any]


class JournalStorage(Storage):
    """A TinyDB storage whose content is a journal in a folder."""

    def __init__(self, folder: Path, *, files: Files | None = None) -> None:
        """Read the journal in `folder`, which must be there.

        Raises:
            OSError: it cannot be read.
        """
        super().__init__()
        files = files or Files()
        files.make_folder(Path(folder, "damaged"))
        self.journal = Journal(Path(folder), files=files)

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Give everything, as a copy; None when there is no table yet."""
        tables = self.journal.tables
        return {name: dict(LazyTable(rows)) for name, rows in tables.items()} or None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Make the journal hold `data`, by what differs from what it holds.

        Raises:
            OSError: nothing was changed.
        """
        tables = self.journal.tables
        changes: dict[str, Mapping[str, str | None] | None] = dict.fromkeys(tables.keys() - data.keys())
        for name, rows in data.items():
            changed = _difference(tables.get(name, {}), {str(key): _text(row) for key, row in rows.items()})
            if changed or name not in tables:
                changes[name] = changed
        if changes:
            self.journal.change(changes)

    def close(self) -> None:
        """Close the journal's file."""
        self.journal.close()


class LazyTable(Mapping[str, Document]):
    """A table's documents by id, read from their text when they are asked for; each a copy of its own."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def __getitem__(self, doc_id: str) -> Document:
        document: Document = json.loads(self.texts[doc_id])
        return document

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self.texts))

    def __len__(self) -> int:
        return len(self.texts)

    def items(self) -> ItemsView[str, Document]:
        """Give all of them, in handfuls: reading many texts at once takes a third less than one by one."""
        return _Items(self)


class _Items(ItemsView[str, Document]):
    _mapping: LazyTable

    def __iter__(self) -> Iterator[tuple[str, Document]]:
        rows = iter(tuple(self._mapping.texts.items()))
        while handful := tuple(islice(rows, 64)):
            texts = ",".join(text for _, text in handful)
            yield from zip((key for key, _ in handful), json.loads(f"[{texts}]"), strict=True)


class _Draft(MutableMapping[int, Any]):
    """A table in the hands of one of TinyDB's updaters: it remembers what was touched."""

    def __init__(self, rows: Mapping[str, str], id_class: Callable[[Any], int]) -> None:
        self._rows, self._id_class = rows, id_class
        self._touched: dict[str, Any] = {}
        self._gone: set[str] = set()

    def __getitem__(self, doc_id: int) -> Any:
        key = str(doc_id)
        if key in self._gone:
            raise KeyError(doc_id)
        if key not in self._touched:
            self._touched[key] = json.loads(self._rows[key])
        return self._touched[key]

    def __setitem__(self, doc_id: int, document: Any) -> None:
        self._touched[str(doc_id)] = document
        self._gone.discard(str(doc_id))

    def __delitem__(self, doc_id: int) -> None:
        if doc_id not in self:
            raise KeyError(doc_id)
        self._touched.pop(str(doc_id), None)
        self._gone.add(str(doc_id))

    def __contains__(self, doc_id: object) -> bool:
        key = str(doc_id)
        return key not in self._gone and (key in self._touched or key in self._rows)

    def __iter__(self) -> Iterator[int]:
        keys = [key for key in self._rows if key not in self._gone]
        keys += [key for key in self._touched if key not in self._rows]
        return map(self._id_class, keys)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        self._touched.clear()
        self._gone.update(self._rows)

    def changes(self) -> dict[str, str | None]:
        texts = {key: _text(document) for key, document in self._touched.items()}
        changed: dict[str, str | None] = {key: text for key, text in texts.items() if self._rows.get(key) != text}
        return changed | dict.fromkeys(key for key in self._gone if key in self._rows)


class JournalTable(Table):
    """A TinyDB table that reads single documents and writes single changes."""

    def _read_table(self) -> Mapping[str, Document]:  # type: ignore[override]  # TinyDB only reads it
        return LazyTable(self._journal.tables.get(self.name, {}))

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        draft = _Draft(self._journal.tables.get(self.name, {}), self.document_id_class)
        updater(draft)
        changed = draft.changes()
        if changed or self.name not in self._journal.tables:
            changes: Changes = {self.name: changed}
            self._journal.change(changes)
        self.clear_cache()

    @property
    def _journal(self) -> Journal:
        journal: Journal = self._storage.journal  # type: ignore[attr-defined]  # JournalDB gives it no other storage
        return journal


class JournalDB(TinyDB):
    """TinyDB with a journal underneath."""

    default_storage_class = JournalStorage  # type: ignore[assignment]  # TinyDB's hint names its own JSON storage
    table_class = JournalTable

    @property
    def journal(self) -> Journal:
        """What lies underneath."""
        journal: Journal = self.storage.journal  # type: ignore[attr-defined]  # it has no other storage
        return journal


def _text(document: Any) -> str:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


def _difference(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    changed: dict[str, str | None] = {key: text for key, text in after.items() if before.get(key) != text}
    return changed | dict.fromkeys(before.keys() - after.keys())
