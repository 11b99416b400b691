"""One report from the tap to the confirmation, on fakes, with the forwarders driven by hand."""

import dataclasses
from datetime import timedelta

import pytest
from fakes import FaultyMemory, Floor, RamDisk

from kiosk.core.errors import MisconfiguredError, RejectedError, StorageError, TemporaryError, UncertainError
from kiosk.core.events import TicketSaved
from kiosk.core.link import LinkState
from kiosk.core.model import DeliveryKind, DeliveryState, Question, Status
from kiosk.core.plant import Priority


@pytest.fixture
def floor():
    floor = Floor()
    yield floor
    floor.terminal.stop()


def only(floor):
    (entry,) = floor.terminal.entries()
    return entry


def test_a_report_goes_from_the_tap_to_the_confirmed_fix(floor):
    entry = floor.report(who="Mira")

    assert TicketSaved(entry.ticket.id) in floor.events
    assert not entry.is_delivered
    floor.step()
    assert only(floor).ref.label == "#1"
    assert not only(floor).status.is_taken

    floor.it.on_the_way(entry.ticket.id, "Jana", floor.time.wall + timedelta(minutes=12))
    floor.step(10)
    assert (only(floor).status, only(floor).progress.assignee) == (Status.ON_THE_WAY, "Jana")
    floor.it.resolve(entry.ticket.id, cause="cable", solution="plugged in")
    floor.step(10)
    assert only(floor).status is Status.RESOLVED

    floor.terminal.confirm(entry.ticket.id, works=True).result(5)
    assert only(floor).status is Status.CLOSED
    floor.step()
    assert floor.it.tickets[0].progress.status is Status.CLOSED
    assert floor.terminal.board() == []
    assert [f.ticket for f in floor.terminal.figures()] == [entry.ticket.id]


def test_no_opens_the_same_ticket_again(floor):
    entry = floor.report()
    floor.step()
    floor.it.take(entry.ticket.id, "Jana")
    floor.it.resolve(entry.ticket.id)
    floor.step(10)

    floor.terminal.confirm(entry.ticket.id, works=False).result(5)
    floor.step(10)

    assert only(floor).status is Status.IN_PROGRESS
    assert [t.ticket.id for t in floor.it.tickets] == [entry.ticket.id]


def test_the_screen_never_shows_resolved_again_after_the_operator_confirmed(floor):
    entry = floor.report()
    floor.step()
    floor.it.resolve(entry.ticket.id)
    floor.step(10)
    floor.it.fail_next(TemporaryError("no network"))

    floor.terminal.confirm(entry.ticket.id, works=True).result(5)
    floor.it.remark(entry.ticket.id, "please check", "Jana")
    floor.step(1)

    assert only(floor).status is Status.CLOSED


def test_everything_reported_during_an_outage_arrives_once_and_in_order():
    disk = RamDisk()
    first = Floor(disk=disk)
    for _ in range(60):
        first.it.fail_next(TemporaryError("no network"))
    sent = [first.report(symptom, stopped=False).ticket.id for symptom in ("noprint", "frozen")]
    first.pass_time(1800)
    first.terminal.stop()

    second = Floor(disk=disk)
    second.ids = (f"U{n}" for n in range(100))
    sent.append(second.report("other").ticket.id)
    second.pass_time(1800)
    second.terminal.stop()

    assert [t.ticket.id for t in second.it.tickets] == sent


def test_an_answer_that_is_lost_makes_no_twin(floor):
    floor.it.fail_next(UncertainError("answer lost"), after_effect=True)

    entry = floor.report()
    floor.pass_time(60)

    assert len(floor.it.tickets) == 1
    assert floor.outbox.get(entry.ticket.id).ref.label == "#1"


def test_an_uncertain_report_that_never_arrived_is_sent_again(floor):
    floor.it.fail_next(UncertainError("request lost"))

    floor.report()
    floor.pass_time(60)

    assert len(floor.it.tickets) == 1


def test_a_comment_whose_answer_is_lost_is_not_said_twice(floor):
    entry = floor.report()
    floor.step()
    floor.it.fail_next(UncertainError("answer lost"), after_effect=True)

    floor.terminal.got_worse(entry.ticket.id, stopped=True).result(5)
    floor.pass_time(60)

    assert len(floor.it.tickets[0].progress.remarks) == 1


