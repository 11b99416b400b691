"""What the ticket screen says, for every state that a report can be in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import Floor, RamDisk, words

from kiosk.core.errors import MisconfiguredError, RejectedError, TemporaryError
from kiosk.core.model import Question, Status
from kiosk.core.plant import Priority, Step
from kiosk.i18n import Translator
from kiosk.ui.present import calling
from kiosk.ui.present.ticket import ring, ticket_view

ENGLISH = Translator()


@pytest.fixture
def floor():
    return Floor()


def look_at(floor, ticket="T0001", **more):
    return ticket_view(floor.terminal.entry(ticket), floor.terminal, ENGLISH, floor.time.wall, **more)


def ring_of(floor, ticket="T0001"):
    return ring(floor.terminal.entry(ticket), floor.terminal, ENGLISH, floor.time.wall)


def reported(floor, **details):
    """A report that IT has."""
    floor.report(**details)
    floor.step()
    return floor


def take(floor, seconds=60):
    floor.time.advance(seconds)
    floor.it.take("T0001", "Jana")
    floor.step(11)


def come(floor, minutes=15):
    floor.it.on_the_way("T0001", "Jana", floor.time.wall + timedelta(minutes=minutes))
    floor.step(11)


# ---------------------------------------------------------------- the three truths


def test_a_saved_report_is_nowhere_but_here(floor):
    floor.report()

    truth = look_at(floor).truth

    assert truth.look == "saved"
    assert truth.title == "Saved on this terminal"
    assert truth.text == "IT does not have it yet. IT gets it as soon as the network is back."


def test_while_the_connection_is_good_a_saved_report_is_being_sent(floor):
    floor.step()
    floor.report()

    assert look_at(floor).truth.text == "IT does not have it yet. We are sending it now."


def test_a_paused_way_to_it_is_not_called_a_network_fault(floor):
    floor.it.fail_next(MisconfiguredError("401"))
    floor.report()
    floor.step()

    assert look_at(floor).truth.text == "IT does not have it yet. IT gets it as soon as the way to IT is repaired."


def test_without_any_ticket_system_the_operator_is_told_to_call():
    floor = Floor(destinations=())
    floor.report()

    assert "not connected to IT. Please call IT." in look_at(floor).truth.text


def test_a_refused_report_does_not_pretend_to_be_on_its_way(floor):
    floor.it.fail_next(RejectedError("no such project"))
    floor.report()
    floor.step()

    view = look_at(floor)

    assert view.truth.look == "refused"
    assert view.panel == "call"
    assert view.call.phone == "+49 30 5550 101"


def test_a_delivered_report_has_a_number_and_nobody_on_it(floor):
    reported(floor)

    truth = look_at(floor).truth

    assert (truth.look, truth.title) == ("delivered", "IT has it")
    assert truth.text == "Number #1. Nobody has taken it yet."


def test_only_a_person_who_has_it_is_named(floor):
    take(reported(floor))

    truth = look_at(floor).truth

    assert (truth.look, truth.title) == ("taken", "Jana has it")
    assert truth.text == "Number #1. We do not know yet when."


def test_a_person_on_the_way_comes_at_a_clock_time(floor):
    take(reported(floor))
    come(floor)

    truth = look_at(floor).truth

    assert (truth.title, truth.text) == ("Jana is on the way", "Here by 12:16.")


def test_an_arrival_that_has_passed_is_no_promise_any_more(floor):
    take(reported(floor))
    come(floor, minutes=5)
    floor.time.advance(400)

    assert look_at(floor).truth.text == "The time given was 12:06."


def test_a_ticket_system_without_names_still_tells_that_somebody_comes(floor):
    reported(floor)
    floor.it.on_the_way("T0001", "", floor.time.wall + timedelta(minutes=5))
    floor.step(11)

    assert look_at(floor).truth.title == "Somebody is on the way"


def test_somebody_at_work_is_said_so(floor):
    reported(floor)
    floor.it.work("T0001", "Jana")
    floor.step(11)

    assert look_at(floor).truth.title == "Jana is working on it"


def test_work_on_hold_without_a_question_asks_nothing(floor):
    reported(floor)
    floor.it._move("T0001", Status.WAITING)
    floor.step(11)

    view = look_at(floor)

    assert (view.truth.title, view.panel) == ("The work is on hold", "wait")


# ---------------------------------------------------------------- the end


def test_fixed_asks_whether_it_runs_again_and_tells_what_was_done(floor):
    reported(floor)
    floor.it.resolve("T0001", cause="A cable was loose", solution="Plugged it in")
    floor.step(11)

    view = look_at(floor)

    assert (view.panel, view.truth.look) == ("works", "fixed")
    assert (view.cause, view.solution) == ("A cable was loose", "Plugged it in")


def test_a_confirmed_repair_is_over(floor):
    reported(floor)
    floor.it.resolve("T0001")
    floor.step(11)
    floor.terminal.confirm("T0001", works=True).result(5)

    view = look_at(floor)

    assert (view.panel, view.truth.title) == ("over", "It works again")
    assert view.timeline[-1].text == "It works again"


def test_a_ticket_that_it_closed_by_itself_does_not_claim_a_repair(floor):
    reported(floor)
    floor.it.close_ticket("T0001")
    floor.step(11)

    assert look_at(floor).truth.title == "IT closed it"


def test_a_cancelled_ticket_says_that_nothing_was_repaired(floor):
    reported(floor)
    floor.it._move("T0001", Status.CANCELLED)
    floor.step(11)

    view = look_at(floor)

    assert view.truth.title == "IT closed it without a repair"
    assert [row.state for row in view.timeline] == ["done", "done", "done"]


# ---------------------------------------------------------------- the telephone


def cut_off(floor, **report):
    floor.it.fail_next(TemporaryError("no route"))
    floor.report(**report)
    floor.step()
    return floor


def test_a_critical_report_that_does_not_arrive_is_a_case_for_the_telephone(floor):
    cut_off(floor)

    assert look_at(floor).panel == "wait"
    floor.time.advance(60)
    view = look_at(floor)
    assert view.panel == "call"
    assert (view.call.reason, view.call.text) == ("No connection.", "Please call Jana:")
    assert view.call.phone == "+49 30 5550 101"


def test_a_normal_report_is_one_only_when_it_is_late(floor):
    cut_off(floor, symptom="other", stopped=False)
    floor.time.advance(600)
    assert look_at(floor).panel == "wait"

    floor.time.advance(2 * 3600)

    assert look_at(floor).panel == "call"


def test_a_report_that_arrived_needs_no_call_however_late_it_is(floor):
    reported(floor)
    floor.time.advance(3600)

    assert look_at(floor).panel == "wait"


def test_an_area_without_a_telephone_number_gets_no_made_up_one(floor):
    cut_off(floor, symptom="frozen", machine="M-1014")
    floor.time.advance(24 * 3600)

    call = look_at(floor).call

    assert (call.text, call.phone) == ("Please call IT.", "")


# ---------------------------------------------------------------- the countdown


def test_the_ring_counts_down_to_the_agreed_answer(floor):
    reported(floor)
    floor.time.advance(60)

    shown = ring_of(floor)

    assert (shown.figure, shown.caption, shown.is_late) == ("14:00", "Agreed: answer by 12:15", False)
    assert shown.share == pytest.approx(14 / 15, abs=0.001)


def test_late_has_a_minus(floor):
    reported(floor)
    floor.time.advance(15 * 60 + 190)

    shown = ring_of(floor)

    assert shown.is_late
    assert shown.figure == "\N{MINUS SIGN}03:10"


def test_the_ring_follows_the_person_and_then_the_repair(floor):
    take(reported(floor))
    come(floor)
    assert ring_of(floor).figure == "14:49"

    floor.it.work("T0001", "Jana")
    floor.step(11)

    assert ring_of(floor).caption == "Agreed: fixed by 14:00"


def test_nothing_is_counted_once_nothing_is_awaited(floor):
    reported(floor)
    floor.it.resolve("T0001")
    floor.step(11)

    assert ring_of(floor).figure == ""


# ---------------------------------------------------------------- the timeline


def shown_steps(floor):
    return [(row.text, row.when, row.state) for row in look_at(floor).timeline]


def test_the_timeline_begins_on_this_terminal(floor):
    floor.report()

    assert shown_steps(floor)[:2] == [("Saved here", "12:00", "now"), ("IT has it", "", "todo")]


def test_the_timeline_names_the_person_who_is_at_it_now(floor):
    take(reported(floor))
    come(floor)

    assert shown_steps(floor) == [
        ("Saved here", "12:00", "done"),
        ("IT has it", "12:00", "done"),
        ("Seen by IT", "12:01", "done"),
        ("Jana is on the way", "12:01", "now"),
        ("Working on it", "", "todo"),
        ("Fixed", "", "todo"),
    ]


def test_the_timeline_leaves_out_what_was_skipped(floor):
    reported(floor)
    floor.it.work("T0001", "Jana")
    floor.step(11)

    assert [text for text, *_ in shown_steps(floor)] == ["Saved here", "IT has it", "Jana is working on it", "Fixed"]


def test_a_question_interrupts_the_timeline(floor):
    take(reported(floor))
    floor.it.ask("T0001", Question(id="Q", text="Is the red light on?"))
    floor.step(11)

    assert ("IT has a question for you", "12:01", "now") in shown_steps(floor)


def test_a_report_from_another_terminal_says_so():
    here, there = Floor(), Floor(disk=RamDisk())
    there.terminal.name, there.it.terminal = "K2", "K2"
    there.report()
    there.destinations = ()
    there.step()
    here.it._tickets = there.it._tickets
    here.it._sequence = there.it._sequence
    here.step()

    assert shown_steps(here)[0] == ("Reported at K2", "12:00", "done")


# ---------------------------------------------------------------- what was said


def test_a_changed_priority_is_told_with_its_reason(floor):
    reported(floor)
    floor.it.change_priority("T0001", Priority.HIGH, "A second printer stands beside it")
    floor.step(11)

    note = look_at(floor).notes[0]

    assert note.head == "IT says: high instead of critical."
    assert note.text == "Reason: A second printer stands beside it"


def test_remarks_of_it_come_newest_first_with_name_and_time(floor):
    reported(floor)
    floor.it.remark("T0001", "Looking at it", "Jana")
    floor.time.advance(120)
    floor.it.remark("T0001", "I need a part", "Omar")
    floor.step(11)

    assert [(n.head, n.text) for n in look_at(floor).notes] == [
        ("Omar · 12:02", "I need a part"),
        ("Jana · 12:00", "Looking at it"),
    ]


def test_the_own_message_is_not_shown_as_one_from_it(floor):
    reported(floor)
    floor.terminal.got_worse("T0001", stopped=True).result(5)

    assert [n.text for n in look_at(floor).notes] == ["Saved here. IT does not have it yet."]
    floor.step(11)
    assert [n.text for n in look_at(floor).notes] == ["IT has it."]


def test_a_refused_message_is_not_called_sent(floor):
    reported(floor)
    floor.it.fail_next(RejectedError("closed"))
    floor.terminal.got_worse("T0001", stopped=True).result(5)
    floor.step()

    assert look_at(floor).notes[0].text == "IT's system refused it. Please call IT."


def test_a_refused_confirmation_is_said(floor):
    reported(floor)
    floor.it.resolve("T0001")
    floor.step(11)
    floor.it.fail_next(RejectedError("closed for comments"))
    floor.terminal.confirm("T0001", works=True).result(5)
    floor.step()

    note = look_at(floor).notes[0]

    assert (note.head, note.text, note.tone) == (
        "Your message",
        "IT's system refused it. Please call IT.",
        "bad",
    )


# ---------------------------------------------------------------- questions and steps


def test_a_question_brings_its_own_answers(floor):
    take(reported(floor))
    floor.it.ask("T0001", Question(id="Q", text="Which light?", who="Omar", answers=("Red", "Green")))
    floor.step(11)

    view = look_at(floor)

    assert (view.panel, view.truth.look) == ("question", "asked")
    assert (view.question.asks, view.question.text) == ("Omar asks you", "Which light?")
    assert [a.said for a in view.question.answers] == ["Red", "Green"]


def test_a_question_without_answers_can_be_answered_with_yes_and_no(floor):
    reported(floor)
    floor.it.ask("T0001", Question(id="Q", text="Is it on?"))
    floor.step(11)

    view = look_at(floor)

    assert view.question.asks == "IT asks you"
    assert [a.text for a in view.question.answers] == ["Yes", "No", "I don't know"]


def test_steps_are_offered_while_waiting_and_remember_what_was_done(floor_with_steps):
    reported(floor_with_steps)

    steps = look_at(floor_with_steps, ticked={1}).steps

    assert [(s.text, s.is_done) for s in steps] == [("Is there paper?", False), ("Is the light on?", True)]


def test_nobody_is_asked_to_try_things_while_it_is_at_the_machine(floor_with_steps):
    reported(floor_with_steps)
    floor_with_steps.it.work("T0001", "Jana")
    floor_with_steps.step(11)

    assert look_at(floor_with_steps).steps == ()


@pytest.fixture
def floor_with_steps():
    floor = Floor()
    steps = tuple(Step(text=words(text)) for text in ("Is there paper?", "Is the light on?"))
    symptoms = dict(floor.plant.symptoms)
    symptoms["noprint"] = replace(symptoms["noprint"], steps=steps)
    floor.plant = floor.terminal.plant = replace(floor.plant, symptoms=symptoms)
    return floor


def test_patience_is_a_minute():
    assert calling.PATIENCE.total_seconds() == 60
