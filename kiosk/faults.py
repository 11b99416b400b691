"""Checking TOML files that people write by hand: what is wrong, where, and what to do, all faults at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from kiosk.core.errors import ConfigError, Fault
from kiosk.core.text import clean_line

Model = TypeVar("Model", bound=BaseModel)

_MOST_DOTS = 50
_TOML_ERROR = re.compile(r"(?P<what>.*?) \(at (?P<place>line \d+, column \d+|end of document)\)")
_SHOULD = re.compile(r"^\w+ should")
_PLAIN_WORDS = {
    "missing": "is missing",
    "string_type": "must be a text in quotes",
    "string_too_short": "must not be empty",
    "path_type": "must be a path in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list in square brackets",
    "tuple_type": "must be a list in square brackets",
    "frozen_set_type": "must be a list in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "date_type": "must be a date such as 2026-12-24, without quotes",
    "datetime_type": "must be a date and time such as 2026-12-24T22:00:00, without quotes",
}


class Section(BaseModel):
    """A table of a configuration file; an unknown key is a fault, and no value ever shows in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def matching(pattern: str, rule: str) -> AfterValidator:
    """Make a check for `Annotated[str, ...]` that tells the `rule` in plain words instead of the pattern."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(rule)
        return text

    return AfterValidator(check)


def pattern(groups: Collection[int], rule: str) -> AfterValidator:
    """Make a check for a regular expression that a plant writes, with as many groups in brackets as `groups` holds; else the `rule` is told."""

    def check(text: str) -> str:
        try:
            found = re.compile(text).groups
        except re.error as error:
            raise ValueError(f"is not a pattern: {error}") from None
        if found not in groups:
            raise ValueError(rule)
        return text

    return AfterValidator(check)


ONE_GROUP_AT_MOST = pattern((0, 1), "has more than one group in brackets; write the others as (?: ...)")


@dataclass(frozen=True, slots=True)
class Row:
    """One table as it is written, with the place where it stands."""

    file: str
    place: str
    table: Any

    def text(self, key: str) -> str:
        """Give the text under `key`; empty when there is none, which other checks tell."""
        value = self.table.get(key, "") if isinstance(self.table, Mapping) else ""
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[str]:
        """Give the texts of the list under `key`."""
        return [text for text in self._list(key) if isinstance(text, str)]

    def rows(self, key: str) -> list[Row]:
        """Give the tables of the list under `key`."""
        return [Row(self.file, self.place, table) for table in self._list(key)]

    def _list(self, key: str) -> list[Any]:
        value = self.table.get(key) if isinstance(self.table, Mapping) else None
        return value if isinstance(value, list) else []

    def fault(self, key: str, text: str) -> Fault:
        """Say what is wrong with `key` of this table."""
        return Fault(self.file, ".".join(filter(None, (self.place, key))), text)


class TomlFile:
    """A TOML file under check: it hands out its tables and collects the faults."""

    def __init__(self, path: Path, *, limit: int, keys: Iterable[str]) -> None:
        """Read the file, which may have the top-level `keys` and no other.

        Raises:
            ConfigError: it cannot be read, is not TOML, or is a different file altogether.
        """
        self.path, self.faults = path, list[Fault]()
        self.table, known = read_toml(path, limit=limit), list(keys)
        if not set(known) & set(self.table):
            raise _error(path, "", f"is another kind of file: it has none of {', '.join(known)}")
        top = Row(str(path), "", self.table)
        self.faults += [
            top.fault(clean_line(key, limit=60), f"is not known here; {suggestion(key, known)}")
            for key in self.table
            if key not in known
        ]

    def section(self, key: str) -> Row:
        """Give the table `[key]`; a missing one is empty, so that its own missing keys are told."""
        return Row(str(self.path), key, self.table.get(key, {}))

    def rows(self, key: str) -> list[Row]:
        """Give the tables of the list `[[key]]`."""
        tables = self.table.get(key, [])
        if not isinstance(tables, list):
            self.faults.append(Fault(str(self.path), key, f"must be written as [[{key}]], in double square brackets"))
            return []
        return [Row(str(self.path), f"[[{key}]] {_numbered(n, table)}", table) for n, table in enumerate(tables, 1)]

    def parse(self, model: type[Model], row: Row) -> Model | None:
        """Check `row`, whose relative paths start in this file's folder; None when it has faults."""
        try:
            return model.model_validate(row.table, context={"folder": self.path.parent})
        except ValidationError as error:
            self.faults += faults_of(error, file=row.file, place=row.place, model=model)
            return None


