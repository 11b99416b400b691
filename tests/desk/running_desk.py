"""A desk that really runs, on a free port, with a clock that the tests move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import httpx
from fakes import FakeClock

from kiosk.desk import DeskSettings, add_person, add_terminal
from kiosk.desk.server import DeskServer

PASSWORD = "correct-horse"


@dataclass
class RunningDesk:
    """The desk as its neighbours meet it: an address, a terminal, browsers."""

    settings: DeskSettings
    time: FakeClock = field(default_factory=FakeClock)
    clients: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self):
        self.start()
        token = add_terminal(self.settings, "Line 3")
        self.terminal = self.client(Authorization=f"Bearer {token}")

    def start(self) -> None:
        self.server = DeskServer(self.settings, now=self.time.clock.now)
        self.url = self.server.url
        # Started again, it has the same address.
        self.settings = replace(self.settings, port=int(self.url.rpartition(":")[2]))
        self.store = self.server.app.state.desk.store
        self.thread = Thread(target=self.server.run, name="desk")
        self.thread.start()

    def stop(self) -> None:
        self.server.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()

    def client(self, **headers: str) -> httpx.Client:
        return self.clients.enter_context(httpx.Client(base_url=self.url, headers=headers, timeout=20))

    def browser(self, name: str = "Jana") -> httpx.Client:
        """Give a browser in which `name` has logged in."""
        add_person(self.settings, name, PASSWORD)
        browser = self.client(Origin=self.url)
        assert browser.post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
        return browser

    def report(self, ticket: str = "T1", **changed: Any) -> dict[str, Any]:
        answer = self.terminal.put(f"/api/tickets/{ticket}", json=report(self.time.wall, **changed))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def ticket(self, ticket: str = "T1") -> dict[str, Any]:
        answer = self.terminal.get(f"/api/tickets/{ticket}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def say(self, remark: str, kind: str, text: str = "", ticket: str = "T1") -> httpx.Response:
        body = {"id": remark, "kind": kind, "text": text, "who": "Mira", "at": self.time.wall.isoformat()}
        return self.terminal.post(f"/api/tickets/{ticket}/remarks", json=body)

    def changes(self, cursor: str = "") -> dict[str, Any]:
        return self.terminal.get("/api/changes", params={"cursor": cursor}).json()


def report(now: datetime, **changed: Any) -> dict[str, Any]:
    """What a terminal sends; every field can be changed, None leaves it out."""
    body = {
        "machine": "P-0007",
        "machine_name": "Zebra L7",
        "place": "D-07",
        "area": "Packing",
        "symptom": "nothing-prints",
        "words": "Es druckt nicht",
        "it_term": "Label printer: no output",
        "priority": "high",
        "stopped": True,
        "reported_at": now.isoformat(),
        "terminal": "Line 3",
        "language": "de",
        "note": "",
        "who": "Mira K.",
        "respond_by": (now + timedelta(minutes=30)).isoformat(),
        "resolve_by": (now + timedelta(hours=4)).isoformat(),
        "photo": None,
    } | changed
    return {name: value for name, value in body.items() if value is not None}


@contextmanager
def running_desk(settings: DeskSettings) -> Iterator[RunningDesk]:
    """Run a desk with one known terminal, and stop it."""
    desk = RunningDesk(settings)
    with desk.clients:
        yield desk
    desk.stop()
