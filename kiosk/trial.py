"""`kiosk check --try`: one marked test ticket through everything that a ticket system is asked for, to prove a site's real one."""

from __future__ import annotations

import dataclasses
import io
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw

from kiosk.core.errors import DeliveryError, RejectedError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket
from kiosk.core.plant import Plant, Priority
from kiosk.core.ports import Backend

PATIENCE_SECONDS = 30.0
"""Beyond the time that a system's search may lag, so long is waited for what was written to be found."""
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_NOTE = "This is a test of the connection. Nothing is wrong with the machine; please ignore it."


@dataclass(frozen=True, slots=True)
class Step:
    """What was tried, how long it took (seconds), and why it failed; empty when it worked."""

    name: str
    seconds: float
    error: str = ""


class Trial:
    """Makes one test ticket in `backend`, tells what worked, and closes it again."""

    def __init__(
        self,
        backend: Backend,
        plant: Plant,
        *,
        terminal: str,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send nothing yet."""
        self._backend, self._monotonic, self._sleep = backend, monotonic, sleep
        self._ticket = _test_ticket(plant, terminal)
        self._ref: RemoteRef | None = None
        self._cursor = ""
        self._said = self._delivery(DeliveryKind.COMMENT, "A comment of the test.")

    def run(self) -> Iterator[Step]:
        """Give each step as it is done. Without a ticket the rest has no sense; whatever else fails, it is closed at the end."""
        with tempfile.TemporaryDirectory() as folder:
            self._ticket = _with_photo(self._ticket, Path(folder, "test.jpg"))
            yield self._try("may do what is needed", self._backend.check)
            created = self._try("create a ticket, with a photo", self._create)
            yield created
            if created.error:
                return
            yield from self._heard() if self._backend.tells else self._unheard()

    def _heard(self) -> Iterator[Step]:
        yield self._try("find it by our id", self._find)
        yield self._try("see it among the changes", lambda: self._see(lambda _: True))
        yield self._try("comment on it", lambda: self._say(self._said))
        yield self._try("read the comment back", self._read_back)
        yield self._try("close it", self._close)
        yield self._try("see that it is closed", lambda: self._see(lambda change: not change.progress.status.is_open))

    def _unheard(self) -> Iterator[Step]:
        yield self._try("comment on it", lambda: self._say(self._said))
        yield self._try("close it", self._close)
        yield Step(
            "hear of it",
            0.0,
            "nothing comes back from there, as it is set up: the terminals cannot show who has a ticket",
        )

    @property
    def label(self) -> str:
        """What the test ticket is called there; empty while there is none."""
        return self._ref.label if self._ref else ""

    def _try(self, name: str, step: Callable[[], object]) -> Step:
        began, error = self._monotonic(), ""
        try:
            step()
        except DeliveryError as refusal:
            error = str(refusal) or "it gave no reason"
        return Step(name, self._monotonic() - began, error)

    def _delivery(self, kind: DeliveryKind, text: str = "") -> Delivery:
        now = datetime.now(UTC)
        return Delivery(
            id=_new_id(),
            ticket=self._ticket.id,
            destination=self._backend.name,
            kind=kind,
            text=text,
            ref=self._ref,
            created_at=now,
        )

    def _create(self) -> None:
        _, self._cursor = self._backend.changes("")
        for kind in self._backend.effects(self._ticket):
            self._ref = self._backend.deliver(self._delivery(kind), self._ticket) or self._ref

    def _close(self) -> None:
        self._say(self._delivery(DeliveryKind.WITHDRAW, "The test is over."))

    def _say(self, delivery: Delivery) -> None:
        self._said = dataclasses.replace(delivery, ref=self._ref)
        self._backend.deliver(self._said, self._ticket)

    def _find(self) -> None:
        def is_there() -> bool:
            found = self._backend.find(self._ticket.id)
            if found is None or self._ref is None or found.id != self._ref.id:
                return False
            self._ref = found  # by now it may have the number that people there call it
            return True

        self._wait_for(is_there, "it is not found by our id")

    def _see(self, is_so: Callable[[RemoteChange], bool]) -> None:
        def seen() -> bool:
            changes, self._cursor = self._backend.changes(self._cursor)
            return any(change.ticket == self._ticket.id and is_so(change) for change in changes)

        self._wait_for(seen, "it does not show among the changes")

    def _read_back(self) -> None:
        said = self._said.id

        def is_there(change: RemoteChange) -> bool:
            return any(remark.id == said for remark in change.progress.remarks)

        self._see(is_there)

    def _wait_for(self, look: Callable[[], bool], what: str) -> None:
        deadline = self._monotonic() + self._backend.settle.total_seconds() + PATIENCE_SECONDS
        while not look():
            if self._monotonic() >= deadline:
                raise RejectedError(what)
            self._sleep(1.0)


def _new_id() -> str:
    return "TEST" + "".join(secrets.choice(_ALPHABET) for _ in range(12))


def _test_ticket(plant: Plant, terminal: str) -> Ticket:
    machine, symptom = next(iter(plant.machines.values())), next(iter(plant.symptoms.values()))
    return Ticket(
        id=_new_id(),
        machine=machine.id,
        machine_name=machine.name,
        place=machine.place,
        area=machine.area,
        area_name=plant.areas[machine.area].name.get("en"),
        symptom="kiosk-test",  # no real report says the same, so none is ever added to this one
        words=f"TEST: {symptom.words.get('en')}",
        it_term=f"TEST, please ignore: {symptom.it_term}",
        priority=Priority.NORMAL,
        stopped=False,
        reported_at=datetime.now(UTC),
        terminal=terminal,
        note=_NOTE,
    )


def _with_photo(ticket: Ticket, path: Path) -> Ticket:
    picture = Image.new("RGB", (320, 240), "#1f6feb")
    ImageDraw.Draw(picture).text((20, 100), f"TEST {ticket.id}", fill="white")
    data = io.BytesIO()
    picture.save(data, "JPEG")
    path.write_bytes(data.getvalue())
    return dataclasses.replace(ticket, photo=path)
