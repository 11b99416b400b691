"""What is particular to Trello: lists and labels, fences, archived cards, and answers in plain text."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from backends.fake_trello import BOARD, KEY, TOKEN, FakeTrello
from backends.local_server import closed_port, serving
from backends.samples import TICKET, sent
from hypothesis import given
from hypothesis import strategies as st

from kiosk import plugins
from kiosk.backends.trello.cards import fenced, unfenced
from kiosk.core.errors import ConfigError, MisconfiguredError, RejectedError, TemporaryError
from kiosk.core.model import DeliveryKind, Status
from kiosk.core.plant import Priority


@pytest.fixture
def fake():
    return FakeTrello()


@pytest.fixture
def front(fake):
    with serving(fake) as front:
        yield front


@pytest.fixture
def backend(front, monkeypatch):
    backend = built(front.url, monkeypatch)
    yield backend
    backend.close()


def built(url, monkeypatch, **table):
    monkeypatch.setenv("TRELLO_KEY", KEY)
    monkeypatch.setenv("TRELLO_TOKEN", TOKEN)
    secrets = {"key": {"env": "TRELLO_KEY"}, "token": {"env": "TRELLO_TOKEN"}}
    whole = {"type": "trello", "url": url, "board": BOARD, **secrets, **table}
    return plugins.build("backends", whole, terminal="K7")


def ticket(**changes):
    return dataclasses.replace(TICKET, **changes)


def delivery(made, kind):
    return sent(kind, id=f"D{made.id}", ticket=made.id)


def create(backend, **changes):
    made = ticket(**changes)
    ref = backend.deliver(delivery(made, DeliveryKind.CREATE), made)
    return made, ref


def card_of(fake, made):
    return next(row for row in fake.cards.values() if f"id={made.id} " in row["desc"])


# ------------------------------------------------------------ what a card is


def test_a_card_bears_the_label_of_its_priority_and_lies_on_top_of_the_first_list(backend, fake):
    made, ref = create(backend)

    card = card_of(fake, made)
    assert fake.lists[card["idList"]] == "To do"
    assert [fake.labels[label] for label in card["idLabels"]] == [made.priority.value.title()]
    assert made.words in card["desc"]
    assert made.it_term in card["name"]
    assert (ref.id, ref.number, ref.url) == (card["id"], "#1", card["shortUrl"])


def test_names_of_lists_and_labels_are_the_boards_own(front, fake, monkeypatch):
    fake.lists = {"a" * 24: "Eingang", "b" * 24: "In Arbeit"}
    fake.labels = {"c" * 24: "ROT"}
    names = {"priorities": {"critical": "Rot"}, "statuses": {"Eingang": "new", "in arbeit": "in_progress"}}
    backend = built(front.url, monkeypatch, new_list="eingang", reopen_list="In Arbeit", **names)
    made, ref = create(backend, priority=Priority.CRITICAL)

    assert card_of(fake, made)["idLabels"] == ["c" * 24]
    fake.change(ref.id, idList="b" * 24)
    (change,), _ = backend.changes("")
    assert change.progress.status is Status.IN_PROGRESS
    backend.close()


def test_a_label_that_the_board_lacks_is_left_out_and_check_names_it(backend, fake):
    fake.labels = {key: name for key, name in fake.labels.items() if name != "High"}
    made, _ = create(backend, priority=Priority.HIGH)

    assert card_of(fake, made)["idLabels"] == []
    assert "Priority: high" in card_of(fake, made)["desc"]
    with pytest.raises(MisconfiguredError, match=r"has no label 'High'; it has: Critical, Normal"):
        backend.check()


def test_check_names_a_list_that_is_missing_and_creates_nothing(front, fake, monkeypatch):
    backend = built(front.url, monkeypatch, new_list="Inbox")

    with pytest.raises(
        MisconfiguredError, match=r"new_list: board AbCd1234 has no list 'Inbox'; it has: To do, On the"
    ):
        backend.check()
    with pytest.raises(MisconfiguredError, match="Inbox"):
        create(backend)
    assert fake.cards == {}
    assert all(asked.startswith("GET") for asked in fake.asked)
    backend.close()


def test_a_board_that_nobody_may_see_needs_a_human(front, monkeypatch):
    backend = built(front.url, monkeypatch, board="Zz999999")

    with pytest.raises(MisconfiguredError, match="board"):
        backend.check()
    backend.close()


def test_a_list_that_was_archived_meanwhile_is_no_fault_of_the_ticket(backend, fake):
    create(backend)
    fake.lists = dict(list(fake.lists.items())[1:])

    made = ticket(id="T2")
    with pytest.raises((TemporaryError, RejectedError)):
        backend.deliver(delivery(made, DeliveryKind.CREATE), made)
    backend._board.look()
    backend.deliver(delivery(made, DeliveryKind.CREATE), made)
    assert fake.lists[card_of(fake, made)["idList"]] == "On the way"


def test_key_and_token_stand_in_no_address_and_no_error(front, monkeypatch):
    backend = built(f"http://127.0.0.1:{closed_port()}", monkeypatch)
    with pytest.raises(TemporaryError) as caught:
        backend.check()
    assert KEY not in str(caught.value) + repr(backend) + repr(backend._settings)
    assert TOKEN not in str(caught.value) + repr(backend) + repr(backend._settings)


def test_a_board_is_named_by_what_stands_in_its_address(monkeypatch):
    with pytest.raises(ConfigError, match="board"):
        built("https://api.trello.com", monkeypatch, board="https://trello.com/b/AbCd1234/it")


# ------------------------------------------------------------ what comes back


def test_an_archived_card_is_closed_and_costs_one_request_more(backend, fake):
    made = [create(backend, id=f"T{number}")[0] for number in range(25)]
    _, cursor = backend.changes("")
    for one in made:
        fake.change(card_of(fake, one)["id"], closed=True)
    before = len(fake.asked)

    changes, _ = backend.changes(cursor)

    assert {change.ticket for change in changes} == {one.id for one in made}
    assert {change.progress.status for change in changes} == {Status.CLOSED}
    assert len(fake.asked) - before == 2 + 3, "ten cards a request"


def test_a_card_that_comes_back_from_the_archive_is_open_again(backend, fake):
    _, ref = create(backend)
    fake.change(ref.id, closed=True)
    _, cursor = backend.changes("")
    fake.change(ref.id, closed=False)

    (change,), _ = backend.changes(cursor)
    assert change.progress.status.is_open


def test_a_card_that_was_deleted_stops_nothing(backend, fake):
    _, ref = create(backend)
    _, cursor = backend.changes("")
    fake.change(ref.id, closed=True)
    del fake.cards[ref.id]

    assert backend.changes(cursor)[0] == []


def test_a_due_date_that_is_ticked_off_is_a_fix(backend, fake):
    _, ref = create(backend)
    fake.change(ref.id, due="2026-11-24T10:00:00.000Z", dueComplete=True)

    (change,), _ = backend.changes("")
    assert (change.progress.status, change.progress.eta_at) == (Status.RESOLVED, None)


def test_a_list_that_nobody_mapped_means_that_somebody_saw_it(backend, fake):
    _, ref = create(backend)
    fake.lists["d" * 24] = "Ordered parts"
    fake.change(ref.id, idList="d" * 24)

    (change,), _ = backend.changes("")
    assert change.progress.status is Status.ACKNOWLEDGED


def test_cards_of_people_and_of_other_boards_are_none_of_ours(backend, fake):
    made, _ = create(backend)
    card = card_of(fake, made)
    fake.cards["e" * 24] = {**card, "id": "e" * 24, "desc": "Buy milk", "idShort": 90}
    fake.cards["f" * 24] = {**card, "id": "f" * 24, "desc": card["desc"].replace(BOARD, "other"), "idShort": 91}

    changes, _ = backend.changes("")
    assert [change.ref.id for change in changes] == [card["id"]]


def test_a_copy_that_somebody_moved_on_is_no_twin(backend, fake):
    made, ref = create(backend)
    card = card_of(fake, made)
    copy = {**card, "id": "f" * 24, "idShort": 50, "idList": next(k for k, n in fake.lists.items() if n == "Doing")}
    fake.cards["f" * 24] = copy

    assert backend.twins(made.id, ref) == [ref]
    assert backend.find(made.id) == ref


def test_changes_ask_two_requests_however_many_cards_there_are(backend, fake):
    for number in range(40):
        create(backend, id=f"T{number}")
    _, cursor = backend.changes("")
    before = len(fake.asked)

    backend.changes(cursor)
    assert len(fake.asked) - before == 2


def test_a_reason_for_a_priority_begins_with_the_labels_name(backend, fake):
    _, ref = create(backend, priority=Priority.CRITICAL)
    normal = next(key for key, name in fake.labels.items() if name == "Normal")
    fake.change(ref.id, idLabels=[normal])
    fake.say(ref.id, "I had a look")
    (change,), _ = backend.changes("")
    assert (change.progress.priority, change.progress.priority_reason) == (Priority.NORMAL, "")

    fake.say(ref.id, "normal: Line 2 takes over")
    (change,), _ = backend.changes("")
    assert change.progress.priority_reason == "Line 2 takes over"


# ------------------------------------------------------------ text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_what_stands_in_a_fence_comes_out_as_it_went_in(text):
    assert unfenced(fenced(text)) == text
    assert unfenced(f"People wrote this.\n\n{fenced(text)}\n\nAnd that.") == text


def test_the_longest_report_is_one_that_trello_takes(backend, fake):
    longest = dict.fromkeys(("note", "words", "it_term", "machine_name", "place", "who"), "x" * 100000)
    made, _ = create(backend, **longest)
    assert len(card_of(fake, made)["desc"]) < 16_384


def test_a_moment_before_the_mark_is_not_passed_over(backend, fake):
    """Trello's servers do not tell everything at the same moment."""
    made, ref = create(backend)
    create(backend, id="T2")
    _, cursor = backend.changes("")
    late = datetime.now(UTC) - timedelta(seconds=5)
    fake.cards[ref.id]["dateLastActivity"] = late.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    changes, _ = backend.changes(cursor)
    assert [change.ticket for change in changes] == [made.id]
