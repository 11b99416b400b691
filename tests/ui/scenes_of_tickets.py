"""Brings the screens of a report that exists, the admin's pages and the idle board to states worth looking at."""

from __future__ import annotations

import itertools
from datetime import timedelta
from functools import wraps
from pathlib import Path

from fakes import Floor

from kiosk.core.errors import MisconfiguredError, RejectedError, TemporaryError
from kiosk.core.model import Question
from kiosk.core.plant import Priority
from kiosk.ui.first_run import FirstRun
from kiosk.ui.pinlock import PinLock

PIN = "2580"


def over(below):
    """Mark a scene that lies over another one: only it has to be made again when the language has changed."""

    def mark(lay):
        @wraps(lay)
        def scene(app, floor):
            below(app, floor)
            lay(app, floor)

        scene.again = lay
        return scene

    return mark


def quiet_machine(floor):
    """Give a machine on which nothing is open, and a symptom of it with things to try."""
    for machine in floor.plant.machines.values():
        helped = [s for s in floor.terminal.symptoms(machine) if len(s.steps) > 1]
        if helped and not floor.terminal.on_machine(machine.id):
            return machine, helped[0]
    raise LookupError("every machine is busy")


def report(floor, **details):
    """Report on a quiet machine; gives the id of the ticket."""
    machine, symptom = quiet_machine(floor)
    return floor.report(symptom.id, machine=machine.id, **{"stopped": True, **details}).ticket.id


def delivered(floor):
    """Report, and let it arrive; gives the id of the ticket."""
    ticket = report(floor)
    let_arrive(floor)
    return ticket


def let_arrive(floor):
    """Let everything arrive, whatever failed in the scene before."""
    for _ in range(3):
        floor.terminal.retry_now()
        floor.step(24)


def ticket_saved(app, floor):
    floor.it.fail_next(TemporaryError("no route"))
    ticket = report(floor)
    floor.step(steps=2)
    app.flow.open_ticket(ticket)


def ticket_undo(app, floor):
    floor.terminal._undo_seconds = 8.0
    app.flow.open_ticket(report(floor))
    floor.terminal._undo_seconds = 0.0


def ticket_call(app, floor):
    ticket_saved(app, floor)
    floor.time.advance(90)
    app.page.refresh()


def ticket_delivered(app, floor):
    app.flow.open_ticket(delivered(floor))


def ticket_joined(app, floor):
    machine, symptom = quiet_machine(floor)
    there = Floor(plant=floor.plant, destinations=(floor.it,), name="K2", time=floor.time)
    there.ids = (f"A{n}" for n in itertools.count())
    there.report(symptom.id, machine=machine.id)
    there.step(1)
    there.terminal.stop()
    ticket = floor.report(symptom.id, machine=machine.id).ticket.id
    let_arrive(floor)
    app.flow.open_ticket(ticket)


def ticket_late(app, floor):
    ticket = delivered(floor)
    floor.time.advance(1290)
    app.flow.open_ticket(ticket)


def ticket_coming(app, floor):
    ticket = delivered(floor)
    floor.it.take(ticket, "Jana")
    floor.step(40)
    floor.it.on_the_way(ticket, "Jana", floor.time.wall + timedelta(minutes=12))
    floor.step(60)
    app.flow.open_ticket(ticket)
    app.page.tick_off(0)


def ticket_coming_late(app, floor):
    ticket_coming(app, floor)
    floor.time.advance(900)
    app.page.refresh()


def ticket_messages(app, floor):
    ticket_coming(app, floor)
    ticket = app.page.ticket
    floor.it.change_priority(ticket, Priority.HIGH, "A second printer stands right beside it, please use that one")
    floor.it.remark(ticket, "I need a new print head, I take one along from the store.", "Jana")
    floor.step(11)
    app.page.refresh()


@over(ticket_messages)
def ticket_messages_read(app, floor):
    app.page.show_notes()


@over(ticket_messages)
def ticket_steps(app, floor):
    app.page.show_steps()


def ticket_question(app, floor):
    ticket_coming(app, floor)
    question = Question(id="Q1", text="Is the red light on the front of the printer on?", who="Jana")
    floor.it.ask(app.page.ticket, question)
    floor.step(11)
    app.page.refresh()


def ticket_question_with_answers(app, floor):
    ticket_coming(app, floor)
    answers = ("Red", "Green", "Yellow", "None of them", "All of them", "It blinks", "I cannot see it")
    floor.it.ask(app.page.ticket, Question(id="Q2", text="Which light is on?", who="Jana", answers=answers))
    floor.step(11)
    app.page.refresh()


