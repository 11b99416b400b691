"""The draft on the screens, kept in a file until it is sent or dropped, for a terminal that is started anew meanwhile.

The file is not synced, on purpose: it is there for a program that ends, not for a power cut. After a boot nobody stands
there any more with half a report, and a card in a small computer need not wear out at every tap.
"""

from __future__ import annotations

import json
import logging
import os
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.core.draft import Draft
from kiosk.core.plant import Plant
from kiosk.core.ports import Clock
from kiosk.core.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A draft that an earlier run left behind."""

    draft: Draft
    language: str
    """What the operator was reading."""
    is_tried: bool = False
    """A run before this one went on with it and ended, too: going on at once may be what ends it."""


class DraftFile:
    """Keeps one draft. A thread of its own writes, in the order of the taps: no disk makes the screen wait."""

    def __init__(
        self,
        file: Path,
        *,
        plant: Plant,
        seconds: float,
        clock: Clock,
    ) -> None:
        """Keep the draft in `file`; one that is older than `seconds`, or from before the last boot, is nobody's any more."""
        self._file, self._plant, self._seconds = file, plant, seconds
        self._boot, self._clock = clock.boot, clock.monotonic
        self._worker = Worker("draft", monotonic=clock.monotonic)

    def keep(self, draft: Draft | None, *, language: str) -> None:
        """Put `draft` in place of the one before; one that names no machine yet is not worth it, nor is None."""
        if draft is None or draft.machine is None:
            self._worker.submit(self._forget)
        else:
            row = {"boot": self._boot, "at": self._clock(), "tried": False, "language": language, **_row(draft)}
            self._worker.submit(self._write, row)

    def take(self) -> Future[Kept | None]:
        """Find what an earlier run left behind and somebody may still be waiting for."""
        return self._worker.submit(self._take)

    def close(self) -> None:
        """Finish writing. The draft stays, for the next run to find."""
        self._worker.shutdown(wait=True)

    def _take(self) -> Kept | None:
        try:
            row = json.loads(self._file.read_bytes())
            age = self._clock() - row["at"]
            if row["boot"] != self._boot or not 0 <= age < self._seconds:
                self._forget()
                return None
            kept = Kept(draft=_draft(row, self._plant), language=row["language"], is_tried=row["tried"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("the draft that was kept cannot be used: %r", error)
            self._forget()
            return None
        # Its age stays: going on is no answer of the operator's.
        self._write(row | {"tried": True})
        return kept

    def _write(self, row: dict[str, Any]) -> None:
        beside = self._file.with_name(self._file.name + ".new")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(row, file)
            beside.rename(self._file)
        except OSError as error:
            # Worth a line and no more: the draft is still on the screen. An older one must not come back in its place.
            log.warning("the draft is not kept: %s", error)
            self._forget()

    def _forget(self) -> None:
        for file in (self._file, self._file.with_name(self._file.name + ".new")):
            with suppress(OSError):
                file.unlink()


def _row(draft: Draft) -> dict[str, Any]:
    """Ids are enough: what they stand for is in the plant file, which may have changed until it is read again."""
    return {
        "id": draft.id,
        "machine": draft.machine.id if draft.machine else None,
        "symptom": draft.symptom.id if draft.symptom else None,
        "stopped": draft.stopped,
        "note": draft.note,
        "who": draft.who,
    }


def _draft(row: dict[str, Any], plant: Plant) -> Draft:
    draft = Draft(id=row["id"], note=row["note"], who=row["who"]).choose_machine(plant.machines[row["machine"]])
    if row["symptom"] is not None:
        draft = draft.choose_symptom(plant.symptoms[row["symptom"]])
    return draft.say(stopped=row["stopped"])
