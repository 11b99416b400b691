"""Whatever happens in whatever order - people, crashes, outages, clocks, full disks - a saved ticket reaches IT exactly once.

A machine of Hypothesis plays one terminal, one ticket system and what others report there, and knows only what the screen
promised. Every step is checked against that; at the end of each life the world is well again, and everything that was promised
must have come true.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from crashdisk import Content, CrashDisk, PowerCut
from fakes import FakeClock, Floor, small_plant
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.errors import MisconfiguredError, StorageError, TemporaryError, UncertainError
from kiosk.core.model import Delivery, DeliveryKind, Status
from kiosk.core.ports import Clock
from kiosk.core.promise import ticket_of
from kiosk.storage import FolderDisk
from kiosk.storage import journal as journal_module

LONG = os.environ.get("KIOSK_LONG") == "1"
STEPS = 1_000_000 if LONG else 20_000
LIFE = 50
"""Steps of one terminal's life."""
FOLDER = Path("data")
CLOCKS = {
    "a second back": lambda wall: wall - timedelta(seconds=1),
    "an hour ahead": lambda wall: wall + timedelta(hours=1),
    "an hour back": lambda wall: wall - timedelta(hours=1),
    "no battery": lambda wall: datetime(1970, 1, 1, tzinfo=UTC),
    "fifteen years ahead": lambda wall: wall.replace(year=min(2100, wall.year + 15), day=min(28, wall.day)),
    "set right": lambda wall: datetime(2026, 11, 24, tzinfo=UTC),
}
"""What may happen to the time of day."""
LAG = 300


class PowerFailedError(BaseException):
    """Nothing catches it, as nothing catches a cable that is pulled."""


class WholeDisk(CrashDisk):
    """A data folder in memory that may fill up, and whose power may fail at any call."""

    is_full = False
    calls_left: int | None = None
    """The power fails at that call; None: it does not."""

    def _call(self) -> None:
        if self.calls_left is not None:
            self.calls_left -= 1
            if self.calls_left < 0:
                raise PowerFailedError

    def make_folder(self, folder):
        """Nothing to do: names are whole paths."""

    def lock(self, path):
        return super().create(path)

    def free(self, folder):
        return 0 if self.is_full else 1 << 30

    def allocate(self, descriptor, size):
        self.write(descriptor, b"", 0)

    def size(self, path):
        inode = self.names_now.get(str(path))
        return -1 if inode is None else len(self.inodes[inode])

    def read(self, path):
        return path.read_bytes() if path.is_absolute() else super().read(path)

    def create(self, path):
        self._call()
        return super().create(path)

    def write(self, descriptor, data, offset):
        self._call()
        if self.is_full:
            raise OSError(28, "No space left on device")
        super().write(descriptor, data, offset)

    def sync(self, descriptor):
        self._call()
        super().sync(descriptor)

    def truncate(self, descriptor, length):
        self._call()
        super().truncate(descriptor, length)

    def rename(self, source, target):
        self._call()
        super().rename(source, target)

    def remove(self, path):
        self._call()
        super().remove(path)

    def sync_folder(self, folder):
        self._call()
        super().sync_folder(folder)

    def after_a_kill(self) -> Content:
        """The system writes what it was given: nothing is lost but the process."""
        return {name: bytes(self.inodes[inode]) for name, inode in self.names_now.items()}

    def after_a_power_cut(self, rng: random.Random) -> Content:
        cut = PowerCut()
        for op in self.log:
            cut.play(op)
        return cut.one_state(rng)


