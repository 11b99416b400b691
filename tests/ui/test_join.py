"""The machine is reported already: nobody makes a second report by accident."""

from __future__ import annotations

import pytest

from kiosk.core.model import Status


def reported(pilot, floor, symptom="noprint", **details):
    entry = floor.report(symptom, **details)
    floor.step(60)
    pilot.app.idle.touch()
    return entry.ticket.id


def told(floor):
    """What IT reads."""
    floor.step(11)
    return [remark.text for remark in floor.it.tickets[0].progress.remarks]


def test_scanning_a_reported_machine_shows_its_truth_instead_of_asking(pilot, floor):
    reported(pilot, floor, who="Mira K.")

    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    assert pilot.screen == "join"
    assert pilot.sees("This is already reported")
    assert pilot.sees("IT has it")
    assert pilot.sees("Reported at 12:00, by Mira K.")


def test_picking_a_reported_machine_from_the_list_does_the_same(pilot, floor):
    reported(pilot, floor)
    pilot.tap("Report a problem")
    pilot.settle()

    pilot.tap("Zebra L7")
    pilot.settle()

    assert pilot.screen == "join"


def test_a_machine_without_an_open_report_asks_what_is_wrong(pilot, floor):
    reported(pilot, floor)

    pilot.scan("KIOSK:M-1014")
    pilot.settle()

    assert pilot.screen == "symptoms"


def test_same_problem_joins_the_one_report(pilot, floor):
    reported(pilot, floor)
    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    pilot.tap("Same problem here")
    pilot.until(lambda: pilot.screen == "ticket")

    assert len(floor.terminal.board()) == 1
    assert told(floor) == ["Also reported at terminal K1."]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Yes, it is stopped", "It got worse. The machine is stopped now. (terminal K1)"),
        ("No, it still runs", "It got worse. The machine still runs. (terminal K1)"),
    ],
)
def test_it_got_worse_asks_whether_it_is_stopped_now(pilot, floor, answer, text):
    reported(pilot, floor, stopped=False)
    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    pilot.tap("It got worse")
    assert pilot.sees("Is the machine stopped now?")
    pilot.tap(answer)
    pilot.until(lambda: pilot.screen == "ticket")

    assert told(floor) == [text]


def test_a_touch_beside_the_question_tells_nothing(pilot, floor):
    reported(pilot, floor)
    pilot.scan("KIOSK:P-0007")
    pilot.settle()
    pilot.tap("It got worse")

    pilot.touch(5, 5)
    pilot.settle()

    assert pilot.screen == "join"
    assert told(floor) == []


def test_something_else_leads_on_to_the_symptoms_of_that_machine(pilot, floor):
    reported(pilot, floor)
    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    pilot.tap("Something else")
    pilot.settle()

    assert pilot.screen == "symptoms"
    assert pilot.app.flow.draft.machine.id == "P-0007"


def test_several_reports_on_one_machine_are_listed_by_their_words(pilot, floor):
    reported(pilot, floor)
    other = reported(pilot, floor, "frozen", stopped=False)
    pilot.scan("KIOSK:P-0007")
    pilot.settle()
    assert pilot.screen == "several"
    assert pilot.sees("Nothing prints")

    pilot.tap("Program is frozen")
    pilot.settle()

    assert (pilot.screen, pilot.app.page.ticket) == ("join", other)


def test_none_of_several_leads_on_to_the_symptoms(pilot, floor):
    reported(pilot, floor)
    reported(pilot, floor, "frozen", stopped=False)
    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    pilot.tap("No, it is something else")
    pilot.settle()

    assert pilot.screen == "symptoms"


def test_a_report_that_it_calls_fixed_asks_whether_it_runs(pilot, floor):
    ticket = reported(pilot, floor)
    floor.it.resolve(ticket)
    floor.step(11)
    pilot.scan("KIOSK:P-0007")
    pilot.settle()
    assert pilot.sees("Is it running again?")

    pilot.tap("No, still broken")
    pilot.until(lambda: pilot.screen == "ticket")

    assert floor.terminal.entry(ticket).status is not Status.RESOLVED


def test_a_report_that_ends_meanwhile_is_said_to_be_over(pilot, floor):
    ticket = reported(pilot, floor)
    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    floor.it.close_ticket(ticket)
    floor.step(11)
    pilot.app._tick()
    pilot.settle()

    assert pilot.sees("This problem is over")
    assert not pilot.sees("Same problem here")


def test_a_report_of_another_terminal_can_be_joined_too(pilot, floor):
    reported(pilot, floor)
    # Another terminal of the same plant, with a disk of its own and the same ticket system.
    from fakes import Floor
    from stagehand import reset

    here = Floor()
    here.terminal.name = here.it.terminal = "K2"
    here.it._tickets, here.it._sequence = floor.it._tickets, floor.it._sequence
    here.step()
    reset(pilot.app, here)

    pilot.scan("KIOSK:P-0007")
    pilot.settle()
    assert pilot.sees("Reported at 12:00, at terminal K1")
    pilot.tap("Same problem here")
    pilot.until(lambda: pilot.screen == "ticket")

    assert told(here) == ["Also reported at terminal K2."]


# ---------------------------------------------------------------- not saved


def test_what_the_disk_refuses_is_never_called_saved(pilot, floor):
    pilot.scan("KIOSK:P-0007")
    pilot.app.flow.choose_symptom("noprint")
    pilot.app.flow.say(stopped=True)
    floor.disk.db.storage.full = True

    pilot.app.flow.send()
    pilot.until(lambda: pilot.screen == "notsaved")
    pilot.settle()

    assert pilot.sees("Not saved")
    assert pilot.sees("Please call Jana:")
    assert pilot.sees("+49 30 5550 101")
    assert floor.terminal.entries() == []


def test_trying_again_sends_the_very_same_report(pilot, floor):
    pilot.scan("KIOSK:P-0007")
    pilot.app.flow.choose_symptom("noprint")
    pilot.app.flow.say(stopped=True, who="Mira K.")
    draft = pilot.app.flow.draft
    floor.disk.db.storage.full = True
    pilot.app.flow.send()
    pilot.until(lambda: pilot.screen == "notsaved")
    pilot.settle()

    pilot.tap("Try again")
    pilot.until(lambda: pilot.sees("Still not saved. Please call."))
    pilot.tap("OK")
    floor.disk.db.storage.full = False
    pilot.tap("Try again")
    pilot.until(lambda: pilot.screen == "ticket")

    (entry,) = floor.terminal.entries()
    assert (entry.ticket.id, entry.ticket.who) == (draft.id, "Mira K.")


def test_what_was_not_saved_can_be_looked_at_and_stays_in_sight(pilot, floor):
    pilot.scan("KIOSK:P-0007")
    pilot.app.flow.choose_symptom("noprint")
    pilot.app.flow.say(stopped=True)
    floor.disk.db.storage.full = True
    pilot.app.flow.send()
    pilot.until(lambda: pilot.screen == "notsaved")
    pilot.settle()

    floor.time.advance(3600)
    pilot.app._tick()
    assert pilot.screen == "notsaved"

    pilot.tap("Back to my report")
    pilot.settle()
    assert pilot.screen == "details"
    assert pilot.app.flow.draft.stopped is True
