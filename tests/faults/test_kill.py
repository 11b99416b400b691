"""`kill -9` at any moment, again and again: what the screen called saved is in Redmine, once, with its photo, and so is what was said."""

from __future__ import annotations

import contextlib
import hashlib
import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import short_lives
from backends.fake_redmine import AGENT_KEY, KIOSK_KEY, FakeRedmine
from backends.local_server import serving
from journeys.floor import kiosk, write_config

LONG = os.environ.get("KIOSK_LONG") == "1"
KILLS, TICKETS, PATIENCE = (2000, 2000, 1800) if LONG else (100, 300, 100)


class Plant:
    """A terminal's folder, the Redmine behind it, and the receipts of everything that was promised there."""

    def __init__(self, folder: Path, redmine: dict[str, str]) -> None:
        (folder / "key").write_text(redmine["REDMINE_API_KEY"])
        self.redmine = redmine
        self.config = write_config(
            folder,
            f"""[[destinations]]
type = "redmine"
name = "Redmine"
url = "{redmine["REDMINE_URL"]}"
project = "{redmine["REDMINE_PROJECT"]}"
id_field = {redmine["REDMINE_ID_FIELD"]}
api_key = {{ file = "key" }}
poll_seconds = 5
""",
        )
        self.photos: dict[str, str] = {}
        self.said: dict[str, list[str]] = {}
        # A server that imported everything once forks the terminals: a hundred starts are then a hundred forks.
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["short_lives"])
        self._session = requests.Session()
        self._session.headers["X-Redmine-API-Key"] = redmine["REDMINE_AGENT_KEY"]
        there = self._page(limit=1)
        self._newest_before = there[0]["id"] if there else 0

    def kill_once(self, rng: random.Random, **options: bool) -> None:
        """Let a terminal live for a moment."""
        receipts, theirs = self._processes.Pipe(duplex=False)
        process = self._processes.Process(
            target=short_lives.live, args=(self.config, theirs), kwargs=options, daemon=True
        )
        process.start()
        theirs.close()
        # Some die while they start, most of them at work.
        if rng.random() < 0.9:
            self._take(receipts, until=lambda receipt: receipt == ("ready",))
        time.sleep(rng.uniform(0.0, 0.7))
        process.kill()
        process.join(10)
        assert process.exitcode == -signal.SIGKILL, "it ended by itself"
        self._take(receipts)
        receipts.close()

    def _take(self, receipts, until=lambda receipt: False) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                receipt = receipts.recv()
                match receipt:
                    case ("saved", ticket, photo):
                        self.photos[ticket] = photo
                    case ("said", ticket, word):
                        self.said.setdefault(ticket, []).append(word)
                if until(receipt):
                    return

    def forward_the_rest(self) -> None:
        words = ("--config", str(self.config), "forward", "--once", "--timeout", str(PATIENCE))
        done = kiosk(*words, timeout=PATIENCE + 20)
        assert done.returncode == 0, done.stdout + done.stderr

    # ------------------------------------------------------------ what Redmine says by itself

    def _get(self, path: str, **params: object):
        answer = self._session.get(self.redmine["REDMINE_URL"] + path, params=params, timeout=60)
        answer.raise_for_status()
        return answer

    def issues(self) -> list[dict]:
        """Give what this test made, newest first: what other tests left there is none of its business."""
        field, found = int(self.redmine["REDMINE_ID_FIELD"]), []
        while True:
            page = self._page(limit=100, offset=len(found))
            new = [issue for issue in page if issue["id"] > self._newest_before]
            found += [i | {"kiosk_id": _field(i, field)} for i in new]
            if len(new) < 100:
                return found

    def _page(self, **params: object) -> list[dict]:
        return self._get("/issues.json", status_id="*", sort="id:desc", **params).json()["issues"]

    def look(self, number: int) -> tuple[list[str], str]:
        """Give the photos' checksums and all that was noted on one issue."""
        issue = self._get(f"/issues/{number}.json", include="attachments,journals").json()["issue"]
        photos = [self._get(urlsplit(a["content_url"]).path).content for a in issue["attachments"]]
        notes = " ".join(journal["notes"] for journal in issue["journals"])
        return [hashlib.sha256(photo).hexdigest() for photo in photos], notes

    def clear(self) -> None:
        """Take away what this test made, so that the others find the Redmine they expect."""
        admin = {"X-Redmine-API-Key": self.redmine["REDMINE_ADMIN_KEY"]}
        numbers = [issue["id"] for issue in self.issues()]
        for start in range(0, len(numbers), 50):
            params = {"ids[]": numbers[start : start + 50]}
            url = self.redmine["REDMINE_URL"] + "/issues.json"
            requests.delete(url, params=params, headers=admin, timeout=120).raise_for_status()


def _field(issue: dict, number: int) -> str:
    return next((field["value"] for field in issue["custom_fields"] if field["id"] == number), "")


@pytest.mark.timeout(10_800 if LONG else 900)
def test_what_was_saved_is_in_the_real_redmine_once_with_its_photo_after_every_kill(tmp_path, redmine, tell):
    plant, rng, kills = Plant(tmp_path, redmine), random.Random(), 0
    try:
        while kills < KILLS or len(plant.photos) < TICKETS:
            plant.kill_once(rng)
            kills += 1
        plant.forward_the_rest()

        there = plant.issues()
        copies = Counter(issue["kiosk_id"] for issue in there)
        lost = set(plant.photos) - set(copies)
        twins = [ticket for ticket, count in copies.items() if count > 1]
        wrong, words = [], 0
        for issue in there:
            photos, notes = plant.look(issue["id"])
            ticket = issue["kiosk_id"]
            if ticket in plant.photos and photos != [plant.photos[ticket]]:
                wrong.append((ticket, "photo"))
            for word in plant.said.get(ticket, []):
                words += 1
                if notes.count(word) != 1:
                    wrong.append((ticket, word, notes.count(word)))
        tell(
            f"{kills} kills, {len(plant.photos)} tickets with photos and {words} later words promised: "
            f"{len(lost)} lost, {len(twins)} twins, {len(wrong)} incomplete; Redmine has {len(there)}"
        )
        assert (lost, twins, wrong) == (set(), [], [])
    finally:
        plant.clear()


def test_a_terminal_that_does_not_look_before_it_sends_again_makes_twins(tmp_path):
    """The negative control, on a fake whose answers are slow enough to be missed."""
    fake = FakeRedmine()

    def answer(request):
        reply = fake(request)
        if request.method != "GET":
            time.sleep(0.1)
        return reply

    with serving(answer) as front:
        env = {"REDMINE_URL": front.url, "REDMINE_PROJECT": "it-helpdesk", "REDMINE_ID_FIELD": "1"}
        plant = Plant(tmp_path, env | {"REDMINE_API_KEY": KIOSK_KEY, "REDMINE_AGENT_KEY": AGENT_KEY})
        rng = random.Random(1)
        for _ in range(60):
            plant.kill_once(rng, blind=True)
            copies = Counter(_field(issue, 1) for issue in fake.issues.values())
            if max(copies.values(), default=0) > 1:
                return
    pytest.fail(f"nobody noticed: {json.dumps(copies)}")
