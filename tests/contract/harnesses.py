"""One harness per backend: the backend itself, people on the other side, and a wire that can be made to fail."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from backends.fake_asana import AGENT as ASANA_AGENT
from backends.fake_asana import PROJECT, FakeAsana
from backends.fake_asana import TOKEN as ASANA_TOKEN
from backends.fake_jira import AGENT, EMAIL, TOKEN, FakeJira
from backends.fake_mail import HELPDESK as MAIL_HELPDESK
from backends.fake_mail import PASSWORD as MAIL_PASSWORD
from backends.fake_mail import TERMINALS, FakeMail, mail_servers
from backends.fake_redmine import FakeRedmine
from backends.fake_trello import AGENT as TRELLO_AGENT
from backends.fake_trello import BOARD, KEY, FakeTrello
from backends.fake_trello import TOKEN as TRELLO_TOKEN
from backends.fake_webhook import SECRET, FakeReceiver
from backends.local_server import (
    Reply,
    closed_port,
    cut_answer,
    drip,
    forward_to,
    lose_answer,
    lose_answer_in_a_proxy,
    pour,
    say,
    serving,
    stay_silent,
)

from kiosk import plugins
from kiosk.backends.jira.markup import adf
from kiosk.backends.memory import MemoryBackend
from kiosk.core.errors import MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.core.model import Question
from kiosk.core.plant import Priority
from kiosk.core.ports import Backend, Clock
from kiosk.desk import DeskSettings, add_terminal

HARNESSES = {
    "asana": ["asana"],
    "mail": ["mail"],
    "memory": ["memory"],
    "desk": ["desk"],
    "jira": ["jira-cloud", "jira-dc", "jira-service"],
    "redmine": ["redmine-fake", "redmine"],
    "trello": ["trello"],
    "webhook": ["webhook"],
}
"""Backend -> the harnesses that play its other side; the second one is a real server that CI starts."""


def started(name: str, request, tmp_path_factory):
    """Start the other side called `name`, as a context."""
    start = {
        "asana": asana_harness,
        "mail": mail_harness,
        "memory": memory_harness,
        "desk": lambda: desk_harness(tmp_path_factory.mktemp("desk")),
        "jira-cloud": lambda: jira_harness("cloud"),
        "jira-dc": lambda: jira_harness("dc"),
        "jira-service": lambda: jira_harness("cloud", request_type="Report a fault"),
        "redmine-fake": fake_redmine_harness,
        "redmine": lambda: redmine_harness(request.getfixturevalue("redmine")),
        "trello": trello_harness,
        "webhook": webhook_harness,
    }
    return start[name]()


HTTP_FAULTS = {
    "answer lost": lose_answer,
    "answer cut": cut_answer,
    "answer lost in a proxy": lose_answer_in_a_proxy,
    "silence": stay_silent,
    "server error": say(Reply(500, b'{"status": 500}')),
    "please wait": say(Reply(503, b"", {"Retry-After": "7"})),
    "key refused": say(Reply(401)),
    "not allowed": say(Reply(403)),
    "login page": say(Reply(200, b"<!doctype html><form>Guest network</form>", {"Content-Type": "text/html"})),
    "garbled": say(Reply(200, b'{"half": ')),
    "no end": pour,
    "bad request": say(Reply(400)),
    "too large": say(Reply(413)),
    "not processable": say(Reply(422)),
    "conflict": say(Reply(409)),
    "not found": say(Reply(404, b'{"message": "no such project"}', {"Content-Type": "application/json"})),
    "too many": say(Reply(429, b"", {"Retry-After": "7"})),
    "too many, for how long": say(Reply(429)),
    "drip": drip,
}


class Harness(ABC):
    """What the contract tests need of a backend."""

    backend: Backend
    is_repeatable = False
    """True when sending a write twice does no harm, so that a lost answer is only a delay."""
    tells_twins = True
    """False when a report that was made twice is one thing there, or nobody can tell."""
    conflict_is_success = False
    """True when 409 says that it has the ticket already."""
    retry_after: float | None = 7
    """How long it can ask to be left alone."""
    knows_what_is_gone = True
    """False when it takes notes on tickets that are not there."""

    def __init__(self) -> None:
        self.made: list[str] = []

    @abstractmethod
    def strike(self, fault: str, *, write: bool = False) -> None:
        """Make the next request fail; with `write`, the next one that changes something."""

    @abstractmethod
    def unreachable(self) -> Backend:
        """Give the same backend for a server that is not there."""

    def calm(self) -> None:  # noqa: B027  not abstract: most have nothing to forget
        """Forget the faults that did not come to happen."""

    def tidy(self) -> None:
        """Leave the server quick for the next question."""
        self.made.clear()

    def photos(self, ticket_id: str) -> int:
        """Count the photos on a ticket; a system that keeps only one has one."""
        return int(self.photo(ticket_id) is not None)

    def impatient(self) -> Backend:
        """Give the same backend with a short timeout."""
        return self.backend

    def hasten(self, seconds: float) -> None:
        """Let the backend wait no longer than so for an answer."""
        self.backend._client._timeout = (5.0, seconds)

    def pass_time(self) -> None:  # noqa: B027  not abstract: most need none
        """Let the second pass in which something happened."""

    def set_clock(self, ahead: timedelta) -> None:  # noqa: B027  not abstract: a real one keeps its own
        """Let the server's clock be wrong by so much."""

    def live_by(self, clock: Clock, *, lag: Callable[[str], float]) -> None:  # noqa: B027  not abstract: most have no clock
        """Go by `clock`, which passes faster than time; the search finds a ticket only `lag(ticket)` seconds after it was made."""


