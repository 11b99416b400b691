"""`make bench-forward`: how fast reports reach a real Redmine, beside a bare loop of `requests` that posts the same issues.

Both take turns in one run, so that a machine's moods meet both alike. What the terminal does more than the loop for a report to
arrive - a synced write before and after each request, a look at the board before a report becomes a ticket of its own - is in
its time. What it asks later, to hear how the work stands, is not: that is heard between the rounds.
"""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import requests
from bench.storage import delivery, ticket
from journeys.floor import write_config

from kiosk.bootstrap import build_kiosk, new_id, read_setup
from kiosk.core.model import DeliveryState

ROUNDS, TICKETS = 7, 50
CALM_SECONDS = 3.0
"""After so long everything that happened is heard."""
SCRIPT = Path(__file__).parents[1] / "servers" / "redmine.sh"


class Ours:
    """A terminal without its window."""

    def __init__(self, folder: Path, redmine: dict[str, str]) -> None:
        (folder / "key").write_text(redmine["REDMINE_API_KEY"])
        destination = f"""[[destinations]]
type = "redmine"
name = "Redmine"
url = "{redmine["REDMINE_URL"]}"
project = "{redmine["REDMINE_PROJECT"]}"
id_field = {redmine["REDMINE_ID_FIELD"]}
api_key = {{ file = "key" }}
"""
        self.kiosk = build_kiosk(read_setup(write_config(folder, destination), strict=True))
        self.outbox, self.forwarder = self.kiosk.terminal._outbox, self.kiosk.terminal.forwarders[0]

    def seconds(self) -> float:
        """Give the time that so many saved tickets take to be delivered."""
        self._hear()
        now = datetime.now(UTC)
        for number in range(TICKETS):
            # A machine each, or the second report would become a note on the first one.
            report = dataclasses.replace(ticket(number), id=new_id(), machine=new_id(), reported_at=now)
            create = dataclasses.replace(
                delivery(number),
                id=new_id(),
                ticket=report.id,
                state=DeliveryState.PENDING,
                ref=None,
                created_at=now,
                delivered_at=None,
            )
            self.outbox.report(report, (create,))
        began = time.perf_counter()
        while any(entry.report_to("Redmine").is_open for entry in self.outbox.entries()):
            time.sleep(self.forwarder.step())
        return time.perf_counter() - began

    def _hear(self) -> None:
        """Take over what changed until there is nothing new."""
        assert self.forwarder.run_once(timeout=60)
        time.sleep(CALM_SECONDS)
        self.forwarder.retry_now()
        assert self.forwarder.run_once(timeout=60)


class Bare:
    """Posts what the terminal posted, and does nothing else."""

    def __init__(self, redmine: dict[str, str], like: int) -> None:
        self._session = requests.Session()
        self._session.headers["X-Redmine-API-Key"] = redmine["REDMINE_API_KEY"]
        self._url, self._field = redmine["REDMINE_URL"], int(redmine["REDMINE_ID_FIELD"])
        self._issue = self._session.get(f"{self._url}/issues/{like}.json", timeout=60).json()["issue"]

    def seconds(self) -> float:
        """Give the time of as many requests."""
        ids = {f"{name}_id": self._issue[name]["id"] for name in ("project", "tracker", "priority")}
        texts = {name: self._issue[name] for name in ("subject", "description")}
        path = f"{self._url}/projects/{ids.pop('project_id')}/issues.json"
        began = time.perf_counter()
        for _ in range(TICKETS):
            field = [{"id": self._field, "value": new_id()}]
            body = {"issue": {**ids, **texts, "custom_fields": field}}
            answer = self._session.post(path, json=body, timeout=60)
            answer.raise_for_status()
        return time.perf_counter() - began


def measure(redmine: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        ours = Ours(Path(name), redmine)
        ours.seconds()
        entry = ours.outbox.entries()[0]
        bare = Bare(redmine, like=int(entry.deliveries[0].ref.id))
        bare.seconds()
        pairs = [(ours.seconds(), bare.seconds()) for _ in range(ROUNDS)]
        ours.kiosk.close()
    a_ticket, a_request = (statistics.median(side) / TICKETS for side in zip(*pairs, strict=True))
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    print(f"terminal {1000 * a_ticket:.1f} ms a ticket, bare loop {1000 * a_request:.1f} ms a request: {ratio:.3f} x")
    print("rounds:", " ".join(f"{mine / theirs:.3f}" for mine, theirs in pairs))


def main() -> None:
    started = os.environ.get("KIOSK_TEST_REDMINE")
    with tempfile.TemporaryDirectory() as folder:
        if not started:
            subprocess.run([SCRIPT, "start", folder], check=True)
        try:
            lines = Path(started or Path(folder, "redmine.env")).read_text().splitlines()
            measure(dict(line.split("=", 1) for line in lines if "=" in line))
        finally:
            if not started:
                subprocess.run([SCRIPT, "stop", folder], check=True)


if __name__ == "__main__":
    main()