def ticket_fixed(app, floor):
    ticket_coming(app, floor)
    cause, solution = "The print head was worn out and stuck to the ribbon.", "New print head, ten labels for a test."
    floor.it.resolve(app.page.ticket, cause=cause, solution=solution)
    floor.step(11)
    app.page.refresh()


def ticket_over(app, floor):
    ticket_fixed(app, floor)
    floor.terminal.confirm(app.page.ticket, works=True).result(5)
    floor.step(11)
    app.page.refresh()


@over(ticket_coming)
def ticket_works(app, floor):
    app.talk.ask_if_works(app.page.ticket)


def join(app, floor):
    machine, symptom = quiet_machine(floor)
    floor.report(symptom.id, machine=machine.id, stopped=False, who="Mira K.")
    let_arrive(floor)
    app.flow.choose_machine(machine.id)


def join_fixed(app, floor):
    join(app, floor)
    floor.it.resolve(app.page.ticket)
    floor.step(11)
    app.page.refresh()


@over(join)
def join_worse(app, floor):
    app.talk.ask_if_stopped(app.page.ticket)


def several(app, floor):
    machine, _ = quiet_machine(floor)
    for symptom in floor.terminal.symptoms(machine)[:4]:
        floor.report(symptom.id, machine=machine.id, stopped=False)
        floor.step(30)
    app.flow.choose_machine(machine.id)


def not_saved(app, floor):
    app.home()
    app.flow.draft = floor.terminal.new_draft().choose_machine(quiet_machine(floor)[0])
    app.go("notsaved")


@over(lambda app, _: app.home())
def languages(app, floor):
    app.flow.pick_language()


def idle(app, floor):
    ticket_question(app, floor)
    app.flow.rest()


def pin(app, floor):
    app.admin.lock = PinLock(PIN.__eq__, floor.time.clock.monotonic)
    app.flow.open_admin()
    app.page.type("2")


def pin_locked(app, floor):
    pin(app, floor)
    for _ in range(5):
        app.page.type("1")
        app.page.enter()


def pin_missing(app, floor):
    app.admin.lock = PinLock(None, floor.time.clock.monotonic)
    app.flow.open_admin()


def admin_queue(app, floor):
    let_arrive(floor)
    floor.it.fail_next(RejectedError("422 Tracker is not included in the list"))
    report(floor)
    floor.step(60)
    floor.it.fail_next(TemporaryError("Connection to redmine.plant.example:443 timed out after 10 s"))
    report(floor)
    floor.step(steps=2)
    pin(app, floor)
    app.admin.unlock(PIN)


def admin_links(app, floor):
    let_arrive(floor)
    floor.it.fail_next(MisconfiguredError("401 Unauthorized: the API key is not accepted"), call="changes")
    floor.step(11, steps=3)
    pin(app, floor)
    app.admin.unlock(PIN)
    app.page.shown = "links"


def admin_scanner(app, floor):
    pin(app, floor)
    app.admin.unlock(PIN)
    app.page.shown = "scanner"
    app.flow.scan("KIOSK:" + quiet_machine(floor)[0].id)


def admin_facts(app, floor):
    pin(app, floor)
    app.admin.unlock(PIN)
    app.page.shown = "facts"


@over(admin_facts)
def admin_end(app, floor):
    app.admin.ask_to_end()


def first_run(step, *, missing=None, scan=""):
    """Make a scene of the first start of a terminal."""

    def scene(app, floor):
        app.first_run = FirstRun(name="box-17", save=print, restart=lambda: None, missing=missing)
        app.go("firstrun")
        app.first_run = None
        app.page.step = step
        if scan:
            app.page.scanned(f"KIOSK:{next(iter(floor.plant.machines))}")

    return scene


FIRST_RUN = {
    "first_run_language": first_run(0),
    "first_run_place": first_run(1),
    "first_run_scanner": first_run(2),
    "first_run_scanned": first_run(2, scan="KIOSK:P-0007"),
    "first_run_it": first_run(3),
    "first_run_without_plant": first_run(0, missing=Path("/etc/kiosk/plant.toml")),
}

LATER = FIRST_RUN | {
    scene.__name__: scene
    for scene in (
        ticket_saved,
        ticket_undo,
        ticket_call,
        ticket_delivered,
        ticket_joined,
        ticket_late,
        ticket_coming,
        ticket_coming_late,
        ticket_messages,
        ticket_messages_read,
        ticket_steps,
        ticket_question,
        ticket_question_with_answers,
        ticket_fixed,
        ticket_over,
        ticket_works,
        join,
        join_fixed,
        join_worse,
        several,
        not_saved,
        languages,
        pin,
        pin_locked,
        pin_missing,
        admin_queue,
        admin_links,
        admin_scanner,
        admin_facts,
        admin_end,
        idle,
    )
}