class MemoryHarness(Harness):
    def __init__(self, backend: MemoryBackend) -> None:
        super().__init__()
        self.backend = backend

    def strike(self, fault: str, *, write: bool = False) -> None:
        lost = fault in ("answer lost", "answer cut", "answer lost in a proxy", "silence")
        error = {
            "please wait": TemporaryError("please wait", retry_after=7),
            "too many": TemporaryError("too many", retry_after=7),
            "too many, for how long": TemporaryError("too many"),
            "not found": MisconfiguredError("404"),
            "key refused": MisconfiguredError("401"),
            "not allowed": MisconfiguredError("403"),
            **dict.fromkeys(("bad request", "too large", "not processable", "conflict"), RejectedError("no")),
        }.get(fault, UncertainError(fault) if write else TemporaryError(fault))
        for call in ("deliver",) if write else ("find", "changes", "check"):
            self.backend.fail_next(error, call=call, after_effect=lost and write)

    def calm(self) -> None:
        self.backend._traps.clear()

    def unreachable(self) -> Backend:
        self.strike("unreachable")
        self.backend.fail_next(TemporaryError("unreachable"))
        return self.backend

    def refuse_photo(self, photo: Path) -> Path:
        self.backend.fail_next(RejectedError("too large", field="photo"))
        return photo

    def copies(self, ticket_id: str) -> int:
        return sum(remote.ticket.id == ticket_id for remote in self.backend.tickets)

    def photos(self, ticket_id: str) -> int:
        return sum(len(remote.photos) for remote in self.backend.tickets if remote.ticket.id == ticket_id)

    def photo(self, ticket_id: str) -> bytes | None:
        remote = next(remote for remote in self.backend.tickets if remote.ticket.id == ticket_id)
        return remote.photos[0].read_bytes() if remote.photos else None

    def take(self, ticket_id: str) -> None:
        self.backend.take(ticket_id, "Jana Nowak")

    def set_off(self, ticket_id: str) -> datetime:
        eta = datetime.now(UTC) + timedelta(minutes=15)
        self.backend.on_the_way(ticket_id, "Jana Nowak", eta)
        return eta

    def ask(self, ticket_id: str, text: str) -> None:
        self.backend.ask(ticket_id, Question(id="Q1", text=text, who="Jana Nowak"))

    def remark(self, ticket_id: str, text: str) -> None:
        self.backend.remark(ticket_id, text, "Jana Nowak")

    def change_priority(self, ticket_id: str, priority: Priority, reason: str) -> None:
        self.backend.change_priority(ticket_id, priority, reason)

    def resolve(self, ticket_id: str, solution: str) -> None:
        self.take(ticket_id)
        self.backend.resolve(ticket_id, solution=solution)

    def end(self, ticket_id: str) -> None:
        self.backend.close_ticket(ticket_id)