class It(MemoryBackend):
    """The ticket system: its network fails as it is told, and its search lags behind."""

    settle = timedelta(seconds=LAG + 10)
    kinds: ClassVar[Counter[DeliveryKind]] = Counter()
    """What took effect, over all lives: what never did was not tried."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(MemorySettings(type="memory", name="it"), terminal="K1")
        self.clock = clock
        self.now = lambda: clock.wall
        self.network = "well"
        self.rng = random.Random(0)
        self._visible_at: dict[str, float] = {}
        self.elapsed = 0.0
        self.heard: list[str] = []
        """Who said something, in the order in which it arrived."""
        self.added: Counter[tuple[str, str]] = Counter()
        """Ticket, and what was open already -> how often the one was added to the other."""

    def _request(self) -> None:
        luck = self.rng.random()
        if self.network == "down" or (self.network == "lossy" and luck < 0.4):
            raise TemporaryError("no network", busy=luck < 0.1)
        if self.network == "refused":
            raise MisconfiguredError("401")

    def _is_visible(self, ticket_id: str) -> bool:
        return self._visible_at.get(ticket_id, 0.0) <= self.elapsed

    def deliver(self, delivery, ticket):
        self._request()
        if self.network == "lossy" and self.rng.random() < 0.3:
            raise UncertainError("the request was cut")
        if delivery.kind is DeliveryKind.CREATE:
            self._hide_for_a_while(ticket)
        ref = super().deliver(delivery, ticket)
        self.heard.append(delivery.who)
        if delivery.kind is DeliveryKind.JOIN:
            self.added[ticket.id, ref.id] += 1
        self.kinds[delivery.kind] += 1
        if self.network == "lossy" and self.rng.random() < 0.4:
            raise UncertainError("the answer was cut")
        return ref

    @property
    def has(self) -> set[str]:
        """Every report that arrived, as a ticket or as a note on another one."""
        return {remote.ticket.id for remote in self.tickets} | {ticket for ticket, _ in self.added}

    def _hide_for_a_while(self, ticket) -> None:
        self._visible_at.setdefault(ticket.id, self.elapsed + self.rng.uniform(0, LAG))

    def hear_from_another_terminal(self, ticket) -> None:
        """Take a report that did not pass through ours."""
        self._hide_for_a_while(ticket)
        create = Delivery(
            id=ticket.id, ticket=ticket.id, destination=self.name, kind=DeliveryKind.CREATE, created_at=self.now()
        )
        super().deliver(create, ticket)

    def find(self, ticket_id):
        self._request()
        return super().find(ticket_id) if self._is_visible(ticket_id) else None

    def took_effect(self, delivery, ticket):
        self._request()
        return super().took_effect(delivery, ticket)

    def changes(self, cursor):
        self._request()
        changes, following = super().changes(cursor)
        hidden = any(not self._is_visible(change.ticket) for change in changes)
        return [c for c in changes if self._is_visible(c.ticket)], cursor if hidden else following

    def check(self):
        self._request()


class Life(RuleBasedStateMachine):
    """One terminal's life, and what it promised."""

    steps = 0
    ignores: frozenset[str] = frozenset()
    kind = It

    def __init__(self) -> None:
        super().__init__()
        self.time = FakeClock()
        self.rng = random.Random(0)
        self.it = self.kind(self.time)
        self.ids = (f"T{number:05d}" for number in itertools.count(1))
        self.words = (f"word {number}" for number in itertools.count(1))
        self.saved: dict[str, str] = {}
        """Ticket -> the operator's note, as the screen said "Saved"."""
        self.said: dict[str, list[str]] = {}
        """Ticket -> what was said on it later, in that order."""
        self.refused: set[str] = set()
        self.taken_back: set[str] = set()
        self.joins = False
        """True in a plant where the same problem reported twice is one ticket."""
        self.boots = 0
        self.disk = WholeDisk(ignores=self.ignores)
        self._start()

    # ------------------------------------------------------------ the computer

    def _start(self) -> None:
        self.folder = FolderDisk(FOLDER, files=self.disk, reserve=0)
        self.floor = Floor(
            disk=self.folder, destinations=(self.it,), time=self.time, plant=small_plant(joins=self.joins)
        )
        self.floor.ids = self.ids
        self.floor.forwarders[0]._random = self.rng.random

    def _restart(self, content: Content, *, boots: bool) -> None:
        self.floor.terminal._desk.shutdown(wait=True)
        was_full = self.disk.is_full
        self.disk = WholeDisk.holding(content, self.ignores)
        if boots:
            self.boots += 1
            self.time.seconds = 20.0
            self.time.boot = f"reboot-{self.boots}"
            self.time.clock = Clock(
                now=lambda: self.time.wall, monotonic=lambda: self.time.seconds, boot=self.time.boot
            )
        self._start()
        self.disk.is_full = was_full

    def _power_failed(self) -> None:
        self._restart(self.disk.after_a_power_cut(self.rng), boots=True)

    def _with_a_weak_cable(self, calls: int | None, action) -> bool:
        """Do it while the power may fail at one of the next calls to the disk; True when it did not."""
        self.disk.calls_left = calls
        try:
            action()
        except PowerFailedError:
            self._power_failed()
            return False
        self.disk.calls_left = None
        return True

    # ------------------------------------------------------------ people

    @initialize(
        seed=st.integers(0, 2**32),
        network=st.sampled_from(["lossy", "well", "down"]),
        joins=st.sampled_from([False, True]),
    )
    def be_born(self, seed, network, joins):
        if joins:
            self.joins = True
            self._restart(self.disk.after_a_kill(), boots=False)
        self.rng.seed(seed)
        self.it.rng.seed(seed)
        self.it.network = network

    @rule(
        symptom=st.sampled_from(["noprint", "frozen", "other"]),
        stopped=st.booleans(),
        calls=st.none() | st.integers(0, 8),
    )
    def report(self, symptom, stopped, calls):
        note = f"note {len(self.saved) + len(self.refused)}"
        ticket = self._next_id()
        self._with_a_weak_cable(calls, lambda: self._report(ticket, symptom, stopped, note))

    def _next_id(self) -> str:
        following = next(self.ids)
        self.floor.ids = itertools.chain([following], self.ids)
        self.floor.terminal._new_id = lambda: next(self.floor.ids)
        return following

    def _report(self, ticket, symptom, stopped, note) -> None:
        try:
            entry = self.floor.report(symptom, stopped=stopped, note=note)
        except StorageError:
            self.refused.add(ticket)
            return
        assert entry.ticket.id == ticket
        self.saved[ticket] = note

    @precondition(lambda self: any(not e.is_told for e in self._open()))
    @rule(which=st.integers(0, 10_000), calls=st.none() | st.integers(0, 8))
    def take_back(self, which, calls):
        entries = [e for e in self._open() if not e.is_told]
        ticket = entries[which % len(entries)].ticket.id
        note, words = self.saved.pop(ticket), self.said.pop(ticket, None)
        kept = []

        def withdraw() -> None:
            try:
                assert self.floor.terminal.withdraw(ticket).result(5)
            except StorageError:
                kept.append(ticket)
            else:
                self.taken_back.add(ticket)

        self._with_a_weak_cable(calls, withdraw)  # should the power fail, nobody was told either way
        if kept:
            self.saved[ticket] = note
            if words:
                self.said[ticket] = words

    @precondition(lambda self: self.joins)
    @rule(symptom=st.sampled_from(["noprint", "frozen"]), is_older=st.booleans())
    def another_terminal_reports(self, symptom, is_older):
        """Its ticket is the one that all agree on, or ours is: the lower id decides."""
        draft = self.floor.terminal.new_draft().choose_machine(self.floor.plant.machines["P-0007"])
        draft = draft.choose_symptom(self.floor.plant.symptoms[symptom]).say(stopped=True)
        ticket = ticket_of(self.floor.plant, draft, clock=self.time.clock, terminal="K2", language="en")
        name = f"{'AZ'[not is_older]}{next(self.words).split()[1]}"
        self.it.hear_from_another_terminal(dataclasses.replace(ticket, id=name))

    def _open(self):
        return [e for e in self.floor.terminal.entries() if e.ticket.id in self.saved and e.status.is_open]

    @precondition(lambda self: self._open())
    @rule(which=st.integers(0, 10_000), worse=st.booleans(), calls=st.none() | st.integers(0, 8))
    def say_something(self, which, worse, calls):
        entries = self._open()
        ticket = entries[which % len(entries)].ticket.id
        word = next(self.words)

        def say() -> None:
            terminal = self.floor.terminal
            saying = (
                terminal.got_worse(ticket, stopped=True, who=word) if worse else terminal.answer(ticket, word, who=word)
            )
            try:
                saying.result(5)
            except StorageError:
                return
            self.said.setdefault(ticket, []).append(word)

        self._with_a_weak_cable(calls, say)

    @precondition(lambda self: any(e.status is Status.RESOLVED for e in self._open()))
    @rule(which=st.integers(0, 10_000), works=st.booleans())
    def confirm(self, which, works):
        entries = [e for e in self._open() if e.status is Status.RESOLVED]
        ticket = entries[which % len(entries)].ticket.id
        word = next(self.words)
        try:
            self.floor.terminal.confirm(ticket, works=works, who=word).result(5)
        except StorageError:
            return
        self.said.setdefault(ticket, []).append(word)

    @precondition(lambda self: self.it.tickets)
    @rule(
        which=st.integers(0, 10_000),
        act=st.sampled_from(["take", "on the way", "resolve", "close", "remark", "open again"]),
    )
    def it_acts(self, which, act):
        remote = self.it.tickets[which % len(self.it.tickets)]
        ticket = remote.ticket.id
        if remote.progress.status.is_open is (act == "open again"):
            return
        match act:
            case "open again":
                self.it.work(ticket, "Jana")
            case "take":
                self.it.take(ticket, "Jana")
            case "on the way":
                self.it.on_the_way(ticket, "Jana", self.it.now() + timedelta(minutes=10))
            case "resolve":
                self.it.resolve(ticket, solution="New fuse")
            case "close":
                self.it.close_ticket(ticket)
            case "remark":
                self.it.remark(ticket, "Have a look at the cable", "Jana")

    # ------------------------------------------------------------ time, network, disk

    @rule(seconds=st.sampled_from([400, 5, 30, 4000, 90_000]), calls=st.none() | st.integers(0, 30))
    def let_time_pass(self, seconds, calls):
        self._with_a_weak_cable(calls, lambda: self._pass(seconds))

    def _pass(self, seconds: float) -> None:
        end = self.it.elapsed + seconds
        for _ in range(60):
            wait = min(self.floor.forwarders[0].step(), end - self.it.elapsed)
            if wait > 0:
                self._advance(wait)
            elif self.it.elapsed >= end:
                break
        self._advance(max(0.0, end - self.it.elapsed))
        self.floor.terminal.keep_time()
        self.floor.terminal.tidy().result(5)

    def _advance(self, seconds: float) -> None:
        self.time.advance(seconds)
        self.it.elapsed += seconds

    @rule(network=st.sampled_from(["well", "well", "lossy", "lossy", "down", "refused"]))
    def network_becomes(self, network):
        self.it.network = network

    @rule(mishap=st.sampled_from([*CLOCKS, "full disk", "room", "kill", "power"]))
    def something_happens(self, mishap):
        match mishap:
            case "full disk" | "room":
                self.disk.is_full = mishap == "full disk"
            case "kill":
                self._restart(self.disk.after_a_kill(), boots=False)
            case "power":
                self._power_failed()
            case _:
                self.time.wall = CLOCKS[mishap](self.time.wall)

    # ------------------------------------------------------------ what was promised

    @invariant()
    def what_was_saved_is_here_or_over(self):
        type(self).steps += 1
        here = {entry.ticket.id: entry for entry in self.floor.terminal.entries()}
        archived = {figure.ticket for figure in self.floor.outbox._figures.values()}
        missing = [ticket for ticket in self.saved if ticket not in here and ticket not in archived]
        assert not missing, f"saved, and gone: {missing}"
        changed = [t for t, note in self.saved.items() if t in set(here) - archived and here[t].ticket.note != note]
        assert not changed, f"saved, and changed: {changed}"
        false = [ticket for ticket in self.refused | self.taken_back if ticket in here]
        assert not false, f"said to be not saved, or taken back, and here: {false}"

    @invariant()
    def nobody_is_told_that_it_has_what_it_has_not(self):
        there = self.it.has
        assert not there & self.taken_back, f"taken back, and at IT: {there & self.taken_back}"
        for entry in self.floor.terminal.entries():
            assert not entry.is_delivered or entry.ticket.id in there, f"{entry.ticket.id} is not at IT"

    @invariant()
    def nothing_is_there_twice(self):
        twice = [t for t, count in Counter(r.ticket.id for r in self.it.tickets).items() if count > 1]
        twice += [t for (t, _), count in self.it.added.items() if count > 1]
        assert not twice, f"twins: {twice}"

    def teardown(self):
        """Let the world be well again: now every promise must come true."""
        try:
            self.disk.is_full, self.disk.calls_left = False, None
            self.it.network = "well"
            self.time.wall = max(self.time.wall, datetime(2026, 11, 24, tzinfo=UTC))
            self.floor.terminal.retry_now()
            for _ in range(20_000):
                wait = self.floor.forwarders[0].step()
                if not self.floor.outbox.waiting():
                    break
                self._advance(wait)
            self.nothing_is_there_twice()
            assert not self.floor.outbox.waiting(), "something waits for ever"
            there = self.it.has
            assert set(self.saved) <= there, f"lost: {set(self.saved) - there}"
            for ticket, words in self.said.items():
                # What was under way when the power failed may have been heard as well.
                heard = [who for who in self.it.heard if who in words]
                assert heard == words, f"{ticket}: said {words}, heard {heard}"
        finally:
            self.floor.terminal._desk.shutdown(wait=True)


