"""Every state in which a power cut may leave the journal: nothing that was saved is lost, nothing that was removed comes back."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from crashdisk import CrashDisk, PowerCut

from kiosk.storage import journal as module
from kiosk.storage.journal import Journal

LONG = os.environ.get("KIOSK_LONG") == "1"
STATES = 5_000_000 if LONG else 100_000
FOLDER = Path()


def snapshot(tables):
    return {name: dict(rows) for name, rows in tables.items() if rows}


def random_change(tables, rng):
    known = sorted(tables.get("tickets", {}))
    kind = rng.choice(["insert", "insert", "update", "remove", "both"])
    text = '"' + rng.choice("abcdef") * rng.choice([3, 40, 700]) + '"'
    if kind == "insert" or not known:
        return {"tickets": {str(rng.randrange(100, 10_000)): text}}
    one = rng.choice(known)
    return {
        "update": {"tickets": {one: text}},
        "remove": {"tickets": {one: None}},
        "both": {"tickets": {one: None}, "archive": {one: text}},
    }[kind]


class Workload:
    """A journal at work on a disk that will lose power; `log` holds its calls and what was promised between them."""

    def __init__(self, disk, rng, *, changes):
        self.disk = disk
        journal = Journal(FOLDER, files=disk)
        self.promise(snapshot(journal.tables))
        for number in range(changes):
            change = random_change(journal.tables, rng)
            disk.log.append(("begins", None))
            journal.change(change)
            self.promise(snapshot(journal.tables))
            if number % 7 == 6:
                journal.compact()

    def promise(self, tables):
        self.disk.log.append(("promised", tables))

    def crashes(self):
        """Give (content after a power cut, what may be found: the last promise, or the change that was under way)."""
        cut = PowerCut()
        promises = [op[1] for op in self.disk.log if op[0] == "promised"]
        kept, under_way = -1, False
        for op in self.disk.log:
            if op[0] == "promised":
                kept, under_way = kept + 1, False
            elif op[0] == "begins":
                under_way = True
            else:
                cut.play(op)
            if kept >= 0:
                allowed = [promises[kept]] + ([promises[kept + 1]] if under_way else [])
                for content in cut.states():
                    yield content, allowed


def examine(content, allowed, ignores=frozenset()):
    """Start on what the power cut left; give what is wrong, or None. One more change and start must work as well."""
    disk = CrashDisk.holding(content, ignores)
    journal = Journal(FOLDER, files=disk)
    found = snapshot(journal.tables)
    if found not in allowed:
        return f"found {found}, promised {allowed}", disk
    journal.change({"tickets": {"1": '"after"'}})
    again = Journal(FOLDER, files=CrashDisk.holding({n: disk.read(Path(n)) for n in disk.names_now}))
    if again.tables["tickets"].get("1") != '"after"' or journal.damaged:
        return "the change after the power cut is lost, or damage was reported", disk
    return None, disk


def crash_states(seed, *, ignores=frozenset(), changes=12):
    rng = random.Random(seed)
    yield from Workload(CrashDisk(ignores=ignores), rng, changes=changes).crashes()


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    # Compaction happens after hundreds of bytes instead of a megabyte, so that it is a part of every workload.
    monkeypatch.setattr(module, "COMPACT_ABOVE", 1500)
    monkeypatch.setattr(module, "MOST_FILES", 3)


@pytest.mark.timeout(7200 if LONG else 600)
def test_no_crash_state_loses_resurrects_or_hides_anything(tell):
    examined, seed, bad = 0, 0, []
    while examined < STATES:
        for content, allowed in crash_states(seed):
            examined += 1
            fault, _ = examine(content, allowed)
            if fault:
                bad.append((seed, fault))
        seed += 1

    tell(f"{examined} crash states of {seed} workloads examined")
    assert bad == []


@pytest.mark.timeout(7200 if LONG else 600)
def test_a_second_power_cut_during_recovery_harms_nothing_either(tell):
    wanted, examined, seed = STATES // 10, 0, 1000
    while examined < wanted:
        for content, allowed in list(crash_states(seed, changes=4))[:: 1 if LONG else 7]:
            disk = CrashDisk.holding(content)
            start = len(disk.log)
            journal = Journal(FOLDER, files=disk)
            found = snapshot(journal.tables)
            assert found in allowed
            cut = PowerCut()
            cut.play(disk.log[0])
            for op in disk.log[start:]:
                cut.play(op)
                for twice in cut.states():
                    examined += 1
                    fault, _ = examine(twice, [found])
                    assert fault is None
        seed += 1

    tell(f"{examined} states of two power cuts examined")


@pytest.mark.parametrize("ignored", ["append", "new file", "names"])
def test_without_any_one_of_the_syncs_a_crash_state_loses_something(ignored):
    """The negative control: take one sync away, and the enumeration notices."""
    bad = 0
    for seed in range(40):
        for content, allowed in crash_states(seed, ignores=frozenset({ignored}), changes=5):
            try:
                fault, _ = examine(content, allowed)
            except (OSError, ValueError, KeyError, IndexError):
                fault = "cannot be read"
            bad += fault is not None
        if bad:
            return
    pytest.fail(f"nobody noticed that the {ignored} sync is missing")


class Refusing(CrashDisk):
    """A disk whose next sync of a change fails; what it was given may have reached the plates all the same."""

    refuses = False
    forgets = False
    """The sync after the repair does nothing."""

    def sync(self, descriptor: int) -> None:
        if self.refuses:
            self.refuses = False
            raise OSError(5, "Input/output error")
        if not self.forgets:
            super().sync(descriptor)


def refused_changes(*, forgets):
    """Give what power cuts may leave after a change that was refused, and what was promised before it."""
    for size in (3, 40, 700):
        disk = Refusing()
        journal = Journal(FOLDER, files=disk)
        journal.change({"tickets": {"1": '"kept"'}})
        promised = snapshot(journal.tables)
        disk.refuses, disk.forgets = True, forgets
        with pytest.raises(OSError, match="Input/output"):
            journal.change({"tickets": {"2": f'"{"x" * size}"'}})
        cut = PowerCut()
        for op in disk.log:
            cut.play(op)
        yield from ((content, promised) for content in cut.states())


def test_a_change_that_was_refused_does_not_come_back_after_a_power_cut(tell):
    states = list(refused_changes(forgets=False))

    tell(f"{len(states)} states after a refused change")
    assert [fault for content, kept in states if (fault := examine(content, [kept])[0])] == []


def test_without_the_sync_after_the_repair_it_does_come_back():
    """The negative control of the fourth and last call for a sync in the journal."""
    states = list(refused_changes(forgets=True))

    assert any(examine(content, [kept])[0] for content, kept in states)
