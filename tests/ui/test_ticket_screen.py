"""What an operator sees and says on the screen of one report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.errors import RejectedError, TemporaryError
from kiosk.core.model import Question, Status


@pytest.fixture
def heard(monkeypatch):
    """The tones that were played."""
    from kiosk.ui import sounds

    played = []
    monkeypatch.setattr(sounds, "play", played.append)
    return played


def news(pilot, floor, seconds=11):
    """Let IT's news arrive, and the screen hear of them as it does from the threads."""
    from kiosk.ui.app import publish

    floor.step(seconds)
    pilot.app.idle.touch()
    while floor.events:
        publish(floor.events.pop(0))
    pilot.settle()


@pytest.fixture(autouse=True)
def nothing_ticked_off(pilot):
    """The screens outlive a test, and its tickets have the names of the last one's."""
    pilot.app.stage.page("ticket")._ticked = {}


def wait(pilot, floor, seconds):
    """Let time pass for an operator who touches the screen now and then."""
    floor.time.advance(seconds)
    pilot.app.idle.touch()


def look_at(pilot, floor, ticket="T0001"):
    pilot.app.flow.open_ticket(ticket)
    pilot.settle()


def truth(pilot):
    return pilot.app.page.view.truth


def send(pilot, floor):
    """Report with one finger, and forget the touches."""
    flow = pilot.app.flow
    flow.begin()
    flow.choose_machine("P-0007")
    flow.choose_symptom("noprint")
    flow.say(stopped=True)
    flow.send()


# ---------------------------------------------------------------- the three truths


def test_after_send_the_first_truth_is_shown_and_heard(pilot, floor, heard):
    send(pilot, floor)
    pilot.until(lambda: pilot.screen == "ticket")
    pilot.settle()

    assert pilot.sees("Saved on this terminal")
    assert pilot.sees("IT does not have it yet.")
    assert not pilot.sees("Number #")
    assert heard == ["saved"]


def test_the_three_truths_appear_in_turn_each_with_its_own_picture_words_colour_and_sound(pilot, floor, heard):
    from kiosk.ui.theme import THEME

    floor.it.fail_next(TemporaryError("no route"))
    floor.report()
    floor.step(steps=2)
    look_at(pilot, floor)
    shown = [(truth(pilot).picture, truth(pilot).title, tuple(next(pilot.walk("TruthCard")).ground))]

    news(pilot, floor, seconds=60)
    shown.append((truth(pilot).picture, truth(pilot).title, tuple(next(pilot.walk("TruthCard")).ground)))

    floor.it.on_the_way("T0001", "Jana", floor.time.wall + timedelta(minutes=10))
    news(pilot, floor)
    shown.append((truth(pilot).picture, truth(pilot).title, tuple(next(pilot.walk("TruthCard")).ground)))

    assert shown == [
        ("tray-arrow-down", "Saved on this terminal", tuple(THEME.warn_pale)),
        ("send-check", "IT has it", tuple(THEME.info_pale)),
        ("run-fast", "Jana is on the way", tuple(THEME.action)),
    ]
    assert pilot.sees("Here by 12:11.")
    assert heard == ["delivered", "taken"]  # "saved" was heard when it was sent


def test_a_person_who_takes_it_is_heard_once(pilot, floor, heard):
    floor.report()
    floor.step()
    look_at(pilot, floor)

    floor.it.take("T0001", "Jana")
    news(pilot, floor)
    pilot.app._tick()

    assert heard == ["taken"]


def test_opening_a_report_that_a_person_has_is_silent(pilot, floor, heard):
    floor.report()
    floor.step()
    floor.it.take("T0001", "Jana")
    floor.step(11)

    look_at(pilot, floor)

    assert heard == []


def test_late_has_its_own_form_a_minus_and_the_word(pilot, floor):
    floor.report()
    floor.step()
    wait(pilot, floor, 15 * 60 + 190)
    look_at(pilot, floor)

    assert pilot.sees("Late")
    assert pilot.sees("\N{MINUS SIGN}03:10")
    assert next(pilot.walk("Dial")).late


def test_the_countdown_runs_by_the_second(pilot, floor):
    floor.report()
    floor.step()
    look_at(pilot, floor)
    assert pilot.sees("15:00")

    floor.time.advance(5)
    pilot.app._tick()
    pilot.frames()

    assert pilot.sees("14:55")


def test_a_critical_report_that_does_not_leave_asks_to_call_after_a_minute(pilot, floor):
    floor.it.fail_next(TemporaryError("no route"))
    floor.report()
    floor.step(steps=2)
    look_at(pilot, floor)
    assert not pilot.sees("+49 30 5550 101")

    wait(pilot, floor, 60)
    pilot.app._tick()
    pilot.settle()

    assert pilot.sees("No connection.")
    assert pilot.sees("Please call Jana:")
    assert pilot.find_text("+49 30 5550 101").font_size >= 80


def test_the_number_to_call_stays_in_sight_longer_than_a_minute(pilot, floor):
    floor.it.fail_next(TemporaryError("no route"))
    floor.report()
    floor.step(steps=2)
    look_at(pilot, floor)

    for _ in range(9):
        floor.time.advance(60)
        pilot.app._tick()
    assert pilot.screen == "ticket"

    floor.time.advance(120)
    pilot.app._tick()
    assert pilot.screen == "idle"


