"""What the steps of a report say."""

from datetime import timedelta

import pytest
from fakes import Floor

from kiosk.core.plant import Machine
from kiosk.i18n import Translator
from kiosk.ui.present import report

ENGLISH = Translator()


@pytest.fixture
def floor():
    return Floor()


def draft_of(floor, *, symptom=None, **said):
    draft = floor.terminal.new_draft().choose_machine(floor.plant.machines["P-0007"])
    return draft.choose_symptom(floor.plant.symptoms[symptom]).say(**said) if symptom else draft


def test_words_that_are_not_translated_yet_say_in_which_language_they_are(floor):
    symptom = floor.plant.symptoms["noprint"]

    assert [report.symptoms([symptom], Translator(code))[0].lent for code in ("en", "de", "uk")] == ["", "", "EN"]


def test_this_terminals_area_comes_first_and_is_chosen(floor):
    rows = report.areas(floor.terminal, ENGLISH, chosen="pack")

    assert [(row.name, row.is_chosen) for row in rows] == [("Packaging", True), ("Machining", False)]


def test_an_area_says_how_many_problems_are_open_in_it(floor):
    floor.report()

    assert [row.problems for row in report.areas(floor.terminal, ENGLISH, chosen="pack")] == [1, 0]


def test_a_machine_says_where_it_is_and_whether_it_was_reported(floor):
    floor.report()

    reported, quiet = report.machines(floor.plant.machines.values(), floor.terminal, ENGLISH)

    assert (reported.name, reported.place, reported.status) == ("Zebra L7", "P-0007 · D-07", "Reported")
    assert quiet.status == ""


def test_a_machine_of_an_unknown_kind_has_an_icon_too(floor):
    lost = Machine(id="X", name="X", area="pack", kind="gone")

    assert report.machines([lost], floor.terminal, ENGLISH)[0].icon == "cog"


@pytest.mark.parametrize(
    ("text", "count", "said"),
    [
        ("", 0, "Touch a few letters or digits."),
        ("  ", 0, "Touch a few letters or digits."),
        ("ZZ", 0, "No machine found. Try fewer letters."),
        ("Z", 1, "1 machine found"),
        ("Z", 7, "7 machines found"),
    ],
)
def test_a_search_says_what_it_found(text, count, said):
    assert report.search_result(text, count, ENGLISH) == said


def test_the_summary_grows_with_every_answer(floor):
    assert [row.text for row in report.summary(draft_of(floor), ENGLISH)] == []
    full = draft_of(floor, symptom="noprint", stopped=False, who="Mira", note="since six")

    assert [row.text for row in report.summary(full, ENGLISH)] == [
        "Nothing prints",
        "The machine still runs",
        "Mira",
        "since six",
    ]


def test_nothing_is_promised_before_the_one_question_is_answered(floor):
    row = report.promise(floor.terminal, draft_of(floor, symptom="noprint"), ENGLISH, floor.time.wall)

    assert row.title == "One more answer"


@pytest.mark.parametrize(
    ("stopped", "title", "text"),
    [
        (True, "Critical", "Answer from IT: 15 minutes, at the latest 12:15."),
        (False, "High", "Answer from IT: 30 minutes, at the latest 12:30."),
    ],
)
def test_what_was_agreed_is_said_before_sending(floor, stopped, title, text):
    draft = draft_of(floor, symptom="noprint", stopped=stopped)

    row = report.promise(floor.terminal, draft, ENGLISH, floor.time.wall)

    assert (row.title, row.text) == (title, text)


def test_an_answer_that_comes_tomorrow_names_the_day(floor):
    floor.time.advance(timedelta(hours=1, minutes=50).total_seconds())

    row = report.promise(floor.terminal, draft_of(floor, symptom="frozen", stopped=True), ENGLISH, floor.time.wall)

    assert "at the latest Tue 06:20" in row.text


def test_the_list_opens_with_the_drafts_machine_else_with_this_area_else_with_the_first(floor):
    cnc = floor.plant.machines["M-1014"]

    assert report.area_of(floor.plant, cnc, "pack") == "mill"
    assert report.area_of(floor.plant, None, "pack") == "pack"
    assert report.area_of(floor.plant, None, "") == "pack"
