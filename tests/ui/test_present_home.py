"""What the start screen says."""

import dataclasses
from datetime import timedelta

import pytest
from fakes import Floor, small_plant, words

from kiosk.core.errors import RejectedError, TemporaryError
from kiosk.core.model import Status
from kiosk.core.plant import Notice
from kiosk.i18n import Translator
from kiosk.ui.present import home, tickets

ENGLISH = Translator()


@pytest.fixture
def floor():
    return Floor()


def card(floor):
    return home.open_problems(floor.terminal, ENGLISH, floor.time.wall)[0]


def test_nothing_was_tried_yet(floor):
    link = home.connection(floor.terminal, ENGLISH)

    assert (link.is_up, link.text) == (False, "Connecting …")


def test_a_ticket_system_that_answers_is_connected(floor):
    floor.step()

    assert home.connection(floor.terminal, ENGLISH).text == "Connected"


def test_offline_says_that_reports_are_saved_here(floor):
    floor.it.fail_next(TemporaryError("no network"), call="changes")
    floor.step()

    link = home.connection(floor.terminal, ENGLISH)

    assert (link.is_up, link.text) == (False, "Offline. Reports are saved here.")


def test_a_terminal_without_a_ticket_system_never_claims_a_connection():
    assert not home.connection(Floor(destinations=()).terminal, ENGLISH).is_up


def test_the_place_is_the_area_and_the_terminal(floor):
    assert home.place(floor.terminal, ENGLISH) == "Packaging · K1"


def test_a_terminal_of_no_area_names_the_plant():
    assert home.place(Floor(area="").terminal, ENGLISH) == "Test plant · K1"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "No open problems here"), (1, "1 open problem here"), (2, "2 open problems here")]
)
def test_the_heading_counts(count, said):
    assert home.heading(count, ENGLISH) == said


def test_a_report_that_is_only_here_says_so(floor):
    floor.report()

    assert (card(floor).status, card(floor).tone) == ("Saved here. Not at IT yet.", "warn")


def test_a_delivered_report_claims_no_person(floor):
    floor.report()
    floor.step()

    assert card(floor).status == "Delivered to IT"


def test_a_refused_report_asks_to_call(floor):
    floor.it.fail_next(RejectedError("no"))
    floor.report()
    floor.step()

    assert card(floor).status == "IT's system refused it. Please call IT."


@pytest.mark.parametrize("status", Status)
def test_every_status_has_words(floor, status):
    entry = floor.report()
    floor.step()
    entry = floor.terminal.entry(entry.ticket.id)
    entry = dataclasses.replace(entry, progress=dataclasses.replace(entry.progress, status=status, assignee="Jana"))

    stands = tickets.standing(entry, ENGLISH)

    assert stands.text
    assert stands.text.startswith("Jana") == (status in (Status.ACKNOWLEDGED, Status.ON_THE_WAY, Status.IN_PROGRESS))


def test_only_a_person_is_on_the_way(floor):
    entry = floor.report()
    floor.step()
    floor.it.on_the_way(entry.ticket.id, "Jana", floor.time.wall + timedelta(minutes=12))
    floor.step(11)

    assert (card(floor).status, card(floor).left, card(floor).is_late) == ("Jana is on the way", "12 min", False)


def test_a_late_report_has_a_minus_and_is_late(floor):
    floor.report(stopped=True)
    floor.step()
    floor.time.advance(20 * 60)

    row = card(floor)

    assert (row.left, row.is_late, row.share, row.tone) == ("\N{MINUS SIGN}5 min", True, 0.0, "bad")


def test_the_symptom_is_in_the_language_of_the_screen(floor):
    floor.report()

    rows = home.open_problems(floor.terminal, Translator("de"), floor.time.wall)

    assert rows[0].words == "Nothing prints (de)"


def planned(floor, **more):
    notice = Notice(kind="planned", title=words("Updates"), text=words("No labels"), **more)
    return Floor(plant=dataclasses.replace(small_plant(), notices=(notice,)))


def test_planned_work_comes_first_with_its_time(floor):
    floor = planned(
        floor, starts_at=floor.time.wall + timedelta(hours=9), ends_at=floor.time.wall + timedelta(hours=10)
    )

    first, second = home.notices(floor.terminal, ENGLISH, floor.time.wall, room=2)

    assert (first.title, first.text) == ("Updates", "21:00: No labels")
    assert second.title == "Jana: +49 30 5550 101"


def test_what_has_no_room_takes_turns_in_the_last_place(floor):
    floor = planned(floor)
    entry = floor.report()
    floor.step()
    floor.it.resolve(entry.ticket.id)
    floor.step(5)
    floor.terminal.confirm(entry.ticket.id, works=True).result(5)
    floor.step(5)
    floor.wait_a_day()

    turns = [home.notices(floor.terminal, ENGLISH, floor.time.wall + timedelta(seconds=s), room=2) for s in (0, 20)]

    assert {rows[0].title for rows in turns} == {"Updates"}
    assert {rows[1].title for rows in turns} == {"Jana: +49 30 5550 101", "1 problem solved this week"}
