from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from backends.local_server import Reply, serving
from backends.samples import NOON, TICKET, sent

from kiosk import plugins
from kiosk.core.errors import MisconfiguredError, RejectedError
from kiosk.core.model import DeliveryKind, RemoteRef, Status
from kiosk.core.plant import Priority

REPORT = replace(TICKET, note="since the morning", who="Anna", respond_by=NOON + timedelta(minutes=15))
SHOWN = {
    "id": "T1",
    "number": 12,
    "url": "http://desk/tickets/12",
    "machine": "press-4",
    "priority": "high",
    "priority_now": "high",
    "reported_at": "2026-11-23T12:00:00+01:00",
    "status": "new",
    "changed_at": "2026-11-23T11:00:00Z",
    "something_newer": {"than": "this"},
}


class Desk:
    """Answers with `replies` in their order, the last one for ever."""

    def __init__(self) -> None:
        self.replies = [Reply.of(SHOWN)]

    def __call__(self, request) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def server(desk):
    with serving(desk) as server:
        yield server


@pytest.fixture
def backend(server, monkeypatch):
    monkeypatch.setenv("DESK_TOKEN", "kiosk_secret")
    backend = plugins.build(
        "backends", {"type": "desk", "url": server.url, "token": {"env": "DESK_TOKEN"}}, terminal="K7"
    )
    yield backend
    backend.close()


def page(*tickets: object, cursor: str = "c1", more: bool = False) -> Reply:
    return Reply.of({"tickets": list(tickets), "cursor": cursor, "more": more})


def test_a_report_is_put_under_our_own_id(backend, server):
    ref = backend.deliver(sent(DeliveryKind.CREATE), REPORT)
    assert ref == RemoteRef(id="T1", number="#12", url="http://desk/tickets/12")
    (request,) = server.requests
    assert (request.method, request.path) == ("PUT", "/api/tickets/T1")
    assert request.headers["Authorization"] == "Bearer kiosk_secret"
    assert request.json == {
        "machine": "press-4",
        "machine_name": "Press 4",
        "place": "Line 2",
        "area": "hall-2",
        "symptom": "no-print",
        "words": "It prints nothing",
        "it_term": "Label printer: no output",
        "priority": "high",
        "stopped": True,
        "reported_at": "2026-11-23T11:00:00Z",
        "terminal": "K7",
        "language": "en",
        "note": "since the morning",
        "who": "Anna",
        "respond_by": "2026-11-23T11:15:00Z",
        "resolve_by": None,
        "photo": None,
    }


def test_fields_that_were_refused_before_are_left_out(backend, server, tmp_path):
    ticket = replace(REPORT, photo=tmp_path / "gone.jpg")
    backend.deliver(sent(DeliveryKind.CREATE, without=frozenset({"photo", "priority", "place", "who", "note"})), ticket)
    body = server.requests[0].json
    assert {key: body[key] for key in ("photo", "priority", "place", "who", "note")} == {
        "photo": None,
        "priority": "normal",
        "place": "",
        "who": "",
        "note": "",
    }


@pytest.mark.parametrize(
    ("reply", "field"),
    [
        (Reply.of({"detail": "photo: is not a picture"}, 422), "photo"),
        (Reply.of({"detail": "photo.data: is not base64"}, 422), "photo"),
        (Reply.of({"detail": "priority: must be one of"}, 422), "priority"),
        (Reply.of({"detail": "machine: must not be empty"}, 422), ""),
        (Reply.of({"detail": ["?"]}, 422), ""),
        (Reply(422, b"no"), ""),
        (Reply(413, b"<html>too large</html>"), "photo"),
    ],
)
def test_a_refusal_names_the_field_that_can_be_left_out(backend, desk, reply, field):
    desk.replies = [reply]
    with pytest.raises(RejectedError) as caught:
        backend.deliver(sent(DeliveryKind.CREATE), REPORT)
    assert caught.value.field == field


def test_a_photo_that_is_gone_from_the_disk_is_named(backend, tmp_path):
    with pytest.raises(RejectedError, match="the photo cannot be read") as caught:
        backend.deliver(sent(DeliveryKind.CREATE), replace(REPORT, photo=tmp_path / "gone.jpg"))
    assert caught.value.field == "photo"


def test_a_remark_carries_the_deliverys_id(backend, server):
    ref = RemoteRef(id="T1", number="#12")
    backend.deliver(sent(DeliveryKind.CONFIRM, ref=ref, text="It runs", who="Anna"), TICKET)
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/api/tickets/T1/remarks")
    assert request.json == {
        "id": "D1",
        "kind": "confirm",
        "text": "It runs",
        "who": "Anna",
        "at": "2026-11-23T11:00:00Z",
    }


@pytest.mark.parametrize("reply", [Reply(404, b"404 page not found"), Reply(404, b"<html>")])
def test_a_proxy_that_knows_no_desk_does_not_make_tickets_look_absent(backend, desk, reply):
    desk.replies = [reply]
    for ask in (lambda: backend.find("T1"), lambda: backend.deliver(sent(DeliveryKind.COMMENT), TICKET)):
        with pytest.raises(MisconfiguredError):
            ask()


def test_another_server_that_answers_is_not_taken_for_a_desk(backend, desk):
    desk.replies = [Reply.of({"status": "UP"})]
    with pytest.raises(Exception, match="unexpected answer, name: Field required"):
        backend.check()


def test_pages_are_turned_until_there_is_none(backend, desk, server):
    desk.replies = [
        page(SHOWN, cursor="c1", more=True),
        page({**SHOWN, "id": "T2"}, cursor="c2", more=True),
        page(cursor="c3"),
    ]
    changes, cursor = backend.changes("c0")
    assert [change.ticket for change in changes] == ["T1", "T2"]
    assert cursor == "c3"
    assert [request.query["cursor"] for request in server.requests] == ["c0", "c1", "c2"]


def test_a_desk_that_always_has_another_page_does_not_hold_the_terminal(backend, desk, server):
    desk.replies = [page(SHOWN, cursor="same", more=True)]
    assert backend.changes("")[1] == "same"
    assert len(server.requests) == 2


def test_a_ticket_that_nobody_understands_does_not_hide_the_others(backend, desk):
    desk.replies = [page({**SHOWN, "id": "T2", "status": "pondering"}, None, SHOWN)]
    changes, cursor = backend.changes("")
    assert [change.ticket for change in changes] == ["T1"]
    assert cursor == "c1"


def test_a_ticket_is_read_in_utc_and_with_its_agreed_priority(backend, desk):
    desk.replies = [page(SHOWN, {**SHOWN, "id": "T2", "priority_now": "critical", "priority_reason": "all wait"})]
    plain, changed = backend.changes("")[0]
    assert plain.reported_at == NOON
    assert plain.reported_at.tzinfo is UTC
    assert (plain.progress.status, plain.progress.priority) == (Status.NEW, None)
    assert (changed.progress.priority, changed.progress.priority_reason) == (Priority.CRITICAL, "all wait")
