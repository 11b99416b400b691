"""The same questions to every backend: what DESIGN's contract promises, a forwarder can rely on."""

from __future__ import annotations

import io
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from contract.harnesses import HARNESSES, started
from PIL import Image

from kiosk.backends import BUILT_IN
from kiosk.core.errors import DeliveryError, MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Status, Ticket
from kiosk.core.plant import Priority
from kiosk.core.text import clean_text

HOSTILE = (
    "*bold* _it_ -gone- @code@ h1. Title <b>x</b> <pre>y</pre></pre> </notextile> {{macro(x)}} [[Wiki]] #12 r3 "
    '!http://evil.example/x.png! "link":http://evil.example %{color:red}red% |a|b|\n* list\n# numbers\n'
    "bq. quote\n[b]kivy[/b] &amp; &#42; 'quotes' \\ ` ~ zażółć 🔥👩‍🔧 مرحبا kiosk: id=FAKE machine=x\n"
    "NUL\x00 bell\x07 lone\ud83d surrogate\n— nobody (kiosk FAKE)\n"
)


@pytest.fixture(scope="module")
def running():
    """The servers, started when first needed and shared by all questions."""
    with ExitStack() as servers:
        yield servers, {}


OWN = [name for names in HARNESSES.values() for name in names if name != "redmine"]
"""The servers that a test may play tricks with."""


@pytest.fixture(params=[name for names in HARNESSES.values() for name in names])
def harness(request, running, tmp_path_factory):
    servers, known = running
    name = request.param
    if name not in known:
        known[name] = servers.enter_context(started(name, request, tmp_path_factory))
    known[name].calm()
    yield known[name]
    known[name].tidy()


def test_every_backend_is_asked():
    assert set(HARNESSES) == set(BUILT_IN), "a new backend needs a harness here"


# ------------------------------------------------------------ what a terminal sends


def new_ticket(**changes) -> Ticket:
    report = {
        "id": uuid4().hex[:20].upper(),
        "machine": "press-4",
        "machine_name": "Press 4",
        "place": "Line 2",
        "area": "hall-2",
        "symptom": "no-print",
        "words": "It prints nothing",
        "it_term": "Label printer: no output",
        "priority": Priority.HIGH,
        "stopped": True,
        "reported_at": datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=30),
        "terminal": "K7",
        "note": "since the morning",
        "who": "Anna",
    }
    return Ticket(**{**report, **changes})


def delivery(ticket: Ticket, kind: DeliveryKind, ref: RemoteRef | None = None, **more) -> Delivery:
    now = datetime.now(UTC)
    return Delivery(id=uuid4().hex, ticket=ticket.id, destination="it", kind=kind, ref=ref, created_at=now, **more)


def create(harness, **changes) -> tuple[Ticket, RemoteRef]:
    ticket = new_ticket(**changes)
    harness.made.append(ticket.id)
    return ticket, send(harness, ticket)


def send(harness, ticket: Ticket, without: frozenset[str] = frozenset()) -> RemoteRef:
    """Deliver all that a new ticket needs there, in its order: some take the photo only afterwards."""
    ref = None
    for kind in harness.backend.effects(ticket):
        made = harness.backend.deliver(replace(delivery(ticket, kind, ref), without=without), ticket)
        ref = ref or made
    return ref


def say(harness, ticket: Ticket, ref: RemoteRef, kind: DeliveryKind, text: str = "") -> Delivery:
    said = delivery(ticket, kind, ref, text=text, who=ticket.who)
    harness.backend.deliver(said, ticket)
    return said


def everything(harness, cursor: str = "") -> tuple[dict[str, RemoteChange], str]:
    changes, following = harness.backend.changes(cursor)
    return {change.ticket: change for change in changes}, following


def shown(harness, ticket: Ticket) -> RemoteChange:
    return everything(harness)[0][ticket.id]


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.effect_noise((64, 48), 90).save(path, "JPEG")
    return path


# ------------------------------------------------------------ create and find


def test_a_created_ticket_is_found_by_our_id(harness):
    ticket, ref = create(harness)
    assert ref.label.startswith("#")
    assert harness.backend.find(ticket.id) == ref
    assert harness.copies(ticket.id) == 1


def test_a_ticket_that_is_not_there_is_not_found(harness):
    assert harness.backend.find(uuid4().hex) is None


