"""What the idle board shows, in which order, and where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import Floor

from kiosk.core.errors import TemporaryError
from kiosk.core.model import Question
from kiosk.i18n import Translator
from kiosk.ui.present import board as present

ENGLISH = Translator()


@pytest.fixture
def floor():
    return Floor()


def rows(floor):
    floor.terminal.area = ""
    return present.board(floor.terminal, ENGLISH, floor.time.wall)


def test_the_board_says_machine_status_and_the_time_that_was_given(floor):
    floor.report()
    floor.step()
    floor.it.on_the_way("T0001", "Jana", floor.time.wall + timedelta(minutes=15))
    floor.step(11)

    row = rows(floor)[0]

    assert (row.machine, row.status, row.caption, row.when) == ("Zebra L7", "Jana is on the way", "Here by", "12:15")


def test_late_is_said_in_words_and_with_a_minus(floor):
    floor.report()
    floor.step()
    floor.time.advance(27 * 60)

    row = rows(floor)[0]

    assert (row.is_late, row.caption, row.when) == (True, "Late", "\N{MINUS SIGN}12 min")


def test_what_is_late_comes_first_then_what_needs_the_operator(floor):
    waiting = floor.report("frozen", stopped=False).ticket.id
    asked = floor.report("other", machine="M-1014", stopped=False).ticket.id
    late = floor.report("noprint").ticket.id
    floor.step()
    floor.it.ask(asked, Question(id="Q", text="Is it on?"))
    floor.step(11)
    floor.time.advance(20 * 60)

    assert [row.ticket for row in rows(floor)] == [late, asked, waiting]


def test_a_board_with_more_than_fits_turns_its_pages_by_itself():
    seen = [present.page(list("ABCDE"), 2, seconds) for seconds in (0, 10, 20, 30)]

    assert seen == [(0, ["A", "B"]), (1, ["C", "D"]), (2, ["E"]), (0, ["A", "B"])]


def test_an_empty_board_is_one_page():
    assert present.page([], 3, 1234.5) == (0, [])


def test_the_content_stands_elsewhere_each_minute(floor):
    minutes = [present.drift(floor.time.wall + timedelta(minutes=minute)) for minute in range(9)]

    assert len(set(minutes)) == 9
    assert present.drift(floor.time.wall) == present.drift(floor.time.wall + timedelta(seconds=30))


def test_a_critical_report_that_does_not_leave_says_whom_to_call(floor):
    floor.it.fail_next(TemporaryError("no route"))
    floor.report()
    floor.step(steps=2)
    floor.time.advance(60)

    row = rows(floor)[0]

    assert (row.status, row.needs_you, row.tone) == ("Please call Jana: +49\xa030\xa05550\xa0101", True, "bad")
    assert (row.caption, row.when) == ("", ""), "the room is the number's"


def test_an_empty_board_says_that_all_is_good():
    assert present.heading(0, ENGLISH) == "All good. Nothing is open here."
    assert present.heading(2, ENGLISH) == "2 open problems here"


def test_the_date_has_its_weekday(floor):
    assert present.date(floor.time.wall, floor.terminal, ENGLISH) == "Mon, November 23"
