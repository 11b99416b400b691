"""What the killed processes of `test_kill` do: a terminal as `kiosk run` builds it, without the window, and somebody in a hurry."""

from __future__ import annotations

import hashlib
import io
import random
import time
from datetime import timedelta
from pathlib import Path

from PIL import Image

from kiosk.backends.redmine.backend import RedmineBackend
from kiosk.bootstrap import build_kiosk, read_setup

REPORTS = 4
"""At most so many in one life."""


def live(config: Path, receipts, *, blind: bool = False) -> None:
    """Report, say something more, forward, until somebody pulls the plug; a receipt follows each "Saved"."""
    # The Redmine of the tests answers one request after the other, so nothing of ours is still under way there for longer.
    RedmineBackend.settle = timedelta(seconds=0.5)
    if blind:
        RedmineBackend.find = lambda self, ticket_id: None
        RedmineBackend.changes = lambda self, cursor: ([], "0")
    terminal = build_kiosk(read_setup(config, strict=True)).terminal
    terminal.start()
    receipts.send(("ready",))
    rng = random.Random()
    for _ in range(rng.randint(1, REPORTS)):
        photo = _photo(config.with_name("photo.jpg"), rng)
        ticket = _report(terminal, photo)
        receipts.send(("saved", ticket, hashlib.sha256(photo.read_bytes()).hexdigest()))
        if rng.random() < 0.4:
            word = f"W{rng.getrandbits(40):x}"
            terminal.got_worse(ticket, stopped=True, who=word).result()
            receipts.send(("said", ticket, word))
        time.sleep(rng.uniform(0.0, 0.1))
    while True:
        time.sleep(1)


def _photo(path: Path, rng: random.Random) -> Path:
    picture = io.BytesIO()
    Image.frombytes("RGB", (32, 24), rng.randbytes(32 * 24 * 3)).save(picture, "JPEG")
    path.write_bytes(picture.getvalue())
    return path


def _report(terminal, photo: Path) -> str:
    machine = next(iter(terminal.plant.machines.values()))
    symptom = next(symptom for symptom in terminal.symptoms(machine) if symptom.catch_all)
    draft = terminal.new_draft().choose_machine(machine).choose_symptom(symptom).say(stopped=True).show(photo)
    return terminal.report(draft).result().ticket.id