def test_a_ticket_that_was_closed_long_ago_is_found(harness):
    ticket, ref = create(harness)
    harness.end(ticket.id)
    assert harness.backend.find(ticket.id) == ref


def test_a_photo_arrives_whole_with_the_ticket(harness, photo):
    ticket, _ = create(harness, photo=photo)
    data = harness.photo(ticket.id)
    assert data == photo.read_bytes()
    assert Image.open(io.BytesIO(data)).size == (64, 48)


def test_fields_that_were_refused_before_are_left_out(harness, photo):
    ticket = new_ticket(photo=photo)
    without = frozenset({"photo", "priority", "place", "who", "note"})
    send(harness, ticket, without)
    assert harness.copies(ticket.id) == 1
    assert harness.photo(ticket.id) is None


def test_a_refused_photo_is_named_so_that_the_ticket_can_come_without_it(harness, photo):
    ticket = new_ticket(photo=harness.refuse_photo(photo))
    with pytest.raises(RejectedError) as caught:
        send(harness, ticket)
    assert caught.value.field == "photo"
    ref = harness.backend.find(ticket.id)
    kinds = harness.backend.effects(ticket)[1 if ref else 0 :]
    for kind in kinds:
        harness.backend.deliver(replace(delivery(ticket, kind, ref), without=frozenset({"photo"})), ticket)
    assert harness.copies(ticket.id) == 1


# ------------------------------------------------------------ changes


def test_every_terminal_learns_the_whole_report(harness):
    ticket, ref = create(harness, machine="press-ü 4", place="")
    change = shown(harness, ticket)
    assert change.ref == ref
    assert (change.machine, change.symptom, change.terminal) == ("press-ü 4", "no-print", "K7")
    assert (change.words, change.it_term) == ("It prints nothing", "Label printer: no output")
    assert (change.reported_priority, change.stopped, change.reported_at) == (Priority.HIGH, True, ticket.reported_at)
    assert (change.progress.status, change.progress.assignee) == (Status.NEW, "")
    assert change.progress.priority is None


def test_a_person_who_has_it_is_named(harness):
    ticket, _ = create(harness)
    harness.take(ticket.id)
    progress = shown(harness, ticket).progress
    assert (progress.status, progress.assignee) == (Status.ACKNOWLEDGED, "Jana Nowak")
    assert Status.ACKNOWLEDGED in progress.since


def test_it_is_told_when_somebody_comes(harness):
    ticket, _ = create(harness)
    eta = harness.set_off(ticket.id)
    progress = shown(harness, ticket).progress
    assert (progress.status, progress.assignee, progress.eta_at) == (Status.ON_THE_WAY, "Jana Nowak", eta)


def test_a_question_waits_for_the_operator_until_it_is_answered(harness):
    ticket, ref = create(harness)
    harness.ask(ticket.id, "Is the lamp red?")
    progress = shown(harness, ticket).progress
    assert (progress.status, progress.question.text) == (Status.WAITING, "Is the lamp red?")
    assert progress.question.who == "Jana Nowak"
    say(harness, ticket, ref, DeliveryKind.COMMENT, "No, green")
    progress = shown(harness, ticket).progress
    assert progress.question is None
    assert progress.status is not Status.WAITING


def test_a_changed_priority_comes_with_its_reason(harness):
    ticket, _ = create(harness)
    harness.change_priority(ticket.id, Priority.CRITICAL, "The whole line waits")
    change = shown(harness, ticket)
    assert (change.reported_priority, change.progress.priority) == (Priority.HIGH, Priority.CRITICAL)
    assert change.progress.priority_reason == "The whole line waits"


def test_a_fix_is_told_with_what_was_done(harness):
    ticket, _ = create(harness)
    harness.resolve(ticket.id, "New fuse")
    progress = shown(harness, ticket).progress
    assert (progress.status, progress.solution) == (Status.RESOLVED, "New fuse")


def test_a_remark_of_it_is_shown_with_its_author(harness):
    ticket, _ = create(harness)
    harness.remark(ticket.id, "We look at it")
    remark = shown(harness, ticket).progress.remarks[-1]
    assert (remark.text, remark.who) == ("We look at it", "Jana Nowak")


