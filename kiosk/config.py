"""`kiosk.toml`: what this one terminal is called, where its tickets go, and how it behaves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, model_validator

from kiosk.core.errors import ConfigError, Fault
from kiosk.core.plant import Plant, Priority
from kiosk.core.route import EVERYTHING, Route
from kiosk.faults import ONE_GROUP_AT_MOST, Section, TomlFile, matching, suggestion
from kiosk.fields import ConfigPath, Secret

_MAX_BYTES = 64 * 1024
_PIN = re.compile(r"[0-9]{4,12}")


def _pin(secret: SecretStr) -> SecretStr:
    if not _PIN.fullmatch(secret.get_secret_value()):
        raise ValueError("a PIN has 4 to 12 digits and nothing else")
    return secret


Language = Annotated[str, matching(r"[a-z]{2,3}", "must be a language code such as 'en' or 'de'")]
TerminalName = Annotated[str, matching(r"[A-Za-z0-9-]{1,40}", "must be 1 to 40 letters, digits and hyphens")]


class TerminalSettings(Section):
    """`[terminal]`: which terminal this is, and how it looks."""

    name: TerminalName
    """Written into every ticket; no two terminals of a plant have the same."""
    area: str = ""
    """The area where it stands; empty: it belongs to the whole plant."""
    language: Language = "en"
    languages: tuple[Language, ...] = ()
    """What the language picker offers; empty: every language there is."""
    data: ConfigPath = Field(default="data", validate_default=True)
    plant: ConfigPath = Field(default="plant.toml", validate_default=True)
    admin_pin: Annotated[Secret, AfterValidator(_pin)] | None = None
    """Without a PIN nobody can open the admin screen."""
    theme: Literal["light", "dark", "contrast"] = "light"
    idle_seconds: int = Field(default=60, ge=10, le=3600)
    undo_seconds: int = Field(default=8, ge=0, le=60)
    """So long a report that was sent can be taken back; then it leaves for IT. 0: it leaves at once."""

    @model_validator(mode="after")
    def _offers_its_own_language(self) -> Self:
        if self.languages and self.language not in self.languages:
            raise ValueError(f"languages must hold {self.language!r}, the language it starts in")
        return self


class ScannerSettings(Section):
    """`[scanner]`: how codes come in."""

    type: Literal["wedge"] = "wedge"
    prefix: str = Field(default="", max_length=8)
    """What the scanner is set to type before each code; it is taken off. What it types after a code needs no setting."""
    layout: Literal["us", "de", "fr"] = "us"
    """The keyboard that the scanner is set to; as it comes from the factory it is the USA's. The terminal's own plays no part."""
    serial: tuple[Annotated[str, matching(r"/dev/[^\s]+", "must be a device such as '/dev/ttyACM0'")], ...] = ()
    """Scanners and badge readers on serial lines, beside the one that types; they need the extra `serial`."""
    grab: tuple[
        Annotated[str, matching(r"/dev/[^\s]+", "must be a device such as '/dev/input/by-id/usb-...-event-kbd'")], ...
    ] = ()
    """Scanners that type and are taken away from the window system, so that their keys reach nothing else; they need the extra `evdev`."""
    baud: int = Field(default=9600, ge=300, le=921600)
    badge: Annotated[str, ONE_GROUP_AT_MOST] = ""
    """A pattern for what badges hold: such a code says who reports. The group in brackets, or the whole, goes with the report."""


def _hours(text: Any) -> Any:
    """Read `22:00-05:30` as two times of the day."""
    if not isinstance(text, str):
        return text
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise ValueError("must be a span of time such as '22:00-05:30'") from None
    if start == end:
        raise ValueError("must end at another time than it begins")
    return start, end


class ScreenSettings(Section):
    """`[screen]`: how large it is, and what it does by night while nobody is there. For whoever touches it, it is bright."""

    inches: float | None = Field(default=None, ge=5, le=100)
    """The panel's diagonal: then the admin screen says in millimetres how large the smallest button is."""
    night: Annotated[tuple[time, time], BeforeValidator(_hours)] | None = None
    """From when until when, by the plant's clock; without it there is no night."""
    night_brightness: int = Field(default=30, ge=0, le=100)
    """In percent."""
    blank_minutes: int = Field(default=0, ge=0, le=24 * 60)
    """After so long without a touch a screen is black by night; 0: never."""


class SoundSettings(Section):
    """`[sound]`: tones and speech."""

    volume: int = Field(default=100, ge=0, le=100)
    """In percent."""
    silent_at_night: bool = True
    speech: bool = False
    """Say how a report stands, through the system's speech dispatcher."""


class CameraSettings(Section):
    """`[camera]`: with which camera an operator may scan a label, and take a photo of the fault."""

    device: Annotated[
        str, matching(r"auto|off|/dev/[^\s/][^\s]*", "must be 'auto', 'off' or a device such as '/dev/video0'")
    ] = "auto"
    """`auto`: the first one on USB."""
    codes: tuple[Literal["qr", "datamatrix", "code128"], ...] = Field(default=("qr",), min_length=1)
    """What kinds of code labels have; each more makes reading slower."""