class HttpHarness(Harness):
    """A backend that reaches its server through a wire that a test can break."""

    def __init__(self, front, build) -> None:
        super().__init__()
        self.front = front
        self._build = build
        self._others: list[Backend] = []
        self.backend = self._other(front.url)

    def _other(self, url: str, **options) -> Backend:
        backend = self._build(url=url, **options)
        self._others.append(backend)
        return backend

    def close(self) -> None:
        for backend in self._others:
            backend.close()

    def strike(self, fault: str, *, write: bool = False) -> None:
        self.front.strike(HTTP_FAULTS[fault], when=_is_write if write else lambda request: not _is_write(request))

    def calm(self) -> None:
        self.front.calm()

    def set_clock(self, ahead: timedelta) -> None:
        if hasattr(self, "fake"):
            self.fake._now = lambda: datetime.now(UTC) + ahead

    def unreachable(self) -> Backend:
        return self._other(f"http://127.0.0.1:{closed_port()}")

    def impatient(self) -> Backend:
        return self._other(self.front.url, timeout=0.4)

    @property
    def requests(self) -> int:
        return len(self.front.requests)


def _is_write(request) -> bool:
    is_question = "/search" in request.path
    return request.method != "GET" and not is_question and not request.path.endswith("/uploads.json")


class DeskHarness(HttpHarness):
    is_repeatable = True
    tells_twins = False

    def __init__(self, front, build, store) -> None:
        super().__init__(front, build)
        self._store = store

    def refuse_photo(self, photo: Path) -> Path:
        photo.write_bytes(b"no picture at all")
        return photo

    def _row(self, ticket_id: str):
        from kiosk.desk import tickets

        return tickets.find(self._store, ticket_id)

    def _act(self, ticket_id: str, step) -> None:
        from kiosk.desk import tickets

        assert tickets.act(self._store, self._row(ticket_id).number, step)

    def copies(self, ticket_id: str) -> int:
        return int(self._row(ticket_id) is not None)

    def photo(self, ticket_id: str) -> bytes | None:
        from kiosk.desk import tickets

        row = tickets.photo(self._store, ticket_id)
        return row.data if row else None

    def take(self, ticket_id: str) -> None:
        from kiosk.desk import work

        self._act(ticket_id, lambda row, writing: work.take(row, "Jana Nowak", writing))

    def set_off(self, ticket_id: str) -> datetime:
        from kiosk.desk import work

        self._act(ticket_id, lambda row, writing: work.set_off(row, "Jana Nowak", 15, writing))
        return self._row(ticket_id).eta_at

    def ask(self, ticket_id: str, text: str) -> None:
        from kiosk.desk import work

        self._act(ticket_id, lambda row, writing: work.ask(row, "Jana Nowak", text, [], writing))

    def remark(self, ticket_id: str, text: str) -> None:
        from kiosk.desk import work

        self._act(ticket_id, lambda row, writing: work.comment(row, "Jana Nowak", text, writing))

    def change_priority(self, ticket_id: str, priority: Priority, reason: str) -> None:
        from kiosk.desk import work

        self._act(ticket_id, lambda row, writing: work.change_priority(row, "Jana Nowak", priority, reason, writing))

    def resolve(self, ticket_id: str, solution: str) -> None:
        from kiosk.desk import work

        self._act(ticket_id, lambda row, writing: work.fix(row, "Jana Nowak", "", solution, writing))

    def end(self, ticket_id: str) -> None:
        from kiosk.desk import work

        self.resolve(ticket_id, "done")
        self._act(ticket_id, lambda row, writing: work.close(row, "Jana Nowak", writing))


MOST_LAG = 300.0