def test_an_empty_cursor_gives_what_is_open(harness):
    still_open, _ = create(harness)
    ended, _ = create(harness)
    harness.end(ended.id)
    changes, _ = everything(harness)
    assert still_open.id in changes
    assert ended.id not in changes


def test_a_cursor_gives_what_changed_after_it(harness):
    first, _ = create(harness)
    create(harness)
    _, cursor = everything(harness)
    harness.end(first.id)
    changes, cursor = everything(harness, cursor)
    assert changes[first.id].progress.status is Status.CLOSED
    third, _ = create(harness)
    assert third.id in everything(harness, cursor)[0]


def test_what_did_not_change_comes_no_more(harness):
    create(harness)
    cursor = everything(harness)[1]
    for _ in range(3):
        harness.pass_time()
        changes, cursor = everything(harness, cursor)
    assert changes == {}
    assert everything(harness, cursor) == ({}, cursor)


@pytest.mark.parametrize("hours", [-3, 3])
@pytest.mark.parametrize("name", OWN)
def test_a_server_whose_clock_is_wrong_tells_its_changes_all_the_same(name, hours, request, tmp_path_factory):
    with started(name, request, tmp_path_factory) as harness:
        harness.set_clock(timedelta(hours=hours))
        ticket, _ = create(harness)
        _, cursor = everything(harness)
        harness.pass_time()
        harness.take(ticket.id)
        changes, cursor = everything(harness, cursor)
        assert changes[ticket.id].progress.status is Status.ACKNOWLEDGED
        harness.pass_time()
        assert everything(harness, cursor)[0] == {}


def test_a_cursor_that_nobody_knows_is_like_none(harness):
    ticket, _ = create(harness)
    assert ticket.id in everything(harness, "x\ud800 nonsense")[0]


# ------------------------------------------------------------ what the operator says later


def test_a_comment_comes_back_as_a_remark(harness):
    ticket, ref = create(harness)
    said = say(harness, ticket, ref, DeliveryKind.COMMENT, "It beeps now")
    remark = shown(harness, ticket).progress.remarks[-1]
    assert (remark.text, remark.id) == ("It beeps now", said.id)
    assert "Anna" in remark.who


def test_a_confirmation_closes_the_ticket(harness):
    ticket, ref = create(harness)
    harness.resolve(ticket.id, "New fuse")
    _, cursor = everything(harness)
    say(harness, ticket, ref, DeliveryKind.CONFIRM)
    assert everything(harness, cursor)[0][ticket.id].progress.status is Status.CLOSED


def test_still_broken_opens_the_same_ticket_again(harness):
    ticket, ref = create(harness)
    harness.resolve(ticket.id, "New fuse")
    say(harness, ticket, ref, DeliveryKind.REOPEN, "Dark again")
    change = shown(harness, ticket)
    assert change.ref == ref
    assert (change.progress.status, change.progress.solution) == (Status.IN_PROGRESS, "")


def test_one_more_report_is_a_note_with_a_photo_on_the_same_ticket(harness, photo):
    ticket, ref = create(harness)
    other = new_ticket(photo=photo, terminal="K8", who="Omar")
    said = delivery(other, DeliveryKind.JOIN, ref, text="Also reported at terminal K8", who="Omar")
    assert harness.backend.deliver(said, other) in (None, ref)
    change = shown(harness, ticket)
    assert change.progress.status is Status.NEW
    assert "Also reported at terminal K8" in change.progress.remarks[-1].text
    assert harness.photo(ticket.id) is not None
    assert harness.backend.find(other.id) is None


def test_one_more_report_answers_no_question(harness):
    ticket, ref = create(harness)
    harness.ask(ticket.id, "Is the red lamp on?")
    other = new_ticket()
    harness.backend.deliver(delivery(other, DeliveryKind.JOIN, ref, text="Also reported"), other)
    assert shown(harness, ticket).progress.question.text == "Is the red lamp on?"


def test_a_lost_answer_to_one_more_report_writes_no_second_note(harness, photo):
    ticket, ref = create(harness)
    other = new_ticket(photo=photo)
    said = delivery(other, DeliveryKind.JOIN, ref, text="Also reported")
    harness.strike("answer lost", write=True)
    with pytest.raises(TemporaryError if harness.is_repeatable else UncertainError):
        harness.backend.deliver(said, other)
    if harness.is_repeatable or not harness.backend.took_effect(said, other):
        harness.backend.deliver(said, other)
    remarks = shown(harness, ticket).progress.remarks
    assert [remark.text for remark in remarks].count("Also reported") == 1
    assert harness.photos(ticket.id) == 1


