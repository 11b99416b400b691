"""An operator reports a problem with one finger."""

import threading

import pytest

from kiosk.core.draft import DraftStep


def reach_details(pilot):
    pilot.tap("Report a problem")
    pilot.until(lambda: pilot.screen == "machines")
    pilot.tap("Zebra L7")
    pilot.until(lambda: pilot.screen == "symptoms")
    pilot.tap("Nothing prints")
    pilot.until(lambda: pilot.screen == "details")
    pilot.settle()


def test_four_touches_send_a_report(pilot, floor):
    reach_details(pilot)
    pilot.tap("Yes, it is stopped")
    pilot.tap("Send to IT")
    pilot.until(lambda: pilot.screen == "ticket")

    (entry,) = floor.terminal.entries()
    ticket = entry.ticket
    assert (ticket.machine, ticket.symptom, ticket.stopped) == ("P-0007", "noprint", True)
    assert pilot.app.flow.draft is None


def test_the_agreed_time_is_shown_before_sending(pilot):
    reach_details(pilot)
    assert pilot.sees("One more answer")

    pilot.tap("Yes, it is stopped")

    assert pilot.sees("Critical")
    assert pilot.sees("Answer from IT: 15 minutes, at the latest 12:15.")


def test_send_without_the_one_answer_points_at_the_question(pilot, floor):
    reach_details(pilot)

    pilot.tap("Send to IT")

    assert pilot.app.page.is_reminded
    assert floor.terminal.entries() == []

    pilot.tap("No, it still runs")

    assert not pilot.app.page.is_reminded
    assert pilot.app.flow.draft.step is DraftStep.READY


def test_a_double_tap_on_send_is_one_report(pilot, floor):
    reach_details(pilot)
    pilot.tap("No, it still runs")
    x, y = pilot.find_text("Send to IT").to_window(*pilot.find_text("Send to IT").center)

    pilot.touch(x, y)
    pilot.touch(x, y)
    pilot.until(floor.terminal.entries)
    pilot.frames(10)

    assert len(floor.terminal.entries()) == 1


@pytest.fixture
def disk_answers(floor):
    """Let the disk take its time until this event is set."""
    answers = threading.Event()
    floor.terminal._desk.submit(answers.wait, 10)
    yield answers
    answers.set()


def send_and_begin_the_next(pilot):
    reach_details(pilot)
    pilot.tap("No, it still runs")
    pilot.tap("Send to IT")
    pilot.scan("KIOSK:M-1014")
    pilot.until(lambda: pilot.screen == "symptoms")
    pilot.settle()
    return pilot.app.flow.draft


def test_a_disk_that_answers_late_leaves_the_next_report_alone(pilot, floor, disk_answers):
    draft = send_and_begin_the_next(pilot)

    disk_answers.set()
    pilot.until(lambda: floor.terminal.entries() and pilot.app.flow._sending is None)
    pilot.settle()

    assert pilot.screen == "symptoms"
    assert pilot.app.flow.draft is draft


def test_a_disk_that_refuses_late_does_not_speak_of_the_next_report(pilot, floor, disk_answers):
    draft = send_and_begin_the_next(pilot)
    floor.disk.db.storage.full = True

    disk_answers.set()
    pilot.until(lambda: pilot.sees("An earlier report was not saved. Please call IT."))

    assert pilot.screen == "symptoms"
    assert pilot.app.flow.draft is draft


def test_a_mind_can_be_changed(pilot):
    reach_details(pilot)
    pilot.tap("Yes, it is stopped")
    pilot.tap("No, it still runs")

    assert [choice.text for choice in pilot.walk("Choice") if choice.chosen] == ["No, it still runs"]
    assert pilot.sees("The machine still runs")


def test_a_name_is_typed_on_our_own_keys(pilot):
    reach_details(pilot)
    pilot.tap("Your name, to ask back")
    for key in "MIRA K":
        pilot.tap(next(k for k in pilot.walk("PadKey") if k.key == key))
    pilot.tap("OK")

    assert pilot.app.flow.draft.who == "Mira K"
    assert pilot.sees("Mira K")


def test_a_cancelled_note_changes_nothing(pilot):
    reach_details(pilot)
    pilot.tap("A few words for IT")
    pilot.tap(next(k for k in pilot.walk("PadKey") if k.key == "A"))
    pilot.tap("Cancel")

    assert pilot.app.flow.draft.note == ""


def test_back_goes_one_step_back_and_keeps_what_was_said(pilot):
    reach_details(pilot)
    back = next(pilot.walk("RoundButton"))

    pilot.tap(back)
    pilot.until(lambda: pilot.screen == "symptoms")
    assert pilot.app.flow.draft.symptom.id == "noprint"

    pilot.settle()
    pilot.tap(next(pilot.walk("RoundButton")))
    pilot.until(lambda: pilot.screen == "machines")


def test_close_goes_home_and_drops_the_draft(pilot):
    reach_details(pilot)

    pilot.tap(list(pilot.walk("RoundButton"))[-1])
    pilot.until(lambda: pilot.screen == "home")

    assert pilot.app.flow.draft is None


def test_the_symptoms_are_those_of_the_machines_kind(pilot):
    pilot.app.flow.begin()
    pilot.app.flow.choose_machine("M-1014")
    pilot.settle()

    assert pilot.sees("Program is frozen")
    assert not pilot.sees("Nothing prints")


def test_another_area_shows_its_machines(pilot):
    pilot.app.flow.begin()
    pilot.settle()

    pilot.tap("Machining")

    assert pilot.sees("CNC 14")
    assert not pilot.sees("Zebra L7")


def test_a_machine_is_found_by_typing(pilot):
    pilot.app.flow.begin()
    pilot.settle()
    pilot.tap("Search")
    pilot.until(lambda: pilot.screen == "search")
    pilot.settle()
    assert pilot.sees("Touch a few letters or digits.")

    for key in "B-14":
        pilot.tap(next(k for k in pilot.walk("PadKey") if k.key == key))
    assert pilot.sees("1 machine found")

    pilot.tap("CNC 14")
    pilot.until(lambda: pilot.screen == "symptoms")


def test_what_was_typed_wrong_is_taken_back(pilot):
    pilot.app.flow.look_for_machine()
    pilot.settle()
    for key in ("Z", "X", "backspace"):
        pilot.tap(next(k for k in pilot.walk("PadKey") if k.key == key))

    assert pilot.app.page.text == "Z"
    assert pilot.sees("1 machine found")