def test_news_of_another_report_leave_this_one_alone(pilot, floor):
    floor.report()
    other = floor.report("frozen").ticket.id
    floor.step()
    look_at(pilot, floor)

    floor.it.take(other, "Omar")
    news(pilot, floor)

    assert not pilot.sees("Omar")


def test_a_report_that_is_known_no_more_leads_home(pilot, floor):
    floor.report()
    floor.step()
    look_at(pilot, floor)

    pilot.app.flow.open_ticket("T9999")
    pilot.settle()

    assert pilot.screen == "home"


# ---------------------------------------------------------------- what IT asks


def test_a_question_is_answered_with_one_tap(pilot, floor, heard):
    floor.report()
    floor.step()
    look_at(pilot, floor)
    floor.it.ask("T0001", Question(id="Q", text="Which light is on?", who="Jana", answers=("Red", "Green")))
    news(pilot, floor)
    assert pilot.sees("Jana asks you")
    assert pilot.sees("Which light is on?")
    assert heard == ["needs_you"]

    pilot.tap("Green")
    pilot.until(lambda: floor.terminal.entry("T0001").progress.question is None)
    news(pilot, floor)

    assert not pilot.sees("Which light is on?")
    assert [remark.text for remark in floor.it.tickets[0].progress.remarks] == ["Green"]


def test_the_usual_answers_reach_it_in_words_that_do_not_depend_on_the_operator(pilot, floor):
    floor.report()
    floor.step()
    floor.it.ask("T0001", Question(id="Q", text="Is it on?"))
    floor.step(11)
    look_at(pilot, floor)
    pilot.app.speak("de")
    pilot.settle()

    pilot.tap(next(card for card in pilot.walk("AnswerCard") if card.row.said == "I don't know"))
    pilot.until(lambda: floor.terminal.entry("T0001").progress.question is None)
    floor.step(11)

    assert floor.it.tickets[0].progress.remarks[0].text == "I don't know"


def test_more_answers_than_fit_are_turned_over_not_squeezed(pilot, floor):
    floor.report()
    floor.step()
    answers = tuple(f"Answer {number}" for number in range(9))
    floor.it.ask("T0001", Question(id="Q", text="Which?", answers=answers))
    floor.step(11)
    look_at(pilot, floor)
    assert not pilot.sees("Answer 8")

    pilot.tap("More")
    pilot.tap("More")

    assert pilot.sees("Answer 8")


# ---------------------------------------------------------------- is it running again?


def fixed(pilot, floor):
    floor.report()
    floor.step()
    floor.it.take("T0001", "Jana")
    floor.it.resolve("T0001", cause="A cable was loose", solution="Plugged it in")
    floor.step(11)
    look_at(pilot, floor)


def test_a_fixed_report_asks_and_says_what_was_done(pilot, floor):
    fixed(pilot, floor)

    assert pilot.find_text("Is it running again?").font_size >= 50
    assert pilot.sees("A cable was loose")
    assert pilot.sees("Plugged it in")


def test_yes_closes_it(pilot, floor):
    fixed(pilot, floor)

    pilot.tap("Yes, it works")
    pilot.until(lambda: floor.terminal.entry("T0001").status is Status.CLOSED)
    news(pilot, floor)

    assert pilot.sees("Thank you for reporting!")
    assert floor.it.tickets[0].progress.status is Status.CLOSED


def test_a_yes_that_has_not_reached_it_is_not_called_told(pilot, floor):
    fixed(pilot, floor)
    floor.it.fail_next(TemporaryError("no route"))

    pilot.tap("Yes, it works")
    pilot.until(lambda: floor.terminal.entry("T0001").status is Status.CLOSED)
    pilot.app._tick()
    pilot.settle()
    assert pilot.sees("Saved here. IT does not have it yet.")

    news(pilot, floor)
    news(pilot, floor, seconds=60)
    assert not pilot.sees("Saved here. IT does not have it yet.")


def test_no_opens_the_same_report_again(pilot, floor):
    fixed(pilot, floor)

    pilot.tap("No, still broken")
    pilot.until(lambda: floor.terminal.entry("T0001").status is not Status.RESOLVED)
    news(pilot, floor)

    assert len(floor.it.tickets) == 1
    assert floor.it.tickets[0].progress.status is Status.IN_PROGRESS


def test_a_double_tap_on_yes_is_one_answer(pilot, floor):
    fixed(pilot, floor)

    pilot.app.page.confirm(works=True)
    pilot.app.page.confirm(works=True)
    pilot.until(lambda: floor.terminal.entry("T0001").status is Status.CLOSED)
    floor.terminal.tidy().result(5)

    kinds = [delivery.kind for delivery in floor.terminal.entry("T0001").deliveries]
    assert kinds == ["create", "confirm"]