def test_what_another_ticket_says_is_withdrawn(harness):
    ticket, ref = create(harness)
    _, cursor = everything(harness)
    say(harness, ticket, ref, DeliveryKind.WITHDRAW, "The same problem as #1")
    change = everything(harness, cursor)[0][ticket.id]
    assert not change.progress.status.is_open
    assert change.progress.remarks[-1].text == "The same problem as #1"


def test_what_a_person_has_is_not_withdrawn_but_they_are_told(harness):
    ticket, ref = create(harness)
    harness.take(ticket.id)
    said = say(harness, ticket, ref, DeliveryKind.WITHDRAW, "The same problem as #1")
    change = shown(harness, ticket)
    assert change.progress.status.is_taken
    assert change.progress.remarks[-1].text == "The same problem as #1"
    assert harness.is_repeatable or harness.backend.took_effect(said, ticket)


def test_a_report_that_arrived_twice_is_found_out(harness):
    ticket, ref = create(harness)
    again = harness.backend.deliver(delivery(ticket, DeliveryKind.CREATE), ticket)
    if not harness.tells_twins:
        assert again == ref
        assert harness.backend.twins(ticket.id, ref) == []
        return
    assert harness.backend.twins(ticket.id, again) == [ref, again]
    say(harness, ticket, again, DeliveryKind.WITHDRAW, "arrived twice")
    assert harness.backend.twins(ticket.id, ref) == [ref]


def test_a_note_on_a_ticket_that_is_gone_is_refused_for_good(harness):
    ticket = new_ticket()
    if not harness.knows_what_is_gone:
        pytest.skip("takes everything")
    with pytest.raises(RejectedError):
        say(harness, ticket, RemoteRef(id="987654"), DeliveryKind.COMMENT, "Hello?")


@pytest.mark.parametrize("note", [HOSTILE, "x" * 2000, "<" * 2000, "\n" * 50 + "end"])
def test_hostile_text_comes_back_as_it_was_typed(harness, note):
    ticket, ref = create(harness, note=note, words=note[:150] + "y", it_term="*a* #1", who=note[:60], place="|x|\x00")
    said = say(harness, ticket, ref, DeliveryKind.COMMENT, note)
    remarks = {remark.id: remark.text for remark in shown(harness, ticket).progress.remarks}
    assert remarks[said.id].strip() == clean_text(note).strip()
    assert harness.backend.find(ticket.id) == ref
    assert shown(harness, ticket).machine == "press-4"


# ------------------------------------------------------------ when it goes wrong


CALLS = {
    "find": lambda backend: backend.find("T1"),
    "changes": lambda backend: backend.changes(""),
    "check": lambda backend: backend.check(),
}


def test_a_working_backend_passes_its_check(harness):
    harness.backend.check()


@pytest.mark.parametrize("fault", ["answer lost", "answer cut", "answer lost in a proxy", "silence"])
def test_a_lost_answer_to_a_create_makes_no_twin(harness, fault):
    ticket = new_ticket()
    sent = delivery(ticket, DeliveryKind.CREATE)
    harness.strike(fault, write=True)
    with pytest.raises(TemporaryError if harness.is_repeatable else UncertainError):
        harness.impatient().deliver(sent, ticket)
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while harness.backend.find(ticket.id) is None and datetime.now(UTC) < deadline:
        pass
    if harness.is_repeatable:
        harness.backend.deliver(sent, ticket)
    assert harness.copies(ticket.id) == 1


@pytest.mark.parametrize("kind", [DeliveryKind.COMMENT, DeliveryKind.CONFIRM, DeliveryKind.REOPEN])
def test_a_lost_answer_to_a_note_writes_no_second_one(harness, kind):
    ticket, ref = create(harness)
    harness.resolve(ticket.id, "New fuse")
    cursor = everything(harness)[1]
    said = delivery(ticket, kind, ref, text="Same here", who="Anna")
    harness.strike("answer lost", write=True)
    with pytest.raises(TemporaryError if harness.is_repeatable else UncertainError):
        harness.backend.deliver(said, ticket)
    if harness.is_repeatable:
        harness.backend.deliver(said, ticket)
    else:
        assert harness.backend.took_effect(said, ticket)
    remarks = everything(harness, cursor)[0][ticket.id].progress.remarks
    assert [remark.text for remark in remarks].count("Same here") == 1


