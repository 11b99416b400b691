"""Brings each screen to a state worth looking at; used by the pictures and by the tests of every screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scenes_of_photos import PHOTOS
from scenes_of_tickets import LATER, over

from kiosk.core.errors import TemporaryError


def busy(floor):
    """Let three reports be under way: one that is late, one with a person on the way, one that just left."""
    machines = floor.terminal.machines(floor.terminal.area)
    symptoms = [floor.terminal.symptoms(machine)[0].id for machine in machines]
    late, taken, fresh = range(3)
    floor.report(symptoms[late], machine=machines[late].id, stopped=True)
    floor.step(1080)
    coming = floor.report(symptoms[taken], machine=machines[taken].id, stopped=True, who="Mira K.")
    floor.step(30)
    floor.it.on_the_way(coming.ticket.id, "Jana", floor.time.wall + timedelta(minutes=12))
    floor.step(30)
    floor.report(symptoms[fresh], machine=machines[fresh].id, stopped=False)
    floor.step(30)


def home(app, floor):
    app.home()


def home_offline(app, floor):
    floor.it.fail_next(TemporaryError("no network"), call="changes")
    floor.step(60, steps=1)
    app.home()


def problems(app, floor):
    app.flow.show_problems()


def machines(app, floor):
    app.flow.begin()


def search(app, floor):
    app.flow.begin()
    app.flow.look_for_machine()
    for key in floor.terminal.machines(floor.terminal.area)[0].name[:3].upper():
        app.page.type(key)


def symptoms(app, floor):
    app.flow.begin()
    app.flow.choose_machine(floor.terminal.machines(floor.terminal.area)[-1].id)


def details(app, floor):
    symptoms(app, floor)
    app.flow.choose_symptom(floor.terminal.symptoms(app.flow.draft.machine)[0].id)


def details_answered(app, floor):
    details(app, floor)
    app.page.say(stopped=True, who="Mira K.")


@over(details)
def details_typing(app, floor):
    app.page.ask_who()


@over(details)
def still_there(app, floor):
    from kivy.factory import Factory

    app.lay_over(Factory.CountdownSheet(left=12))


@over(home)
def refused_scan(app, floor):
    app.flow.scan("https://example.com")


def without_time(app, floor):
    """Start in 1970, as a terminal without a battery for its clock does."""
    floor.time.wall = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)
    app._tick()


def home_without_time(app, floor):
    app.home()
    without_time(app, floor)


def idle_without_time(app, floor):
    app.flow.rest()
    without_time(app, floor)


def ticket_without_time(app, floor):
    without_time(app, floor)
    app.flow.open_ticket(floor.report("other").ticket.id)


SCENES = (
    {
        scene.__name__: scene
        for scene in (
            home,
            home_offline,
            problems,
            machines,
            search,
            symptoms,
            details,
            details_answered,
            details_typing,
            still_there,
            refused_scan,
        )
    }
    | LATER
    | PHOTOS
    # The last ones, for after them every time is wrong.
    | {scene.__name__: scene for scene in (home_without_time, idle_without_time, ticket_without_time)}
)


def take_all(options, *, size, floor):
    """Write a picture of every scene, or of those asked for."""
    from pilot import Pilot
    from stagehand import open_app

    busy(floor)
    app = open_app(floor, size=size, language=options.language, palette=options.palette, idle_seconds=1e9)
    pilot = Pilot(app)
    chosen = options.only.split(",") if options.only else SCENES
    for name in chosen:
        SCENES[name](app, floor)
        pilot.shot(options.folder / f"{name}-{size[0]}x{size[1]}-{options.palette}-{options.language}.png")
        app.close_sheets()
    app.on_stop()