def test_it_works_again_asks_once_more_because_nobody_comes_then(pilot, floor):
    floor.report()
    floor.step()
    look_at(pilot, floor)

    pilot.tap("It works again")
    assert pilot.sees("Then nobody has to come any more.")
    pilot.tap("No")
    assert floor.terminal.entry("T0001").status is Status.NEW

    pilot.tap("It works again")
    pilot.tap("Yes, it works")
    pilot.until(lambda: floor.terminal.entry("T0001").status is Status.CLOSED)


def test_still_broken_tells_it_and_says_how_far_the_message_is(pilot, floor):
    floor.report()
    floor.step()
    look_at(pilot, floor)

    pilot.tap("Still broken")
    pilot.until(lambda: floor.terminal.entry("T0001").has_open_deliveries)
    pilot.app._tick()
    pilot.settle()
    assert pilot.sees("Saved here. IT does not have it yet.")

    news(pilot, floor)

    assert pilot.sees("IT has it.")
    assert [remark.text for remark in floor.it.tickets[0].progress.remarks] == ["Still broken. (terminal K1)"]


def test_an_answer_that_the_disk_refuses_is_not_called_said(pilot, floor, heard):
    fixed(pilot, floor)
    floor.disk.db.storage.full = True

    pilot.tap("Yes, it works")
    pilot.until(lambda: pilot.sees("Not saved. Please call IT."))

    assert heard == ["tap", "refused"]
    assert floor.terminal.entry("T0001").status is Status.RESOLVED


# ---------------------------------------------------------------- steps and messages


@pytest.fixture
def example(pilot):
    """A terminal of the example plant, whose symptoms have things to try."""
    from stagehand import example_floor, reset

    floor = example_floor()
    reset(pilot.app, floor)
    return floor


def test_a_step_is_ticked_off_and_stays_so(pilot, example):
    from scenes_of_tickets import report

    ticket = report(example)
    example.step()
    look_at(pilot, example, ticket)
    step = next(pilot.walk("StepCard"))

    pilot.tap(step)
    assert step.row.is_done

    pilot.app.home()
    look_at(pilot, example, ticket)

    assert next(pilot.walk("StepCard")).row.is_done


def test_a_tick_can_be_taken_back(pilot, example):
    from scenes_of_tickets import report

    ticket = report(example)
    example.step()
    look_at(pilot, example, ticket)

    pilot.app.page.tick_off(0)
    pilot.app.page.tick_off(0)

    assert not pilot.app.page.view.steps[0].is_done


def test_what_it_says_makes_room_for_itself_and_the_steps_stay_in_reach(pilot, example):
    from scenes_of_tickets import report

    ticket = report(example)
    example.step()
    look_at(pilot, example, ticket)
    example.it.remark(ticket, "I bring a new print head", "Jana")
    news(pilot, example)
    assert pilot.sees("I bring a new print head")

    pilot.tap("While you wait")
    pilot.settle()
    sheet = pilot.topmost()
    pilot.tap(next(pilot.walk("StepCard", sheet)))

    assert pilot.app.page.view.steps[0].is_done
    assert next(pilot.walk("StepCard", sheet)).row.is_done


def test_a_long_message_can_be_read_in_full(pilot, floor):
    floor.report()
    floor.step()
    message = "We found that the power supply of the whole line is unsteady since this morning. " * 3
    floor.it.remark("T0001", message, "Jana")
    floor.step(11)
    look_at(pilot, floor)

    pilot.tap(next(pilot.walk("OpenCard")))
    pilot.settle()

    label = pilot.find_text(message, pilot.topmost())
    assert not label.is_cut


@pytest.mark.parametrize("text", ["[b]x[/b] \u202e \U0001f600", "a" * 2000, "\ud800 lone", "line\nline\nline"])
def test_foreign_text_never_breaks_the_screen(pilot, floor, text):
    floor.report()
    floor.step()
    floor.it.remark("T0001", text, text[:60])
    floor.it.ask("T0001", Question(id="Q", text=text, who=text[:60], answers=(text, text[:10])))
    floor.it.resolve("T0001", cause=text, solution=text)
    floor.it.ask("T0001", Question(id="Q", text=text, who=text[:60], answers=(text, text[:10])))
    floor.step(11)
    look_at(pilot, floor)

    assert pilot.screen == "ticket"
    assert truth(pilot).look == "asked"


def test_back_to_start_leads_home(pilot, floor):
    floor.report()
    floor.step()
    look_at(pilot, floor)

    pilot.tap("Back to start")
    pilot.settle()

    assert pilot.screen == "home"


def test_a_confirmation_that_it_refuses_is_asked_again_and_said(pilot, floor):
    floor.report()
    floor.step()
    floor.it.resolve("T0001", cause="A cable was loose", solution="Plugged it in")
    floor.step(11)
    pilot.app.flow.open_ticket("T0001")
    pilot.settle()
    floor.it.fail_next(RejectedError("no such transition"))

    pilot.tap("Yes, it works")
    pilot.until(lambda: pilot.app.terminal.entry("T0001").status is Status.CLOSED)
    floor.step()
    pilot.app._tick()
    pilot.settle()

    assert pilot.sees("Is it running again?")
    assert pilot.sees("IT's system refused it. Please call IT.")