def test_a_note_that_never_arrived_is_known_not_to_have(harness):
    ticket, ref = create(harness)
    assert not harness.backend.took_effect(delivery(ticket, DeliveryKind.COMMENT, ref), ticket)


@pytest.mark.parametrize("fault", ["server error", "login page", "garbled", "no end"])
def test_an_answer_that_says_nothing_certain_leaves_a_write_uncertain(harness, fault):
    ticket, ref = create(harness)
    said = delivery(ticket, DeliveryKind.COMMENT, ref, text="Hello")
    for sent in (said, delivery(new_ticket(), DeliveryKind.CREATE)):
        if fault in ("garbled", "no end") and sent is said:
            continue  # of a note's answer only the status counts
        harness.strike(fault, write=True)
        with pytest.raises(TemporaryError if harness.is_repeatable else UncertainError):
            harness.backend.deliver(sent, ticket)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("fault", ["answer lost", "answer cut", "server error", "login page", "garbled", "no end"])
def test_a_question_without_an_answer_can_be_asked_again(harness, call, fault):
    harness.strike(fault)
    with pytest.raises(TemporaryError):
        call(harness.backend)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_answer_that_drips_is_given_up(harness, call):
    harness.strike("drip")
    began = time.monotonic()
    with pytest.raises(TemporaryError):
        call(harness.impatient())
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("fault", ["bad request", "too large", "not processable", "conflict"])
def test_what_the_server_does_not_take_is_refused_for_good(harness, fault):
    ticket = new_ticket()
    if fault == "conflict" and harness.conflict_is_success:
        pytest.skip("says so that it has it already")
    harness.strike(fault, write=True)
    with pytest.raises(RejectedError):
        harness.backend.deliver(delivery(ticket, DeliveryKind.CREATE), ticket)
    assert harness.copies(ticket.id) == 0


@pytest.mark.parametrize("fault", ["key refused", "not allowed"])
def test_a_key_that_is_not_accepted_needs_a_human(harness, fault):
    ticket = new_ticket()
    harness.strike(fault, write=True)
    with pytest.raises(MisconfiguredError):
        harness.backend.deliver(delivery(ticket, DeliveryKind.CREATE), ticket)
    for call in CALLS.values():
        harness.strike(fault)
        with pytest.raises(MisconfiguredError):
            call(harness.backend)
    assert harness.copies(ticket.id) == 0


def test_a_project_that_is_not_there_is_no_doubt(harness):
    ticket = new_ticket()
    harness.strike("not found", write=True)
    with pytest.raises((MisconfiguredError, RejectedError, TemporaryError)):
        harness.backend.deliver(delivery(ticket, DeliveryKind.CREATE), ticket)
    assert harness.copies(ticket.id) == 0


@pytest.mark.parametrize("fault", ["please wait", "too many", "too many, for how long"])
def test_a_server_that_asks_for_patience_is_given_it(harness, fault):
    ticket = new_ticket()
    harness.strike(fault, write=True)
    # "Please wait" may be a proxy's word for a server that is still at it.
    with pytest.raises((TemporaryError, UncertainError) if fault == "please wait" else TemporaryError) as caught:
        harness.backend.deliver(delivery(ticket, DeliveryKind.CREATE), ticket)
    assert caught.value.retry_after == (None if "how long" in fault else harness.retry_after)
    assert harness.copies(ticket.id) == 0


def test_a_server_that_is_not_there_did_nothing(harness):
    backend = harness.unreachable()
    ticket = new_ticket()
    calls = [*CALLS.values(), lambda backend: backend.deliver(delivery(ticket, DeliveryKind.CREATE), ticket)]
    for call in calls:
        with pytest.raises(TemporaryError):
            call(backend)


def test_an_error_never_shows_the_key(harness):
    for fault in ("key refused", "server error", "login page"):
        harness.strike(fault)
        with pytest.raises(DeliveryError) as caught:
            harness.backend.check()
        assert "1111" not in str(caught.value)
    assert "1111" not in repr(harness.backend)
