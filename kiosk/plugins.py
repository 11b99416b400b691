"""Finds the class of a plugin by its kind and `type`, checks its settings and builds it.

A plugin class is constructed as `Plugin(settings, terminal="K07")`, without any I/O, and names its settings in the class
attribute `Settings`; that settings class stands at the head of the plugin's module.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, entry_points, metadata
from pathlib import Path
from typing import Annotated, Any, ClassVar, Protocol, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator

from kiosk.core.errors import ConfigError, Fault
from kiosk.core.model import Status
from kiosk.core.plant import Priority
from kiosk.faults import Section, faults_of, suggestion
from kiosk.fields import ConfigPath


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(text.split()) != 1:
        raise ValueError("not a web address: say it as https://host or https://host/path")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("only the plain address, without user name, password or ?query")
    if parts.port == 0:  # reading it also refuses what is no number up to 65535
        raise ValueError("0 is no port")
    return text.rstrip("/")


def _certificates(path: Path) -> Path:
    try:
        ssl.create_default_context(cafile=path)
    except FileNotFoundError:
        raise ValueError("does not exist; name the file with the certificate of the plant's authority") from None
    except OSError:  # what is no certificate is an ssl.SSLError, which is one
        raise ValueError("cannot be read as certificates; name a file in PEM form (BEGIN CERTIFICATE)") from None
    return path


WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An http or https address without credentials and without the slash at its end."""
CertificateFile = Annotated[ConfigPath, AfterValidator(_certificates)]
"""The plant's own certificate authority, in PEM form."""


class PluginSettings(Section):
    """What every plugin's table in `kiosk.toml` has."""

    questions: ClassVar[Mapping[str, str]] = {}
    """What `kiosk setup` asks, setting by setting; it asks nothing that has a good answer already."""
    type: str
    name: str = Field(default="", max_length=60)
    """What people call it; the type, where nothing else is said."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, table: Any) -> Any:
        return {"name": table.get("type", ""), **table} if isinstance(table, Mapping) else table


class HttpSettings(PluginSettings):
    """What every plugin that speaks HTTP has."""

    url: WebAddress
    ca_file: CertificateFile | None = None
    proxy: WebAddress | None = None
    timeout: float = Field(default=30.0, gt=0, le=300)
    """Seconds without a sign of life after which an answer is given up."""


class MappedSettings(PluginSettings):
    """What a plugin has whose system calls priorities and statuses by names of its own."""

    usual_priorities: ClassVar[Mapping[Priority, str]] = {}
    usual_statuses: ClassVar[Mapping[str, Status]] = {}
    priorities: dict[Priority, str] = Field(default_factory=dict)
    """Its names for our priorities, where they differ from the usual ones."""
    statuses: dict[str, Status] = Field(default_factory=dict)
    """Our status for names of its own, in addition to the usual ones; one that means "on the way" belongs here."""

    @property
    def all_priorities(self) -> dict[Priority, str]:
        """The usual ones with what the plant says."""
        return {**self.usual_priorities, **self.priorities}

    @property
    def all_statuses(self) -> dict[str, Status]:
        """The usual ones with what the plant says; names in lower case."""
        return {name.casefold(): status for name, status in {**self.usual_statuses, **self.statuses}.items()}


class Plugin(Protocol):
    """What a plugin class has beside the contract of its kind."""

    Settings: type[PluginSettings]

    def __call__(self, settings: Any, *, terminal: str) -> Any:
        """Construct it, without any I/O."""


def types(kind: str) -> list[str]:
    """Name the types of `kind` (`backends`, `notifiers`) that this installation knows."""
    return sorted({*_built_in(kind), *(point.name for point in entry_points(group=f"kiosk.{kind}"))})


def find(kind: str, type_: str) -> Plugin:
    """Give the plugin class for a `type`; ours first, then those that other packages offer as entry points.

    Raises:
        ConfigError: no such type, or the package it needs is not installed.
    """
    try:
        return cast("Plugin", _load(kind, type_))
    except ImportError as error:
        raise _type_fault(_missing(type_, error.name or str(error))) from error


def _load(kind: str, type_: str) -> Any:
    built_in = _built_in(kind).get(type_)
    if built_in:
        module, _, name = built_in.partition(":")
        return getattr(import_module(module), name)
    for point in entry_points(group=f"kiosk.{kind}", name=type_):
        return point.load()
    raise _type_fault(f"there is no {type_!r} among the {kind}; {suggestion(type_, types(kind))}")


def build(kind: str, table: Mapping[str, Any], *, terminal: str, file: str = "kiosk.toml", place: str = "") -> Any:
    """Build the plugin that `table` asks for, whose place in `file` is `place`.

    Raises:
        ConfigError: with every fault of the table.
    """
    try:
        plugin = find(kind, str(table.get("type", "")))
        settings = plugin.Settings.model_validate(table, context={"folder": str(Path(file).parent)})
    except ConfigError as error:
        raise ConfigError(Fault(file, _join(place, fault.place), fault.text) for fault in error.faults) from error
    except ValidationError as error:
        raise ConfigError(faults_of(error, file=file, place=place, model=plugin.Settings)) from None
    return plugin(settings, terminal=terminal)


def _join(*places: str) -> str:
    return ".".join(filter(None, places))


def _built_in(kind: str) -> Mapping[str, str]:
    return cast("Mapping[str, str]", import_module(f"kiosk.{kind}").BUILT_IN)


def _type_fault(text: str) -> ConfigError:
    return ConfigError([Fault("kiosk.toml", "type", text)])


def _missing(type_: str, package: str) -> str:
    if type_ in _extras():
        return f"{type_!r} needs more packages: pip install 'kiosk[{type_}]'"
    return f"{type_!r} needs the Python package {package!r}, which is not installed"


def _extras() -> list[str]:
    try:
        return metadata("kiosk").get_all("Provides-Extra") or []
    except PackageNotFoundError:
        return []
