"""`make bench-storage`: what saving a ticket costs with few and with many kept, how long a start takes, how much memory it needs.

Machines differ and are noisy, so everything is also given as a ratio to something measured in the same run.
"""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tinydb import TinyDB

from kiosk.core.document import to_document
from kiosk.core.model import Delivery, DeliveryKind, DeliveryState, Entry, RemoteRef, Ticket
from kiosk.core.outbox import Outbox
from kiosk.core.plant import Priority
from kiosk.storage import FolderDisk

SIZES = 0, 1_000, 10_000, 100_000
SAMPLES = 200
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def ticket(number: int) -> Ticket:
    return Ticket(
        id=f"T{number:011d}",
        machine="P-0007",
        machine_name="Zebra L7",
        place="D-07",
        area="packaging",
        area_name="Packaging",
        symptom="noprint",
        words="Nothing prints",
        it_term="Printer offline",
        priority=Priority.CRITICAL,
        stopped=True,
        reported_at=NOW,
        respond_by=NOW,
        resolve_by=NOW,
        terminal="K07",
        note="It stopped in the middle of a label, and the red lamp is on.",
        boot="0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0",
        reported_monotonic=1234.5,
    )


def delivery(number: int) -> Delivery:
    ref = RemoteRef(id=str(number), number=f"#{number}", url=f"https://redmine.example.com/issues/{number}")
    return Delivery(
        id=f"D{number:011d}",
        ticket=f"T{number:011d}",
        destination="Redmine",
        kind=DeliveryKind.CREATE,
        created_at=NOW,
        state=DeliveryState.DELIVERED,
        ref=ref,
        delivered_at=NOW,
    )


def fill(folder: Path, count: int) -> None:
    """Let the folder hold so many tickets, in one write."""
    disk = FolderDisk(folder)
    rows = {}
    for number in range(1, count + 1):
        document = to_document(Entry(sequence=number, ticket=ticket(number), deliveries=(delivery(number),)))
        rows[number] = document
    disk.db.table("tickets")._update_table(lambda table: table.update(rows))
    disk.db.journal.compact()
    disk.close()


def save_milliseconds(folder: Path, count: int) -> float:
    disk = FolderDisk(folder)
    outbox = Outbox(disk, publish=lambda event: None)
    took = []
    for number in range(count + 1, count + 1 + SAMPLES):
        pending = dataclasses.replace(delivery(number), state=DeliveryState.PENDING, ref=None, delivered_at=None)
        began = time.perf_counter()
        outbox.report(ticket(number), (pending,))
        took.append(1000 * (time.perf_counter() - began))
    disk.close()
    return statistics.median(took)


def stock_milliseconds(folder: Path, count: int) -> float:
    """Give what the same document costs in TinyDB's own storage, which does not even sync."""
    db = TinyDB(folder / "stock.json")
    db.insert_multiple(to_document(Entry(sequence=n, ticket=ticket(n))) for n in range(count))
    took = []
    for number in range(5):
        began = time.perf_counter()
        db.insert(to_document(Entry(sequence=number, ticket=ticket(count + number))))
        took.append(1000 * (time.perf_counter() - began))
    db.close()
    return statistics.median(took)


def held() -> int:
    """Give the bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def start(folder: Path) -> None:
    """Start on the folder, in a process of its own; print seconds and the memory that it took."""
    before = held()
    began = time.perf_counter()
    disk = FolderDisk(folder)
    outbox = Outbox(disk, publish=lambda event: None)
    print(time.perf_counter() - began, held() - before)
    assert outbox.entries()
    disk.close()


def main() -> None:
    print(
        f"{'kept':>8} {'save, ms':>9} {'x empty':>8} {'start, s':>9} {'files, MB':>10} {'memory, MB':>11} {'memory/files':>13}"
    )
    base = None
    for count in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            fill(folder, count)
            save = save_milliseconds(folder, count)
            base = base or save
            size = sum(path.stat().st_size for path in folder.glob("outbox-*"))
            command = [sys.executable, __file__, "start", name]
            runs = [
                subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(3)
            ]
            seconds = statistics.median(float(run[0]) for run in runs)
            memory = statistics.median(float(run[1]) for run in runs)
            print(
                f"{count:>8} {save:>9.2f} {save / base:>8.2f} {seconds:>9.3f} {size / 1e6:>10.1f} {memory / 1e6:>11.1f} {memory / size:>13.1f}"
            )
    with tempfile.TemporaryDirectory() as name:
        stock = stock_milliseconds(Path(name), 1_000)
    print(f"TinyDB's own storage, unsynced, 1,000 kept: {stock:.2f} ms a ticket, {stock / base:.0f} x ours")


if __name__ == "__main__":
    start(Path(sys.argv[2])) if sys.argv[1:2] == ["start"] else main()
