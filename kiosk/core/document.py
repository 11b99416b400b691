"""Frozen values to JSON-able documents and back, by their type hints.

A field that a document lacks takes its default and a field that the class lacks is passed over,
so that a terminal can read what an older or newer version wrote.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def to_document(value: Any) -> Any:
    """Turn a dataclass, or anything inside one, into plain JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_document(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {to_document(key): to_document(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, frozenset)):
        items = [to_document(item) for item in value]
        return sorted(items) if isinstance(value, frozenset) else items
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def from_document(kind: type[T], document: Any) -> T:
    """Build a `kind` from what `to_document` gave.

    Raises:
        ValueError, TypeError, KeyError: `document` does not describe a `kind`.
    """
    return typing.cast("T", _read(kind, document))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _read(next(a for a in arguments if a is not type(None)), value)
    if origin is tuple:
        return tuple(_read(arguments[0], item) for item in value)
    if origin is frozenset:
        return frozenset(_read(arguments[0], item) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        return {_read(arguments[0], key): _read(arguments[1], item) for key, item in value.items()}
    return _read_plain(hint, value)


def _read_plain(kind: type, value: Any) -> Any:
    if dataclasses.is_dataclass(kind) and isinstance(value, Mapping):
        fields = {f.name for f in dataclasses.fields(kind)} & value.keys()
        return kind(**{name: _read(_hints(kind)[name], value[name]) for name in fields})
    if kind is datetime:
        return datetime.fromisoformat(value)
    if issubclass(kind, (Enum, Path)):
        return kind(value)
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
    return value