class OnlySettings(Section):
    """`only`: which tickets go to a destination; what is not said is not asked."""

    areas: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    symptoms: frozenset[str] = frozenset()
    priorities: frozenset[Priority] = frozenset()


class _Destination(BaseModel):
    """What every `[[destinations]]` has; the rest is the plugin's own to check."""

    type: str = Field(min_length=1)
    name: str = Field(default="", max_length=60)
    only: OnlySettings = OnlySettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationTable:
    """One `[[destinations]]` as it is written; its plugin checks it."""

    type: str
    name: str
    """What people call it; the type, where nothing else is said."""
    place: str
    """Where it stands in the file, for the plugin's own faults."""
    table: Mapping[str, Any] = field(repr=False)
    route: Route = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`kiosk.toml`, checked but for what only the plugins and the plant can tell."""

    file: Path
    terminal: TerminalSettings
    scanner: ScannerSettings
    camera: CameraSettings
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    sound: SoundSettings = field(default_factory=SoundSettings)
    destinations: tuple[DestinationTable, ...] = ()

    def check_against(self, plant: Plant) -> list[Fault]:
        """Give the faults that show only beside the plant file."""
        area = self.terminal.area
        faults = [self._unknown("terminal.area", "area", area, plant.areas)] if area and area not in plant.areas else []
        for destination in self.destinations:
            faults += self._check_route(destination, plant)
        return faults

    def _check_route(self, destination: DestinationTable, plant: Plant) -> Iterator[Fault]:
        """Find names that are not in the plant file: what is misspelt would take nothing, and nobody would see it."""
        route = destination.route
        known = (("areas", route.areas, plant.areas), ("kinds", route.kinds, plant.kinds))
        for key, wanted, there in (*known, ("symptoms", route.symptoms, plant.symptoms)):
            for name in sorted(wanted - there.keys()):
                yield self._unknown(f"{destination.place}.only.{key}", key.removesuffix("s"), name, there)

    def _unknown(self, place: str, what: str, name: str, there: Mapping[str, Any]) -> Fault:
        return Fault(str(self.file), place, f"there is no {what} {name!r} in the plant file; {suggestion(name, there)}")


def load_config(path: Path) -> Config:
    """Read `kiosk.toml`.

    Raises:
        ConfigError: with every fault of the file.
    """
    config, faults = examine_config(path)
    if config is None or faults:
        raise ConfigError(faults)
    return config


def examine_config(path: Path, *, name: str = "") -> tuple[Config | None, list[Fault]]:
    """Read `kiosk.toml` as far as it is right: with its faults, and with the usual values in place of wrong sections.

    `name` is what a terminal is called that does not know its name yet. The configuration is None where `[terminal]` is wrong, for nothing can be built without it.

    Raises:
        ConfigError: the file cannot be read, or is not TOML.
    """
    if name and not path.exists():
        terminal = TerminalSettings.model_validate({"name": name}, context={"folder": path.parent})
        return Config(file=path, terminal=terminal, scanner=ScannerSettings(), camera=CameraSettings()), []
    file = TomlFile(path, limit=_MAX_BYTES, keys=("terminal", "scanner", "camera", "screen", "sound", "destinations"))
    section = file.section("terminal")
    if name and isinstance(section.table, dict):
        section.table.setdefault("name", name)
    known = file.parse(TerminalSettings, section)
    scanner = file.parse(ScannerSettings, file.section("scanner"))
    camera = file.parse(CameraSettings, file.section("camera"))
    screen = file.parse(ScreenSettings, file.section("screen"))
    sound = file.parse(SoundSettings, file.section("sound"))
    destinations = _destinations(file)
    if known is None:
        return None, file.faults
    scanner, camera = scanner or ScannerSettings(), camera or CameraSettings()
    config = Config(
        file=path,
        terminal=known,
        scanner=scanner,
        camera=camera,
        screen=screen or ScreenSettings(),
        sound=sound or SoundSettings(),
        destinations=destinations,
    )
    return config, file.faults


def _destinations(file: TomlFile) -> tuple[DestinationTable, ...]:
    tables, places = [], dict[str, str]()
    for row in file.rows("destinations"):
        found = file.parse(_Destination, row)
        if found is None:
            continue
        name = found.name or found.type
        if name.casefold() in places:
            file.faults.append(
                row.fault("name", f"{name!r} is taken by {places[name.casefold()]}; give it another name")
            )
        places.setdefault(name.casefold(), row.place)
        route = Route(**found.only.model_dump())
        table = {key: value for key, value in row.table.items() if key != "only"}
        tables.append(DestinationTable(type=found.type, name=name, place=row.place, table=table, route=route))
    return tuple(tables)
