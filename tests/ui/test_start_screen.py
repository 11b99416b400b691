"""The start screen shows what is true now."""

from kiosk.core.errors import TemporaryError
from kiosk.core.events import BoardChanged, DestinationChanged


def publish(event):
    """Hand an event to the screen. Importing the app opens its window, which has to be set up first."""
    from kiosk.ui import app

    app.publish(event)


def test_a_report_of_this_area_appears_when_core_says_so(pilot, floor):
    assert pilot.sees("No open problems here")
    floor.report()

    publish(BoardChanged())

    pilot.until(lambda: pilot.sees("1 open problem here"))
    assert pilot.sees("Saved here. Not at IT yet.")


def test_the_connection_is_told_as_it_is(pilot, floor):
    floor.step()
    publish(DestinationChanged("it"))
    pilot.until(lambda: pilot.sees("Connected"))

    floor.it.fail_next(TemporaryError("no network"), call="changes")
    floor.step(60)
    publish(DestinationChanged("it"))

    pilot.until(lambda: pilot.sees("Offline. Reports are saved here."))


def test_on_an_upright_screen_bad_news_has_a_line_of_its_own(pilot, floor):
    floor.it.fail_next(TemporaryError("no network"), call="changes")
    floor.step()

    pilot.resize(800, 1280)

    assert pilot.sees("Offline. Reports are saved here.")
    assert pilot.find_text("Offline. Reports are saved here.").top < pilot.find_text("Shop-floor help").y


def test_late_is_an_octagon_a_minus_and_a_word(pilot, floor):
    floor.report(stopped=True)
    floor.step()
    floor.time.advance(1200)
    pilot.app.idle.touch()
    pilot.app.page.refresh()
    pilot.frames()

    (ring,) = pilot.walk("RingIcon")

    assert ring.late
    assert pilot.sees("\N{MINUS SIGN}5 min")
    assert pilot.sees("Late")


def test_two_problems_have_room_and_the_others_a_page(pilot, floor):
    for symptom in ("noprint", "frozen", "other"):
        floor.report(symptom)
    pilot.app.home()
    pilot.settle()
    assert len(list(pilot.walk("TicketCard"))) == 2

    pilot.tap("Show all")
    pilot.until(lambda: pilot.screen == "problems")
    pilot.settle()

    assert len(list(pilot.walk("TicketCard"))) == 3


def test_a_card_leads_to_its_report(pilot, floor):
    entry = floor.report()
    pilot.app.home()
    pilot.settle()

    pilot.tap("Zebra L7")

    pilot.until(lambda: pilot.screen == "ticket")
    assert pilot.app.place == ("ticket", {"ticket": entry.ticket.id})


def test_a_notice_is_read_in_full(pilot):
    pilot.tap("Your contact at IT")

    (sheet,) = pilot.app.root.ids.sheets.children
    assert sheet.title == "Jana: +49 30 5550 101"


def test_scanning_is_explained_to_those_who_touch_its_picture(pilot):
    pilot.tap("Or scan your machine")

    assert pilot.sees("It works on every screen.")
