"""Frozen values to JSON-able documents and back, by their type hints.

A field that a document lacks takes its default and a field that the class lacks is passed over,
so that a terminal can read what an older or newer version wrote. A default is not written, which halves a document;
so a default is a part of the format, and never changes. What to do with a type is worked out
once: a start reads a hundred thousand documents of three types.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache, partial
from pathlib import Path
from sys import intern
from typing import Any, TypeVar

T = TypeVar("T")

Turn = Callable[[Any], Any]
"""Turns one value into another: a document's into ours, or ours into a document's."""


def to_document(value: Any, *, whole: bool = False) -> Any:
    """Turn a dataclass, or anything inside one, into plain JSON values; `whole` with its defaults, for other programs to read."""
    kind: Any = type(value)
    return _writer(kind, whole)(value)


def from_document(kind: type[T], document: Any) -> T:
    """Build a `kind` from what `to_document` gave.

    Raises:
        ValueError, TypeError, KeyError: `document` does not describe a `kind`.
    """
    hint: Any = kind
    return typing.cast("T", _reader(hint)(document))


# ------------------------------------------------------------ writing


@cache
def _writer(kind: type, whole: bool) -> Turn:  # noqa: FBT001  the cache's key
    write = partial(to_document, whole=whole)
    if dataclasses.is_dataclass(kind):
        return _dataclass_writer(kind, write, whole=whole)
    if issubclass(kind, Mapping):
        return lambda value: {write(key): write(item) for key, item in value.items()}
    if issubclass(kind, (tuple, list)):
        return lambda value: [write(item) for item in value]
    if issubclass(kind, frozenset):
        return lambda value: sorted(write(item) for item in value)
    return _plain_writer(kind)


def _plain_writer(kind: type) -> Turn:
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, datetime):
        return kind.isoformat
    return str if issubclass(kind, Path) else _same


def _dataclass_writer(kind: type, write: Turn, *, whole: bool) -> Turn:
    fields = tuple((f.name, dataclasses.MISSING if whole else _default_of(f)) for f in dataclasses.fields(kind))

    def write_all(value: Any) -> Any:
        found = ((name, default, getattr(value, name)) for name, default in fields)
        return {name: write(item) for name, default, item in found if item != default}

    return write_all


def _default_of(field: dataclasses.Field[Any]) -> Any:
    """Give what a field has that nobody set; something that equals nothing where it has to be set."""
    factory = field.default_factory
    return factory() if factory is not dataclasses.MISSING else field.default


def _same(value: Any) -> Any:
    return value


# ------------------------------------------------------------ reading


@cache
def _reader(hint: Any) -> Turn:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _optional_reader(_reader(next(a for a in arguments if a is not type(None))))
    if origin in (tuple, frozenset):
        return _row_reader(origin, _reader(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_reader(_reader(arguments[0]), _reader(arguments[1]))
    return _plain_reader(hint)


def _optional_reader(read: Turn) -> Turn:
    return lambda value: None if value is None else read(value)


def _row_reader(kind: type, read: Turn) -> Turn:
    return lambda value: kind([read(item) for item in value]) if value != [] else kind()


def _mapping_reader(read_key: Turn, read_item: Turn) -> Turn:
    return lambda value: {read_key(key): read_item(item) for key, item in value.items()}


def _plain_reader(kind: type) -> Turn:
    if dataclasses.is_dataclass(kind):
        return _dataclass_reader(kind)
    if kind is datetime:
        return datetime.fromisoformat
    if issubclass(kind, Enum):
        return _enum_reader(kind)
    if issubclass(kind, Path):
        return kind
    # A thousand tickets share the same names and texts: they are kept once.
    return intern if kind is str else _checked(kind)


def _dataclass_reader(kind: type) -> Turn:
    """Fill the slots one by one, which takes half the time of a frozen class's constructor; so `kind` has slots, and no more to check."""
    hints = typing.get_type_hints(kind)
    fields = [
        (f.name, getattr(kind, f.name).__set__, _reader(hints[f.name]), f.default, f.default_factory)
        for f in dataclasses.fields(kind)
    ]

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _unexpected(kind, value)
        made: Any = object.__new__(kind)
        for name, put, turn, default, factory in fields:
            if name in value:
                put(made, turn(value[name]))
            elif factory is not dataclasses.MISSING:
                put(made, factory())
            elif default is not dataclasses.MISSING:
                put(made, default)
            else:
                raise TypeError(f"{kind.__name__} needs {name}")
        return made

    return read


def _enum_reader(kind: type[Enum]) -> Turn:
    return {member.value: member for member in kind}.__getitem__


def _checked(kind: type) -> Turn:
    def read(value: Any) -> Any:
        if not isinstance(value, kind):
            raise _unexpected(kind, value)
        return value

    return read


def _unexpected(kind: type, value: Any) -> TypeError:
    return TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