def live(machine, *, lives: int) -> int:
    machine.steps = 0
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=LIFE,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if machine is Life else (Phase.generate,),
        ),
    )
    return machine.steps


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    # Compaction after a few reports instead of a megabyte, so that it is a part of every life.
    monkeypatch.setattr(journal_module, "COMPACT_ABOVE", 8000)


@pytest.mark.timeout(10_800 if LONG else 600)
def test_every_promise_comes_true_whatever_happens(tell):
    It.kinds.clear()
    # A life may end early, where nothing is left to do.
    steps = live(Life, lives=STEPS * 5 // 4 // LIFE)

    tell(f"{steps} steps: 0 lost, 0 twins, 0 false promises, everything said in its order")
    assert steps >= STEPS
    assert set(It.kinds) == set(DeliveryKind) - {DeliveryKind.ATTACH, DeliveryKind.NOTICE}, "not all of it was tried"


class Blind(It):
    def find(self, ticket_id):
        return None

    def changes(self, cursor):
        return [], "0"


class WithoutLooking(Life):
    kind = Blind


class WithoutSyncs(Life):
    ignores = frozenset({"append", "new file", "names"})


@pytest.mark.parametrize(("machine", "fault"), [(WithoutLooking, "twins"), (WithoutSyncs, "saved, and gone|lost")])
def test_a_terminal_that_does_not_look_or_does_not_sync_is_found_out(machine, fault):
    """The negative control."""
    with pytest.raises(AssertionError, match=fault):
        live(machine, lives=400)


def test_a_terminal_that_cleans_up_by_the_time_of_day_is_found_out(monkeypatch):
    """The negative control of the clock: what is not over yet would go."""
    from kiosk.core import outbox, retention

    monkeypatch.setattr(retention, "is_over", lambda entry: True)
    monkeypatch.setattr(outbox, "is_over", lambda entry: True)
    with pytest.raises(AssertionError, match=r"lost|waits|gone"):
        live(type("Forgetful", (Life,), {}), lives=200)
