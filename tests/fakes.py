"""Working stand-ins for the outside of core: clocks, a disk in memory, a small plant."""

from __future__ import annotations

import copy
import dataclasses
import itertools
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tinydb import TinyDB
from tinydb.storages import MemoryStorage

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.board import Board
from kiosk.core.events import Event
from kiosk.core.outbox import Outbox
from kiosk.core.plant import Area, Calendar, Contact, Impact, Kind, Machine, Plant, Priority, Sla, Symptom, Words
from kiosk.core.ports import Clock, Destination
from kiosk.core.terminal import Terminal
from kiosk.forwarder import Forwarder
from kiosk.search import MachineSearch
from kiosk.storage import FolderDisk
from kiosk.storage.files import Files

MONDAY_NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


class FakeClock:
    """Two clocks that a test moves by hand."""

    def __init__(self, start: datetime = MONDAY_NOON) -> None:
        self.wall, self.seconds = start, 1000.0
        self.boot = "boot-1"
        self.clock = Clock(now=lambda: self.wall, monotonic=lambda: self.seconds, boot=self.boot)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)


class RamDisk:
    """A disk that forgets at the end of the test, and that fails when told to."""

    def __init__(self, db: TinyDB | None = None) -> None:
        self.db = TinyDB(storage=FaultyMemory) if db is None else db
        self.damaged = 0
        self.kept: dict[str, bytes] = {}

    def keep_photo(self, source: Path, name: str) -> Path:
        self.kept[name] = source.read_bytes()
        return Path("/photos", name)

    def photo(self, name: str) -> Path:
        return Path("/photos", name)

    def drop_photo(self, name: str) -> None:
        self.kept.pop(name, None)

    def photos(self) -> set[str]:
        return set(self.kept)

    def give_up_reserve(self) -> bool:
        return False

    def refill_reserve(self) -> None:
        """Keep no reserve: memory is full for the test that says so."""

    def sweep_photos(self, needed: set[str]) -> None:
        self.kept = {name: data for name, data in self.kept.items() if name in needed}

    def close(self) -> None:
        """Keep the content, for a test that starts a second outbox on it."""


def quick_disk(folder: Path) -> FolderDisk:
    """The real storage without its syncs, for tests of something else with many tickets."""
    return FolderDisk(folder, files=_Unsynced(), reserve=0)


class _Unsynced(Files):
    def sync(self, descriptor: int) -> None:
        """Let the system write when it likes."""

    def sync_folder(self, folder: Path) -> None:
        """Likewise."""


class FaultyMemory(MemoryStorage):
    """TinyDB's memory storage with a switch for a full disk."""

    full = False

    def read(self):
        return copy.deepcopy(super().read())

    def write(self, data):
        if self.full:
            raise OSError(28, "No space left on device")
        super().write(data)


def words(text: str) -> Words:
    return Words(by_language={"en": text, "de": f"{text} (de)"})


def small_plant(*, joins: bool = False) -> Plant:
    """One area, two machines, three symptoms, a day shift from Monday to Friday.

    Most tests report the same problem again and again and mean different ones; with `joins` it is the same one, as in a plant.
    """
    machines = [
        Machine(id="P-0007", name="Zebra L7", area="pack", kind="printer", place="D-07"),
        Machine(id="M-1014", name="CNC 14", area="mill", kind="cnc", place="B-14"),
    ]
    symptoms = [
        Symptom(
            id="noprint",
            words=words("Nothing prints"),
            it_term="Printer offline",
            impact=Impact.HIGH,
            kinds=frozenset({"printer"}),
        ),
        Symptom(id="frozen", words=words("Program is frozen"), it_term="HMI frozen", impact=Impact.MEDIUM),
        Symptom(id="other", words=words("Something else"), it_term="Other", impact=Impact.LOW),
    ]
    symptoms = [dataclasses.replace(s, catch_all=not joins or s.id == "other") for s in symptoms]
    shift = ((time(6), time(14)),)
    return Plant(
        name="Test plant",
        areas={
            "pack": Area(id="pack", name=words("Packaging"), contacts=(Contact(name="Jana", phone="+49 30 5550 101"),)),
            "mill": Area(id="mill", name=words("Machining")),
        },
        kinds={"printer": Kind(id="printer", name=words("Printer")), "cnc": Kind(id="cnc", name=words("CNC"))},
        machines={machine.id: machine for machine in machines},
        symptoms={symptom.id: symptom for symptom in symptoms},
        matrix={
            (Impact.HIGH, True): Priority.CRITICAL,
            (Impact.HIGH, False): Priority.HIGH,
            (Impact.MEDIUM, True): Priority.HIGH,
            (Impact.MEDIUM, False): Priority.NORMAL,
            (Impact.LOW, True): Priority.HIGH,
            (Impact.LOW, False): Priority.NORMAL,
        },
        slas={
            Priority.CRITICAL: Sla(respond=timedelta(minutes=15), resolve=timedelta(hours=2), around_the_clock=True),
            Priority.HIGH: Sla(respond=timedelta(minutes=30), resolve=timedelta(hours=4)),
            Priority.NORMAL: Sla(respond=timedelta(hours=2), resolve=timedelta(hours=24)),
        },
        calendar=Calendar(zone=ZoneInfo("Europe/Berlin"), hours=dict.fromkeys(range(5), shift)),
    )