def test_a_terminal_killed_while_sending_looks_before_it_sends_again(floor):
    class Killed(BaseException):
        pass

    real = floor.it.deliver

    def deliver_and_die(delivery, ticket):
        real(delivery, ticket)
        raise Killed

    floor.it.deliver = deliver_and_die
    floor.report()
    with pytest.raises(Killed):
        floor.step()
    assert only(floor).deliveries[0].state is DeliveryState.SENDING

    again = Floor(disk=floor.disk, destinations=(floor.it,))
    floor.it.deliver = real
    again.step()
    again.terminal.stop()

    assert len(floor.it.tickets) == 1
    assert only(again).is_delivered


def test_a_refused_photo_is_left_out_once(floor, tmp_path):
    photo = tmp_path / "p.JPG"
    photo.write_bytes(b"jpeg")
    floor.it.fail_next(RejectedError("photo too large", field="photo"))
    draft = floor.terminal.new_draft().choose_machine(floor.plant.machines["P-0007"])
    draft = draft.choose_symptom(floor.plant.symptoms["other"]).say(stopped=False).show(photo)

    floor.terminal.report(draft).result(5)
    floor.pass_time(30)

    assert not floor.it.tickets[0].with_photo
    assert only(floor).deliveries[0].without == {"photo"}


def test_a_poison_ticket_is_parked_and_delays_nobody(floor):
    floor.it.fail_next(RejectedError("no such project"))

    bad, good = floor.report(), floor.report("frozen")
    floor.pass_time(30)

    assert [t.ticket.id for t in floor.it.tickets] == [good.ticket.id]
    assert floor.outbox.get(bad.ticket.id).deliveries[0].state is DeliveryState.REJECTED
    floor.terminal.requeue(bad.ticket.id).result(5)
    floor.pass_time(30)
    assert len(floor.it.tickets) == 2


def test_a_ticket_at_which_the_destination_always_fails_delays_nobody_and_is_kept(floor):
    bad = floor.report()
    real = floor.it.deliver

    def fail_at_the_bad_one(delivery, ticket):
        if ticket.id == bad.ticket.id:
            raise TemporaryError("500 Internal Server Error")
        return real(delivery, ticket)

    floor.it.deliver = fail_at_the_bad_one
    others = [floor.report("frozen").ticket.id for _ in range(5)]
    floor.pass_time(60)

    assert [t.ticket.id for t in floor.it.tickets] == others
    assert floor.outbox.get(bad.ticket.id).deliveries[0].state is DeliveryState.PENDING
    floor.it.deliver = real
    floor.pass_time(300)
    assert len(floor.it.tickets) == 6


def test_after_an_hour_without_network_the_first_report_leaves_within_half_a_minute(floor):
    def refuse(*_):
        raise TemporaryError("connection refused")

    working = floor.it.deliver, floor.it.check, floor.it.changes
    floor.it.deliver = floor.it.check = floor.it.changes = refuse
    sent = [floor.report().ticket.id for _ in range(3)]
    floor.pass_time(3600)
    floor.it.deliver, floor.it.check, floor.it.changes = working

    floor.pass_time(35)

    assert [t.ticket.id for t in floor.it.tickets] == sent


def test_a_wrong_key_pauses_the_destination_keeps_every_ticket_and_resumes_within_a_minute(floor):
    tries = []

    def refuse(*_):
        tries.append(floor.time.seconds)
        raise MisconfiguredError("401 wrong key")

    working = floor.it.deliver, floor.it.changes
    floor.it.deliver = floor.it.changes = refuse
    sent = [floor.report().ticket.id, floor.report("frozen").ticket.id]
    floor.pass_time(300)
    assert floor.terminal.links()[0].state is LinkState.PAUSED
    assert {e.deliveries[0].state for e in floor.terminal.entries()} == {DeliveryState.PENDING}
    assert len(tries) <= 11

    floor.it.deliver, floor.it.changes = working
    floor.pass_time(60)

    assert [t.ticket.id for t in floor.it.tickets] == sent
    assert floor.terminal.links()[0].state is LinkState.CONNECTED