def read_text(path: Path, *, limit: int) -> str:
    """Read a small text file in UTF-8, with or without a byte order mark.

    Raises:
        ConfigError: it is missing, too large, empty, or no such text.
    """
    data = _read(path, limit)
    if len(data) > limit:
        raise _error(path, "", f"is larger than {limit // 1024} KiB; this cannot be the right file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _error(path, f"line {line}", "is not UTF-8 text; save the file as UTF-8") from None
    if not text.strip():
        raise _error(path, "", "is empty; start from the example that comes with the kiosk")
    return text


def read_toml(path: Path, *, limit: int) -> dict[str, Any]:
    """Read a TOML file of at most `limit` bytes.

    Raises:
        ConfigError: it cannot be read, or it is not TOML.
    """
    text = read_text(path, limit=limit)
    for number, line in enumerate(text.split("\n"), start=1):
        # tomllib takes minutes for a long dotted key, and no key of ours has more than a few dots.
        if line.count(".") > _MOST_DOTS:
            raise _error(path, f"line {number}", f"has more than {_MOST_DOTS} dots; split it over several lines")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _error(path, "", "is nested too deeply; this cannot be the right file") from None
    except ValueError as error:
        raise _not_toml(path, str(error)) from None


def faults_of(
    error: ValidationError, *, file: str, place: str = "", model: type[BaseModel] | None = None
) -> list[Fault]:
    """Turn pydantic's findings into faults that a person can act on; never with the value, which may be a secret.

    With `model`, the class that was validated, a misspelt key is told what it may have been meant to be.
    """
    found = error.errors(include_url=False, include_input=False)
    return [Fault(file, _join(place, one["loc"]), _words(one, model)) for one in found]


def suggestion(word: str, known: Iterable[str]) -> str:
    """Say which of the `known` words may have been meant by `word`, or name them all when none is near."""
    names = sorted(known)
    by_folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    if near:
        return f"did you mean {by_folded[near[0]]!r}?"
    return f"there are: {', '.join(names)}" if names else "there are none"


def _read(path: Path, limit: int) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise _error(path, "", "is not a file")
        with path.open("rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        raise _error(path, "", "does not exist; create it, or name another file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _error(path, "", f"cannot be read: {reason}") from None


def _not_toml(path: Path, message: str) -> ConfigError:
    known = _TOML_ERROR.fullmatch(message)
    what, place = (known["what"], known["place"]) if known else (message, "")
    return _error(path, place, f"is not valid TOML: {what}")


def _error(path: Path, place: str, text: str) -> ConfigError:
    return ConfigError([Fault(str(path), place, text)])


def _numbered(number: int, table: Any) -> str:
    """Name a table by its number, counted from one as people count, and by what it calls itself."""
    row = Row("", "", table)
    name = clean_line(row.text("name") or row.text("id"), limit=40)
    return f"#{number} ({name})" if name else f"#{number}"


def _join(place: str, loc: Iterable[int | str]) -> str:
    # "[key]" is how pydantic marks a fault in a key itself.
    parts = (
        f" #{part + 1}" if isinstance(part, int) else f".{clean_line(part, limit=60)}"
        for part in loc
        if part != "[key]"
    )
    joined = place + "".join(parts)
    return joined if place else joined.lstrip(". ")


def _words(error: Mapping[str, Any], model: type[BaseModel] | None) -> str:
    kind, message = error["type"], error["msg"]
    if kind == "extra_forbidden":
        known = _keys_at(model, error["loc"][:-1])
        return "is not a known setting; " + (suggestion(str(error["loc"][-1]), known) if known else "remove it")
    if kind in ("enum", "literal_error"):
        return f"must be one of: {error['ctx']['expected']}"
    plain = str(_PLAIN_WORDS.get(kind) or message.removeprefix("Value error, "))
    return _SHOULD.sub("must", plain, count=1)


def _keys_at(model: type[BaseModel] | None, loc: Iterable[int | str]) -> list[str]:
    for part in loc:
        if model and isinstance(part, str):
            field = model.model_fields.get(part)
            model = next(_models_in(field.annotation), None) if field else None
    return list(model.model_fields) if model else []


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