class MailHarness(Harness):
    """Plays the people behind a helpdesk's address, who answer by mail."""

    tells_twins = False
    retry_after = None
    knows_what_is_gone = False

    def __init__(self, build, front: FakeMail, smtp_port: int, imap_port: int) -> None:
        super().__init__()
        self.front = self.fake = front
        self._build, self._ports = build, {"smtp_port": smtp_port, "imap_port": imap_port}
        self.backend = build(**self._ports)

    def strike(self, fault: str, *, write: bool = False) -> None:
        self.front.strike(fault, write=write)

    def calm(self) -> None:
        self.front.calm()

    def set_clock(self, ahead: timedelta) -> None:
        self.front.now = lambda: datetime.now(UTC) + ahead

    def live_by(self, clock: Clock, *, lag: Callable[[str], float]) -> None:
        self.backend._now = self.front.now = clock.now
        self.backend.settle = timedelta(seconds=MOST_LAG + 10)
        self.front.monotonic, self.front.lag = clock.monotonic, lag

    def hasten(self, seconds: float) -> None:
        for part in (self.backend._smtp, self.backend._mailbox):
            part._settings = part._settings.model_copy(update={"timeout": seconds})

    def unreachable(self) -> Backend:
        return self._build(smtp_port=closed_port(), imap_port=closed_port())

    def impatient(self) -> Backend:
        return self.another(timeout=0.4)

    def another(self, **table) -> Backend:
        """Give one more backend for the same servers, with other settings."""
        return self._build(**self._ports, **table)

    def refuse_photo(self, photo: Path) -> Path:
        photo.write_bytes(b"\xff\xd8" + os.urandom(5120 * 1024))
        return photo

    def copies(self, ticket_id: str) -> int:
        return sum(mail["In-Reply-To"] is None for mail in self.front.received(ticket_id))

    def _photos(self, ticket_id: str) -> list[bytes]:
        mails = self.front.received(ticket_id)
        return [part.get_content() for mail in mails for part in mail.iter_attachments()]

    def photos(self, ticket_id: str) -> int:
        return len(self._photos(ticket_id))

    def photo(self, ticket_id: str) -> bytes | None:
        return next(iter(self._photos(ticket_id)), None)

    def take(self, ticket_id: str) -> None:
        self.front.reply(ticket_id, "Owner: Jana Nowak", sender=f"IT <{MAIL_HELPDESK}>")

    def set_off(self, ticket_id: str) -> datetime:
        eta = (datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)
        self.front.reply(ticket_id, f"Status: On the way\nETA: {eta.isoformat()}")
        return eta

    def ask(self, ticket_id: str, text: str) -> None:
        self.front.reply(ticket_id, f"Status: Waiting\n\n{text}")

    def remark(self, ticket_id: str, text: str) -> None:
        self.front.reply(ticket_id, text)

    def change_priority(self, ticket_id: str, priority: Priority, reason: str) -> None:
        self.front.reply(ticket_id, f"Priority: {priority.value}\n\n{reason}")

    def resolve(self, ticket_id: str, solution: str) -> None:
        self.front.reply(ticket_id, f"{solution}\nStatus: resolved")

    def end(self, ticket_id: str) -> None:
        self.front.reply(ticket_id, "Status: Closed", sender=f"IT <{MAIL_HELPDESK}>")


class JiraHarness(HttpHarness):
    """Plays IT on the fake: people click in Jira, they do not call its API."""

    def __init__(self, front, build, fake: FakeJira) -> None:
        super().__init__(front, build)
        self.fake = fake

    def live_by(self, clock: Clock, *, lag: Callable[[str], float]) -> None:
        self.backend._search.monotonic = clock.monotonic
        self.backend.settle = timedelta(seconds=MOST_LAG + 10)
        self.fake.live_by(clock, lag=lag)

    def tidy(self) -> None:
        for ticket_id in self.made:
            for number in self.numbers(ticket_id):
                self.fake.change(number, status=self.fake._status("Closed"))
        super().tidy()

    def numbers(self, ticket_id: str) -> list[int]:
        return [n for n, i in self.fake.issues.items() if f"kiosk-{ticket_id}" in i["fields"]["labels"]]

    def edit(self, ticket_id: str, **fields: object) -> None:
        (number,) = self.numbers(ticket_id)
        self.fake.change(number, **fields)

    def move(self, ticket_id: str, status: str) -> None:
        self.edit(ticket_id, status=self.fake._status(status))

    def refuse_photo(self, photo: Path) -> Path:
        photo.write_bytes(b"\xff\xd8" + os.urandom(5120 * 1024))
        return photo

    def copies(self, ticket_id: str) -> int:
        return len(self.numbers(ticket_id))

    def photos(self, ticket_id: str) -> int:
        return sum(len(self.fake.issues[number]["files"]) for number in self.numbers(ticket_id))

    def photo(self, ticket_id: str) -> bytes | None:
        (number,) = self.numbers(ticket_id)
        files = self.fake.issues[number]["files"]
        return files[0]["content"] if files else None

    def take(self, ticket_id: str) -> None:
        self.edit(ticket_id, assignee=self.fake._person(AGENT))

    def set_off(self, ticket_id: str) -> datetime:
        eta = (datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)
        self.take(ticket_id)
        self.edit(ticket_id, customfield_10050=eta.strftime("%Y-%m-%dT%H:%M:%S.000+0000"))
        self.move(ticket_id, "On the way")
        return eta

    def remark(self, ticket_id: str, text: str) -> None:
        (number,) = self.numbers(ticket_id)
        self.fake.say(number, adf(text) if self.fake.is_cloud else text, AGENT)

    def ask(self, ticket_id: str, text: str) -> None:
        self.take(ticket_id)
        self.remark(ticket_id, text)
        self.move(ticket_id, "Waiting for operator")

    def change_priority(self, ticket_id: str, priority: Priority, reason: str) -> None:
        self.edit(ticket_id, priority={"name": {Priority.CRITICAL: "Highest", Priority.NORMAL: "Medium"}[priority]})
        self.remark(ticket_id, reason)

    def resolve(self, ticket_id: str, solution: str) -> None:
        self.take(ticket_id)
        self.move(ticket_id, "Done")
        self.remark(ticket_id, solution)

    def end(self, ticket_id: str) -> None:
        self.move(ticket_id, "Closed")


