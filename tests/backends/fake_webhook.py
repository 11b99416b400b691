"""A receiver of our webhook as docs/webhook.md asks for, in this process."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
from backends.local_server import Reply, Request

from kiosk.backends.webhook import is_genuine

SECRET = "1" * 40
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "webhook.schema.json").read_text())
MOST_PHOTO = 5 * 1024 * 1024
OPEN = ("new", "acknowledged", "on_the_way", "in_progress", "waiting", "resolved")


class FakeReceiver:
    """Keeps tickets as the status address tells them; a test may change them with `change`, as people would."""

    def __init__(self) -> None:
        self.tickets: dict[str, dict] = {}
        self.photos: dict[str, list[bytes]] = {}
        self.keys: set[str] = set()
        self.page_size = 100
        self._sequence = 0

    def __call__(self, request: Request) -> Reply:
        now = datetime.now(UTC)
        if request.method == "GET" and request.path == "/status":
            asked = request.query.get("ticket", request.query.get("cursor", ""))
            if not is_genuine(request.query.get("signature", ""), asked, secret=SECRET, now=now):
                return Reply.of({"error": "the signature is wrong"}, 401)
            return self._status(request.query)
        if not is_genuine(request.headers["X-Kiosk-Signature"], request.body.decode(), secret=SECRET, now=now):
            return Reply.of({"error": "the signature is wrong"}, 401)
        sent = request.json
        jsonschema.validate(sent, SCHEMA)
        assert request.headers["Idempotency-Key"] == sent["id"]
        if sent["event"] == "ping":
            return Reply(204)
        if sent["id"] in self.keys:
            return Reply.of({"error": "I have it"}, 409)
        return self._take(sent, now)

    def _take(self, sent: dict, now: datetime) -> Reply:
        ticket = sent["ticket"]["id"]
        report = sent["ticket"] if sent["event"] == "create" else sent.get("report", {})
        photo = report.get("photo")
        if photo and len(photo["data"]) > MOST_PHOTO:
            return Reply.of({"error": "too large", "field": "photo"}, 422)
        if sent["event"] != "create" and ticket not in self.tickets:
            return Reply.of({"error": "there is no such ticket"}, 404)
        self.keys.add(sent["id"])
        if sent["event"] == "create":
            return self._create(sent["ticket"], photo, now)
        self._add(ticket, sent, now)
        self.photos[ticket] += [base64.b64decode(photo["data"])] if photo else []
        return Reply(204)

    def _create(self, report: dict, photo: dict | None, now: datetime) -> Reply:
        if report["id"] not in self.tickets:
            names = ("id", "machine", "symptom", "words", "it_term", "priority", "stopped", "reported_at", "terminal")
            number = len(self.tickets) + 1
            about = {"number": number, "status": "new", "assignee": "", "remarks": [], "since": {}}
            self.tickets[report["id"]] = {name: report[name] for name in names} | about
            self.photos[report["id"]] = [base64.b64decode(photo["data"])] if photo else []
            self.change(report["id"])
        return Reply.of({"id": report["id"], "number": self.tickets[report["id"]]["number"]}, 201)

    def _add(self, ticket: str, sent: dict, now: datetime) -> None:
        known = self.tickets[ticket]
        remark = {"id": sent["id"], "at": now.isoformat(), "text": sent["text"], "who": sent["who"]}
        known["remarks"].append(remark)
        taken = "in_progress" if known["assignee"] else "new"
        match sent["event"]:
            case "confirm":
                self.change(ticket, status="closed")
            case "reopen":
                self.change(ticket, status="in_progress", solution="")
            case "withdraw" if not known["assignee"]:
                self.change(ticket, status="cancelled")
            case "comment" if known["status"] == "waiting":
                self.change(ticket, status=taken, question=None)
            case _:
                self.change(ticket)

    def change(self, ticket: str, **fields: object) -> None:
        """Play a person who works there."""
        self._sequence += 1
        now = datetime.now(UTC).isoformat()
        known = self.tickets[ticket]
        known |= fields | {"changed_at": now, "sequence": self._sequence}
        known["since"].setdefault(known["status"], now)

    def remark(self, ticket: str, text: str) -> None:
        """Write a line that everybody sees."""
        now = datetime.now(UTC).isoformat()
        self.tickets[ticket]["remarks"].append(
            {"id": f"r{self._sequence}", "at": now, "text": text, "who": "Jana Nowak"}
        )
        self.change(ticket)

    def _status(self, query: dict[str, str]) -> Reply:
        if "ticket" in query:
            found = [self.tickets[query["ticket"]]] if query["ticket"] in self.tickets else []
            return Reply.of({"tickets": found})
        cursor = query["cursor"]
        since = int(cursor) if cursor.isascii() and cursor.isdecimal() else None
        changed = [
            t for t in self.tickets.values() if (t["status"] in OPEN if since is None else t["sequence"] > since)
        ]
        changed.sort(key=lambda ticket: ticket["sequence"])
        if since is None:
            return Reply.of({"tickets": changed, "cursor": str(self._sequence)})
        page = changed[: self.page_size]
        more = len(changed) > len(page)
        return Reply.of({"tickets": page, "cursor": str(page[-1]["sequence"] if page else since), "more": more})

    def eta(self) -> datetime:
        """Give a quarter of an hour from now."""
        return (datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)
