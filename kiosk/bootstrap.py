"""The only place that chooses: configuration -> storage -> plugins -> Terminal."""

from __future__ import annotations

import ctypes
import logging
import random
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kiosk import plugins
from kiosk.config import CameraSettings, Config, DestinationTable, ScannerSettings, examine_config
from kiosk.core.board import Board
from kiosk.core.errors import ConfigError, Fault, MisconfiguredError
from kiosk.core.events import Event, Publish
from kiosk.core.outbox import Outbox
from kiosk.core.plant import Plant
from kiosk.core.ports import Backend, Clock, Destination
from kiosk.core.priority import priority_of
from kiosk.core.terminal import Terminal
from kiosk.forwarder import Forwarder
from kiosk.memory import uncollected
from kiosk.plant import load_plant
from kiosk.scanner.layouts import LAYOUTS
from kiosk.scanner.wedge import Wedge
from kiosk.search import MachineSearch
from kiosk.storage import FolderDisk

if TYPE_CHECKING:
    from kiosk.scanner.camera import Camera  # at run time it brings Pillow along, which the command line seldom needs
    from kiosk.scanner.device import ScannerDevice

log = logging.getLogger(__name__)

Loaded = TypeVar("Loaded")


def _boot() -> str:
    """Name this start of the computer; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _is_synchronised() -> bool:
    """Ask the kernel whether a time server keeps its clock right (adjtimex(2): any state but TIME_ERROR)."""
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (AttributeError, OSError):
        return False
    return 0 <= state < _TIME_ERROR


_TIME_ERROR = 5

# CLOCK_BOOTTIME goes on while the computer sleeps, which CLOCK_MONOTONIC does not.
SYSTEM_CLOCK = Clock(
    now=lambda: datetime.now(UTC),
    monotonic=lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    boot=_boot(),
    is_synchronised=_is_synchronised,
)

_ID_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ID_LENGTH = 12


def new_id() -> str:
    """Make an id of 60 random bits: capital letters and digits that nobody confuses, one search token everywhere."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Both files, checked, and the destinations they ask for."""

    config: Config
    plant: Plant
    destinations: tuple[Destination, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is wrong with both files, and the destinations that could be built all the same."""

    faults: tuple[Fault, ...]
    destinations: tuple[Destination, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """A terminal with everything it stands on."""

    setup: Setup
    terminal: Terminal
    disk: FolderDisk

    def close(self) -> None:
        """Finish what was asked for, stop the threads, let the data folder go."""
        self.terminal.stop()
        self.disk.close()


class Unusable(Backend):
    """Stands in for a destination whose settings are wrong: it pauses, says why, and every ticket is kept."""

    def __init__(self, name: str, error: ConfigError) -> None:
        self.name, self._error = name, error

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise MisconfiguredError("; ".join(f"{fault.place}: {fault.text}" for fault in self._error.faults))

    check = deliver = find = changes = _refuse


def read_setup(path: Path, *, strict: bool, name: str = "") -> Setup:
    """Read both files and build the destinations, without any network.

    `name`: what a terminal is called that does not know its name yet.

    `strict`: a fault in a destination's settings counts like any other. Otherwise such a destination is built as `Unusable`, because a terminal that saves reports is better than none.

    Raises:
        ConfigError: with every fault of both files.
    """
    faults: list[Fault] = []
    config, plant = _read_files(path, faults, name=name)
    if config is None or plant is None or faults:
        raise ConfigError(faults)
    destinations = [_destination(table, config, faults, strict=strict) for table in config.destinations]
    if faults:
        raise ConfigError(faults)
    return Setup(config=config, plant=plant, destinations=tuple(filter(None, destinations)))


def examine_setup(path: Path) -> Findings:
    """Find every fault of both files, for `kiosk check`; none of them hides a destination that can be asked."""
    faults: list[Fault] = []
    config, plant = _read_files(path, faults)
    destinations = [_destination(table, config, faults, strict=True) for table in config.destinations] if config else []
    if config and plant:
        faults += _nowhere(config, plant, destinations)
    return Findings(faults=tuple(faults), destinations=tuple(filter(None, destinations)))


def _nowhere(config: Config, plant: Plant, destinations: list[Destination | None]) -> Iterator[Fault]:
    """Name reports that no ticket system is told to take. A running terminal gives them to the first one."""
    backends = {destination.name for destination in destinations if isinstance(destination, Backend)}
    routes = [table.route for table in config.destinations if table.name in backends]
    machines = {(machine.area, machine.kind): machine for machine in plant.machines.values()}
    for machine, symptom in product(machines.values(), plant.symptoms.values()):
        fits = not symptom.kinds or machine.kind in symptom.kinds
        priorities = {priority_of(plant, symptom, stopped=stopped) for stopped in (True, False)}
        for priority in sorted(priorities):
            taken = any(route.takes(machine=machine, symptom=symptom.id, priority=priority) for route in routes)
            if routes and fits and not taken:
                what = f"{symptom.id!r}, {priority}, on a {machine.kind!r} in {machine.area!r}"
                yield Fault(
                    str(config.file), "destinations", f"nothing takes {what}; let one ticket system have no `only`"
                )
                return


def _read_files(path: Path, faults: list[Fault], *, name: str = "") -> tuple[Config | None, Plant | None]:
    config, found = _collected(faults, lambda: examine_config(path, name=name)) or (None, [])
    faults += found
    plant_file = config.terminal.plant if config else path.parent / "plant.toml"
    # Without a kiosk.toml to name it, a plant file is looked at where it usually stands, and not missed.
    plant = _collected(faults, lambda: load_plant(plant_file)) if config or plant_file.exists() else None
    if config and plant:
        faults += config.check_against(plant)
    return config, plant


def _collected(faults: list[Fault], load: Callable[[], Loaded]) -> Loaded | None:
    try:
        return load()
    except ConfigError as error:
        faults += error.faults
        return None


def _destination(table: DestinationTable, config: Config, faults: list[Fault], *, strict: bool) -> Destination | None:
    kind = "notifiers" if table.type in plugins.types("notifiers") else "backends"
    try:
        built: Destination = plugins.build(
            kind, table.table, terminal=config.terminal.name, file=str(config.file), place=table.place
        )
    except ConfigError as error:
        if strict:
            faults += error.faults
            return None
        return Unusable(table.name, error)
    return built


def build_kiosk(
    setup: Setup, *, publish: Publish | None = None, clock: Clock = SYSTEM_CLOCK, undo_seconds: float = 0.0
) -> Kiosk:
    """Open the data folder and tie everything together; no thread runs before `terminal.start()`.

    A report can be taken back for `undo_seconds`, and does not leave before: that is for fingers, not for commands.

    Raises:
        StorageError: the data folder cannot be used, or another process holds it.
    """
    tell = publish or _nobody_listens
    config = setup.config
    disk = FolderDisk(config.terminal.data)
    with uncollected():  # a hundred thousand values that all stay
        outbox = Outbox(disk, publish=tell)
    board = Board(outbox)
    forwarders = [
        Forwarder(
            destination,
            outbox=outbox,
            board=board,
            machines=setup.plant.machines,
            publish=tell,
            clock=clock,
            random=random.random,
            poll_seconds=destination.poll_seconds if isinstance(destination, Backend) else 0.0,
            grace=undo_seconds,
        )
        for destination in setup.destinations
    ]
    terminal = Terminal(
        name=config.terminal.name,
        plant=setup.plant,
        area=config.terminal.area,
        outbox=outbox,
        board=board,
        destinations=setup.destinations,
        routes={table.name: table.route for table in config.destinations},
        forwarders=forwarders,
        publish=tell,
        clock=clock,
        new_id=new_id,
        search=MachineSearch(setup.plant.machines.values()).find,
        undo_seconds=undo_seconds,
    )
    return Kiosk(setup=setup, terminal=terminal, disk=disk)


def find_camera(settings: CameraSettings) -> Camera | None:
    """Give the camera that `settings` ask for, if it is there; it is not switched on."""
    if settings.device == "off":
        return None
    try:
        from kiosk.scanner.v4l2 import V4L2Camera  # noqa: PLC0415  it needs an extra
    except ModuleNotFoundError:
        log.info("no photos: the extra `camera` is not installed")
        return None
    camera = V4L2Camera(settings.device)
    found = camera.find()
    if found is None:
        log.info("no photos: there is no camera (device = %r)", settings.device)
        return None
    log.info("photos are taken with %s (%s)", found.name, found.device)
    return camera


def find_wedge(settings: ScannerSettings) -> Wedge:
    """Give what tells the scanner that types from a person."""
    return Wedge(time.monotonic, prefix=settings.prefix, layout=LAYOUTS[settings.layout])


def find_scanners(settings: ScannerSettings) -> list[ScannerDevice]:
    """Give the scanners that have a device of their own; they are not listened to yet."""
    return [*_serial_scanners(settings), *_grabbed_scanners(settings)]


def _serial_scanners(settings: ScannerSettings) -> list[ScannerDevice]:
    if not settings.serial:
        return []
    try:
        from kiosk.scanner.serial_line import SerialScanner  # noqa: PLC0415  it needs an extra
    except ModuleNotFoundError:
        log.error("nothing is read from %s: pip install 'kiosk[serial]'", ", ".join(settings.serial))
        return []
    return [SerialScanner(device, baud=settings.baud, prefix=settings.prefix) for device in settings.serial]


def _grabbed_scanners(settings: ScannerSettings) -> list[ScannerDevice]:
    if not settings.grab:
        return []
    try:
        from kiosk.scanner.grabbed import GrabbedScanner  # noqa: PLC0415  it needs an extra
    except ModuleNotFoundError:
        log.error("nothing is taken from %s: pip install 'kiosk[evdev]'", ", ".join(settings.grab))
        return []
    layout = LAYOUTS[settings.layout]
    return [GrabbedScanner(device, prefix=settings.prefix, layout=layout) for device in settings.grab]


def _nobody_listens(event: Event) -> None:
    del event
