"""A scanner that types works on every screen, and its keys reach nobody else."""

import pytest
from scenes import SCENES

REPORT_STEPS = ("home", "machines", "search", "symptoms", "details", "details_typing", "refused_scan")


def begin_report(pilot):
    """Choose machine and symptom of a report."""
    pilot.scan("KIOSK:P-0007")
    pilot.until(lambda: pilot.screen == "symptoms")
    pilot.app.flow.choose_symptom("noprint")
    pilot.settle()


@pytest.mark.parametrize("scene", REPORT_STEPS)
def test_a_label_leads_to_the_machine_from_every_screen(pilot, floor, scene):
    SCENES[scene](pilot.app, floor)
    pilot.settle()

    pilot.scan("KIOSK:M-1014")
    pilot.until(lambda: pilot.screen == "symptoms")
    pilot.settle()

    assert pilot.app.flow.draft.machine.id == "M-1014"
    assert pilot.sees("CNC 14")
    assert not pilot.app.root.ids.sheets.children


def test_a_scanner_without_a_suffix_is_understood_after_a_moment(pilot):
    pilot.scan("KIOSK:P-0007", enter=False)

    pilot.until(lambda: pilot.screen == "symptoms", what="the scan without Enter")


def test_a_scan_is_never_typed_into_a_field(pilot, floor):
    SCENES["search"](pilot.app, floor)
    typed = pilot.app.page.text
    page = pilot.app.page

    pilot.scan("KIOSK:P-0007")
    pilot.until(lambda: pilot.screen == "symptoms")

    assert page.text == typed


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("https://example.com/x", "This code is not a machine label."),
        ("4006381333931", "This code is not a machine label."),
        ("KIOSK:P-9999", "This label is not known here yet. Please choose the machine from the list or call IT."),
    ],
)
def test_a_code_that_is_no_label_of_ours_is_refused_in_plain_words(pilot, code, said):
    pilot.scan(code)
    pilot.until(lambda: pilot.sees(said))
    assert pilot.screen == "home"

    pilot.tap("Choose from the list")
    pilot.until(lambda: pilot.screen == "machines")

    assert not pilot.sees(said)


def test_a_wrong_code_in_the_middle_of_a_report_keeps_what_was_said(pilot):
    begin_report(pilot)
    pilot.scan("https://example.com/x")
    pilot.until(lambda: pilot.sees("This code is not a machine label."))
    pilot.tap("OK")
    pilot.settle()

    assert pilot.screen == "details"
    assert pilot.app.flow.draft.symptom.id == "noprint"


@pytest.fixture
def badges(pilot, monkeypatch):
    """The terminal knows badges."""
    import re

    monkeypatch.setattr(pilot.app, "badge", re.compile("BADGE-([0-9]{4})"))


def test_a_badge_says_who_reports(pilot, badges):
    begin_report(pilot)
    pilot.scan("BADGE-0815")
    pilot.until(lambda: pilot.sees("Thank you. IT will ask for you."))
    pilot.tap("OK")
    pilot.settle()

    assert pilot.screen == "details"
    assert pilot.app.flow.draft.who == "0815"
    assert pilot.sees("0815")


def test_a_badge_without_a_machine_asks_for_the_machine_first(pilot, badges):
    pilot.scan("BADGE-0815")

    pilot.until(lambda: pilot.sees("Scan the machine first, then your badge."))
    assert pilot.app.flow.draft is None


def test_a_machine_with_an_open_report_shows_that_report(pilot, floor):
    floor.report()

    pilot.scan("KIOSK:P-0007")

    pilot.until(lambda: pilot.screen == "join")


def test_the_same_label_again_keeps_what_was_said_and_the_screen(pilot, floor, tmp_path):
    begin_report(pilot)
    pilot.app.flow.say(stopped=True, note="It smells")
    pilot.app.flow.show_photo(tmp_path / "photo.jpg")
    draft, history = pilot.app.flow.draft, list(pilot.app._history)

    pilot.scan("KIOSK:P-0007")
    pilot.settle()

    assert pilot.app.flow.draft is draft
    assert pilot.app._history == history


def test_the_same_label_again_leads_on_from_the_choice_of_a_machine(pilot):
    begin_report(pilot)
    pilot.app.flow.look_for_machine()
    pilot.settle()

    pilot.scan("KIOSK:P-0007")
    pilot.until(lambda: pilot.screen == "symptoms")

    assert pilot.app.flow.draft.symptom.id == "noprint"


def test_the_label_of_another_machine_begins_another_report(pilot):
    begin_report(pilot)
    pilot.app.flow.say(stopped=True, note="It smells")

    pilot.scan("KIOSK:M-1014")
    pilot.until(lambda: pilot.screen == "symptoms")

    draft = pilot.app.flow.draft
    assert (draft.machine.id, draft.symptom, draft.note) == ("M-1014", None, "")


@pytest.mark.parametrize("label", ["KIOSK:P-0007", "KIOSK:M-1014"])
def test_no_scan_throws_away_a_report_that_was_not_saved(pilot, floor, label):
    begin_report(pilot)
    pilot.app.flow.say(stopped=True)
    draft = pilot.app.flow.draft
    floor.disk.db.storage.full = True
    pilot.app.flow.send()
    pilot.until(lambda: pilot.screen == "notsaved")
    pilot.settle()

    pilot.scan(label)
    pilot.until(lambda: pilot.sees("This report is not saved yet. Please try again or call IT."))

    assert pilot.screen == "notsaved"
    assert pilot.app.flow.draft is draft


@pytest.mark.parametrize("scancode", [41, 58, 61], ids=["escape", "F1", "F4"])
def test_no_key_ends_the_program_or_opens_the_toolkits_settings(pilot, scancode):
    key = {41: 27, 58: 282, 61: 285}[scancode]

    swallowed = pilot.window.dispatch("on_key_down", key, scancode, None, ["alt"])
    pilot.frames()

    assert swallowed
    assert pilot.screen == "home"
    assert len(pilot.window.children) == 1


@pytest.mark.parametrize("held", ["ctrl", "alt", "meta"])
def test_commands_are_no_scan_however_fast_they_come(pilot, held):
    for scancode in (8, 6, 20, 26, 7):  # E, C, Q, W, D
        pilot.key(scancode, [held])
    pilot.key(40)
    pilot.frames()

    assert not pilot.app.root.ids.sheets.children
    assert pilot.screen == "home"


def test_the_window_refuses_to_be_closed(pilot):
    assert pilot.window.dispatch("on_request_close") is True
