"""A terminal that does not know yet who it is asks four questions, and no text editor is needed."""

from concurrent.futures import Future

import pytest

from kiosk.ui.first_run import FirstRun


@pytest.fixture
def kept():
    return []


@pytest.fixture
def asked(pilot, kept):
    """Show the first question to a technician."""

    def ask(*, missing=None, error=None):
        def save(answers):
            done = Future()
            kept.append(answers)
            done.set_exception(error) if error else done.set_result(None)
            return done

        pilot.app.first_run = FirstRun(
            name="box-17", save=save, restart=lambda: kept.append("restart"), missing=missing
        )
        pilot.app.home()
        pilot.settle()

    yield ask
    pilot.app.first_run = None
    pilot.app.speak("en")


def test_the_answers_are_kept_and_the_terminal_begins_again(pilot, asked, kept):
    asked()
    assert pilot.sees("Which language is spoken here?")
    pilot.tap("Deutsch")
    pilot.settle()
    pilot.tap("Packaging (de)")
    pilot.settle()
    pilot.tap("Weiter")
    pilot.settle()
    pilot.scan("KIOSK:P-0007")
    pilot.settle()
    assert pilot.sees("Zebra L7 (P-0007)")
    pilot.tap("Weiter")
    pilot.settle()
    pilot.tap("Fertig")
    pilot.until(lambda: "restart" in kept)

    answers = kept[0]
    assert (answers.name, answers.area, answers.language) == ("box-17", "pack", "de")


def test_each_step_can_be_gone_back_to(pilot, asked):
    asked()
    pilot.tap("English")
    pilot.settle()
    pilot.app.page.go_back()
    pilot.settle()

    assert pilot.sees("Which language is spoken here?")


def test_the_terminal_gets_a_name_that_every_ticket_system_takes(pilot, asked):
    asked()
    pilot.tap("English")
    pilot.settle()
    pilot.tap("box-17")
    pilot.settle()

    pilot.topmost().text = "Halle 4 / Süd"
    pilot.topmost().finish()
    pilot.settle()

    assert pilot.sees("Halle-4-S-d")


def test_the_connections_are_shown_as_they_are(pilot, asked, floor):
    asked()
    floor.step(30)
    pilot.app.page.step = 3
    pilot.app.page.refresh()
    pilot.settle()

    assert pilot.sees("Does IT get the reports?")
    assert pilot.sees("Connected")


def test_without_a_plant_file_it_says_where_to_put_it_and_waits_for_it(pilot, asked, kept, tmp_path):
    plant = tmp_path / "plant.toml"
    asked(missing=plant)
    assert pilot.sees(str(plant))
    pilot.app._tick()
    assert kept == []

    plant.write_text("")
    pilot.app._tick()

    assert kept == ["restart"]


def test_a_file_that_cannot_be_written_is_said(pilot, asked, kept):
    asked(error=OSError(30, "Read-only file system"))
    pilot.app.page.step = 3
    pilot.settle()

    pilot.tap("Done")
    pilot.until(lambda: pilot.sees("The settings could not be saved: Read-only file system"))

    assert "restart" not in kept


def test_nothing_else_can_be_done_before(pilot, asked, floor):
    asked()

    pilot.scan("KIOSK:P-0007")
    floor.time.seconds += 10_000
    pilot.app._tick()
    pilot.settle()

    assert pilot.screen == "firstrun"
    assert pilot.app.flow.draft is None