class Floor:
    """A whole terminal on fakes, without threads for delivery: `step` drives the forwarders."""

    def __init__(
        self,
        *,
        disk: RamDisk | None = None,
        destinations: tuple[Destination, ...] | None = None,
        plant: Plant | None = None,
        area: str = "pack",
        clock: Clock | None = None,
        name: str = "K1",
        time: FakeClock | None = None,
        undo_seconds: float = 0.0,
    ) -> None:
        self.time, self.undo_seconds = time or FakeClock(), undo_seconds
        if clock is not None:
            self.time.clock = clock
        self.events: list[Event] = []
        self.disk = disk or RamDisk()
        self.plant = plant or small_plant()
        self.ids = (f"T{number:04d}" for number in itertools.count(1))
        self.it = MemoryBackend(MemorySettings(type="memory", name="it"), terminal="K1")
        self.it.now = self.time.clock.now
        self.destinations = (self.it,) if destinations is None else destinations
        self.outbox = Outbox(self.disk, publish=self.events.append)
        self.board = Board(self.outbox)
        self.forwarders = [self._forwarder(destination) for destination in self.destinations]
        self.terminal = Terminal(
            name=name,
            plant=self.plant,
            area=area,
            outbox=self.outbox,
            board=self.board,
            destinations=self.destinations,
            forwarders=self.forwarders,
            publish=self.events.append,
            clock=self.time.clock,
            new_id=lambda: next(self.ids),
            search=MachineSearch(self.plant.machines.values()).find,
            undo_seconds=undo_seconds,
        )

    def _forwarder(self, destination: Destination) -> Forwarder:
        return Forwarder(
            destination,
            outbox=self.outbox,
            board=self.board,
            machines=self.plant.machines,
            publish=self.events.append,
            clock=self.time.clock,
            random=lambda: 1.0,
            grace=self.undo_seconds,
        )

    def report(self, symptom: str = "noprint", *, machine: str = "P-0007", stopped: bool = True, **details):
        """Report as an operator would, and wait for the disk."""
        draft = self.terminal.new_draft().choose_machine(self.plant.machines[machine])
        draft = draft.choose_symptom(self.plant.symptoms[symptom]).say(stopped=stopped, **details)
        return self.terminal.report(draft).result(5)

    def step(self, seconds: float = 0.0, *, steps: int = 40) -> None:
        """Let the forwarders do what is due, after `seconds` have passed."""
        self.time.advance(seconds)
        for _ in range(steps):
            for forwarder in self.forwarders:
                forwarder.step()

    def wait_a_day(self) -> None:
        """Let a day pass as an unattended terminal does, with its hourly look at what may go."""
        self.terminal.tidy().result(5)
        self.time.advance(25 * 3600)
        self.terminal.tidy().result(5)

    def pass_time(self, seconds: float, *, tick: float = 5.0) -> None:
        """Let time pass in small steps, as the threads would see it."""
        for _ in range(int(seconds / tick)):
            self.step(tick, steps=8)
