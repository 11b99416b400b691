"""What is the webhook's own: its signature, its key, receivers that answer little, and the schema that it publishes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from backends.fake_webhook import SCHEMA, SECRET, FakeReceiver
from backends.local_server import Reply, serving
from backends.samples import TICKET, sent

from kiosk import plugins
from kiosk.backends.webhook import is_genuine
from kiosk.core.errors import MisconfiguredError, RejectedError, TemporaryError
from kiosk.core.model import DeliveryKind, RemoteRef, Status


def backend_for(url, monkeypatch, **table):
    monkeypatch.setenv("WEBHOOK_SECRET", table.pop("secret", SECRET))
    whole = {"type": "webhook", "url": f"{url}/hook", "secret": {"env": "WEBHOOK_SECRET"}, **table}
    return plugins.build("backends", whole, terminal="K7")


@pytest.fixture
def receiver():
    fake = FakeReceiver()
    with serving(fake) as server:
        yield server, fake


def test_a_receiver_can_tell_a_genuine_request_from_any_other(receiver, monkeypatch):
    server, _ = receiver
    backend_for(server.url, monkeypatch).deliver(sent(DeliveryKind.CREATE), TICKET)
    (request,) = server.requests
    signature, body, now = request.headers["X-Kiosk-Signature"], request.body.decode(), datetime.now(UTC)

    assert is_genuine(signature, body, secret=SECRET, now=now)
    assert not is_genuine(signature, body + " ", secret=SECRET, now=now)
    assert not is_genuine(signature, body, secret="2" * 40, now=now)
    assert not is_genuine(signature, body, secret=SECRET, now=now + timedelta(minutes=6))
    assert not is_genuine("nonsense", body, secret=SECRET, now=now)


def test_the_signature_is_the_one_that_the_page_describes():
    # printf '%s.%s' 1700000000 '{}' | openssl dgst -sha256 -hmac secret
    signature = "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"

    assert is_genuine(signature, "{}", secret="secret", now=datetime.fromtimestamp(1_700_000_000, UTC))


def test_the_same_event_sent_again_is_known_by_its_key_and_counts_as_done(receiver, monkeypatch):
    server, fake = receiver
    backend = backend_for(server.url, monkeypatch)
    first = backend.deliver(sent(DeliveryKind.CREATE), TICKET)
    said = sent(DeliveryKind.COMMENT, ref=first, id="D2", text="It beeps")
    for _ in range(3):
        backend.deliver(said, TICKET)

    assert backend.deliver(sent(DeliveryKind.CREATE), TICKET).id == first.id
    assert [remark["text"] for remark in fake.tickets["T1"]["remarks"]] == ["It beeps"]


@pytest.mark.parametrize(
    "reply",
    [Reply(200), Reply(204), Reply(200, b"ok"), Reply.of({"ok": True}), Reply.of({"id": 4711}, 201), Reply(409)],
)
def test_a_receiver_may_answer_as_little_as_it_likes(monkeypatch, reply):
    with serving(lambda request: reply) as server:
        backend = backend_for(server.url, monkeypatch)
        ref = backend.deliver(sent(DeliveryKind.CREATE), TICKET)
        backend.deliver(sent(DeliveryKind.CONFIRM, ref=ref), TICKET)
        backend.check()

        assert ref.id == "T1"
        assert (ref.number == "#4711") is (reply.body == b'{"id": 4711}')


def test_without_a_status_address_nothing_comes_back_and_nothing_is_asked(receiver, monkeypatch):
    server, _ = receiver
    backend = backend_for(server.url, monkeypatch)

    assert backend.changes("") == ([], "")
    assert backend.find("T1") is None
    assert server.requests == []


def test_a_wrong_secret_needs_a_human_on_both_addresses(receiver, monkeypatch):
    server, _ = receiver
    backend = backend_for(server.url, monkeypatch, secret="2" * 40, status_url=f"{server.url}/status")

    for ask in (backend.check, lambda: backend.changes(""), lambda: backend.find("T1")):
        with pytest.raises(MisconfiguredError) as caught:
            ask()
        assert "2222" not in str(caught.value) + repr(backend)


def test_many_changes_come_page_by_page(receiver, monkeypatch):
    server, fake = receiver
    fake.page_size = 10
    backend = backend_for(server.url, monkeypatch, status_url=f"{server.url}/status")
    _, cursor = backend.changes("")
    for number in range(25):
        backend.deliver(sent(DeliveryKind.CREATE, id=f"D{number}"), replace(TICKET, id=f"T{number}"))

    changes, cursor = backend.changes(cursor)
    assert len(changes) == 25
    assert backend.changes(cursor)[0] == []


def test_a_ticket_that_is_not_understood_hides_no_other(receiver, monkeypatch, caplog):
    server, fake = receiver
    backend = backend_for(server.url, monkeypatch, status_url=f"{server.url}/status")
    for number in (1, 2):
        backend.deliver(sent(DeliveryKind.CREATE, id=f"D{number}"), replace(TICKET, id=f"T{number}"))
    fake.change("T1", status="dancing")

    (change,) = backend.changes("0")[0]
    assert (change.ticket, change.progress.status) == ("T2", Status.NEW)
    assert "not understood" in caplog.text


def test_an_event_about_a_ticket_that_is_gone_is_refused_for_good(receiver, monkeypatch):
    server, _ = receiver
    with pytest.raises(RejectedError, match="there is no such ticket"):
        backend_for(server.url, monkeypatch).deliver(sent(DeliveryKind.COMMENT, ref=RemoteRef(id="T9")), TICKET)


def test_a_lost_answer_is_only_a_delay(monkeypatch):
    with serving(lambda request: Reply(500)) as server, pytest.raises(TemporaryError):
        backend_for(server.url, monkeypatch).deliver(sent(DeliveryKind.CREATE), TICKET)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"version": 2, "event": "ping", "id": "a", "terminal": "K7"},
        {"version": 1, "event": "create", "id": "a", "terminal": "K7", "ticket": {"id": "T1"}},
        {"version": 1, "event": "comment", "id": "a", "terminal": "K7", "ticket": {"id": "T1"}},
        {"version": 1, "event": "dance", "id": "a", "terminal": "K7"},
        {"version": 1, "event": "ping", "id": "a b", "terminal": "K7"},
    ],
)
def test_the_schema_refuses_what_is_not_ours(wrong):
    """The negative control: the fake receiver lets nothing through that the schema does not describe."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_the_page_shows_an_event_that_the_schema_takes():
    page = (Path(__file__).parents[2] / "docs" / "webhook.md").read_text()
    (shown,) = [block for block in page.split("```json\n")[1:] if '"event"' in block]

    jsonschema.validate(json.loads(shown.partition("```")[0]), SCHEMA)