class AsanaHarness(HttpHarness):
    """Plays IT on the fake: people drag tasks about, they do not call its API."""

    def __init__(self, front, build, fake: FakeAsana) -> None:
        super().__init__(front, build)
        self.fake = fake

    def live_by(self, clock: Clock, *, lag: Callable[[str], float]) -> None:
        self.backend._project.now = clock.now
        self.fake.live_by(clock, lag=lag)

    def tidy(self) -> None:
        for ticket_id in self.made:
            for gid in self.gids(ticket_id):
                self.fake.change(gid, completed=True)
        super().tidy()

    def gids(self, ticket_id: str) -> list[str]:
        return [gid for gid, row in self.fake.tasks.items() if f"kiosk: id={ticket_id} " in row["notes"]]

    def edit(self, ticket_id: str, **fields: object) -> None:
        (gid,) = self.gids(ticket_id)
        self.fake.change(gid, **fields)

    def move(self, ticket_id: str, name: str) -> None:
        self.edit(ticket_id, section=next(key for key, there in self.fake.sections.items() if there == name))

    def refuse_photo(self, photo: Path) -> Path:
        photo.write_bytes(b"\xff\xd8" + os.urandom(5120 * 1024))
        return photo

    def copies(self, ticket_id: str) -> int:
        return len(self.gids(ticket_id))

    def photos(self, ticket_id: str) -> int:
        return sum(len(self.fake.tasks[gid]["files"]) for gid in self.gids(ticket_id))

    def photo(self, ticket_id: str) -> bytes | None:
        (gid,) = self.gids(ticket_id)
        files = self.fake.tasks[gid]["files"]
        return files[0]["content"] if files else None

    def take(self, ticket_id: str) -> None:
        self.edit(ticket_id, assignee=ASANA_AGENT)

    def set_off(self, ticket_id: str) -> datetime:
        eta = (datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)
        self.take(ticket_id)
        self.edit(ticket_id, due_at=eta.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
        self.move(ticket_id, "On the way")
        return eta

    def remark(self, ticket_id: str, text: str) -> None:
        (gid,) = self.gids(ticket_id)
        self.fake.say(gid, text)

    def ask(self, ticket_id: str, text: str) -> None:
        self.take(ticket_id)
        self.remark(ticket_id, text)
        self.move(ticket_id, "Waiting for operator")

    def change_priority(self, ticket_id: str, priority: Priority, reason: str) -> None:
        name = priority.value.title()
        self.edit(ticket_id, option=next(key for key, there in self.fake.options.items() if there == name))
        self.remark(ticket_id, reason)

    def resolve(self, ticket_id: str, solution: str) -> None:
        self.take(ticket_id)
        self.edit(ticket_id, completed=True)
        self.remark(ticket_id, solution)

    def end(self, ticket_id: str) -> None:
        self.move(ticket_id, "Closed")


@contextmanager
def asana_harness():
    fake = FakeAsana()
    build = partial(_build, "asana", ASANA_TOKEN, "token", project=PROJECT)
    with serving(fake) as front:
        harness = AsanaHarness(front, build, fake)
        yield harness
        harness.close()


class TrelloHarness(HttpHarness):
    """Plays IT on the fake: people drag cards about, they do not call its API."""

    def __init__(self, front, build, fake: FakeTrello) -> None:
        super().__init__(front, build)
        self.fake = fake

    def live_by(self, clock: Clock, *, lag: Callable[[str], float]) -> None:
        self.fake.live_by(clock, lag=lag)

    def tidy(self) -> None:
        for ticket_id in self.made:
            for card in self.ids(ticket_id):
                self.fake.change(card, closed=True)
        super().tidy()

    def ids(self, ticket_id: str) -> list[str]:
        return [card for card, row in self.fake.cards.items() if f"kiosk: id={ticket_id} " in row["desc"]]

    def edit(self, ticket_id: str, **fields: object) -> None:
        (card,) = self.ids(ticket_id)
        self.fake.change(card, **fields)

    def move(self, ticket_id: str, name: str) -> None:
        self.edit(ticket_id, idList=next(key for key, there in self.fake.lists.items() if there == name))

    def refuse_photo(self, photo: Path) -> Path:
        photo.write_bytes(b"\xff\xd8" + os.urandom(5120 * 1024))
        return photo

    def copies(self, ticket_id: str) -> int:
        return len(self.ids(ticket_id))

    def photos(self, ticket_id: str) -> int:
        return sum(len(self.fake.cards[card]["files"]) for card in self.ids(ticket_id))

    def photo(self, ticket_id: str) -> bytes | None:
        (card,) = self.ids(ticket_id)
        files = self.fake.cards[card]["files"]
        return files[0]["content"] if files else None

    def take(self, ticket_id: str) -> None:
        self.edit(ticket_id, idMembers=[TRELLO_AGENT])

    def set_off(self, ticket_id: str) -> datetime:
        eta = (datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)
        self.take(ticket_id)
        self.edit(ticket_id, due=eta.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
        self.move(ticket_id, "On the way")
        return eta

    def remark(self, ticket_id: str, text: str) -> None:
        (card,) = self.ids(ticket_id)
        self.fake.say(card, text)

    def ask(self, ticket_id: str, text: str) -> None:
        self.take(ticket_id)
        self.remark(ticket_id, text)
        self.move(ticket_id, "Waiting for operator")

    def change_priority(self, ticket_id: str, priority: Priority, reason: str) -> None:
        name = priority.value.title()
        self.edit(ticket_id, idLabels=[next(key for key, there in self.fake.labels.items() if there == name)])
        self.remark(ticket_id, f"{name}: {reason}")

    def resolve(self, ticket_id: str, solution: str) -> None:
        self.take(ticket_id)
        self.move(ticket_id, "Done")
        self.remark(ticket_id, solution)

    def end(self, ticket_id: str) -> None:
        self.edit(ticket_id, closed=True)


@contextmanager
def trello_harness():
    fake = FakeTrello()
    os.environ["TEST_TRELLO_TOKEN"] = TRELLO_TOKEN
    build = partial(_build, "trello", KEY, "key", token={"env": "TEST_TRELLO_TOKEN"}, board=BOARD)
    with serving(fake) as front:
        harness = TrelloHarness(front, build, fake)
        yield harness
        harness.close()


class WebhookHarness(HttpHarness):
    """Plays the people behind a receiver."""

    is_repeatable = True
    conflict_is_success = True
    tells_twins = False

    def __init__(self, front, build, fake: FakeReceiver) -> None:
        super().__init__(front, build)
        self.fake = fake

    def another(self, **table) -> Backend:
        """Give one more backend for the same receiver, with other settings."""
        return self._build(url=self.front.url, **table)

    def refuse_photo(self, photo: Path) -> Path:
        photo.write_bytes(b"\xff\xd8" + os.urandom(5120 * 1024))
        return photo

    def copies(self, ticket_id: str) -> int:
        return int(ticket_id in self.fake.tickets)

    def photo(self, ticket_id: str) -> bytes | None:
        return next(iter(self.fake.photos[ticket_id]), None)

    def photos(self, ticket_id: str) -> int:
        return len(self.fake.photos[ticket_id])

    def take(self, ticket_id: str) -> None:
        self.fake.change(ticket_id, status="acknowledged", assignee="Jana Nowak")

    def set_off(self, ticket_id: str) -> datetime:
        eta = self.fake.eta()
        self.fake.change(ticket_id, status="on_the_way", assignee="Jana Nowak", eta_at=eta.isoformat())
        return eta

    def ask(self, ticket_id: str, text: str) -> None:
        question = {"id": "Q1", "text": text, "who": "Jana Nowak", "answers": []}
        self.fake.change(ticket_id, status="waiting", question=question)

    def remark(self, ticket_id: str, text: str) -> None:
        self.fake.remark(ticket_id, text)

    def change_priority(self, ticket_id: str, priority: Priority, reason: str) -> None:
        self.fake.change(ticket_id, priority_now=priority.value, priority_reason=reason)

    def resolve(self, ticket_id: str, solution: str) -> None:
        self.fake.change(ticket_id, status="resolved", assignee="Jana Nowak", solution=solution)

    def end(self, ticket_id: str) -> None:
        self.fake.change(ticket_id, status="closed")


STATUS = {"New": 1, "In Progress": 2, "Resolved": 3, "Feedback": 4, "Closed": 5}


class RedmineHarness(HttpHarness):
    """Plays IT through the REST API with an agent's key, the same way on the fake and on a real server."""

    def __init__(self, front, build, env: dict[str, str]) -> None:
        super().__init__(front, build)
        self._env = env
        self._passed = 0.0
        # The tests change more in a minute than a plant does.
        self.backend._poller.overlap = timedelta(seconds=3)

    def pass_time(self) -> None:
        self._passed += 10
        self.backend._poller.monotonic = lambda: time.monotonic() + self._passed

    def live_by(self, clock: Clock, *, lag: Callable[[str], float]) -> None:
        self.backend._poller.monotonic = clock.monotonic
        self.backend.settle = timedelta(seconds=MOST_LAG + 10)
        self.fake.live_by(clock, lag=lag)

    def tidy(self) -> None:
        for ticket_id in self.made:
            for issue in self.found(ticket_id):
                self.ask_server("PUT", f"/issues/{issue['id']}.json", {"issue": {"status_id": STATUS["Closed"]}})
        super().tidy()

    def ask_server(self, method: str, path: str, body: object = None):
        url = urlsplit(self._env["REDMINE_URL"])
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        headers = {"X-Redmine-API-Key": self._env["REDMINE_AGENT_KEY"], "Content-Type": "application/json"}
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        assert answer.status < 300, (answer.status, data)
        return data

    def found(self, ticket_id: str) -> list[dict]:
        path = f"/issues.json?status_id=*&cf_{self._env['REDMINE_ID_FIELD']}={ticket_id}"
        return json.loads(self.ask_server("GET", path))["issues"]

    def edit(self, ticket_id: str, **issue: object) -> None:
        (found,) = self.found(ticket_id)
        self.ask_server("PUT", f"/issues/{found['id']}.json", {"issue": issue})

    def refuse_photo(self, photo: Path) -> Path:
        photo.write_bytes(b"\xff\xd8" + os.urandom(5120 * 1024))
        return photo

    def copies(self, ticket_id: str) -> int:
        return len(self.found(ticket_id))

    def photo(self, ticket_id: str) -> bytes | None:
        (found,) = self.found(ticket_id)
        shown = json.loads(self.ask_server("GET", f"/issues/{found['id']}.json?include=attachments"))
        files = shown["issue"]["attachments"]
        return self.ask_server("GET", urlsplit(files[0]["content_url"]).path) if files else None

    def take(self, ticket_id: str) -> None:
        self.edit(ticket_id, assigned_to_id=int(self._env["REDMINE_AGENT_ID"]))

    def set_off(self, ticket_id: str) -> datetime:
        eta = (datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)
        field = {"id": int(self._env["REDMINE_ETA_FIELD"]), "value": eta.isoformat()}
        self.take(ticket_id)
        self.edit(ticket_id, status_id=int(self._env["REDMINE_ON_THE_WAY"]), custom_fields=[field])
        return eta

    def ask(self, ticket_id: str, text: str) -> None:
        self.take(ticket_id)
        self.edit(ticket_id, status_id=STATUS["Feedback"], notes=text)

    def remark(self, ticket_id: str, text: str) -> None:
        self.edit(ticket_id, notes=text)

    def change_priority(self, ticket_id: str, priority: Priority, reason: str) -> None:
        self.edit(ticket_id, priority_id={Priority.CRITICAL: 5, Priority.NORMAL: 2}[priority], notes=reason)

    def resolve(self, ticket_id: str, solution: str) -> None:
        self.take(ticket_id)
        self.edit(ticket_id, status_id=STATUS["Resolved"], notes=solution)

    def end(self, ticket_id: str) -> None:
        self.edit(ticket_id, status_id=STATUS["Closed"])


# ------------------------------------------------------------ how each is set up


@contextmanager
def memory_harness():
    yield MemoryHarness(plugins.build("backends", {"type": "memory", "name": "it"}, terminal="K7"))


@contextmanager
def desk_harness(folder: Path):
    from kiosk.desk.server import DeskServer

    settings = DeskSettings(data=folder, port=0)
    token = add_terminal(settings, "K7")
    listening = threading.Event()
    desk = DeskServer(settings, ready=lambda url: listening.set())
    thread = threading.Thread(target=desk.run, daemon=True)
    thread.start()
    assert listening.wait(20)
    build = partial(_build, "desk", token, "token")
    with serving(forward_to(desk.url)) as front:
        harness = DeskHarness(front, build, desk.app.state.desk.store)
        yield harness
        harness.close()
    desk.stop()
    thread.join(10)


@contextmanager
def webhook_harness():
    fake = FakeReceiver()
    with serving(fake) as front:
        harness = WebhookHarness(front, _build_webhook, fake)
        yield harness
        harness.close()


def _build_webhook(*, url: str, **table) -> Backend:
    return _build("webhook", SECRET, "secret", url=f"{url}/hook", **{"status_url": f"{url}/status", **table})


@contextmanager
def mail_harness():
    os.environ["TEST_MAIL_KEY"] = MAIL_PASSWORD
    table = {"type": "mail", "smtp_host": "127.0.0.1", "imap_host": "127.0.0.1", "username": TERMINALS}
    table |= {"to": MAIL_HELPDESK, "sender": TERMINALS, "password": {"env": "TEST_MAIL_KEY"}, "timeout": 20}
    table |= {"smtp_security": "none", "imap_security": "none"}
    with mail_servers() as (fake, smtp_port, imap_port):
        yield MailHarness(
            lambda **more: plugins.build("backends", table | more, terminal="K7"), fake, smtp_port, imap_port
        )


@contextmanager
def jira_harness(flavour: str, **table):
    fake = FakeJira(flavour)
    more = {"email": EMAIL} if flavour == "cloud" else {}
    more |= {"project": "MNT", "eta_field": "customfield_10050", "flavour": flavour, **table}
    build = partial(_build, "jira", TOKEN, "token", **more)
    with serving(fake) as front:
        harness = JiraHarness(front, build, fake)
        yield harness
        harness.close()


@contextmanager
def fake_redmine_harness():
    fake = FakeRedmine()
    with serving(fake) as front:
        env = {
            "REDMINE_URL": front.url,
            "REDMINE_API_KEY": "1" * 40,
            "REDMINE_AGENT_KEY": "2" * 40,
            "REDMINE_AGENT_ID": "6",
            "REDMINE_ID_FIELD": "1",
            "REDMINE_ETA_FIELD": "2",
            "REDMINE_ON_THE_WAY": "7",
        }
        with redmine_harness(env) as harness:
            harness.fake = fake
            yield harness


@contextmanager
def redmine_harness(env: dict[str, str]):
    build = partial(
        _build,
        "redmine",
        env["REDMINE_API_KEY"],
        "api_key",
        project="it-helpdesk",
        id_field=int(env["REDMINE_ID_FIELD"]),
        eta_field=int(env["REDMINE_ETA_FIELD"]),
    )
    with serving(forward_to(env["REDMINE_URL"])) as front:
        harness = RedmineHarness(front, build, env)
        yield harness
        harness.close()


def _build(type_: str, secret: str, key: str, *, url: str, timeout: float = 20, **table) -> Backend:
    name = f"TEST_{type_.upper()}_KEY"
    os.environ[name] = secret
    whole = {"type": type_, "url": url, key: {"env": name}, "timeout": timeout, **table}
    return plugins.build("backends", whole, terminal="K7")