def test_a_full_disk_says_so_and_harms_nothing_that_was_saved(floor, monkeypatch):
    kept = floor.report()
    monkeypatch.setattr(FaultyMemory, "full", True)

    with pytest.raises(StorageError):
        floor.report("frozen")
    monkeypatch.setattr(FaultyMemory, "full", False)

    assert [e.ticket.id for e in floor.terminal.entries()] == [kept.ticket.id]
    assert floor.report("frozen").sequence == 2


def test_a_double_tap_on_send_is_one_ticket(floor):
    draft = floor.terminal.new_draft().choose_machine(floor.plant.machines["P-0007"])
    draft = draft.choose_symptom(floor.plant.symptoms["noprint"]).say(stopped=True)

    futures = [floor.terminal.report(draft) for _ in range(3)]

    assert {f.result(5).ticket.id for f in futures} == {draft.id}
    assert len(floor.terminal.entries()) == 1


def test_a_ticket_of_another_terminal_can_be_joined_from_here(floor):
    other = Floor(destinations=(floor.it,))
    other.ids = (f"X{n}" for n in range(100))
    theirs = other.report()
    other.step()
    floor.step(10)
    (shown,) = floor.terminal.board()
    assert floor.outbox.get(shown.ticket.id) is None

    floor.terminal.same_problem(theirs.ticket.id, who="Ana").result(5)
    floor.step(10)
    other.terminal.stop()

    assert len(floor.it.tickets) == 1
    assert "terminal K1" in floor.it.tickets[0].progress.remarks[0].text


def test_an_answered_question_is_not_asked_again(floor):
    entry = floor.report()
    floor.step()
    floor.it.ask(entry.ticket.id, Question(id="q1", text="Is the light on?", answers=("Yes", "No")))
    floor.step(10)
    assert only(floor).progress.question.text == "Is the light on?"
    floor.it.fail_next(TemporaryError("no network"))

    floor.terminal.answer(entry.ticket.id, "Yes").result(5)
    floor.step(1)
    assert only(floor).progress.question is None
    floor.pass_time(30)

    assert only(floor).progress.question is None
    assert floor.it.tickets[0].progress.remarks[-1].text == "Yes"


def test_the_priority_that_it_changed_is_shown_with_its_reason(floor):
    entry = floor.report()
    floor.step()

    floor.it.change_priority(entry.ticket.id, Priority.NORMAL, "a spare printer stands beside it")
    floor.step(10)

    assert only(floor).priority is Priority.NORMAL
    assert only(floor).ticket.priority is Priority.CRITICAL
    assert only(floor).progress.priority_reason == "a spare printer stands beside it"


def test_what_was_closed_a_day_ago_leaves_only_its_figures(floor):
    entry = floor.report()
    floor.step()
    floor.terminal.confirm(entry.ticket.id, works=True).result(5)
    floor.step()

    floor.wait_a_day()

    assert floor.terminal.entries() == []
    (figure,) = floor.terminal.figures()
    assert figure.downtime == timedelta(0)


def test_a_ticket_saved_without_a_destination_is_sent_once_there_is_one():
    lonely = Floor(destinations=())
    entry = lonely.report()
    lonely.terminal.stop()

    floor = Floor(disk=lonely.disk)
    floor.ids = (f"V{n}" for n in range(100))
    floor.terminal.tidy().result(5)
    floor.step()
    floor.terminal.stop()

    assert [t.ticket.id for t in floor.it.tickets] == [entry.ticket.id]
    assert [d.kind for d in floor.terminal.entries()[0].deliveries] == [DeliveryKind.CREATE]


def test_a_clock_that_jumps_neither_stops_nor_hurries_a_retry(floor):
    floor.it.fail_next(TemporaryError("no network"))
    floor.report()
    floor.step()
    floor.time.wall -= timedelta(days=365 * 50)

    floor.step(1)
    assert not floor.it.tickets
    floor.pass_time(10)

    assert len(floor.it.tickets) == 1


def test_a_ticket_that_is_called_otherwise_there_is_called_so_here(floor):
    """It was moved to another project, or has got its number only now."""
    entry = floor.report()
    floor.step()
    told = floor.it.changes("")[0]
    renamed = [dataclasses.replace(change, ref=dataclasses.replace(change.ref, number="IT-77")) for change in told]
    floor.it.changes = lambda cursor: (renamed, "1")
    floor.step(10)

    assert floor.terminal.entry(entry.ticket.id).ref.label == "IT-77"
